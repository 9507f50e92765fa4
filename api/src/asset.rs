//! An asset on the wire, and the form fields that an upload is made of.

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::schema::{AssetKey, DigestText, Id, Metadata, ProjectId, Time, Url};

/// Where a generation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There are bytes.
    Ready,
    /// The attempt failed: there is an error and no bytes.
    Failed,
    /// It was put away, whether it had failed or not; nothing else of it changes.
    Archived,
    /// It was deleted, whether it had failed or not; one with a digest had bytes.
    Deleted,
}

/// One asset: a generated file or a failed attempt, and how it was made.
///
/// Facts that were not given are absent. The same shape answers an upload, `GET …/assets/{id}` and
/// each element of a history's `versions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetReply {
    /// Its id, a UUID.
    #[schema(value_type = Id)]
    pub id: String,
    /// The id once more, under the name that older clients use.
    #[schema(value_type = Id)]
    pub asset_id: String,
    /// Where its bytes are, absolute; needs the bearer token. Absent for a failed attempt and while
    /// it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Url>)]
    pub url: Option<String>,
    /// The same for images, video and audio, signed: it works without a token, as in `<img>`, for a
    /// day or two. Absent where `url` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Url>)]
    pub public_url: Option<String>,
    /// The kind of media: image, video, audio, thumbnail, other, … An open set.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its role: brand, character, background, … An open set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_type: Option<String>,
    /// Whether there are bytes.
    pub status: Status,
    /// A safe name to show; never a path.
    pub filename: String,
    /// BLAKE3-256 of the bytes: what `b3sum` prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DigestText>)]
    pub digest: Option<Digest>,
    /// How many bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Their media type (RFC 6838).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Free words.
    #[serde(default)]
    #[schema(required = true)]
    pub tags: Vec<String>,
    /// The id that the client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The project whose history it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub project_id: Option<String>,
    /// The scene in that project; absent where the history is the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub scene_id: Option<String>,
    /// The character in that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub character_id: Option<String>,
    /// The location in that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub location_id: Option<String>,
    /// The mood in that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub mood_id: Option<String>,
    /// That scene's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene_number: Option<u32>,
    /// The history's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AssetKey>)]
    pub asset_key: Option<String>,
    /// Its version there, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who ran the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The asset this one replaces or varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub parent_id: Option<String>,
    /// The assets it was made from.
    #[serde(default)]
    #[schema(value_type = Vec<Id>, required = true)]
    pub source_asset_ids: Vec<String>,
    /// The workflow that ran, under the id that its program gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The prompt record that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_id: Option<String>,
    /// Whether it was made, directly or not, from a version that no longer stands for its history.
    #[serde(default)]
    #[schema(required = true)]
    pub outdated: bool,
    /// Those versions' assets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Id>)]
    pub outdated_sources: Vec<String>,
    /// What it cost, in the account's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_cost: Option<f64>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_time_ms: Option<u64>,
    /// When the generator was done, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub completed_at: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What people noted about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How good it is: `quality_score`, a number, and whatever else was said.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Metadata)]
    pub evaluation: Map<String, Value>,
    /// Whatever else was sent, as it was sent.
    #[serde(default)]
    #[schema(value_type = Metadata, required = true)]
    pub metadata: Map<String, Value>,
    /// When it was recorded, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// The same time, under the name that older clients use.
    #[schema(value_type = Time)]
    pub uploaded_at: String,
    /// When it was deleted, RFC 3339; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub deleted_at: Option<String>,
    /// Who owns it.
    #[schema(value_type = Id)]
    pub user_id: String,
    /// The claim that last changed it.
    pub revision: u64,
    /// Its file in the mount, relative to the mount's root. Absent while it belongs to no history
    /// that the mount shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

macro_rules! upload_fields {
    ($($(#[doc = $doc:literal])+ $field:ident = $snake:literal | $camel:literal,)*) => {
        /// A field of the upload form (`multipart/form-data`), in any order, each at most once.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum UploadField {
            $($(#[doc = $doc])+ $field,)*
        }

        impl UploadField {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// The name to send.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $snake,)*
                }
            }

            /// What it is.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$field => concat!($($doc),+),)*
                }
            }

            /// The field that a sent name means, in either casing; `None` for an unknown one.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($snake => Some(Self::$field),)*
                    name => Self::in_camel_case(name),
                }
            }

            fn in_camel_case(name: &str) -> Option<Self> {
                $(if name == $camel {
                    return Some(Self::$field);
                })*
                None
            }
        }
    };
}

upload_fields! {
    /// The bytes, with a file name and perhaps a media type.
    File = "file" | "file",
    /// In place of the file: the digest of bytes that one of the sender's own assets has. Where it
    /// has not, the refusal's code is `bytes_needed`: send the file.
    Digest = "digest" | "digest",
    /// A name to show in place of the file part's own.
    Filename = "filename" | "fileName",
    /// The client's own id for it.
    ClientId = "client_id" | "clientId",
    /// The kind of media; found in the bytes when it is left out.
    Type = "type" | "type",
    /// A JSON array of words.
    Tags = "tags" | "tags",
    /// The project whose history it becomes a version of; needs an asset key.
    ProjectId = "project_id" | "projectId",
    /// The scene there, by id.
    SceneId = "scene_id" | "sceneId",
    /// The scene there, by number; not together with its id.
    SceneNumber = "scene_number" | "sceneNumber",
    /// The character there, by id; not together with a scene.
    CharacterId = "character_id" | "characterId",
    /// The same as a JSON array of one id.
    CharacterIds = "character_ids" | "characterIds",
    /// The location there, by id.
    LocationId = "location_id" | "locationId",
    /// The same as a JSON array of one id.
    LocationIds = "location_ids" | "locationIds",
    /// The mood there, by id.
    MoodId = "mood_id" | "moodId",
    /// The history's key: `scene_video`, …
    AssetKey = "asset_key" | "assetKey",
    /// Its role: brand, character, background, …
    AssetType = "asset_type" | "assetType",
    /// `true` makes it the best version in the same step.
    SetBest = "set_best" | "setBest",
    /// Who ran the model.
    Provider = "provider" | "provider",
    /// Which model.
    Model = "model" | "model",
    /// What it was asked for.
    Prompt = "prompt" | "prompt",
    /// The asset this one replaces or varies.
    ParentId = "parent_id" | "parentId",
    /// A JSON array of the assets it was made from.
    SourceAssetIds = "source_asset_ids" | "sourceAssetIds",
    /// The workflow that ran, under its program's own id.
    WorkflowId = "workflow_id" | "workflowId",
    /// The prompt record that it was made from.
    PromptId = "prompt_id" | "promptId",
    /// When the generator was done, RFC 3339.
    CompletedAt = "completed_at" | "completedAt",
    /// What it cost, a number.
    EstimatedCost = "estimated_cost" | "estimatedCost",
    /// How long it took, in whole milliseconds.
    GenerationTimeMs = "generation_time_ms" | "generationTimeMs",
    /// A JSON object, kept as it is.
    Metadata = "metadata" | "metadata",
    /// `ready` (also when left out), or `failed` to record a failed attempt without a file.
    Status = "status" | "status",
    /// Why the attempt failed; with `status=failed` only.
    Error = "error" | "error",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_in_camel_case() {
        for field in UploadField::ALL {
            assert_eq!(UploadField::named(field.name()), Some(*field));
        }
        assert_eq!(UploadField::named("clientId"), Some(UploadField::ClientId));
        assert_eq!(UploadField::named("generationTimeMs"), Some(UploadField::GenerationTimeMs));
        assert_eq!(UploadField::named("promt"), None);
    }
}
