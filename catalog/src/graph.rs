//! What can be asked about projects and what is in them.
//!
//! Invariant: rows are read under one look at the tables, the claims that they point to after it;
//! claims never change, so that what comes together belongs together.

use std::collections::{HashMap, HashSet};

use crate::Catalog;
use crate::claim::{Fact, rfc3339};
use crate::command::SceneRef;
use crate::element::ElementRef;
use crate::find;
use crate::folders::folded;
use crate::ids::{AssetId, ProjectId, SceneId, UserId};
use crate::journal::{JournalReader, Position};
use crate::look;
use crate::model::{
    Element, ElementKind, HistoryEntry, Part, Project, ProjectFacts, Revision, Scene, Scope, Viewer,
};
use crate::query::{QueryError, ROWS_MAX, history_entry};
use crate::tables::{
    AssetRow, ElementRow, FollowRow, Get, HistoryRow, Key, ProjectRow, Scan, SceneRow, TablesError,
    VersionRow,
};
use crate::too_much::TooMuch;
use crate::weight::{self, Weighed};
use crate::{follow, told};
use rushes_disk::Timestamp;

/// Most histories of one project that are answered at once: ten for each scene that it may have.
pub const HISTORIES_MAX: usize = 100_000;
/// What those are, and what to ask for where there are more.
pub const HISTORIES: (&str, &str) = ("histories", "ask for those of one scene or element");
/// Kinds of elements that come with their project; prompts are listed apart: there are many.
const SHOWN: [ElementKind; 4] =
    [ElementKind::Character, ElementKind::Location, ElementKind::Mood, ElementKind::Timeline];

type Answer<T> = Result<T, QueryError>;

impl Catalog {
    /// Projects by id, after a cursor.
    pub fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Answer<Vec<Project>> {
        let prefix = Key::projects(viewer.user);
        let after = after.map(|id| Key::project(viewer.user, id));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<ProjectRow>(&prefix, after.as_ref(), limit)?;
        rows.into_iter().map(|(_, row)| project_of(viewer.user, row, &self.reader)).collect()
    }

    /// A project, by its id as it was written when it was made.
    pub fn project(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<Project>> {
        let row = find::project(viewer.user, id, &self.tables.read()?)?;
        row.map(|row| project_of(viewer.user, row, &self.reader)).transpose()
    }

    /// The project whose folder has a name, written exactly like that.
    pub fn project_in(&self, viewer: Viewer, folder: &str) -> Answer<Option<Project>> {
        let tables = self.tables.read()?;
        let key = Key::project_folder(viewer.user, &folded(folder));
        let Some(id) = tables.get::<ProjectId>(&key)? else { return Ok(None) };
        let row = find::project(viewer.user, &id, &tables)?;
        drop(tables);
        let row = row.filter(|row| row.folder == folder);
        row.map(|row| project_of(viewer.user, row, &self.reader)).transpose()
    }

    /// The projects whose folders are not called as their ids, deleted ones too. It looks at every
    /// row of a project: once, at the start.
    pub fn named_folders(&self, viewer: Viewer) -> Answer<Vec<(ProjectId, String)>> {
        let mut named = Vec::new();
        for prefix in [Key::projects(viewer.user), Key::deleted_projects(viewer.user)] {
            let mut after = None;
            loop {
                let rows = self.tables.read()?;
                let rows = rows.scan::<ProjectRow>(&prefix, after.as_ref(), ROWS_MAX)?;
                let next = rows.last().map(|(rest, _)| prefix.clone().followed_by(rest));
                let rows = rows.into_iter().map(|(_, row)| (row.project, row.folder));
                named.extend(rows.filter(|(id, folder)| id.as_str() != folder));
                if next.is_none() {
                    break;
                }
                after = next;
            }
        }
        Ok(named)
    }

    /// A project with what is in it: a number of scans that does not depend on what that is.
    pub fn project_facts(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<ProjectFacts>> {
        let rows = ProjectRows::of(viewer.user, id, &self.tables.read()?)?;
        rows.map(|rows| rows.told(viewer.user, &self.reader)).transpose()
    }

    /// Scenes of a project by number, after a cursor.
    pub fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<Vec<Scene>> {
        let rows = look::scenes(viewer.user, project, (after, limit), &self.tables.read()?)?;
        rows.into_iter().map(|row| scene_of(row, &self.reader)).collect()
    }

    /// A scene of a project, by id or number.
    pub fn scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Answer<Option<Scene>> {
        let row = find::scene(viewer.user, project, scene, &self.tables.read()?)?;
        row.map(|row| scene_of(row, &self.reader)).transpose()
    }

    /// The number of a scene, wherever it is; of a deleted one the number that it had.
    pub fn scene_number(&self, viewer: Viewer, scene: SceneId) -> Answer<Option<u32>> {
        let row = self.tables.read()?.get::<SceneRow>(&Key::scene_by_id(viewer.user, scene))?;
        Ok(row.map(|row| row.number))
    }

    /// An element of a project.
    pub fn element(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        element: ElementRef,
    ) -> Answer<Option<Element>> {
        let row = find::element(viewer.user, project, element, &self.tables.read()?)?;
        row.map(|row| element_of(row, &self.reader)).transpose()
    }

    /// The histories of some parts of a project, by the part's id: one scan for each.
    pub fn part_histories(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        parts: impl Iterator<Item = Part>,
    ) -> Answer<HashMap<[u8; 16], Vec<HistoryEntry>>> {
        let (mut of_parts, mut left) = (HashMap::new(), HISTORIES_MAX);
        for part in parts {
            let prefix =
                Key::histories(viewer.user, &Scope { project: project.clone(), part: Some(part) });
            let rows = self.tables.read()?.scan::<HistoryRow>(&prefix, None, left + 1)?;
            let (of, instead) = ("histories", "ask for a shorter page");
            let refused = TooMuch { max: HISTORIES_MAX as u64, of, instead };
            left = left.checked_sub(rows.len()).ok_or(refused)?;
            let entries = rows.into_iter().map(|(_, row)| history_entry(row)).collect();
            of_parts.insert(*part.as_bytes(), entries);
        }
        Ok(of_parts)
    }

    /// Whether what a scope names is there.
    pub fn is_there(&self, viewer: Viewer, scope: &Scope) -> Answer<bool> {
        Ok(find::is_there(viewer.user, scope, &self.tables.read()?)?)
    }

    /// What a claim says that made something: its project, and the scene or element in it.
    pub fn made_at(&self, revision: Revision, at: Position) -> Answer<Made> {
        match self.reader.read(revision, at)?.fact {
            Fact::ProjectCreated { project_id, .. } => Ok(Made::Project(project_id)),
            Fact::SceneAdded { project_id, scene_id, .. } => Ok(Made::Scene(project_id, scene_id)),
            Fact::ElementAdded { project_id, element_id, record } => {
                let element = ElementRef { kind: record.kind(), id: element_id };
                Ok(Made::Element(project_id, element))
            }
            _ => Err(QueryError::Mismatch(revision)),
        }
    }

    /// Scopes whose assets have to follow them, of all owners, at most `limit` after a cursor.
    pub fn follows(&self, after: Option<&Follow>, limit: usize) -> Answer<Vec<Follow>> {
        let after = after.map(|after| Key::follow(after.viewer.user, &after.scope));
        let rows = self.tables.read()?.scan(&Key::all_follows(), after.as_ref(), limit)?;
        let follow = |(_, row): (Vec<u8>, FollowRow)| Follow {
            viewer: Viewer { user: UserId::from_bytes(row.owner) },
            scope: row.scope(),
            since: row.since,
        };
        Ok(rows.into_iter().map(follow).collect())
    }

    /// Assets that are still to follow a scope, at most `limit`, and whether there are no more. One
    /// scan, which begins behind `after`; the answer says where the next one begins.
    pub fn following(
        &self,
        follow: &Follow,
        after: Option<FollowCursor>,
        limit: usize,
    ) -> Answer<Following> {
        let owner = follow.viewer.user;
        let tables = self.tables.read()?;
        let row = tables.get::<FollowRow>(&Key::follow(owner, &follow.scope))?;
        let Some(row) = row.filter(|row| row.since == follow.since) else {
            return Ok(Following::default());
        };
        // A part that was restored waits for its project.
        if row.is_restored && !find::is_there(owner, &follow.scope, &tables)? {
            return Ok(Following::default());
        }
        let prefix = match follow.scope.part {
            None => Key::project_versions(owner, &follow.scope.project),
            Some(_) => Key::scope_versions(owner, &follow.scope),
        };
        let cursor = after.map(|FollowCursor(rest)| prefix.clone().followed_by(&rest));
        let rows = tables.scan::<VersionRow>(&prefix, cursor.as_ref(), limit)?;
        let next = rows.last().filter(|_| rows.len() >= limit);
        let next = next.map(|(rest, _)| FollowCursor(rest.clone()));
        let mut asset_ids = Vec::new();
        for (_, version) in rows {
            let id = AssetId::from_bytes(version.asset);
            let asset = tables.get::<AssetRow>(&Key::asset(owner, id))?.ok_or(TablesError::Row)?;
            if follow::is_due(owner, &row, &asset, &tables)? {
                asset_ids.push(id);
            }
        }
        Ok(Following { is_under_way: true, asset_ids, next })
    }

    /// How many range scans queries have made since the tables were opened.
    pub fn scans(&self) -> u64 {
        self.tables.scans()
    }
}

/// What a claim made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// A project.
    Project(ProjectId),
    /// A scene of a project.
    Scene(ProjectId, SceneId),
    /// An element of a project.
    Element(ProjectId, ElementRef),
}

/// A scope that was deleted or restored, and whose assets have to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Whose.
    pub viewer: Viewer,
    /// The project or part.
    pub scope: Scope,
    /// The claim that deleted or restored it.
    pub since: Revision,
}

/// Where a search for assets that follow a scope goes on.
#[derive(Debug, Clone)]
pub struct FollowCursor(Vec<u8>);

/// Assets that have to follow a scope.
#[derive(Debug, Default)]
pub struct Following {
    /// Whether the scope's assets have to follow it at all.
    pub is_under_way: bool,
    /// Some that have to.
    pub asset_ids: Vec<AssetId>,
    /// Where others may be; `None` when these are all.
    pub next: Option<FollowCursor>,
}

/// The rows of a project and what is in it.
pub struct ProjectRows {
    project: ProjectRow,
    scenes: Vec<SceneRow>,
    elements: Vec<ElementRow>,
    histories: Vec<(Option<Part>, HistoryEntry)>,
    activity_ms: i64,
}

impl ProjectRows {
    /// Those of a project that is there.
    pub fn of(owner: UserId, id: &ProjectId, rows: &impl Scan) -> Answer<Option<Self>> {
        let Some(project) = find::project(owner, id, rows)? else { return Ok(None) };
        let scenes = rows.scan::<SceneRow>(&Key::scenes(owner, id), None, ROWS_MAX)?;
        let scenes: Vec<_> = scenes.into_iter().map(|(_, row)| row).collect();
        let mut elements = Vec::new();
        for kind in SHOWN {
            let found = rows.scan(&Key::elements(owner, id, kind), None, ROWS_MAX)?;
            elements.extend(found.into_iter().map(|(_, row): (_, ElementRow)| row));
        }
        // The histories of deleted parts are still there; nothing shows them.
        let parts: HashSet<[u8; 16]> = (scenes.iter().map(|row| row.scene))
            .chain(elements.iter().map(|row| row.element))
            .collect();
        let instead = "ask for its scenes and its elements in pages";
        let bytes =
            (scenes.iter().map(SceneRow::bytes)).chain(elements.iter().map(ElementRow::bytes));
        weight::whole(bytes, instead)?;
        let prefix = Key::project_histories(owner, id);
        let all = rows.scan::<HistoryRow>(&prefix, None, HISTORIES_MAX + 1)?;
        let all = weight::few(all, HISTORIES_MAX, HISTORIES)?;
        let mut histories = Vec::with_capacity(all.len());
        for (key, row) in all {
            let part = part_in(&key)?;
            if part.is_none_or(|part| parts.contains(part.as_bytes())) {
                histories.push((part, history_entry(row)));
            }
        }
        let activity_ms = rows.get::<i64>(&Key::activity(owner, id))?.unwrap_or(project.created_ms);
        Ok(Some(Self { project, scenes, elements, histories, activity_ms }))
    }

    /// What the claims say that they point to.
    pub fn told(self, owner: UserId, reader: &JournalReader) -> Answer<ProjectFacts> {
        let scenes = self.scenes.into_iter().map(|row| scene_of(row, reader));
        let elements = self.elements.into_iter().map(|row| element_of(row, reader));
        Ok(ProjectFacts {
            project: project_of(owner, self.project, reader)?,
            scenes: scenes.collect::<Answer<_>>()?,
            elements: elements.collect::<Answer<_>>()?,
            histories: self.histories,
            last_activity: rfc3339(Timestamp(self.activity_ms)),
        })
    }
}

/// The part in a history's key behind its project; `None` for the project's own.
fn part_in(key: &[u8]) -> Result<Option<Part>, TablesError> {
    let (tag, rest) = key.split_first().ok_or(TablesError::Row)?;
    if *tag == b'p' {
        return Ok(None);
    }
    let id = rest.first_chunk::<16>().ok_or(TablesError::Row)?;
    Part::of_key(*tag, *id).map(Some).ok_or(TablesError::Row)
}

/// A project as its claim says it.
pub fn project_of(owner: UserId, row: ProjectRow, reader: &JournalReader) -> Answer<Project> {
    let claim = reader.read(row.revision, row.position)?;
    let record = told::project_record(claim.fact).ok_or(QueryError::Mismatch(row.revision))?;
    Ok(Project {
        id: row.project,
        record,
        user_id: owner,
        created_at: rfc3339(Timestamp(row.created_ms)),
        updated_at: claim.at,
        revision: row.changed,
    })
}

/// A scene as its claim says it.
pub fn scene_of(row: SceneRow, reader: &JournalReader) -> Answer<Scene> {
    let claim = reader.read(row.revision, row.position)?;
    let record = told::scene_record(claim.fact).ok_or(QueryError::Mismatch(row.revision))?;
    Ok(Scene {
        id: row.id(),
        project_id: row.project,
        scene_number: row.number,
        record,
        created_at: rfc3339(Timestamp(row.created_ms)),
        updated_at: claim.at,
        revision: row.changed,
    })
}

/// An element as its claim says it.
pub fn element_of(row: ElementRow, reader: &JournalReader) -> Answer<Element> {
    let claim = reader.read(row.revision, row.position)?;
    let record = told::element_record(claim.fact).ok_or(QueryError::Mismatch(row.revision))?;
    Ok(Element {
        id: row.id(),
        project_id: row.project,
        record,
        created_at: rfc3339(Timestamp(row.created_ms)),
        updated_at: claim.at,
        revision: row.changed,
    })
}
