//! What generations cost.
//!
//! Invariant: an answer takes range scans over sums, which are as many as there are names and
//! months, or as a page has scenes; never one over assets.

use std::collections::BTreeMap;

use crate::Catalog;
use crate::ids::{ProjectId, SceneId};
use crate::model::Viewer;
use crate::query::Answer;
use crate::tables::{CostsOf, CostsRow, Key, Snapshot, SumRow};

/// Sums of scenes that are looked up at a time.
const SCENE_SUMS: usize = 4096;

/// What costs are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostBy {
    /// The project.
    Project,
    /// The scene.
    Scene,
    /// Who ran the model.
    Provider,
    /// The model.
    Model,
    /// The month.
    Month,
}

/// Which costs are asked for.
#[derive(Debug, Clone)]
pub struct CostQuery {
    /// What they are summed by.
    pub by: CostBy,
    /// Of one project only.
    pub project: Option<ProjectId>,
    /// From this month on, as `2026-11`.
    pub from: Option<String>,
    /// Up to and with this month.
    pub to: Option<String>,
    /// The group that the page before ended with.
    pub after: Option<CostName>,
    /// At most how many groups.
    pub limit: usize,
}

/// What tells a group from the others. Of its names those are there that it was grouped by.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CostName {
    /// The project; `None` also for assets without a history.
    pub project: Option<ProjectId>,
    /// The scene; `None` also for what is the project's own.
    pub scene: Option<SceneId>,
    /// The provider, model or month; `None` also where nobody said.
    pub word: Option<String>,
}

/// How many generations, and what they cost together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many that say what they cost.
    pub count: u64,
    /// Millionths of the account's currency.
    pub micros: u128,
}

/// What generations cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// All of them, deleted ones too: that they are gone gives nothing back.
    pub all: Sum,
    /// Those that failed.
    pub failed: Sum,
    /// Those that stand for their history: the chosen version, else the latest ready one.
    pub picked: Sum,
}

/// What one group cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostGroup {
    /// Which one.
    pub name: CostName,
    /// What it cost.
    pub costs: Costs,
}

/// A page of groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostPage {
    /// Its groups.
    pub groups: Vec<CostGroup>,
    /// Whether there is another page.
    pub has_more: bool,
    /// All of them together, those of other pages too.
    pub total: Costs,
}

impl Catalog {
    /// A page of what the viewer's generations cost.
    pub fn costs(&self, viewer: Viewer, query: &CostQuery) -> Answer<CostPage> {
        let tables = self.tables.read()?;
        let sums = |of| {
            let prefix = Key::costs(viewer.user, of, query.project.as_ref());
            tables.scan::<CostsRow>(&prefix, None, usize::MAX)
        };
        let is_narrow = query.project.is_some();
        let months = sums(if is_narrow { CostsOf::Project } else { CostsOf::All })?;
        let months = || months.iter().map(|(_, row)| row).filter(|row| query.has(row));
        let total = months().fold(Costs::default(), |sum, row| sum.plus(&Costs::of(row)));
        let mut groups = match query.by {
            CostBy::Scene => query.scene_groups(viewer, &tables)?,
            CostBy::Month => query.groups(months()),
            CostBy::Provider | CostBy::Model if !is_narrow => query.groups(months()),
            CostBy::Project if is_narrow => query.groups(months()),
            CostBy::Provider | CostBy::Model => {
                let rows = sums(CostsOf::ProjectModel)?;
                query.groups(rows.iter().map(|(_, row)| row).filter(|row| query.has(row)))
            }
            CostBy::Project => {
                let rows = sums(CostsOf::Project)?;
                query.groups(rows.iter().map(|(_, row)| row).filter(|row| query.has(row)))
            }
        };
        let has_more = groups.len() > query.limit;
        groups.truncate(query.limit);
        Ok(CostPage { groups, has_more, total })
    }
}

impl CostQuery {
    fn has(&self, row: &CostsRow) -> bool {
        let is_early = self.from.as_ref().is_some_and(|from| row.month < *from);
        !is_early && self.to.as_ref().is_none_or(|to| row.month <= *to)
    }

    /// Sums by name, in order, those behind the page before.
    fn groups<'a>(&self, rows: impl Iterator<Item = &'a CostsRow>) -> Vec<CostGroup> {
        let mut groups: BTreeMap<CostName, Costs> = BTreeMap::new();
        for row in rows {
            let name = self.name(row);
            if self.after.as_ref().is_none_or(|after| name > *after) {
                let sum = groups.entry(name).or_default();
                *sum = sum.plus(&Costs::of(row));
            }
        }
        groups.into_iter().map(|(name, costs)| CostGroup { name, costs }).collect()
    }

    /// The same for scenes, which lie in the order of their names: one more than a page has.
    fn scene_groups(&self, viewer: Viewer, tables: &Snapshot<'_>) -> Answer<Vec<CostGroup>> {
        let of = CostsOf::Scene;
        let prefix = Key::costs(viewer.user, of, self.project.as_ref());
        let end = |name: &CostName| {
            let scene = name.scene.map(|scene| *scene.as_bytes());
            Key::scene_costs_end(viewer.user, name.project.as_ref(), scene)
        };
        let mut after = self.after.as_ref().map(end);
        let mut groups: Vec<CostGroup> = Vec::new();
        while groups.len() <= self.limit {
            let rows = tables.scan::<CostsRow>(&prefix, after.as_ref(), SCENE_SUMS)?;
            for (_, row) in rows.iter().filter(|(_, row)| self.has(row)) {
                let name = self.name(row);
                match groups.last_mut().filter(|last| last.name == name) {
                    Some(last) => last.costs = last.costs.plus(&Costs::of(row)),
                    None => groups.push(CostGroup { name, costs: Costs::of(row) }),
                }
            }
            match rows.last() {
                Some((_, last)) if rows.len() == SCENE_SUMS => {
                    after = Some(Key::cost(viewer.user, of, last));
                }
                _ => break,
            }
        }
        Ok(groups)
    }

    fn name(&self, row: &CostsRow) -> CostName {
        let said = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
        let project = row.scope.as_ref().map(|(project, _)| project.clone());
        let scene = row.scope.as_ref().and_then(|(_, scene)| *scene).map(SceneId::from_bytes);
        let (project, scene, word) = match self.by {
            CostBy::Project => (project, None, None),
            CostBy::Scene => (project, scene, None),
            CostBy::Provider => (None, None, said(&row.provider)),
            CostBy::Model => (None, None, said(&row.model)),
            CostBy::Month => (None, None, said(&row.month)),
        };
        CostName { project, scene, word }
    }
}

impl Costs {
    fn of(row: &CostsRow) -> Self {
        Self { all: row.all.into(), failed: row.failed.into(), picked: row.picked.into() }
    }

    /// These and others together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let Self { all, failed, picked } = other;
        Self {
            all: self.all.plus(*all),
            failed: self.failed.plus(*failed),
            picked: self.picked.plus(*picked),
        }
    }

    /// Those that succeeded and stand for nothing.
    #[must_use]
    pub fn unpicked(&self) -> Sum {
        let rest = |all: u128, less: [u128; 2]| all.saturating_sub(less.iter().sum());
        let counts = [self.failed.count, self.picked.count].map(u128::from);
        let count = rest(u128::from(self.all.count), counts);
        Sum {
            count: u64::try_from(count).unwrap_or(u64::MAX),
            micros: rest(self.all.micros, [self.failed.micros, self.picked.micros]),
        }
    }
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            micros: self.micros.saturating_add(other.micros),
        }
    }
}

impl From<SumRow> for Sum {
    fn from(row: SumRow) -> Self {
        Self { count: row.count, micros: row.micros }
    }
}
