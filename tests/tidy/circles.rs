//! No two files of a crate import each other, directly or through others.
//!
//! A file that only passes on what is below it (`pub use`) does not know it; test code may look
//! anywhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::house::{House, Violation, must_be_empty, must_report};
use crate::modules::Modules;

/// File → the files it takes something from, each with the first line that does.
type Edges = BTreeMap<String, BTreeMap<String, usize>>;

fn check(house: &House) -> Vec<Violation> {
    let edges = edges(&Modules::of(house));
    let mut seen = BTreeSet::new();
    let mut violations = Vec::new();
    for start in edges.keys() {
        let Some(circle) = shortest_circle(&edges, start) else { continue };
        let members: BTreeSet<_> = circle.iter().map(|(file, _)| file.clone()).collect();
        if seen.insert(members) {
            let steps: Vec<_> =
                circle.iter().map(|(file, line)| format!("{file}:{line}")).collect();
            let what = format!("a circle: {} -> {start}", steps.join(" -> "));
            violations.push(Violation::new(start, 0, what));
        }
    }
    violations
}

fn edges(modules: &Modules) -> Edges {
    let mut edges = Edges::new();
    for (file, module) in modules.iter().filter(|(_, module)| !module.declared_for_tests) {
        let mut add = |target: Option<&str>, line| {
            if let Some(target) = target.filter(|target| target != file) {
                let from = edges.entry(file.clone()).or_default();
                from.entry(target.to_owned()).or_insert(line);
            }
        };
        for import in &module.code.imports {
            let target = modules.resolve(file, import.depth, &import.path);
            let passes_on = |target: &&str| import.public && modules.is_below(target, file);
            add(target.filter(|target| !passes_on(target)), import.line);
        }
        for path in &module.code.paths {
            add(modules.resolve(file, path.depth, &path.segments), path.line);
        }
    }
    edges
}

/// The way from a file back to itself, each step with the line that takes it.
fn shortest_circle(edges: &Edges, start: &str) -> Option<Vec<(String, usize)>> {
    let mut ways = VecDeque::from([(start.to_owned(), Vec::new())]);
    let mut seen = BTreeSet::new();
    while let Some((file, way)) = ways.pop_front() {
        for (target, line) in edges.get(&file).into_iter().flatten() {
            let mut way = way.clone();
            way.push((file.clone(), *line));
            if target == start {
                return Some(way);
            }
            if seen.insert(target.clone()) {
                ways.push_back((target.clone(), way));
            }
        }
    }
    None
}

#[test]
fn no_files_import_each_other() {
    must_be_empty(check(&House::real()));
}

#[test]
fn a_circle_is_reported_once_with_its_lines() {
    let house = House::of(&[
        (
            "disk/src/lib.rs",
            "mod a;\nmod b;\nmod c;\n#[cfg(test)] mod t;\npub use a::A;\npub trait T {}",
        ),
        ("disk/src/t.rs", "use crate::b::B;\npub fn f() {}"),
        ("disk/src/a.rs", "use crate::T;\nuse crate::b::B;\npub struct A;"),
        ("disk/src/b.rs", "pub struct B;\nfn f() { crate::t::f(); go!(crate::c::f()) }"),
        (
            "disk/src/c.rs",
            "pub fn f() {\n  use crate::A;\n}\n#[cfg(test)]\nmod t { use crate::T; }",
        ),
    ]);
    must_report(
        check(&house),
        &["disk/src/a.rs: a circle: disk/src/a.rs:2 -> disk/src/b.rs:2 -> disk/src/c.rs:2 -> \
           disk/src/a.rs"],
    );
}

#[test]
fn a_parent_and_a_child_are_two_files_like_any_others() {
    let house = House::of(&[
        ("disk/src/lib.rs", "mod a;"),
        ("disk/src/a.rs", "mod deep;\nfn f() { deep::g() }\npub struct A;"),
        ("disk/src/a/deep.rs", "use super::A;\npub fn g() {}"),
    ]);
    must_report(
        check(&house),
        &["disk/src/a.rs: a circle: disk/src/a.rs:2 -> disk/src/a/deep.rs:1 -> disk/src/a.rs"],
    );
}
