//! What the log says of requests: one line each, under the id that the answer carries, without
//! secrets.

use std::fs;

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, paths};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Daemon, PNG, command, form, header, problem_of};

/// A daemon whose log is a file of JSON lines.
struct Logged {
    daemon: Daemon,
    log: std::path::PathBuf,
    _folder: TempDir,
}

impl Logged {
    fn start(filter: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let data = TempDir::new().unwrap();
        let mut command = command(&data.path().join("data"));
        command.args(["--log", filter, "--log-format", "json"]);
        command.stderr(fs::File::create(&log).unwrap());
        Self { daemon: Daemon::spawn(data, command), log, _folder: folder }
    }

    /// Stops the daemon; every line of its log.
    fn lines(self) -> Vec<Value> {
        let (_data, code) = self.daemon.stopped();
        assert_eq!(code, Some(0));
        let text = fs::read_to_string(&self.log).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The lines of one request.
fn of<'a>(lines: &'a [Value], id: &str) -> Vec<&'a Value> {
    let is_its = |line: &&Value| line.pointer("/span/id").is_some_and(|its| its == id);
    lines.iter().filter(is_its).collect()
}

/// The one line that ends a request.
fn end<'a>(lines: &'a [Value], id: &str) -> &'a Value {
    let its = of(lines, id);
    let ends: Vec<_> = its.into_iter().filter(|line| line.get("method").is_some()).collect();
    let [end] = ends.as_slice() else { panic!("{id}: {ends:?}") };
    end
}

#[tokio::test]
async fn each_request_is_one_line_with_its_id_user_and_bytes() {
    let logged = Logged::start("info");
    let daemon = &logged.daemon;
    let asset: AssetReply = daemon.upload(form("x.png", PNG)).await;
    let path = paths::asset_data(&asset.id);
    let sent = daemon.request(Method::GET, &path).header(paths::REQUEST_ID, "mine-7");
    let answer = sent.send().await.unwrap();
    assert_eq!(header(&answer, paths::REQUEST_ID), "mine-7");
    assert_eq!(answer.bytes().await.unwrap(), PNG);
    let answer = daemon.anonymous(Method::GET, "/health").send().await.unwrap();
    let made = header(&answer, paths::REQUEST_ID);
    let refused = daemon.anonymous(Method::POST, "/api/projects").body("{}").send().await.unwrap();
    let unknown = header(&refused, paths::REQUEST_ID);
    let problem = problem_of(refused).await;
    assert_eq!(problem.instance, Some(format!("urn:rushes:request:{unknown}")));
    let owner = asset.user_id;
    let lines = logged.lines();

    let data = end(&lines, "mine-7");
    assert_eq!((&data["method"], &data["status"]), (&"GET".into(), &200.into()), "{data}");
    assert_eq!((&data["path"], &data["bytes"]), (&path.into(), &PNG.len().into()), "{data}");
    assert_eq!(data["user"], owner, "{data}");
    assert!(data["ms"].as_f64().unwrap() > 0.0, "{data}");
    assert!(end(&lines, &made)["user"].is_null());
    assert_eq!(end(&lines, &unknown)["status"], 401);
    let uploads: Vec<_> =
        lines.iter().filter(|line| line["path"] == "/api/v2/upload-asset").collect();
    let [upload] = uploads.as_slice() else { panic!("{uploads:?}") };
    assert!(upload["bytes_in"].as_u64().unwrap() > PNG.len() as u64, "{upload}");
}

#[tokio::test]
async fn no_log_line_holds_a_query_a_token_or_a_signature() {
    let logged = Logged::start("info,rushesd=trace,hyper=trace");
    let daemon = &logged.daemon;
    let asset: AssetReply = daemon.upload(form("x.png", PNG)).await;
    let signed = asset.public_url.unwrap();
    let (path, query) = signed.strip_prefix(&daemon.url).unwrap().split_once('?').unwrap();
    let (path, query) = (path.to_owned(), query.to_owned());
    for target in [
        format!("{path}?{query}"),
        format!("{path}?{query}0"),
        format!("/api/assets?q=a-fox-at-dusk&token={}", daemon.token()),
        format!("/api/tokens/{}", daemon.token()),
    ] {
        daemon.anonymous(Method::GET, &target).send().await.unwrap();
    }
    let named = daemon.request(Method::GET, "/api/projects");
    let named = named.header(paths::REQUEST_ID, daemon.token()).send().await.unwrap();
    assert_ne!(header(&named, paths::REQUEST_ID), daemon.token());
    let token = daemon.token().to_owned();
    let lines = logged.lines();
    let told = lines.iter().filter(|line| line["path"] == *path).count();
    assert_eq!(told, 2);
    for line in &lines {
        let line = line.to_string();
        for secret in [token.as_str(), query.as_str(), "a-fox-at-dusk"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[tokio::test]
async fn lines_from_below_carry_the_id_of_their_request() {
    // Only what goes wrong is logged, and the id is there all the same.
    let logged = Logged::start("warn");
    let daemon = &logged.daemon;
    let asset: AssetReply = daemon.upload(form("x.bin", &vec![7; 1 << 20])).await;
    let digest = asset.digest.unwrap().to_string();
    let whole = daemon.data().join("whole").join(&digest[..2]).join(&digest);
    let mut bytes = fs::read(&whole).unwrap();
    bytes[12] ^= 1;
    fs::remove_file(&whole).unwrap();
    fs::write(&whole, bytes).unwrap();
    let request = daemon.request(Method::GET, &paths::asset_data(&asset.id));
    let answer = request.header(paths::REQUEST_ID, "below").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem_of(answer).await.code, Code::Damaged);
    let lines = logged.lines();
    let below = of(&lines, "below");
    let is_below = |line: &&Value| line["target"].as_str().unwrap().starts_with("rushes_store");
    assert!(below.iter().any(is_below), "{lines:?}");
    assert!(below.iter().any(|line| line["message"] == "request failed"), "{lines:?}");
}
