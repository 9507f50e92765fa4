//! How a claim changes the tables. The same code runs when a claim is new and when it is replayed.
//!
//! Knows neither sled nor the journal's files. Invariant: what it writes depends on the claim and
//! on the rows before it alone.

use crate::claim::{AssetAdded, Claim, Fact};
use crate::ids::{AssetId, AssetKey, UserId};
use crate::journal::Position;
use crate::model::{Placement, Revision, Scope, Version};
use crate::naming;
use crate::tables::{
    AssetRow, Deletion, Get, HistoryRow, Key, Overlay, PlaceRow, ProjectRow, RequestRow, SceneRow,
    TablesError, UserRow, VersionRow,
};
use crate::users;

/// Why a claim cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The tables failed.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The claim contradicts the ones before it: the journal was not written by one sequencer.
    #[error("revision {revision} contradicts what came before it: {reason}")]
    Contradiction {
        /// The claim.
        revision: Revision,
        /// In which way.
        reason: &'static str,
    },
}

/// A claim with its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Its number.
    pub revision: Revision,
    /// Where it stands.
    pub position: Position,
    /// What it says.
    pub claim: &'a Claim,
}

impl Placed<'_> {
    fn contradicts(&self, reason: &'static str) -> FoldError {
        FoldError::Contradiction { revision: self.revision, reason }
    }
}

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
    match &placed.claim.fact {
        Fact::UserAdded { user_id, name, role, identity } => {
            let row = UserRow {
                user: *user_id.as_bytes(),
                name: name.clone(),
                role: *role,
                is_disabled: false,
                identity: identity.clone(),
                created_ms: placed.claim.created_ms(),
                changed: revision,
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
                changed: revision,
                ..before.clone()
            };
            users::fold_changed(&before, &row, into)?;
        }
        Fact::ProjectCreated { project_id, .. } => {
            let row = ProjectRow { project: project_id.clone(), revision, position };
            into.put(Key::project(owner, project_id), &row)?;
        }
        Fact::SceneAdded { scene_id, project_id, scene_number: number, .. } => {
            let (scene, project) = (*scene_id.as_bytes(), project_id.clone());
            let row = SceneRow { scene, project, number: *number, revision, position };
            into.put(Key::scene(owner, project_id, *number), &row)?;
            into.put(Key::scene_by_id(owner, *scene_id), &row)?;
            let last = Key::last_scene(owner, project_id);
            let highest = into.get::<u32>(&last)?.unwrap_or(0).max(*number);
            into.put(last, &highest)?;
        }
        Fact::AssetAdded(added) => fold_asset(placed, added, into)?,
        Fact::BestSet { scope, asset_key, version } => {
            fold_best(placed, (scope, asset_key), *version, into)?;
        }
        Fact::AssetDeleted { asset_id } => {
            let deleted = Deletion { revision, at_ms: placed.claim.created_ms() };
            fold_deletion(placed, *asset_id, Some(deleted), into)?;
        }
        Fact::AssetRestored { asset_id } => fold_deletion(placed, *asset_id, None, into)?,
        Fact::BytesFreed { digests } => {
            for digest in digests {
                naming::free(digest, revision, into)?;
            }
        }
    }
    Ok(())
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
