//! `…/assets`: assets by words and properties.

use axum::response::Response;
use rushes_api::{AssetsFound, Code, FacetCount};
use rushes_vault::Vault;
use rushes_vault::command::SceneRef;
use rushes_vault::ids::ProjectId;
use rushes_vault::model::Viewer;
use rushes_vault::search::{Field, Find, Sort};
use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::assets::records;
use super::pages::{self, bad};
use crate::call::{Across, scene_ref};
use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::parameters::{PAGE_MAX, example, limit, project_id, query, such_as, text, word, words};
use crate::reply;

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let day = "A day or a time (RFC 3339), such as 2026-11-21.";
    let scene = "Those of a scene, by its id; or by its number, with `project_id`.";
    let cost = || ObjectBuilder::new().schema_type(Type::Number);
    let sorts = ["relevance", "newest", "oldest", "cost", "-cost", "name"];
    let find =
        get("/assets", find).named("list_assets", "Answers a page of assets that are found.");
    let plain = [
        ("q", "Words; in quotes those next to each other, with - before them none of those."),
        ("type", "Those of a kind of media."),
        ("asset_type", "Those with a role."),
        ("provider", "Those that it ran."),
        ("model", "Those that it made."),
        ("tag", "Those with a tag."),
        ("client_id", "The one to which the client gave this id."),
        ("asset_key", "Those of histories with this key."),
        ("seed", "Those made with a seed."),
        ("cursor", "The `next_cursor` of the page before."),
    ];
    let find =
        plain.into_iter().fold(find, |find, (name, about)| find.with(query(name, about, text())));
    let status = word(&["ready", "failed", "archived"]);
    vec![
        find.with(query("status", "Those that stand so.", status))
            .with(project_id())
            .with(such_as(query("scene_id", scene, text()), example::SCENE))
            .with(query("from", day, text()))
            .with(query("to", day, text()))
            .with(query("cost_min", "Those that cost as much.", cost()))
            .with(query("cost_max", "Those that cost no more.", cost()))
            .with(query("sort", "Their order.", word(&sorts)))
            .with(limit(PAGE_MAX))
            .with(words("facets", "What is counted.", &Field::COUNTED.map(Field::word)))
            .reads::<AssetsFound>()
            .fails(&[Code::NotFound]),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    q: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    asset_type: Option<String>,
    provider: Option<String>,
    model: Option<String>,
    status: Option<String>,
    tag: Option<String>,
    client_id: Option<String>,
    project_id: Option<String>,
    scene_id: Option<String>,
    asset_key: Option<String>,
    seed: Option<String>,
    from: Option<String>,
    to: Option<String>,
    cost_min: Option<f64>,
    cost_max: Option<f64>,
    sort: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
    facets: Option<String>,
}

/// Answers a page of what is found, with the counts that were asked for; for a token of one
/// project, of what is in that.
pub async fn find(Across(call): Across) -> Result<Response, Refusal> {
    let mut asked: Asked = pages::query(&call.uri)?;
    if let Some(only) = call.project_only() {
        // A token of one project finds what is in it, and learns of no other.
        if asked.project_id.as_ref().is_some_and(|id| *id != only.to_string()) {
            return Err(Refusal::missing("project"));
        }
        asked.project_id = Some(only.to_string());
    }
    let (scene, project) = (asked.scene_id.clone(), asked.project_id.clone());
    if project.as_ref().is_some_and(|id| id.parse::<ProjectId>().is_err()) {
        return Err(Refusal::missing("project"));
    }
    let has_facets = asked.facets.is_some();
    let mut find = wanted(asked)?;
    let links = call.links.clone();
    let found = call
        .ask(move |vault, viewer| {
            if let Some(scene) = scene {
                let id = scene_id(vault, viewer, &scene, project.as_deref())?;
                find.filters.push((Field::Scene, id));
            }
            let found = vault.find(viewer, &find)?;
            let assets = records(vault, viewer, &links, found.assets)?;
            let counts = found.counts.into_iter();
            let facets = counts.map(|(field, values)| (field.word().to_owned(), facet(values)));
            Ok::<_, Refusal>(AssetsFound {
                assets,
                next_cursor: found.next_cursor,
                total: found.total,
                facets: has_facets.then(|| facets.collect()),
            })
        })
        .await?;
    reply::read(&call.headers, &found)
}

fn wanted(asked: Asked) -> Result<Find, Refusal> {
    let status = asked.status.as_deref();
    if status.is_some_and(|status| !["ready", "failed", "archived"].contains(&status)) {
        return Err(bad("status", "must be ready, failed or archived"));
    }
    let filters = [
        (Field::Kind, asked.kind),
        (Field::AssetType, asked.asset_type),
        (Field::Provider, asked.provider),
        (Field::Model, asked.model),
        (Field::Status, asked.status),
        (Field::Tag, asked.tag),
        (Field::ClientId, asked.client_id),
        (Field::Project, asked.project_id),
        (Field::AssetKey, asked.asset_key),
        (Field::Seed, asked.seed),
    ];
    let from = asked.from.map(|text| time_ms("from", &text, false)).transpose()?;
    let to = asked.to.map(|text| time_ms("to", &text, true)).transpose()?;
    let has_span = from.is_some() || to.is_some();
    Ok(Find {
        words: asked.q,
        filters: filters.into_iter().filter_map(|(field, value)| Some((field, value?))).collect(),
        created_ms: has_span.then(|| (from.unwrap_or(0), to.unwrap_or(u64::MAX))),
        cost: (asked.cost_min, asked.cost_max),
        sort: asked.sort.map(|word| sort(&word)).transpose()?,
        limit: pages::limit(asked.limit, pages::DEFAULT)?,
        cursor: asked.cursor,
        counted: counted(asked.facets.as_deref().unwrap_or_default())?,
    })
}

fn sort(word: &str) -> Result<Sort, Refusal> {
    let reason = "must be relevance, newest, oldest, cost, -cost or name";
    Sort::parse(word).ok_or_else(|| bad("sort", reason))
}

/// Fields, separated by commas, each once.
fn counted(text: &str) -> Result<Vec<Field>, Refusal> {
    let mut fields = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let known = || Field::COUNTED.map(Field::word).join(", ");
        let field = Field::counted(word)
            .ok_or_else(|| bad("facets", format_args!("must be of {}", known())))?;
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    Ok(fields)
}

/// A moment in milliseconds since 1970, or a day in UTC: its begin, or the end of it.
fn time_ms(member: &str, text: &str, is_end: bool) -> Result<u64, Refusal> {
    let day = || {
        // A time without a zone is read as its day otherwise.
        let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
        let day = if is_end { day.tomorrow().ok()? } else { day };
        Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let time = text.parse::<jiff::Timestamp>().ok().or_else(day);
    let reason = "must be a day or a time, such as 2026-11-21 or 2026-11-21T09:30:00Z";
    let time = time.ok_or_else(|| bad(member, reason))?;
    Ok(u64::try_from(time.as_millisecond()).unwrap_or(0))
}

/// The id of a scene that is named by id, or by its number in a project.
fn scene_id(
    vault: &Vault,
    viewer: Viewer,
    scene: &str,
    project: Option<&str>,
) -> Result<String, Refusal> {
    let reason = "must be a UUID, or a number together with project_id";
    match (scene_ref(scene), project) {
        (Some(SceneRef::Id(id)), _) => Ok(id.to_string()),
        (Some(number), Some(project)) => {
            let project: ProjectId = project.parse().map_err(|_| Refusal::missing("project"))?;
            let found = vault.resolve_scene(viewer, &project, number)?;
            Ok(found.ok_or_else(|| Refusal::missing("scene"))?.id.to_string())
        }
        _ => Err(bad("scene_id", reason)),
    }
}

fn facet(values: Vec<(String, u64)>) -> Vec<FacetCount> {
    values.into_iter().map(|(value, count)| FacetCount { value, count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_span_and_a_time_is_a_moment() {
        let day = 86_400_000;
        assert_eq!(time_ms("from", "1970-01-02", false).unwrap(), day);
        assert_eq!(time_ms("to", "1970-01-02", true).unwrap(), 2 * day);
        assert_eq!(time_ms("to", "1970-01-01T00:00:00.005Z", true).unwrap(), 5);
        assert_eq!(time_ms("from", "1970-01-01T02:00:01+02:00", false).unwrap(), 1000);
        for bad in ["", "yesterday", "2026-02-30", "2026-11-21T09:30:00", "-999999-01-01"] {
            assert!(time_ms("from", bad, false).is_err(), "{bad}");
        }
    }
}
