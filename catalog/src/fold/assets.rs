//! How claims about assets and their histories change the tables.
//!
//! Called by `fold` alone. Invariant: an asset's row, its version's row and what stands for its
//! history say the same; every asset's row is written through `tally`, which keeps the counts.

use std::collections::BTreeMap;

use rushes_digest::Digest;

use super::placed::{FoldError, Placed};
use crate::claim::{AssetAdded, AssetChanged};
use crate::ids::{AssetId, AssetKey, UserId};
use crate::model::{Generation, Placement, Scope, Version};
use crate::tables::{
    AssetRow, ClaimRow, CostRow, Deletion, Get, HistoryRow, Key, LinkRow, Overlay, PlaceRow,
    TablesError, VersionRow,
};
use crate::{naming, tally};

/// Length of a month as times begin with it: `2026-11`.
const MONTH_BYTES: usize = 7;
const NO_VERSION: &str = "the version of an asset does not exist";

type Folded = Result<(), FoldError>;

/// An asset is there.
pub fn fold_asset<B: Get>(
    placed: Placed<'_>,
    added: &AssetAdded,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (revision, position, owner) = (placed.revision, placed.position, placed.claim.by);
    let content = added.content.as_ref().map(|content| {
        let (digest, extension) = (*content.digest.as_bytes(), content.extension.clone());
        (digest, content.size, extension, content.modified_ms)
    });
    let made = &added.generation;
    let asset = AssetRow {
        revision,
        position,
        marks: None,
        changed: revision,
        kind: added.kind.clone(),
        content,
        metadata: added.metadata_digest.map(|digest| *digest.as_bytes()),
        place: added.placement.as_ref().map(PlaceRow::of),
        created_ms: placed.claim.created_ms(),
        filename: added.filename.clone(),
        tags: added.tags.clone(),
        is_archived: false,
        cost: made.estimated_cost.map(|amount| CostRow {
            micros: tally::micros_of(amount),
            provider: made.provider.clone().unwrap_or_default(),
            model: made.model.clone().unwrap_or_default(),
            month: placed.claim.at.get(..MONTH_BYTES).unwrap_or_default().to_owned(),
        }),
        deleted: None,
    };
    tally::put_asset((owner, added.asset_id), None, &asset, into)?;
    naming::name(owner, &asset, into)?;
    fold_links((owner, added.asset_id), made, into)?;
    match &added.placement {
        None => Ok(()),
        Some(placement) => {
            let row = version_row((added.asset_id, placement.version), &asset);
            fold_version(placed, placement, &row, into)
        }
    }
}

/// What an asset was made from: found from both ends.
fn fold_links<B: Get>(
    (owner, user): (UserId, AssetId),
    made: &Generation,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let sources = made.source_asset_ids.iter().map(|id| (*id, true));
    let mut links: BTreeMap<AssetId, LinkRow> = BTreeMap::new();
    for (source, is_source) in sources.chain(made.parent_id.map(|id| (id, false))) {
        let link = links.entry(source).or_default();
        link.is_source |= is_source;
        link.is_parent |= !is_source;
    }
    for (source, link) in links {
        into.put(Key::used_by(owner, source, user), &link)?;
        into.put(Key::made_from(owner, user, source), &link)?;
    }
    if let Some(workflow) = &made.workflow_id {
        into.put(Key::workflow_asset(owner, workflow, user), &user)?;
    }
    if let Some(prompt) = &made.prompt_id {
        into.put(Key::prompt_asset(owner, prompt, user), &user)?;
    }
    Ok(())
}

/// Something was said again of an asset.
pub fn fold_marks<B: Get>(
    placed: Placed<'_>,
    changed: &AssetChanged,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (owner, id, marks) = (placed.claim.by, changed.asset_id, &changed.marks);
    let before = asset_row(placed, id, into)?;
    let metadata = marks.metadata_digest.map(|digest| *digest.as_bytes());
    let after = AssetRow {
        marks: Some(ClaimRow { revision: placed.revision, position: placed.position }),
        changed: placed.revision,
        metadata,
        tags: marks.tags.clone(),
        is_archived: marks.is_archived,
        ..before.clone()
    };
    if metadata != before.metadata && before.deleted.is_none() {
        if let Some(digest) = metadata {
            naming::name_metadata(owner, &Digest::from_bytes(digest), into)?;
        }
        if let Some(digest) = before.metadata {
            let at_ms = placed.claim.created_ms();
            naming::release_metadata(owner, &Digest::from_bytes(digest), at_ms, into)?;
        }
    }
    tally::put_asset((owner, id), Some(&before), &after, into)?;
    let Some(place) = &after.place else { return Ok(()) };
    let key = Key::version(owner, &place.scope(), &place.asset_key, place.version);
    let version = into.get::<VersionRow>(&key)?;
    let version = version.ok_or_else(|| placed.contradicts(NO_VERSION))?;
    let (marks, changed, tags) = (after.marks, placed.revision, count_of(&after.tags));
    let version = VersionRow { marks, changed, tags, ..version };
    into.put(key, &version)?;
    let key = Key::history(owner, &place.scope(), &place.asset_key);
    let history = into.get::<HistoryRow>(&key)?;
    if let Some(history) = history
        && history.current.as_ref().is_some_and(|current| current.version == place.version)
    {
        into.put(key, &HistoryRow { current: Some(version), ..history })?;
    }
    Ok(())
}

/// An asset became a version.
pub fn fold_placement<B: Get>(
    placed: Placed<'_>,
    id: AssetId,
    placement: &Placement,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let before = asset_row(placed, id, into)?;
    if before.place.is_some() || before.deleted.is_some() {
        return Err(placed.contradicts("an asset that is placed is deleted or a version already"));
    }
    // Its project's past begins with what was said of it before.
    let owner = placed.claim.by;
    let said =
        [Some(ClaimRow { revision: before.revision, position: before.position }), before.marks];
    for ClaimRow { revision, position } in said.into_iter().flatten() {
        into.put(Key::project_claim(owner, &placement.scope.project, revision), &position)?;
    }
    let place = Some(PlaceRow::of(placement));
    let after = AssetRow { place, changed: placed.revision, ..before.clone() };
    tally::put_asset((owner, id), Some(&before), &after, into)?;
    fold_version(placed, placement, &version_row((id, placement.version), &after), into)
}

fn version_row((id, version): (AssetId, Version), asset: &AssetRow) -> VersionRow {
    VersionRow {
        version,
        asset: *id.as_bytes(),
        content: asset.content.clone(),
        created_ms: asset.created_ms,
        revision: asset.revision,
        position: asset.position,
        marks: asset.marks,
        changed: asset.changed,
        has_cost: asset.cost.is_some(),
        tags: count_of(&asset.tags),
        deleted: None,
    }
}

fn count_of(tags: &[String]) -> u32 {
    u32::try_from(tags.len()).unwrap_or(u32::MAX)
}

fn fold_version<B: Get>(
    placed: Placed<'_>,
    placement: &Placement,
    row: &VersionRow,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner = placed.claim.by;
    let (scope, asset_key, version) = (&placement.scope, &placement.asset_key, placement.version);
    let key = Key::history(owner, scope, asset_key);
    let before = into.get::<HistoryRow>(&key)?;
    let expected = before.as_ref().map_or(1, |history| history.last + 1);
    if version != expected {
        return Err(placed.contradicts("a version is not the next one of its history"));
    }
    let has_best = before.as_ref().is_some_and(|history| history.best().is_some());
    let (chosen, ready, stood) =
        before.map_or((None, 0, None), |history| (history.chosen, history.ready, history.current));
    let current = if row.is_ready() && !has_best { Some(row.clone()) } else { stood.clone() };
    tally::pick(owner, stood.as_ref(), current.as_ref(), into)?;
    let history = HistoryRow {
        asset_key: asset_key.clone(),
        chosen,
        last: version,
        latest: version,
        ready: if row.is_ready() { version } else { ready },
        current,
        is_hidden: false,
        revision: placed.revision,
    };
    into.put(key, &history)?;
    into.put(Key::version(owner, scope, &placement.asset_key, version), row)?;
    Ok(())
}

/// A version was chosen.
pub fn fold_best<B: Get>(
    placed: Placed<'_>,
    (scope, asset_key): (&Scope, &AssetKey),
    version: Version,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner: UserId = placed.claim.by;
    let chosen = into.get::<VersionRow>(&Key::version(owner, scope, asset_key, version))?;
    let key = Key::history(owner, scope, asset_key);
    let (Some(chosen), Some(history)) = (chosen, into.get::<HistoryRow>(&key)?) else {
        return Err(placed.contradicts("the best version does not exist"));
    };
    let (current, revision) = (Some(chosen), placed.revision);
    tally::pick(owner, history.current.as_ref(), current.as_ref(), into)?;
    let (chosen, is_hidden) = (Some(version), false);
    into.put(key, &HistoryRow { chosen, current, is_hidden, revision, ..history })?;
    Ok(())
}

/// The name of a history is not shown until its next version, or until one is chosen.
pub fn fold_hidden<B: Get>(
    placed: Placed<'_>,
    (scope, asset_key): (&Scope, &AssetKey),
    into: &mut Overlay<'_, B>,
) -> Folded {
    let key = Key::history(placed.claim.by, scope, asset_key);
    let history = into.get::<HistoryRow>(&key)?;
    let history = history.ok_or_else(|| placed.contradicts("the hidden history does not exist"))?;
    into.put(key, &HistoryRow { is_hidden: true, revision: placed.revision, ..history })?;
    Ok(())
}

/// Deletes or restores an asset. One that is so already stays as it is.
pub fn fold_deletion<B: Get>(
    placed: Placed<'_>,
    id: AssetId,
    deleted: Option<Deletion>,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner = placed.claim.by;
    let asset = asset_row(placed, id, into)?;
    if asset.deleted.is_some() == deleted.is_some() {
        return Ok(());
    }
    match deleted {
        Some(Deletion { at_ms, .. }) => naming::release(owner, &asset, at_ms, into)?,
        None => naming::name(owner, &asset, into)?,
    }
    let after = AssetRow { changed: placed.revision, deleted, ..asset.clone() };
    tally::put_asset((owner, id), Some(&asset), &after, into)?;
    match &after.place {
        Some(place) => fold_version_deletion(placed, place, deleted, into),
        None => Ok(()),
    }
}

fn fold_version_deletion<B: Get>(
    placed: Placed<'_>,
    place: &PlaceRow,
    deleted: Option<Deletion>,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (owner, scope, asset_key) = (placed.claim.by, place.scope(), &place.asset_key);
    let key_of = |version| Key::version(owner, &scope, asset_key, version);
    let history_key = Key::history(owner, &scope, asset_key);
    let row = into.get::<VersionRow>(&key_of(place.version))?;
    let (Some(row), Some(history)) = (row, into.get::<HistoryRow>(&history_key)?) else {
        return Err(placed.contradicts(NO_VERSION));
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
    tally::pick(owner, history.current.as_ref(), current.as_ref(), into)?;
    let revision = placed.revision;
    into.put(history_key, &HistoryRow { latest, ready, current, revision, ..history })?;
    Ok(())
}

fn asset_row(placed: Placed<'_>, id: AssetId, facts: &impl Get) -> Result<AssetRow, FoldError> {
    let row = facts.get::<AssetRow>(&Key::asset(placed.claim.by, id))?;
    row.ok_or_else(|| placed.contradicts("the asset does not exist"))
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
