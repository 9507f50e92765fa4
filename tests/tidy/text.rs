//! What a file must open with, and the words that it must not hold.

use crate::code::tokens;
use crate::house::{House, Violation, must_be_empty, must_report};

/// Files that may hold unsafe code, each with the reason. None does today.
const UNSAFE: &[(&str, &str)] = &[];

/// Marks of unfinished work, in two halves so that this file does not hold them.
const UNFINISHED: &[(&str, &str)] =
    &[("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("to", "do!"), ("unimpl", "emented!")];

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in house.files() {
        for (at, line) in file.text.lines().enumerate() {
            for (left, right) in UNFINISHED {
                let mark = format!("{left}{right}");
                if has_word(line, &mark) {
                    let what = format!("unfinished: {mark}");
                    violations.push(Violation::new(&file.path, at + 1, what));
                }
            }
        }
    }
    for (file, _) in house.rust() {
        if !file.text.starts_with("//!") {
            let what = "does not open with `//!`: say what it holds and what it must never know";
            violations.push(Violation::new(&file.path, 1, what));
        }
        let allowed = UNSAFE.iter().any(|(path, _)| *path == file.path);
        let mut found = false;
        for token in tokens(file.text.parse().unwrap()) {
            if token.is_name && matches!(token.text.as_str(), "unsafe" | "unsafe_code") {
                found = true;
                if !allowed {
                    violations.push(Violation::new(&file.path, token.line, "unsafe code"));
                }
            }
        }
        if allowed && !found {
            violations.push(Violation::new(&file.path, 0, "is on the unsafe list for nothing"));
        }
    }
    violations
}

/// Whether a word stands in a line, not as a part of another one.
pub fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[test]
fn files_are_introduced_finished_and_safe() {
    must_be_empty(check(&House::real()));
}

#[test]
fn what_is_unintroduced_unfinished_or_unsafe_is_reported() {
    let [todo, _, three, panics, _] = UNFINISHED else { unreachable!() };
    let mark = |(left, right): &(&str, &str)| format!("{left}{right}");
    let house = House::of(&[
        ("disk/src/a.rs", "fn f() {}"),
        ("disk/src/b.rs", &format!("//! B, not {}L.\nfn f() {{ {}() }}", mark(todo), mark(panics))),
        ("disk/src/c.rs", "//! Not unsafe.\nfn f() { unsafe { g() } }"),
        ("scripts/a.sh", &format!("mktemp {0}{0}\n# {0}: later\n", mark(three))),
    ]);
    must_report(
        check(&house),
        &[
            "disk/src/a.rs:1: does not open with `//!`: say what it holds and what it must never \
             know",
            &format!("disk/src/b.rs:2: unfinished: {}", mark(panics)),
            "disk/src/c.rs:2: unsafe code",
            &format!("scripts/a.sh:2: unfinished: {}", mark(three)),
        ],
    );
}
