//! Who a request comes from and what it may do.
//!
//! Knows headers and tokens, no route. Invariant: nobody is granted more than their role, and a
//! disabled user is granted nothing; why a token is refused is not said.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use jiff::Timestamp;
use rushes_api::{Access, Code};
use rushes_vault::command::CommandError;
use rushes_vault::ids::{ProjectId, UserId};
use rushes_vault::model::{Role, Viewer};

use crate::error::Refusal;
use crate::sign::{Signature, SignatureError};
use crate::state::App;
use crate::tokens;

/// The name of the user that the first start makes.
pub const ADMIN: &str = "admin";

/// Who asks, and what they may do.
#[derive(Debug, Clone)]
pub struct Grant {
    /// On whose behalf.
    pub viewer: Viewer,
    /// How much they may do.
    pub access: Access,
    /// The one project that they see; `None` for all of the user's.
    pub project: Option<ProjectId>,
    /// When it ends, where it is not renewed by somebody else.
    pub ends: Option<Timestamp>,
    /// Whether it is for this one target alone, by a signature in it.
    pub is_signed: bool,
}

impl Grant {
    /// Grants a user what it may at most; `None` for one that is disabled or not there.
    fn of(app: &App, user: UserId, access: Access) -> Option<Self> {
        let most = match app.users.role(user)? {
            Role::User => Access::Write,
            Role::Admin => Access::Admin,
        };
        let viewer = Viewer { user };
        Some(Self { viewer, access: access.min(most), project: None, ends: None, is_signed: false })
    }

    /// Refuses a request that needs more.
    pub fn must_have(&self, access: Access) -> Result<(), Refusal> {
        if self.access >= access {
            return Ok(());
        }
        let detail = match access {
            Access::Admin => "this needs an admin's token with access admin".to_owned(),
            access => format!("this needs a token with access {}", access.as_str()),
        };
        Err(Refusal::new(Code::Forbidden, detail))
    }
}

/// Grants what the token of a request may do.
pub async fn grant(app: &Arc<App>, headers: &HeaderMap, now: Timestamp) -> Result<Grant, Refusal> {
    let refused = |detail: &str| Refusal::new(Code::Unauthorized, detail);
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let header = match (sent.next(), sent.next()) {
        (Some(header), None) => header,
        (None, _) => return Err(refused("send a token: Authorization: Bearer TOKEN")),
        (Some(_), Some(_)) => return Err(refused("send one Authorization header")),
    };
    let token = header.to_str().ok().and_then(bearer);
    let token = token.ok_or_else(|| refused("the token must be sent as: Bearer TOKEN"))?;
    let invalid = || refused("the token is not valid here");
    if !token.starts_with(tokens::PREFIX) {
        let user = identified(app, token).await?.ok_or_else(invalid)?;
        return Grant::of(app, user, Access::Admin).ok_or_else(invalid);
    }
    let token = app.tokens.find(token, now).ok_or_else(invalid)?;
    let record = &token.record;
    let grant = Grant::of(app, record.user_id, record.access).ok_or_else(invalid)?;
    Ok(Grant { project: record.project_id.clone(), ends: record.expires_at, ..grant })
}

/// The user of an issuer's token, made with the first one that comes; `None` for a token that is
/// not valid.
async fn identified(app: &Arc<App>, token: &str) -> Result<Option<UserId>, Refusal> {
    let Some(issuer) = &app.issuer else { return Ok(None) };
    let Some(identity) = issuer.identity(token).await else { return Ok(None) };
    if let Some(user) = app.users.identified(&identity) {
        return Ok(Some(user));
    }
    let asked = Arc::clone(app);
    let made = app.crossing.call(move || {
        let made = asked.vault.identified_user(&identity).inspect(|user| asked.users.learn(user));
        match made {
            Ok(user) => Ok(Some(user.id)),
            // The subject is nothing that can be kept.
            Err(CommandError::Invalid { .. }) => Ok(None),
            Err(error) => Err(Refusal::from(error)),
        }
    });
    made.await
}

/// Grants what a signed URL shows.
pub fn grant_signed(
    app: &App,
    method: &Method,
    (path, query): (&str, &str),
    now: Timestamp,
) -> Result<Grant, Refusal> {
    let checked = app.signer.check(method, (path, query), now);
    let Signature { user, ends } = checked.map_err(|error| {
        let code = match error {
            SignatureError::Absurd => Code::BadRequest,
            SignatureError::Refused => Code::Forbidden,
        };
        Refusal::new(code, error.to_string())
    })?;
    let refused = || Refusal::new(Code::Forbidden, SignatureError::Refused.to_string());
    let grant = Grant::of(app, user, Access::Read).ok_or_else(refused)?;
    Ok(Grant { ends: Some(ends), is_signed: true, ..grant })
}

/// The token of an `Authorization` header (RFC 6750); the scheme's case does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("Bearer x"), Some("x"));
        assert_eq!(bearer("bearer  x "), Some("x"));
        assert_eq!(bearer("Basic x"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
