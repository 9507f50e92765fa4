//! Contents by digest: which of them a user already has.

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::DigestText;

/// Most digests of one request: below a body's limit, and answered in moments.
pub const DIGESTS_MAX: usize = 4096;

/// Digests that are asked about, at most [`DIGESTS_MAX`], and those of them that are the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// The digests.
    #[schema(value_type = Vec<DigestText>, max_items = 4096)]
    pub digests: Vec<Digest>,
}
