//! Tokens on the wire: what they may do, and the one reply that shows one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{Id, Name, ProjectId, Time};

/// What a request may do. Each includes those before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// See what is the user's own.
    Read,
    /// Change it, too.
    Write,
    /// Look after the daemon, too; only a user whose role is admin has it.
    Admin,
}

impl Access {
    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// `POST …/tokens`: a token to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What people call it, so that they know which one to revoke.
    #[schema(value_type = Name)]
    pub name: String,
    /// What it may do; at most what the asker may.
    pub access: Access,
    /// The one project that it sees; without it, it sees all of its user's.
    #[serde(default, alias = "projectId", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub project_id: Option<String>,
    /// After how many seconds it is no longer valid; never, without it.
    #[serde(default, alias = "expiresIn", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 316_224_000)]
    pub expires_in: Option<u64>,
    /// For whom; the asker, without it. An admin makes them for others.
    #[serde(default, alias = "userId", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub user_id: Option<String>,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenReply {
    /// Its id, a UUID; it says nothing of the secret.
    #[schema(value_type = Id)]
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whom it speaks for.
    #[schema(value_type = Id)]
    pub user_id: String,
    /// What it may do.
    pub access: Access,
    /// The one project that it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub project_id: Option<String>,
    /// When it was made, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// When it ends; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub expires_at: Option<String>,
    /// When it was last used, as far as the running daemon knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub last_used_at: Option<String>,
}

/// A token that was just made. Its secret is shown here and never again.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenMade {
    /// The secret, as `Authorization: Bearer` takes it.
    pub token: String,
    /// What else there is to say of it.
    #[serde(flatten)]
    pub reply: TokenReply,
}

impl std::fmt::Debug for TokenMade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenMade").field("reply", &self.reply).finish_non_exhaustive()
    }
}

/// The tokens of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    /// All of them, oldest first.
    pub tokens: Vec<TokenReply>,
}
