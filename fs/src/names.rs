//! Names of the folder: which name a fact gets, and which fact a name may mean.
//!
//! Knows nothing of the source. Invariant: a name depends on the fact alone. No two facts of one
//! folder share a name, whatever the case: keys are unique like that and leave the records' names
//! free (`AssetKey`), and what follows the last dot of a current file's name is its extension.

use rushes_vault::ids::AssetKey;
use rushes_vault::model::{Version, VersionEntry};

/// The record of a project.
pub const PROJECT_RECORD: &str = "project.json";
/// The record of a scene.
pub const SCENE_RECORD: &str = "scene.json";
/// The folder of the scenes.
pub const SCENES: &str = "scenes";
/// The folder of the versions.
pub const VERSIONS: &str = "versions";

/// Longest extension that is shown, in bytes: with the longest key, a name stays far below the 255
/// bytes of a file name.
const EXTENSION_BYTES_MAX: usize = 16;
/// What is shown in the place of an extension that could be more, or is none.
const EXTENSION_UNKNOWN: &str = "bin";

/// The name of a history's current file. A key that ends in the extension is the name itself: a
/// file was saved under it whose stem another type of media has.
pub fn current(key: &AssetKey, extension: &str) -> String {
    let extension = shown_extension(extension);
    match key.as_str().rsplit_once('.') {
        Some((stem, end)) if end == extension && stem.parse::<AssetKey>().is_ok() => {
            key.to_string()
        }
        _ => format!("{key}.{extension}"),
    }
}

/// The same for a key whose name another history has.
pub fn current_apart(key: &AssetKey, extension: &str) -> String {
    format!("{key}.{}", shown_extension(extension))
}

/// The key that the name of a current file begins with.
pub fn key_of_current(name: &str) -> Option<AssetKey> {
    let (key, _) = name.rsplit_once('.')?;
    key.parse().ok()
}

/// The name of a version's content: `v001.mp4`. Of a JSON content: `v001.content.json`, because
/// its record is `v001.json`.
pub fn version_content(version: Version, extension: &str) -> String {
    let extension = shown_extension(extension);
    let stem = version_stem(version);
    if extension.eq_ignore_ascii_case("json") {
        return format!("{stem}.content.{extension}");
    }
    format!("{stem}.{extension}")
}

/// What the name of a version's record says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its content lies beside the record.
    Ready,
    /// The attempt failed.
    Failed,
    /// It is deleted, whatever it was before.
    Deleted,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Ready, Self::Failed, Self::Deleted];

    /// The state of a version.
    pub const fn of(entry: &VersionEntry) -> Self {
        match (entry.is_deleted, &entry.content) {
            (true, _) => Self::Deleted,
            (false, None) => Self::Failed,
            (false, Some(_)) => Self::Ready,
        }
    }
}

/// The name of a version's record: `v001.json`, of a failed attempt `v003.failed.json`, of a
/// deleted one `v002.deleted.json`.
pub fn version_record(version: Version, state: State) -> String {
    let stem = version_stem(version);
    match state {
        State::Ready => format!("{stem}.json"),
        State::Failed => format!("{stem}.failed.json"),
        State::Deleted => format!("{stem}.deleted.json"),
    }
}

/// The version that the name of a content or record begins with.
pub fn version_of(name: &str) -> Option<Version> {
    let digits = name.strip_prefix('v')?.split('.').next()?;
    decimal(digits)
}

/// A scene's number: plain decimal from 1, no leading zero.
pub fn scene_number(name: &str) -> Option<u32> {
    decimal(name).filter(|number| *number > 0 && !name.starts_with('0'))
}

fn decimal(digits: &str) -> Option<u32> {
    if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn version_stem(version: Version) -> String {
    format!("v{version:03}")
}

/// The extension as it is shown: never a path, and without a dot.
fn shown_extension(extension: &str) -> &str {
    let fine = (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte));
    if fine { extension } else { EXTENSION_UNKNOWN }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AssetKey {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_what_they_say() {
        assert_eq!(current(&key("scene_video"), "mp4"), "scene_video.mp4");
        assert_eq!(current(&key("Take 2"), "png"), "Take 2.png");
        assert_eq!(current(&key("a.png"), "png"), "a.png");
        assert_eq!(current(&key("a.png"), "webp"), "a.png.webp");
        assert_eq!(version_content(1, "mp4"), "v001.mp4");
        assert_eq!(version_content(1, "json"), "v001.content.json");
        assert_eq!(version_content(1234, "mp4"), "v1234.mp4");
        assert_eq!(version_record(3, State::Ready), "v003.json");
        assert_eq!(version_record(3, State::Failed), "v003.failed.json");
        assert_eq!(version_record(3, State::Deleted), "v003.deleted.json");
    }

    #[test]
    fn a_name_leads_back_to_its_key() {
        for text in ["a", "a.png", "Take 2", "x (12345678)", "scenes", "ฉาก"] {
            for extension in ["png", "json", "", "tar.gz"] {
                let name = current(&key(text), extension);
                // A key that ends in its extension is the name itself.
                let is_itself = name == text;
                assert!(is_itself || key_of_current(&name) == Some(key(text)), "{name}");
            }
        }
    }

    #[test]
    fn no_current_file_has_the_name_of_what_lies_beside_it() {
        for name in [PROJECT_RECORD, SCENE_RECORD, "Scene.JSON", SCENES, VERSIONS] {
            assert_eq!(key_of_current(name), None, "{name}");
        }
    }

    #[test]
    fn an_extension_cannot_be_a_path() {
        for hostile in ["", "../x", "a/b", "a.b", "\0", &"x".repeat(200)] {
            assert_eq!(version_content(1, hostile), "v001.bin");
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(scene_number("12"), Some(12));
        for refused in ["", "0", "01", "+1", "-1", "1 ", "99999999999"] {
            assert_eq!(scene_number(refused), None, "{refused}");
        }
        assert_eq!(version_of("v012.mp4"), Some(12));
        assert_eq!(version_of("v+1.mp4"), None);
    }
}
