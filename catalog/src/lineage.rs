//! What was made from what: walks along the links between assets, and what they mean.
//!
//! Invariant: every walk is bounded, whatever the links say; an answer that leaves something out
//! says so.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::Catalog;
use crate::ids::{AssetId, ProjectId, UserId};
use crate::model::{Asset, Viewer};
use crate::query::Answer;
use crate::tables::{AssetRow, Get, HistoryRow, Key, LinkRow, PlaceRow, Snapshot};
use crate::weight::Page;

/// How many steps away lineage is followed.
pub const LINEAGE_DEPTH_MAX: usize = 32;
/// Most assets that one walk visits.
pub const LINEAGE_ASSETS_MAX: usize = 1000;
/// Most links that are read under one snapshot of the tables: for one lineage, or for what makes
/// one asset outdated. While it is held no line is put in, and whoever asks after that waits.
pub const LINEAGE_LINKS_MAX: usize = 10_000;
/// Most links that are read for what makes a list of assets outdated.
pub const LISTED_LINKS_MAX: usize = 100_000;

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

/// Something that an asset was made from and that no longer stands for its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutdatedSource {
    /// Its asset.
    pub id: AssetId,
    /// The project of the history.
    pub project: ProjectId,
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
    /// and neither does what that one was made from. Each asset is looked at as of a moment of its
    /// own, nearest sources first. What lies beyond `LINEAGE_DEPTH_MAX`, `LINEAGE_ASSETS_MAX` or
    /// `LINEAGE_LINKS_MAX` for one of them, or `LISTED_LINKS_MAX` for all, is not known of.
    pub fn outdated_sources(
        &self,
        viewer: Viewer,
        ids: impl IntoIterator<Item = AssetId>,
    ) -> Answer<Vec<Vec<OutdatedSource>>> {
        let (mut known, mut left) = (Known::default(), LISTED_LINKS_MAX);
        let outdated = |id| {
            let budget = left.min(LINEAGE_LINKS_MAX);
            let facts = self.tables.read()?;
            let mut ancestry = Ancestry {
                facts: &facts,
                owner: viewer.user,
                known: &mut known,
                links_left: budget,
            };
            let outdated = ancestry.outdated_sources(id)?;
            left -= budget - ancestry.links_left;
            Ok(outdated)
        };
        ids.into_iter().map(outdated).collect()
    }

    /// A page of the assets that a workflow made, in the order in which they came, after a cursor.
    pub fn workflow_assets(
        &self,
        viewer: Viewer,
        workflow: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Page<Asset>> {
        let prefix = Key::workflow(viewer.user, workflow);
        let after = after.map(|id| Key::workflow_asset(viewer.user, workflow, id));
        self.listed(viewer, (&prefix, after.as_ref()), limit)
    }

    /// A page of the assets that were made from a prompt record, in the same order.
    pub fn prompt_assets(
        &self,
        viewer: Viewer,
        prompt: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Page<Asset>> {
        let prefix = Key::prompt(viewer.user, prompt);
        let after = after.map(|id| Key::prompt_asset(viewer.user, prompt, id));
        self.listed(viewer, (&prefix, after.as_ref()), limit)
    }
}

/// A walk along the links, in both directions from one asset.
#[derive(Debug)]
struct Walk {
    owner: UserId,
    found: Vec<AssetId>,
    seen: HashSet<AssetId>,
    links: Vec<Link>,
    /// How many more may be read.
    links_left: usize,
    is_truncated: bool,
}

impl Walk {
    fn from(owner: UserId, id: AssetId) -> Self {
        let (found, seen) = (vec![id], HashSet::from([id]));
        let (links, links_left) = (Vec::new(), LINEAGE_LINKS_MAX);
        Self { owner, found, seen, links, links_left, is_truncated: false }
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
                for (other, link) in self.linked(facts, id, direction)? {
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

    /// The links of an asset, as many of them as may still be read.
    fn linked(
        &mut self,
        facts: &Snapshot<'_>,
        id: AssetId,
        direction: Direction,
    ) -> Answer<Vec<(AssetId, LinkRow)>> {
        // One more tells whether there are more.
        let mut links = linked(facts, (self.owner, id), direction, self.links_left + 1)?;
        if links.len() > self.links_left {
            links.pop();
            self.is_truncated = true;
        }
        self.links_left -= links.len();
        Ok(links)
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

/// What was read of assets for the ones before in a list.
#[derive(Debug, Default)]
struct Known {
    places: HashMap<AssetId, Rc<Place>>,
    sources: HashMap<AssetId, Rc<[AssetId]>>,
}

/// The way from one asset to its sources, in one look at the tables.
struct Ancestry<'a> {
    facts: &'a Snapshot<'a>,
    owner: UserId,
    known: &'a mut Known,
    /// How many more links may be read.
    links_left: usize,
}

#[derive(Debug)]
struct Place {
    row: Option<PlaceRow>,
    /// Another version stands for its history.
    is_replaced: bool,
}

impl Ancestry<'_> {
    fn outdated_sources(&mut self, id: AssetId) -> Answer<Vec<OutdatedSource>> {
        let (mut seen, mut outdated) = (HashSet::from([id]), Vec::new());
        let mut level = vec![id];
        for _ in 0..LINEAGE_DEPTH_MAX {
            let mut next = Vec::new();
            for user in level {
                let place = self.place(user)?;
                for source in self.sources(user)?.iter().copied() {
                    if seen.len() == LINEAGE_ASSETS_MAX {
                        return Ok(outdated);
                    }
                    if seen.contains(&source) {
                        continue;
                    }
                    let found = self.place(source)?;
                    if same_history(place.row.as_ref(), found.row.as_ref()) {
                        continue;
                    }
                    seen.insert(source);
                    let replaced = found.row.as_ref().filter(|_| found.is_replaced);
                    outdated.extend(
                        replaced
                            .map(|row| OutdatedSource { id: source, project: row.project.clone() }),
                    );
                    next.push(source);
                }
            }
            level = next;
        }
        Ok(outdated)
    }

    fn place(&mut self, id: AssetId) -> Answer<Rc<Place>> {
        if let Some(known) = self.known.places.get(&id) {
            return Ok(Rc::clone(known));
        }
        let row = self.facts.get::<AssetRow>(&Key::asset(self.owner, id))?;
        let row = row.and_then(|row| row.place);
        let is_replaced = row.as_ref().map(|place| self.is_replaced(place)).transpose()?;
        let place = Rc::new(Place { row, is_replaced: is_replaced.unwrap_or(false) });
        self.known.places.insert(id, Rc::clone(&place));
        Ok(place)
    }

    /// What an asset was made from, as much of it as may still be read.
    fn sources(&mut self, id: AssetId) -> Answer<Rc<[AssetId]>> {
        if let Some(known) = self.known.sources.get(&id) {
            self.links_left = self.links_left.saturating_sub(known.len());
            return Ok(Rc::clone(known));
        }
        let limit = self.links_left;
        let links = linked(self.facts, (self.owner, id), Direction::Sources, limit)?;
        let sources: Rc<[_]> = links.into_iter().map(|(source, _)| source).collect();
        self.links_left -= sources.len();
        // One that the limit may have cut is read again for the next asset.
        if sources.len() < limit {
            self.known.sources.insert(id, Rc::clone(&sources));
        }
        Ok(sources)
    }

    fn is_replaced(&self, place: &PlaceRow) -> Answer<bool> {
        let key = Key::history(self.owner, &place.scope(), &place.asset_key);
        let current = self.facts.get::<HistoryRow>(&key)?.and_then(|history| history.current);
        Ok(current.is_some_and(|current| current.version != place.version))
    }
}

fn same_history(one: Option<&PlaceRow>, other: Option<&PlaceRow>) -> bool {
    one.zip(other).is_some_and(|(one, other)| {
        (&one.project, one.part, &one.asset_key) == (&other.project, other.part, &other.asset_key)
    })
}
