//! Which names in a folder count, and what a file that is saved under one of them is called.
//!
//! Pure. Invariant: a name that does not count never reaches the source.

use rushes_vault::ids::AssetKey;

/// Longest extension that is kept apart from a name, in bytes: as the view shows it.
const EXTENSION_BYTES_MAX: usize = 16;

/// Longest name, in bytes, as everywhere on Linux.
const NAME_BYTES_MAX: usize = 255;

/// Stems that the records of every folder keep for themselves.
const RECORD_STEMS: [&str; 3] = ["project", "scene", "storyboard"];

/// Whether a name is an editor's own and not meant to stay: `.*`, `*~`, `*.swp`, `*.tmp`, `*.part`,
/// `4913` (vim tries whether it may write), `#*#` (Emacs).
pub fn is_scratch(name: &str) -> bool {
    let ends = |end: &str| {
        let start = name.len().checked_sub(end.len()).and_then(|start| name.get(start..));
        start.is_some_and(|start| start.eq_ignore_ascii_case(end))
    };
    name.starts_with('.')
        || name.ends_with('~')
        || [".swp", ".tmp", ".part"].into_iter().any(ends)
        || name == "4913"
        || (name.len() > 1 && name.starts_with('#') && name.ends_with('#'))
}

/// The stem and the extension that a name stands for; without a usable extension all of it is the
/// stem.
pub fn parts(name: &str) -> (&str, Option<&str>) {
    let fine = |extension: &str| {
        (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match name.rsplit_once('.') {
        Some((stem, extension)) if fine(extension) => (stem, Some(extension)),
        _ => (name, None),
    }
}

/// What may be saved under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fits {
    /// A version.
    Version,
    /// A file that is never saved.
    Scratch,
    /// Nothing: the folder has something of its own there.
    Fixed,
    /// Nothing: it is no name everywhere.
    Nowhere,
    /// Nothing: it is too long.
    Long,
}

/// What a name is good for in a folder whose own names are `fixed`.
pub fn fits(name: &str, fixed: &[&str]) -> Fits {
    let (stem, _) = parts(name);
    if name.len() > NAME_BYTES_MAX {
        Fits::Long
    } else if fixed.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
        Fits::Fixed
    } else if is_scratch(name) {
        if name.chars().any(char::is_control) { Fits::Nowhere } else { Fits::Scratch }
    } else if stem.parse::<AssetKey>().is_ok() {
        Fits::Version
    } else if RECORD_STEMS.iter().any(|taken| taken.eq_ignore_ascii_case(stem)) {
        Fits::Fixed
    } else if stem.len() > AssetKey::BYTES_MAX {
        Fits::Long
    } else {
        Fits::Nowhere
    }
}

/// How a name's history is spelled when case and composition do not count, with the extension;
/// `None` for a name that is never saved. One history has one name.
pub fn folded(name: &str) -> Option<String> {
    let (stem, extension) = parts(name);
    let key = stem.parse::<AssetKey>().ok().filter(|_| !is_scratch(name))?;
    Some(match extension {
        Some(extension) => format!("{}.{}", key.folded(), extension.to_ascii_lowercase()),
        None => key.folded(),
    })
}

/// Whether two names stand for one history, which has one name: they differ in case or composition
/// at most.
pub fn are_one(one: &str, other: &str) -> bool {
    folded(one).is_some_and(|one| folded(other) == Some(one))
}

/// What names have in common that may be saved into one history: those are saved in order.
pub fn lane(name: &str) -> String {
    let (stem, _) = parts(name);
    stem.parse::<AssetKey>().map_or_else(|_| stem.to_lowercase(), |key| key.folded())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_editors_do_not_count() {
        for name in [".x.swp", ".x.png.Ab12Cd", "x.mp4~", "x.SWP", "a.tmp", "a.part", "4913", "#a#"]
        {
            assert!(is_scratch(name), "{name}");
        }
        for name in ["x.mp4", "4914", "#", "tmp", "part.png", "x.png.AbCdEf", "sedAbCdEf"] {
            assert!(!is_scratch(name), "{name}");
        }
    }

    #[test]
    fn names_that_differ_in_case_or_composition_are_one() {
        for (one, other) in [("Foo.png", "foo.PNG"), ("e\u{301}.txt", "\u{e9}.txt"), ("A", "a")] {
            assert!(are_one(one, other), "{one} {other}");
        }
        for (one, other) in [("a.png", "a.jpg"), ("a.png", "a"), ("a.png", "b.png")] {
            assert!(!are_one(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_name_is_a_stem_and_an_extension_where_it_has_one() {
        for (name, stem, extension) in [
            ("a.png", "a", Some("png")),
            ("a.b.PNG", "a.b", Some("PNG")),
            ("noname", "noname", None),
            ("a.", "a.", None),
            ("a.not an extension", "a.not an extension", None),
        ] {
            assert_eq!(parts(name), (stem, extension), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_everywhere_is_refused() {
        let fixed = ["scene.json", "versions"];
        assert_eq!(fits("clip.mp4", &fixed), Fits::Version);
        assert_eq!(fits(".clip.mp4.x", &fixed), Fits::Scratch);
        for name in ["Scene.json", "versions", "project.mp4"] {
            assert_eq!(fits(name, &fixed), Fits::Fixed, "{name}");
        }
        for name in ["a:b.mp4", "nul.png", "a\u{202e}b.png", " a.png", ".a\nb", "a\u{7f}.tmp"] {
            assert_eq!(fits(name, &fixed), Fits::Nowhere, "{name}");
        }
        let long = "x".repeat(256);
        for name in [&*long, &format!(".{long}"), &format!("{}.png", &long[..129])] {
            assert_eq!(fits(name, &fixed), Fits::Long, "{name}");
        }
        assert_eq!(fits(&format!("{}.png", &long[..128]), &fixed), Fits::Version);
        assert_eq!(fits(&format!(".{}", &long[..254]), &fixed), Fits::Scratch);
    }
}
