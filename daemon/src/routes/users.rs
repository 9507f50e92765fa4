//! `/users`: who there is, for admins.
//!
//! Invariant: what changes here holds on the next request.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Query;
use axum::response::Response;
use rushes_api::schema::Id;
use rushes_api::{Code, NewUser, Role, UserPage, UserPatch, UserReply, paths};
use rushes_vault::command;
use rushes_vault::ids::UserId;
use rushes_vault::model::{self, User};
use serde::Deserialize;
use serde_json::json;

use crate::call::Admin;
use crate::error::Refusal;
use crate::operation::{Operation, get, patch, post};
use crate::{intake, reply};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/users", list)
            .named("list_users", "Answers a page of users.")
            .paged::<Id>()
            .reads::<UserPage>(),
        post("/users", create)
            .named("create_user", "Makes a user.")
            .keyed()
            .takes::<NewUser>(json!({"name": "bea", "role": "user"}))
            .makes::<UserReply>()
            .fails(&[Code::Taken]),
        get("/users/{user}", show).named("get_user", "Answers a user.").reads::<UserReply>(),
        patch("/users/{user}", change)
            .named("change_user", "Changes a user: its name, its role, or whether it is disabled.")
            .keyed()
            .takes::<UserPatch>(json!({"is_disabled": true}))
            .answers::<UserReply>()
            .fails(&[Code::Taken]),
    ]
}

/// Users of a page when the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most users of a page.
const PAGE_MAX: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Answers a page of users.
pub async fn list(Admin(call): Admin) -> Result<Response, Refusal> {
    let Query(page) = Query::<Page>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let limit = page.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        let reason = format!("must be from 1 to {PAGE_MAX}");
        return Err(Refusal::of_field(Code::BadRequest, "limit", reason));
    }
    let after = page.cursor.map(|cursor| cursor.parse::<UserId>()).transpose().map_err(|_| {
        Refusal::of_field(Code::BadRequest, "cursor", "must be the next_cursor of a page")
    })?;
    // One more than asked for tells whether there is another page.
    let mut found = call.ask(move |vault, _| vault.users(after, limit + 1)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
    let users = found.into_iter().map(shown).collect();
    reply::read(&call.headers, &UserPage { users, next_cursor })
}

/// Makes a user.
pub async fn create(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
    let key = call.idempotency_key()?;
    let NewUser { name, role } = intake::json(&call.headers, body).await?;
    let user = command::NewUser { name, role: role_of(role), identity: None };
    let app = Arc::clone(&call.app);
    let made = call
        .ask(move |vault, viewer| {
            vault.add_user(viewer, user, key).inspect(|user| app.users.learn(user))
        })
        .await?;
    let location = call.links.to(&paths::user(made.id));
    reply::made(Some(&location), &shown(made))
}

/// Answers a user.
pub async fn show(Admin(call): Admin) -> Result<Response, Refusal> {
    let id = call.user()?;
    let found = call.ask(move |vault, _| vault.user(id)).await?;
    reply::record(&call.headers, &shown(found.ok_or_else(|| Refusal::missing("user"))?))
}

/// Changes a user.
pub async fn change(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
    let (id, key) = (call.user()?, call.idempotency_key()?);
    let UserPatch { name, role, is_disabled } = intake::json(&call.headers, body).await?;
    let change = command::UserChange { id, name, role: role.map(role_of), is_disabled };
    let app = Arc::clone(&call.app);
    let changed = call
        .ask(move |vault, viewer| {
            vault.change_user(viewer, change, key).inspect(|user| app.users.learn(user))
        })
        .await?;
    reply::made(None, &shown(changed))
}

fn role_of(role: Role) -> model::Role {
    match role {
        Role::User => model::Role::User,
        Role::Admin => model::Role::Admin,
    }
}

fn shown(user: User) -> UserReply {
    let (issuer, subject) = match user.identity {
        Some(identity) => (Some(identity.issuer), Some(identity.subject)),
        None => (None, None),
    };
    UserReply {
        id: user.id.to_string(),
        name: user.name,
        role: match user.role {
            model::Role::User => Role::User,
            model::Role::Admin => Role::Admin,
        },
        is_disabled: user.is_disabled,
        issuer,
        subject,
        created_at: user.created_at,
        revision: user.revision,
    }
}
