//! What the folder asks of a project, answered by rows: the tables', or those of a moment.
//!
//! Invariant: nothing of what is not there is answered, and an answer is one look-up, or one range
//! scan of at most `limit` rows behind a cursor.

use crate::element::ElementRef;
use crate::find;
use crate::folders::folded;
use crate::ids::{AssetKey, ElementId, ProjectId, UserId};
use crate::model::{ElementEntry, ElementKind, HistoryEntry, Scope, Version, VersionEntry};
use crate::records::Answer;
use crate::tables::{ElementRow, HistoryRow, Key, Scan, SceneRow, VersionRow};

/// Most rows that one query returns.
pub const ROWS_MAX: usize = 10_000;

/// Scenes of a project by number, after a cursor.
pub fn scenes(
    owner: UserId,
    project: &ProjectId,
    (after, limit): (Option<u32>, usize),
    rows: &impl Scan,
) -> Answer<Vec<SceneRow>> {
    if find::project(owner, project, rows)?.is_none() {
        return Ok(Vec::new());
    }
    let after = after.map(|number| Key::scene(owner, project, number));
    let prefix = Key::scenes(owner, project);
    let found = rows.scan(&prefix, after.as_ref(), limit.min(ROWS_MAX))?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// The folders of a project's elements of a kind, by id, after a cursor.
pub fn element_entries(
    owner: UserId,
    (project, kind): (&ProjectId, ElementKind),
    (after, limit): (Option<ElementId>, usize),
    rows: &impl Scan,
) -> Answer<Vec<ElementEntry>> {
    if find::project(owner, project, rows)?.is_none() {
        return Ok(Vec::new());
    }
    let after = after.map(|id| Key::element(owner, project, ElementRef { kind, id }));
    let prefix = Key::elements(owner, project, kind);
    let found = rows.scan::<ElementRow>(&prefix, after.as_ref(), limit.min(ROWS_MAX))?;
    Ok(found.into_iter().map(|(_, row)| row.entry()).collect())
}

/// The element whose folder has a name.
pub fn element_in(
    owner: UserId,
    (project, kind): (&ProjectId, ElementKind),
    folder: &str,
    rows: &impl Scan,
) -> Answer<Option<ElementEntry>> {
    let key = Key::element_folder(owner, project, kind, &folded(folder));
    let Some(id) = rows.get::<ElementId>(&key)? else { return Ok(None) };
    let row = find::element(owner, project, ElementRef { kind, id }, rows)?;
    Ok(row.filter(|row| row.folder == folder).map(ElementRow::entry))
}

/// Histories of a scope by key, after a cursor.
pub fn histories(
    owner: UserId,
    scope: &Scope,
    (after, limit): (Option<&AssetKey>, usize),
    rows: &impl Scan,
) -> Answer<Vec<HistoryEntry>> {
    if !find::is_there(owner, scope, rows)? {
        return Ok(Vec::new());
    }
    let after = after.map(|key| Key::history(owner, scope, key));
    let prefix = Key::histories(owner, scope);
    let found = rows.scan::<HistoryRow>(&prefix, after.as_ref(), limit.min(ROWS_MAX))?;
    Ok(found.into_iter().map(|(_, row)| history_entry(row)).collect())
}

/// The history of a key, however that is spelled.
pub fn history_like(
    owner: UserId,
    (scope, key): (&Scope, &AssetKey),
    rows: &impl Scan,
) -> Answer<Option<HistoryEntry>> {
    if !find::is_there(owner, scope, rows)? {
        return Ok(None);
    }
    Ok(rows.get::<HistoryRow>(&Key::history(owner, scope, key))?.map(history_entry))
}

/// Versions of a history by number, after a cursor, at most as many as are asked for.
pub fn versions(
    owner: UserId,
    (scope, key): (&Scope, &AssetKey),
    (after, limit): (Option<Version>, usize),
    rows: &impl Scan,
) -> Answer<Vec<VersionRow>> {
    if !find::is_there(owner, scope, rows)? {
        return Ok(Vec::new());
    }
    let after = after.map(|version| Key::version(owner, scope, key, version));
    let found = rows.scan(&Key::versions(owner, scope, key), after.as_ref(), limit)?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// One version.
pub fn version(
    owner: UserId,
    (scope, key): (&Scope, &AssetKey),
    version: Version,
    rows: &impl Scan,
) -> Answer<Option<VersionEntry>> {
    if !find::is_there(owner, scope, rows)? {
        return Ok(None);
    }
    let row = rows.get::<VersionRow>(&Key::version(owner, scope, key, version))?;
    Ok(row.map(|row| row.entry()))
}

/// What a query answers of a history's row.
pub fn history_entry(row: HistoryRow) -> HistoryEntry {
    HistoryEntry {
        current: row.current.as_ref().map(VersionRow::entry),
        best: row.best(),
        asset_key: row.asset_key,
        latest: row.latest,
        is_hidden: row.is_hidden,
        revision: row.revision,
    }
}
