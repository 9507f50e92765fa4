//! Users and tokens from the command line, and where secrets are not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Output;

use rushes_harness::{Client, Start, noise};
use rustix::process::geteuid;

use crate::cli::{json, rushes, started};

/// Whoever owns nothing here.
const NOBODY: u32 = 65534;

fn printed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

#[test]
fn users_and_tokens_are_made_listed_and_taken_away() {
    let (daemon, _place, data) = started();
    let run = |arguments: &[&str]| rushes(&data, arguments);
    assert_eq!(json(&data, &["user", "add", "ann"])["role"], "user");
    let token = printed(&run(&["token", "create", "ci", "--user", "ann", "--access", "read"]));
    assert!(token.starts_with("rushes_") && !token.contains(char::is_whitespace));
    let ann = Client::new(&daemon.address().unwrap(), &token);
    assert_eq!(ann.get("/api/projects").status(), 200);
    let post = |client: &Client| client.post("/api/projects", &serde_json::json!({"name": "x"}));
    assert_eq!(post(&ann).status(), 403);
    let list = json(&data, &["token", "list", "--user", "ann"]);
    let listed = printed(&run(&["token", "list", "--user", "ann"]));
    assert!(listed.contains("ci") && !listed.contains(&token));
    let id = list[0]["id"].as_str().unwrap();
    assert!(run(&["token", "revoke", id]).status.success());
    assert_eq!(ann.get("/api/projects").status(), 401);
    assert_eq!(run(&["token", "revoke", id]).status.code(), Some(3));

    let token = printed(&run(&["token", "create", "work", "--user", "ann", "--days", "30"]));
    let ann = Client::new(&daemon.address().unwrap(), &token);
    assert_eq!(post(&ann).status(), 201);
    printed(&run(&["user", "disable", "ann"]));
    assert_eq!(ann.get("/api/projects").status(), 401);
    printed(&run(&["user", "enable", "ann"]));
    printed(&run(&["user", "rename", "ann", "bea"]));
    assert_eq!(ann.get("/api/projects").status(), 200);
    let users = printed(&run(&["user", "list"]));
    assert!(users.contains("bea") && users.contains("admin") && !users.contains("ann"));
    assert_eq!(json(&data, &["user", "role", "bea", "admin"])["role"], "admin");
    assert_eq!(run(&["user", "disable", "admin"]).status.code(), Some(1));
}

#[test]
fn a_link_works_without_a_token() {
    let (_daemon, place, data) = started();
    let file = place.path().join("a.mp4");
    fs::write(&file, noise(1, 5000)).unwrap();
    json(&data, &["project", "create", "Fox"]);
    let put = ["put", file.to_str().unwrap(), "--project", "fox", "--key", "clip"];
    let asset = json(&data, &put);
    let id = asset["id"].as_str().or_else(|| asset[0]["id"].as_str()).unwrap();
    let path = asset["path"].as_str().or_else(|| asset[0]["path"].as_str()).unwrap();
    for target in [id, path] {
        let link = printed(&rushes(&data, &["sign", target, "--hours", "1"]));
        let reply = reqwest::blocking::get(&link).unwrap();
        assert_eq!(reply.status(), 200, "{link}");
        assert_eq!(reply.bytes().unwrap(), noise(1, 5000));
        let forged = link.replace("&sig=", "&sig=0");
        assert_eq!(reqwest::blocking::get(forged).unwrap().status(), 403);
    }
}

/// The kernel gives what it shows of a process to root when the process may not be dumped: neither
/// a core file nor a debugger of the same user gets at its memory.
#[test]
fn secrets_are_in_no_command_line_environment_log_or_core_file() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut start = Start::on(&data);
    start.arguments = vec!["--log".to_owned(), "info,rushesd=trace,hyper=trace".to_owned()];
    if geteuid().is_root() {
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(&data).unwrap();
        chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
        let as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        start.before = as_nobody.map(str::to_owned).to_vec();
    }
    let daemon = start.run();
    let client = daemon.client();
    let ask = serde_json::json!({"name": "x", "access": "read"});
    let made: serde_json::Value = client.post("/api/tokens", &ask).json().unwrap();
    let made = made["token"].as_str().unwrap().to_owned();
    assert_eq!(Client::new(&daemon.address().unwrap(), &made).get("/api/projects").status(), 200);
    let admin = fs::read_to_string(data.join("admin.token")).unwrap();
    let keys = fs::read_to_string(data.join("secrets/signing.json")).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let key = keys["current"]["secret"].as_str().unwrap();
    let of_process = Path::new("/proc").join(daemon.pid().to_string());
    for place in
        [of_process.join("cmdline"), of_process.join("environ"), daemon.log_path().to_owned()]
    {
        let text = fs::read(&place).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.is_empty(), "{}", place.display());
        for secret in [admin.trim(), &made, key] {
            assert!(!text.contains(secret), "{}", place.display());
        }
    }
    assert_eq!(fs::metadata(of_process.join("environ")).unwrap().uid(), 0);
}
