//! Signed URLs on the wire: links that work without a token, for a time.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::schema::{Id, Time, Url, collect, member, one_of};

/// Longest life of a signed URL, in seconds: 7 days.
pub const SIGNED_S_MAX: u64 = 7 * 24 * 60 * 60;

/// `POST …/sign`: what to make a URL for, by id or by its place in the mount.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The asset.
    #[serde(default, alias = "assetId", skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<String>,
    /// Its place in the mount, as replies give it in `path`. What stands there now is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// For how many seconds, at most [`SIGNED_S_MAX`].
    #[serde(alias = "expiresIn")]
    pub expires_in: u64,
}

impl PartialSchema for Sign {
    fn schema() -> RefOr<Schema> {
        let most = usize::try_from(SIGNED_S_MAX).unwrap_or(usize::MAX);
        let expires_in = || {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
            seconds.maximum(Some(most)).description(Some("For how many seconds."))
        };
        let path = ObjectBuilder::new().schema_type(Type::String);
        let path = path.description(Some("Its place in the mount, as replies give it."));
        let by_id = ("asset_id", member::<Id>("The asset.").into());
        let by_path = ("path", path.into());
        one_of([by_id, by_path], &[("expires_in", &expires_in)])
    }
}

impl ToSchema for Sign {
    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        collect::<Id>(into);
    }
}

/// A signed URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signed {
    /// The URL, absolute. Whoever has it may read these bytes.
    #[schema(value_type = Url)]
    pub url: String,
    /// Until when, RFC 3339.
    #[schema(value_type = Time)]
    pub expires_at: String,
}

/// `POST …/signing-keys`: which key signs from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKeys {
    /// Names the key that signs.
    pub current: String,
    /// Names the one whose URLs stay valid until they expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}
