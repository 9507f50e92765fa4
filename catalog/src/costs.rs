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
use crate::weight::TooMuch;

/// Sums that are looked up at a time.
const SUMS: usize = 4096;
/// Most sums of providers, models and months that one answer is made from: a program that calls
/// every model anew must not make each answer longer for ever.
const SUMS_MAX: usize = 64 * SUMS;

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
        let months = if query.project.is_some() { CostsOf::Project } else { CostsOf::All };
        let grouped = match query.by {
            CostBy::Scene => None,
            CostBy::Month => Some(months),
            CostBy::Project => Some(CostsOf::Project),
            CostBy::Provider | CostBy::Model if months == CostsOf::All => Some(months),
            CostBy::Provider | CostBy::Model => Some(CostsOf::ProjectModel),
        };
        let (mut total, mut groups) = (Costs::default(), Groups::of(query));
        query.each_sum(viewer, months, &tables, |row| {
            total = total.plus(&Costs::of(row));
            if grouped == Some(months) {
                groups.add(row);
            }
        })?;
        if let Some(of) = grouped.filter(|of| *of != months) {
            query.each_sum(viewer, of, &tables, |row| groups.add(row))?;
        }
        let mut groups = match grouped {
            Some(_) => groups.in_order(),
            None => query.scene_groups(viewer, &tables)?,
        };
        let has_more = groups.len() > query.limit;
        groups.truncate(query.limit);
        Ok(CostPage { groups, has_more, total })
    }
}

/// The groups of a page and the first one behind it, whatever their rows' order is.
#[derive(Debug)]
struct Groups<'a> {
    query: &'a CostQuery,
    first: BTreeMap<CostName, Costs>,
}

impl<'a> Groups<'a> {
    const fn of(query: &'a CostQuery) -> Self {
        Self { query, first: BTreeMap::new() }
    }

    fn add(&mut self, row: &CostsRow) {
        let name = self.query.name(row);
        let is_early = self.query.after.as_ref().is_some_and(|after| name <= *after);
        let is_full = self.first.len() > self.query.limit;
        // The last one only moves forward in the order, so what is dropped never comes back.
        let is_late = is_full && self.first.last_key_value().is_some_and(|(last, _)| name > *last);
        if is_early || is_late {
            return;
        }
        let sum = self.first.entry(name).or_default();
        *sum = sum.plus(&Costs::of(row));
        if self.first.len() > self.query.limit + 1 {
            self.first.pop_last();
        }
    }

    fn in_order(self) -> Vec<CostGroup> {
        self.first.into_iter().map(|(name, costs)| CostGroup { name, costs }).collect()
    }
}

impl CostQuery {
    fn has(&self, row: &CostsRow) -> bool {
        let is_early = self.from.as_ref().is_some_and(|from| row.month < *from);
        !is_early && self.to.as_ref().is_none_or(|to| row.month <= *to)
    }

    /// Each sum of a kind that is asked for, of at most [`SUMS_MAX`] that there are.
    fn each_sum(
        &self,
        viewer: Viewer,
        of: CostsOf,
        tables: &Snapshot<'_>,
        mut each: impl FnMut(&CostsRow),
    ) -> Answer<()> {
        let prefix = Key::costs(viewer.user, of, self.project.as_ref());
        let (mut after, mut count) = (None, 0);
        loop {
            let rows = tables.scan::<CostsRow>(&prefix, after.as_ref(), SUMS)?;
            rows.iter().map(|(_, row)| row).filter(|row| self.has(row)).for_each(&mut each);
            count += rows.len();
            let Some((_, last)) = rows.last().filter(|_| rows.len() == SUMS) else {
                return Ok(());
            };
            if count >= SUMS_MAX {
                let instead = "ask for the costs of one project, or of one project's scenes";
                return Err(TooMuch { max: SUMS_MAX as u64, of: "sums", instead }.into());
            }
            after = Some(Key::cost(viewer.user, of, last));
        }
    }

    /// Sums of scenes, which lie in the order of their names: one more than a page has.
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
            let rows = tables.scan::<CostsRow>(&prefix, after.as_ref(), SUMS)?;
            for (_, row) in rows.iter().filter(|(_, row)| self.has(row)) {
                let name = self.name(row);
                match groups.last_mut().filter(|last| last.name == name) {
                    Some(last) => last.costs = last.costs.plus(&Costs::of(row)),
                    None => groups.push(CostGroup { name, costs: Costs::of(row) }),
                }
            }
            match rows.last() {
                Some((_, last)) if rows.len() == SUMS => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_in_no_order_make_the_same_pages() {
        let row = |model: usize, month: usize| CostsRow {
            model: format!("m{model:02}"),
            month: format!("2026-{month:02}"),
            all: SumRow { count: 1, micros: 5 },
            ..CostsRow::default()
        };
        let after = CostName { word: Some("m06".to_owned()), ..CostName::default() };
        let (by, after) = (CostBy::Model, Some(after));
        let query = CostQuery { by, project: None, from: None, to: None, after, limit: 3 };
        for step in [1, 7, 13, 19] {
            let mut groups = Groups::of(&query);
            for at in 0..40 {
                groups.add(&row(at * step % 20, at / 20 + 1));
            }
            let found: Vec<_> = (groups.in_order().into_iter())
                .map(|group| (group.name.word.unwrap(), group.costs.all.count))
                .collect();
            let expected = [7, 8, 9, 10].map(|model| (format!("m{model:02}"), 2));
            assert_eq!(found, expected, "{step}");
        }
    }
}
