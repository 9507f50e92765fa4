//! Who is told what a claim changed, and whether the folders show it yet.
//!
//! Runs on the sequencer's thread, so it never waits: a receiver that does not keep up is told that
//! everything may have changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use rushes_catalog::claim::{Claim, Fact};
use rushes_catalog::ids::{AssetId, ElementId, ProjectId};
use rushes_catalog::model::{Placement, Revision, Scope, Viewer};
use rushes_catalog::{Catalog, Committed, Publish};

use crate::source::{Change, Follower, Touched};

/// Changes that may wait for one receiver.
const WAITING_MAX: usize = 4096;

#[derive(Debug)]
struct Listener {
    number: Follower,
    /// Up to which revision it shows everything.
    shown: Revision,
    sender: SyncSender<Change>,
    /// Set from a change that found no room until its replacement is on the way.
    has_missed: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Listeners {
    all: Vec<Listener>,
    last: Follower,
    /// What was told last.
    told: Revision,
}

/// The fan-out.
#[derive(Debug, Default)]
pub struct Changes {
    listeners: Mutex<Listeners>,
    catalog: OnceLock<Weak<Catalog>>,
    shows: Condvar,
}

impl Changes {
    /// What the catalogue calls with its claims.
    pub fn publisher(self: &Arc<Self>) -> Publish {
        let changes = Arc::clone(self);
        Box::new(move |committed| changes.publish(&committed))
    }

    /// Where the numbers of scenes are looked up.
    pub fn look_up_in(&self, catalog: &Arc<Catalog>) {
        let _ = self.catalog.set(Arc::downgrade(catalog));
    }

    /// Changes from now on.
    pub fn listen(&self) -> (Follower, Receiver<Change>) {
        let (sender, receiver) = sync_channel(WAITING_MAX);
        // What was there before has nobody read yet.
        let head = self.catalog.get().and_then(Weak::upgrade).map(|catalog| catalog.revision());
        let mut listeners = self.listeners();
        listeners.last += 1;
        let (number, shown) = (listeners.last, listeners.told.max(head.unwrap_or_default()));
        listeners.all.push(Listener { number, shown, sender, has_missed: Arc::default() });
        (number, receiver)
    }

    /// A folder shows everything up to a revision.
    pub fn shown(&self, follower: Follower, revision: Revision) {
        let mut listeners = self.listeners();
        let of = listeners.all.iter_mut().find(|listener| listener.number == follower);
        let Some(listener) = of else { return };
        listener.shown = revision.max(listener.shown);
        drop(listeners);
        self.shows.notify_all();
    }

    /// Waits until every folder shows it, but not longer than `wait`; whether they do.
    pub fn wait_shown(&self, revision: Revision, wait: Duration) -> bool {
        let is_behind = |listeners: &mut Listeners| {
            listeners.all.iter().any(|listener| listener.shown < revision)
        };
        let waited = self.shows.wait_timeout_while(self.listeners(), wait, is_behind);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, committed: &Committed) {
        let mut listeners = self.listeners();
        listeners.told = committed.revision.max(listeners.told);
        if listeners.all.is_empty() {
            return;
        }
        let touched: Vec<_> =
            committed.claims.iter().flat_map(|(_, claim)| self.touched(claim)).collect();
        let change = Change { revision: committed.revision, touched };
        listeners.all.retain(|listener| listener.tell(&change));
        drop(listeners);
        self.shows.notify_all(); // Whoever left is waited for no more.
    }

    fn touched(&self, claim: &Claim) -> Vec<Touched> {
        let viewer = Viewer { user: claim.by };
        match &claim.fact {
            Fact::BytesFreed { .. } => vec![Touched::Freed],
            // No folder shows users, nor the journal.
            Fact::UserAdded { .. } | Fact::UserChanged { .. } | Fact::SegmentKept { .. } => {
                Vec::new()
            }
            Fact::ProjectCreated { project_id, .. }
            | Fact::ProjectChanged { project_id, .. }
            | Fact::ProjectDeleted { project_id }
            | Fact::ProjectRestored { project_id } => {
                vec![Touched::Project(viewer, project_id.clone())]
            }
            Fact::ElementAdded { project_id, element_id, .. }
            | Fact::ElementChanged { project_id, element_id, .. }
            | Fact::ElementDeleted { project_id, element_id, .. }
            | Fact::ElementRestored { project_id, element_id, .. } => {
                vec![self.touched_element(viewer, project_id, *element_id)]
            }
            Fact::SceneAdded { project_id, scene_number, .. }
            | Fact::SceneRestored { project_id, scene_number, .. } => {
                vec![Touched::Scene(viewer, project_id.clone(), *scene_number)]
            }
            Fact::SceneChanged { project_id, scene_id, .. }
            | Fact::SceneDeleted { project_id, scene_id } => {
                let scope = Scope::of_scene(project_id.clone(), *scene_id);
                match self.number(viewer, &scope) {
                    Some(number) => vec![Touched::Scene(viewer, project_id.clone(), number)],
                    None => vec![Touched::Everything],
                }
            }
            Fact::ScenesReordered { project_id, .. } => {
                vec![Touched::Scenes(viewer, project_id.clone())]
            }
            Fact::AssetsDeleted { asset_ids, .. } | Fact::AssetsRestored { asset_ids, .. } => {
                asset_ids.iter().flat_map(|id| self.touched_asset(viewer, *id)).collect()
            }
            Fact::AssetAdded(added) => {
                let blob =
                    added.content.iter().map(|content| Touched::Blob(viewer, content.digest));
                let history =
                    added.placement.iter().map(|Placement { scope, asset_key, .. }| {
                        Touched::History(
                            viewer,
                            scope.clone(),
                            self.number(viewer, scope),
                            asset_key.clone(),
                        )
                    });
                blob.chain(history).chain([Touched::Asset(viewer, added.asset_id, true)]).collect()
            }
            Fact::BestSet { scope, asset_key, .. } | Fact::HistoryHidden { scope, asset_key } => {
                let number = self.number(viewer, scope);
                vec![Touched::History(viewer, scope.clone(), number, asset_key.clone())]
            }
            Fact::AssetChanged(changed) => self.touched_asset(viewer, changed.asset_id),
            Fact::AssetDeleted { asset_id }
            | Fact::AssetRestored { asset_id }
            | Fact::AssetPlaced { asset_id, .. } => self.touched_asset(viewer, *asset_id),
        }
    }

    /// What shows an asset that is not what it was.
    fn touched_asset(&self, viewer: Viewer, id: AssetId) -> Vec<Touched> {
        let entry = |catalog: Arc<Catalog>| catalog.asset_entry(viewer, id).ok()?;
        let Some(entry) = self.catalog.get().and_then(Weak::upgrade).and_then(entry) else {
            return vec![Touched::Everything];
        };
        let blob = entry.digest.map(|digest| Touched::Blob(viewer, digest));
        let version = entry.placement.map(|Placement { scope, asset_key, version }| {
            let number = self.number(viewer, &scope);
            Touched::Version(viewer, scope, number, asset_key, version)
        });
        let asset = Touched::Asset(viewer, id, false);
        blob.into_iter().chain(version).chain([asset]).collect()
    }

    fn touched_element(&self, viewer: Viewer, project: &ProjectId, id: ElementId) -> Touched {
        let entry = |catalog: Arc<Catalog>| catalog.element_folder(viewer, id).ok()?;
        match self.catalog.get().and_then(Weak::upgrade).and_then(entry) {
            Some(entry) => Touched::Element(viewer, project.clone(), entry),
            None => Touched::Everything,
        }
    }

    fn number(&self, viewer: Viewer, scope: &Scope) -> Option<u32> {
        let catalog = self.catalog.get()?.upgrade()?;
        catalog.scene_number(viewer, scope.scene()?).ok()?
    }
}

impl Listener {
    /// `false` when nobody listens any more.
    fn tell(&self, change: &Change) -> bool {
        if self.has_missed.load(Ordering::SeqCst) {
            return true; // what is on the way covers it
        }
        match self.sender.try_send(change.clone()) {
            Ok(()) => true,
            Err(TrySendError::Disconnected(_)) => false,
            Err(TrySendError::Full(_)) => self.tell_everything(change.revision),
        }
    }

    /// Says that everything may have changed, as soon as there is room, from a thread of its own.
    fn tell_everything(&self, revision: Revision) -> bool {
        self.has_missed.store(true, Ordering::SeqCst);
        let (sender, has_missed) = (self.sender.clone(), Arc::clone(&self.has_missed));
        let tell = move || {
            // An empty change waits for room; changes that come while it waits are still covered.
            let nothing = Change { revision: 0, touched: Vec::new() };
            let is_there = sender.send(nothing).is_ok();
            has_missed.store(false, Ordering::SeqCst);
            if is_there {
                let touched = vec![Touched::Everything];
                drop(sender.send(Change { revision, touched }));
            }
        };
        std::thread::Builder::new().name("late changes".to_owned()).spawn(tell).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rushes_catalog::ids::UserId;

    fn committed(revision: Revision) -> Committed {
        let user_id = UserId::from_bytes([1; 16]);
        let project_id = "fox".parse().unwrap();
        let fact = Fact::ProjectDeleted { project_id };
        let claim = Claim { v: 1, at: String::new(), by: user_id, request: None, fact };
        Committed { claims: vec![(revision, claim)], revision, segment: 1 }
    }

    #[test]
    fn whoever_missed_a_change_hears_of_it_without_another_one() {
        let changes = Arc::new(Changes::default());
        let (_, receiver) = changes.listen();
        let last = WAITING_MAX as u64 + 10;
        for revision in 1..=last {
            changes.publish(&committed(revision));
        }
        let patience = Duration::from_secs(30);
        let heard = std::iter::from_fn(|| receiver.recv_timeout(patience).ok());
        let everything = |change: &Change| change.touched == [Touched::Everything];
        assert!(heard.take(WAITING_MAX + 3).any(|change| everything(&change)));
        changes.publish(&committed(last + 1));
        assert_eq!(receiver.recv_timeout(patience).unwrap().revision, last + 1);
    }

    #[test]
    fn whoever_waits_waits_for_every_folder_and_for_none_that_is_gone() {
        let changes = Arc::new(Changes::default());
        let ((fast, _fast), (slow, slows)) = (changes.listen(), changes.listen());
        changes.publish(&committed(1));
        changes.shown(fast, 1);
        assert!(!changes.wait_shown(1, Duration::from_millis(20)));
        changes.shown(slow, 1);
        assert!(changes.wait_shown(1, Duration::ZERO));
        drop(slows);
        changes.publish(&committed(2));
        changes.shown(fast, 2);
        assert!(changes.wait_shown(2, Duration::ZERO));
        let (_late, _lates) = changes.listen();
        assert!(changes.wait_shown(2, Duration::ZERO), "who comes late has nothing older");
    }
}
