//! Ids: who and what a fact is about. Each is its own type, checked when it is made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id that no other has; ids made later sort later (UUID version 7, RFC 9562).
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// Wraps the 16 bytes of a key.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes, as keys hold them.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId { what: stringify!($name) })
            }
        }
    };
}

uuid_id!(
    /// A user: the owner of everything that is made in its name.
    UserId
);
uuid_id!(
    /// A scene of a project.
    SceneId
);
uuid_id!(
    /// A character, location, mood, timeline or prompt record of a project.
    ElementId
);
uuid_id!(
    /// An asset: one generated file, or one failed attempt, and its record.
    AssetId
);

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}")]
pub struct NotAnId {
    /// Which kind was wanted.
    pub what: &'static str,
}

/// A project's id: a readable slug, unique for its owner whatever the case, and the name of its
/// folder unless that has another one. 1 to 64 characters of `A-Z a-z 0-9 . _ -`, not starting with
/// a punctuation mark and not ending with a dot, and no name that Windows reserves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectId(String);

impl ProjectId {
    /// Longest id, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which it is unique: lower case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Makes an id out of a name that people chose: `Fox Story: Pilot` gives `fox-story-pilot`.
    ///
    /// A name without any usable character gives `project`.
    pub fn slug_of(name: &str) -> Self {
        let mut slug = String::new();
        for c in name.chars() {
            if slug.len() == Self::BYTES_MAX - 8 {
                break; // room for a suffix that makes it unique
            }
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-').to_owned();
        Self::try_from(slug).unwrap_or_else(|_| Self("project".to_owned()))
    }

    /// The same id with a number behind it, for when it is taken: `fox`, `fox-2`, `fox-3`.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        self.marked(&number.to_string())
    }

    /// The same id with something else behind it.
    #[must_use]
    pub fn marked(&self, mark: &str) -> Self {
        let suffix = format!("-{mark}");
        let room = Self::BYTES_MAX.saturating_sub(suffix.len());
        let stem: String = self.0.chars().take(room).collect();
        Self(format!("{stem}{suffix}"))
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ProjectId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        let fine = text.len() <= Self::BYTES_MAX
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
            && !text.ends_with('.')
            && !crate::names::is_reserved(&text);
        if fine { Ok(Self(text)) } else { Err(NotAnId { what: "ProjectId" }) }
    }
}

impl From<ProjectId> for String {
    fn from(id: ProjectId) -> Self {
        id.0
    }
}

impl FromStr for ProjectId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Self::try_from(text.to_owned())
    }
}

/// What an asset is for in its scope: `scene_video`, `scene_start_frame`, … An open set.
///
/// 1 to 128 bytes that are a valid file name stem everywhere: no control character, none of
/// `/ \ : * ? " < > |`, no dot or space at either end, no name that Windows reserves, and not
/// `scene`, `project` or `storyboard`, whose records lie beside it, nor `composition_path` and its
/// like, which stand beside the keys in a scene's answer. It is kept in the composed form
/// (NFC) and is unique in its scope whatever the case, as files are on most desktops; its first
/// spelling stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetKey(String);

impl AssetKey {
    /// Longest key, in bytes: room for an extension and for suffixes in a 255-byte file name.
    pub const BYTES_MAX: usize = 128;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which it is unique: lower case, composed (`J̌` has no composed capital).
    pub fn folded(&self) -> String {
        self.0.to_lowercase().nfc().collect()
    }
}

impl fmt::Display for AssetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AssetKey {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        const TAKEN: [&str; 8] = [
            "scene",
            "project",
            "storyboard",
            "composition_path",
            "video_path",
            "audio_path",
            "thumbnail_path",
            "generated_at",
        ];
        let text: String = text.nfc().collect();
        let fine = text.len() <= Self::BYTES_MAX
            && crate::names::is_portable(&text)
            && !TAKEN.iter().any(|taken| text.eq_ignore_ascii_case(taken));
        if fine { Ok(Self(text)) } else { Err(NotAnId { what: "AssetKey" }) }
    }
}

impl From<AssetKey> for String {
    fn from(key: AssetKey) -> Self {
        key.0
    }
}

impl FromStr for AssetKey {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Self::try_from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_readable_and_valid() {
        for (name, slug) in [
            ("Fox Story: Pilot", "fox-story-pilot"),
            ("  --  ", "project"),
            ("เรื่องจิ้งจอก", "project"),
            ("CON", "project"),
            ("VSS-001", "vss-001"),
            (&"x".repeat(300), &"x".repeat(56)),
        ] {
            assert_eq!(ProjectId::slug_of(name).as_str(), slug, "{name}");
        }
    }

    #[test]
    fn a_project_id_is_a_folder_name_everywhere() {
        for refused in ["", ".", "..", "a/b", "a b", "nul", "a.", "-a", "é", &"x".repeat(65)] {
            assert!(refused.parse::<ProjectId>().is_err(), "{refused:?}");
        }
        assert!("2026_fox.v2".parse::<ProjectId>().is_ok());
    }

    #[test]
    fn an_asset_key_is_a_file_stem_everywhere() {
        for refused in ["", ".x", "x.", " x", "a/b", "a\0", "scene", "Project", "aux", "a:b"] {
            assert!(refused.parse::<AssetKey>().is_err(), "{refused:?}");
        }
        let folded = |key: &str| key.parse::<AssetKey>().unwrap().folded();
        assert_eq!(folded("J\u{30c}"), folded("\u{1f0}"));
        for fine in ["scene_video", "Take 2", "première", "ฉาก"] {
            assert!(fine.parse::<AssetKey>().is_ok(), "{fine}");
        }
    }
}
