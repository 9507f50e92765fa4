//! Who is told what a claim changed, and whether the folders show it yet.
//!
//! Runs on the sequencer's thread, so it never waits: a receiver that does not keep up is told that
//! everything may have changed.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use rushes_catalog::claim::{Claim, Fact};
use rushes_catalog::model::{Placement, Revision, Scope, Viewer};
use rushes_catalog::{Catalog, Committed, Publish};

use crate::source::{Change, Touched};

/// Changes that may wait for one receiver.
const WAITING_MAX: usize = 4096;

#[derive(Debug)]
struct Listener {
    sender: SyncSender<Change>,
    has_missed: bool,
}

/// The fan-out.
#[derive(Debug, Default)]
pub struct Changes {
    listeners: Mutex<Vec<Listener>>,
    catalog: OnceLock<Weak<Catalog>>,
    shown: Mutex<Revision>,
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
    pub fn listen(&self) -> Receiver<Change> {
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let listener = Listener { sender, has_missed: false };
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
        receiver
    }

    /// A folder shows everything up to a revision.
    pub fn shown(&self, revision: Revision) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = revision.max(*shown);
        self.shows.notify_all();
    }

    /// Waits until it is shown, where anybody shows anything, but not longer than `wait`.
    pub fn wait_shown(&self, revision: Revision, wait: Duration) {
        if self.listeners.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return;
        }
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.shows.wait_timeout_while(shown, wait, |shown| *shown < revision));
    }

    fn publish(&self, committed: &Committed) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listeners.is_empty() {
            return;
        }
        let touched: Vec<_> =
            committed.claims.iter().flat_map(|(_, claim)| self.touched(claim)).collect();
        let change = Change { revision: committed.revision, touched };
        listeners.retain_mut(|listener| listener.tell(&change));
    }

    fn touched(&self, claim: &Claim) -> Vec<Touched> {
        let viewer = Viewer { user: claim.by };
        match &claim.fact {
            Fact::UserAdded { .. } => Vec::new(),
            Fact::ProjectCreated { project_id, .. } => {
                vec![Touched::Project(viewer, project_id.clone())]
            }
            Fact::SceneAdded { project_id, scene_number, .. } => {
                vec![Touched::Scene(viewer, project_id.clone(), *scene_number)]
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
                blob.chain(history).collect()
            }
            Fact::BestSet { scope, asset_key, .. } => {
                let number = self.number(viewer, scope);
                vec![Touched::History(viewer, scope.clone(), number, asset_key.clone())]
            }
        }
    }

    fn number(&self, viewer: Viewer, scope: &Scope) -> Option<u32> {
        let catalog = self.catalog.get()?.upgrade()?;
        catalog.scene_number(viewer, scope.scene?).ok()?
    }
}

impl Listener {
    /// `false` when nobody listens any more.
    fn tell(&mut self, change: &Change) -> bool {
        let told = if self.has_missed {
            let everything = vec![Touched::Everything];
            self.sender.try_send(Change { revision: change.revision, touched: everything })
        } else {
            self.sender.try_send(change.clone())
        };
        self.has_missed = matches!(told, Err(TrySendError::Full(_)));
        !matches!(told, Err(TrySendError::Disconnected(_)))
    }
}
