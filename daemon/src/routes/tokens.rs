//! `/tokens`: a user's own tokens, and for admins those of others.
//!
//! Invariant: nobody makes a token that may do more, or lasts longer, than the one they ask with.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rushes_api::schema::Id;
use rushes_api::{Access, Code, NewToken, TokenList, TokenMade, TokenReply, paths};
use rushes_vault::command::NAME_CHARS_MAX;
use rushes_vault::ids::{ProjectId, UserId};
use rushes_vault::model::Viewer;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::Ref;

use crate::call::Call;
use crate::clock::{self, rfc3339};
use crate::error::Refusal;
use crate::operation::{Operation, delete, get, post};
use crate::parameters::{example, query, such_as};
use crate::tokens::{self, Token};
use crate::{intake, reply};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let whose = "Whose: the asker's own without it; an admin may name another user.";
    let token = json!({"name": "render farm", "access": "read", "expires_in": 86400});
    vec![
        get("/tokens", list)
            .named("list_tokens", "Answers a user's tokens, without their secrets.")
            .with(such_as(
                query("user_id", whose, Ref::from_schema_name(Id::name())),
                example::USER,
            ))
            .reads::<TokenList>()
            .fails(&[Code::Invalid]),
        post("/tokens", create)
            .named("create_token", "Makes a token, and shows its secret this once.")
            .takes::<NewToken>(token)
            .makes::<TokenMade>(),
        delete("/tokens/{token}", revoke)
            .named("revoke_token", "Revokes a token: it is refused from the next request on.")
            .deletes(),
    ]
}

/// Longest life that can be asked for, in seconds: ten years. Without an end it is for ever.
const EXPIRES_S_MAX: u64 = 10 * 366 * 24 * 60 * 60;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(alias = "userId")]
    user_id: Option<String>,
}

/// Answers a user's tokens.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let Query(asked) = Query::<Asked>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let user = whose(&call, asked.user_id)?;
    let tokens = call.app.tokens.of_user(user, clock::now());
    let tokens = tokens.iter().map(|token| shown(token)).collect();
    reply::read(&call.headers, &TokenList { tokens })
}

/// Makes a token, and shows its secret this once.
pub async fn create(call: Call, body: Body) -> Result<Response, Refusal> {
    let asked: NewToken = intake::json(&call.headers, body).await?;
    call.grant.must_have(asked.access)?;
    let now = clock::now();
    let name = named(asked.name)?;
    let user_id = whose(&call, asked.user_id)?;
    let expires_at = end(&call, asked.expires_in, now)?;
    let project = asked.project_id.map(|id| id.parse::<ProjectId>()).transpose();
    let missing = || Refusal::invalid("project_id", "there is no such project");
    let project_id = project.map_err(|_| missing())?;
    let new = tokens::NewToken { name, user_id, access: asked.access, project_id, expires_at };
    let app = Arc::clone(&call.app);
    let (token, made) = call
        .ask(move |vault, _| {
            if app.users.role(user_id).is_none() {
                return Err(Refusal::invalid("user_id", "there is no such user"));
            }
            if let Some(id) = &new.project_id {
                vault.project(Viewer { user: user_id }, id)?.ok_or_else(missing)?;
            }
            Ok(app.tokens.create(new, now)?)
        })
        .await?;
    let made = TokenMade { token, reply: shown(&made) };
    let location = call.links.to(&paths::token(&made.reply.id));
    reply::secret(&location, &made)
}

/// Revokes a token: it is refused from the next request on.
pub async fn revoke(call: Call) -> Result<Response, Refusal> {
    let id = call.token()?;
    let of = (call.grant.access < Access::Admin).then_some(call.viewer.user);
    let app = Arc::clone(&call.app);
    let revoked = call.ask(move |_, _| app.tokens.revoke(id, of, clock::now())).await?;
    if revoked {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Refusal::missing("token"))
    }
}

/// Whose tokens are meant: the viewer's, or for an admin those of whoever is named.
fn whose(call: &Call, user: Option<String>) -> Result<UserId, Refusal> {
    let Some(user) = user else { return Ok(call.viewer.user) };
    let missing = || Refusal::invalid("user_id", "there is no such user");
    let user: UserId = user.parse().map_err(|_| missing())?;
    if user != call.viewer.user {
        call.grant.must_have(Access::Admin)?;
    }
    Ok(user)
}

fn named(name: String) -> Result<String, Refusal> {
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::invalid("name", "must be a line of text"));
    }
    let length = name.chars().count();
    if length > NAME_CHARS_MAX {
        let reason = format_args!("at most {NAME_CHARS_MAX} characters, got {length}");
        return Err(Refusal::invalid("name", reason));
    }
    Ok(name)
}

/// When a token ends that is to live so many seconds: never after the one that is asked with.
fn end(call: &Call, expires_in: Option<u64>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let Some(seconds) = expires_in else { return Ok(call.grant.ends) };
    if !(1..=EXPIRES_S_MAX).contains(&seconds) {
        let reason = format_args!("must be from 1 to {EXPIRES_S_MAX} seconds");
        return Err(Refusal::invalid("expires_in", reason));
    }
    let life = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let end = now.checked_add(life).map_err(Refusal::failed)?;
    Ok(Some(call.grant.ends.map_or(end, |ends| ends.min(end))))
}

fn shown(token: &Token) -> TokenReply {
    let record = &token.record;
    TokenReply {
        id: record.id.to_string(),
        name: record.name.clone(),
        user_id: record.user_id.to_string(),
        access: record.access,
        project_id: record.project_id.as_ref().map(ToString::to_string),
        created_at: rfc3339(record.created_at),
        expires_at: record.expires_at.map(rfc3339),
        last_used_at: token.last_used().map(rfc3339),
    }
}
