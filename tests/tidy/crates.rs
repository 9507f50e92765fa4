//! Which outside crate may be named where: in manifests by folder, in sources by file.

use crate::code::tokens;
use crate::edges::dependencies;
use crate::house::{House, Violation, must_be_empty, must_report};

/// Crate → the beginnings of the paths that may name it.
const PLACES: &[(&str, &[&str])] = &[
    ("axum", &["daemon/"]),
    ("tower_http", &["daemon/"]),
    ("reqwest", &["daemon/", "cli/", "tests/"]),
    ("tokio", &["daemon/", "cli/", "tests/"]),
    ("tokio_util", &["daemon/", "cli/", "tests/"]),
    // The power-cut rig serves disks, not the view.
    ("fuser", &["fs/src/kernel.rs", "fs/src/kernel/", "fs/src/session.rs", "tests/power/device/"]),
    ("sled", &["store/src/index", "catalog/src/tables"]),
    ("tantivy", &["catalog/src/search"]),
    ("utoipa", &["api/", "daemon/"]),
    // One small crate keeps the hash itself; the rest speaks of digests.
    ("blake3", &["digest/", "cli/src/get"]),
    // rustix does the same without unsafe code.
    ("libc", &[]),
];

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (folder, file, manifest) in house.manifests() {
        for (name, _) in dependencies(&manifest) {
            let name = name.replace('-', "_");
            let Some((_, places)) = PLACES.iter().find(|(known, _)| *known == name) else {
                continue;
            };
            if !places.iter().any(|place| place.split('/').next() == Some(folder)) {
                violations.push(Violation::new(&file.path, 0, refusal(&name, places)));
            }
        }
    }
    for (file, _) in house.rust() {
        // Any name counts, not only paths: nothing else is called as these crates are.
        for token in tokens(file.text.parse().unwrap()) {
            let Some((name, places)) = PLACES.iter().find(|(name, _)| *name == token.text) else {
                continue;
            };
            if !places.iter().any(|place| file.path.starts_with(place)) {
                violations.push(Violation::new(&file.path, token.line, refusal(name, places)));
            }
        }
    }
    violations
}

fn refusal(name: &str, places: &[&str]) -> String {
    match places {
        [] => format!("{name} must not be used"),
        places => format!("{name} may only be named in {}", places.join(", ")),
    }
}

#[test]
fn outside_crates_stay_where_they_belong() {
    must_be_empty(check(&House::real()));
}

#[test]
fn a_crate_out_of_its_place_is_reported() {
    let house = House::of(&[
        ("vault/Cargo.toml", "[dependencies]\ntokio-util = \"1\"\nserde = \"1\"\n"),
        ("fs/Cargo.toml", "[dependencies]\nfuser = \"1\"\n"),
        ("fs/src/kernel.rs", "use fuser::Session;"),
        ("fs/src/tree.rs", "//! About fuser.\nfn f() { spawn!(async { fuser::mount() }) }"),
        ("store/src/index/tree.rs", "use sled::Tree;"),
        ("store/src/pack.rs", "use std::{fs, io};\nuse {sled as map};"),
    ]);
    must_report(
        check(&house),
        &[
            "fs/src/tree.rs:2: fuser may only be named in fs/src/kernel.rs, fs/src/kernel/, \
             fs/src/session.rs, tests/power/device/",
            "store/src/pack.rs:2: sled may only be named in store/src/index, catalog/src/tables",
            "vault/Cargo.toml: tokio_util may only be named in daemon/, cli/, tests/",
        ],
    );
}
