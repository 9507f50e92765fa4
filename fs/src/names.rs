//! Names of the folder: which name a fact gets, and which fact a name may mean.
//!
//! Knows nothing of the source. Invariant: a name depends on the fact alone. No two facts of one
//! folder share a name, whatever the case: keys are unique like that and leave the records' names
//! free (`AssetKey`), and what follows the last dot of a current file's name is its extension.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rushes_vault::folders;
use rushes_vault::ids::AssetKey;
use rushes_vault::model::{ElementKind, Part, Revision, Scope, ShelfEntry, Version, VersionEntry};
use rushes_vault::source::{Moment, Place};

/// The record of a project.
pub const PROJECT_RECORD: &str = "project.json";
/// The record of a scene.
pub const SCENE_RECORD: &str = "scene.json";
/// What a project should become.
pub const STORYBOARD: &str = "storyboard.json";
/// The folder of a project's own current files.
pub const ASSETS: &str = "assets";
/// The folder of what a version was made from.
pub const SOURCES: &str = "sources";
/// The folder of what was made from a version.
pub const USED_IN: &str = "used-in";
/// The folder of the scenes.
pub const SCENES: &str = "scenes";
/// The folder of the versions.
pub const VERSIONS: &str = "versions";

/// Longest extension that is shown, in bytes: with the longest key, a name stays far below the 255
/// bytes of a file name.
const EXTENSION_BYTES_MAX: usize = 16;
/// What is shown in the place of an extension that could be more, or is none.
const EXTENSION_UNKNOWN: &str = "bin";

/// What comes between a key and an extension that together would be the record's name.
const CONTENT: &str = ".content";
/// What an asset is called whose file's name says nothing.
const UNNAMED: &str = "unnamed";
/// Longest name that says where an asset comes from, in bytes.
const LINKED_BYTES_MAX: usize = 240;

/// The name of a history's current file. Where the record beside it has that name, `.content` comes
/// between. A key that ends in the extension is the name itself: a file was saved under it whose
/// stem another type of media has.
pub fn current(scope: &Scope, key: &AssetKey, extension: &str) -> String {
    let stem = record(scope).trim_end_matches(".json");
    let extension = shown_extension(extension);
    let folded = key.folded();
    let plain = folded.trim_end_matches(CONTENT);
    if plain == stem && extension.eq_ignore_ascii_case("json") {
        return format!("{key}{CONTENT}.{extension}");
    }
    match key.as_str().rsplit_once('.') {
        Some((stem, end))
            if end == extension
                && stem.parse::<AssetKey>().is_ok()
                && !folded.eq_ignore_ascii_case(record(scope)) =>
        {
            key.to_string()
        }
        _ => format!("{key}.{extension}"),
    }
}

/// The same for a key whose name another history has.
pub fn current_apart(key: &AssetKey, extension: &str) -> String {
    format!("{key}.{}", shown_extension(extension))
}

/// The keys that the name of a current file may begin with.
pub fn keys_of_current(name: &str) -> impl Iterator<Item = AssetKey> {
    let stem = name.rsplit_once('.').map(|(stem, _)| stem);
    let plain = stem.and_then(|stem| stem.strip_suffix(CONTENT));
    let whole = stem.filter(|stem| stem.parse::<AssetKey>().is_ok()).map(|_| name);
    stem.into_iter().chain(plain).chain(whole).filter_map(|stem| stem.parse().ok())
}

/// The record of a scope.
pub const fn record(scope: &Scope) -> &'static str {
    match scope.part {
        None => PROJECT_RECORD,
        Some(Part::Scene(_)) => SCENE_RECORD,
        Some(Part::Character(_)) => "character.json",
        Some(Part::Location(_)) => "location.json",
        Some(Part::Mood(_)) => "mood.json",
    }
}

/// The folder of a project's elements of a kind, where they have folders.
pub const fn elements(kind: ElementKind) -> Option<&'static str> {
    match kind {
        ElementKind::Character => Some("characters"),
        ElementKind::Location => Some("locations"),
        ElementKind::Mood => Some("moods"),
        ElementKind::Timeline | ElementKind::Prompt => None,
    }
}

/// The kind whose folder has a name.
pub fn kind_of_elements(name: &str) -> Option<ElementKind> {
    ElementKind::ALL.into_iter().find(|kind| elements(*kind) == Some(name))
}

/// The folder of a version's lineage: `v002`.
pub fn lineage(version: Version) -> String {
    version_stem(version)
}

/// An asset among others of all projects: what its file was called when it came, and the claim that
/// made it, which no other has: `den at dusk-1042.png`.
pub fn shelved(entry: &ShelfEntry) -> String {
    let stem = match entry.filename.rsplit_once('.') {
        Some((stem, extension)) if is_extension(extension) => stem,
        _ => entry.filename.as_str(),
    };
    let (title, revision) = (folders::title(stem, UNNAMED), entry.revision);
    format!("{title}-{revision}.{}", shown_extension(&entry.content.extension))
}

/// The claim that the name of such an asset ends in.
pub fn revision_of(name: &str) -> Option<Revision> {
    let (stem, _) = name.rsplit_once('.')?;
    let (_, digits) = stem.rsplit_once('-')?;
    let is_plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { digits.parse().ok() } else { None }
}

/// An asset beside what was made from it, named after where it comes from:
/// `scene-2.scene_start_frame.v003.png`; from another project with that before it. One that is in
/// no history is called as it is among all.
pub fn linked(entry: &ShelfEntry, place: Option<&Place>, is_other_project: bool) -> String {
    let Some(placement) = &entry.placement else { return shelved(entry) };
    let mut name = String::new();
    if is_other_project {
        name = format!("{}.", placement.scope.project);
    }
    match place {
        None | Some(Place::Project) => {}
        Some(Place::Scene(number)) => name = format!("{name}scene-{number}."),
        Some(Place::Element(element)) => {
            name = format!("{name}{}-{}.", element.kind.word(), element.folder);
        }
    }
    let (key, version) = (&placement.asset_key, version_stem(placement.version));
    let name = format!("{name}{key}.{version}.{}", shown_extension(&entry.content.extension));
    if name.len() <= LINKED_BYTES_MAX { name } else { shelved(entry) }
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

/// The moment that a name below `at/` means: a claim's number, or a time in UTC, each of which
/// stands for its end. No time has a colon, which is part of no name on Windows and macOS.
pub fn moment(name: &str) -> Option<Moment> {
    let shape: String = name.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (format, seconds) = match shape.as_str() {
        "0000-00-00" => ("%Y-%m-%d", 24 * 60 * 60),
        "0000-00-00T0000" => ("%Y-%m-%dT%H%M", 60),
        "0000-00-00T00-00" => ("%Y-%m-%dT%H-%M", 60),
        "0000-00-00T000000" => ("%Y-%m-%dT%H%M%S", 1),
        "0000-00-00T00-00-00" => ("%Y-%m-%dT%H-%M-%S", 1),
        _ => {
            let is_plain = !name.starts_with('0') && shape.bytes().all(|byte| byte == b'0');
            return if is_plain { name.parse().ok().map(Moment::Revision) } else { None };
        }
    };
    let time = DateTime::strptime(format, name).ok()?;
    // The sixtieth second of a minute is none of its own.
    let is_exact = time.strftime(format).to_string() == name;
    let start = TimeZone::UTC.to_timestamp(time).ok().filter(|_| is_exact)?.as_second();
    Some(Moment::EndOf(u64::try_from(start).ok()? + seconds - 1))
}

fn decimal(digits: &str) -> Option<u32> {
    if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn version_stem(version: Version) -> String {
    format!("v{version:03}")
}

/// The extension as it is shown: never a path, and without a dot.
fn shown_extension(extension: &str) -> &str {
    if is_extension(extension) { extension } else { EXTENSION_UNKNOWN }
}

fn is_extension(extension: &str) -> bool {
    (1..=EXTENSION_BYTES_MAX).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use rushes_vault::ids::ElementId;

    use super::*;

    fn key(text: &str) -> AssetKey {
        text.parse().unwrap()
    }

    fn scope(part: Option<Part>) -> Scope {
        Scope { project: "fox".parse().unwrap(), part }
    }

    #[test]
    fn names_are_what_they_say() {
        let project = scope(None);
        assert_eq!(current(&project, &key("scene_video"), "mp4"), "scene_video.mp4");
        assert_eq!(current(&project, &key("Take 2"), "png"), "Take 2.png");
        assert_eq!(current(&project, &key("a.png"), "png"), "a.png");
        assert_eq!(current(&project, &key("a.png"), "webp"), "a.png.webp");
        let place = scope(Some(Part::Location(ElementId::from_bytes([1; 16]))));
        assert_eq!(current(&place, &key("location.json"), "json"), "location.json.json");
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
                let name = current(&scope(None), &key(text), extension);
                assert!(keys_of_current(&name).any(|found| found == key(text)), "{name}");
            }
        }
    }

    #[test]
    fn no_current_file_has_the_name_of_what_lies_beside_it() {
        for name in [PROJECT_RECORD, SCENE_RECORD, "Scene.JSON", SCENES, VERSIONS] {
            assert_eq!(keys_of_current(name).next(), None, "{name}");
        }
    }

    #[test]
    fn a_current_file_makes_room_for_the_record_beside_it() {
        let mood = scope(Some(Part::Mood(ElementId::from_bytes([1; 16]))));
        let keys = ["mood", "Mood", "mood.content", "character", "mood.x"];
        let names: Vec<_> = keys.iter().map(|text| current(&mood, &key(text), "json")).collect();
        let expected = [
            "mood.content.json",
            "Mood.content.json",
            "mood.content.content.json",
            "character.json",
            "mood.x.json",
        ];
        assert_eq!(names, expected);
        for (text, name) in keys.iter().zip(&names) {
            assert!(keys_of_current(name).any(|found| found == key(text)), "{name}");
        }
        assert_eq!(current(&mood, &key("mood"), "png"), "mood.png");
    }

    #[test]
    fn an_extension_cannot_be_a_path() {
        for hostile in ["", "../x", "a/b", "a.b", "\0", &"x".repeat(200)] {
            assert_eq!(version_content(1, hostile), "v001.bin");
        }
    }

    #[test]
    fn a_moment_is_a_claim_or_the_end_of_a_day_minute_or_second() {
        // 2026-11-21T15:30:00Z, by `date -u -d … +%s`.
        let half_past = 1_795_275_000;
        for (name, expected) in [
            ("1", Moment::Revision(1)),
            ("4711", Moment::Revision(4711)),
            ("20261121", Moment::Revision(20_261_121)),
            ("1970-01-01", Moment::EndOf(86_399)),
            ("2026-11-21", Moment::EndOf(half_past + 30_599)),
            ("2026-11-21T1530", Moment::EndOf(half_past + 59)),
            ("2026-11-21T15-30", Moment::EndOf(half_past + 59)),
            ("2026-11-21T153000", Moment::EndOf(half_past)),
            ("2026-11-21T15-30-00", Moment::EndOf(half_past)),
            ("2024-02-29", Moment::EndOf(1_709_251_199)),
        ] {
            assert_eq!(moment(name), Some(expected), "{name}");
        }
        for name in [
            "",
            "0",
            "007",
            "-1",
            "+1",
            "99999999999999999999",
            "2026-11",
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "2026-11-21t1530",
            "2026-11-21 1530",
            "2026-11-21T",
            "2026-11-21T15",
            "2026-11-21T2400",
            "2026-11-21T15:30",
            "2026-11-21T15-3000",
            "2026-11-21T153060",
            "2026-11-21T1530Z",
            "1969-12-31",
            "٢٠٢٦-11-21",
            "today",
            ".git",
        ] {
            assert_eq!(moment(name), None, "{name}");
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
