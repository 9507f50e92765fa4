//! What is said of assets again, what they were made from, and what is counted of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod random;
mod stage;

use rushes_catalog::command::{
    ChangeAsset, Command, CommandError, MergedMetadata, NewAsset, SetBest, Target,
};
use rushes_catalog::ids::AssetId;
use rushes_catalog::lineage::LINEAGE_LINKS_MAX;
use rushes_catalog::marks::AssetPatch;
use rushes_catalog::model::{Content, Generation, Status};
use rushes_digest::Digest;
use rushes_disk::Timestamp;
use serde_json::json;

use stage::{BEGIN_MS, OTHER, Stage, VIEWER, key, staged};

fn plain(stage: &Stage, target: Option<Target>, made: Generation) -> AssetId {
    let id = AssetId::generate();
    let new = NewAsset {
        id,
        kind: "image".to_owned(),
        asset_type: None,
        status: Status::Ready,
        filename: "a.png".to_owned(),
        content: Some(Content {
            digest: Digest::of(id.as_bytes()),
            size: 1,
            media_type: "image/png".to_owned(),
            extension: "png".to_owned(),
            modified_ms: None,
        }),
        target,
        tags: Vec::new(),
        client_id: None,
        generation: made,
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    };
    stage.catalog.submit(VIEWER, Command::AddAsset(Box::new(new)), None).unwrap();
    id
}

fn from(source: AssetId) -> Generation {
    Generation { source_asset_ids: vec![source], ..Generation::default() }
}

fn outdated(stage: &Stage, ids: &[AssetId]) -> Vec<Vec<AssetId>> {
    let found = stage.catalog.outdated_sources(VIEWER, ids.iter().copied()).unwrap();
    assert!(found.iter().flatten().all(|source| source.project == stage.scopes[1].project));
    found.iter().map(|sources| sources.iter().map(|source| source.id).collect()).collect()
}

#[test]
fn what_was_made_from_a_replaced_version_is_outdated_until_it_is_chosen_again() {
    let (_disk, _index, stage) = staged();
    let frame = plain(&stage, Some(stage.target((1, 0))), Generation::default());
    let clip = plain(&stage, Some(stage.target((1, 1))), from(frame));
    let film = plain(&stage, None, from(clip));
    let outdated = || outdated(&stage, &[frame, clip, film]);
    assert_eq!(outdated(), vec![vec![]; 3]);
    // A second take of the frame, made from the first: it replaces it and is not outdated itself.
    let take = Generation { parent_id: Some(frame), ..Generation::default() };
    let take = plain(&stage, Some(stage.target((1, 0))), take);
    assert_eq!(outdated(), [vec![], vec![frame], vec![frame]]);
    assert_eq!(self::outdated(&stage, &[take]), [vec![]]);
    let (scope, asset_key) = (stage.scopes[1].clone(), key(0));
    let back = SetBest { scope, asset_key, version: 1, expected: None };
    stage.catalog.submit(VIEWER, Command::SetBest(back), None).unwrap();
    assert_eq!(outdated(), vec![vec![]; 3]);
}

#[test]
fn a_name_is_hidden_with_the_version_that_was_seen_and_with_none_that_came_since() {
    let (_disk, _index, stage) = staged();
    let catalog = &stage.catalog;
    let made = || plain(&stage, Some(stage.target((1, 0))), Generation::default());
    let hide = |shown| catalog.submit(VIEWER, Command::HideHistory { shown }, None).map(drop);
    let (scope, asset_key) = (stage.scopes[1].clone(), key(0));
    let is_hidden = || catalog.history(VIEWER, &scope, &asset_key).unwrap().unwrap().is_hidden;
    let (first, second) = (made(), made());
    assert!(matches!(hide(first), Err(CommandError::Changed { .. })));
    assert!(!is_hidden());
    hide(second).unwrap();
    assert!(is_hidden());
    // A version that was chosen meanwhile is shown.
    let best = SetBest { scope: scope.clone(), asset_key: key(0), version: 1, expected: None };
    catalog.submit(VIEWER, Command::SetBest(best), None).unwrap();
    assert!(matches!(hide(second), Err(CommandError::Changed { .. })));
    assert!(!is_hidden());
    hide(first).unwrap();
    let third = made();
    assert!(!is_hidden());
    catalog.submit(VIEWER, Command::DeleteAsset { id: first, expected: None }, None).unwrap();
    catalog.submit(VIEWER, Command::DeleteAsset { id: third, expected: None }, None).unwrap();
    hide(third).unwrap();
    assert!(is_hidden(), "the one before it does not come forward");
    let alone = plain(&stage, None, Generation::default());
    assert_eq!(hide(alone), Err(CommandError::Missing { what: "history" }));
}

#[test]
fn a_walk_along_lineage_ends() {
    let (_disk, _index, stage) = staged();
    let first = plain(&stage, None, Generation::default());
    let mut last = first;
    for _ in 0..40 {
        last = plain(&stage, None, from(last));
    }
    let walk = |id, depth| stage.catalog.lineage(VIEWER, id, depth).unwrap().unwrap();
    let (near, far) = (walk(first, 3), walk(first, 100));
    assert_eq!((near.assets.len(), near.links.len(), near.is_truncated), (4, 3, true));
    assert_eq!((far.assets.len(), far.is_truncated), (33, true));
    let whole = walk(walk(first, 20).assets[20].id, 32);
    assert_eq!((whole.assets.len(), whole.links.len(), whole.is_truncated), (41, 40, false));
    assert_eq!(whole.assets.last().unwrap().id, last);
    assert!(stage.catalog.lineage(OTHER, first, 3).unwrap().is_none());
    let many: Vec<_> = (0..1100).map(|_| plain(&stage, None, from(last))).collect();
    let wide = walk(last, 1);
    assert_eq!((wide.assets.len(), wide.links.len(), wide.is_truncated), (1000, 999, true));
    assert!(!walk(many[0], 0).assets.is_empty());
}

#[test]
fn a_net_of_many_links_is_read_as_far_as_its_bound_and_says_so() {
    let (_disk, _index, stage) = staged();
    let made_from = |ids: &[AssetId]| {
        let made = Generation { source_asset_ids: ids.to_vec(), ..Generation::default() };
        plain(&stage, None, made)
    };
    let frame = plain(&stage, Some(stage.target((1, 0))), Generation::default());
    let plates: Vec<_> = (0..256).map(|_| made_from(&[])).collect();
    let middle: Vec<_> = (0..45).map(|_| made_from(&plates)).collect();
    let last = made_from(&[&[frame], middle.as_slice()].concat());
    let walk = stage.catalog.lineage(VIEWER, last, 2).unwrap().unwrap();
    assert_eq!((walk.links.len(), walk.is_truncated), (LINEAGE_LINKS_MAX, true));
    let take = Generation { parent_id: Some(frame), ..Generation::default() };
    plain(&stage, Some(stage.target((1, 0))), take);
    // The nearest come first, whatever the bound leaves out.
    assert_eq!(outdated(&stage, &[last, last]), [[frame], [frame]]);
}

#[test]
fn patches_of_different_fields_that_come_at_once_all_hold() {
    let (_disk, _index, stage) = staged();
    let id = plain(&stage, None, Generation::default());
    let patches: Vec<_> = (0..64)
        .map(|number: i32| {
            let members = [(format!("by {number}"), json!(number))].into_iter().collect();
            let patch = AssetPatch { evaluation: Some(Some(members)), ..AssetPatch::default() };
            let change = ChangeAsset { id, patch, expected: None, merged: None, target: None };
            (Command::ChangeAsset(Box::new(change)), None)
        })
        .collect();
    // One call hands all of them in before it waits: they meet in the same batches.
    for outcome in stage.catalog.submit_all(VIEWER, patches) {
        outcome.unwrap();
    }
    let asset = stage.catalog.asset(VIEWER, id).unwrap().unwrap();
    assert_eq!(asset.marks.evaluation.len(), 64);
    let patch = AssetPatch { notes: Some(Some("x".to_owned())), ..AssetPatch::default() };
    let expecting = |expected| {
        let patch = patch.clone();
        let change = ChangeAsset { id, patch, expected, merged: None, target: None };
        stage.catalog.submit(VIEWER, Command::ChangeAsset(Box::new(change)), None)
    };
    let changed = CommandError::Changed { revision: asset.revision };
    assert_eq!(expecting(Some(asset.revision - 1)).unwrap_err(), changed);
    expecting(Some(asset.revision)).unwrap();
    assert!(expecting(Some(asset.revision)).is_err());
}

#[test]
fn metadata_in_a_blob_is_released_when_a_patch_replaces_it() {
    let (_disk, _index, stage) = staged();
    let id = plain(&stage, None, Generation::default());
    let put = |digest: Option<Digest>| {
        let seen = stage.catalog.asset(VIEWER, id).unwrap().unwrap().revision;
        let merged = Some(MergedMetadata { seen, metadata: serde_json::Map::new(), digest });
        let patch = AssetPatch { metadata: Some(None), ..AssetPatch::default() };
        let change = ChangeAsset { id, patch, expected: None, merged, target: None };
        stage.catalog.submit(VIEWER, Command::ChangeAsset(Box::new(change)), None).unwrap();
    };
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    put(Some(one));
    assert!(stage.catalog.has_metadata(VIEWER, &one).unwrap());
    put(Some(two));
    let released = stage.catalog.released_before(Timestamp(i64::MAX), None, 10).unwrap();
    assert_eq!(released, [(one, Timestamp(BEGIN_MS))]);
    put(Some(one));
    put(None);
    stage.catalog.submit(VIEWER, Command::DeleteAsset { id, expected: None }, None).unwrap();
    let released = stage.catalog.released_before(Timestamp(i64::MAX), None, 10).unwrap();
    assert_eq!(released.len(), 3, "both blobs and the bytes");
}
