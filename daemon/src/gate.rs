//! Where every request comes in: before the data directory is open only to hear how far that is,
//! afterwards to the routes.
//!
//! Invariant: a connection that was made while the daemon started goes on when it has; nothing but
//! `/health` and `/ready` is answered before.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rushes_api::paths;
use tower_http::catch_panic::CatchPanicLayer;

use crate::edge;
use crate::front::Front;
use crate::health;

/// The way in.
#[derive(Debug)]
pub struct Gate {
    front: Arc<Front>,
    routes: OnceLock<TowerToHyperService<Router>>,
}

impl Gate {
    /// A closed one.
    pub fn new(front: Arc<Front>) -> Arc<Self> {
        Arc::new(Self { front, routes: OnceLock::new() })
    }

    /// Lets requests through to the routes, from now on.
    pub fn open(&self, routes: Router) {
        // The daemon starts once.
        let _again = self.routes.set(TowerToHyperService::new(routes));
    }

    /// The whole service.
    pub fn service(self: &Arc<Self>) -> Router {
        let front = Arc::clone(&self.front);
        Router::new()
            .fallback(pass)
            .layer(CatchPanicLayer::custom(edge::panicked))
            .layer(from_fn_with_state(front, edge::edge))
            .with_state(Arc::clone(self))
    }
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    if let Some(routes) = gate.routes.get() {
        return match routes.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match request.uri().path() {
        paths::HEALTH if is_read => health::starting(&gate.front).into_response(),
        _ => gate.front.not_ready().into_response(),
    }
}
