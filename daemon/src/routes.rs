//! The routes: what lives where.
//!
//! Invariant: every route but `/health` and `/ready` takes a `Call`, and so a token or a signature;
//! `/api` and `/api/v2` are one router; the edge lies around everything (see the gate), so what
//! no route takes is, too, a problem document.

mod assets;
mod contents;
mod counts;
mod data;
mod disposition;
mod elements;
mod form;
mod histories;
mod lineage;
mod metrics;
mod multipart;
mod old;
mod pages;
mod parts;
mod projects;
mod range;
mod scenes;
mod search;
mod sign;
mod store;
mod sweep;
mod tokens;
mod upload;
mod users;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post, put};
use rushes_api::paths;
use rushes_vault::model::ElementKind;
use tower_http::catch_panic::CatchPanicLayer;

use crate::asked;
use crate::edge;
use crate::health::{health, ready};
use crate::state::App;

fn store_routes() -> Router<Arc<App>> {
    let scrub = get(store::scrub_job).post(store::scrub).delete(store::stop_scrub);
    Router::new()
        .route("/stats", get(store::stats))
        .route("/check", get(store::check))
        .route("/scrub", scrub)
        .route("/verify", post(store::verify))
        .route("/reindex", get(store::reindex_job).post(store::reindex))
        .route("/damage", get(store::damage))
        .route("/sweep", get(sweep::job).post(sweep::sweep).delete(sweep::stop))
        .route("/found", get(sweep::found))
        .route("/found/free", post(sweep::free_found))
}

fn account_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/tokens", get(tokens::list).post(tokens::create))
        .route("/tokens/{token}", delete(tokens::revoke))
        .route("/sign", post(sign::sign))
        .route("/signing-keys", post(sign::rotate))
        .route("/users", get(users::list).post(users::create))
        .route("/users/{user}", get(users::show).patch(users::change))
}

/// The histories of one scope.
fn history_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(histories::list))
        .route("/{asset_key}", get(histories::show))
        .route("/{asset_key}/best", put(histories::set_best))
        .route("/{asset_key}/versions/{version}", get(versions::show).patch(versions::change))
}

/// What there is, counted and compared.
fn count_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/compare", get(lineage::compare))
        .route("/costs", get(counts::costs))
        .route("/recent", get(counts::recent))
        .route("/stats", get(counts::stats))
        .route("/tags", get(counts::tags))
        .route("/workflows/{workflow}", get(lineage::workflow))
}

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let asset = get(assets::show).patch(assets::change).delete(assets::delete);
    let api = Router::new()
        .route("/upload-asset", post(upload::upload))
        .route("/contents/known", post(contents::known))
        .nest("/store", store_routes())
        .merge(account_routes())
        .merge(count_routes())
        .merge(old::routes())
        .route("/assets", get(search::find))
        .route("/assets/{asset}", asset)
        .route("/assets/{asset}/lineage", get(lineage::lineage))
        .route("/assets/{asset}/restore", post(assets::restore))
        .route("/assets/{asset}/data", get(data::data))
        .route("/projects", get(projects::list).post(projects::create))
        .route(
            "/projects/{project}",
            get(projects::show).patch(projects::change).delete(projects::delete),
        )
        .route("/projects/{project}/restore", post(projects::restore))
        .route("/projects/{project}/scenes", get(scenes::list).post(scenes::add))
        .route("/projects/{project}/scenes/reorder", post(scenes::reorder))
        .route(
            "/projects/{project}/scenes/{scene}",
            get(scenes::show).patch(scenes::change).delete(scenes::delete),
        )
        .route("/projects/{project}/scenes/{scene}/restore", post(scenes::restore))
        .route("/projects/{project}/versions", post(versions::make))
        .route("/projects/{project}/versions/query", post(versions::query))
        .route("/projects/{project}/versions/best", post(versions::choose))
        .route("/projects/{project}/best", get(versions::best))
        .nest("/scenes/{scene}/assets", history_routes())
        .nest("/projects/{project}/assets", history_routes())
        .nest("/projects/{project}/scenes/{scene}/assets", history_routes())
        .nest("/projects/{project}/characters/{character}/assets", history_routes())
        .nest("/projects/{project}/locations/{location}/assets", history_routes())
        .nest("/projects/{project}/moods/{mood}/assets", history_routes());
    let api = ElementKind::ALL.into_iter().fold(api, |api, kind| api.merge(elements::routes(kind)));
    Router::new()
        .nest(paths::PREFIX, api.clone())
        .nest(paths::PREFIX_V2, api)
        .route(paths::HEALTH, get(health))
        .route(paths::READY, get(ready))
        .route(paths::METRICS, get(metrics::metrics))
        .fallback(edge::no_route)
        .method_not_allowed_fallback(edge::no_method)
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn(asked::routed))
        .with_state(app)
}
