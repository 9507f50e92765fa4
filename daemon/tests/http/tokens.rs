//! Tokens: what each may do, when it ends, and what a token of one project sees.

use std::fs;

use reqwest::{Method, RequestBuilder, StatusCode};
use rushes_api::record::Mood;
use rushes_api::{
    Access, AssetReply, Code, CostReport, Digests, ElementReply, Lineage, ProjectPage,
    ProjectReply, SceneReply, TokenList, TokenMade, VersionsFound, VersionsMade, paths,
};
use rushes_vault::Digest;
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem, until};

async fn token(daemon: &Daemon, ask: &Value) -> TokenMade {
    daemon.post(paths::TOKENS, ask).await
}

async fn status(daemon: &Daemon, token: &str, method: Method, path: &str) -> StatusCode {
    daemon.with(token, method, path).send().await.unwrap().status()
}

#[tokio::test]
async fn a_token_is_shown_once_and_stored_as_its_hash() {
    let daemon = Daemon::start();
    let ask = json!({"name": "ci", "access": "read"});
    let response = daemon.request(Method::POST, paths::TOKENS).json(&ask).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(header(&response, "cache-control"), "no-store");
    let made: TokenMade = response.json().await.unwrap();
    assert!(made.token.starts_with("rushes_") && made.token.len() == 7 + 64);
    assert!(!format!("{made:?}").contains(&made.token));
    let list = daemon.request(Method::GET, paths::TOKENS).send().await.unwrap();
    let text = list.text().await.unwrap();
    assert!(!text.contains(&made.token));
    let list: TokenList = serde_json::from_str(&text).unwrap();
    let names: Vec<_> = list.tokens.iter().map(|token| token.name.as_str()).collect();
    assert_eq!(names, ["the first token", "ci"]);
    assert!(list.tokens[0].last_used_at.is_some());
    assert_eq!((list.tokens[1].last_used_at.as_ref(), list.tokens[1].access), (None, Access::Read));
    let stored = fs::read_to_string(daemon.data().join("secrets/tokens.json")).unwrap();
    assert!(stored.contains(&made.reply.id) && !stored.contains(&made.token[7..]));
    // It is there after a restart, too.
    let (folder, _) = daemon.stopped();
    let daemon = Daemon::start_in(folder, &[]);
    assert_eq!(status(&daemon, &made.token, Method::GET, paths::PROJECTS).await, StatusCode::OK);
}

#[tokio::test]
async fn a_read_token_changes_nothing() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let read = token(&daemon, &json!({"name": "read", "access": "read"})).await.token;
    for path in [paths::PROJECTS, &paths::asset(&asset.id), &paths::asset_data(&asset.id)] {
        assert_eq!(status(&daemon, &read, Method::GET, path).await, StatusCode::OK, "{path}");
    }
    // These are sent with POST, and only read.
    let known = daemon.with(&read, Method::POST, paths::KNOWN_CONTENTS);
    let known: Digests =
        expect(known.json(&json!({"digests": [Digest::of(PNG)]})), StatusCode::OK).await;
    assert_eq!(known.digests, [Digest::of(PNG)]);
    let upload = daemon.with(&read, Method::POST, paths::UPLOAD).multipart(form("y.png", PNG));
    let refused = problem(upload).await;
    assert_eq!(refused.code, Code::Forbidden);
    assert!(refused.detail.contains("access write"), "{}", refused.detail);
    for (method, path) in [
        (Method::POST, paths::PROJECTS.to_owned()),
        (Method::DELETE, paths::asset(&asset.id)),
        (Method::POST, paths::asset_restore(&asset.id)),
        (Method::POST, paths::scenes("fox")),
        (Method::PUT, paths::best(&paths::project("fox"), "poster")),
        (Method::POST, paths::TOKENS.to_owned()),
        (Method::DELETE, paths::token("x")),
    ] {
        let refused = problem(daemon.with(&read, method, &path).json(&json!({}))).await;
        assert_eq!(refused.code, Code::Forbidden, "{path}");
    }
    let write = token(&daemon, &json!({"name": "write", "access": "write"})).await.token;
    let made = daemon.with(&write, Method::POST, paths::PROJECTS).json(&json!({"name": "Fox"}));
    let _: ProjectReply = expect(made, StatusCode::CREATED).await;
    for path in [paths::USERS, paths::STORE_CHECK] {
        let refused = problem(daemon.with(&write, Method::GET, path)).await;
        assert!(refused.detail.contains("access admin"), "{}", refused.detail);
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_or_over_is_refused_at_once() {
    let daemon = Daemon::start();
    let made = token(&daemon, &json!({"name": "x", "access": "read"})).await;
    let ask = || status(&daemon, &made.token, Method::GET, paths::PROJECTS);
    assert_eq!(ask().await, StatusCode::OK);
    let revoke = || daemon.request(Method::DELETE, &paths::token(&made.reply.id));
    assert_eq!(revoke().send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
    assert_eq!(problem(revoke()).await.code, Code::NotFound);
    let short = token(&daemon, &json!({"name": "x", "access": "read", "expires_in": 1})).await;
    assert!(short.reply.expires_at.is_some());
    let is_refused = || {
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            paths::PROJECTS,
            daemon.address(),
            short.token
        );
        crate::support::raw(daemon.address(), request.as_bytes()).starts_with("HTTP/1.1 401 ")
    };
    until("the token's end", is_refused);
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_do_more_or_lasts_longer() {
    let daemon = Daemon::start();
    let (user, ann) = daemon.user("ann").await;
    let post = |token: &str, ask: Value| daemon.with(token, Method::POST, paths::TOKENS).json(&ask);
    let admin = problem(post(&ann, json!({"name": "x", "access": "admin"}))).await;
    assert_eq!(admin.code, Code::Forbidden);
    let root: TokenList = daemon.get(paths::TOKENS).await;
    let others = json!({"name": "x", "access": "read", "user_id": root.tokens[0].user_id});
    assert_eq!(problem(post(&ann, others)).await.code, Code::Forbidden);
    let ask = json!({"name": "short", "access": "write", "expires_in": 1000});
    let short: TokenMade = expect(post(&ann, ask), StatusCode::CREATED).await;
    for asked in [json!(null), json!(2000)] {
        let ask = json!({"name": "longer", "access": "write", "expires_in": asked});
        let longer: TokenMade = expect(post(&short.token, ask), StatusCode::CREATED).await;
        assert_eq!(longer.reply.expires_at, short.reply.expires_at);
    }
    for (ask, field) in [
        (json!({"name": "", "access": "read"}), "name"),
        (json!({"name": "x\ny", "access": "read"}), "name"),
        (json!({"name": "x".repeat(501), "access": "read"}), "name"),
        (json!({"name": "x", "access": "all"}), "access"),
        (json!({"name": "x"}), "access"),
        (json!({"name": "x", "access": "read", "expires_in": 0}), "expires_in"),
        (json!({"name": "x", "access": "read", "expires_in": u64::MAX}), "expires_in"),
        (json!({"name": "x", "access": "read", "project_id": "nowhere"}), "project_id"),
        (json!({"name": "x", "access": "read", "user_id": "x"}), "user_id"),
    ] {
        let refused = problem(post(&ann, ask)).await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)));
    }
    // Each sees and revokes their own; an admin everybody's.
    let first = &root.tokens[0];
    let revoke = daemon.with(&ann, Method::DELETE, &paths::token(&first.id));
    assert_eq!(problem(revoke).await.code, Code::NotFound);
    let of_ann = format!("{}?user_id={}", paths::TOKENS, user.id);
    let list: TokenList = daemon.get(&of_ann).await;
    assert_eq!(list.tokens.len(), 4);
    let revoke = daemon.request(Method::DELETE, &paths::token(&short.reply.id));
    assert_eq!(revoke.send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

/// What belongs to somebody else is answered as what is not there.
async fn must_look_missing(theirs: RequestBuilder, nobodys: RequestBuilder) {
    let (mut found, mut expected) = (problem(theirs).await, problem(nobodys).await);
    let path = found.instance.take();
    expected.instance = None;
    assert_eq!((found.code, &found), (Code::NotFound, &expected), "{path:?}");
}

#[tokio::test]
async fn a_token_of_one_project_sees_nothing_else() {
    let daemon = Daemon::start();
    let into = |project: &str| {
        form("a.mp4", MP4).text("project_id", project.to_owned()).text("asset_key", "clip")
    };
    for name in ["Fox", "Owl"] {
        let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({ "name": name })).await;
    }
    let (fox, owl) = (daemon.upload(into("fox")).await, daemon.upload(into("owl")).await);
    let loose = daemon.upload(form("x.png", PNG)).await;
    let ask = json!({"name": "fox", "access": "write", "project_id": "fox"});
    let only = token(&daemon, &ask).await.token;
    let get = |path: &str| daemon.with(&only, Method::GET, path);

    let page: ProjectPage = expect(get(paths::PROJECTS), StatusCode::OK).await;
    let ids: Vec<_> = page.projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!((ids, page.next_cursor), (vec!["fox"], None));
    let after = get("/api/projects?cursor=fox");
    assert_eq!(expect::<ProjectPage>(after, StatusCode::OK).await.projects, []);
    for path in [paths::project("fox"), paths::asset(&fox.id), paths::asset_data(&fox.id)] {
        assert_eq!(get(&path).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }
    for (theirs, nobodys) in [
        (paths::project("owl"), paths::project("nowhere")),
        (
            paths::history(&paths::project("owl"), "clip"),
            paths::history(&paths::project("nowhere"), "clip"),
        ),
        (paths::asset(&owl.id), paths::asset(uuid::Uuid::now_v7())),
        (paths::asset_data(&loose.id), paths::asset_data(uuid::Uuid::now_v7())),
    ] {
        must_look_missing(get(&theirs), get(&nobodys)).await;
    }
    for (method, path) in [
        (Method::GET, paths::STORE_STATS),
        (Method::GET, paths::TOKENS),
        (Method::POST, paths::TOKENS),
        (Method::POST, paths::PROJECTS),
    ] {
        let refused = problem(daemon.with(&only, method, path).json(&json!({}))).await;
        assert_eq!(refused.code, Code::Forbidden, "{path}");
    }
    let upload = |form| daemon.with(&only, Method::POST, paths::UPLOAD).multipart(form);
    let made: AssetReply = expect(upload(into("fox")), StatusCode::CREATED).await;
    assert_eq!(made.version, Some(2));
    for (form, code, field) in [
        (into("owl"), Code::Invalid, "project_id"),
        (form("x.png", PNG), Code::Invalid, "project_id"),
        (into("fox").text("parent_id", owl.id.clone()), Code::Invalid, "parent_id"),
        (
            into("fox").text("source_asset_ids", json!([loose.id]).to_string()),
            Code::Invalid,
            "source_asset_ids",
        ),
    ] {
        let refused = problem(upload(form)).await;
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)));
    }
    let named = reqwest::multipart::Form::new()
        .text("digest", Digest::of(PNG).to_string())
        .text("project_id", "fox")
        .text("asset_key", "poster");
    assert_eq!(problem(upload(named)).await.code, Code::BytesNeeded);
    assert_no_content_is_known(&daemon, &only, &owl.id).await;
}

async fn assert_no_content_is_known(daemon: &Daemon, only: &str, theirs: &str) {
    let known = daemon.with(only, Method::POST, paths::KNOWN_CONTENTS);
    let known = known.json(&json!({"digests": [Digest::of(PNG)]}));
    assert_eq!(expect::<Digests>(known, StatusCode::OK).await.digests, []);
    let sign = daemon.with(only, Method::POST, paths::SIGN);
    let sign = sign.json(&json!({"asset_id": theirs, "expires_in": 10}));
    assert_eq!(problem(sign).await.code, Code::NotFound);
}

#[tokio::test]
async fn a_token_of_one_project_learns_of_no_other_from_counts_and_lineage() {
    let daemon = Daemon::start();
    let into = |project: &str, cost: &str| {
        form("a.mp4", MP4)
            .text("project_id", project.to_owned())
            .text("asset_key", "clip")
            .text("estimated_cost", cost.to_owned())
    };
    for name in ["Fox", "Owl"] {
        let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({ "name": name })).await;
    }
    let owl_scene: SceneReply = daemon.post(&paths::scenes("owl"), &json!({"title": "x"})).await;
    let fox_scene: SceneReply = daemon.post(&paths::scenes("fox"), &json!({"title": "x"})).await;
    let owl = daemon.upload(into("owl", "8")).await;
    let derived = into("fox", "2").text("source_asset_ids", json!([owl.id]).to_string());
    let fox = daemon.upload(derived).await;
    let user = into("owl", "1").text("source_asset_ids", json!([fox.id]).to_string());
    let used_by = daemon.upload(user).await;
    let ask = json!({"name": "fox", "access": "write", "project_id": "fox"});
    let only = token(&daemon, &ask).await.token;
    let read = json!({"name": "fox", "access": "read", "project_id": "fox"});
    let read = token(&daemon, &read).await.token;
    let get = |path: &str| daemon.with(&only, Method::GET, path);

    let all: Lineage = daemon.get(&paths::lineage(&fox.id)).await;
    assert_eq!((all.nodes.len(), all.edges.len()), (3, 2));
    let seen: Lineage = expect(get(&paths::lineage(&fox.id)), StatusCode::OK).await;
    assert_eq!((seen.nodes.len(), seen.edges.len()), (1, 0));
    assert_eq!(problem(get(&paths::lineage(&used_by.id))).await.code, Code::NotFound);
    for (a, b) in [(&fox.id, &owl.id), (&owl.id, &fox.id)] {
        let compare = format!("{}?a={a}&b={b}", paths::COMPARE);
        assert_eq!(problem(get(&compare)).await.code, Code::NotFound);
    }
    let same = format!("{}?a={}&b={}", paths::COMPARE, fox.id, fox.id);
    assert_eq!(get(&same).send().await.unwrap().status(), StatusCode::OK);

    let costs: CostReport = expect(get(paths::COSTS), StatusCode::OK).await;
    let everything: CostReport = daemon.get(paths::COSTS).await;
    assert_eq!((costs.groups.len(), everything.groups.len()), (1, 2));
    let costs_of = |project: &str| format!("{}?project_id={project}", paths::COSTS);
    assert_eq!(problem(get(&costs_of("owl"))).await.code, Code::NotFound);
    assert_eq!(get(&costs_of("fox")).send().await.unwrap().status(), StatusCode::OK);
    for path in [paths::TAGS, paths::RECENT, paths::STATS, &paths::workflow("w-1")] {
        assert_eq!(problem(get(path)).await.code, Code::Forbidden, "{path}");
    }

    let of_scene = |id: &str| format!("/api/scenes/{id}/assets");
    let shown = get(&of_scene(&fox_scene.id)).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    assert_eq!(problem(get(&of_scene(&owl_scene.id))).await.code, Code::NotFound);
    assert_eq!(problem(get(&of_scene("7"))).await.code, Code::NotFound);
    assert_versions_are_read_and_not_made(&daemon, (&only, &read), &owl.id).await;
}

async fn assert_versions_are_read_and_not_made(
    daemon: &Daemon,
    (only, read): (&str, &str),
    theirs: &str,
) {
    // Reading several versions is reading, though it is sent with POST; making them is not.
    let query = json!([{"asset_key": "clip", "which": "all"}]);
    let post = |token: &str, path: &str| daemon.with(token, Method::POST, path);
    let asked = post(read, &paths::versions_query("fox")).json(&query);
    let found: Vec<VersionsFound> = expect(asked, StatusCode::OK).await;
    assert_eq!(found.first().unwrap().versions.len(), 1);
    let refused = post(read, &paths::versions_query("owl")).json(&query);
    assert_eq!(problem(refused).await.code, Code::NotFound);
    let refused = post(read, &paths::versions("fox")).json(&json!([]));
    assert_eq!(problem(refused).await.code, Code::Forbidden);
    let entries = json!([
        {"asset_key": "x", "asset_id": theirs},
        {"asset_key": "x", "digest": Digest::of(MP4)},
    ]);
    let made = post(only, &paths::versions("fox")).json(&entries);
    let made: VersionsMade = expect(made, StatusCode::OK).await;
    let codes: Vec<_> = made.errors.iter().map(|error| error.problem.code).collect();
    assert_eq!((made.versions, codes), (vec![], vec![Code::NotFound, Code::BytesNeeded]));
}

#[tokio::test]
async fn a_token_of_one_project_learns_of_no_other_from_sources_and_records() {
    let daemon = Daemon::start();
    let into = |project: &str, key: &str| {
        form("a.mp4", MP4).text("project_id", project.to_owned()).text("asset_key", key.to_owned())
    };
    for name in ["Fox", "Owl"] {
        let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({ "name": name })).await;
    }
    let (owl, own) = (daemon.upload(into("owl", "clip")).await, into("fox", "frame"));
    let own = daemon.upload(own).await;
    let sources = json!([owl.id, own.id]).to_string();
    let clip = daemon.upload(into("fox", "clip").text("source_asset_ids", sources)).await;
    let ask = json!({"name": "fox", "access": "write", "project_id": "fox"});
    let only = token(&daemon, &ask).await.token;
    let get = |path: &str| daemon.with(&only, Method::GET, path);

    // Another project's source is replaced: that is nothing that this token may know.
    daemon.upload(into("owl", "clip")).await;
    let all: AssetReply = daemon.get(&paths::asset(&clip.id)).await;
    assert_eq!((all.outdated, all.outdated_sources), (true, vec![owl.id.clone()]));
    let seen: AssetReply = expect(get(&paths::asset(&clip.id)), StatusCode::OK).await;
    assert_eq!((seen.outdated, seen.outdated_sources), (false, vec![]));
    daemon.upload(into("fox", "frame")).await;
    let seen: AssetReply = expect(get(&paths::asset(&clip.id)), StatusCode::OK).await;
    assert_eq!((seen.outdated, seen.outdated_sources), (true, vec![own.id.clone()]));
    let lineage: Lineage = expect(get(&paths::lineage(&clip.id)), StatusCode::OK).await;
    assert_eq!(lineage.nodes[0].outdated_sources, std::slice::from_ref(&own.id));

    // A record names what is in the project; all else looks as if it were not there.
    let fox = paths::project("fox");
    let mood = json!({"name": "Warm", "asset_ids": [owl.id]});
    let moods = format!("{fox}/moods");
    let mood: ElementReply<Mood> = daemon.post(&moods, &mood).await;
    let mood = format!("{moods}/{}", mood.id);
    let nowhere = uuid::Uuid::now_v7().to_string();
    let clips =
        |id: &str| json!({"name": "x", "clips": [{"asset_id": id, "in_ms": 0, "out_ms": 1}]});
    let named = |id: &str| json!({"name": "x", "asset_ids": [id]});
    let brand = |id: &str| json!({"brand_asset_ids": [id]});
    let loose = daemon.upload(form("x.png", PNG)).await.id;
    for (method, path, body) in [
        (Method::PATCH, &fox, &brand as &dyn Fn(&str) -> Value),
        (Method::POST, &format!("{fox}/characters"), &named),
        (Method::POST, &format!("{fox}/timelines"), &clips),
        (Method::PATCH, &mood, &|id| json!({"asset_ids": [owl.id, id]})),
    ] {
        let ask = |id: &str| daemon.with(&only, method.clone(), path).json(&body(id));
        let mut expected = problem(ask(&nowhere)).await;
        expected.instance = None;
        assert_eq!(expected.code, Code::Invalid, "{path}");
        let others = if path == &mood { vec![&loose] } else { vec![&loose, &owl.id] };
        for theirs in others {
            let mut found = problem(ask(theirs)).await;
            found.instance = None;
            assert_eq!(found, expected, "{method} {path}");
        }
        assert!(ask(&own.id).send().await.unwrap().status().is_success(), "{method} {path}");
    }
}
