//! Assets as wire values where more than the asset itself is asked: lineage, differences, batches,
//! costs.
//!
//! Asks nothing. Invariant: as in `wire`.

use rushes_api::{
    AssetReply, BestVersion, Comparison, CostGroup, CostReport, Costs, Difference, HistoryReply,
    Lineage, LineageEdge, LineageNode, ScopeMembers,
};
use rushes_vault::HistoryView;
use rushes_vault::assets::AssetView;
use rushes_vault::costs::{self, CostBy};
use rushes_vault::lineage::{self, LinkKind};
use rushes_vault::model::{HistoryEntry, Part, Scope};
use rushes_vault::versions::SceneNumbers;
use serde_json::{Map, Value};

use crate::edge::Links;
use crate::wire;

/// What tells two records apart and says nothing about the assets: ids, links, times of recording.
const ALWAYS_DIFFER: &[&str] = &["id", "asset_id", "created_at", "uploaded_at", "revision", "path"];

/// An asset with what makes it outdated; `numbers` has the number of its scene.
pub fn view(links: &Links, view: AssetView, numbers: &SceneNumbers) -> AssetReply {
    let scene = view.asset.placement.as_ref().and_then(|placed| placed.scope.scene());
    let number = scene.and_then(|scene| numbers.get(&scene).copied());
    numbered(links, view, number)
}

/// The same with the number of its scene. What the token does not see makes nothing outdated.
pub fn numbered(links: &Links, view: AssetView, scene_number: Option<u32>) -> AssetReply {
    let named = view.outdated_sources.iter().filter(|source| links.may_name(&source.project));
    let outdated_sources: Vec<_> = named.map(|source| source.id.to_string()).collect();
    AssetReply {
        outdated: !outdated_sources.is_empty(),
        outdated_sources,
        ..wire::asset(links, view.asset, scene_number)
    }
}

/// A history with all its versions; `folder` is where its current file is.
pub fn history(
    links: &Links,
    view: HistoryView,
    (folder, scene_number): (Option<&str>, Option<u32>),
) -> HistoryReply {
    let summary = wire::history(links, folder, view.entry);
    let versions = view.versions.into_iter();
    HistoryReply {
        asset_key: summary.asset_key,
        best: summary.best,
        latest: summary.latest,
        current: summary.current,
        versions: versions.map(|version| numbered(links, version, scene_number)).collect(),
        revision: summary.revision,
    }
}

/// What stands for a history; `None` while nothing does.
pub fn best(
    links: &Links,
    (scope, entry): (&Scope, HistoryEntry),
    numbers: &SceneNumbers,
) -> Option<BestVersion> {
    let scene_number = scope.scene().and_then(|scene| numbers.get(&scene).copied());
    let folder = wire::folder(links, scope, scene_number);
    let summary = wire::history(links, folder.as_deref(), entry);
    let version = summary.current?;
    Some(BestVersion {
        scope: scope_members(scope, scene_number),
        asset_key: summary.asset_key,
        chosen: summary.best == Some(version.version),
        version,
    })
}

fn scope_members(scope: &Scope, scene_number: Option<u32>) -> ScopeMembers {
    let members =
        ScopeMembers { project_id: Some(scope.project.to_string()), ..ScopeMembers::default() };
    match scope.part {
        None => members,
        Some(Part::Scene(id)) => {
            ScopeMembers { scene_id: Some(id.to_string()), scene_number, ..members }
        }
        Some(Part::Character(id)) => ScopeMembers { character_id: Some(id.to_string()), ..members },
        Some(Part::Location(id)) => ScopeMembers { location_id: Some(id.to_string()), ..members },
        Some(Part::Mood(id)) => ScopeMembers { mood_id: Some(id.to_string()), ..members },
    }
}

/// What an asset was made from and what was made from it; workflows and prompts come last.
pub fn lineage(links: &Links, found: &lineage::Lineage, views: Vec<AssetView>) -> Lineage {
    let mut edges: Vec<_> = found.links.iter().map(edge).collect();
    let (mut nodes, mut others) = (Vec::new(), Vec::<LineageNode>::new());
    for view in views {
        let reply = numbered(links, view, None);
        let made_by = [("workflow", &reply.workflow_id), ("prompt", &reply.prompt_id)];
        for (node, id) in made_by.into_iter().filter_map(|(node, id)| Some((node, id.clone()?))) {
            let (from, to, kind) = (id.clone(), reply.id.clone(), node.to_owned());
            edges.push(LineageEdge { from, to, kind });
            if !others.iter().any(|other| other.node == node && other.id == id) {
                others.push(other(node, id));
            }
        }
        nodes.push(asset_node(reply));
    }
    nodes.append(&mut others);
    Lineage { nodes, edges, truncated: found.is_truncated }
}

fn edge(link: &lineage::Link) -> LineageEdge {
    let kind = match link.kind {
        LinkKind::Source => "source",
        LinkKind::Parent => "parent",
    };
    let (from, to) = (link.source.to_string(), link.user.to_string());
    LineageEdge { from, to, kind: kind.to_owned() }
}

fn other(node: &str, id: String) -> LineageNode {
    LineageNode {
        id,
        node: node.to_owned(),
        kind: None,
        status: None,
        filename: None,
        url: None,
        project_id: None,
        scene_id: None,
        asset_key: None,
        version: None,
        outdated: false,
        outdated_sources: Vec::new(),
    }
}

fn asset_node(reply: AssetReply) -> LineageNode {
    LineageNode {
        kind: Some(reply.kind),
        status: Some(reply.status),
        filename: Some(reply.filename),
        url: reply.url,
        project_id: reply.project_id,
        scene_id: reply.scene_id,
        asset_key: reply.asset_key,
        version: reply.version,
        outdated: reply.outdated,
        outdated_sources: reply.outdated_sources,
        ..other("asset", reply.id)
    }
}

/// How two assets differ.
pub fn comparison(a: AssetReply, b: AssetReply) -> Comparison {
    let same_content = a.digest.is_some() && a.digest == b.digest;
    let mut differences = Vec::new();
    differ("", &object(&a), &object(&b), &mut differences);
    let is_said = |difference: &Difference| {
        let field = difference.field.as_str();
        !ALWAYS_DIFFER.contains(&field) && !field.ends_with("url")
    };
    differences.retain(is_said);
    Comparison { a, b, same_content, differences }
}

fn object(reply: &AssetReply) -> Map<String, Value> {
    match serde_json::to_value(reply) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn differ(of: &str, a: &Map<String, Value>, b: &Map<String, Value>, into: &mut Vec<Difference>) {
    let mut names: Vec<_> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let field = if of.is_empty() { name.clone() } else { format!("{of}.{name}") };
        match (a.get(name), b.get(name)) {
            (a, b) if a == b => {}
            (Some(Value::Object(a)), Some(Value::Object(b))) => differ(&field, a, b, into),
            (a, b) => {
                let (a, b) = (a.cloned().unwrap_or_default(), b.cloned().unwrap_or_default());
                into.push(Difference { field, a, b });
            }
        }
    }
}

/// What generations cost, with the total.
pub fn costs(by: CostBy, page: costs::CostPage) -> CostReport {
    let last = page.groups.last().filter(|_| page.has_more);
    let next_cursor = last.map(|last| cost_cursor(&last.name));
    let group = |costs::CostGroup { name, costs }: costs::CostGroup| {
        let word = |of| name.word.clone().filter(|_| by == of);
        CostGroup {
            project_id: name.project.as_ref().map(ToString::to_string),
            scene_id: name.scene.map(|scene| scene.to_string()),
            provider: word(CostBy::Provider),
            model: word(CostBy::Model),
            month: word(CostBy::Month),
            costs: sums(&costs),
        }
    };
    CostReport {
        group_by: word_of(by).to_owned(),
        groups: page.groups.into_iter().map(group).collect(),
        total: sums(&page.total),
        next_cursor,
    }
}

/// The group that a page ends with: `project/scene/word`, none of the first two with a stroke.
fn cost_cursor(name: &costs::CostName) -> String {
    let project = name.project.as_ref().map(ToString::to_string).unwrap_or_default();
    let scene = name.scene.map(|scene| scene.to_string()).unwrap_or_default();
    format!("{project}/{scene}/{}", name.word.as_deref().unwrap_or_default())
}

/// The group that a cursor names.
pub fn cost_name(cursor: &str) -> Option<costs::CostName> {
    let mut parts = cursor.splitn(3, '/');
    let mut part = || Some(Some(parts.next()?).filter(|part| !part.is_empty()));
    Some(costs::CostName {
        project: part()?.map(str::parse).transpose().ok()?,
        scene: part()?.map(str::parse).transpose().ok()?,
        word: part()?.map(str::to_owned),
    })
}

/// What costs are summed by, as it is written.
pub const fn word_of(by: CostBy) -> &'static str {
    match by {
        CostBy::Project => "project",
        CostBy::Scene => "scene",
        CostBy::Provider => "provider",
        CostBy::Model => "model",
        CostBy::Month => "month",
    }
}

fn sums(costs: &costs::Costs) -> Costs {
    // More than a number on the wire can hold is said as the most that it can.
    let micros = |sum: costs::Sum| u64::try_from(sum.micros).unwrap_or(u64::MAX);
    let unpicked = costs.unpicked();
    Costs {
        count: costs.all.count,
        micros: micros(costs.all),
        failed_count: costs.failed.count,
        failed_micros: micros(costs.failed),
        picked_count: costs.picked.count,
        picked_micros: micros(costs.picked),
        unpicked_count: unpicked.count,
        unpicked_micros: micros(unpicked),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_differ_are_named_with_their_path() {
        let object = |value| {
            let Value::Object(members) = value else { panic!("no object") };
            members
        };
        let a = object(json!({"model": "x", "metadata": {"seed": 1, "size": {"w": 2}}}));
        let b = object(json!({"metadata": {"seed": 1, "size": {"w": 3}}, "tags": []}));
        let mut found = Vec::new();
        differ("", &a, &b, &mut found);
        let found: Vec<_> = found.iter().map(|one| (one.field.as_str(), &one.a, &one.b)).collect();
        assert_eq!(
            found,
            [
                ("metadata.size.w", &json!(2), &json!(3)),
                ("model", &json!("x"), &Value::Null),
                ("tags", &Value::Null, &json!([])),
            ]
        );
    }
}
