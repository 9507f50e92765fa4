//! A project as it was: its claims up to a revision, folded anew.
//!
//! Invariant: what is answered is what the queries said when that revision was the last one.

use crate::Catalog;
use crate::find;
use crate::fold::{FoldError, Placed, fold};
use crate::graph::ProjectRows;
use crate::ids::{AssetKey, ProjectId};
use crate::journal::Position;
use crate::model::{ProjectFacts, Revision, Scope, Version, VersionEntry, Viewer};
use crate::query::{QueryError, ROWS_MAX};
use crate::tables::{Key, Nothing, Overlay, Scan, VersionRow};
use crate::weight::TooMuch;

/// Claims that are looked up at a time.
const CLAIMS: usize = 1024;
/// Most claims that are folded for one answer: their rows are all in memory, and each is read.
pub const PAST_CLAIMS_MAX: usize = 100_000;

type Answer<T> = Result<T, QueryError>;

/// A project as of a revision.
#[derive(Debug)]
pub struct ProjectPast {
    viewer: Viewer,
    rows: Overlay<'static, Nothing>,
    /// The project and what was in it.
    pub facts: ProjectFacts,
}

impl ProjectPast {
    /// Versions that a history had, by number, after a cursor.
    pub fn versions(
        &self,
        (scope, key): (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        let owner = self.viewer.user;
        if !find::is_there(owner, scope, &self.rows)? {
            return Ok(Vec::new());
        }
        let after = after.map(|version| Key::version(owner, scope, key, version));
        let prefix = Key::versions(owner, scope, key);
        let rows = self.rows.scan::<VersionRow>(&prefix, after.as_ref(), limit.min(ROWS_MAX))?;
        Ok(rows.iter().map(|(_, row)| row.entry()).collect())
    }
}

impl Catalog {
    /// A project as it was when a revision was the last one; `None` when there was none, or it was
    /// deleted. It takes as long as the project has claims until then, and is refused above
    /// [`PAST_CLAIMS_MAX`] of them.
    pub fn project_as_of(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        revision: Revision,
    ) -> Answer<Option<ProjectPast>> {
        let mut rows = Overlay::over(&Nothing);
        let prefix = Key::project_claims(viewer.user, id);
        let (mut after, mut folded) = (None, 0);
        loop {
            let found = self.tables.read()?.scan(&prefix, after.as_ref(), CLAIMS)?;
            let is_last = found.len() < CLAIMS;
            let of = |(key, position): (Vec<u8>, Position)| {
                Some((Revision::from_be_bytes(key.try_into().ok()?), position))
            };
            let claims: Vec<_> = found.into_iter().filter_map(of).collect();
            after = claims.last().map(|(of, _)| Key::project_claim(viewer.user, id, *of));
            let is_later = |(of, _): &(Revision, Position)| *of > revision;
            let is_enough = is_last || claims.last().is_none_or(is_later);
            for (of, position) in claims.into_iter().filter(|claim| !is_later(claim)) {
                let claim = self.reader.read(of, position)?;
                let placed = Placed { revision: of, position, claim: &claim };
                fold(placed, &mut rows).map_err(|error| not_folded(error, of))?;
                folded += 1;
                if folded > PAST_CLAIMS_MAX {
                    let instead = "ask for an earlier revision, or for the project as it is";
                    let max = PAST_CLAIMS_MAX as u64;
                    return Err(TooMuch { max, of: "claims", instead }.into());
                }
            }
            if is_enough {
                break;
            }
        }
        let Some(found) = ProjectRows::of(viewer.user, id, &rows)? else { return Ok(None) };
        let facts = found.told(viewer.user, &self.reader)?;
        Ok(Some(ProjectPast { viewer, rows, facts }))
    }
}

fn not_folded(error: FoldError, revision: Revision) -> QueryError {
    match error {
        FoldError::Tables(error) => error.into(),
        FoldError::Contradiction { .. } => QueryError::Mismatch(revision),
    }
}
