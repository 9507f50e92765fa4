//! Folders that a program removes name by name, until the last step deletes what they stand for.
//!
//! Pure: the time is passed in. Invariant: a name is hidden only below a folder whose removal runs,
//! and nothing of that is recorded: whatever ends a removal before its last step brings all back.

use std::collections::{HashMap, HashSet};

use rushes_vault::model::{Revision, Scope};

use crate::node::Node;
use crate::save::machine::Base;

/// How long after its last step a removal is over: the program that ran it has ended.
pub const LAPSE_MS: u64 = 5_000;
/// How long after its last step one that was refused is over.
const REFUSED_MS: u64 = 1_000;
/// Most removals at a time.
const REMOVALS_MAX: usize = 64;
/// Most names that all of them hide: some 100 MB. The names in a folder that is gone do not count.
pub const NAMES_MAX: usize = 1 << 20;

/// Too many names, or removals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// The removals of a session.
#[derive(Debug, Default)]
pub struct Removals {
    running: Vec<Removal>,
    names: usize,
}

/// A removal that is over without its last step.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The names that it hid, by folder, and what a current file showed when its name was hidden.
    pub gone: HashMap<Node, HashMap<Box<str>, Option<Box<Base>>>>,
    /// Whether names below the folder itself are among them, or were: else it may be that somebody
    /// removed what lies in the folder, and not the folder.
    pub is_deep: bool,
}

#[derive(Debug)]
struct Removal {
    scope: Scope,
    since: Revision,
    last_step: u64,
    is_refused: bool,
    /// The folders that were listed meanwhile: who removes them does that once.
    listed: HashSet<Node>,
    ended: Ended,
}

impl Removal {
    const fn lapses_at(&self) -> u64 {
        self.last_step + if self.is_refused { REFUSED_MS } else { LAPSE_MS }
    }
}

impl Removals {
    /// Begins the removal of a folder. What came after the claim `since` is not part of it.
    pub fn begin(&mut self, scope: &Scope, since: Revision, now: u64) -> Result<(), TooMany> {
        self.add(scope, (since, false), now)
    }

    /// Refuses all that would be a part of a folder's removal, for a while.
    pub fn refuse(&mut self, scope: &Scope, now: u64) -> Result<(), TooMany> {
        self.add(scope, (0, true), now)
    }

    fn add(
        &mut self,
        scope: &Scope,
        (since, is_refused): (Revision, bool),
        now: u64,
    ) -> Result<(), TooMany> {
        if self.running.len() >= REMOVALS_MAX {
            return Err(TooMany);
        }
        let (scope, listed, ended) = (scope.clone(), HashSet::new(), Ended::default());
        // What holds more comes first.
        let at = if scope.part.is_none() { 0 } else { self.running.len() };
        self.running
            .insert(at, Removal { scope, since, last_step: now, is_refused, listed, ended });
        Ok(())
    }

    /// Whether a folder lies in one that is being removed, or is it; `Some(true)` where that was
    /// refused.
    pub fn over(&self, folder: &Node) -> Option<bool> {
        let scope = scope_of(folder)?;
        self.running.iter().find(|one| covers(&one.scope, scope)).map(|one| one.is_refused)
    }

    /// The claim from which on nothing is part of a removal, where exactly this one runs.
    pub fn since(&self, scope: &Scope) -> Option<Revision> {
        let of = |one: &&Removal| one.scope == *scope && !one.is_refused;
        self.running.iter().find(of).map(|one| one.since)
    }

    /// Whether a name is hidden.
    pub fn hides(&self, folder: &Node, name: &str) -> bool {
        let hides =
            |one: &Removal| one.ended.gone.get(folder).is_some_and(|of| of.contains_key(name));
        self.running.iter().any(hides)
    }

    /// Hides a name in a folder that is being removed; of a current file it keeps what that showed.
    pub fn hide(
        &mut self,
        folder: &Node,
        (name, shown): (&str, Option<Base>),
        now: u64,
    ) -> Result<(), TooMany> {
        if self.names >= NAMES_MAX {
            return Err(TooMany);
        }
        let Some(one) = self.running_over(folder) else { return Ok(()) };
        one.last_step = now;
        one.ended.is_deep |= !matches!(folder, Node::Folder(owner) if owner.scope == one.scope);
        let names = one.ended.gone.entry(folder.clone()).or_default();
        if names.insert(name.into(), shown.map(Box::new)).is_none() {
            self.names += 1;
        }
        Ok(())
    }

    /// Hides a folder of which all names are hidden: these need not be kept any longer.
    pub fn hide_folder(
        &mut self,
        (folder, name): (&Node, &str),
        found: &Node,
        now: u64,
    ) -> Result<(), TooMany> {
        self.hide(folder, (name, None), now)?;
        let Some(one) = self.running_over(folder) else { return Ok(()) };
        one.ended.is_deep = true;
        one.listed.remove(found);
        let names = one.ended.gone.remove(found).map_or(0, |names| names.len());
        self.names = self.names.saturating_sub(names);
        Ok(())
    }

    /// Somebody lists a folder that is being removed. Only the first time counts: others may look
    /// on all the while.
    pub fn listed(&mut self, folder: &Node, now: u64) {
        if let Some(one) = self.running_over(folder)
            && one.listed.len() < NAMES_MAX
            && one.listed.insert(folder.clone())
        {
            one.last_step = now;
        }
    }

    /// Somebody removes something in a folder that is being removed.
    pub fn step(&mut self, folder: &Node, now: u64) {
        if let Some(one) = self.running_over(folder) {
            one.last_step = now;
        }
    }

    /// Ends the removals of which a folder is part.
    pub fn end_over(&mut self, folder: &Node) -> Vec<Ended> {
        let Some(scope) = scope_of(folder) else { return Vec::new() };
        self.end_where(|one| covers(&one.scope, scope))
    }

    /// Ends the removal of what is deleted now, with those below it.
    pub fn end_of(&mut self, scope: &Scope) {
        self.end_where(|one| covers(scope, &one.scope));
    }

    /// Ends those whose program has ended.
    pub fn end_lapsed(&mut self, now: u64) -> Vec<Ended> {
        self.end_where(|one| one.lapses_at() <= now)
    }

    /// Ends all of them.
    pub fn end_all(&mut self) -> Vec<Ended> {
        self.end_where(|_| true)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.running.len()
    }

    fn end_where(&mut self, is_over: impl Fn(&Removal) -> bool) -> Vec<Ended> {
        let mut ended = Vec::new();
        for one in std::mem::take(&mut self.running) {
            if is_over(&one) {
                let names: usize = one.ended.gone.values().map(HashMap::len).sum();
                self.names = self.names.saturating_sub(names);
                ended.push(one.ended);
            } else {
                self.running.push(one);
            }
        }
        ended
    }

    fn running_over(&mut self, folder: &Node) -> Option<&mut Removal> {
        let scope = scope_of(folder)?;
        self.running.iter_mut().find(|one| covers(&one.scope, scope))
    }
}

/// Whether a scope is another one or lies in it.
pub fn covers(of: &Scope, scope: &Scope) -> bool {
    of == scope || (of.part.is_none() && of.project == scope.project)
}

/// Whose folder it is, or whose folder it lies in.
fn scope_of(folder: &Node) -> Option<&Scope> {
    match folder {
        Node::Folder(owner)
        | Node::Scenes(owner)
        | Node::Elements(owner, _)
        | Node::Assets(owner)
        | Node::Versions(owner) => Some(&owner.scope),
        Node::History(history) => Some(&history.owner.scope),
        Node::Lineage(made) | Node::Links(made, _) => Some(&made.history.owner.scope),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fake::{project, scene};
    use crate::node::Owner;

    fn owner(scope: &Scope, number: Option<u32>) -> Arc<Owner> {
        Arc::new(Owner { scope: scope.clone(), number })
    }

    #[test]
    fn names_are_hidden_below_the_folder_that_is_removed_and_nowhere_else() {
        let mut removals = Removals::default();
        let (one, two) = (scene("fox", 1), scene("fox", 2));
        removals.begin(&one, 7, 0).unwrap();
        let versions = Node::Versions(owner(&one, Some(1)));
        let other = Node::Versions(owner(&two, Some(2)));
        removals.hide(&versions, ("clip", None), 1).unwrap();
        removals.hide(&other, ("clip", None), 1).unwrap();
        assert!(removals.hides(&versions, "clip") && !removals.hides(&other, "clip"));
        assert_eq!((removals.over(&versions), removals.over(&other)), (Some(false), None));
        assert_eq!((removals.since(&one), removals.since(&two)), (Some(7), None));
        assert_eq!(removals.over(&Node::Scenes(owner(&project("fox"), None))), None);
    }

    #[test]
    fn a_project_covers_what_is_in_it_and_a_folder_that_is_gone_counts_once() {
        let mut removals = Removals::default();
        let (all, part) = (project("fox"), scene("fox", 1));
        removals.begin(&part, 1, 0).unwrap();
        removals.begin(&all, 2, 0).unwrap();
        let (folder, versions) =
            (Node::Folder(owner(&part, Some(1))), Node::Versions(owner(&part, Some(1))));
        for name in ["a", "b", "c"] {
            removals.hide(&versions, (name, None), 1).unwrap();
        }
        removals.hide_folder((&folder, "versions"), &versions, 2).unwrap();
        assert_eq!(removals.names, 1);
        assert!(removals.hides(&folder, "versions") && !removals.hides(&versions, "a"));
        removals.end_of(&all);
        assert_eq!((removals.count(), removals.names), (0, 0));
    }

    #[test]
    fn all_comes_back_some_time_after_the_last_step_and_not_before() {
        let mut removals = Removals::default();
        let scope = scene("fox", 1);
        let folder = Node::Folder(owner(&scope, Some(1)));
        removals.begin(&scope, 1, 0).unwrap();
        removals.hide(&folder, ("scene.json", None), 10).unwrap();
        removals.listed(&folder, 1_000);
        removals.listed(&folder, 2_000);
        assert_eq!(removals.end_lapsed(999 + LAPSE_MS), []);
        let ended = removals.end_lapsed(1_000 + LAPSE_MS);
        assert_eq!((ended.len(), ended[0].is_deep), (1, false));
        assert!(!removals.hides(&folder, "scene.json"));
        removals.refuse(&scope, 0).unwrap();
        assert_eq!((removals.over(&folder), removals.since(&scope)), (Some(true), None));
        assert_eq!(removals.end_lapsed(REFUSED_MS).len(), 1);
    }

    #[test]
    fn there_is_a_limit_to_removals() {
        let mut removals = Removals::default();
        for number in 0..64 {
            removals.begin(&scene("fox", number), 1, 0).unwrap();
        }
        assert_eq!(removals.begin(&scene("fox", 64), 1, 0), Err(TooMany));
    }
}
