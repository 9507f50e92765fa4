//! Facts as they leave: model values become wire values, with absolute links and the places in the
//! mount.
//!
//! Knows no route and asks nothing. Invariant: the `ETag` is a digest of the body. A revision would
//! not do: two changes of one batch may share it, and links follow the request's host.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use rushes_vault::Digest;
use serde::Serialize;

use crate::error::Refusal;

/// Sends a record or list that was read.
pub fn read<T: Serialize>(headers: &HeaderMap, reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let tag = tag_of(&body);
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
pub fn changed<T: Serialize>(reply: &T) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(reply).map_err(Refusal::failed)?;
    let tag = tag_of(&body);
    let mut response = Response::new(Body::from(body));
    let sent = response.headers_mut();
    sent.insert(ETAG, HeaderValue::try_from(tag).map_err(Refusal::failed)?);
    describe(sent);
    Ok(response)
}

/// The tag of a reply's body.
pub fn tag_of(body: &[u8]) -> String {
    format!("\"{}\"", Digest::of(body))
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
