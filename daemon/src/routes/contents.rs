//! `POST …/contents/known`: which contents a client need not send again.
//!
//! Invariant: the answer holds what the viewer's own assets name and nothing else, whoever else has
//! a content.

use axum::body::Body;
use axum::response::Response;
use rushes_api::{DIGESTS_MAX, Digests};
use serde_json::json;

use crate::call::ReadingAcross;
use crate::error::Refusal;
use crate::operation::{Operation, post};
use crate::parameters::example;
use crate::{intake, reply};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    vec![
        post("/contents/known", known)
            .named("known_contents", "Answers which contents need not be sent again.")
            .takes::<Digests>(json!({"digests": [example::DIGEST]}))
            .answers::<Digests>(),
    ]
}

/// Answers those of the digests that the viewer has.
pub async fn known(ReadingAcross(call): ReadingAcross, body: Body) -> Result<Response, Refusal> {
    let Digests { digests } = intake::json(&call.headers, body).await?;
    if digests.len() > DIGESTS_MAX {
        let reason = format_args!("at most {DIGESTS_MAX}, got {}", digests.len());
        return Err(Refusal::invalid("digests", reason));
    }
    // What lies outside its project is not there for a token, and a content lies nowhere.
    if call.project_only().is_some() {
        return reply::made(None, &Digests { digests: Vec::new() });
    }
    let known = call.ask(move |vault, viewer| vault.known_contents(viewer, digests)).await?;
    reply::made(None, &Digests { digests: known })
}
