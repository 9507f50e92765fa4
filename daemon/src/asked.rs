//! One request as the log tells of it: its id, whose it is, which route took it, what came of it.
//!
//! Invariant: each request is told exactly once, at its end, however it ends; of what was sent only
//! method and path are told, never a query, a header or a token.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use rushes_api::paths::REQUEST_ID;
use rushes_vault::ids::UserId;
use tracing::Span;
use uuid::Uuid;

use crate::metrics::{Ended, Metrics};
use crate::tokens;

/// Longest id that a client may give its request, in bytes.
const ID_BYTES_MAX: usize = 128;
/// Most of a path that is told, in bytes.
const PATH_BYTES_MAX: usize = 512;

/// What is known of a request while it is handled.
#[derive(Debug)]
pub struct Asked {
    id: String,
    user: OnceLock<UserId>,
    route: OnceLock<MatchedPath>,
    taken_bytes: Arc<AtomicU64>,
}

impl Asked {
    /// Takes a request's id from its headers, or makes one.
    fn new(headers: &HeaderMap) -> Self {
        let id = sent_id(headers).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
        Self { id, user: OnceLock::new(), route: OnceLock::new(), taken_bytes: Arc::default() }
    }

    /// Its name in the log.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Counts what is read of its body, in bytes.
    pub fn taken_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.taken_bytes)
    }

    /// Says whose it is.
    pub fn is_of(&self, user: UserId) {
        // A request has one token, and so one user.
        let _again = self.user.set(user);
    }
}

/// The id that a client gave its request, where it is short and plain: it may stand in a URN
/// (RFC 8141) and in a log line as it is.
fn sent_id(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(REQUEST_ID).iter();
    let id = sent.next().filter(|_| sent.next().is_none())?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@/+=,;".contains(&byte);
    let is_short = (1..=ID_BYTES_MAX).contains(&id.len());
    (is_short && id.bytes().all(is_plain) && !id.contains(tokens::PREFIX)).then_some(id)
}

/// Notes which route takes a request; lies around the routes.
pub async fn routed(request: Request, next: Next) -> Response {
    let asked = request.extensions().get::<Arc<Asked>>();
    if let (Some(asked), Some(path)) = (asked, request.extensions().get::<MatchedPath>()) {
        let _again = asked.route.set(path.clone());
    }
    next.run(request).await
}

/// Tells of a request when it is dropped.
#[derive(Debug)]
pub struct Telling {
    asked: Arc<Asked>,
    metrics: Arc<Metrics>,
    span: Span,
    method: Method,
    path: String,
    begun: Instant,
    /// `None` until there is an answer.
    status: Option<StatusCode>,
    sent_bytes: u64,
}

impl Telling {
    /// Begins with a request that has just come in.
    pub fn of(request: &Request, metrics: &Arc<Metrics>) -> Self {
        let asked = Arc::new(Asked::new(request.headers()));
        metrics.begun();
        Self {
            // As an error, so that no filter takes the id from the lines of errors.
            span: tracing::error_span!("request", id = asked.id()),
            asked,
            metrics: Arc::clone(metrics),
            method: request.method().clone(),
            path: told_path(request.uri().path()).to_owned(),
            begun: Instant::now(),
            status: None,
            sent_bytes: 0,
        }
    }

    /// What is known of the request.
    pub fn asked(&self) -> &Arc<Asked> {
        &self.asked
    }

    /// What lines that are written for it stand in.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Names the request in its answer, and goes on to the end of the answer's body.
    pub fn answered(mut self, mut response: Response) -> Response {
        self.status = Some(response.status());
        if let Ok(id) = HeaderValue::from_str(self.asked.id()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response.map(|body| Body::new(Told { body, telling: self }))
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let (method, path) = (&self.method, &self.path);
        let status = self.status.map(|status| status.as_u16());
        let took = self.begun.elapsed();
        let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        let (bytes, bytes_in) = (self.sent_bytes, self.asked.taken_bytes.load(Ordering::Relaxed));
        self.metrics.ended(&Ended {
            route: self.asked.route.get().map(MatchedPath::as_str),
            method,
            status: self.status,
            took,
            taken_bytes: bytes_in,
            sent_bytes: bytes,
        });
        let user = self.asked.user.get().map(tracing::field::display);
        let what = if status.is_some() { "answered" } else { "the client left before the answer" };
        self.span.in_scope(|| {
            tracing::info!(%method, path, status, bytes, bytes_in, ms, user, "{what}");
        });
    }
}

/// What of a path is told: no token that somebody took for an id.
fn told_path(path: &str) -> &str {
    let end = path.find(tokens::PREFIX).unwrap_or(path.len());
    path.get(..path.floor_char_boundary(end.min(PATH_BYTES_MAX))).unwrap_or_default()
}

/// The body of an answer, counted while it goes out.
struct Told {
    body: Body,
    telling: Telling,
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let span = this.telling.span.clone();
        let polled = span.in_scope(|| Pin::new(&mut this.body).poll_frame(cx));
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let length = frame.data_ref().map_or(0, Bytes::len);
            this.telling.sent_bytes += u64::try_from(length).unwrap_or(u64::MAX);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(sent: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for id in sent {
            headers.append(REQUEST_ID, HeaderValue::from_str(id).unwrap());
        }
        sent_id(&headers).map(str::to_owned)
    }

    #[test]
    fn a_clients_id_is_taken_where_it_is_short_and_plain() {
        let long = "x".repeat(ID_BYTES_MAX);
        for plain in ["7", "Root=1-67891233-abcdef", "a/b:c@d~e_f.g", &long] {
            assert_eq!(id_of(&[plain]).as_deref(), Some(plain));
        }
        let secret = format!("{}0123", tokens::PREFIX);
        for other in ["", "a b", "a\"b", "a%0ab", "é", &format!("{long}x"), &secret] {
            assert_eq!(id_of(&[other]), None, "{other}");
        }
        assert_eq!((id_of(&[]), id_of(&["a", "a"])), (None, None));
    }

    #[test]
    fn of_a_path_neither_a_token_nor_its_length_is_told() {
        assert_eq!(told_path("/api/assets/1/data"), "/api/assets/1/data");
        assert_eq!(told_path(&format!("/api/tokens/{}00ff", tokens::PREFIX)), "/api/tokens/");
        assert_eq!(told_path(&"/é".repeat(PATH_BYTES_MAX)).len(), PATH_BYTES_MAX - 1);
    }
}
