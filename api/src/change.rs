//! What a client says again of an asset.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::schema::{Evaluation, Line, Text, Word};

/// A JSON merge patch (RFC 7396) on an asset: what is left out stays, null takes it away. Its bytes
/// and how they were made never change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetPatch {
    /// A name to show.
    #[serde(
        default,
        alias = "fileName",
        deserialize_with = "not_null",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(pattern = "\\S", nullable = false)]
    pub filename: Option<String>,
    /// Its role.
    #[serde(
        default,
        alias = "assetType",
        deserialize_with = "said",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<Line>)]
    pub asset_type: Option<Option<String>>,
    /// All its tags.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Word>>, max_items = 64)]
    pub tags: Option<Option<Vec<String>>>,
    /// What people noted about it.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub notes: Option<Option<String>>,
    /// Members of the evaluation: `quality_score`, a number, and whatever else.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Evaluation>)]
    pub evaluation: Option<Option<Map<String, Value>>>,
    /// Members of the metadata.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Option<Map<String, Value>>>,
    /// Puts it away or takes it out again.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<PatchStatus>,
}

/// What a client may make of an asset's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatchStatus {
    /// It is put away.
    Archived,
    /// It is taken out again: it is `ready`, or `failed` where it had failed.
    Ready,
}

/// Tells null from what was left out.
#[expect(clippy::option_option, reason = "left out, null and a value are three things")]
fn said<'de, D, T>(reader: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(reader).map(Some)
}

/// Refuses null.
fn not_null<'de, D, T>(reader: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(reader).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_told_from_what_is_left_out() {
        let patch: AssetPatch = serde_json::from_str(r#"{"notes":null,"tags":["a"]}"#).unwrap();
        assert_eq!((patch.notes, patch.asset_type), (Some(None), None));
        assert_eq!(patch.tags, Some(Some(vec!["a".to_owned()])));
        for refused in [r#"{"filename":null}"#, r#"{"status":"deleted"}"#, r#"{"model":"x"}"#] {
            assert!(serde_json::from_str::<AssetPatch>(refused).is_err(), "{refused}");
        }
    }
}
