//! Which histories of a scope came later than one whose key looks the same (`Take`, `take`).
//!
//! Knows the source alone. Invariant: the first history of a look-alike group keeps the plain name
//! for ever, so a name never moves to another history; the answer depends on the facts alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use rushes_vault::ids::AssetKey;
use rushes_vault::model::{Scope, Viewer};
use rushes_vault::source::{Source, SourceError};

use crate::names::folded;

/// Histories read at a time.
const SCAN_PAGE: usize = 512;

/// Scopes whose answer is remembered; above that all are forgotten and asked again. Nearly all
/// answers are an empty set.
const SCOPES_MAX: usize = 4096;

/// The keys of one scope that need a mark.
pub type Later = Arc<HashSet<AssetKey>>;

/// The answers so far.
#[derive(Debug, Default)]
pub struct Labels(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    scopes: HashMap<Scope, Later>,
    /// Counts what was forgotten: a scan that began before is not remembered.
    epoch: u64,
}

impl Labels {
    /// The keys of a scope that need a mark: one scan of its histories, then remembered.
    pub fn of(
        &self,
        source: &dyn Source,
        viewer: Viewer,
        scope: &Scope,
    ) -> Result<Later, SourceError> {
        let epoch = {
            let known = self.known();
            if let Some(later) = known.scopes.get(scope) {
                return Ok(Arc::clone(later));
            }
            known.epoch
        };
        let later = Arc::new(scan(source, viewer, scope)?);
        let mut known = self.known();
        if known.epoch == epoch {
            if known.scopes.len() >= SCOPES_MAX {
                known.scopes.clear();
            }
            known.scopes.insert(scope.clone(), Arc::clone(&later));
        }
        Ok(later)
    }

    /// Forgets a scope, because it got a history; `None` forgets all.
    pub fn forget(&self, scope: Option<&Scope>) {
        let mut known = self.known();
        known.epoch += 1;
        match scope {
            Some(scope) => drop(known.scopes.remove(scope)),
            None => known.scopes.clear(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn scan(
    source: &dyn Source,
    viewer: Viewer,
    scope: &Scope,
) -> Result<HashSet<AssetKey>, SourceError> {
    let mut groups: HashMap<String, Vec<AssetKey>> = HashMap::new();
    let mut after = None;
    loop {
        let page = source.histories(viewer, scope, after.as_ref(), SCAN_PAGE)?;
        let end = page.len() < SCAN_PAGE;
        after = page.last().map(|history| history.asset_key.clone());
        for history in page {
            groups.entry(folded(history.asset_key.as_str())).or_default().push(history.asset_key);
        }
        if end {
            break;
        }
    }
    let mut later = HashSet::new();
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let mut aged = Vec::with_capacity(group.len());
        for key in group {
            let first = source.version(viewer, scope, &key, 1)?;
            aged.push((first.map_or(u64::MAX, |version| version.revision), key));
        }
        aged.sort_unstable();
        later.extend(aged.into_iter().skip(1).map(|(_, key)| key));
    }
    Ok(later)
}
