//! What is counted of an owner's assets: tags, statuses, kinds, costs; and which ones are new.
//!
//! Knows no claim. Invariant: what an asset adds to each count follows from its row and from what
//! stands for its history alone, so counts are what a sum over all rows would give.

use std::collections::BTreeSet;

use crate::ids::{AssetId, UserId};
use crate::model::Scope;
use crate::shelve::shelve;
use crate::tables::{
    AssetRow, CostsOf, CostsRow, Get, Key, Overlay, PlaceRow, SumRow, TablesError, Tally, TallyRow,
    VersionRow,
};

type Changed = Result<(), TablesError>;

/// Writes an asset's row, and in every count what it adds now in place of what it added before.
pub fn put_asset<B: Get>(
    (owner, id): (UserId, AssetId),
    before: Option<&AssetRow>,
    after: &AssetRow,
    into: &mut Overlay<'_, B>,
) -> Changed {
    into.put(Key::asset(owner, id), after)?;
    let shown = |row: &&AssetRow| row.deleted.is_none();
    let recent = Key::recent_asset(owner, after.revision);
    if shown(&after) && !after.is_archived {
        into.put(recent, &id)?;
    } else {
        into.remove(recent);
    }
    shelve((owner, id), before, after, into)?;
    count_tags(owner, (before.filter(shown), Some(after).filter(shown)), into)?;
    let bytes = after.content.as_ref().map_or(0, |(_, size, ..)| *size);
    let status = |row: &AssetRow| status_of(row).to_owned();
    let statuses = (before.map(status), Some(status(after)));
    count(owner, (Tally::Status, bytes), statuses, into)?;
    let kind = |row: &AssetRow| row.kind.clone();
    let kinds = (before.filter(shown).map(kind), Some(after).filter(shown).map(kind));
    count(owner, (Tally::Kind, bytes), kinds, into)?;
    match before {
        Some(before) if before.place == after.place => Ok(()),
        before => {
            spend(owner, before, false, into)?;
            spend(owner, Some(after), true, into)
        }
    }
}

/// Another version stands for a history now: what was picked is counted apart.
pub fn pick<B: Get>(
    owner: UserId,
    before: Option<&VersionRow>,
    after: Option<&VersionRow>,
    into: &mut Overlay<'_, B>,
) -> Changed {
    if before.map(|row| row.asset) == after.map(|row| row.asset) {
        return Ok(());
    }
    for (row, add) in [(before, false), (after, true)] {
        let Some(row) = row.filter(|row| row.has_cost) else { continue };
        let asset = into.get::<AssetRow>(&Key::asset(owner, AssetId::from_bytes(row.asset)))?;
        if let Some(asset) = asset {
            change_costs(owner, &asset, into, |costs, micros| {
                change(&mut costs.picked, micros, add);
            })?;
        }
    }
    Ok(())
}

/// Where an asset stands, in the word that is shown.
pub fn status_of(row: &AssetRow) -> &'static str {
    match row {
        AssetRow { deleted: Some(_), .. } => "deleted",
        AssetRow { is_archived: true, .. } => "archived",
        AssetRow { content: None, .. } => "failed",
        _ => "ready",
    }
}

fn count_tags<B: Get>(
    owner: UserId,
    (before, after): (Option<&AssetRow>, Option<&AssetRow>),
    into: &mut Overlay<'_, B>,
) -> Changed {
    let tags = |row: Option<&AssetRow>| -> BTreeSet<String> {
        row.map(|row| row.tags.iter().cloned().collect()).unwrap_or_default()
    };
    let (before, after) = (tags(before), tags(after));
    for tag in before.symmetric_difference(&after) {
        let key = Key::tag(owner, tag);
        let count = into.get::<u64>(&key)?.unwrap_or(0);
        let count = if after.contains(tag) { count + 1 } else { count.saturating_sub(1) };
        if count == 0 { into.remove(key) } else { into.put(key, &count)? }
    }
    Ok(())
}

fn count<B: Get>(
    owner: UserId,
    (of, bytes): (Tally, u64),
    (before, after): (Option<String>, Option<String>),
    into: &mut Overlay<'_, B>,
) -> Changed {
    if before == after {
        return Ok(());
    }
    for (word, add) in [(before, false), (after, true)] {
        let Some(word) = word else { continue };
        let key = Key::tally(owner, of, &word);
        let row = into.get::<TallyRow>(&key)?.unwrap_or_default();
        let row = if add {
            TallyRow { count: row.count + 1, bytes: row.bytes.saturating_add(bytes) }
        } else {
            let (count, bytes) = (row.count.saturating_sub(1), row.bytes.saturating_sub(bytes));
            TallyRow { count, bytes }
        };
        if row.count == 0 { into.remove(key) } else { into.put(key, &row)? }
    }
    Ok(())
}

fn spend<B: Get>(
    owner: UserId,
    asset: Option<&AssetRow>,
    add: bool,
    into: &mut Overlay<'_, B>,
) -> Changed {
    let Some(asset) = asset else { return Ok(()) };
    let has_failed = asset.content.is_none();
    change_costs(owner, asset, into, |costs, micros| {
        change(&mut costs.all, micros, add);
        if has_failed {
            change(&mut costs.failed, micros, add);
        }
    })
}

fn change_costs<B: Get>(
    owner: UserId,
    asset: &AssetRow,
    into: &mut Overlay<'_, B>,
    change: impl Fn(&mut CostsRow, u64),
) -> Changed {
    let Some(cost) = &asset.cost else { return Ok(()) };
    let scope = asset.place.as_ref().map(PlaceRow::scope);
    let scene = |scope: &Scope| scope.scene().map(|id| *id.as_bytes());
    for of in CostsOf::EACH {
        let (month, empty) = (cost.month.clone(), CostsRow::default());
        let (provider, model) = (cost.provider.clone(), cost.model.clone());
        let named = match of {
            CostsOf::All => CostsRow { provider, model, month, ..empty },
            CostsOf::Project => {
                let scope = scope.as_ref().map(|scope| (scope.project.clone(), None));
                CostsRow { scope, month, ..empty }
            }
            CostsOf::ProjectModel => {
                let scope = scope.as_ref().map(|scope| (scope.project.clone(), None));
                CostsRow { scope, provider, model, month, ..empty }
            }
            CostsOf::Scene => {
                let scope = scope.as_ref().map(|scope| (scope.project.clone(), scene(scope)));
                CostsRow { scope, month, ..empty }
            }
        };
        let key = Key::cost(owner, of, &named);
        let mut row = into.get::<CostsRow>(&key)?.unwrap_or(named);
        change(&mut row, cost.micros);
        if row.all.count == 0 {
            into.remove(key);
        } else {
            into.put(key, &row)?;
        }
    }
    Ok(())
}

fn change(sum: &mut SumRow, micros: u64, add: bool) {
    if add {
        sum.count += 1;
        sum.micros += u128::from(micros);
    } else {
        sum.count = sum.count.saturating_sub(1);
        sum.micros = sum.micros.saturating_sub(u128::from(micros));
    }
}

/// An amount in millionths, rounded; the amount has been checked to be one.
pub fn micros_of(amount: f64) -> u64 {
    let text = format!("{amount:.6}").replace('.', "");
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::COST_MAX;

    #[test]
    fn amounts_become_millionths_exactly() {
        for (amount, micros) in [
            (0.0, 0),
            (0.35, 350_000),
            (0.1 + 0.2, 300_000),
            (1e-6, 1),
            (4e-7, 0),
            (12.345_678, 12_345_678),
            (COST_MAX, 1_000_000_000_000),
        ] {
            assert_eq!(micros_of(amount), micros, "{amount}");
        }
    }
}
