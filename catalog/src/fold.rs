//! How a claim changes the tables. The same code runs when a claim is new and when it is replayed.
//!
//! Knows neither sled nor the journal's files. Invariant: what it writes depends on the claim and
//! on the rows before it alone.

use crate::claim::{AssetAdded, Claim, Fact};
use crate::ids::AssetKey;
use crate::ids::UserId;
use crate::journal::Position;
use crate::model::{Placement, Revision, Scope, Version};
use crate::tables::{
    AssetRow, Get, HistoryRow, Key, Overlay, ProjectRow, RequestRow, SceneRow, TablesError,
    UserRow, VersionRow,
};

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
        Fact::UserAdded { user_id, name } => {
            let row = UserRow { user: *user_id.as_bytes(), name: name.clone() };
            into.put(Key::user_named(name), &row)?;
            into.put(Key::user(*user_id), &row)?;
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
    }
    Ok(())
}

fn fold_asset<B: Get>(
    placed: Placed<'_>,
    added: &AssetAdded,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let (revision, position, owner) = (placed.revision, placed.position, placed.claim.by);
    into.put(Key::asset(owner, added.asset_id), &AssetRow { revision, position })?;
    if let Some(content) = &added.content {
        into.put(Key::content(owner, &content.digest), &content.size)?;
        let sum = Key::logical_bytes(owner);
        let total = into.get::<u64>(&sum)?.unwrap_or(0).saturating_add(content.size);
        into.put(sum, &total)?;
    }
    if let Some(digest) = &added.metadata_digest {
        into.put(Key::metadata(owner, digest), &revision)?;
    }
    let Some(placement) = &added.placement else { return Ok(()) };
    let row = VersionRow {
        version: placement.version,
        asset: *added.asset_id.as_bytes(),
        content: (added.content.as_ref())
            .map(|content| (*content.digest.as_bytes(), content.size, content.extension.clone())),
        created_ms: placed.claim.created_ms(),
        revision,
        position,
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
    let expected = before.as_ref().map_or(1, |history| history.latest + 1);
    if version != expected {
        return Err(placed.contradicts("a version is not the next one of its history"));
    }
    let (best, current) = before.map_or((None, None), |history| (history.best, history.current));
    let current = if best.is_none() && row.content.is_some() { Some(row.clone()) } else { current };
    let (asset_key, revision) = (asset_key.clone(), placed.revision);
    let history = HistoryRow { asset_key, best, latest: version, current, revision };
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
    let (best, current, revision) = (Some(version), Some(chosen), placed.revision);
    into.put(key, &HistoryRow { best, current, revision, ..history })?;
    Ok(())
}
