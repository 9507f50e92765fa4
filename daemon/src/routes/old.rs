//! Calls that older programs make: an image by its kind and id, and what will queue jobs.
//!
//! Invariant: what is not there yet says so with 501 `not_yet` and changes nothing, but only to who
//! may see what the path names.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use rushes_api::Code;
use rushes_vault::model::Asset;

use super::data::bytes_of;
use crate::call::{Call, Signed};
use crate::error::Refusal;
use crate::state::App;

/// All of them.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{asset_type}/{asset}/image", get(image))
        .route("/{asset_type}/{asset}/thumbnail", get(thumbnail))
        .route("/projects/{project}/scenes/{scene}/generate-video", post(of_scene))
        .route("/projects/{project}/scenes/{scene}/generate-composition", post(of_scene))
        .route("/storyboards/{storyboard}/generate-images", post(generate))
        .route("/moods/generate", post(generate))
        .route("/video/generate", post(generate))
        .route("/composition/generate", post(generate))
        .route("/audio/generate", post(generate))
}

/// Answers the bytes of an asset of a kind (`asset_type`), as `…/assets/{asset}/data` does.
async fn image(Signed(call): Signed) -> Result<Response, Refusal> {
    let asset = asset_of_type(&call).await?;
    bytes_of(&call, asset).await
}

async fn thumbnail(Signed(call): Signed) -> Result<Response, Refusal> {
    asset_of_type(&call).await?;
    Err(Refusal::new(Code::NotYet, "there are no thumbnails yet: ask for the image itself"))
}

async fn of_scene(call: Call) -> Result<Response, Refusal> {
    let project = call.project()?;
    let scene = call.scene()?.ok_or_else(|| Refusal::missing("scene"))?;
    let found = call.ask(move |vault, viewer| vault.scene_view(viewer, &project, scene)).await?;
    found.ok_or_else(|| Refusal::missing("scene"))?;
    generate(call).await
}

async fn generate(_: Call) -> Result<Response, Refusal> {
    let detail = "there are no jobs yet: generate elsewhere, and upload what comes of it";
    Err(Refusal::new(Code::NotYet, detail))
}

async fn asset_of_type(call: &Call) -> Result<Asset, Refusal> {
    let (id, kind) = (call.asset()?, call.asset_type()?);
    let found = call.ask(move |vault, viewer| vault.asset(viewer, id)).await?;
    let of_type = |asset: &Asset| asset.marks.asset_type.as_deref() == Some(kind.as_str());
    found.filter(of_type).ok_or_else(|| Refusal::missing("asset"))
}
