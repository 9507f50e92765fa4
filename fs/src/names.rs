//! Names of the folder: which name a fact gets, and which keys a name may mean.
//!
//! Knows nothing of the source. Invariant: a name depends on the fact alone, and on whether its
//! history came later than one whose key looks the same; no two facts of one folder share a name,
//! not even on systems that fold case or normalise Unicode.

use rushes_vault::Digest;
use rushes_vault::ids::AssetKey;
use rushes_vault::model::Version;
use unicode_normalization::UnicodeNormalization;

/// The record of a project.
pub const PROJECT_RECORD: &str = "project.json";
/// The record of a scene.
pub const SCENE_RECORD: &str = "scene.json";
/// The folder of the scenes.
pub const SCENES: &str = "scenes";
/// The folder of the versions.
pub const VERSIONS: &str = "versions";

/// Names that histories leave to the folders and records beside them, now and to come.
const RESERVED: &[&str] = &[
    PROJECT_RECORD,
    SCENE_RECORD,
    "storyboard.json",
    SCENES,
    VERSIONS,
    "characters",
    "locations",
    "moods",
    "assets",
];

/// Longest extension that is shown, in bytes: with the longest key and a mark, a name stays far
/// below the 255 bytes of a file name.
const EXTENSION_BYTES_MAX: usize = 16;

/// Hex digits in a mark: eight tell apart what two or three keys need.
const MARK_DIGITS: usize = 8;

/// The form in which keys collide: no case, one normalisation.
pub fn folded(key: &str) -> String {
    key.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The name of a history's folder in `versions/`. `later` says that its key looks like that of an
/// older history.
pub fn history_folder(key: &AssetKey, later: bool) -> String {
    if later || looks_marked(key.as_str()) { marked(key) } else { key.as_str().to_owned() }
}

/// The name of a history's current file.
pub fn current(key: &AssetKey, extension: &str, later: bool) -> String {
    let extension = shown_extension(extension);
    let plain = with_extension(key.as_str(), extension);
    let unclear = extension.is_empty() && key.as_str().contains('.');
    let reserved = RESERVED.contains(&folded(&plain).as_str());
    if later || unclear || reserved || looks_marked(key.as_str()) {
        return with_extension(&marked(key), extension);
    }
    plain
}

/// The keys that may stand behind the name of a current file: few, and not all of them exist.
pub fn keys_of_current(name: &str) -> Vec<AssetKey> {
    let mut stems = vec![name];
    stems.extend(name.rsplit_once('.').map(|(stem, _)| stem));
    stems.into_iter().rev().flat_map(keys_of_stem).collect()
}

/// The keys that may stand behind the name of a history's folder.
pub fn keys_of_history_folder(name: &str) -> Vec<AssetKey> {
    keys_of_stem(name)
}

/// The name of a version's content: `v001.mp4`. Of a JSON content: `v001.content.json`, because
/// its record is `v001.json`.
pub fn version_content(version: Version, extension: &str) -> String {
    let extension = shown_extension(extension);
    let stem = version_stem(version);
    if extension.eq_ignore_ascii_case("json") {
        return format!("{stem}.content.{extension}");
    }
    with_extension(&stem, extension)
}

/// The name of a version's record: `v001.json`, of a failed attempt `v003.failed.json`.
pub fn version_record(version: Version, failed: bool) -> String {
    let stem = version_stem(version);
    if failed { format!("{stem}.failed.json") } else { format!("{stem}.json") }
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

fn with_extension(stem: &str, extension: &str) -> String {
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

/// The extension as it is shown: nothing, where it could be more than an extension.
fn shown_extension(extension: &str) -> &str {
    let fine = extension.len() <= EXTENSION_BYTES_MAX
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte));
    if fine { extension } else { "" }
}

/// The key with a short hash of itself: what no other history of the scope is called.
fn marked(key: &AssetKey) -> String {
    let hash = Digest::of(key.as_str().as_bytes()).to_hex();
    format!("{key} ({})", hash.get(..MARK_DIGITS).unwrap_or_default())
}

/// Whether a key ends like a mark: such a key is always marked itself, so that nobody can take a
/// marked name by choosing a key.
fn looks_marked(key: &str) -> bool {
    unmarked(key).is_some()
}

fn unmarked(stem: &str) -> Option<&str> {
    let (rest, mark) = stem.strip_suffix(')')?.rsplit_once(" (")?;
    let hex = mark.len() == MARK_DIGITS && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then_some(rest)
}

fn keys_of_stem(stem: &str) -> Vec<AssetKey> {
    [Some(stem), unmarked(stem)].into_iter().flatten().filter_map(|key| key.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AssetKey {
        text.parse().unwrap()
    }

    #[test]
    fn usual_names_are_plain() {
        assert_eq!(current(&key("scene_video"), "mp4", false), "scene_video.mp4");
        assert_eq!(current(&key("Take 2"), "png", false), "Take 2.png");
        assert_eq!(history_folder(&key("scene_video"), false), "scene_video");
        assert_eq!(version_content(1, "mp4"), "v001.mp4");
        assert_eq!(version_content(1234, "mp4"), "v1234.mp4");
        assert_eq!(version_record(3, true), "v003.failed.json");
    }

    #[test]
    fn what_would_share_a_name_is_marked() {
        let names = [
            current(&key("a"), "png", false),
            current(&key("a.png"), "", false),
            current(&key("A"), "png", true),
            current(&key(&current(&key("A"), "", true)), "png", false),
        ];
        for (place, name) in names.iter().enumerate() {
            assert!(names.iter().skip(place + 1).all(|other| other != name), "{names:?}");
        }
        assert!(current(&key("scenes"), "", false).starts_with("scenes ("));
        assert!(current(&key("\u{17f}cene"), "json", false).starts_with("\u{17f}cene ("));
        assert_eq!(version_content(1, "json"), "v001.content.json");
    }

    #[test]
    fn a_name_leads_back_to_its_key() {
        for text in ["a", "a.b", "Take 2", "x (12345678)", "ฉาก"] {
            for later in [false, true] {
                for extension in ["png", ""] {
                    let name = current(&key(text), extension, later);
                    assert!(keys_of_current(&name).contains(&key(text)), "{name}");
                }
                let name = history_folder(&key(text), later);
                assert!(keys_of_history_folder(&name).contains(&key(text)), "{name}");
            }
        }
    }

    #[test]
    fn an_extension_cannot_be_a_path() {
        for hostile in ["../x", "a/b", "a.b", "\0", &"x".repeat(200)] {
            assert_eq!(version_content(1, hostile), "v001");
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
