//! Moments: which claim was the last one then, and which projects were there.
//!
//! Invariant: what is answered of a moment that is over is answered for ever.

use crate::Catalog;
use crate::folders::folded;
use crate::ids::UserId;
use crate::model::{ProjectEntry, Revision, Viewer};
use crate::records::Answer;
use crate::tables::{Key, LifeRow, Scan, TablesError};

/// Rows that are read at a time.
const ROWS: usize = 1024;

impl Catalog {
    /// The last claim that was recorded before a second, counted since 1970, was over; 0 when there
    /// was none. It is final once the second is over.
    pub fn revision_at(&self, second: u64) -> Answer<Revision> {
        let head = self.revision();
        let (prefix, after) = (Key::seconds(), Key::second(second));
        let later = self.tables.read()?.scan::<Revision>(&prefix, Some(&after), 1)?;
        Ok(later.first().map_or(head, |(_, first)| first.saturating_sub(1)))
    }

    /// The projects that were there when a revision was the last one, by the names of their
    /// folders, after a cursor. It takes as long as there are names behind that one.
    pub fn past_projects(
        &self,
        viewer: Viewer,
        revision: Revision,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<ProjectEntry>> {
        let prefix = Key::lives(viewer.user);
        let mut after = after.map(|name| Key::life(viewer.user, &folded(name), Revision::MAX));
        let mut found: Vec<LifeRow> = Vec::new();
        while found.len() <= limit {
            let rows = self.tables.read()?.scan::<LifeRow>(&prefix, after.as_ref(), ROWS)?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(prefix.clone().followed_by(last));
            let is_then = |key: &[u8]| revision_of(key).is_some_and(|of| of <= revision);
            for (_, row) in rows.into_iter().filter(|(key, _)| is_then(key)) {
                // What a later claim says of the same name, or the next name.
                match found.last_mut() {
                    Some(before) if folded(&before.folder) == folded(&row.folder) => {
                        *before = row;
                    }
                    before => {
                        if before.is_some_and(|before| !before.is_there) {
                            found.pop();
                        }
                        found.push(row);
                    }
                }
            }
        }
        found.retain(|row| row.is_there);
        found.truncate(limit);
        Ok(found.into_iter().map(entry).collect())
    }

    /// The project that was there under a folder's name when a revision was the last one.
    pub fn past_project(
        &self,
        viewer: Viewer,
        revision: Revision,
        folder: &str,
    ) -> Answer<Option<ProjectEntry>> {
        let row = life_at((viewer.user, folder), revision, &self.tables.read()?)?;
        Ok(row.filter(|row| row.is_there && row.folder == folder).map(entry))
    }
}

/// What the last claim until a revision says of a name.
fn life_at(
    (owner, folder): (UserId, &str),
    revision: Revision,
    rows: &impl Scan,
) -> Result<Option<LifeRow>, TablesError> {
    let prefix = Key::folder_lives(owner, &folded(folder));
    let (mut then, mut after) = (None, None);
    loop {
        let found = rows.scan::<LifeRow>(&prefix, after.as_ref(), ROWS)?;
        let is_last = found.len() < ROWS;
        for (key, row) in found {
            if revision_of(&key).is_none_or(|of| of > revision) {
                return Ok(then);
            }
            after = Some(prefix.clone().followed_by(&key));
            then = Some(row);
        }
        if is_last {
            return Ok(then);
        }
    }
}

/// The claim in the end of a key.
fn revision_of(key: &[u8]) -> Option<Revision> {
    key.last_chunk().map(|revision| Revision::from_be_bytes(*revision))
}

fn entry(row: LifeRow) -> ProjectEntry {
    ProjectEntry { id: row.project, folder: row.folder, created_ms: row.created_ms }
}
