//! Folds of projects, a few of which are kept.
//!
//! Invariant: one project at one revision is folded by one caller while the others wait for it, and
//! no other lock is held meanwhile. What is kept was made from at most [`PAST_CLAIMS_MAX`] claims,
//! or it is one fold.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_catalog::ids::ProjectId;
use rushes_catalog::model::{Revision, Viewer};
use rushes_catalog::{PAST_CLAIMS_MAX, ProjectPast, QueryError};

/// Folds that are kept: those of the projects that somebody walks through.
const FOLDS_MAX: usize = 16;

/// What is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    /// For whom.
    pub viewer: Viewer,
    /// The project.
    pub project: ProjectId,
    /// The last claim that counts; one that is there already.
    pub revision: Revision,
}

/// A fold, once it is made; its lock is held while it is.
type Fold = Arc<Mutex<Option<Option<Arc<ProjectPast>>>>>;

#[derive(Debug)]
struct Kept {
    of: Of,
    fold: Fold,
    /// The claims that it was made from; 0 until it is made.
    claims: usize,
}

/// The folds that were asked for last, the newest first.
#[derive(Debug, Default)]
pub struct Folds(Mutex<VecDeque<Kept>>);

impl Folds {
    /// The fold, made by whoever is the first to ask. One that could not be made is tried again.
    pub fn get(
        &self,
        of: &Of,
        make: impl FnOnce() -> Result<Option<ProjectPast>, QueryError>,
    ) -> Result<Option<Arc<ProjectPast>>, QueryError> {
        let fold = self.place(of);
        let mut folded = fold.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(past) = &*folded {
            return Ok(past.clone());
        }
        let past = make()?.map(Arc::new);
        *folded = Some(past.clone());
        drop(folded);
        self.weigh(of, past.as_ref().map_or(0, |past| past.claims()));
        Ok(past)
    }

    fn place(&self, of: &Of) -> Fold {
        let mut kept = self.kept();
        let known = kept.iter().position(|one| one.of == *of).and_then(|at| kept.remove(at));
        let new = || Kept { of: of.clone(), fold: Fold::default(), claims: 0 };
        let one = known.unwrap_or_else(new);
        let fold = Arc::clone(&one.fold);
        kept.push_front(one);
        kept.truncate(FOLDS_MAX);
        fold
    }

    /// Takes note of what a fold takes, and lets the oldest ones go.
    fn weigh(&self, of: &Of, claims: usize) {
        let mut kept = self.kept();
        if let Some(one) = kept.iter_mut().find(|one| one.of == *of) {
            one.claims = claims;
        }
        let mut all = 0;
        let fits = |one: &Kept| {
            all += one.claims;
            all <= PAST_CLAIMS_MAX
        };
        let fitting = kept.iter().map(fits).take_while(|fits| *fits).count();
        let first_gone = fitting.max(1).min(kept.len());
        let gone = kept.split_off(first_gone);
        drop(kept);
        drop(gone); // Freeing a large one takes its time.
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use rushes_catalog::ids::UserId;

    use super::*;

    fn of(revision: Revision) -> Of {
        let viewer = Viewer { user: UserId::from_bytes([1; 16]) };
        Of { viewer, project: "fox".parse().unwrap(), revision }
    }

    fn revisions(folds: &Folds) -> Vec<Revision> {
        folds.kept().iter().map(|one| one.of.revision).collect()
    }

    #[test]
    fn however_many_ask_one_folds_and_what_failed_is_tried_again() {
        let (folds, calls) = (Folds::default(), AtomicU64::new(0));
        let failed = folds.get(&of(1), || Err(QueryError::Mismatch(7)));
        assert!(failed.is_err());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let make = || {
                        calls.fetch_add(1, Ordering::SeqCst);
                        Ok(None)
                    };
                    assert!(folds.get(&of(1), make).unwrap().is_none());
                });
            }
        });
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_and_in_claims() {
        let folds = Folds::default();
        let last = FOLDS_MAX as u64 + 3;
        for revision in 1..=last {
            folds.get(&of(revision), || Ok(None)).unwrap();
        }
        folds.get(&of(10), || unreachable!("it is kept")).unwrap();
        let kept = revisions(&folds);
        assert_eq!((kept.len(), kept[0], kept[1]), (FOLDS_MAX, 10, last));
        for revision in [5, 6, 7] {
            folds.weigh(&of(revision), PAST_CLAIMS_MAX / 2);
        }
        // The newest ones stay, as far as they fit.
        let kept = revisions(&folds);
        assert!(kept.contains(&7) && kept.contains(&6) && !kept.contains(&5), "{kept:?}");
        folds.weigh(&of(10), PAST_CLAIMS_MAX * 2);
        assert_eq!(revisions(&folds), [10], "one is always kept");
    }
}
