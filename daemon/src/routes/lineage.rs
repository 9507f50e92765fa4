//! What was made from what: lineage, the assets of a workflow, and how two assets differ.

use axum::response::Response;
use rushes_api::AssetPage;
use rushes_vault::Vault;
use rushes_vault::ids::AssetId;
use rushes_vault::lineage::LINEAGE_DEPTH_MAX;
use rushes_vault::model::Viewer;
use serde::Deserialize;

use super::assets::{record, records};
use crate::call::Call;
use crate::error::Refusal;
use crate::page::{self, Page, bad};
use crate::{reply, wire_assets};

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
    let Depth { depth } = page::query(&call.uri)?;
    let depth = depth.unwrap_or(DEPTH_DEFAULT);
    if depth > LINEAGE_DEPTH_MAX {
        return Err(bad("depth", format_args!("must be at most {LINEAGE_DEPTH_MAX}")));
    }
    let found = call.ask(move |vault, viewer| vault.lineage(viewer, id, depth)).await?;
    let (lineage, views) = found.ok_or_else(|| Refusal::missing("asset"))?;
    reply::read(&call.headers, &wire_assets::lineage(&call.links, &lineage, views))
}

/// Answers a page of the assets that a workflow made, in the order in which they came.
pub async fn workflow(call: Call) -> Result<Response, Refusal> {
    let workflow = call.workflow()?;
    let page: Page = page::query(&call.uri)?;
    let limit = page.limit()?;
    let after = page.cursor.map(|cursor| cursor.parse::<AssetId>()).transpose();
    let after = after.map_err(|_| bad("cursor", "must be the next_cursor of a page"))?;
    let links = call.links.clone();
    let (assets, more) = call
        .ask(move |vault, viewer| {
            // One more than asked for tells whether there is another page.
            let mut found = vault.workflow_assets(viewer, &workflow, after, limit + 1)?;
            let more = page::cut(&mut found, limit);
            Ok::<_, Refusal>((records(vault, viewer, &links, found)?, more))
        })
        .await?;
    if assets.is_empty() && after.is_none() {
        return Err(Refusal::missing("workflow"));
    }
    let next_cursor = assets.last().filter(|_| more).map(|last| last.id.clone());
    reply::read(&call.headers, &AssetPage { assets, next_cursor })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    a: String,
    b: String,
}

/// Answers how two assets differ.
pub async fn compare(call: Call) -> Result<Response, Refusal> {
    let Two { a, b } = page::query(&call.uri)?;
    let links = call.links.clone();
    let find = move |vault: &Vault, viewer: Viewer, id: &str| {
        let id = id.parse().map_err(|_| Refusal::missing("asset"))?;
        let asset = vault.asset(viewer, id)?.ok_or_else(|| Refusal::missing("asset"))?;
        record(vault, viewer, &links, asset)
    };
    let (a, b) = call
        .ask(move |vault, viewer| {
            Ok::<_, Refusal>((find(vault, viewer, &a)?, find(vault, viewer, &b)?))
        })
        .await?;
    reply::read(&call.headers, &wire_assets::comparison(a, b))
}
