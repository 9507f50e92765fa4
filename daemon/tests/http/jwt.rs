//! Tokens of an issuer that the operator trusts, as Clerk makes them, and all kinds of forgeries.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, ProjectReply, UserPage, UserReply, paths};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::issuer::{Key, base64};
use crate::support::{Daemon, PNG, command, expect, form, problem, refused};

const ISSUER: &str = "https://clerk.example.com";
const PARTY: &str = "https://app.example";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What Clerk puts into a session's token.
fn claims(subject: &str) -> Value {
    json!({
        "azp": PARTY,
        "exp": now() + 60,
        "fva": [0, -1],
        "iat": now(),
        "iss": ISSUER,
        "nbf": now() - 10,
        "sid": "sess_2x",
        "sts": "active",
        "sub": subject,
    })
}

fn header(alg: &str, kid: &str) -> Value {
    json!({"alg": alg, "cat": "cl_B7d4PD111AAA", "kid": kid, "typ": "JWT"})
}

/// A daemon that trusts the issuer of these keys, out of a file.
fn daemon(keys: &[&Key], flags: &[&str]) -> Daemon {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("jwks.json");
    let set: Vec<_> = keys.iter().map(|key| key.public()).collect();
    fs::write(&file, json!({ "keys": set }).to_string()).unwrap();
    let mut command = command(&folder.path().join("data"));
    command.args(["--jwt-issuer", ISSUER, "--jwt-jwks"]).arg(file).args(flags);
    Daemon::spawn(folder, command)
}

async fn status(daemon: &Daemon, token: &str) -> StatusCode {
    daemon.with(token, Method::GET, paths::PROJECTS).send().await.unwrap().status()
}

#[tokio::test]
async fn each_kind_of_signature_names_a_user() {
    let keys = [Key::rsa("ins_rsa"), Key::ec("ins_ec"), Key::ed("ins_ed")];
    let daemon =
        daemon(&keys.each_ref(), &["--jwt-parties", "https://x.example, https://app.example"]);
    for (key, alg) in keys.iter().zip(["RS256", "ES256", "EdDSA"]) {
        let token = key.token(&header(alg, key.id()), &claims("user_2ann"));
        assert_eq!(status(&daemon, &token).await, StatusCode::OK, "{alg}");
    }
    let users: UserPage = daemon.get(paths::USERS).await;
    assert_eq!(users.users.len(), 2);
    let ann = &users.users[1];
    assert_eq!((ann.name.as_str(), ann.subject.as_deref()), ("user_2ann", Some("user_2ann")));
    assert_eq!(ann.issuer.as_deref(), Some(ISSUER));

    // What each makes is theirs, and nobody else's.
    let token = |subject: &str| keys[2].token(&header("EdDSA", "ins_ed"), &claims(subject));
    let (ann_now, bea) = (token("user_2ann"), token("user_2bea"));
    let upload = daemon.with(&ann_now, Method::POST, paths::UPLOAD).multipart(form("x.png", PNG));
    let asset: AssetReply = expect(upload, StatusCode::CREATED).await;
    assert_eq!(asset.user_id, ann.id);
    let hers = daemon.with(&bea, Method::GET, &paths::asset(&asset.id));
    assert_eq!(problem(hers).await.code, Code::NotFound);
    // A subject that is called like a user is not that user.
    let admin = token("admin");
    assert_eq!(status(&daemon, &admin).await, StatusCode::OK);
    assert_eq!(problem(daemon.with(&admin, Method::GET, paths::USERS)).await.code, Code::Forbidden);
    let own = daemon.with(&admin, Method::POST, paths::PROJECTS).json(&json!({"name": "Fox"}));
    let project: ProjectReply = expect(own, StatusCode::CREATED).await;
    assert_ne!(project.user_id, users.users[0].id);

    let patch = daemon.request(Method::PATCH, &paths::user(&ann.id));
    let _: UserReply = expect(patch.json(&json!({"disabled": true})), StatusCode::OK).await;
    assert_eq!(status(&daemon, &ann_now).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&daemon, &bea).await, StatusCode::OK);
}

#[tokio::test]
async fn tokens_for_others_and_stale_ones_are_refused() {
    let rsa = Key::rsa("rsa");
    let daemon = daemon(&[&rsa], &["--jwt-parties", PARTY]);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims("ann");
        change(&mut claims);
        rsa.token(&header("RS256", "rsa"), &claims)
    };
    let good = with(&|_| {});
    assert_eq!(status(&daemon, &good).await, StatusCode::OK);
    let within_leeway = with(&|claims| claims["exp"] = json!(now() - 30));
    assert_eq!(status(&daemon, &within_leeway).await, StatusCode::OK);
    let remove = |name: &'static str| {
        with(&move |claims: &mut Value| {
            claims.as_object_mut().unwrap().remove(name);
        })
    };
    for (what, token) in [
        ("another issuer", with(&|claims| claims["iss"] = json!("https://evil.example"))),
        ("issuers in a list", with(&|claims| claims["iss"] = json!([ISSUER]))),
        ("no issuer", remove("iss")),
        ("another party", with(&|claims| claims["azp"] = json!("https://evil.example"))),
        ("no party", remove("azp")),
        ("expired", with(&|claims| claims["exp"] = json!(now() - 62))),
        ("an end that is none", with(&|claims| claims["exp"] = json!("tomorrow"))),
        ("no end", remove("exp")),
        ("not yet valid", with(&|claims| claims["nbf"] = json!(now() + 120))),
        ("no subject", remove("sub")),
        ("an empty subject", with(&|claims| claims["sub"] = json!(""))),
        ("a subject with a NUL", with(&|claims| claims["sub"] = json!("a\0b"))),
        ("a long subject", with(&|claims| claims["sub"] = json!("a".repeat(201)))),
        ("a subject that is a number", with(&|claims| claims["sub"] = json!(1))),
    ] {
        is_refused(&daemon, what, &token).await;
    }
    let users: UserPage = daemon.get(paths::USERS).await;
    assert_eq!(users.users.len(), 2);
    // A token of theirs opens nothing where nobody is trusted.
    assert_eq!(status(&Daemon::start(), &good).await, StatusCode::UNAUTHORIZED);
}

async fn is_refused(daemon: &Daemon, what: &str, token: &str) {
    let refused = problem(daemon.with(token, Method::GET, paths::PROJECTS)).await;
    assert_eq!(refused.code, Code::Unauthorized, "{what}");
    assert_eq!(refused.detail, "the token is not valid here", "{what}");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let (rsa, ec, stranger) = (Key::rsa("rsa"), Key::ec("ec"), Key::rsa("rsa"));
    let daemon = daemon(&[&rsa, &ec], &[]);
    let good = rsa.token(&header("RS256", "rsa"), &claims("ann"));
    assert_eq!(status(&daemon, &good).await, StatusCode::OK);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let public = rsa.public().to_string();
    let mut long = claims("ann");
    long["x"] = json!("x".repeat(8 * 1024));
    for (what, token) in [
        ("a stranger's key", stranger.token(&header("RS256", "rsa"), &claims("ann"))),
        ("an unknown key", rsa.token(&header("RS256", "other"), &claims("ann"))),
        ("a key without a name", rsa.token(&json!({"alg": "RS256"}), &claims("ann"))),
        ("another key's name", rsa.token(&header("RS256", "ec"), &claims("ann"))),
        ("another algorithm", rsa.token(&header("PS256", "rsa"), &claims("ann"))),
        ("another kind of key", ec.token(&header("ES256", "rsa"), &claims("ann"))),
        (
            "something that must be understood",
            rsa.token(&json!({"alg": "RS256", "kid": "rsa", "crit": ["b64"]}), &claims("ann")),
        ),
        (
            "a key of its own",
            stranger.token(
                &json!({"alg": "RS256", "kid": "new", "jwk": stranger.public()}),
                &claims("ann"),
            ),
        ),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{good}.x")),
        (
            "another body",
            format!("{head}.{}.{signature}", base64(claims("admin").to_string().as_bytes())),
        ),
        (
            "the algorithm none",
            format!("{}.{body}.", base64(header("none", "rsa").to_string().as_bytes())),
        ),
        (
            "HMAC with the public key",
            Key::hmac(&public).token(&header("HS256", "rsa"), &claims("ann")),
        ),
        ("a long one", rsa.token(&header("RS256", "rsa"), &long)),
        ("a very long one", "x.".repeat(20_000)),
        ("dots", "..".to_owned()),
    ] {
        is_refused(&daemon, what, &token).await;
    }
}

#[tokio::test]
async fn an_audience_is_asked_for_where_one_is_named() {
    let key = Key::ed("k");
    let daemon = daemon(&[&key], &["--jwt-audience", "rushes"]);
    for (audience, expected) in [
        (json!("rushes"), StatusCode::OK),
        (json!(["other", "rushes"]), StatusCode::OK),
        (json!("other"), StatusCode::UNAUTHORIZED),
        (json!([]), StatusCode::UNAUTHORIZED),
        (Value::Null, StatusCode::UNAUTHORIZED),
    ] {
        let mut claims = claims("ann");
        claims["aud"] = audience;
        let token = key.token(&header("EdDSA", "k"), &claims);
        assert_eq!(status(&daemon, &token).await, expected, "{claims}");
    }
}

/// Serves a set of keys, and counts how often it is asked for.
fn served(set: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _head = stream.read(&mut [0; 4096]).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
            // The other side may be gone: what is too large is not read to its end.
            let _gone = write!(stream, "{head} {}\r\n\r\n{set}", set.len());
        }
    });
    (url, asked)
}

#[tokio::test]
async fn keys_behind_a_url_are_fetched_when_they_are_needed_and_seldom() {
    let key = Key::ec("ec");
    let (url, asked) = served(json!({"keys": [key.public()]}).to_string());
    let daemon = Daemon::start_with(&["--jwt-issuer", ISSUER, "--jwt-jwks", &url]);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let token = key.token(&header("ES256", "ec"), &claims("ann"));
    assert_eq!(status(&daemon, &token).await, StatusCode::OK);
    for number in 0..20 {
        let unknown = key.token(&header("ES256", &format!("k{number}")), &claims("ann"));
        assert_eq!(status(&daemon, &unknown).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&daemon, &token).await, StatusCode::OK);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_set_that_is_no_set_lets_nobody_in_and_hurts_nobody() {
    let key = Key::ed("k");
    let token = key.token(&header("EdDSA", "k"), &claims("ann"));
    let large = json!({"keys": [key.public()], "x": "x".repeat(1_000_000)}).to_string();
    for set in ["<html>".to_owned(), "{\"keys\":[]}".to_owned(), large] {
        let (url, asked) = served(set);
        let daemon = Daemon::start_with(&["--jwt-issuer", ISSUER, "--jwt-jwks", &url]);
        assert_eq!(status(&daemon, &token).await, StatusCode::UNAUTHORIZED);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert_eq!(status(&daemon, daemon.token()).await, StatusCode::OK);
    }
}

#[test]
fn a_file_of_keys_that_cannot_be_read_is_named_at_start() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("jwks.json");
    for content in [None, Some("{\"keys\":[]}")] {
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let mut command = command(&folder.path().join("data"));
        command.args(["--jwt-issuer", ISSUER, "--jwt-jwks"]).arg(&file);
        let output = refused(&mut command);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{message}");
        assert!(message.contains("keys"), "{message}");
    }
}
