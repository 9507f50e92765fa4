//! The document: it is one, it tells of every route, and its examples are true.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::spec::{Operation, Spec};
use crate::support::{Daemon, header, until_async};
use crate::world::World;

/// What an `OpenAPI` 3.1 document is (<https://spec.openapis.org/oas/3.1/schema/2022-10-07>).
const SCHEMA: &str = include_str!("../openapi-3.1.schema.json");

#[tokio::test]
async fn the_document_is_one_and_needs_no_token() {
    let daemon = Daemon::start();
    let answer = daemon.anonymous(Method::GET, "/openapi.json").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let tag = header(&answer, "etag");
    let document: Value = answer.json().await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let shapes = document["components"]["schemas"].as_object().unwrap();
    for (name, shape) in shapes {
        let mut whole = shape.clone();
        whole["components"] = document["components"].clone();
        assert!(jsonschema::validator_for(&whole).is_ok(), "{name} is no schema: {shape}");
    }
    let again = daemon.anonymous(Method::GET, "/openapi.json").header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn every_route_is_told_of_with_exactly_its_methods() {
    let daemon = Daemon::start();
    let spec = Spec::of(&daemon).await;
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let nowhere = World::nowhere();
    for operation in spec.operations() {
        let target = operation.target(&nowhere);
        let path = target.split('?').next().unwrap();
        let methods = told.entry(path.to_owned()).or_default();
        methods.insert(operation.method.to_string());
        if operation.method == Method::GET {
            methods.insert("HEAD".to_owned());
        }
    }
    for (path, methods) in told {
        let again = path.strip_prefix("/api").map(|rest| format!("/api/v2{rest}"));
        for place in [Some(path), again].into_iter().flatten() {
            let answer = daemon.request(Method::TRACE, &place).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{place}");
            let allowed = header(&answer, "allow");
            let allowed: BTreeSet<_> = allowed.split(',').map(str::to_owned).collect();
            assert_eq!(allowed, methods, "{place}");
        }
    }
}

#[tokio::test]
async fn every_example_runs_and_gets_what_is_declared() {
    let daemon = Daemon::start();
    let spec = Spec::of(&daemon).await;
    let operations = spec.operations();
    assert!(operations.len() > 70, "{}", operations.len());
    for operation in &operations {
        let name = operation.name();
        if operation.path.starts_with("/api/store/") {
            rested(&daemon).await;
        }
        let world = World::of(&daemon, daemon.token(), &operation.slots()).await;
        prepare(&daemon, operation, &world).await;
        if let Some((_, schema, example)) = operation.body() {
            spec.check(schema, example, &format!("{name}: its example"));
        }
        let answer = operation.request(&daemon, &world, Some(daemon.token())).send().await;
        let answer = answer.unwrap();
        let status = answer.status();
        let declared = &operation.json["responses"][operation.status().to_string()];
        let declared = spec.meant(declared);
        for (header_name, _) in declared["headers"].as_object().into_iter().flatten() {
            let sent = !header(&answer, header_name).is_empty();
            assert!(sent, "{name}: there is no {header_name}");
        }
        let kind = header(&answer, "content-type");
        let body = answer.text().await.unwrap();
        assert_eq!(status.as_u16(), operation.status(), "{name}: {body}");
        let Some(content) = declared["content"].as_object() else {
            assert!(body.is_empty(), "{name}: {body}");
            continue;
        };
        if let Some(content) = content.get(&kind) {
            let is_text = kind.starts_with("text/plain");
            let value =
                if is_text { Value::String(body) } else { serde_json::from_str(&body).unwrap() };
            spec.check(&content["schema"], &value, name);
        } else {
            assert!(content.contains_key("*/*"), "{name}: {kind} is not declared");
        }
    }
}

#[tokio::test]
async fn refusals_are_the_problems_that_are_declared() {
    let daemon = Daemon::start();
    let spec = Spec::of(&daemon).await;
    let world = World::nowhere();
    for operation in spec.operations().iter().filter(|one| one.access().is_some()) {
        let name = operation.name();
        for token in [None, Some(daemon.token())] {
            let request = operation.request(&daemon, &world, token);
            let answer = request.header("content-type", "x/y").send().await.unwrap();
            let status = answer.status().as_u16();
            if status < 400 {
                continue;
            }
            let kind = header(&answer, "content-type");
            assert_eq!(kind, "application/problem+json", "{name}");
            let declared = spec.meant(&operation.json["responses"][status.to_string()]);
            assert!(!declared.is_null(), "{name}: {status} is not declared");
            let shape = &declared["content"]["application/problem+json"]["schema"];
            spec.check(shape, &answer.json().await.unwrap(), name);
        }
    }
}

/// Brings about what an operation needs to find.
async fn prepare(daemon: &Daemon, operation: &Operation, world: &World) {
    let Some(of) = operation.path.strip_suffix("/restore") else { return };
    let path = Operation { path: of.to_owned(), ..operation.clone() }.target(world);
    let deleted = daemon.request(Method::DELETE, &path).send().await.unwrap();
    assert!(deleted.status().is_success(), "{path}: {}", deleted.status());
}

/// Waits until no job of the store runs.
async fn rested(daemon: &Daemon) {
    for job in ["scrub", "sweep", "reindex"] {
        until_async(job, async || {
            let state: Value = daemon.get(&format!("/api/store/{job}")).await;
            state["status"] != json!("running")
        })
        .await;
    }
}
