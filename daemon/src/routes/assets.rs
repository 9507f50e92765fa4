//! `…/assets/{asset}`: its record, or the bytes for a client that shows media; what is said of it
//! again; deleting it and restoring it.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, VARY};
use axum::response::{IntoResponse, Response};
use rushes_api::{AssetPatch, AssetReply, Code, PatchStatus};
use rushes_vault::assets::{AssetView, Change};
use rushes_vault::ids::AssetId;
use rushes_vault::model::{Asset, Viewer};
use rushes_vault::{Vault, marks};
use serde_json::json;

use super::data::bytes_of;
use crate::call::Call;
use crate::edge::Links;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::operation::{Operation, delete, get, patch, post};
use crate::{intake, reply, wire_assets};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let bytes = "The record; or the bytes, for a client that shows media: one whose `Accept` \
                 begins with an image, video or audio type, or that says so in `Sec-Fetch-Dest`.";
    vec![
        get("/assets/{asset}", show)
            .named("get_asset", "Answers an asset's record, or its bytes.")
            .says(bytes)
            .reads::<AssetReply>(),
        patch("/assets/{asset}", change)
            .named("change_asset", "Says something again of an asset.")
            .keyed()
            .guarded()
            .takes::<AssetPatch>(json!({"filename": "dawn.mp4", "status": "archived"}))
            .changes::<AssetReply>(),
        delete("/assets/{asset}", remove)
            .named("delete_asset", "Deletes an asset: its record stays, its bytes go in a while.")
            .keyed()
            .guarded()
            .answers::<AssetReply>(),
        post("/assets/{asset}/restore", restore)
            .named("restore_asset", "Restores a deleted asset, while its bytes are there.")
            .keyed()
            .answers::<AssetReply>()
            .fails(&[Code::Gone]),
    ]
}

/// What the choice between record and bytes depends on.
const VARIES: &str = "Accept, Sec-Fetch-Dest";

/// Answers an asset.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let id = call.asset()?;
    let found = call.ask(move |vault, viewer| vault.asset(viewer, id)).await?;
    let asset = found.ok_or_else(|| Refusal::missing("asset"))?;
    let response = if wants_media(&call.headers) {
        bytes_of(&call, asset).await?
    } else {
        let links = call.links.clone();
        let record = call.ask(move |vault, viewer| record(vault, viewer, &links, asset)).await?;
        reply::record(&call.headers, &record)?
    };
    Ok(([(VARY, VARIES)], response).into_response())
}

/// Says something again of an asset and answers its record.
pub async fn change(call: Call, body: Body) -> Result<Response, Refusal> {
    let id = call.asset()?;
    patched(call, body, move |_, _| Ok(id)).await
}

/// Patches the asset that `find` finds. With `If-Match` only the record that it names is changed.
pub async fn patched(
    call: Call,
    body: Body,
    find: impl FnOnce(&Vault, Viewer) -> Result<AssetId, Refusal> + Send + 'static,
) -> Result<Response, Refusal> {
    let key = call.idempotency_key()?;
    let asked: AssetPatch = intake::json(&call.headers, body).await?;
    let (links, guard) = (call.links.clone(), Guard::of(&call.headers));
    let record = call
        .ask(move |vault, viewer| {
            let id = find(vault, viewer)?;
            guard.change(
                || seen(vault, viewer, &links, id),
                |expected| {
                    let change = Change { patch: patch_of(asked), expected, target: None };
                    let asset = vault.change_asset(viewer, id, &change, key.as_deref())?;
                    vault.wait_shown(asset.revision);
                    record(vault, viewer, &links, asset)
                },
            )
        })
        .await?;
    reply::changed(&record)
}

fn patch_of(asked: AssetPatch) -> marks::AssetPatch {
    marks::AssetPatch {
        filename: asked.filename,
        asset_type: asked.asset_type,
        tags: asked.tags.map(Option::unwrap_or_default),
        notes: asked.notes,
        evaluation: asked.evaluation,
        metadata: asked.metadata,
        is_archived: asked.status.map(|status| status == PatchStatus::Archived),
    }
}

/// Deletes an asset and answers its record.
async fn remove(call: Call) -> Result<Response, Refusal> {
    let (id, key, links) = (call.asset()?, call.idempotency_key()?, call.links.clone());
    let guard = Guard::of(&call.headers);
    let record = call
        .ask(move |vault, viewer| {
            let delete = |expected| Ok(vault.delete_asset(viewer, id, expected, key)?);
            let asset = guard.change(|| seen(vault, viewer, &links, id), delete)?;
            vault.wait_shown(asset.revision);
            record(vault, viewer, &links, asset)
        })
        .await?;
    reply::made(None, &record)
}

/// Restores a deleted asset and answers its record.
pub async fn restore(call: Call) -> Result<Response, Refusal> {
    let (id, key, links) = (call.asset()?, call.idempotency_key()?, call.links.clone());
    let record = call
        .ask(move |vault, viewer| {
            let asset = vault.restore_asset(viewer, id, key)?;
            vault.wait_shown(asset.revision);
            record(vault, viewer, &links, asset)
        })
        .await?;
    reply::made(None, &record)
}

fn seen(vault: &Vault, viewer: Viewer, links: &Links, id: AssetId) -> Result<AssetReply, Refusal> {
    let asset = vault.asset(viewer, id)?.ok_or_else(|| Refusal::missing("asset"))?;
    record(vault, viewer, links, asset)
}

/// An asset as it is answered.
pub fn record(
    vault: &Vault,
    viewer: Viewer,
    links: &Links,
    asset: Asset,
) -> Result<AssetReply, Refusal> {
    let mut replies = records(vault, viewer, links, vault.asset_views(viewer, vec![asset])?)?;
    replies.pop().ok_or_else(|| Refusal::missing("asset"))
}

/// Assets as they are answered: one look-up for each scene that they are placed in.
pub fn records(
    vault: &Vault,
    viewer: Viewer,
    links: &Links,
    views: Vec<AssetView>,
) -> Result<Vec<AssetReply>, Refusal> {
    let numbers = vault.numbers_of(viewer, &views)?;
    Ok(views.into_iter().map(|view| wire_assets::view(links, view, &numbers)).collect())
}

/// Whether the client is a place for media in a page: old links there go on working. A browser says
/// so; of others, the media type that they name first decides.
fn wants_media(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-dest") {
        Some("image" | "video" | "audio") => return true,
        Some("document" | "iframe") => return false,
        _ => {}
    }
    let accept = text(ACCEPT.as_str()).unwrap_or_default().trim_start().to_ascii_lowercase();
    ["image/", "video/", "audio/"].iter().any(|kind| accept.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_place_for_media_gets_the_bytes() {
        for (name, value, media) in [
            ("accept", "*/*", false),
            ("accept", "application/json", false),
            ("accept", "text/html,application/xhtml+xml,image/avif,*/*;q=0.8", false),
            ("accept", "image/avif,image/webp,*/*;q=0.8", true),
            ("sec-fetch-dest", "video", true),
            ("sec-fetch-dest", "document", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(wants_media(&headers), media, "{value}");
        }
        assert!(!wants_media(&HeaderMap::new()));
    }
}
