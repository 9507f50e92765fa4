//! Versions of several histories in one request.

use std::collections::BTreeMap;

use rushes_digest::Digest;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::asset::AssetReply;
use crate::history::{HistoryReply, VersionSummary};
use crate::problem::Problem;
use crate::schema::{AssetKey, DigestText, Metadata, collect, member};

/// What of the project in the path a history belongs to; nothing named is the project itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeMembers {
    /// The project; only the one in the path.
    #[serde(default, alias = "projectId", skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// A scene, by its id.
    #[serde(default, alias = "sceneId", skip_serializing_if = "Option::is_none")]
    pub scene_id: Option<String>,
    /// A scene, by its number; beside its id, as in answers, that counts.
    #[serde(default, alias = "sceneNumber", skip_serializing_if = "Option::is_none")]
    pub scene_number: Option<u32>,
    /// A character.
    #[serde(default, alias = "characterId", skip_serializing_if = "Option::is_none")]
    pub character_id: Option<String>,
    /// The same as an array of one id.
    #[serde(default, alias = "characterIds", skip_serializing_if = "Vec::is_empty")]
    pub character_ids: Vec<String>,
    /// A location.
    #[serde(default, alias = "locationId", skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    /// The same as an array of one id.
    #[serde(default, alias = "locationIds", skip_serializing_if = "Vec::is_empty")]
    pub location_ids: Vec<String>,
    /// A mood.
    #[serde(default, alias = "moodId", skip_serializing_if = "Option::is_none")]
    pub mood_id: Option<String>,
}

/// Asks for one version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVersion {
    /// What it is for.
    #[serde(default)]
    pub scope: ScopeMembers,
    /// The history's key.
    #[serde(alias = "assetKey")]
    pub asset_key: String,
    /// An asset that was uploaded and belongs to no history yet.
    #[serde(default, alias = "assetId", skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<String>,
    /// Or the digest of bytes that an asset of the sender's has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DigestText>)]
    pub digest: Option<Digest>,
    /// Or where a provider keeps the file for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// The kind of media; found in the bytes when it is left out. An asset that was uploaded keeps
    /// its own.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A name to show.
    #[serde(default, alias = "fileName", skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whatever else; of an asset that was uploaded, members to add to what it has.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Metadata)]
    pub metadata: Map<String, Value>,
    /// Makes it the best version in the same step.
    #[serde(default, alias = "setBest")]
    pub set_best: bool,
}

/// What became of new versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionsMade {
    /// Those that were made, in the order of the request.
    pub versions: Vec<AssetReply>,
    /// Those that were refused; the others hold.
    pub errors: Vec<VersionFailure>,
}

/// Why one entry of a request was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionFailure {
    /// Which one, from 0.
    pub index: usize,
    /// What it was for.
    pub scope: ScopeMembers,
    /// The history's key, as it was sent.
    pub asset_key: String,
    /// Why.
    pub problem: Problem,
}

/// Which version of a history: `best` (what stands for it: the chosen one, else the latest ready
/// one), `latest`, `all`, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Which {
    /// By its number.
    Number(#[serde(deserialize_with = "whole")] u32),
    /// By a word.
    Named(WhichWord),
}

/// Reads a whole number, also one that is written as `7.0`.
fn whole<'de, D: Deserializer<'de>>(reader: D) -> Result<u32, D::Error> {
    let number = f64::deserialize(reader)?;
    let whole = format!("{number:.0}").parse().ok().filter(|_| number.fract() == 0.0);
    whole.ok_or_else(|| D::Error::custom("must be a whole number"))
}

/// Which version of a history, by a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichWord {
    /// What stands for it.
    Best,
    /// The newest one that is not deleted.
    Latest,
    /// All of them.
    All,
}

/// Asks for versions of one history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// What it belongs to.
    #[serde(default)]
    pub scope: ScopeMembers,
    /// Its key.
    #[serde(alias = "assetKey")]
    pub asset_key: String,
    /// Which ones.
    pub which: Which,
}

/// The versions of one history that were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionsFound {
    /// What it belongs to.
    pub scope: ScopeMembers,
    /// Its key.
    pub asset_key: String,
    /// Which ones were asked for.
    pub which: Which,
    /// The versions; none where there is no such history or version.
    pub versions: Vec<AssetReply>,
}

/// Chooses the best version of one history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BestChoice {
    /// What it belongs to.
    #[serde(default)]
    pub scope: ScopeMembers,
    /// Its key.
    #[serde(alias = "assetKey")]
    pub asset_key: String,
    /// Which version.
    pub version: u32,
}

/// What became of several choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BestsReply {
    /// What stands for each history now, in the order of the request.
    pub best: Vec<BestVersion>,
    /// Those that were refused; the others hold.
    pub errors: Vec<VersionFailure>,
}

/// What stands for each history of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BestPage {
    /// The project's own first, then those of its scenes.
    pub best: Vec<BestVersion>,
}

/// What stands for a history: the chosen version, else the latest ready one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BestVersion {
    /// What the history belongs to.
    pub scope: ScopeMembers,
    /// Its key.
    #[schema(value_type = AssetKey)]
    pub asset_key: String,
    /// Whether it was chosen.
    pub chosen: bool,
    /// The version.
    #[serde(flatten)]
    pub version: VersionSummary,
}

/// The histories of a scope with all their versions, by asset key.
pub type HistoriesReply = BTreeMap<String, HistoryReply>;

/// The shape of [`HistoriesReply`], under a name of its own; never a value.
#[derive(Debug)]
pub enum Histories {}

impl PartialSchema for Histories {
    fn schema() -> RefOr<Schema> {
        let history = member::<HistoryReply>("A history with all its versions.");
        let histories = ObjectBuilder::new().additional_properties(Some(history));
        histories.description(Some("Histories by asset key.")).into()
    }
}

impl ToSchema for Histories {
    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        collect::<HistoryReply>(into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_version_is_a_word_or_a_number() {
        let which = |json: &str| serde_json::from_str::<Which>(json);
        assert_eq!(which("3").unwrap(), Which::Number(3));
        assert_eq!(which("3.0").unwrap(), Which::Number(3));
        assert_eq!(which("\"latest\"").unwrap(), Which::Named(WhichWord::Latest));
        assert!(which("\"newest\"").is_err() && which("-1").is_err());
        assert!(which("1.5").is_err() && which("4294967296").is_err());
    }
}
