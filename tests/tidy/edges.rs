//! Which crate may know which: dependencies point down only.

use crate::house::{House, Violation, must_be_empty, must_report};

/// Folder → our crates that its manifest may name. `None`: any.
const EDGES: &[(&str, Option<&[&str]>)] = &[
    ("digest", Some(&[])),
    ("disk", Some(&["digest"])),
    ("store", Some(&["digest", "disk"])),
    ("catalog", Some(&["digest", "disk"])),
    ("vault", Some(&["digest", "disk", "store", "catalog"])),
    ("fs", Some(&["vault"])),
    ("api", Some(&["digest"])),
    ("daemon", Some(&["vault", "fs", "api"])),
    ("cli", Some(&["api"])),
    ("tests", None),
    ("benches", None),
];

/// Every dependency of a manifest under the name it has in the registry, with its section.
pub fn dependencies(manifest: &toml::Table) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    for table in std::iter::once(manifest).chain(targets) {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = table.get(section).and_then(toml::Value::as_table);
            for (name, entry) in entries.into_iter().flatten() {
                let renamed = entry.get("package").and_then(toml::Value::as_str);
                found.push((renamed.unwrap_or(name).to_owned(), section));
            }
        }
    }
    found
}

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (folder, file, manifest) in house.manifests() {
        let mut report = |what: String| violations.push(Violation::new(&file.path, 0, what));
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == folder) else {
            report("a crate that the design does not know: name its edges in tests/tidy".into());
            continue;
        };
        let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if inherits.and_then(toml::Value::as_bool) != Some(true) {
            report("does not inherit the lints: add [lints] workspace = true".into());
        }
        for (name, section) in dependencies(&manifest) {
            let Some(ours) = name.strip_prefix("rushes-") else { continue };
            if allowed.is_some_and(|allowed| !allowed.contains(&ours)) {
                report(format!("{folder} must not know {ours} [{section}]"));
            }
        }
    }
    violations
}

#[test]
fn crates_know_only_those_below_them() {
    must_be_empty(check(&House::real()));
}

#[test]
fn an_edge_that_points_up_is_reported() {
    let lints = "[lints]\nworkspace = true\n";
    let house = House::of(&[
        ("store/Cargo.toml", &format!("[dependencies]\nrushes-digest.workspace = true\n{lints}")),
        (
            "catalog/Cargo.toml",
            &format!("[dev-dependencies]\nbytes-of = {{ package = \"rushes-store\" }}\n{lints}"),
        ),
        ("cli/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nrushes-vault = \"1\"\n"),
        ("attic/Cargo.toml", lints),
    ]);
    must_report(
        check(&house),
        &[
            "attic/Cargo.toml: a crate that the design does not know: name its edges in tests/tidy",
            "catalog/Cargo.toml: catalog must not know store [dev-dependencies]",
            "cli/Cargo.toml: cli must not know vault [dependencies]",
            "cli/Cargo.toml: does not inherit the lints: add [lints] workspace = true",
        ],
    );
}
