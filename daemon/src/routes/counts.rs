//! What there is, counted: costs, tags, assets; and the newest ones.

use std::str::FromStr;

use axum::response::Response;
use rushes_api::schema::Line;
use rushes_api::{AssetPage, Code, CostReport, StatsReply, TagCount, TagPage};
use rushes_vault::Vault;
use rushes_vault::command::WORD_CHARS_MAX;
use rushes_vault::costs::{CostBy, CostName, CostQuery};
use rushes_vault::counted::Count;
use rushes_vault::ids::ProjectId;
use serde::Deserialize;

use super::assets::records;
use super::pages::{self, Page, bad};
use crate::call::{Across, Call};
use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::parameters::{PAGE_MAX, limit, project_id, query, text, word};
use crate::{reply, wire_assets};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let by = ["project", "scene", "provider", "model", "month"];
    let month = || text().pattern(Some("^[0-9]{4}-(0[1-9]|1[0-2])$"));
    vec![
        get("/costs", costs)
            .named("get_costs", "Answers what generations cost.")
            .with(query("group_by", "What they are summed by; project without it.", word(&by)))
            .with(project_id())
            .with(query("from", "From this month on, such as 2026-11.", month()))
            .with(query("to", "Up to and with this month.", month()))
            .with(limit(PAGE_MAX))
            .with(query("cursor", "The `next_cursor` of the page before.", text()))
            .reads::<CostReport>()
            .fails(&[Code::NotFound]),
        get("/tags", tags)
            .named("list_tags", "Answers a page of tags with how many assets have each.")
            .paged::<Line>()
            .reads::<TagPage>(),
        get("/recent", recent)
            .named("list_recent", "Answers the newest assets, the newest first.")
            .with(limit(PAGE_MAX))
            .reads::<AssetPage>(),
        get("/stats", stats)
            .named("get_stats", "Answers how many assets there are.")
            .reads::<StatsReply>(),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Costs {
    group_by: Option<String>,
    project_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Answers what generations cost; those of its one project to a token that sees one.
pub async fn costs(Across(call): Across) -> Result<Response, Refusal> {
    let asked: Costs = pages::query(&call.uri)?;
    let by = match asked.group_by.as_deref() {
        None | Some("project") => CostBy::Project,
        Some("scene") => CostBy::Scene,
        Some("provider") => CostBy::Provider,
        Some("model") => CostBy::Model,
        Some("month") => CostBy::Month,
        Some(_) => {
            let reason = "must be project, scene, provider, model or month";
            return Err(bad("group_by", reason));
        }
    };
    let only = call.project_only().cloned();
    let project = asked.project_id.map(|id| id.parse()).transpose();
    let project: Option<ProjectId> = project.map_err(|_| Refusal::missing("project"))?;
    if only.is_some() && project.is_some() && project != only {
        return Err(Refusal::missing("project"));
    }
    let query = CostQuery {
        by,
        project: project.or(only),
        from: asked.from.map(|text| month("from", text)).transpose()?,
        to: asked.to.map(|text| month("to", text)).transpose()?,
        after: asked.cursor.map(|cursor| after(&cursor)).transpose()?,
        limit: pages::limit(asked.limit, PAGE_MAX)?,
    };
    let page = call
        .ask(move |vault, viewer| {
            if let Some(id) = &query.project {
                vault.project(viewer, id)?.ok_or_else(|| Refusal::missing("project"))?;
            }
            Ok::<_, Refusal>(vault.costs(viewer, &query)?)
        })
        .await?;
    reply::read(&call.headers, &wire_assets::costs(by, page))
}

fn after(cursor: &str) -> Result<CostName, Refusal> {
    let name = wire_assets::cost_name(cursor);
    name.ok_or_else(|| bad("cursor", "must be the next_cursor of a page"))
}

/// A month, as `2026-11`: costs are kept by months.
fn month(member: &str, text: String) -> Result<String, Refusal> {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((year, month))
            if digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month) =>
        {
            Ok(text)
        }
        _ => Err(bad(member, "must be a month, such as 2026-11")),
    }
}

/// What may be a tag: the last one of a page.
struct Tag(String);

impl FromStr for Tag {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let is_one = text.chars().count() <= WORD_CHARS_MAX && !text.chars().any(char::is_control);
        if is_one { Ok(Self(text.to_owned())) } else { Err(NotATag) }
    }
}

struct NotATag;

/// Answers a page of tags with how many assets have each.
pub async fn tags(call: Call) -> Result<Response, Refusal> {
    let page = Page::<Tag>::of(&call)?;
    let (after, limit) = (page.after.as_ref().map(|Tag(tag)| tag.clone()), page.limit);
    // One more than asked for tells whether there is another page.
    let mut found =
        call.ask(move |vault, viewer| vault.tags(viewer, after.as_deref(), limit + 1)).await?;
    let has_more = found.len() > page.limit;
    found.truncate(page.limit);
    let next_cursor = found.last().filter(|_| has_more).map(|(tag, _)| tag.clone());
    let tags = found.into_iter().map(|(tag, count)| TagCount { tag, count }).collect();
    reply::read(&call.headers, &TagPage { tags, next_cursor })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Newest {
    limit: Option<usize>,
}

/// Newest assets when the client does not say how many.
const NEWEST_DEFAULT: usize = 50;

/// Answers the newest assets that are neither deleted nor archived, the newest first.
pub async fn recent(call: Call) -> Result<Response, Refusal> {
    let Newest { limit } = pages::query(&call.uri)?;
    let limit = pages::limit(limit, NEWEST_DEFAULT)?;
    let links = call.links.clone();
    let assets = call
        .ask(move |vault, viewer| {
            let found = vault.recent(viewer, limit)?;
            records(vault, viewer, &links, found)
        })
        .await?;
    reply::read(&call.headers, &AssetPage { assets, next_cursor: None })
}

/// Answers how many assets there are.
pub async fn stats(call: Call) -> Result<Response, Refusal> {
    let counts = call.ask(Vault::counts).await?;
    let by = |counts: Vec<Count>| counts.into_iter().map(|one| (one.of, one.count)).collect();
    let reply = StatsReply {
        by_status: by(counts.by_status),
        by_type: by(counts.by_kind),
        logical_bytes: counts.logical_bytes,
    };
    reply::read(&call.headers, &reply)
}
