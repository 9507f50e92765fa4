//! `…/assets/{asset}`: its record, or the bytes for a client that shows media; deleting it and
//! restoring it.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, VARY};
use axum::response::{IntoResponse, Response};
use rushes_vault::Vault;
use rushes_vault::command::{CommandError, SceneRef};
use rushes_vault::ids::AssetId;
use rushes_vault::model::{Asset, Viewer};

use super::data::bytes_of;
use crate::call::Call;
use crate::error::Refusal;
use crate::{reply, wire};

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
        let (asset, number) = call.ask(|vault, viewer| with_number(vault, viewer, asset)).await?;
        reply::read(&call.headers, &wire::asset(&call.links, asset, number))?
    };
    Ok(([(VARY, VARIES)], response).into_response())
}

/// Deletes an asset and answers its record.
pub async fn delete(call: Call) -> Result<Response, Refusal> {
    change(call, Vault::delete_asset).await
}

/// Restores a deleted asset and answers its record.
pub async fn restore(call: Call) -> Result<Response, Refusal> {
    change(call, Vault::restore_asset).await
}

type Change = fn(&Vault, Viewer, AssetId, Option<String>) -> Result<Asset, CommandError>;

async fn change(call: Call, change: Change) -> Result<Response, Refusal> {
    let (id, key) = (call.asset()?, call.idempotency_key()?);
    let (asset, number) = call
        .ask(move |vault, viewer| {
            let asset = change(vault, viewer, id, key)?;
            vault.wait_shown(asset.revision);
            with_number(vault, viewer, asset)
        })
        .await?;
    reply::made(None, &wire::asset(&call.links, asset, number))
}

/// An asset with the number of the scene that it is placed in.
fn with_number(
    vault: &Vault,
    viewer: Viewer,
    asset: Asset,
) -> Result<(Asset, Option<u32>), Refusal> {
    let scope = asset.placement.as_ref().map(|placement| &placement.scope);
    let Some((project, scene)) = scope.and_then(|scope| Some((&scope.project, scope.scene()?)))
    else {
        return Ok((asset, None));
    };
    let scene = vault.resolve_scene(viewer, project, SceneRef::Id(scene))?;
    Ok((asset, scene.map(|scene| scene.scene_number)))
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
