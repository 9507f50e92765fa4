//! Signed URLs on the wire: links that work without a token, for a time.

use serde::{Deserialize, Serialize};

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

/// A signed URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The URL, absolute. Whoever has it may read these bytes.
    pub url: String,
    /// Until when, RFC 3339.
    pub expires_at: String,
}

/// `POST …/signing-keys`: which key signs from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeys {
    /// Names the key that signs.
    pub current: String,
    /// Names the one whose URLs stay valid until they expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}
