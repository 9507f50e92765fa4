//! How tokens and signatures are compared: in a time that says nothing of where they differ (H4 in
//! docs/coverage.md).

use crate::house::{House, Violation, must_be_empty, must_report};
use crate::text::has_word;

/// Files that compare a secret with what was sent.
const COMPARING: &[&str] = &["daemon/src/tokens.rs", "daemon/src/sign.rs"];
/// Names of what must not be compared by `==`.
const SECRETS: &[&str] = &["hash", "signature", "secret", "expected", "token", "mac"];

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, _) in house.rust().filter(|(file, _)| COMPARING.contains(&file.path.as_str())) {
        let code = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        if !code.contains(".ct_eq(") {
            violations.push(Violation::new(&file.path, 0, "compares no secret by `ct_eq`"));
        }
        for (at, line) in code.lines().enumerate() {
            let compares = line.contains("==") || line.contains("!=");
            if compares && SECRETS.iter().any(|secret| has_word(line, secret)) {
                let what = "compares a secret by `==`: use `ct_eq`";
                violations.push(Violation::new(&file.path, at + 1, what));
            }
        }
    }
    violations
}

#[test]
fn secrets_are_compared_in_constant_time() {
    must_be_empty(check(&House::real()));
}

#[test]
fn a_secret_that_is_compared_by_its_bytes_is_reported() {
    let house = House::of(&[
        ("daemon/src/sign.rs", "//! S.\nfn f() { a.ct_eq(b); }\nfn g() { signature == sent }"),
        ("daemon/src/tokens.rs", "//! T.\nfn f() { user == asked }"),
        ("daemon/src/other.rs", "//! O.\nfn f() { hash == other }"),
    ]);
    must_report(
        check(&house),
        &[
            "daemon/src/sign.rs:3: compares a secret by `==`: use `ct_eq`",
            "daemon/src/tokens.rs: compares no secret by `ct_eq`",
        ],
    );
}
