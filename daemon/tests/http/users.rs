//! Users: admins make, change and disable them, from the next request on.

use reqwest::{Method, StatusCode};
use rushes_api::{Code, Role, TokenMade, UserPage, UserReply, paths};
use serde_json::json;

use crate::support::{Daemon, PNG, expect, form, problem};

#[tokio::test]
async fn a_disabled_user_is_answered_nothing_until_it_is_enabled_again() {
    let daemon = Daemon::start();
    let (ann, token) = daemon.user("ann").await;
    let upload = daemon.with(&token, Method::POST, paths::UPLOAD).multipart(form("x.png", PNG));
    let asset: rushes_api::AssetReply = expect(upload, StatusCode::CREATED).await;
    let ask = || daemon.with(&token, Method::GET, paths::PROJECTS);
    let link = asset.public_url.unwrap();
    let link = || daemon.anonymous(Method::GET, link.strip_prefix(&daemon.url).unwrap());
    assert_eq!(ask().send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(link().send().await.unwrap().status(), StatusCode::OK);
    let disable = |disabled: bool| {
        let path = paths::user(&ann.id);
        daemon.request(Method::PATCH, &path).json(&json!({ "is_disabled": disabled }))
    };
    let disabled: UserReply = expect(disable(true), StatusCode::OK).await;
    assert!(disabled.is_disabled && disabled.revision > ann.revision);
    assert_eq!(problem(ask()).await.code, Code::Unauthorized);
    assert_eq!(problem(link()).await.code, Code::Forbidden);
    let more = json!({"name": "x", "access": "read", "user_id": ann.id});
    let more = problem(daemon.request(Method::POST, paths::TOKENS).json(&more)).await;
    assert_eq!(more.field.as_deref(), Some("user_id"));
    // A restart remembers.
    let (folder, _) = daemon.stopped();
    let daemon = Daemon::start_in(folder, &[]);
    assert_eq!(
        problem(daemon.with(&token, Method::GET, paths::PROJECTS)).await.code,
        Code::Unauthorized
    );
    let path = paths::user(&ann.id);
    let enable = daemon.request(Method::PATCH, &path).json(&json!({"disabled": false}));
    let enabled: UserReply = expect(enable, StatusCode::OK).await;
    assert!(!enabled.is_disabled);
    let again = daemon.with(&token, Method::GET, paths::PROJECTS).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_role_decides_whatever_the_token_says() {
    let daemon = Daemon::start();
    let (ann, token) = daemon.user("ann").await;
    let list = |token: &str| daemon.with(token, Method::GET, paths::USERS);
    assert_eq!(problem(list(&token)).await.code, Code::Forbidden);
    let role = |role: &str| {
        let path = paths::user(&ann.id);
        daemon.request(Method::PATCH, &path).json(&json!({ "role": role }))
    };
    let promoted: UserReply = expect(role("admin"), StatusCode::OK).await;
    assert_eq!(promoted.role, Role::Admin);
    // The token's own access still is the limit.
    assert_eq!(problem(list(&token)).await.code, Code::Forbidden);
    let ask = json!({"name": "all", "access": "admin", "user_id": ann.id});
    let all: TokenMade = daemon.post(paths::TOKENS, &ask).await;
    let users: UserPage = expect(list(&all.token), StatusCode::OK).await;
    assert_eq!(users.users.len(), 2);
    let _: UserReply = expect(role("user"), StatusCode::OK).await;
    assert_eq!(problem(list(&all.token)).await.code, Code::Forbidden);
}

#[tokio::test]
async fn users_come_in_pages_and_have_names_of_their_own() {
    let daemon = Daemon::start();
    let post = |name: &str| daemon.request(Method::POST, paths::USERS).json(&json!({"name": name}));
    let ann: UserReply = expect(post("ann"), StatusCode::CREATED).await;
    let _: UserReply = expect(post("bea"), StatusCode::CREATED).await;
    for (name, code) in [("ann", Code::Taken), ("", Code::Invalid), ("a/b", Code::Invalid)] {
        let refused = problem(post(name)).await;
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some("name")), "{name}");
    }
    let first: UserPage = daemon.get("/api/users?limit=2").await;
    let next = format!("/api/users?limit=2&cursor={}", first.next_cursor.unwrap());
    let second: UserPage = daemon.get(&next).await;
    let names: Vec<_> =
        first.users.iter().chain(&second.users).map(|user| user.name.as_str()).collect();
    assert_eq!((names, second.next_cursor), (vec!["admin", "ann", "bea"], None));
    assert_eq!(daemon.get::<UserReply>(&paths::user(&ann.id)).await, ann);
    let itself = paths::user(&first.users[0].id);
    for change in [json!({"role": "user"}), json!({"is_disabled": true})] {
        let refused = problem(daemon.request(Method::PATCH, &itself).json(&change)).await;
        assert_eq!(refused.code, Code::Invalid);
    }
    let key = "same";
    let retried = || post("cat").header("idempotency-key", key);
    let cat: UserReply = expect(retried(), StatusCode::CREATED).await;
    assert_eq!(expect::<UserReply>(retried(), StatusCode::CREATED).await, cat);
    let path = paths::user(&ann.id);
    let renamed = daemon.request(Method::PATCH, &path).json(&json!({"name": "dot"}));
    assert_eq!(expect::<UserReply>(renamed, StatusCode::OK).await.name, "dot");
    let missing = daemon.request(Method::PATCH, &paths::user("x")).json(&json!({}));
    assert_eq!(problem(missing).await.code, Code::NotFound);
}
