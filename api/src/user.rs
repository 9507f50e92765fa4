//! Users on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{Id, Time, UserName};

/// What a user may do beside looking after its own things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    #[default]
    User,
    /// Look after the daemon: its store and its users.
    Admin,
}

/// `POST …/users`: a user to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Its name, unique.
    #[schema(value_type = UserName)]
    pub name: String,
    /// What it may do; `user` without it.
    #[serde(default)]
    pub role: Role,
}

/// `PATCH …/users/{id}`: what becomes of a user. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<UserName>)]
    pub name: Option<String>,
    /// Its new role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether nothing is answered to it any more.
    #[serde(
        default,
        alias = "isDisabled",
        alias = "disabled",
        skip_serializing_if = "Option::is_none"
    )]
    pub is_disabled: Option<bool>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserReply {
    /// Its id, a UUID.
    #[schema(value_type = Id)]
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether nothing is answered to it any more.
    pub is_disabled: bool,
    /// Who issues the tokens by which it is known; absent where only the daemon's own do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What that issuer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it was made, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// The claim that last changed it.
    pub revision: u64,
}

/// A page of users, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserPage {
    /// At most as many as the limit.
    pub users: Vec<UserReply>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
