//! What was made from what: walks along the links between assets, and what they mean.
//!
//! Invariant: every walk is bounded, whatever the links say; an answer that leaves something out
//! says so.

use std::collections::{HashMap, HashSet};

use crate::Catalog;
use crate::ids::{AssetId, UserId};
use crate::model::{Asset, Viewer};
use crate::query::{Answer, ROWS_MAX};
use crate::tables::{AssetRow, Get, HistoryRow, Key, LinkRow, PlaceRow, Snapshot};

/// How many steps away lineage is followed.
pub const LINEAGE_DEPTH_MAX: usize = 32;
/// Most assets that one walk visits.
pub const LINEAGE_ASSETS_MAX: usize = 1000;

/// What an asset was made from and what was made from it.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    /// The asset first, then what it was made from, nearest first, then what was made from it.
    pub assets: Vec<Asset>,
    /// Which of them was made from which.
    pub links: Vec<Link>,
    /// Whether there is more than this.
    pub is_truncated: bool,
}

/// That an asset was made from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The one that was there before.
    pub source: AssetId,
    /// The one that was made from it.
    pub user: AssetId,
    /// In which way.
    pub kind: LinkKind,
}

/// In which way an asset was made from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// It is one of its sources.
    Source,
    /// It is what it replaces or varies.
    Parent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Sources,
    Uses,
}

impl Catalog {
    /// What an asset was made from and what was made from it, at most `depth` steps away.
    pub fn lineage(&self, viewer: Viewer, id: AssetId, depth: usize) -> Answer<Option<Lineage>> {
        let mut walk = Walk::from(viewer.user, id);
        let rows = {
            let facts = self.tables.read()?;
            if facts.get::<AssetRow>(&Key::asset(viewer.user, id))?.is_none() {
                return Ok(None);
            }
            for direction in [Direction::Sources, Direction::Uses] {
                walk.go(&facts, (id, direction), depth.min(LINEAGE_DEPTH_MAX))?;
            }
            let row = |id: &AssetId| facts.get::<AssetRow>(&Key::asset(viewer.user, *id));
            walk.found.iter().map(row).collect::<Result<Vec<_>, _>>()?
        };
        let assets = rows.iter().flatten().map(|row| self.asset_now(row));
        Ok(Some(Lineage {
            assets: assets.collect::<Answer<_>>()?,
            links: walk.links,
            is_truncated: walk.is_truncated,
        }))
    }

    /// For each asset the versions that it was made from, directly or not, and that no longer stand
    /// for their histories: while there is one, the asset is outdated.
    ///
    /// An earlier version of an asset's own history is what it replaces: it makes nothing outdated,
    /// and neither does what that one was made from.
    pub fn outdated_sources(
        &self,
        viewer: Viewer,
        ids: impl IntoIterator<Item = AssetId>,
    ) -> Answer<Vec<Vec<AssetId>>> {
        let facts = self.tables.read()?;
        let (owner, known) = (viewer.user, HashMap::new());
        let mut ancestry = Ancestry { facts: &facts, owner, known };
        ids.into_iter().map(|id| ancestry.outdated_sources(id)).collect()
    }

    /// The assets that a workflow made, in the order in which they came, after a cursor.
    pub fn workflow_assets(
        &self,
        viewer: Viewer,
        workflow: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let prefix = Key::workflow(viewer.user, workflow);
        let after = after.map(|id| Key::workflow_asset(viewer.user, workflow, id));
        self.listed(viewer, (&prefix, after.as_ref()), limit)
    }

    /// The assets that were made from a prompt record, in the same order.
    pub fn prompt_assets(
        &self,
        viewer: Viewer,
        prompt: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let prefix = Key::prompt(viewer.user, prompt);
        let after = after.map(|id| Key::prompt_asset(viewer.user, prompt, id));
        self.listed(viewer, (&prefix, after.as_ref()), limit)
    }

    /// The assets that the rows of a list name.
    pub(crate) fn listed(
        &self,
        viewer: Viewer,
        (prefix, after): (&Key, Option<&Key>),
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let rows = {
            let facts = self.tables.read()?;
            let listed = facts.scan::<AssetId>(prefix, after, limit.min(ROWS_MAX))?;
            let row =
                |(_, id): &(Vec<u8>, AssetId)| facts.get::<AssetRow>(&Key::asset(viewer.user, *id));
            listed.iter().map(row).collect::<Result<Vec<_>, _>>()?
        };
        rows.iter().flatten().map(|row| self.asset_now(row)).collect()
    }
}

/// A walk along the links, in both directions from one asset.
#[derive(Debug)]
struct Walk {
    owner: UserId,
    found: Vec<AssetId>,
    seen: HashSet<AssetId>,
    links: Vec<Link>,
    is_truncated: bool,
}

impl Walk {
    fn from(owner: UserId, id: AssetId) -> Self {
        let (found, seen) = (vec![id], HashSet::from([id]));
        Self { owner, found, seen, links: Vec::new(), is_truncated: false }
    }

    /// Level by level, so that the nearest come first.
    fn go(
        &mut self,
        facts: &Snapshot<'_>,
        (from, direction): (AssetId, Direction),
        depth: usize,
    ) -> Answer<()> {
        let mut level = vec![from];
        for _ in 0..depth {
            let mut next = Vec::new();
            for id in level {
                for (other, link) in linked(facts, (self.owner, id), direction, ROWS_MAX)? {
                    if self.seen.insert(other) {
                        if self.found.len() == LINEAGE_ASSETS_MAX {
                            self.seen.remove(&other);
                            self.is_truncated = true;
                            continue;
                        }
                        self.found.push(other);
                        next.push(other);
                    }
                    self.add(direction, (id, other), link);
                }
            }
            level = next;
        }
        for id in level {
            if !linked(facts, (self.owner, id), direction, 1)?.is_empty() {
                self.is_truncated = true;
                break;
            }
        }
        Ok(())
    }

    fn add(&mut self, direction: Direction, (id, other): (AssetId, AssetId), link: LinkRow) {
        let (source, user) = match direction {
            Direction::Sources => (other, id),
            Direction::Uses => (id, other),
        };
        let kinds = [(link.is_source, LinkKind::Source), (link.is_parent, LinkKind::Parent)];
        let kinds = kinds.into_iter().filter(|(is_so, _)| *is_so);
        self.links.extend(kinds.map(|(_, kind)| Link { source, user, kind }));
    }
}

fn linked(
    facts: &Snapshot<'_>,
    (owner, id): (UserId, AssetId),
    direction: Direction,
    limit: usize,
) -> Answer<Vec<(AssetId, LinkRow)>> {
    let prefix = match direction {
        Direction::Sources => Key::sources(owner, id),
        Direction::Uses => Key::uses(owner, id),
    };
    let rows = facts.scan::<LinkRow>(&prefix, None, limit)?;
    let other = |(key, link): (Vec<u8>, LinkRow)| {
        Some((AssetId::from_bytes(key.as_slice().try_into().ok()?), link))
    };
    Ok(rows.into_iter().filter_map(other).collect())
}

/// What is known of assets on the way to their sources; one look at the tables for all of them.
struct Ancestry<'a> {
    facts: &'a Snapshot<'a>,
    owner: UserId,
    known: HashMap<AssetId, Ancestor>,
}

#[derive(Debug, Clone)]
struct Ancestor {
    place: Option<PlaceRow>,
    /// Another version stands for its history.
    is_replaced: bool,
    sources: Vec<AssetId>,
}

impl Ancestry<'_> {
    fn outdated_sources(&mut self, id: AssetId) -> Answer<Vec<AssetId>> {
        let (mut seen, mut outdated) = (HashSet::from([id]), Vec::new());
        let mut level = vec![id];
        for _ in 0..LINEAGE_DEPTH_MAX {
            let mut next = Vec::new();
            for user in level {
                let user = self.ancestor(user)?;
                for id in user.sources {
                    let source = self.ancestor(id)?;
                    if same_history(user.place.as_ref(), source.place.as_ref()) {
                        continue;
                    }
                    if seen.len() == LINEAGE_ASSETS_MAX || !seen.insert(id) {
                        continue;
                    }
                    outdated.extend(source.is_replaced.then_some(id));
                    next.push(id);
                }
            }
            level = next;
        }
        Ok(outdated)
    }

    fn ancestor(&mut self, id: AssetId) -> Answer<Ancestor> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let row = self.facts.get::<AssetRow>(&Key::asset(self.owner, id))?;
        let place = row.and_then(|row| row.place);
        let is_replaced = match &place {
            Some(place) => self.is_replaced(place)?,
            None => false,
        };
        let sources = linked(self.facts, (self.owner, id), Direction::Sources, ROWS_MAX)?;
        let sources = sources.into_iter().map(|(source, _)| source).collect();
        let ancestor = Ancestor { place, is_replaced, sources };
        self.known.insert(id, ancestor.clone());
        Ok(ancestor)
    }

    fn is_replaced(&self, place: &PlaceRow) -> Answer<bool> {
        let key = Key::history(self.owner, &place.scope(), &place.asset_key);
        let current = self.facts.get::<HistoryRow>(&key)?.and_then(|history| history.current);
        Ok(current.is_some_and(|current| current.version != place.version))
    }
}

fn same_history(one: Option<&PlaceRow>, other: Option<&PlaceRow>) -> bool {
    let history = |place: &PlaceRow| (place.scope(), place.asset_key.clone());
    one.is_some() && one.map(history) == other.map(history)
}
