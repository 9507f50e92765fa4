//! What happens to every request before and after its route: which host it is for, which page sent
//! it, what browsers may do with the answer, and how a refusal is written and logged.
//!
//! Knows no route. Invariant: every refusal leaves as a problem document with a name that stands in
//! the log; no page of another origin changes or embeds anything; nothing that is answered runs as
//! a page, unless its route says so.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, ORIGIN,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rushes_api::Code;
use uuid::Uuid;

use crate::error::Refusal;
use crate::state::App;
use crate::unread::Unread;

/// What a browser is told with every answer. A route may set its own instead.
const GUARDS: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What absolute links in a reply begin with.
#[derive(Debug, Clone)]
pub struct Links(Arc<str>);

impl Links {
    /// The absolute URL of a path.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// The outermost layer.
pub async fn edge(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let mut unread = None;
    let mut request = request.map(|body| {
        let (body, watched) = Unread::watch(body, announced);
        unread = Some(watched);
        body
    });
    let mut response = match links(&app, &request) {
        Ok(links) => {
            request.extensions_mut().insert(links);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if unread.is_some_and(|unread| !unread.is_none()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(%method, path, status, ms, "answered");
    guarded(written(response))
}

/// Turns a panic of a handler into a refusal; the panic itself is already in the log.
pub fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refusal::failed("a handler panicked").into_response()
}

/// Answers what no route takes.
pub async fn no_route() -> Refusal {
    Refusal::missing("route")
}

/// Answers a method that the route does not take.
pub async fn no_method() -> Refusal {
    Refusal::new(Code::MethodNotAllowed, "this route does not take that method: see Allow")
}

fn links(app: &App, request: &Request) -> Result<Links, Refusal> {
    let host = host_of(request.uri(), request.headers())?;
    if !app.hosts.allow(host) {
        return Err(Refusal::new(
            Code::Misdirected,
            "this daemon does not answer for that host: use its address, or set --base-url",
        ));
    }
    if !is_safe(request.method()) {
        same_origin(app, request.headers())?;
    }
    let base = match &app.base_url {
        Some(base) => base.as_str().into(),
        None => format!("http://{host}").into(),
    };
    Ok(Links(base))
}

/// The host that a request is for (RFC 9112, section 3.2): exactly one, and the same everywhere.
fn host_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Result<&'a str, Refusal> {
    let refused = |detail: &str| Refusal::new(Code::BadRequest, detail);
    let mut sent = headers.get_all(HOST).iter();
    let host = sent.next().ok_or_else(|| refused("the request names no Host"))?;
    if sent.next().is_some() {
        return Err(refused("the request names more than one Host"));
    }
    let host = host.to_str().map_err(|_| refused("the Host is not readable"))?;
    match uri.authority() {
        Some(authority) if authority.as_str() != host => {
            Err(refused("the request's target and its Host differ"))
        }
        _ => Ok(host),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses changes that a page of another origin asks for. Programs send neither header.
fn same_origin(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    let foreign = headers
        .get_all(ORIGIN)
        .iter()
        .any(|origin| origin.to_str().map_or(true, |origin| !app.hosts.allow_origin(origin)));
    let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if foreign || cross_site {
        return Err(Refusal::new(Code::CrossOrigin, "changes from another origin are refused"));
    }
    Ok(())
}

fn guarded(mut response: Response) -> Response {
    for (name, value) in GUARDS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Writes the document of a refusal, if the response is one.
fn written(mut response: Response) -> Response {
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else { return response };
    let request = Uuid::now_v7().urn().to_string();
    let document = refusal.render(&request);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(document.len()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Body::from(document);
    response
}
