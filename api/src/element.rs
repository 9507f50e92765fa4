//! Characters, locations, moods, timelines and prompts on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::history::HistorySummary;
use crate::record::{Figure, Mood, Prompt, Timeline};
use crate::schema::{Id, ProjectId, Time, both, collect, maybe, member};

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

/// A character or a location that a project is made with.
pub type NewFigure = NewElement<Figure>;
/// A mood that a project is made with.
pub type NewMood = NewElement<Mood>;
/// A timeline that a project is made with.
pub type NewTimeline = NewElement<Timeline>;
/// A prompt that a project is made with.
pub type NewPrompt = NewElement<Prompt>;

macro_rules! pages {
    ($($(#[$doc:meta])* $page:ident { $all:ident: $element:ident })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $page {
            /// At most as many as the limit.
            pub $all: Vec<$element>,
            /// Asks for the next page as `?cursor=`; absent on the last one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub next_cursor: Option<String>,
        }
    )*};
}

pages! {
    /// A page of characters, in the order in which they came.
    CharacterPage { characters: CharacterReply }
    /// A page of locations, in the order in which they came.
    LocationPage { locations: LocationReply }
    /// A page of moods, in the order in which they came.
    MoodPage { moods: MoodReply }
    /// A page of timelines, in the order in which they came.
    TimelinePage { timelines: TimelineReply }
    /// A page of prompts, in the order in which they came.
    PromptPage { prompts: PromptReply }
}

impl<R: ToSchema> PartialSchema for ElementReply<R> {
    fn schema() -> RefOr<Schema> {
        let revision = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let assets = ObjectBuilder::new()
            .additional_properties(Some(member::<HistorySummary>("A history in short.")))
            .description(Some("Its histories by asset key; timelines and prompts have none."));
        let frame = ObjectBuilder::new()
            .property("id", member::<Id>("Its id."))
            .property("project_id", member::<ProjectId>("The project it belongs to."))
            .property("assets", assets)
            .property("created_at", member::<Time>("When it was made."))
            .property("updated_at", member::<Time>("When its record was last written."))
            .property("revision", revision.description(Some("The claim that last changed it.")));
        let always = ["id", "project_id", "created_at", "updated_at", "revision"];
        both(R::schema(), always.into_iter().fold(frame, ObjectBuilder::required))
    }
}

impl<R: ToSchema> ToSchema for ElementReply<R> {
    fn name() -> Cow<'static, str> {
        format!("{}Reply", R::name()).into()
    }

    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        R::schemas(into);
        collect::<HistorySummary>(into);
        collect::<Id>(into);
        collect::<ProjectId>(into);
        collect::<Time>(into);
    }
}

impl<R: ToSchema> PartialSchema for NewElement<R> {
    fn schema() -> RefOr<Schema> {
        let id = maybe::<Id>("Its id; made when it is left out.");
        both(R::schema(), ObjectBuilder::new().property("id", id))
    }
}

impl<R: ToSchema> ToSchema for NewElement<R> {
    fn name() -> Cow<'static, str> {
        format!("New{}", R::name()).into()
    }

    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        R::schemas(into);
        collect::<Id>(into);
    }
}
