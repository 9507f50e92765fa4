//! What a command makes true, given the facts so far: the claims' contents, or why not.
//!
//! Pure: it reads rows and writes nothing, so the same decision can be asked for ahead of time.

mod assets;
mod elements;
mod found;
mod projects;
mod scenes;

use rushes_digest::Digest;

use crate::claim::{AssetAdded, Fact};
use crate::command::{Command, CommandError, NewAsset, SetBest, Target};
use crate::facts::Facts;
use crate::ids::AssetId;
use crate::marks::once_each;
use crate::model::{Placement, Revision, Scope, Viewer};
use crate::tables::{AssetRow, FollowRow, Get, HistoryRow, Key, PlaceRow, VersionRow};
use crate::{copies, find, follow, naming, users};

type Decided = Result<Vec<Fact>, CommandError>;

/// Decides a command that has passed [`crate::check::check`].
pub fn decide(viewer: Viewer, command: &Command, facts: &impl Facts) -> Decided {
    match command {
        Command::AddUser(user) => users::add(viewer, user, facts),
        Command::ChangeUser(change) => users::change(viewer, change, facts),
        Command::CreateProject(new) => projects::create(viewer, new, facts),
        Command::ChangeProject { id, change } => projects::change(viewer, id, change, facts),
        Command::NameProject { id, folder } => projects::rename(viewer, id, folder, facts),
        Command::DeleteProject { id, expected } => projects::delete(viewer, id, *expected, facts),
        Command::RestoreProject { id } => projects::restore(viewer, id, facts),
        Command::AddScene { project, scene } => scenes::add(viewer, project, scene, facts),
        Command::ChangeScene { project, scene, change } => {
            scenes::change(viewer, (project, *scene), change, facts)
        }
        Command::DeleteScene { project, scene, expected } => {
            scenes::delete(viewer, (project, *scene), *expected, facts)
        }
        Command::RestoreScene { project, id } => scenes::restore(viewer, project, *id, facts),
        Command::ReorderScenes { project, scene_ids } => {
            scenes::reorder(viewer, project, scene_ids, facts)
        }
        Command::AddElement { project, element } => elements::add(viewer, project, element, facts),
        Command::ChangeElement { project, element, change } => {
            elements::change(viewer, (project, *element), change, facts)
        }
        Command::DeleteElement { project, element, expected } => {
            elements::delete(viewer, (project, *element), *expected, facts)
        }
        Command::RestoreElement { project, element } => {
            elements::restore(viewer, project, *element, facts)
        }
        Command::FollowScope { scope, since, asset_ids, is_last } => {
            follow_scope(viewer, (scope, *since), (asset_ids, *is_last), facts)
        }
        Command::AddAsset(asset) => add_asset(viewer, asset, facts),
        Command::ChangeAsset(change) => {
            let target = change.target.as_ref();
            let placement = target.map(|target| place(viewer, target, facts)).transpose()?;
            assets::change(viewer, change, placement, facts)
        }
        Command::SetBest(best) => set_best(viewer, best, facts),
        Command::HideHistory { shown } => hide_history(viewer, *shown, facts),
        Command::DeleteAsset { id, expected } => {
            let row = found::asset(viewer, *id, facts)?;
            found::expected(*expected, row.changed)?;
            Ok(vec![Fact::AssetDeleted { asset_id: *id }])
        }
        Command::RestoreAsset { id } => restore_asset(viewer, *id, facts),
        Command::FreeBytes { digests } => free_bytes(digests, facts),
        Command::KeepSegment(kept) => copies::keep(kept, facts),
    }
}

fn add_asset(viewer: Viewer, asset: &NewAsset, facts: &impl Get) -> Decided {
    let references = (asset.generation.parent_id.iter().map(|id| ("parent_id", id)))
        .chain(asset.generation.source_asset_ids.iter().map(|id| ("source_asset_ids", id)));
    for (field, id) in references {
        if facts.get::<AssetRow>(&Key::asset(viewer.user, *id))?.is_none() {
            return Err(CommandError::Unresolved { field, what: "asset" });
        }
    }
    if facts.get::<AssetRow>(&Key::asset(viewer.user, asset.id))?.is_some() {
        return Err(CommandError::Taken { field: "id" });
    }
    let placement = match &asset.target {
        Some(target) => Some(place(viewer, target, facts)?),
        None => None,
    };
    let best = asset.target.as_ref().filter(|target| target.set_best).and(placement.clone());
    let added = AssetAdded {
        asset_id: asset.id,
        kind: asset.kind.clone(),
        asset_type: asset.asset_type.clone(),
        status: asset.status,
        filename: asset.filename.clone(),
        content: asset.content.clone(),
        placement,
        tags: once_each(asset.tags.clone()),
        client_id: asset.client_id.clone(),
        generation: asset.generation.clone(),
        metadata: asset.metadata.clone(),
        metadata_digest: asset.metadata_digest,
    };
    let mut made = vec![Fact::AssetAdded(Box::new(added))];
    made.extend(best.map(|Placement { scope, asset_key, version }| Fact::BestSet {
        scope,
        asset_key,
        version,
    }));
    Ok(made)
}

fn place(viewer: Viewer, target: &Target, facts: &impl Get) -> Result<Placement, CommandError> {
    let unresolved = |field, what| CommandError::Unresolved { field, what };
    let project = find::project(viewer.user, &target.project, facts)?
        .ok_or(unresolved("project_id", "project"))?
        .project;
    let part = target.part.map(|part| found::part(viewer, &project, part, facts)).transpose()?;
    let scope = Scope { project, part };
    let history = facts.get::<HistoryRow>(&Key::history(viewer.user, &scope, &target.asset_key))?;
    let (asset_key, last) = match history {
        Some(history) => (history.asset_key, history.last),
        None => (target.asset_key.clone(), 0),
    };
    Ok(Placement { scope, asset_key, version: last + 1 })
}

fn set_best(viewer: Viewer, best: &SetBest, facts: &impl Get) -> Decided {
    let missing = CommandError::Missing { what: "history" };
    if !find::is_there(viewer.user, &best.scope, facts)? {
        return Err(missing);
    }
    let key = Key::history(viewer.user, &best.scope, &best.asset_key);
    let history = facts.get::<HistoryRow>(&key)?.ok_or(missing)?;
    found::expected(best.expected, history.revision)?;
    let asset_key = history.asset_key;
    let key = Key::version(viewer.user, &best.scope, &best.asset_key, best.version);
    let version = facts
        .get::<VersionRow>(&key)?
        .ok_or(CommandError::Unresolved { field: "version", what: "version" })?;
    if version.content.is_none() {
        let reason = "this version failed and has no file: choose another one".to_owned();
        return Err(CommandError::Invalid { field: "version", reason });
    }
    if version.deleted.is_some() {
        let reason = "this version is deleted: restore it, or choose another one".to_owned();
        return Err(CommandError::Invalid { field: "version", reason });
    }
    let scope = best.scope.clone();
    Ok(vec![Fact::BestSet { scope, asset_key, version: best.version }])
}

fn hide_history(viewer: Viewer, shown: AssetId, facts: &impl Get) -> Decided {
    let missing = CommandError::Missing { what: "history" };
    let place = found::asset(viewer, shown, facts)?.place.ok_or_else(|| missing.clone())?;
    let scope = place.scope();
    if !find::is_there(viewer.user, &scope, facts)? {
        return Err(missing);
    }
    let key = Key::history(viewer.user, &scope, &place.asset_key);
    let history = facts.get::<HistoryRow>(&key)?.ok_or(missing)?;
    // An older one is shown where the one that was seen is deleted by now: that goes with it.
    let is_other = history.current.as_ref().is_some_and(|current| {
        let is_chosen = history.best() == Some(current.version);
        current.version > place.version || (is_chosen && current.version != place.version)
    });
    if is_other {
        return Err(CommandError::Changed { revision: history.revision });
    }
    Ok(vec![Fact::HistoryHidden { scope, asset_key: history.asset_key }])
}

fn restore_asset(viewer: Viewer, id: AssetId, facts: &impl Get) -> Decided {
    let asset = found::asset(viewer, id, facts)?;
    let scope = asset.place.as_ref().map(PlaceRow::scope);
    if let Some(scope) = scope
        && !find::is_there(viewer.user, &scope, facts)?
    {
        let reason = "what it belongs to is deleted: restore that first".to_owned();
        return Err(CommandError::Invalid { field: "asset", reason });
    }
    if !naming::is_kept(viewer.user, &asset, facts)? {
        return Err(CommandError::Gone { what: "asset" });
    }
    Ok(vec![Fact::AssetRestored { asset_id: id }])
}

fn free_bytes(digests: &[Digest], facts: &impl Get) -> Decided {
    let mut free = Vec::new();
    for digest in digests {
        if naming::is_free(digest, facts)? {
            free.push(*digest);
        }
    }
    if free.is_empty() {
        return Err(CommandError::Missing { what: "released content" });
    }
    Ok(vec![Fact::BytesFreed { digests: free }])
}

/// Assets of a deleted or restored scope go with it, as far as it is their turn.
fn follow_scope(
    viewer: Viewer,
    (scope, since): (&Scope, Revision),
    (asset_ids, is_last): (&[AssetId], bool),
    facts: &impl Get,
) -> Decided {
    let row = facts.get::<FollowRow>(&Key::follow(viewer.user, scope))?;
    let row = row.filter(|row| row.since == since);
    let row = row.ok_or(CommandError::Missing { what: "scope to follow" })?;
    if row.is_restored && !find::is_there(viewer.user, scope, facts)? {
        return Err(CommandError::Missing { what: "scope to follow" });
    }
    let mut due = Vec::with_capacity(asset_ids.len());
    for id in asset_ids {
        if follow::is_due(viewer.user, &row, &found::asset(viewer, *id, facts)?, facts)? {
            due.push(*id);
        }
    }
    let (scope, asset_ids) = (scope.clone(), due);
    Ok(vec![if row.is_restored {
        Fact::AssetsRestored { scope, asset_ids, is_last }
    } else {
        Fact::AssetsDeleted { scope, asset_ids, is_last }
    }])
}
