//! What was made from what: lineage, the assets of a workflow, and how two assets differ.

use std::collections::HashSet;

use axum::response::Response;
use rushes_api::schema::Id;
use rushes_api::{AssetPage, Code, Comparison, Lineage};
use rushes_vault::Vault;
use rushes_vault::ids::AssetId;
use rushes_vault::lineage::LINEAGE_DEPTH_MAX;
use rushes_vault::model::Viewer;
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::schema::SchemaFormat;

use super::assets::{record, records};
use super::pages::{self, Page, bad};
use crate::call::{Across, Call, is_in};
use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::parameters::{example, needed, number, query, text};
use crate::{reply, wire_assets};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let depth = number(0, LINEAGE_DEPTH_MAX);
    let asset = || text().format(Some(SchemaFormat::Custom("uuid".to_owned())));
    let a = needed("a", "One asset.", asset(), json!(example::ASSET));
    let b = needed("b", "The other one.", asset(), json!(example::OTHER_ASSET));
    vec![
        get("/assets/{asset}/lineage", lineage)
            .named("get_lineage", "Answers what an asset was made from, and what from it.")
            .with(query("depth", "How many steps are followed; 3 without it.", depth))
            .reads::<Lineage>(),
        get("/workflows/{workflow}", workflow)
            .named("get_workflow", "Answers a page of the assets that a workflow made.")
            .paged::<Id>()
            .reads::<AssetPage>(),
        get("/compare", compare)
            .named("compare_assets", "Answers how two assets differ.")
            .with(a)
            .with(b)
            .reads::<Comparison>()
            .fails(&[Code::NotFound]),
    ]
}

/// Steps that are followed when the client does not say.
const DEPTH_DEFAULT: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Depth {
    depth: Option<usize>,
}

/// Answers what an asset was made from and what was made from it.
pub async fn lineage(call: Call) -> Result<Response, Refusal> {
    let id = call.asset()?;
    let Depth { depth } = pages::query(&call.uri)?;
    let depth = depth.unwrap_or(DEPTH_DEFAULT);
    if depth > LINEAGE_DEPTH_MAX {
        return Err(bad("depth", format_args!("must be at most {LINEAGE_DEPTH_MAX}")));
    }
    let found = call.ask(move |vault, viewer| vault.lineage(viewer, id, depth)).await?;
    let (mut lineage, mut views) = found.ok_or_else(|| Refusal::missing("asset"))?;
    if call.project_only().is_some() {
        views.retain(|view| call.sees(&view.asset));
        let seen: HashSet<_> = views.iter().map(|view| view.asset.id).collect();
        lineage.links.retain(|link| seen.contains(&link.source) && seen.contains(&link.user));
    }
    reply::read(&call.headers, &wire_assets::lineage(&call.links, &lineage, views))
}

/// Answers a page of the assets that a workflow made, in the order in which they came.
pub async fn workflow(call: Call) -> Result<Response, Refusal> {
    let workflow = call.workflow()?;
    let page = Page::<AssetId>::of(&call)?;
    let (after, limit) = (page.after, page.limit);
    let links = call.links.clone();
    let (assets, next_cursor) = call
        .ask(move |vault, viewer| {
            let found = vault.workflow_assets(viewer, &workflow, after, limit)?;
            let next_cursor = pages::next_cursor(&found, |view| view.asset.id.to_string());
            Ok::<_, Refusal>((records(vault, viewer, &links, found.entries)?, next_cursor))
        })
        .await?;
    if assets.is_empty() && after.is_none() {
        return Err(Refusal::missing("workflow"));
    }
    reply::read(&call.headers, &AssetPage { assets, next_cursor })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    a: String,
    b: String,
}

/// Answers how two assets differ.
pub async fn compare(Across(call): Across) -> Result<Response, Refusal> {
    let Two { a, b } = pages::query(&call.uri)?;
    let (links, only) = (call.links.clone(), call.project_only().cloned());
    let find = move |vault: &Vault, viewer: Viewer, id: &str| {
        let id = id.parse().map_err(|_| Refusal::missing("asset"))?;
        let asset = vault.asset(viewer, id)?;
        let asset = asset.filter(|asset| only.as_ref().is_none_or(|only| is_in(asset, only)));
        let asset = asset.ok_or_else(|| Refusal::missing("asset"))?;
        record(vault, viewer, &links, asset)
    };
    let (a, b) = call
        .ask(move |vault, viewer| {
            Ok::<_, Refusal>((find(vault, viewer, &a)?, find(vault, viewer, &b)?))
        })
        .await?;
    reply::read(&call.headers, &wire_assets::comparison(a, b))
}
