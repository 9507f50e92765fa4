//! What happens to every request before and after its route: which host it is for, which page sent
//! it, what browsers may do with the answer, and how a refusal is written and logged.
//!
//! Knows no route. Invariant: every refusal leaves as a problem document with a name that stands in
//! the log; no page of another origin changes or embeds anything, unless the operator named that
//! origin; nothing that is answered runs as a page, unless its route says so.

use std::any::Any;
use std::sync::Arc;

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
use rushes_vault::ids::{ProjectId, UserId};
use rushes_vault::model::Viewer;
use tracing::Instrument;

use crate::asked::{Asked, Telling};
use crate::clock;
use crate::cors::{self, RESOURCE_POLICY};
use crate::error::Refusal;
use crate::front::Front;
use crate::state::App;
use crate::unread::Unread;

/// What a browser is told with every answer. A route may set its own instead.
const GUARDS: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (RESOURCE_POLICY, "same-origin"),
];

/// What absolute links in the reply to a request begin with.
#[derive(Debug, Clone)]
pub struct Base(Arc<str>);

/// How absolute links in a reply are made, and of which projects a reply may say anything.
#[derive(Debug, Clone)]
pub struct Links {
    base: Arc<str>,
    app: Arc<App>,
    viewer: Viewer,
    only: Option<ProjectId>,
}

impl Links {
    /// Links that begin as the request's own target does, in a reply to a viewer whose token sees
    /// one project only or, with `None`, all of them.
    pub fn new(
        Base(base): Base,
        app: &Arc<App>,
        (viewer, only): (Viewer, Option<ProjectId>),
    ) -> Self {
        Self { base, app: Arc::clone(app), viewer, only }
    }

    /// The folder of a project in the mount.
    pub fn folder(&self, project: &ProjectId) -> String {
        format!("projects/{}", self.app.vault.project_folder(self.viewer, project))
    }

    /// Whether a reply may name what is in a project.
    pub fn may_name(&self, project: &ProjectId) -> bool {
        self.only.as_ref().is_none_or(|only| only == project)
    }

    /// The absolute URL of a path.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The absolute URL of a path to a user's bytes, which works without a token for a time.
    pub fn public(&self, path: &str, user: UserId) -> String {
        self.to(&self.app.signer.public(path, user, clock::now()))
    }
}

/// The outermost layer.
pub async fn edge(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let telling = Telling::of(&request, &front.metrics);
    let answer = answer(&front, telling.asked(), request, next);
    let response = answer.instrument(telling.span()).await;
    telling.answered(response)
}

async fn answer(front: &Front, asked: &Arc<Asked>, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    request.extensions_mut().insert(Arc::clone(asked));
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let mut unread = None;
    let mut request = request.map(|body| {
        let (body, watched) = Unread::watch(body, announced, asked.taken_bytes());
        unread = Some(watched);
        body
    });
    let origin = front.origins.of(request.headers());
    let preflight = origin.as_ref().and_then(|_| cors::preflight(&method, request.headers()));
    let mut response = match (base(front, &request), preflight) {
        (Ok(_), Some(preflight)) => preflight,
        (Ok(base), None) => {
            request.extensions_mut().insert(base);
            next.run(request).await
        }
        (Err(refusal), _) => refusal.into_response(),
    };
    if unread.is_some_and(|unread| !unread.is_none()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    front.origins.mark(origin, response.headers_mut());
    guarded(written(response, asked.id()))
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

fn base(front: &Front, request: &Request) -> Result<Base, Refusal> {
    let host = host_of(request.uri(), request.headers())?;
    if !front.hosts.allow(host) {
        return Err(Refusal::new(
            Code::Misdirected,
            "this daemon does not answer for that host: use its address, or set --base-url",
        ));
    }
    if !is_safe(request.method()) {
        same_origin(front, request.headers())?;
    }
    Ok(Base(match &front.base_url {
        Some(base) => base.as_str().into(),
        None => format!("http://{host}").into(),
    }))
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

/// Whether a method changes nothing (RFC 9110, section 9.2.1).
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses changes that a page of another origin asks for, unless the operator named that origin.
/// Programs send neither header.
fn same_origin(front: &Front, headers: &HeaderMap) -> Result<(), Refusal> {
    if front.origins.of(headers).is_some() {
        return Ok(());
    }
    let foreign = headers
        .get_all(ORIGIN)
        .iter()
        .any(|origin| origin.to_str().map_or(true, |origin| !front.hosts.allow_origin(origin)));
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
fn written(mut response: Response, id: &str) -> Response {
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else { return response };
    refusal.log();
    let document = refusal.document(id);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(document.len()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Body::from(document);
    response
}
