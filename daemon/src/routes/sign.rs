//! `POST …/sign`: a URL that shows an asset's bytes to whoever has it, for a time.
//!
//! Invariant: only what the asker could read now is signed, and only for reading.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use rushes_api::{Code, SIGNED_S_MAX, Sign, Signed, SigningKeys, paths};
use rushes_vault::Vault;
use rushes_vault::command::SceneRef;
use rushes_vault::ids::AssetId;
use rushes_vault::model::{Part, Scope, Viewer};
use rushes_vault::source::Facts;
use serde_json::json;

use crate::call::{Admin, ReadingAcross, scene_ref};
use crate::clock::{self, rfc3339};
use crate::error::Refusal;
use crate::operation::{Operation, post};
use crate::parameters::example;
use crate::{intake, reply};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let ask = json!({"asset_id": example::ASSET, "expires_in": 3600});
    vec![
        post("/sign", sign)
            .named("sign_url", "Makes a URL that shows an asset's bytes without a token.")
            .takes::<Sign>(ask)
            .answers::<Signed>()
            .fails(&[Code::NotFound]),
        post("/signing-keys", rotate)
            .named("rotate_signing_keys", "Makes a new signing key; the one before stays valid.")
            .answers::<SigningKeys>(),
    ]
}

/// Signs.
pub async fn sign(ReadingAcross(call): ReadingAcross, body: Body) -> Result<Response, Refusal> {
    let Sign { asset_id, path, expires_in } = intake::json(&call.headers, body).await?;
    let ends = end(expires_in, clock::now())?;
    let missing = || Refusal::missing("asset");
    let asset = call
        .ask(move |vault, viewer| {
            let id = match (asset_id, path) {
                (Some(id), None) => id.parse().map_err(|_| missing())?,
                (None, Some(path)) => at(vault, viewer, &path)?.ok_or_else(missing)?,
                _ => return Err(Refusal::invalid("asset_id", "send it, or path, not both")),
            };
            vault.asset(viewer, id)?.ok_or_else(missing)
        })
        .await?;
    if !call.sees(&asset) {
        return Err(missing());
    }
    if asset.deleted_at.is_some() {
        return Err(Refusal::deleted());
    }
    asset.content.ok_or_else(|| Refusal::missing("content"))?;
    let target = call.app.signer.sign(&paths::asset_data(asset.id), call.viewer.user, ends);
    reply::made(None, &Signed { url: call.links.to(&target), expires_at: rfc3339(ends) })
}

/// Makes a new signing key.
pub async fn rotate(Admin(call): Admin) -> Result<Response, Refusal> {
    let app = Arc::clone(&call.app);
    let (current, previous) = call.ask(move |_, _| app.signer.rotate(clock::now())).await?;
    reply::made(None, &SigningKeys { current, previous })
}

/// In whole seconds, as the URL says it.
fn end(expires_in: u64, now: Timestamp) -> Result<Timestamp, Refusal> {
    if !(1..=SIGNED_S_MAX).contains(&expires_in) {
        let reason = format_args!("must be from 1 to {SIGNED_S_MAX} seconds");
        return Err(Refusal::invalid("expires_in", reason));
    }
    let life = SignedDuration::from_secs(i64::try_from(expires_in).unwrap_or(i64::MAX));
    let end = now.checked_add(life).map_err(Refusal::failed)?;
    Timestamp::from_second(end.as_second()).map_err(Refusal::failed)
}

/// The asset whose file is at a place in the mount: a version's, or a history's current one.
fn at(vault: &Vault, viewer: Viewer, path: &str) -> Result<Option<AssetId>, Refusal> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (project, scene, rest) = match parts.as_slice() {
        ["projects", project, "scenes", scene, rest @ ..] => (project, Some(*scene), rest),
        ["projects", project, rest @ ..] => (project, None, rest),
        _ => return Ok(None),
    };
    let Ok(project) = project.parse() else { return Ok(None) };
    let part = match scene {
        None => None,
        Some(number) => {
            let Some(SceneRef::Number(number)) = scene_ref(number) else { return Ok(None) };
            let found = vault.resolve_scene(viewer, &project, SceneRef::Number(number))?;
            let Some(scene) = found else { return Ok(None) };
            Some(Part::Scene(scene.id))
        }
    };
    let scope = Scope { project, part };
    match rest {
        ["versions", key, file] => version_at(vault, (viewer, &scope), key, file),
        [file] => current_at(vault, (viewer, &scope), file),
        _ => Ok(None),
    }
}

/// `v002.mp4` of a history.
fn version_at(
    vault: &Vault,
    (viewer, scope): (Viewer, &Scope),
    key: &str,
    file: &str,
) -> Result<Option<AssetId>, Refusal> {
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    let number = stem.strip_prefix('v').filter(|number| number.len() >= 3);
    let (Ok(key), Some(Ok(version))) = (key.parse(), number.map(str::parse)) else {
        return Ok(None);
    };
    let found = vault.version(viewer, scope, &key, version)?;
    Ok(found.and_then(|found| {
        let shown = found.content?.extension;
        let is_shown = shown == extension || (shown == "json" && extension == "content.json");
        is_shown.then_some(found.asset)
    }))
}

/// `scene_video.mp4` of a scope. Where two histories share a stem, one has its whole name.
fn current_at(
    vault: &Vault,
    (viewer, scope): (Viewer, &Scope),
    file: &str,
) -> Result<Option<AssetId>, Refusal> {
    let stem = file.rsplit_once('.').map(|(stem, _)| stem);
    for key in [Some(file), stem].into_iter().flatten() {
        let Ok(key) = key.parse() else { continue };
        let current =
            Facts::history(vault, viewer, scope, &key)?.and_then(|history| history.current);
        let Some((current, content)) =
            current.and_then(|current| current.content.clone().map(|content| (current, content)))
        else {
            continue;
        };
        let name = match content.extension.as_str() {
            "" => key.as_str().to_owned(),
            extension => format!("{}.{extension}", key.as_str()),
        };
        if name == file {
            return Ok(Some(current.asset));
        }
    }
    Ok(None)
}
