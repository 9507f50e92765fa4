//! Contents by digest: which of them a user already has.

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};

/// Most digests of one request: below a body's limit, and answered in moments.
pub const DIGESTS_MAX: usize = 4096;

/// Digests that are asked about, at most [`DIGESTS_MAX`], and those of them that are the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// The digests.
    pub digests: Vec<Digest>,
}
