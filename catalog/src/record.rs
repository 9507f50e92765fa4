//! The records that people write: a project's and a scene's, and how a change is merged into one.
//!
//! Plain values, written in full by each claim that changes them. Invariant: what is not known is
//! refused when it is read; whatever else somebody wants to keep has its place in `metadata`.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::ids::{AssetId, ElementId, ProjectId};
use crate::marks::merge;

/// What is said about a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectRecord {
    /// What people call it.
    pub name: String,
    /// What its folder is called; `None` calls it as its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it should become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// Assets of the brand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brand_asset_ids: Vec<AssetId>,
    /// Assets of the characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub character_asset_ids: Vec<AssetId>,
    /// Assets of backgrounds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub background_asset_ids: Vec<AssetId>,
    /// What other systems call it, by the system's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub external_codes: BTreeMap<String, String>,
    /// What it refers to outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Free words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Since when it is archived, RFC 3339; `None` while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<String>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// What a project should become.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storyboard {
    /// Its id; made when the client gave none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creative_brief: Option<CreativeBrief>,
    /// A mood of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_mood: Option<ElementId>,
}

/// What was ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreativeBrief {
    /// Whose brand.
    pub brand_name: String,
    /// What is shown.
    pub product_description: String,
    /// To whom.
    pub target_audience: String,
    /// To say what.
    pub key_message: String,
    /// In which tone.
    pub tone: String,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_notes: Option<String>,
}

/// Something outside that a record refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reference {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Which chapter of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapter: Option<String>,
    /// Which segment of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// What there is to say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is said about a scene.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SceneRecord {
    /// Its title.
    pub title: String,
    /// What happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long it should be, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// How it is composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composition: Option<Composition>,
    /// Whatever else was sent, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// How a scene is composed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Composition {
    /// What is where.
    pub description: String,
    /// How it looks.
    pub styling: String,
    /// How it moves.
    pub animation: String,
    /// When it was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<String>,
}

impl ProjectRecord {
    /// The assets it names, with the field that does.
    pub fn assets(&self) -> impl Iterator<Item = (&'static str, AssetId)> {
        let named = |field, ids: &[AssetId]| ids.iter().map(move |id| (field, *id)).collect();
        let lists: [Vec<_>; 3] = [
            named("brand_asset_ids", &self.brand_asset_ids),
            named("character_asset_ids", &self.character_asset_ids),
            named("background_asset_ids", &self.background_asset_ids),
        ];
        lists.into_iter().flatten()
    }

    /// The same with the folder's name composed, and left out where it is the id.
    #[must_use]
    pub fn in_folder(mut self, id: &ProjectId) -> Self {
        let composed = self.folder.map(|name| name.nfc().collect::<String>());
        self.folder = composed.filter(|name| name != id.as_str());
        self
    }

    /// The mood it has selected.
    pub fn selected_mood(&self) -> Option<ElementId> {
        self.storyboard.as_ref()?.selected_mood
    }
}

/// A record with a change merged into it (JSON Merge Patch, RFC 7396). An error says which member
/// is not one of its.
pub fn merged<T: Serialize + DeserializeOwned>(
    record: &T,
    patch: &Map<String, Value>,
) -> Result<T, serde_json::Error> {
    let mut members = serde_json::from_value(serde_json::to_value(record)?)?;
    merge(&mut members, patch);
    serde_json::from_value(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("no object") };
        map
    }

    #[test]
    fn a_change_touches_what_it_names_and_an_unknown_member_is_refused() {
        let record = ProjectRecord {
            name: "Fox".to_owned(),
            tags: vec!["a".to_owned()],
            metadata: map(json!({"x": 1, "y": 2})),
            ..ProjectRecord::default()
        };
        let patch = json!({"description": "d", "metadata": {"x": null}});
        let changed = merged(&record, &map(patch)).unwrap();
        assert_eq!((changed.name.as_str(), changed.tags), ("Fox", record.tags.clone()));
        assert_eq!(changed.metadata, map(json!({"y": 2})));
        let refused = merged(&record, &map(json!({"colour": 1}))).unwrap_err();
        assert!(refused.to_string().contains("`colour`"), "{refused}");
    }
}
