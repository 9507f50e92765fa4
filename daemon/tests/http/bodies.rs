//! Bodies and queries that are too much: refused at once, never a failure of the daemon.

use reqwest::{Method, StatusCode};
use rushes_api::paths;

use crate::support::{Daemon, PNG, expect, form, problem};

async fn status(daemon: &Daemon, body: Vec<u8>) -> u16 {
    let post = daemon.request(Method::POST, paths::PROJECTS).body(body);
    problem(post.header("content-type", "application/json")).await.status
}

#[tokio::test]
async fn hostile_json_is_the_clients_fault() {
    let daemon = Daemon::start();
    let deep = |open: &str| format!("{{\"name\":{}", open.repeat(500_000)).into_bytes();
    let many: Vec<_> = (0..80_000).map(|number| format!("\"k{number}\":1")).collect();
    let many = many.join(",");
    for (what, body) in [
        ("deep lists", deep("[")),
        ("deep objects", deep("{\"a\":")),
        ("many keys", format!("{{{many},\"name\":\"x\"}}").into_bytes()),
        ("a key twice", br#"{"name":"x","name":"y"}"#.to_vec()),
        ("NaN", br#"{"name":NaN}"#.to_vec()),
        ("a huge number", br#"{"name":1e400}"#.to_vec()),
        ("a lone surrogate", br#"{"name":"\ud800"}"#.to_vec()),
        ("a NUL", b"{\"name\":\"\0\"}".to_vec()),
        ("no UTF-8", b"{\"name\":\"\xff\"}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{\"name\":\"x\"}".to_vec()),
        ("a number for a text", br#"{"name":1}"#.to_vec()),
        ("null", b"null".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let status = status(&daemon, body).await;
        assert!(matches!(status, 400 | 413 | 422), "{what}: {status}");
    }
    assert_eq!(status(&daemon, vec![b' '; 100_000_000]).await, 413);
    let scenes = daemon.request(Method::POST, &paths::scenes("x"));
    for number in ["1e400", "18446744073709551616", "-1", "1.5", "\"1e9\""] {
        let body = format!("{{\"scene_number\":{number}}}");
        let post = scenes.try_clone().unwrap().header("content-type", "application/json");
        let status = problem(post.body(body)).await.status;
        assert!(matches!(status, 400 | 422), "{number}: {status}");
    }
}

#[tokio::test]
async fn pages_are_bounded() {
    let daemon = Daemon::start();
    for path in [paths::PROJECTS, paths::USERS] {
        for query in ["limit=1001", "limit=0", "limit=-1", "limit=9223372036854775808", "limit=1e3"]
        {
            let refused = problem(daemon.request(Method::GET, &format!("{path}?{query}"))).await;
            assert_eq!(refused.status, 400, "{path}?{query}");
        }
    }
}

#[tokio::test]
async fn hostile_metadata_is_the_clients_fault() {
    let daemon = Daemon::start();
    let send =
        |metadata: String| daemon.upload_request(form("x.png", PNG).text("metadata", metadata));
    for metadata in [
        format!("{{\"a\":{}1{}}}", "[".repeat(1000), "]".repeat(1000)),
        "[1]".to_owned(),
        "{\"a\":1e400}".to_owned(),
        "{\"a\":\"\\ud800\"}".to_owned(),
        "{".to_owned(),
    ] {
        let status = problem(send(metadata)).await.status;
        assert!(matches!(status, 400 | 422), "{status}");
    }
    let fine = "{\"a\":{\"b\":[1.5,null]}}".to_owned();
    let _: rushes_api::AssetReply = expect(send(fine), StatusCode::CREATED).await;
}
