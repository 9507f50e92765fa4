//! Facts as they leave: model values become wire values, with absolute links and the places in the
//! mount.
//!
//! Knows no route and asks nothing. Invariant: the `ETag` of a record is its revision and a digest
//! of the body; that of a list the digest alone. Links, and what is computed of other records,
//! change the body and not the record, so a change is guarded by the revision (`guard.rs`).

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use rushes_api::{AssetReply, HistoryReply, ProjectView, SceneReply, UserReply};
use rushes_vault::Digest;
use rushes_vault::model::Revision;
use serde::Serialize;
use serde_json::Value;

use crate::error::Refusal;

/// How much of the body's digest a tag shows: 128 bits.
const TAG_CHARS: usize = 32;

/// What has a revision of its own.
pub trait Record: Serialize {
    /// The claim that last changed it.
    fn revision(&self) -> Revision;
}

macro_rules! record {
    ($($reply:ty),*) => {
        $(impl Record for $reply {
            fn revision(&self) -> Revision {
                self.revision
            }
        })*
    };
}

record!(AssetReply, HistoryReply, SceneReply, UserReply);

impl Record for ProjectView {
    fn revision(&self) -> Revision {
        self.project.revision
    }
}

impl Record for Value {
    fn revision(&self) -> Revision {
        self.get("revision").and_then(Self::as_u64).unwrap_or_default()
    }
}

/// Sends a record that was read.
pub fn record<T: Record>(headers: &HeaderMap, reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let tag = tag_of(reply.revision(), &body);
    tagged(headers, tag, body)
}

/// Sends a list, or another answer that was read.
pub fn read<T: Serialize>(headers: &HeaderMap, reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let tag = format!("\"{}\"", Digest::of(&body));
    tagged(headers, tag, body)
}

fn tagged(headers: &HeaderMap, tag: String, body: Vec<u8>) -> Result<Response, Refusal> {
    let known = known(headers, &tag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(body) });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let sent = response.headers_mut();
    sent.insert(ETAG, HeaderValue::try_from(tag).map_err(Refusal::failed)?);
    describe(sent);
    Ok(response)
}

/// Sends a record after a change of it, with its tag.
pub fn changed<T: Record>(reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let tag = tag_of(reply.revision(), &body);
    let mut response = Response::new(Body::from(body));
    let sent = response.headers_mut();
    sent.insert(ETAG, HeaderValue::try_from(tag).map_err(Refusal::failed)?);
    describe(sent);
    Ok(response)
}

/// Says that something is gone.
pub fn deleted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The tag of a record, by its revision and its body.
pub fn tag_of(revision: Revision, body: &[u8]) -> String {
    let digest = Digest::of(body).to_hex();
    format!("\"{revision}-{}\"", digest.get(..TAG_CHARS).unwrap_or_default())
}

/// The revision that a tag of a record names; `None` for any other tag, and for a weak one.
pub fn revision_of(tag: &str) -> Option<Revision> {
    let (revision, _) = tag.strip_prefix('"')?.strip_suffix('"')?.split_once('-')?;
    revision.parse().ok()
}

/// Sends what a change made, with the place where it is found again.
pub fn made<T: Serialize>(location: Option<&str>, reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let mut response = Response::new(Body::from(body));
    describe(response.headers_mut());
    if let Some(location) = location {
        *response.status_mut() = StatusCode::CREATED;
        let location = HeaderValue::try_from(location).map_err(Refusal::failed)?;
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Sends a secret that was made; no cache keeps it.
pub fn secret<T: Serialize>(location: &str, reply: &T) -> Result<Response, Refusal> {
    let mut response = made(Some(location), reply)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whether the client already has what a tag names (RFC 9110, section 13.1.2).
pub fn known(headers: &HeaderMap, tag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

fn describe(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(known: &str) -> StatusCode {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::try_from(known).unwrap());
        read(&headers, &[1]).unwrap().status()
    }

    #[test]
    fn a_record_that_the_client_has_is_not_sent_again() {
        let digest = Digest::of(b"[1]");
        let (tag, weak) = (format!("\"{digest}\""), format!("W/\"{digest}\""));
        for known in [&tag, &weak, &format!("\"1\", {tag}"), "*"] {
            assert_eq!(answer(known), StatusCode::NOT_MODIFIED, "{known}");
        }
        for other in ["\"1\"", &digest.to_hex(), "", &format!("\"{digest}0\"")] {
            assert_eq!(answer(other), StatusCode::OK, "{other}");
        }
    }
}
