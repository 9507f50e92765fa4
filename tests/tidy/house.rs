//! The files of the project as the rules see them: from the disk, or a few lines in memory.
//!
//! Invariant: paths are relative to the root of the project, with `/`, and sorted.

use std::fmt;
use std::path::Path;

use syn::Item;

use crate::code::{is_test, places};

/// Folders that hold nothing of ours, at any depth. Hidden ones are skipped too, but for `.ci`.
const SKIPPED: &[&str] = &["target", "rushes-data", "rushes-mount", "node_modules", "dist"];

/// Everything that rules read.
pub struct House {
    files: Vec<SourceFile>,
}

/// One text file.
pub struct SourceFile {
    /// Relative to the root of the project.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// The same, parsed; `None` unless it is a `.rs` file.
    pub rust: Option<syn::File>,
    /// Whether the file that declares it does so under `#[cfg(test)]`.
    pub declared_for_tests: bool,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    path: String,
    line: usize,
    what: String,
}

impl Violation {
    /// Lines count from 1; 0 stands for the whole file.
    pub fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let rust = is(&path, &["rs"]).then(|| {
            syn::parse_file(&text).unwrap_or_else(|error| {
                panic!("{path}:{}: cannot be parsed: {error}", error.span().start().line)
            })
        });
        Self { path, text, rust, declared_for_tests: false }
    }

    /// Whether the name ends in one of these extensions.
    pub fn is(&self, extensions: &[&str]) -> bool {
        is(&self.path, extensions)
    }

    /// The folder under the root that it lies in.
    pub fn folder(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Whether it is only compiled for tests.
    pub fn is_test(&self) -> bool {
        self.declared_for_tests
            || matches!(self.folder(), "tests" | "benches")
            || self.path.contains("/tests/")
    }
}

impl House {
    /// Reads the whole project.
    pub fn real() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut files = Vec::new();
        read_into(root, root, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(files.len() > 20, "only {} files found under {}", files.len(), root.display());
        Self { files }.with_test_modules()
    }

    /// A few files in memory, for a rule's own test.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| SourceFile::new((*path).into(), (*text).into());
        let mut files: Vec<_> = files.iter().map(file).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }.with_test_modules()
    }

    /// Finds the files that `#[cfg(test)] mod name;` leads to.
    fn with_test_modules(mut self) -> Self {
        let declared = |(file, syntax): (&SourceFile, &syn::File)| {
            let names = syntax.items.iter().filter_map(|item| match item {
                Item::Mod(module) if is_test(&module.attrs) => Some(module.ident.to_string()),
                _ => None,
            });
            names.flat_map(|name| places(&file.path, &name)).collect::<Vec<_>>()
        };
        let for_tests: Vec<String> = self.rust().flat_map(declared).collect();
        for file in &mut self.files {
            // `tests/` has its own rules: all of it is for tests, and tidy as well.
            file.declared_for_tests = file.folder() != "tests" && for_tests.contains(&file.path);
        }
        self
    }

    /// Every text file.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The Rust files, parsed.
    pub fn rust(&self) -> impl Iterator<Item = (&SourceFile, &syn::File)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// The packages' manifests, by folder; the workspace's own is not among them.
    pub fn manifests(&self) -> impl Iterator<Item = (&str, &SourceFile, toml::Table)> {
        self.files.iter().filter_map(|file| {
            let folder = file.path.strip_suffix("/Cargo.toml")?;
            Some((folder, file, file.text.parse().unwrap()))
        })
    }
}

fn is(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

fn read_into(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let hidden = name.starts_with('.') && name != ".ci";
        if hidden || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            read_into(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push(SourceFile::new(path, text));
        }
    }
}

/// Fails with every violation, one a line.
pub fn must_be_empty(mut violations: Vec<Violation>) {
    violations.sort();
    let lines: Vec<_> = violations.iter().map(Violation::to_string).collect();
    assert!(lines.is_empty(), "\n\n{}\n\n{} to mend\n", lines.join("\n"), lines.len());
}

/// Fails unless exactly these texts are reported, in any order.
pub fn must_report(mut violations: Vec<Violation>, expected: &[&str]) {
    violations.sort();
    let lines: Vec<_> = violations.iter().map(Violation::to_string).collect();
    assert_eq!(lines, expected);
}
