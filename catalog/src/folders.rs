//! Names of folders and files that are made from what people wrote.
//!
//! Pure. Invariant: every name is composed (NFC) and portable (see [`is_portable`]), and two of one
//! folder differ even where case and composition do not count.

use unicode_normalization::UnicodeNormalization;

use crate::names::{display_name, is_portable, is_reserved};

/// Longest part of a name that is made from somebody's words, in bytes: what is put around it stays
/// far below the 255 bytes of a file name.
pub const STEM_BYTES_MAX: usize = 120;
/// Names that are tried with a number behind them before a digest is used.
const NUMBERED_MAX: u32 = 9;

/// Whether a text is the name of a folder as it is: composed, and a name on every system.
pub fn is_name(name: &str) -> bool {
    is_portable(name) && name.nfc().eq(name.chars())
}

/// The form in which two names are compared: neither case nor composition counts. Both changes of
/// case, because some capitals have two small letters.
pub fn folded(name: &str) -> String {
    let plain: String = name.nfd().collect();
    plain.to_uppercase().to_lowercase().nfd().collect()
}

/// A name out of any words, as they are written; `fallback` where nothing of them can be shown.
pub fn title(words: &str, fallback: &str) -> String {
    let composed: String = words.nfc().map(|c| if is_path(c) { '_' } else { c }).collect();
    let name: String = display_name(&composed).nfc().collect();
    let mut end = name.len().min(STEM_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let name = name.get(..end).unwrap_or_default().trim_matches([' ', '.']);
    if name != "unnamed" && is_portable(name) { name.to_owned() } else { fallback.to_owned() }
}

/// The same as people type folders: small letters, and a hyphen for what stands between words.
pub fn slug(words: &str, fallback: &str) -> String {
    let mut slug = String::new();
    for c in title(words, "").to_lowercase().chars() {
        if c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric()) {
            if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        } else {
            slug.push(c);
        }
    }
    let slug: String = slug.trim_end_matches('-').nfc().collect();
    if slug.is_empty() || is_reserved(&slug) { fallback.to_owned() } else { slug }
}

/// The first of `fox`, `fox-2`, … `fox-9` and then one that ends in `mark`, which no other has,
/// that is not taken. `is_taken` is asked with folded names.
pub fn free<E>(
    name: &str,
    mark: &str,
    mut is_taken: impl FnMut(&str) -> Result<bool, E>,
) -> Result<String, E> {
    let numbered = (2..=NUMBERED_MAX).map(|number| format!("{name}-{number}"));
    for tried in std::iter::once(name.to_owned()).chain(numbered) {
        if !is_taken(&folded(&tried))? {
            return Ok(tried);
        }
    }
    Ok(format!("{name}-{mark}"))
}

const fn is_path(c: char) -> bool {
    matches!(c, '/' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_names_that_every_system_takes() {
        for (words, shown, slugged) in [
            ("Red Fox", "Red Fox", "red-fox"),
            ("a/b: c?", "a_b_ c_", "a-b-c"),
            ("  Łódź — nuit  ", "Łódź — nuit", "łódź-—-nuit"),
            ("สุนัขจิ้งจอก", "สุนัขจิ้งจอก", "สุนัขจิ้งจอก"),
            ("cafe\u{301}", "caf\u{e9}", "caf\u{e9}"),
            ("con", "_con", "_"),
            ("..", "_", "_"),
            ("\u{202e}", "_", "_"),
            ("", "_", "_"),
        ] {
            assert_eq!(title(words, "_"), shown, "{words:?}");
            let expected = if words == "con" { "_" } else { slugged };
            assert_eq!(slug(words, "_"), expected, "{words:?}");
        }
        assert!(title(&"é".repeat(300), "_").len() <= STEM_BYTES_MAX);
    }

    #[test]
    fn names_that_look_alike_to_some_system_are_one_folded() {
        for (one, other) in
            [("Fox", "fOX"), ("caf\u{e9}", "CAFE\u{301}"), ("Stra\u{df}e", "STRASSE"), ("ς", "Σ")]
        {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("fox"), folded("fo"));
    }

    #[test]
    fn a_taken_name_gets_a_number_and_at_last_a_mark() {
        let mut taken = std::collections::HashSet::new();
        let mut names = Vec::new();
        for turn in 0..12 {
            let is_taken = |name: &str| Ok::<_, ()>(taken.contains(name));
            let name = free("Fox", &format!("m{turn}"), is_taken).unwrap();
            taken.insert(folded(&name));
            names.push(name);
        }
        assert_eq!((names[0].as_str(), names[1].as_str()), ("Fox", "Fox-2"));
        assert_eq!((names[8].as_str(), names[9].as_str()), ("Fox-9", "Fox-m9"));
        assert_eq!(taken.len(), 12);
    }
}
