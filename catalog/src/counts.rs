//! What is asked of the counts: costs, tags, how many assets stand where, and the newest ones.
//!
//! Invariant: an answer is one or two range scans, whatever was counted.

use std::collections::BTreeMap;

use crate::Catalog;
use crate::ids::{ProjectId, SceneId};
use crate::model::{Asset, Viewer};
use crate::query::{Answer, ROWS_MAX};
use crate::tables::{CostsRow, Key, SumRow, Tally, TallyRow};

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

/// What one group cost. Of its names those are there that it was grouped by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostGroup {
    /// The project; `None` also for assets without a history.
    pub project: Option<ProjectId>,
    /// The scene; `None` also for what is the project's own.
    pub scene: Option<SceneId>,
    /// The provider, model or month; `None` also where nobody said.
    pub word: Option<String>,
    /// What it cost.
    pub costs: Costs,
}

/// How many assets, and how many bytes they have together, whatever they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Of what: a status, or a kind of media.
    pub of: String,
    /// How many.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Catalog {
    /// What the viewer's generations cost, by groups in the order of their names: one scan.
    pub fn costs(&self, viewer: Viewer, query: &CostQuery) -> Answer<Vec<CostGroup>> {
        let prefix = match &query.project {
            Some(project) => Key::project_costs(viewer.user, project),
            None => Key::costs(viewer.user),
        };
        let rows = self.tables.read()?.scan::<CostsRow>(&prefix, None, usize::MAX)?;
        let mut groups: BTreeMap<_, CostGroup> = BTreeMap::new();
        for (_, row) in rows {
            let is_early = query.from.as_ref().is_some_and(|from| row.month < *from);
            if is_early || query.to.as_ref().is_some_and(|to| row.month > *to) {
                continue;
            }
            let CostsRow { scope, provider, model, month, all, failed, picked } = row;
            let (project, part) = scope.map_or((None, None), |(id, part)| (Some(id), part));
            let (project, scene, word) = match query.by {
                CostBy::Project => (project, None, None),
                CostBy::Scene => (project, part, None),
                CostBy::Provider => (None, None, Some(provider)),
                CostBy::Model => (None, None, Some(model)),
                CostBy::Month => (None, None, Some(month)),
            };
            let word = word.filter(|word| !word.is_empty());
            let name = (project.clone(), scene, word.clone());
            let group = groups.entry(name).or_insert_with(|| CostGroup {
                project,
                scene: scene.map(SceneId::from_bytes),
                word,
                costs: Costs::default(),
            });
            let costs = Costs { all: all.into(), failed: failed.into(), picked: picked.into() };
            group.costs = group.costs.plus(&costs);
        }
        Ok(groups.into_values().collect())
    }

    /// The viewer's tags with how many assets have each that are not deleted, after a cursor.
    pub fn tags(
        &self,
        viewer: Viewer,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, u64)>> {
        let after = after.map(|tag| Key::tag(viewer.user, tag));
        let prefix = Key::tags(viewer.user);
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<u64>(&prefix, after.as_ref(), limit)?;
        Ok(rows.into_iter().filter_map(|(key, count)| Some((word_of(key)?, count))).collect())
    }

    /// The viewer's newest assets that are neither deleted nor archived, the newest first.
    pub fn recent(&self, viewer: Viewer, limit: usize) -> Answer<Vec<Asset>> {
        self.listed(viewer, (&Key::recent(viewer.user), None), limit)
    }

    /// How many assets stand where: ready, failed, archived, deleted.
    pub fn counts_by_status(&self, viewer: Viewer) -> Answer<Vec<Count>> {
        self.counts(viewer, Tally::Status)
    }

    /// How many assets that are not deleted are of each kind of media.
    pub fn counts_by_kind(&self, viewer: Viewer) -> Answer<Vec<Count>> {
        self.counts(viewer, Tally::Kind)
    }

    fn counts(&self, viewer: Viewer, of: Tally) -> Answer<Vec<Count>> {
        let prefix = Key::tallies(viewer.user, of);
        let rows = self.tables.read()?.scan::<TallyRow>(&prefix, None, ROWS_MAX)?;
        let count = |(key, row): (Vec<u8>, TallyRow)| {
            Some(Count { of: word_of(key)?, count: row.count, bytes: row.bytes })
        };
        Ok(rows.into_iter().filter_map(count).collect())
    }
}

impl Costs {
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

/// The text that ends a key, without the zero byte behind it.
fn word_of(mut key: Vec<u8>) -> Option<String> {
    key.pop()?;
    String::from_utf8(key).ok()
}
