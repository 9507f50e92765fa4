//! Which other origins' pages may use the API (CORS, <https://fetch.spec.whatwg.org/>).
//!
//! Knows no route. Invariant: only origins that the operator named get any of these headers; none
//! is ever told that it may send cookies.

use std::str::FromStr;

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;

/// What pages may send.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
/// Beside what every page may send. The last ones are of resumable uploads (tus 1.0).
const HEADERS: &str = "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range, \
     Last-Event-ID, Idempotency-Key, X-Request-Id, Tus-Resumable, Upload-Length, \
     Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Concat, Upload-Defer-Length";
/// What pages may read of an answer, beside what every page may.
const EXPOSED: &str = "ETag, Location, Content-Range, Accept-Ranges, Content-Disposition, \
     Retry-After, X-Request-Id, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, \
     Upload-Length, Upload-Offset, Upload-Expires";
/// How long a browser may remember the answer to a preflight, in seconds: browsers cap it near.
const PREFLIGHT_S: &str = "7200";
/// Says which origins' pages may show what was answered.
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// All of them may.
pub const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");

/// A text that names no origins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: {0:?}: write https://HOST or https://HOST:PORT, with commas between them")]
pub struct NotOrigins(String);

/// The origins that are allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

impl FromStr for Origins {
    type Err = NotOrigins;

    fn from_str(text: &str) -> Result<Self, NotOrigins> {
        let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        origins.map(origin).collect::<Result<_, _>>().map(Self)
    }
}

/// An origin as browsers write it: scheme, host and a port that is not the scheme's own.
fn origin(text: &str) -> Result<String, NotOrigins> {
    let refused = || NotOrigins(text.to_owned());
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
    let authority = uri.authority().filter(|authority| !authority.as_str().contains(['@', '*']));
    let (Some(scheme), Some(authority)) = (scheme, authority) else { return Err(refused()) };
    if text.len() != scheme.len() + "://".len() + authority.as_str().len() {
        return Err(refused());
    }
    let own = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.as_str().to_ascii_lowercase();
    let authority = authority.strip_suffix(own).unwrap_or(&authority);
    Ok(format!("{scheme}://{authority}"))
}

impl Origins {
    /// Whether none is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an `Origin` header names an allowed one.
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed == origin)
    }

    /// The allowed origin that a request comes from.
    pub fn of(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut sent = headers.get_all(ORIGIN).iter();
        let origin = sent.next().filter(|_| sent.next().is_none())?;
        origin.to_str().is_ok_and(|text| self.allow(text)).then(|| origin.clone())
    }

    /// Marks an answer for the page that asked; `origin` is what [`Origins::of`] gave.
    pub fn mark(&self, origin: Option<HeaderValue>, headers: &mut HeaderMap) {
        if self.is_empty() {
            return;
        }
        // What one origin is answered is nothing for another one out of a cache.
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
    }
}

/// The answer to a browser that asks what a page may send; `None` for any other request.
pub fn preflight(method: &Method, headers: &HeaderMap) -> Option<Response> {
    if *method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let sent = response.headers_mut();
    sent.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    sent.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    sent.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_S));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        let origins: Origins = "https://App.example:443, http://localhost:3000,".parse().unwrap();
        for allowed in ["https://app.example", "http://localhost:3000"] {
            assert!(origins.allow(allowed), "{allowed}");
        }
        for foreign in [
            "null",
            "https://app.example:443",
            "https://app.example.evil.com",
            "http://app.example",
            "https://app.example/",
            "http://localhost",
            "",
        ] {
            assert!(!origins.allow(foreign), "{foreign}");
        }
        assert!("".parse::<Origins>().unwrap().is_empty());
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in
            ["*", "null", "app.example", "https://a/", "https://u@a", "ftp://a", "https://*.a"]
        {
            assert!(text.parse::<Origins>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_request_with_two_origins_is_of_none() {
        let origins: Origins = "https://a.example".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(origins.of(&headers), None);
        headers.append(ORIGIN, HeaderValue::from_static("https://a.example"));
        assert!(origins.of(&headers).is_some());
        headers.append(ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert_eq!(origins.of(&headers), None);
    }
}
