//! Characters, locations, moods, timelines and prompts on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::history::HistorySummary;
use crate::record::{Figure, Mood, Prompt, Timeline};

/// An element of a project with its histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElementReply<R> {
    /// Its id, a UUID.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// What is said about it.
    #[serde(flatten)]
    pub record: R,
    /// Its histories by asset key; timelines and prompts have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assets: BTreeMap<String, HistorySummary>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    pub updated_at: String,
    /// The claim that last changed it.
    pub revision: u64,
}

/// A character.
pub type CharacterReply = ElementReply<Figure>;
/// A location.
pub type LocationReply = ElementReply<Figure>;
/// A mood.
pub type MoodReply = ElementReply<Mood>;
/// A timeline.
pub type TimelineReply = ElementReply<Timeline>;
/// A prompt.
pub type PromptReply = ElementReply<Prompt>;

/// An element that a project is made with: its record, and the id that it should have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NewElement<R> {
    /// Its id, a UUID; made when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is said about it.
    #[serde(flatten)]
    pub record: R,
}
