//! What `/metrics` counts, who may read it, and that Prometheus can.

use std::collections::{HashMap, HashSet};

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, paths};
use serde_json::json;

use crate::support::{Daemon, PNG, expect, form, header, problem};

/// Samples as they are written, by name and labels.
type Samples = HashMap<String, String>;

/// The samples of an answer by name and labels, read as strictly as the format
/// (Prometheus exposition formats, text, 0.0.4) is written: help and type come once, before the
/// samples; a histogram's buckets grow and end in its count.
fn read(text: &str) -> Samples {
    assert!(text.ends_with('\n'));
    let (mut samples, mut helped) = (HashMap::new(), HashSet::new());
    let (mut family, mut kind) = (String::new(), String::new());
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        if let ["#", "HELP", name, help] = words.as_slice() {
            assert!(!help.is_empty() && helped.insert((*name).to_owned()), "{line}");
            (family, kind) = ((*name).to_owned(), String::new());
        } else if let ["#", "TYPE", name, its] = words.as_slice() {
            assert!(*name == family && kind.is_empty(), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(its), "{line}");
            assert_eq!(*its == "counter", name.ends_with("_total"), "{line}");
            (*its).clone_into(&mut kind);
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            assert!(name.chars().all(is_name), "{line}");
            let suffix = name.strip_prefix(&family).unwrap();
            let suffixes: &[_] =
                if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(suffixes.contains(&suffix), "{line}");
            assert!(series.ends_with('}') || !series.contains('{'), "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(samples.insert(series.to_owned(), value.to_owned()).is_none(), "{line}");
        }
    }
    for (series, count) in &samples {
        let Some(labels) = series.strip_prefix("rushes_http_request_seconds_count{") else {
            continue;
        };
        let labels = labels.trim_end_matches('}');
        let all = format!("rushes_http_request_seconds_bucket{{{labels},le=\"+Inf\"}}");
        assert_eq!(samples.get(&all), Some(count), "{series}");
    }
    samples
}

async fn scrape(daemon: &Daemon) -> Samples {
    let answer = daemon.request(Method::GET, paths::METRICS).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header(&answer, "content-type").starts_with("text/plain; version=0.0.4"));
    read(&answer.text().await.unwrap())
}

/// A sample that is a whole number.
fn whole(samples: &Samples, name: &str) -> usize {
    samples.get(name).unwrap_or_else(|| panic!("{name}")).parse().unwrap()
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_they_name() {
    let daemon = Daemon::start();
    let asset: AssetReply = daemon.upload(form("x.png", PNG)).await;
    for path in [paths::asset_data(&asset.id), "/api/v2/secret-name".to_owned()] {
        daemon.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    }
    let brew = Method::from_bytes(b"BREW").unwrap();
    daemon.request(brew, &paths::asset(&asset.id)).send().await.unwrap().bytes().await.unwrap();
    let samples = scrape(&daemon).await;
    let requests =
        |labels: &str| whole(&samples, &format!("rushes_http_requests_total{{{labels}}}"));
    let get = "method=\"GET\",route=\"/api/assets/{asset}/data\"";
    assert_eq!(requests(&format!("{get},status=\"2xx\"")), 1);
    assert_eq!(requests("method=\"GET\",route=\"none\",status=\"4xx\""), 1);
    assert_eq!(requests("method=\"other\",route=\"/api/assets/{asset}\",status=\"4xx\""), 1);
    let route = "route=\"/api/assets/{asset}/data\"";
    let seconds = format!("rushes_http_request_seconds_count{{method=\"GET\",{route}}}");
    assert_eq!(whole(&samples, &seconds), 1);
    assert_eq!(whole(&samples, "rushes_http_requests_in_flight"), 1);
    assert!(whole(&samples, "rushes_http_taken_bytes_total") > PNG.len());
    assert!(whole(&samples, "rushes_http_sent_bytes_total") > PNG.len());
    for name in ["secret-name", &asset.id, "admin", &asset.user_id, "BREW"] {
        assert!(samples.keys().all(|series| !series.contains(name)), "{name}");
    }
}

#[tokio::test]
async fn the_journal_the_store_and_the_process_are_shown() {
    let daemon = Daemon::start();
    let before = scrape(&daemon).await;
    for content in [PNG, b"another"] {
        daemon.upload(form("x.png", content)).await;
    }
    let samples = scrape(&daemon).await;
    let grown = |name: &str| whole(&samples, name) - whole(&before, name);
    assert_eq!(grown("rushes_journal_revision"), 2);
    assert_eq!(grown("rushes_journal_claims_total"), 2);
    assert_eq!(grown("rushes_journal_batches_total"), 2);
    assert_eq!(grown("rushes_journal_syncs_total"), 2);
    for (name, value) in [
        ("rushes_ready", 1),
        ("rushes_writable", 1),
        ("rushes_store_damaged_blobs", 0),
        ("rushes_job_running{job=\"sweep\"}", 0),
        ("rushes_mounts{mode=\"passthrough\"}", 0),
        (concat!("rushes_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1),
    ] {
        assert_eq!(whole(&samples, name), value, "{name}");
    }
    for name in ["process_resident_memory_bytes", "process_open_fds", "rushes_disk_free_bytes"] {
        assert!(whole(&samples, name) > 1, "{name}");
    }
    // The first count of the store runs beside the scrapes.
    let mut counted = samples;
    while !counted.contains_key("rushes_store_bytes{what=\"logical\"}") {
        counted = scrape(&daemon).await;
    }
    assert!(counted.contains_key("rushes_store_objects{what=\"packs\"}"));
}

#[tokio::test]
async fn what_is_counted_is_for_admins() {
    let daemon = Daemon::start();
    let metrics = |token: &str| daemon.with(token, Method::GET, paths::METRICS);
    let nobody = problem(daemon.anonymous(Method::GET, paths::METRICS)).await;
    assert_eq!(nobody.code, Code::Unauthorized);
    let (_user, token) = daemon.user("ann").await;
    assert_eq!(problem(metrics(&token)).await.code, Code::Forbidden);
    let reading = json!({ "name": "reader", "access": "read" });
    let reading: rushes_api::TokenMade = daemon.post(paths::TOKENS, &reading).await;
    assert_eq!(problem(metrics(&reading.token)).await.code, Code::Forbidden);
    let foreign = daemon.request(Method::GET, paths::METRICS).header("host", "evil.example");
    assert_eq!(problem(foreign).await.code, Code::Misdirected);
    let health = daemon.anonymous(Method::GET, "/health");
    expect::<serde_json::Value>(health, StatusCode::OK).await;
}
