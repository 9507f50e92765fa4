//! The elements of a project: characters, locations, moods, timelines and prompts, as records.
//!
//! Plain values, written in full by each claim that changes them. Invariant: an element never
//! changes its kind.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{AssetId, ElementId};
use crate::record::{Reference, merged};
use crate::scope::Part;

/// What an element of a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementKind {
    /// Somebody who appears.
    Character,
    /// Where something happens.
    Location,
    /// How it should look and feel.
    Mood,
    /// Ordered clips.
    Timeline,
    /// What a generator was asked for, or is to be asked for.
    Prompt,
}

/// An element, as clients name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct ElementRef {
    /// Its kind.
    pub kind: ElementKind,
    /// Its id.
    pub id: ElementId,
}

/// What is said about an element, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "record", rename_all = "snake_case")]
pub enum ElementRecord {
    /// Somebody who appears.
    Character(Figure),
    /// Where something happens.
    Location(Figure),
    /// How it should look and feel.
    Mood(Mood),
    /// Ordered clips.
    Timeline(Timeline),
    /// What a generator was asked for, or is to be asked for.
    Prompt(Prompt),
}

/// A character or a location.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Figure {
    /// What it is called.
    pub name: String,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Assets that show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asset_ids: Vec<AssetId>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// How a project should look and feel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mood {
    /// What it is called.
    pub name: String,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visual_style: Option<String>,
    /// Its colours, as they were sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub color_palette: Vec<String>,
    /// Words for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mood_keywords: Vec<String>,
    /// Assets that show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asset_ids: Vec<AssetId>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// Ordered clips.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeline {
    /// What it is called.
    pub name: String,
    /// Its clips, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clips: Vec<Clip>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// A piece of a version on a track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// The version's asset.
    pub asset_id: AssetId,
    /// The track it lies on.
    #[serde(default)]
    pub track: String,
    /// Where it begins in the asset, in milliseconds.
    pub in_ms: u64,
    /// Where it ends there, in milliseconds; behind its begin.
    pub out_ms: u64,
    /// Where it lies on the timeline, in milliseconds; `None` is behind the clip before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
}

/// Who wrote a prompt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person.
    #[default]
    Human,
    /// A program.
    Machine,
}

/// What a generator was asked for, or is to be asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prompt {
    /// What it is for: seed, edit, animation, refined, … An open set.
    pub kind: String,
    /// The prompt.
    pub text: String,
    /// Who wrote it.
    pub author: Author,
    /// The prompts it was made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<ElementId>,
    /// The workflow that made it or that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// What was said that led to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_transcripts: Vec<String>,
    /// Where that stands outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_references: Vec<Reference>,
    /// What another system calls the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_code: Option<String>,
    /// What was made with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asset_ids: Vec<AssetId>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

impl ElementKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Character, Self::Location, Self::Mood, Self::Timeline, Self::Prompt];

    /// A letter for it, as keys hold it; the same as a scope's part has.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Character => b'c',
            Self::Location => b'l',
            Self::Mood => b'm',
            Self::Prompt => b'p',
            Self::Timeline => b't',
        }
    }

    /// What people call one.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::Location => "location",
            Self::Mood => "mood",
            Self::Timeline => "timeline",
            Self::Prompt => "prompt",
        }
    }
}

impl ElementRecord {
    /// Its kind.
    pub const fn kind(&self) -> ElementKind {
        match self {
            Self::Character(_) => ElementKind::Character,
            Self::Location(_) => ElementKind::Location,
            Self::Mood(_) => ElementKind::Mood,
            Self::Timeline(_) => ElementKind::Timeline,
            Self::Prompt(_) => ElementKind::Prompt,
        }
    }

    /// What it is called; `None` for a prompt.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Character(figure) | Self::Location(figure) => Some(&figure.name),
            Self::Mood(mood) => Some(&mood.name),
            Self::Timeline(timeline) => Some(&timeline.name),
            Self::Prompt(_) => None,
        }
    }

    /// With a change merged into its record (RFC 7396).
    pub fn patched(&self, patch: &Map<String, Value>) -> Result<Self, serde_json::Error> {
        Ok(match self {
            Self::Character(record) => Self::Character(merged(record, patch)?),
            Self::Location(record) => Self::Location(merged(record, patch)?),
            Self::Mood(record) => Self::Mood(merged(record, patch)?),
            Self::Timeline(record) => Self::Timeline(merged(record, patch)?),
            Self::Prompt(record) => Self::Prompt(merged(record, patch)?),
        })
    }

    /// The record of a kind that has these members. An error says which is not one of its.
    pub fn of(kind: ElementKind, members: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let members = Value::Object(members);
        Ok(match kind {
            ElementKind::Character => Self::Character(serde_json::from_value(members)?),
            ElementKind::Location => Self::Location(serde_json::from_value(members)?),
            ElementKind::Mood => Self::Mood(serde_json::from_value(members)?),
            ElementKind::Timeline => Self::Timeline(serde_json::from_value(members)?),
            ElementKind::Prompt => Self::Prompt(serde_json::from_value(members)?),
        })
    }

    /// Its members, without its kind.
    pub fn members(&self) -> Result<Map<String, Value>, serde_json::Error> {
        let value = match self {
            Self::Character(record) | Self::Location(record) => serde_json::to_value(record)?,
            Self::Mood(record) => serde_json::to_value(record)?,
            Self::Timeline(record) => serde_json::to_value(record)?,
            Self::Prompt(record) => serde_json::to_value(record)?,
        };
        if let Value::Object(members) = value { Ok(members) } else { Ok(Map::new()) }
    }

    /// The member that names assets.
    pub const fn assets_member(&self) -> &'static str {
        if let Self::Timeline(_) = self { "clips" } else { "asset_ids" }
    }

    /// The assets it names.
    pub fn assets(&self) -> Vec<AssetId> {
        match self {
            Self::Character(figure) | Self::Location(figure) => figure.asset_ids.clone(),
            Self::Mood(mood) => mood.asset_ids.clone(),
            Self::Timeline(timeline) => timeline.clips.iter().map(|clip| clip.asset_id).collect(),
            Self::Prompt(prompt) => prompt.asset_ids.clone(),
        }
    }

    /// The prompts it was made from.
    pub fn derived_from(&self) -> &[ElementId] {
        if let Self::Prompt(prompt) = self { &prompt.derived_from } else { &[] }
    }
}

/// The element that a part is; `None` for a scene.
pub const fn element_of(part: Part) -> Option<ElementRef> {
    match part {
        Part::Scene(_) => None,
        Part::Character(id) => Some(ElementRef { kind: ElementKind::Character, id }),
        Part::Location(id) => Some(ElementRef { kind: ElementKind::Location, id }),
        Part::Mood(id) => Some(ElementRef { kind: ElementKind::Mood, id }),
    }
}

/// The part that an element is; `None` for one without histories.
pub const fn part_of(element: ElementRef) -> Option<Part> {
    match element.kind {
        ElementKind::Character => Some(Part::Character(element.id)),
        ElementKind::Location => Some(Part::Location(element.id)),
        ElementKind::Mood => Some(Part::Mood(element.id)),
        ElementKind::Timeline | ElementKind::Prompt => None,
    }
}
