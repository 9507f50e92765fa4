//! Model values as wire values: absolute links, and where a file is in the mount.
//!
//! Asks nothing; what it needs it is given. Invariant: a reply holds ids, digests and computed
//! places, never a place in the data directory.

use std::collections::BTreeMap;

use rushes_api::{AssetReply, HistorySummary, Status, VersionSummary, paths};
use rushes_vault::model::{self, Asset, Content, HistoryEntry, Part, Placement, Scope};
use rushes_vault::{Timestamp, rfc3339};

use crate::edge::Links;

/// An asset, without what makes it outdated; `scene_number` is that of the scene it is placed in.
pub fn asset(links: &Links, asset: Asset, scene_number: Option<u32>) -> AssetReply {
    let status = status(&asset);
    let Asset { content, placement, generation, marks, .. } = asset;
    let path = placement.as_ref().and_then(|placement| {
        let extension = content.as_ref().map(|content| content.extension.as_str());
        let shown = match (&asset.deleted_at, extension) {
            (Some(_), _) => Shown::Deleted,
            (None, None) => Shown::Failed,
            (None, Some(extension)) => Shown::File(extension),
        };
        version_path(links, placement, (scene_number, shown))
    });
    let id = asset.id.to_string();
    let (scope, asset_key, version) = match placement {
        Some(placed) => (Some(placed.scope), Some(placed.asset_key), Some(placed.version)),
        None => (None, None, None),
    };
    let shown = content.as_ref().filter(|_| asset.deleted_at.is_none());
    let public_url = shown
        .filter(|content| is_media(content))
        .map(|_| links.public(&paths::asset_data(&id), asset.user_id));
    let [scene_id, character_id, location_id, mood_id] =
        part_ids(scope.as_ref().and_then(|scope| scope.part));
    AssetReply {
        public_url,
        url: shown.map(|_| links.to(&paths::asset_data(&id))),
        asset_id: id.clone(),
        id,
        kind: asset.kind,
        asset_type: marks.asset_type,
        status,
        filename: marks.filename,
        digest: content.as_ref().map(|content| content.digest),
        size: content.as_ref().map(|content| content.size),
        media_type: content.map(|content| content.media_type),
        tags: marks.tags,
        client_id: asset.client_id,
        scene_id,
        character_id,
        location_id,
        mood_id,
        project_id: scope.map(|scope| scope.project.into()),
        scene_number,
        asset_key: asset_key.map(Into::into),
        version,
        provider: generation.provider,
        model: generation.model,
        prompt: generation.prompt,
        parent_id: generation.parent_id.map(|id| id.to_string()),
        source_asset_ids: generation.source_asset_ids.iter().map(ToString::to_string).collect(),
        workflow_id: generation.workflow_id,
        prompt_id: generation.prompt_id,
        outdated: false,
        outdated_sources: Vec::new(),
        completed_at: generation.completed_at,
        estimated_cost: generation.estimated_cost,
        generation_time_ms: generation.generation_time_ms,
        error: generation.error,
        notes: marks.notes,
        evaluation: marks.evaluation,
        metadata: marks.metadata,
        uploaded_at: asset.created_at.clone(),
        created_at: asset.created_at,
        deleted_at: asset.deleted_at,
        user_id: asset.user_id.to_string(),
        revision: asset.revision,
        path,
    }
}

fn is_media(content: &Content) -> bool {
    ["image/", "video/", "audio/"].iter().any(|kind| content.media_type.starts_with(kind))
}

fn status(asset: &Asset) -> Status {
    match (&asset.deleted_at, asset.status) {
        (Some(_), _) => Status::Deleted,
        _ if asset.marks.is_archived => Status::Archived,
        (None, model::Status::Ready) => Status::Ready,
        (None, model::Status::Failed) => Status::Failed,
    }
}

/// The ids of a scene, character, location and mood, of which at most one is there.
fn part_ids(part: Option<Part>) -> [Option<String>; 4] {
    let mut ids = [None, None, None, None];
    let [scene, character, location, mood] = &mut ids;
    match part {
        None => {}
        Some(Part::Scene(id)) => *scene = Some(id.to_string()),
        Some(Part::Character(id)) => *character = Some(id.to_string()),
        Some(Part::Location(id)) => *location = Some(id.to_string()),
        Some(Part::Mood(id)) => *mood = Some(id.to_string()),
    }
    ids
}

/// A history in short; `folder` is where its current file is, if anywhere.
pub fn history(links: &Links, folder: Option<&str>, entry: HistoryEntry) -> HistorySummary {
    let key = String::from(entry.asset_key);
    let current = entry.current.and_then(|version| {
        let content = version.content?;
        Some(VersionSummary {
            version: version.version,
            asset_id: version.asset.to_string(),
            url: links.to(&paths::asset_data(version.asset)),
            digest: content.digest,
            size: content.size,
            created_at: rfc3339(Timestamp(version.created_ms)),
            path: folder
                .map(|folder| with_extension(format!("{folder}/{key}"), &content.extension)),
        })
    });
    HistorySummary {
        asset_key: key,
        best: entry.best,
        latest: entry.latest,
        current,
        revision: entry.revision,
    }
}

/// Histories in short, by asset key.
pub fn histories(
    links: &Links,
    folder: Option<&str>,
    entries: Vec<HistoryEntry>,
) -> BTreeMap<String, HistorySummary> {
    let summaries = entries.into_iter().map(|entry| history(links, folder, entry));
    summaries.map(|summary| (summary.asset_key.clone(), summary)).collect()
}

/// What the mount shows of a version.
#[derive(Debug, Clone, Copy)]
enum Shown<'a> {
    /// Its file, with this extension.
    File(&'a str),
    /// The record of a failed attempt.
    Failed,
    /// The record of a deleted version.
    Deleted,
}

/// Where a version is in the mount; `None` where the mount does not show it.
fn version_path(
    links: &Links,
    placement: &Placement,
    (scene_number, shown): (Option<u32>, Shown<'_>),
) -> Option<String> {
    let Placement { scope, asset_key, version } = placement;
    let folder = folder(links, scope, scene_number)?;
    let stem = format!("{folder}/versions/{asset_key}/v{version:03}");
    Some(match shown {
        // `v001.json` is the record.
        Shown::File("json") => format!("{stem}.content.json"),
        Shown::File(extension) => with_extension(stem, extension),
        Shown::Failed => format!("{stem}.failed.json"),
        Shown::Deleted => format!("{stem}.deleted.json"),
    })
}

/// The folder of a scope in the mount; `None` where it has none.
pub fn folder(links: &Links, scope: &Scope, scene_number: Option<u32>) -> Option<String> {
    let project = || links.folder(&scope.project);
    match (scope.part, scene_number) {
        (None, _) => Some(project()),
        (Some(Part::Scene(_)), Some(number)) => Some(format!("{}/scenes/{number}", project())),
        (Some(_), _) => None,
    }
}

fn with_extension(stem: String, extension: &str) -> String {
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}
