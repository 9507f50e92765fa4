//! Projects, scenes and elements over HTTP: made, changed, deleted, restored, put in order.

use reqwest::{Method, StatusCode};
use rushes_api::record::{Figure, Mood, Prompt, Timeline};
use rushes_api::{
    AssetReply, Code, ElementReply, HistoryReply, NewProject, ProjectPage, ProjectView, ScenePage,
    SceneReply, Status, paths,
};
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem};

const NOBODY: &str = "0193a5b0-7c3e-7000-8000-000000000001";
const DUSK: &str = "0193a5b0-7c3e-7000-8000-000000000002";

fn whole() -> Value {
    json!({
        "name": "Fox Story",
        "storyboard": {
            "title": "Pilot",
            "creativeBrief": {"brandName": "Fox", "keyMessage": "run", "additionalNotes": "soon"},
            "selectedMood": DUSK,
        },
        "externalCodes": {"fliHub": "VSS-001"},
        "references": [{"title": "book", "chapter": "3", "segment": "12"}],
        "tags": ["demo"],
        "metadata": {"myKey": {"aB": 1}},
        "scenes": [
            {"title": "The den", "durationSeconds": 2.5, "composition": {"description": "low sun"}},
            {"title": "The hunt", "metadata": {"x": 1}},
        ],
        "characters": [{"name": "Reynard"}],
        "locations": [{"name": "The wood"}],
        "moods": [{"id": DUSK, "name": "Dusk", "visualStyle": "soft", "colorPalette": ["#fa0"]}],
    })
}

fn patch(daemon: &Daemon, path: &str, body: &Value) -> reqwest::RequestBuilder {
    daemon.request(Method::PATCH, path).json(body)
}

async fn delete(daemon: &Daemon, path: &str) {
    let response = daemon.request(Method::DELETE, path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_project_is_made_whole_in_one_call() {
    let daemon = Daemon::start();
    let made: ProjectView = daemon.post(paths::PROJECTS, &whole()).await;
    assert_eq!(made, daemon.get(&paths::project("fox-story")).await);
    let record = &made.project.record;
    let storyboard = record.storyboard.as_ref().unwrap();
    assert_eq!(
        (storyboard.title.as_str(), storyboard.selected_mood.as_deref()),
        ("Pilot", Some(DUSK))
    );
    assert_eq!(storyboard.creative_brief.as_ref().unwrap().brand_name, "Fox");
    assert!(!storyboard.id.is_empty());
    assert_eq!(record.external_codes["fliHub"], "VSS-001");
    assert_eq!(record.references[0].chapter.as_deref(), Some("3"));
    assert_eq!(record.metadata["myKey"]["aB"], 1);
    let titles: Vec<_> = made.scenes.iter().map(|scene| scene.record.title.as_str()).collect();
    assert_eq!((titles, made.scenes[1].scene_number), (vec!["The den", "The hunt"], 2));
    let composition = made.scenes[0].record.composition.as_ref().unwrap();
    assert_eq!(composition.description, "low sun");
    assert_eq!((made.characters.len(), made.locations.len(), made.timelines.len()), (1, 1, 0));
    assert_eq!((made.moods[0].id.as_str(), made.moods[0].record.color_palette.len()), (DUSK, 1));
    assert_eq!((made.stats.total_scenes, made.stats.completed_scenes), (2, 0));

    let video = form("a.mp4", MP4)
        .text("projectId", "fox-story")
        .text("sceneNumber", "2")
        .text("assetKey", "scene_video");
    daemon.upload(video).await;
    let now: ProjectView = daemon.get(&paths::project("fox-story")).await;
    assert_eq!((now.stats.total_scenes, now.stats.completed_scenes), (2, 1));
    // As it was when it was made.
    let then = format!("{}?as_of={}", paths::project("fox-story"), made.project.revision + 5);
    let then: ProjectView = daemon.get(&then).await;
    assert_eq!((then.stats.completed_scenes, then.scenes.len(), then.moods.len()), (0, 2, 1));
}

#[tokio::test]
async fn what_is_wrong_anywhere_in_a_project_leaves_nothing_of_it() {
    let daemon = Daemon::start();
    let with = |name: &str, value: Value| {
        let mut body = whole();
        body[name] = value;
        body
    };
    for (body, field) in [
        (with("colour", json!(1)), "colour"),
        (with("storyboard", json!({"selectedMood": NOBODY})), "selected_mood"),
        (with("storyboard", json!({"creativeBrief": {"brand": 1}})), "brand"),
        (with("brandAssetIds", json!([NOBODY])), "brand_asset_ids"),
        (with("scenes", json!([{"durationSeconds": -1}])), "duration_seconds"),
        (with("moods", json!([{"id": DUSK, "name": ""}])), "name"),
        (with("moods", json!([{"id": DUSK, "name": "x", "colour": 1}])), "colour"),
        (with("characters", json!({})), "characters"),
        (with("metadata", json!({"x": "y".repeat(70_000)})), "metadata"),
    ] {
        let refused = daemon.request(Method::POST, paths::PROJECTS).json(&body);
        let refused = problem(refused).await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)));
    }
    let page: ProjectPage = daemon.get(paths::PROJECTS).await;
    assert!(page.projects.is_empty());
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_if_match_guards_it() {
    let daemon = Daemon::start();
    let _: ProjectView = daemon.post(paths::PROJECTS, &whole()).await;
    let path = paths::project("fox-story");
    let seen = header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag");
    let change = json!({"description": "d", "metadata": {"myKey": null, "n": 1}, "tags": null});
    let response = patch(&daemon, &path, &change).header("if-match", &seen).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let tag = header(&response, "etag");
    let changed: ProjectView = response.json().await.unwrap();
    let record = &changed.project.record;
    assert_eq!((record.name.as_str(), record.description.as_deref()), ("Fox Story", Some("d")));
    assert_eq!((record.tags.len(), record.metadata["n"] == 1), (0, true));
    assert!(!record.metadata.contains_key("myKey"));
    assert_eq!(header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag"), tag);

    let refused = patch(&daemon, &path, &json!({"name": "Owl"})).header("if-match", &seen);
    let refused = problem(refused).await;
    assert_eq!((refused.code, refused.status), (Code::Changed, 412));
    let current: ProjectView = serde_json::from_value(refused.current.unwrap()).unwrap();
    assert_eq!(current, changed);
    for (body, field) in [
        (json!({"colour": 1}), "colour"),
        (json!({"id": "x"}), "id"),
        (json!({"name": ""}), "name"),
        (json!({"tags": "x"}), "tags"),
        (json!({"brandAssetIds": [NOBODY]}), "brand_asset_ids"),
    ] {
        let refused = problem(patch(&daemon, &path, &body)).await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)));
    }
    // A retry with the same key gets an answer, whatever it had seen.
    let retry = || {
        let change = patch(&daemon, &path, &json!({"name": "Owl"}));
        change.header("if-match", &tag).header(paths::IDEMPOTENCY_KEY, "k-1")
    };
    for _ in 0..2 {
        let renamed: ProjectView = expect(retry(), StatusCode::OK).await;
        assert_eq!(renamed.project.record.name, "Owl");
    }
    let gone = daemon.request(Method::DELETE, &path).header("if-match", &seen);
    assert_eq!(problem(gone).await.code, Code::Changed);
}

#[tokio::test]
async fn scenes_are_changed_deleted_restored_and_put_in_order() {
    let daemon = Daemon::start();
    let _: ProjectView = daemon.post(paths::PROJECTS, &whole()).await;
    let third =
        daemon.post::<SceneReply>(&paths::scenes("fox-story"), &json!({"title": "x"})).await;
    let scenes: ScenePage = daemon.get(&paths::scenes("fox-story")).await;
    let ids: Vec<String> = scenes.scenes.iter().map(|scene| scene.id.clone()).collect();
    let first = paths::scene("fox-story", 1);
    let body = json!({"title": "Den", "durationSeconds": null, "composition": {"styling": "warm"}});
    let changed: SceneReply = expect(patch(&daemon, &first, &body), StatusCode::OK).await;
    let composition = changed.record.composition.unwrap();
    assert_eq!(
        (composition.description.as_str(), composition.styling.as_str()),
        ("low sun", "warm")
    );
    assert_eq!((changed.record.title.as_str(), changed.record.duration_seconds), ("Den", None));

    let order = |ids: &[&String]| {
        let path = paths::reorder("fox-story");
        daemon.request(Method::POST, &path).json(&json!({ "sceneIds": ids }))
    };
    let some = problem(order(&[&ids[0], &ids[1]])).await;
    assert_eq!((some.code, some.field.as_deref()), (Code::Invalid, Some("scene_ids")));
    let page: ScenePage = expect(order(&[&ids[2], &ids[0], &ids[1]]), StatusCode::OK).await;
    let now: Vec<_> = page.scenes.iter().map(|scene| (scene.scene_number, &scene.id)).collect();
    assert_eq!(now, [(1, &ids[2]), (2, &ids[0]), (3, &ids[1])]);
    assert_eq!(page.scenes[0].path, "projects/fox-story/scenes/1");

    delete(&daemon, &paths::scene("fox-story", 1)).await;
    let gone = daemon.request(Method::GET, &paths::scene("fox-story", &third.id));
    assert_eq!(problem(gone).await.code, Code::NotFound);
    let page: ScenePage = daemon.get(&format!("{}?limit=1", paths::scenes("fox-story"))).await;
    assert_eq!((page.scenes[0].scene_number, page.next_cursor.as_deref()), (2, Some("2")));
    let page: ScenePage = daemon.get(&format!("{}?cursor=2", paths::scenes("fox-story"))).await;
    assert_eq!((page.scenes[0].scene_number, page.next_cursor), (3, None));
    let again = paths::restore(&paths::scene("fox-story", &third.id));
    let restored: SceneReply = expect(daemon.request(Method::POST, &again), StatusCode::OK).await;
    assert_eq!((restored.scene_number, restored.id), (1, third.id));
}

#[tokio::test]
async fn elements_of_every_kind_are_kept_and_listed() {
    let daemon = Daemon::start();
    let _: ProjectView = daemon.post(paths::PROJECTS, &whole()).await;
    let all = |word: &str| paths::elements("fox-story", word);
    let portrait = form("p.png", PNG).text("projectId", "fox-story").text("assetKey", "portrait");
    let page: Value = daemon.get(&all("character")).await;
    let id = page["characters"][0]["id"].as_str().unwrap().to_owned();
    let asset = daemon.upload(portrait.text("characterIds", json!([id]).to_string())).await;
    assert_eq!((asset.character_id.as_deref(), asset.version), (Some(id.as_str()), Some(1)));
    let character = paths::element("fox-story", "character", &id);
    let shown: ElementReply<Figure> = daemon.get(&character).await;
    assert_eq!(shown.assets["portrait"].latest, 1);
    let history: HistoryReply = daemon.get(&paths::history(&character, "portrait")).await;
    assert_eq!(history.versions[0].id, asset.id);
    let best = daemon.request(Method::PUT, &paths::best(&character, "portrait"));
    let best: HistoryReply = expect(best.json(&json!({"version": 1})), StatusCode::OK).await;
    assert_eq!(best.best, Some(1));

    let clip = json!({"assetId": asset.id, "track": "v1", "inMs": 0, "outMs": 900});
    let cut = json!({"name": "cut", "clips": [clip]});
    let timeline: ElementReply<Timeline> = daemon.post(&all("timeline"), &cut).await;
    assert_eq!(timeline.record.clips[0].out_ms, 900);
    let missing = json!({"name": "cut", "clips": [{"asset_id": NOBODY, "in_ms": 0, "out_ms": 1}]});
    let refused = daemon.request(Method::POST, &all("timeline")).json(&missing);
    assert_eq!(problem(refused).await.field.as_deref(), Some("clips"));

    let seed = json!({"kind": "seed", "text": "a fox at dusk", "projectCode": "VSS-001"});
    let seed: ElementReply<Prompt> = daemon.post(&all("prompt"), &seed).await;
    let refined = json!({
        "kind": "refined",
        "text": "a red fox, low sun",
        "author": "machine",
        "derivedFrom": [seed.id],
        "workflowId": "n8n-7",
        "sourceTranscripts": ["we said fox"],
        "externalReferences": [{"chapter": "3", "segment": "12"}],
    });
    let refined: ElementReply<Prompt> = daemon.post(&all("prompt"), &refined).await;
    assert_eq!(refined.record.derived_from[0], seed.id);
    let page: Value = daemon.get(&format!("{}?limit=1", all("prompt"))).await;
    assert_eq!(page["prompts"][0]["id"], json!(seed.id));
    let next = page["next_cursor"].as_str().unwrap();
    let page: Value = daemon.get(&format!("{}?cursor={next}", all("prompt"))).await;
    assert_eq!(
        (page["prompts"].as_array().unwrap().len(), &page["next_cursor"]),
        (1, &Value::Null)
    );

    let mood = paths::element("fox-story", "mood", DUSK);
    let body = json!({"moodKeywords": ["calm"]});
    let changed: ElementReply<Mood> = expect(patch(&daemon, &mood, &body), StatusCode::OK).await;
    assert_eq!((changed.record.name.as_str(), changed.record.mood_keywords.len()), ("Dusk", 1));
    delete(&daemon, &mood).await;
    assert_eq!(problem(daemon.request(Method::GET, &mood)).await.code, Code::NotFound);
    let page: Value = daemon.get(&all("mood")).await;
    assert_eq!(page["moods"], json!([]));
    let restored = daemon.request(Method::POST, &paths::restore(&mood));
    let _: ElementReply<Mood> = expect(restored, StatusCode::OK).await;
    let wrong = paths::element("fox-story", "location", &id);
    assert_eq!(problem(daemon.request(Method::GET, &wrong)).await.code, Code::NotFound);
}

#[tokio::test]
async fn the_assets_of_a_deleted_project_follow_it_and_come_back_with_it() {
    let daemon = Daemon::start();
    let _: ProjectView = daemon.post(paths::PROJECTS, &whole()).await;
    let video = form("a.mp4", MP4).text("projectId", "fox-story").text("sceneNumber", "1");
    let video = daemon.upload(video.text("assetKey", "scene_video")).await;
    let poster = form("p.png", PNG).text("projectId", "fox-story").text("assetKey", "poster");
    let poster = daemon.upload(poster).await;
    let record = |id: &str| {
        let path = paths::asset(id);
        let request = daemon.request(Method::GET, &path);
        async move { expect::<AssetReply>(request, StatusCode::OK).await.status }
    };
    // One was deleted before: it stays so.
    let gone = daemon.request(Method::DELETE, &paths::asset(&poster.id));
    let _: AssetReply = expect(gone, StatusCode::OK).await;

    let path = paths::project("fox-story");
    delete(&daemon, &path).await;
    for path in [path.clone(), paths::scene("fox-story", 1), paths::scenes("fox-story")] {
        assert_eq!(problem(daemon.request(Method::GET, &path)).await.code, Code::NotFound);
    }
    let page: ProjectPage = daemon.get(paths::PROJECTS).await;
    assert!(page.projects.is_empty());
    let taken = daemon.request(Method::POST, paths::PROJECTS);
    let taken = taken.json(&NewProject {
        id: Some("fox-story".to_owned()),
        name: "x".to_owned(),
        ..NewProject::default()
    });
    assert_eq!(problem(taken).await.code, Code::Taken);
    wait_status(&daemon, &video.id, Status::Deleted).await;

    let restore = || daemon.request(Method::POST, &paths::restore(&path));
    let view: ProjectView = expect(restore(), StatusCode::OK).await;
    assert_eq!(view.scenes.len(), 2);
    wait_status(&daemon, &video.id, Status::Ready).await;
    assert_eq!(record(&poster.id).await, Status::Deleted);
    let back: ProjectView = daemon.get(&path).await;
    assert_eq!(back.stats.completed_scenes, 1);
}

async fn wait_status(daemon: &Daemon, id: &str, status: Status) {
    let begun = std::time::Instant::now();
    while daemon.get::<AssetReply>(&paths::asset(id)).await.status != status {
        assert!(begun.elapsed().as_secs() < 30, "{id} never became {status:?}");
        tokio::task::yield_now().await;
    }
}
