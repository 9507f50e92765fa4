//! How a claim changes the tables. The same code runs when a claim is new and when it is replayed.
//!
//! Knows neither sled nor the journal's files. Invariant: what it writes depends on the claim and
//! on the rows before it alone.

mod placed;
mod projects;

use crate::claim::{AssetAdded, Fact};
use crate::ids::{AssetId, AssetKey, ProjectId, UserId};
use crate::model::{Placement, Scope, Version};
use crate::naming;
use crate::tables::{
    AssetRow, Cause, Deletion, Get, HistoryRow, Key, Overlay, PlaceRow, RequestRow, TablesError,
    UserRow, VersionRow,
};
use crate::users;

pub use placed::{FoldError, Placed};

/// Writes what a claim changes into the overlay.
pub fn fold<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    let (revision, position, owner) = (placed.revision, placed.position, placed.claim.by);
    if let Some(request) = &placed.claim.request {
        let key = Key::request(owner, &request.key);
        // A request may make several claims; the first one is its answer.
        if into.get::<RequestRow>(&key)?.is_none() {
            let digest = *request.digest.as_bytes();
            into.put(key, &RequestRow { digest, revision, position })?;
        }
    }
    // Before it is folded: an asset that is deleted still says where it is.
    let project = project_of(&placed.claim.fact, owner, into)?;
    fold_fact(placed, into)?;
    if let Some(project) = project {
        into.put(Key::project_claim(owner, &project, revision), &position)?;
        into.put(Key::activity(owner, &project), &placed.claim.created_ms())?;
    }
    Ok(())
}

fn fold_fact<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    match &placed.claim.fact {
        Fact::UserAdded { .. } | Fact::UserChanged { .. } => fold_user(placed, into)?,
        Fact::ProjectCreated { project_id, .. } => projects::create(placed, project_id, into)?,
        Fact::ProjectChanged { project_id, .. } => projects::change(placed, project_id, into)?,
        Fact::ProjectDeleted { project_id } => projects::delete(placed, project_id, false, into)?,
        Fact::ProjectRestored { project_id } => projects::delete(placed, project_id, true, into)?,
        Fact::SceneAdded { scene_id, project_id, scene_number, .. } => {
            projects::add_scene(placed, (project_id, *scene_id), *scene_number, into)?;
        }
        Fact::SceneChanged { scene_id, .. } => projects::change_scene(placed, *scene_id, into)?,
        Fact::SceneDeleted { scene_id, .. } => projects::delete_scene(placed, *scene_id, into)?,
        Fact::SceneRestored { scene_id, scene_number, .. } => {
            projects::restore_scene(placed, *scene_id, *scene_number, into)?;
        }
        Fact::ScenesReordered { project_id, scene_ids } => {
            projects::reorder(placed, project_id, scene_ids, into)?;
        }
        Fact::ElementAdded { element_id, project_id, record } => {
            projects::add_element(placed, project_id, (record.kind(), *element_id), into)?;
        }
        Fact::ElementChanged { element_id, .. } => {
            projects::change_element(placed, *element_id, into)?;
        }
        Fact::ElementDeleted { element_id, .. } => {
            projects::delete_element(placed, *element_id, false, into)?;
        }
        Fact::ElementRestored { element_id, .. } => {
            projects::delete_element(placed, *element_id, true, into)?;
        }
        Fact::AssetsDeleted { scope, asset_ids, is_last } => {
            let cause = if scope.part.is_some() { Cause::Part } else { Cause::Project };
            fold_deletions(placed, asset_ids, Some(cause), into)?;
            end_follow(placed, scope, *is_last, into);
        }
        Fact::AssetsRestored { scope, asset_ids, is_last } => {
            fold_deletions(placed, asset_ids, None, into)?;
            end_follow(placed, scope, *is_last, into);
        }
        Fact::AssetAdded(added) => fold_asset(placed, added, into)?,
        Fact::BestSet { scope, asset_key, version } => {
            fold_best(placed, (scope, asset_key), *version, into)?;
        }
        Fact::AssetDeleted { asset_id } => {
            fold_deletions(placed, &[*asset_id], Some(Cause::Itself), into)?;
        }
        Fact::AssetRestored { asset_id } => fold_deletions(placed, &[*asset_id], None, into)?,
        Fact::BytesFreed { digests } => {
            for digest in digests {
                naming::free(digest, placed.revision, into)?;
            }
        }
    }
    Ok(())
}

fn fold_user<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    match &placed.claim.fact {
        Fact::UserAdded { user_id, name, role, identity } => {
            let row = UserRow {
                user: *user_id.as_bytes(),
                name: name.clone(),
                role: *role,
                is_disabled: false,
                identity: identity.clone(),
                created_ms: placed.claim.created_ms(),
                changed: placed.revision,
            };
            users::fold_added(&row, into)?;
        }
        Fact::UserChanged { user_id, name, role, is_disabled } => {
            let before = into.get::<UserRow>(&Key::user(*user_id))?;
            let before = before.ok_or(placed.contradicts("the user does not exist"))?;
            let row = UserRow {
                name: name.as_ref().unwrap_or(&before.name).clone(),
                role: role.unwrap_or(before.role),
                is_disabled: is_disabled.unwrap_or(before.is_disabled),
                changed: placed.revision,
                ..before.clone()
            };
            users::fold_changed(&before, &row, into)?;
        }
        _ => {}
    }
    Ok(())
}

/// The project that a claim touches.
fn project_of(
    fact: &Fact,
    owner: UserId,
    rows: &impl Get,
) -> Result<Option<ProjectId>, TablesError> {
    Ok(match fact {
        Fact::UserAdded { .. } | Fact::UserChanged { .. } | Fact::BytesFreed { .. } => None,
        Fact::ProjectCreated { project_id, .. }
        | Fact::ProjectChanged { project_id, .. }
        | Fact::ProjectDeleted { project_id }
        | Fact::ProjectRestored { project_id }
        | Fact::SceneAdded { project_id, .. }
        | Fact::SceneChanged { project_id, .. }
        | Fact::SceneDeleted { project_id, .. }
        | Fact::SceneRestored { project_id, .. }
        | Fact::ScenesReordered { project_id, .. }
        | Fact::ElementAdded { project_id, .. }
        | Fact::ElementChanged { project_id, .. }
        | Fact::ElementDeleted { project_id, .. }
        | Fact::ElementRestored { project_id, .. } => Some(project_id.clone()),
        Fact::AssetsDeleted { scope, .. }
        | Fact::AssetsRestored { scope, .. }
        | Fact::BestSet { scope, .. } => Some(scope.project.clone()),
        Fact::AssetAdded(added) => {
            added.placement.as_ref().map(|placement| placement.scope.project.clone())
        }
        Fact::AssetDeleted { asset_id } | Fact::AssetRestored { asset_id } => {
            let row = rows.get::<AssetRow>(&Key::asset(owner, *asset_id))?;
            row.and_then(|row| row.place).map(|place| place.project)
        }
    })
}

/// Deletes or restores assets.
fn fold_deletions<B: Get>(
    placed: Placed<'_>,
    ids: &[AssetId],
    cause: Option<Cause>,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let (revision, at_ms) = (placed.revision, placed.claim.created_ms());
    let deleted = cause.map(|cause| Deletion { revision, at_ms, cause });
    ids.iter().try_for_each(|id| fold_deletion(placed, *id, deleted, into))
}

/// All assets of a scope have followed it.
fn end_follow<B: Get>(placed: Placed<'_>, scope: &Scope, is_last: bool, into: &mut Overlay<'_, B>) {
    if is_last {
        into.remove(Key::follow(placed.claim.by, scope));
    }
}

fn fold_asset<B: Get>(
    placed: Placed<'_>,
    added: &AssetAdded,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let (revision, position, owner) = (placed.revision, placed.position, placed.claim.by);
    let content = added.content.as_ref();
    let asset = AssetRow {
        revision,
        position,
        changed: revision,
        content: content.map(|content| (*content.digest.as_bytes(), content.size)),
        metadata: added.metadata_digest.map(|digest| *digest.as_bytes()),
        place: added.placement.as_ref().map(PlaceRow::of),
        deleted: None,
    };
    into.put(Key::asset(owner, added.asset_id), &asset)?;
    naming::name(owner, &asset, into)?;
    let Some(placement) = &added.placement else { return Ok(()) };
    let row = VersionRow {
        version: placement.version,
        asset: *added.asset_id.as_bytes(),
        content: content
            .map(|content| (*content.digest.as_bytes(), content.size, content.extension.clone())),
        created_ms: placed.claim.created_ms(),
        revision,
        position,
        changed: revision,
        deleted: None,
    };
    fold_version(placed, placement, &row, into)
}

fn fold_version<B: Get>(
    placed: Placed<'_>,
    placement: &Placement,
    row: &VersionRow,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let owner = placed.claim.by;
    let (scope, asset_key, version) = (&placement.scope, &placement.asset_key, placement.version);
    let key = Key::history(owner, scope, asset_key);
    let before = into.get::<HistoryRow>(&key)?;
    let expected = before.as_ref().map_or(1, |history| history.last + 1);
    if version != expected {
        return Err(placed.contradicts("a version is not the next one of its history"));
    }
    let has_best = before.as_ref().is_some_and(|history| history.best().is_some());
    let (chosen, ready, current) =
        before.map_or((None, 0, None), |history| (history.chosen, history.ready, history.current));
    let history = HistoryRow {
        asset_key: asset_key.clone(),
        chosen,
        last: version,
        latest: version,
        ready: if row.is_ready() { version } else { ready },
        current: if row.is_ready() && !has_best { Some(row.clone()) } else { current },
        revision: placed.revision,
    };
    into.put(key, &history)?;
    into.put(Key::version(owner, scope, &placement.asset_key, version), row)?;
    Ok(())
}

fn fold_best<B: Get>(
    placed: Placed<'_>,
    (scope, asset_key): (&Scope, &AssetKey),
    version: Version,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let owner: UserId = placed.claim.by;
    let chosen = into.get::<VersionRow>(&Key::version(owner, scope, asset_key, version))?;
    let key = Key::history(owner, scope, asset_key);
    let (Some(chosen), Some(history)) = (chosen, into.get::<HistoryRow>(&key)?) else {
        return Err(placed.contradicts("the best version does not exist"));
    };
    let (current, revision) = (Some(chosen), placed.revision);
    into.put(key, &HistoryRow { chosen: Some(version), current, revision, ..history })?;
    Ok(())
}

/// Deletes or restores an asset. One that is so already stays as it is.
fn fold_deletion<B: Get>(
    placed: Placed<'_>,
    id: AssetId,
    deleted: Option<Deletion>,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let owner = placed.claim.by;
    let key = Key::asset(owner, id);
    let Some(asset) = into.get::<AssetRow>(&key)? else {
        return Err(placed.contradicts("the asset does not exist"));
    };
    if asset.deleted.is_some() == deleted.is_some() {
        return Ok(());
    }
    match deleted {
        Some(Deletion { at_ms, .. }) => naming::release(owner, &asset, at_ms, into)?,
        None => naming::name(owner, &asset, into)?,
    }
    if let Some(place) = &asset.place {
        fold_version_deletion(placed, place, deleted, into)?;
    }
    into.put(key, &AssetRow { changed: placed.revision, deleted, ..asset })?;
    Ok(())
}

fn fold_version_deletion<B: Get>(
    placed: Placed<'_>,
    place: &PlaceRow,
    deleted: Option<Deletion>,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let (owner, scope, asset_key) = (placed.claim.by, place.scope(), &place.asset_key);
    let key_of = |version| Key::version(owner, &scope, asset_key, version);
    let history_key = Key::history(owner, &scope, asset_key);
    let row = into.get::<VersionRow>(&key_of(place.version))?;
    let (Some(row), Some(history)) = (row, into.get::<HistoryRow>(&history_key)?) else {
        return Err(placed.contradicts("the version of an asset does not exist"));
    };
    let row = VersionRow { changed: placed.revision, deleted, ..row };
    into.put(key_of(place.version), &row)?;
    let find = |version| into.get::<VersionRow>(&key_of(version));
    let restored = |is_so: bool| if is_so { place.version } else { 0 };
    // All above the newest of a kind are not of it, so the search goes down from there.
    let latest = history.latest.max(restored(deleted.is_none()));
    let latest = newest(latest, find, |row| row.deleted.is_none())?;
    let ready = newest(history.ready.max(restored(row.is_ready())), find, VersionRow::is_ready)?;
    let chosen = history.chosen.map(find).transpose()?.flatten();
    let current = match chosen.filter(VersionRow::is_ready) {
        Some(chosen) => Some(chosen),
        None => find(ready)?,
    };
    let revision = placed.revision;
    into.put(history_key, &HistoryRow { latest, ready, current, revision, ..history })?;
    Ok(())
}

/// The newest version of a kind, at most `from`; 0 when there is none.
fn newest(
    from: Version,
    find: impl Fn(Version) -> Result<Option<VersionRow>, TablesError>,
    is_wanted: impl Fn(&VersionRow) -> bool,
) -> Result<Version, TablesError> {
    for version in (1..=from).rev() {
        if find(version)?.as_ref().is_some_and(&is_wanted) {
            return Ok(version);
        }
    }
    Ok(0)
}
