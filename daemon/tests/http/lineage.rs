//! What was made from what, over HTTP.

use reqwest::{Method, StatusCode};
use rushes_api::{
    AssetPage, AssetReply, Code, Comparison, HistoryReply, Lineage, ProjectReply, paths,
};
use serde_json::json;

use crate::support::{Daemon, MP4, PNG, expect, form, problem};

#[tokio::test]
async fn a_replaced_source_marks_what_was_made_from_it_until_it_is_chosen_again() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    let frame = || form("f.png", PNG).text("project_id", "fox").text("asset_key", "frame");
    let first = daemon.upload(frame()).await;
    let clip = form("c.mp4", MP4)
        .text("project_id", "fox")
        .text("asset_key", "clip")
        .text("workflow_id", "n8n/7")
        .text("prompt_id", "p-1")
        .text("source_asset_ids", json!([first.id]).to_string());
    let clip = daemon.upload(clip).await;
    daemon.upload(frame().text("parent_id", first.id.clone())).await;
    let shown: AssetReply = daemon.get(&paths::asset(&clip.id)).await;
    assert_eq!((shown.outdated, &shown.outdated_sources), (true, &vec![first.id.clone()]));
    let history: HistoryReply = daemon.get(&paths::history(&paths::project("fox"), "clip")).await;
    assert!(history.versions[0].outdated);
    let frames: HistoryReply = daemon.get(&paths::history(&paths::project("fox"), "frame")).await;
    assert!(frames.versions.iter().all(|version| !version.outdated));

    let lineage: Lineage = daemon.get(&paths::lineage(&clip.id)).await;
    let nodes: Vec<_> = lineage.nodes.iter().map(|node| (node.node.as_str(), &*node.id)).collect();
    let expected =
        [("asset", &*clip.id), ("asset", &*first.id), ("workflow", "n8n/7"), ("prompt", "p-1")];
    assert_eq!((nodes.as_slice(), lineage.truncated), (expected.as_slice(), false));
    assert!(lineage.nodes[0].outdated && !lineage.nodes[1].outdated);
    let edges: Vec<_> = lineage.edges.iter().map(|edge| (&*edge.from, &*edge.kind)).collect();
    assert_eq!(edges, [(&*first.id, "source"), ("n8n/7", "workflow"), ("p-1", "prompt")]);
    let uses: Lineage = daemon.get(&format!("{}?depth=1", paths::lineage(&first.id))).await;
    let kinds: Vec<_> = uses.edges.iter().map(|edge| &*edge.kind).collect();
    assert!(kinds.contains(&"source") && kinds.contains(&"parent"), "{kinds:?}");

    let best = daemon.request(Method::PUT, &paths::best(&paths::project("fox"), "frame"));
    let _: HistoryReply = expect(best.json(&json!({"version": 1})), StatusCode::OK).await;
    let shown: AssetReply = daemon.get(&paths::asset(&clip.id)).await;
    assert!(!shown.outdated && shown.outdated_sources.is_empty());
    let made: AssetPage = daemon.get(&paths::workflow("n8n/7")).await;
    assert_eq!(made.assets, [shown]);
    for refused in ["depth=33", "depth=-1", "depth=x", "deep=1"] {
        let refused =
            daemon.request(Method::GET, &format!("{}?{refused}", paths::lineage(&clip.id)));
        assert_eq!(problem(refused).await.code, Code::BadRequest);
    }
    let missing = daemon.request(Method::GET, &paths::workflow("none"));
    assert_eq!(problem(missing).await.code, Code::NotFound);
}

#[tokio::test]
async fn the_assets_of_a_workflow_come_in_pages() {
    let daemon = Daemon::start();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(daemon.upload(form("a.png", PNG).text("workflow_id", "w")).await.id);
    }
    let first: AssetPage = daemon.get(&format!("{}?limit=2", paths::workflow("w"))).await;
    let cursor = first.next_cursor.unwrap();
    let path = format!("{}?limit=2&cursor={cursor}", paths::workflow("w"));
    let second: AssetPage = daemon.get(&path).await;
    let found: Vec<_> = first.assets.iter().chain(&second.assets).map(|one| &one.id).collect();
    assert_eq!((found, second.next_cursor), (ids.iter().collect(), None));
}

#[tokio::test]
async fn the_differences_of_two_assets_are_named() {
    let daemon = Daemon::start();
    let made = |seed: u32| {
        let metadata = json!({"seed": seed, "steps": 20}).to_string();
        form("a.png", PNG).text("model", "flux").text("metadata", metadata)
    };
    let a = daemon.upload(made(1)).await;
    let b = daemon.upload(made(2).text("prompt", "a fox")).await;
    let path = format!("{}?a={}&b={}", paths::COMPARE, a.id, b.id);
    let compared: Comparison = daemon.get(&path).await;
    assert!(compared.same_content);
    let fields: Vec<_> = compared.differences.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["metadata.seed", "prompt"]);
    assert_eq!((&compared.differences[0].a, &compared.differences[0].b), (&json!(1), &json!(2)));
    let missing = daemon.request(Method::GET, &format!("{}?a={}&b=x", paths::COMPARE, a.id));
    assert_eq!(problem(missing).await.code, Code::NotFound);
}
