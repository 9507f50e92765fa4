//! Versions of several histories in one request, and one version alone.
//!
//! Invariant: each entry of a batch is judged alone; a batch is refused as a whole only where it
//! cannot be read.

use axum::body::Body;
use axum::response::Response;
use rushes_api::{
    BestChoice, BestPage, BestsReply, Code, NewVersion, ScopeMembers, VersionFailure, VersionQuery,
    VersionsFound, VersionsMade, Which, WhichWord,
};
use rushes_vault::assets::Change;
use rushes_vault::command::{PartRef, SceneRef, SetBest, Target};
use rushes_vault::ids::{AssetId, AssetKey, ElementId, ProjectId};
use rushes_vault::marks::AssetPatch;
use rushes_vault::model::Viewer;
use rushes_vault::versions::{self, ProjectHistories, VersionOf};
use rushes_vault::{IngestError, IngestRequest, Vault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::assets::{patched, record, records};
use super::of::Of;
use super::pages;
use crate::call::{Call, Reading};
use crate::error::Refusal;
use crate::operation::{Operation, get, post};
use crate::parameters::{self, example};
use crate::{intake, reply, wire_assets};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let scope = json!({"scene_number": example::SCENE_NUMBER});
    let film = |more: Value| {
        let mut entry = json!({"scope": scope, "asset_key": example::ASSET_KEY});
        if let (Some(entry), Value::Object(more)) = (entry.as_object_mut(), more) {
            entry.extend(more);
        }
        json!([entry])
    };
    let keys = parameters::list("keys", "Those with these keys alone.");
    vec![
        post("/projects/{project}/versions", make)
            .named("make_versions", "Makes versions of several histories; each stands alone.")
            .keyed()
            .takes_list::<NewVersion>(
                ENTRIES_MAX,
                film(json!({"asset_id": example::OTHER_ASSET, "set_best": true})),
            )
            .answers::<VersionsMade>(),
        post("/projects/{project}/versions/query", query)
            .named("query_versions", "Answers versions of several histories, in their order.")
            .takes_list::<VersionQuery>(ENTRIES_MAX, film(json!({"which": "best"})))
            .answers_list::<VersionsFound>(),
        post("/projects/{project}/versions/best", choose)
            .named("choose_versions", "Chooses several best versions; each stands alone.")
            .keyed()
            .takes_list::<BestChoice>(ENTRIES_MAX, film(json!({"version": 1})))
            .answers::<BestsReply>(),
        get("/projects/{project}/best", best)
            .named("list_best", "Answers what stands for each history of a project.")
            .with(keys)
            .reads::<BestPage>(),
    ]
}

/// Most entries of one request: each may be a version with a record of some KiB.
const ENTRIES_MAX: usize = 256;
/// Most versions that one answer holds.
const VERSIONS_MAX: usize = 10_000;

/// Answers one version.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let find = finder(&call)?;
    let links = call.links.clone();
    let reply = call
        .ask(move |vault, viewer| {
            let asset = vault.asset(viewer, find(vault, viewer)?)?;
            record(vault, viewer, &links, asset.ok_or_else(|| Refusal::missing("version"))?)
        })
        .await?;
    reply::record(&call.headers, &reply)
}

/// Says something again of one version and answers its record.
pub async fn change(call: Call, body: Body) -> Result<Response, Refusal> {
    let find = finder(&call)?;
    patched(call, body, find).await
}

type Find = Box<dyn FnOnce(&Vault, Viewer) -> Result<AssetId, Refusal> + Send>;

/// The asset of the version that a path names.
fn finder(call: &Call) -> Result<Find, Refusal> {
    let (of, key, version) = (Of::read(call)?, call.asset_key()?, call.version()?);
    Ok(Box::new(move |vault, viewer| {
        let (scope, _) = of.scope(vault, viewer)?;
        let view = vault.version_view(viewer, (&scope, &key), version)?;
        Ok(view.ok_or_else(|| Refusal::missing("version"))?.asset.id)
    }))
}

/// Makes several versions.
pub async fn make(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let entries: Vec<NewVersion> = intake::json(&call.headers, body).await?;
    bounded(entries.len())?;
    let (links, is_one_project) = (call.links.clone(), call.project_only().is_some());
    let made = call
        .ask(move |vault, viewer| {
            has_project(vault, viewer, &project)?;
            let (mut wanted, mut names, mut errors) = (Vec::new(), Vec::new(), Vec::new());
            for (index, entry) in entries.into_iter().enumerate() {
                let name = (index, entry.scope.clone(), entry.asset_key.clone());
                match version_of(&project, entry).and_then(|of| within(is_one_project, of)) {
                    Ok(of) => {
                        wanted.push((of, key_of(key.as_ref(), index)));
                        names.push(name);
                    }
                    Err(refusal) => errors.push(failure(name, &refusal)),
                }
            }
            let mut views = Vec::new();
            for (answer, name) in vault.make_versions(viewer, wanted).into_iter().zip(names) {
                match answer {
                    Ok(view) => views.push(view),
                    Err(error) => errors.push(failure(name, &error.into())),
                }
            }
            if let Some(last) = views.iter().map(|view| view.asset.revision).max() {
                vault.wait_shown(last);
            }
            errors.sort_by_key(|error| error.index);
            Ok::<_, Refusal>(VersionsMade {
                versions: records(vault, viewer, &links, views)?,
                errors,
            })
        })
        .await?;
    reply::made(None, &made)
}

/// Answers versions of several histories, in the order of the request.
pub async fn query(Reading(call): Reading, body: Body) -> Result<Response, Refusal> {
    let project = call.project()?;
    let entries: Vec<VersionQuery> = intake::json(&call.headers, body).await?;
    bounded(entries.len())?;
    let links = call.links.clone();
    let found = call
        .ask(move |vault, viewer| {
            has_project(vault, viewer, &project)?;
            let (mut found, mut count) = (Vec::new(), 0);
            for VersionQuery { scope, asset_key, which } in entries {
                let key = asset_key_of(&asset_key)?;
                let of = Of::part(project.clone(), part_of(&project, &scope)?);
                let views = match of.scope(vault, viewer) {
                    Ok((of, _)) => vault.versions_of(viewer, (&of, &key), which_of(which))?,
                    // A part that is not there has no versions.
                    Err(refusal) if refusal.problem().code == Code::NotFound => None,
                    Err(refusal) => return Err(refusal),
                };
                let versions = records(vault, viewer, &links, views.unwrap_or_default())?;
                count += versions.len();
                if count > VERSIONS_MAX {
                    let detail = format!("more than {VERSIONS_MAX} versions: ask for fewer");
                    return Err(Refusal::new(Code::TooLarge, detail));
                }
                found.push(VersionsFound { scope, asset_key, which, versions });
            }
            Ok(found)
        })
        .await?;
    reply::made(None, &found)
}

/// Chooses several best versions.
pub async fn choose(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let entries: Vec<BestChoice> = intake::json(&call.headers, body).await?;
    bounded(entries.len())?;
    let links = call.links.clone();
    let chosen = call
        .ask(move |vault, viewer| {
            has_project(vault, viewer, &project)?;
            let (mut wanted, mut names, mut errors) = (Vec::new(), Vec::new(), Vec::new());
            for (index, entry) in entries.into_iter().enumerate() {
                let name = (index, entry.scope.clone(), entry.asset_key.clone());
                match choice_of(vault, viewer, &project, &entry) {
                    Ok((best, number)) => {
                        names.push((name, best.scope.clone(), number));
                        wanted.push((best, key_of(key.as_ref(), index)));
                    }
                    Err(refusal) => errors.push(failure(name, &refusal)),
                }
            }
            let mut best = Vec::new();
            let answers = vault.choose_versions(viewer, wanted);
            for (answer, (name, scope, number)) in answers.into_iter().zip(names) {
                match answer {
                    Ok(entry) => {
                        vault.wait_shown(entry.revision);
                        let numbers = scope.scene().zip(number).into_iter().collect();
                        best.extend(wire_assets::best(&links, (&scope, entry), &numbers));
                    }
                    Err(error) => errors.push(failure(name, &error.into())),
                }
            }
            errors.sort_by_key(|error| error.index);
            Ok::<_, Refusal>(BestsReply { best, errors })
        })
        .await?;
    reply::made(None, &chosen)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    keys: Option<String>,
}

/// Answers what stands for each history of a project, or for those with some keys.
pub async fn best(call: Call) -> Result<Response, Refusal> {
    let project = call.project()?;
    let Keys { keys } = pages::query(&call.uri)?;
    // What can be no key is the key of no history.
    let folded = |key: &str| Some(key.trim().parse::<AssetKey>().ok()?.folded());
    let keys = keys.map(|keys| keys.split(',').filter_map(folded).collect::<Vec<_>>());
    let found = call.ask(move |vault, viewer| vault.project_histories(viewer, &project)).await?;
    let ProjectHistories { histories, numbers } =
        found.ok_or_else(|| Refusal::missing("project"))?;
    let is_wanted = |key: &AssetKey| keys.as_ref().is_none_or(|keys| keys.contains(&key.folded()));
    let histories = histories.into_iter().filter(|(_, entry)| is_wanted(&entry.asset_key));
    let best = histories
        .filter_map(|(scope, entry)| wire_assets::best(&call.links, (&scope, entry), &numbers));
    reply::read(&call.headers, &BestPage { best: best.collect() })
}

fn bounded(count: usize) -> Result<(), Refusal> {
    if count <= ENTRIES_MAX {
        return Ok(());
    }
    Err(Refusal::new(Code::Invalid, format!("{count} entries: at most {ENTRIES_MAX} at once")))
}

fn has_project(vault: &Vault, viewer: Viewer, project: &ProjectId) -> Result<(), Refusal> {
    let found = vault.project(viewer, project)?;
    found.map(drop).ok_or_else(|| Refusal::missing("project"))
}

/// The key of one entry: a retry of the request finds each entry's own answer.
fn key_of(key: Option<&String>, index: usize) -> Option<String> {
    key.map(|key| format!("{key}#{index}"))
}

fn failure(
    (index, scope, asset_key): (usize, ScopeMembers, String),
    refusal: &Refusal,
) -> VersionFailure {
    VersionFailure { index, scope, asset_key, problem: refusal.problem() }
}

fn version_of(project: &ProjectId, entry: NewVersion) -> Result<VersionOf, Refusal> {
    let asset_key = asset_key_of(&entry.asset_key)?;
    let part = part_of(project, &entry.scope)?;
    let set_best = entry.set_best;
    match (entry.asset_id, entry.digest, entry.urls.is_empty()) {
        (Some(id), None, true) => {
            let id = id.parse().map_err(|_| Refusal::invalid("asset_id", "must be a UUID"))?;
            let patch = AssetPatch {
                filename: entry.filename,
                tags: Some(entry.tags).filter(|tags| !tags.is_empty()),
                metadata: Some(Some(entry.metadata).filter(|members| !members.is_empty()))
                    .filter(Option::is_some),
                ..AssetPatch::default()
            };
            let target = Some(Target { project: project.clone(), part, asset_key, set_best });
            Ok(VersionOf::Asset(id, Box::new(Change { patch, target, ..Change::default() })))
        }
        (None, Some(digest), true) => {
            let request = IngestRequest {
                filename: entry.filename.unwrap_or_else(|| asset_key.to_string()),
                kind: entry.kind,
                project: Some(project.clone()),
                part,
                asset_key: Some(asset_key),
                set_best,
                tags: entry.tags,
                metadata: entry.metadata,
                ..IngestRequest::default()
            };
            Ok(VersionOf::Content(digest, Box::new(request)))
        }
        (None, None, false) => Err(Refusal::of_field(
            Code::NotYet,
            "urls",
            "nothing is fetched from there yet: upload the file and send its asset_id",
        )),
        _ => Err(Refusal::invalid("asset_id", "send one of asset_id, digest and urls")),
    }
}

/// What a token of one project may make a version of: an asset without a history, and a content,
/// lie in no project, so they are not there for it.
fn within(is_one_project: bool, of: VersionOf) -> Result<VersionOf, Refusal> {
    match of {
        VersionOf::Asset(..) if is_one_project => Err(Refusal::missing("asset")),
        VersionOf::Content(..) if is_one_project => Err(IngestError::BytesNeeded.into()),
        of => Ok(of),
    }
}

fn choice_of(
    vault: &Vault,
    viewer: Viewer,
    project: &ProjectId,
    entry: &BestChoice,
) -> Result<(SetBest, Option<u32>), Refusal> {
    let asset_key = asset_key_of(&entry.asset_key)?;
    let of = Of::part(project.clone(), part_of(project, &entry.scope)?);
    let (scope, number) = of.scope(vault, viewer)?;
    Ok((SetBest { scope, asset_key, version: entry.version, expected: None }, number))
}

fn asset_key_of(text: &str) -> Result<AssetKey, Refusal> {
    text.trim()
        .parse()
        .map_err(|_| Refusal::invalid("asset_key", "must be a file name without / or extension"))
}

const fn which_of(which: Which) -> versions::Which {
    match which {
        Which::Number(number) => versions::Which::Number(number),
        Which::Named(WhichWord::Best) => versions::Which::Best,
        Which::Named(WhichWord::Latest) => versions::Which::Latest,
        Which::Named(WhichWord::All) => versions::Which::All,
    }
}

/// The part of the project that a scope names; none is the project itself.
fn part_of(project: &ProjectId, scope: &ScopeMembers) -> Result<Option<PartRef>, Refusal> {
    if scope.project_id.as_ref().is_some_and(|id| id != project.as_str()) {
        return Err(Refusal::invalid("scope", "another project than the one in the path"));
    }
    let element = |text: &String| -> Result<ElementId, Refusal> {
        text.parse()
            .map_err(|_| Refusal::invalid("scope", "a character, location or mood is a UUID"))
    };
    let mut parts = Vec::new();
    if let Some(id) = &scope.scene_id {
        let id = id.parse().map_err(|_| Refusal::invalid("scope", "scene_id must be a UUID"))?;
        parts.push(PartRef::Scene(SceneRef::Id(id)));
    } else if let Some(number) = scope.scene_number {
        parts.push(PartRef::Scene(SceneRef::Number(number)));
    }
    for id in scope.character_id.iter().chain(&scope.character_ids) {
        parts.push(PartRef::Character(element(id)?));
    }
    for id in scope.location_id.iter().chain(&scope.location_ids) {
        parts.push(PartRef::Location(element(id)?));
    }
    if let Some(id) = &scope.mood_id {
        parts.push(PartRef::Mood(element(id)?));
    }
    match parts.as_slice() {
        [] => Ok(None),
        [part] => Ok(Some(*part)),
        _ => Err(Refusal::invalid("scope", "name one scene, character, location or mood")),
    }
}
