//! What may be said of an asset again after it was made, and how a patch changes it.
//!
//! Plain values; asks no table. Invariant: nothing here is about bytes or about how they were made:
//! those never change.

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What may be said again of an asset, in full.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// A safe name to show; never a path.
    pub filename: String,
    /// Its role: brand, character, background, … An open set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_type: Option<String>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What people noted about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How good it is: `quality_score`, a number, and whatever else was said.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub evaluation: Map<String, Value>,
    /// Whatever else was sent, as it was sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// Where the metadata lies when it is larger than a claim should be: a blob of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_digest: Option<Digest>,
    /// Whether it was put away: it is there, but not among the newest ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_archived: bool,
}

/// What is to be said again of an asset (RFC 7396): what is `None` stays as it is; `Some(None)`
/// takes it away.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AssetPatch {
    /// The name to show (see [`crate::names::display_name`]).
    pub filename: Option<String>,
    /// Its role.
    pub asset_type: Option<Option<String>>,
    /// All the words.
    pub tags: Option<Vec<String>>,
    /// What people noted about it.
    pub notes: Option<Option<String>>,
    /// Members of the evaluation; one that is null goes.
    pub evaluation: Option<Option<Map<String, Value>>>,
    /// Members of the metadata; one that is null goes. Only said here: what becomes of it is
    /// a command's `MergedMetadata`, because large metadata is no fact that the tables know.
    pub metadata: Option<Option<Map<String, Value>>>,
    /// Whether it is put away.
    pub is_archived: Option<bool>,
}

impl Marks {
    /// Says what a patch says; the metadata apart.
    pub fn apply(&mut self, patch: &AssetPatch) {
        let patch = patch.clone();
        set(&mut self.filename, patch.filename);
        set(&mut self.asset_type, patch.asset_type);
        set(&mut self.notes, patch.notes);
        set(&mut self.is_archived, patch.is_archived);
        set(&mut self.tags, patch.tags.map(once_each));
        match patch.evaluation {
            None => {}
            Some(None) => self.evaluation.clear(),
            Some(Some(members)) => merge(&mut self.evaluation, &members),
        }
    }
}

impl AssetPatch {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn set<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

/// The words without those that were there before.
pub fn once_each(words: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    words.into_iter().filter(|word| seen.insert(word.clone())).collect()
}

/// Changes an object as a JSON merge patch says (RFC 7396).
pub fn merge(object: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                object.shift_remove(name);
            }
            Value::Object(members) => {
                let below = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !below.is_object() {
                    *below = Value::Object(Map::new());
                }
                if let Value::Object(below) = below {
                    merge(below, members);
                }
            }
            value => {
                object.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("no object") };
        object
    }

    #[test]
    fn a_merge_patch_changes_what_it_names() {
        // The examples of RFC 7396, appendix A, that are about objects.
        for (before, patch, after) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = object(before);
            merge(&mut merged, &object(patch));
            assert_eq!(Value::Object(merged), after);
        }
        // The others stay in the order in which they were sent.
        let mut merged = object(json!({"a": 1, "b": {"x": 1, "y": 2, "z": 3}, "c": 3, "d": 4}));
        merge(&mut merged, &object(json!({"a": null, "b": {"x": null}, "e": 5})));
        let text = Value::Object(merged).to_string();
        assert_eq!(text, r#"{"b":{"y":2,"z":3},"c":3,"d":4,"e":5}"#);
    }

    #[test]
    fn a_patch_leaves_what_it_does_not_name() {
        let mut marks = Marks {
            filename: "a.png".to_owned(),
            notes: Some("dark".to_owned()),
            evaluation: object(json!({"quality_score": 3, "by": "ada"})),
            ..Marks::default()
        };
        let patch = AssetPatch {
            tags: Some(vec!["fox".to_owned(), "den".to_owned(), "fox".to_owned()]),
            notes: Some(None),
            evaluation: Some(Some(object(json!({"quality_score": 4.5})))),
            ..AssetPatch::default()
        };
        marks.apply(&patch);
        assert_eq!(marks.tags, ["fox", "den"]);
        assert_eq!((marks.filename.as_str(), &marks.notes), ("a.png", &None));
        assert_eq!(Value::Object(marks.evaluation), json!({"quality_score": 4.5, "by": "ada"}));
        assert!(!patch.is_empty() && AssetPatch::default().is_empty());
    }
}
