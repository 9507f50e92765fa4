//! How long things may be: files, functions, lines.

use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::house::{House, SourceFile, Violation, must_be_empty, must_report};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_COLUMNS_MAX: usize = 100;
/// What people read as code; data and prose may be as long as they are.
const CODE: &[&str] = &["rs", "js", "mjs", "ts", "css", "html", "py", "sh"];
/// What programs write and nobody reads as code.
const GENERATED: &[&str] = &["clients/typescript/src/schema.ts"];

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    let is_read = |file: &&SourceFile| file.is(CODE) && !GENERATED.contains(&file.path.as_str());
    for file in house.files().iter().filter(is_read) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES_MAX {
            let what = format!("the file has {lines} lines, {FILE_LINES_MAX} are allowed");
            violations.push(Violation::new(&file.path, 0, what));
        }
        for (at, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > LINE_COLUMNS_MAX && !may_be_wide(line) {
                let what = format!("{columns} columns, {LINE_COLUMNS_MAX} are allowed");
                violations.push(Violation::new(&file.path, at + 1, what));
            }
        }
    }
    for (file, syntax) in house.rust() {
        Functions { file, violations: &mut violations }.visit_file(syntax);
    }
    violations
}

/// An address cannot be broken, nor a row of a table.
fn may_be_wide(line: &str) -> bool {
    let text = line.trim_start().trim_start_matches(['/', '!', '#']).trim_start();
    line.contains("://") || text.starts_with('|')
}

struct Functions<'a> {
    file: &'a SourceFile,
    violations: &'a mut Vec<Violation>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let start = signature.span().start().line;
        let lines = body.span().end().line - start + 1;
        if lines > FUNCTION_LINES_MAX {
            let name = &signature.ident;
            let what = format!("{name} has {lines} lines, {FUNCTION_LINES_MAX} are allowed");
            self.violations.push(Violation::new(&self.file.path, start, what));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig, body);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}

#[test]
fn files_functions_and_lines_are_short() {
    must_be_empty(check(&House::real()));
}

#[test]
fn what_is_too_long_is_reported() {
    let body = "g();\n".repeat(69);
    let wide = "x".repeat(LINE_COLUMNS_MAX + 1);
    let house = House::of(&[
        ("disk/src/a.rs", &"//\n".repeat(501)),
        ("disk/src/b.rs", &format!("/// Long.\nfn f() {{\n{body}}}\n")),
        ("disk/src/c.rs", &format!("impl A {{\nfn g() {{\n{body}}}\nfn h() {{\n}}\n}}")),
        ("disk/src/d.rs", &format!("trait A {{ fn i() {{\n{body} }} }}\n// {wide}\n// a://{wide}")),
        ("scripts/a.sh", &format!("# {wide}\n# | {wide} |\n")),
        ("docs/a.md", &wide),
    ]);
    must_report(
        check(&house),
        &[
            "disk/src/a.rs: the file has 501 lines, 500 are allowed",
            "disk/src/b.rs:2: f has 71 lines, 70 are allowed",
            "disk/src/c.rs:2: g has 71 lines, 70 are allowed",
            "disk/src/d.rs:1: i has 71 lines, 70 are allowed",
            "disk/src/d.rs:72: 104 columns, 100 are allowed",
            "scripts/a.sh:1: 103 columns, 100 are allowed",
        ],
    );
}
