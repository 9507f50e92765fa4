//! Calls that older programs make: an image by its kind and id, and what will queue jobs.
//!
//! Invariant: what is not there yet says so with 501 `not_yet` and changes nothing, but only to who
//! may see what the path names.

use axum::response::Response;
use rushes_api::Code;
use rushes_vault::model::Asset;

use super::data::{self, bytes_of};
use crate::call::{Call, Signed};
use crate::error::Refusal;
use crate::operation::{Operation, get, post};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let later = |path: &str, name: &str, handler: MethodOf| {
        let summary = "Will queue a job; answers that there are none yet.";
        handler(path).named(name, summary).fails(&[Code::NotYet])
    };
    let scene = |path: &str| post(path, of_scene);
    let any = |path: &str| post(path, generate);
    let of_scene = "/projects/{project}/scenes/{scene}";
    vec![
        data::answering_bytes(get("/{asset_type}/{asset}/image", image))
            .named("get_image", "Answers the bytes of an asset of a role."),
        get("/{asset_type}/{asset}/thumbnail", thumbnail)
            .named("get_thumbnail", "Will answer a small image; answers that there is none yet.")
            .fails(&[Code::NotYet]),
        later(&format!("{of_scene}/generate-video"), "generate_scene_video", scene),
        later(&format!("{of_scene}/generate-composition"), "generate_scene_composition", scene),
        later("/storyboards/{storyboard}/generate-images", "generate_storyboard_images", any),
        later("/moods/generate", "generate_mood", any),
        later("/video/generate", "generate_video", any),
        later("/composition/generate", "generate_composition", any),
        later("/audio/generate", "generate_audio", any),
    ]
}

/// Makes an operation at a path.
type MethodOf = fn(&str) -> Operation;

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
