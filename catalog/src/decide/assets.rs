//! What a change of an asset makes true: what is said of it again, and which version it becomes.
//!
//! Pure, like `decide`, which alone calls it. Invariant: the claim holds everything that may be
//! said of the asset, so that patches of different fields that come at once all hold.

use crate::check::check_evaluation;
use crate::claim::{AssetChanged, Fact};
use crate::command::{ChangeAsset, CommandError};
use crate::facts::Facts;
use crate::model::{Marks, Placement, Viewer};
use crate::tables::{AssetRow, ClaimRow, Key};

/// Decides a change; `placement` is where its target leads to.
pub fn change(
    viewer: Viewer,
    change: &ChangeAsset,
    placement: Option<Placement>,
    facts: &impl Facts,
) -> Result<Vec<Fact>, CommandError> {
    let row = facts.get::<AssetRow>(&Key::asset(viewer.user, change.id))?;
    let row = row.ok_or(CommandError::Missing { what: "asset" })?;
    if row.deleted.is_some() {
        return Err(CommandError::Deleted { what: "asset" });
    }
    let seen = change.merged.as_ref().map(|merged| merged.seen);
    if [change.expected, seen].into_iter().flatten().any(|revision| revision != row.changed) {
        return Err(CommandError::Changed { revision: row.changed });
    }
    let mut made = Vec::new();
    if !change.patch.is_empty() || placement.is_none() {
        made.push(said_again(change, &row, facts)?);
    }
    if let Some(placement) = placement {
        place(change, &row, placement, &mut made)?;
    }
    Ok(made)
}

fn said_again(
    change: &ChangeAsset,
    row: &AssetRow,
    facts: &impl Facts,
) -> Result<Fact, CommandError> {
    let mut marks = marks_of(row, facts)?;
    marks.apply(&change.patch);
    check_evaluation(&marks.evaluation)?;
    if let Some(merged) = &change.merged {
        marks.metadata.clone_from(&merged.metadata);
        marks.metadata_digest = merged.digest;
    }
    Ok(Fact::AssetChanged(Box::new(AssetChanged { asset_id: change.id, marks })))
}

fn place(
    change: &ChangeAsset,
    row: &AssetRow,
    placement: Placement,
    made: &mut Vec<Fact>,
) -> Result<(), CommandError> {
    let invalid =
        |field, reason: &str| Err(CommandError::Invalid { field, reason: reason.to_owned() });
    if row.place.is_some() {
        return invalid("asset_id", "is a version already: upload its digest for another one");
    }
    let set_best = change.target.as_ref().is_some_and(|target| target.set_best);
    if set_best && row.content.is_none() {
        return invalid("set_best", "a failed attempt cannot be the best version");
    }
    let Placement { scope, asset_key, version } = placement.clone();
    made.push(Fact::AssetPlaced { asset_id: change.id, placement });
    if set_best {
        made.push(Fact::BestSet { scope, asset_key, version });
    }
    Ok(())
}

/// What is said of an asset now.
fn marks_of(row: &AssetRow, facts: &impl Facts) -> Result<Marks, CommandError> {
    let made = ClaimRow { revision: row.revision, position: row.position };
    let ClaimRow { revision, position } = row.marks.unwrap_or(made);
    match facts.claim(revision, position)?.fact {
        Fact::AssetAdded(added) => Ok(added.marks()),
        Fact::AssetChanged(changed) => Ok(changed.marks),
        _ => Err(CommandError::ReadOnly { reason: "an asset's row leads elsewhere".to_owned() }),
    }
}
