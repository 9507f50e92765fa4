//! What a command makes true, given the facts so far: the claims' contents, or why not.
//!
//! Pure: it reads rows and writes nothing, so the same decision can be asked for ahead of time.

mod assets;

use crate::claim::{AssetAdded, Fact};
use crate::command::{
    Command, CommandError, NewAsset, NewProject, NewScene, PartRef, SCENE_NUMBER_MAX, SceneRef,
    SetBest, Target,
};
use crate::facts::Facts;
use crate::ids::{AssetId, ProjectId, SceneId, UserId};
use crate::journal::ReadError;
use crate::marks::once_each;
use crate::model::{ElementKind, Part, Placement, Scope, Viewer};
use crate::naming;
use crate::tables::{
    AssetRow, ElementRow, Get, HistoryRow, Key, ProjectRow, SceneRow, TablesError, UserRow,
    VersionRow,
};
use rushes_digest::Digest;

/// Numbers that are tried before a slug is told from others by a random id: names without a Latin
/// letter all give the same one, and this runs on the one thread that writes.
const SLUG_NUMBERS_MAX: u32 = 50;

impl From<TablesError> for CommandError {
    fn from(error: TablesError) -> Self {
        Self::ReadOnly { reason: error.to_string() }
    }
}

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        Self::ReadOnly { reason: error.to_string() }
    }
}

type Decided = Result<Vec<Fact>, CommandError>;

/// Decides a command that has passed [`crate::check::check`].
pub fn decide(viewer: Viewer, command: &Command, facts: &impl Facts) -> Decided {
    match command {
        Command::AddUser { name } => add_user(name, facts),
        Command::CreateProject(project) => create_project(viewer, project, facts),
        Command::AddScene(scene) => add_scene(viewer, scene, facts),
        Command::AddAsset(asset) => add_asset(viewer, asset, facts),
        Command::ChangeAsset(change) => {
            let target = change.target.as_ref();
            let placement = target.map(|target| place(viewer, target, facts)).transpose()?;
            assets::change(viewer, change, placement, facts)
        }
        Command::SetBest(best) => set_best(viewer, best, facts),
        Command::DeleteAsset { id } => {
            asset_row(viewer, *id, facts)?;
            Ok(vec![Fact::AssetDeleted { asset_id: *id }])
        }
        Command::RestoreAsset { id } => restore_asset(viewer, *id, facts),
        Command::FreeBytes { digests } => free_bytes(digests, facts),
    }
}

fn add_user(name: &str, facts: &impl Get) -> Decided {
    if facts.get::<UserRow>(&Key::user_named(name))?.is_some() {
        return Err(CommandError::Taken { field: "name" });
    }
    Ok(vec![Fact::UserAdded { user_id: UserId::generate(), name: name.to_owned() }])
}

fn create_project(viewer: Viewer, project: &NewProject, facts: &impl Get) -> Decided {
    let is_taken = |id: &ProjectId| {
        Ok::<_, CommandError>(facts.get::<ProjectRow>(&Key::project(viewer.user, id))?.is_some())
    };
    let id = match &project.id {
        Some(id) if is_taken(id)? => return Err(CommandError::Taken { field: "id" }),
        Some(id) => id.clone(),
        None => {
            let slug = ProjectId::slug_of(&project.name);
            let mut free = (!is_taken(&slug)?).then(|| slug.clone());
            for number in 2..=SLUG_NUMBERS_MAX {
                if free.is_some() {
                    break;
                }
                let numbered = slug.numbered(number);
                free = (!is_taken(&numbered)?).then_some(numbered);
            }
            free.unwrap_or_else(|| slug.marked(&UserId::generate().to_string()))
        }
    };
    let (name, description) = (project.name.clone(), project.description.clone());
    Ok(vec![Fact::ProjectCreated { project_id: id, name, description }])
}

fn add_scene(viewer: Viewer, scene: &NewScene, facts: &impl Get) -> Decided {
    let missing = CommandError::Missing { what: "project" };
    let project = project_row(viewer, &scene.project, facts)?.ok_or(missing)?.project;
    let scene_number = match scene.scene_number {
        Some(number) => number,
        None => facts.get::<u32>(&Key::last_scene(viewer.user, &project))?.unwrap_or(0) + 1,
    };
    if scene_number > SCENE_NUMBER_MAX {
        let reason = format!("must be from 1 to {SCENE_NUMBER_MAX}");
        return Err(CommandError::Invalid { field: "scene_number", reason });
    }
    if facts.get::<SceneRow>(&Key::scene(viewer.user, &project, scene_number))?.is_some() {
        return Err(CommandError::Taken { field: "scene_number" });
    }
    Ok(vec![Fact::SceneAdded {
        scene_id: SceneId::generate(),
        project_id: project,
        scene_number,
        title: scene.title.clone(),
        description: scene.description.clone(),
        duration_seconds: scene.duration_seconds,
    }])
}

fn add_asset(viewer: Viewer, asset: &NewAsset, facts: &impl Get) -> Decided {
    let references = (asset.generation.parent_id.iter().map(|id| ("parent_id", id)))
        .chain(asset.generation.source_asset_ids.iter().map(|id| ("source_asset_ids", id)));
    for (field, id) in references {
        if facts.get::<AssetRow>(&Key::asset(viewer.user, *id))?.is_none() {
            return Err(CommandError::Unresolved { field, what: "asset" });
        }
    }
    if facts.get::<AssetRow>(&Key::asset(viewer.user, asset.id))?.is_some() {
        return Err(CommandError::Taken { field: "id" });
    }
    let placement = match &asset.target {
        Some(target) => Some(place(viewer, target, facts)?),
        None => None,
    };
    let best = asset.target.as_ref().filter(|target| target.set_best).and(placement.clone());
    let added = AssetAdded {
        asset_id: asset.id,
        kind: asset.kind.clone(),
        asset_type: asset.asset_type.clone(),
        status: asset.status,
        filename: asset.filename.clone(),
        content: asset.content.clone(),
        placement,
        tags: once_each(asset.tags.clone()),
        client_id: asset.client_id.clone(),
        generation: asset.generation.clone(),
        metadata: asset.metadata.clone(),
        metadata_digest: asset.metadata_digest,
    };
    let mut made = vec![Fact::AssetAdded(Box::new(added))];
    made.extend(best.map(|Placement { scope, asset_key, version }| Fact::BestSet {
        scope,
        asset_key,
        version,
    }));
    Ok(made)
}

fn place(viewer: Viewer, target: &Target, facts: &impl Get) -> Result<Placement, CommandError> {
    let unresolved = |field, what| CommandError::Unresolved { field, what };
    let project = project_row(viewer, &target.project, facts)?
        .ok_or(unresolved("project_id", "project"))?
        .project;
    let part = target.part.map(|part| part_of(viewer, &project, part, facts)).transpose()?;
    let scope = Scope { project, part };
    let history = facts.get::<HistoryRow>(&Key::history(viewer.user, &scope, &target.asset_key))?;
    let (asset_key, last) = match history {
        Some(history) => (history.asset_key, history.last),
        None => (target.asset_key.clone(), 0),
    };
    Ok(Placement { scope, asset_key, version: last + 1 })
}

fn part_of(
    viewer: Viewer,
    project: &ProjectId,
    part: PartRef,
    facts: &impl Get,
) -> Result<Part, CommandError> {
    let unresolved = |field, what| CommandError::Unresolved { field, what };
    let element = |id, kind| {
        let row = facts.get::<ElementRow>(&Key::element(viewer.user, id))?;
        Ok::<_, CommandError>(row.filter(|row| row.project == *project && row.kind == kind))
    };
    match part {
        PartRef::Scene(SceneRef::Id(id)) => {
            let row = facts.get::<SceneRow>(&Key::scene_by_id(viewer.user, id))?;
            let row = row.filter(|row| row.project == *project);
            Ok(Part::Scene(row.ok_or(unresolved("scene_id", "scene"))?.id()))
        }
        PartRef::Scene(SceneRef::Number(number)) => {
            let row = facts.get::<SceneRow>(&Key::scene(viewer.user, project, number))?;
            Ok(Part::Scene(row.ok_or(unresolved("scene_number", "scene"))?.id()))
        }
        PartRef::Character(id) => {
            let found = element(id, ElementKind::Character)?;
            found.ok_or(unresolved("character_id", "character")).map(|_| Part::Character(id))
        }
        PartRef::Location(id) => {
            let found = element(id, ElementKind::Location)?;
            found.ok_or(unresolved("location_id", "location")).map(|_| Part::Location(id))
        }
        PartRef::Mood(id) => {
            let found = element(id, ElementKind::Mood)?;
            found.ok_or(unresolved("mood_id", "mood")).map(|_| Part::Mood(id))
        }
    }
}

fn set_best(viewer: Viewer, best: &SetBest, facts: &impl Get) -> Decided {
    let key = Key::history(viewer.user, &best.scope, &best.asset_key);
    let missing = CommandError::Missing { what: "history" };
    let asset_key = facts.get::<HistoryRow>(&key)?.ok_or(missing)?.asset_key;
    let key = Key::version(viewer.user, &best.scope, &best.asset_key, best.version);
    let version = facts
        .get::<VersionRow>(&key)?
        .ok_or(CommandError::Unresolved { field: "version", what: "version" })?;
    if version.content.is_none() {
        let reason = "this version failed and has no file: choose another one".to_owned();
        return Err(CommandError::Invalid { field: "version", reason });
    }
    if version.deleted.is_some() {
        let reason = "this version is deleted: restore it, or choose another one".to_owned();
        return Err(CommandError::Invalid { field: "version", reason });
    }
    let scope = best.scope.clone();
    Ok(vec![Fact::BestSet { scope, asset_key, version: best.version }])
}

fn restore_asset(viewer: Viewer, id: AssetId, facts: &impl Get) -> Decided {
    let asset = asset_row(viewer, id, facts)?;
    if !naming::is_kept(viewer.user, &asset, facts)? {
        return Err(CommandError::Gone { what: "asset" });
    }
    Ok(vec![Fact::AssetRestored { asset_id: id }])
}

fn free_bytes(digests: &[Digest], facts: &impl Get) -> Decided {
    let mut free = Vec::new();
    for digest in digests {
        if naming::is_free(digest, facts)? {
            free.push(*digest);
        }
    }
    if free.is_empty() {
        return Err(CommandError::Missing { what: "released content" });
    }
    Ok(vec![Fact::BytesFreed { digests: free }])
}

fn asset_row(viewer: Viewer, id: AssetId, facts: &impl Get) -> Result<AssetRow, CommandError> {
    let row = facts.get::<AssetRow>(&Key::asset(viewer.user, id))?;
    row.ok_or(CommandError::Missing { what: "asset" })
}

fn project_row(
    viewer: Viewer,
    id: &ProjectId,
    facts: &impl Get,
) -> Result<Option<ProjectRow>, CommandError> {
    // Ids are unique whatever the case, but found only as they are written, like file names.
    let row = facts.get::<ProjectRow>(&Key::project(viewer.user, id))?;
    Ok(row.filter(|row| row.project == *id))
}
