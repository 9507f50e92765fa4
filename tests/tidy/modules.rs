//! Which file of a crate a path in its code leads to.
//!
//! Invariant: a path that ends in a re-export leads to the file that defines the name, not to the
//! one that passes it on.

use std::collections::BTreeMap;

use crate::code::{Code, Import, places, read};
use crate::house::House;

/// Re-exports of re-exports: deeper chains are taken for a loop of names.
const REEXPORTS_MAX: usize = 16;

/// The module tree of every crate; a file and the inline modules in it count as one.
pub struct Modules {
    files: BTreeMap<String, Module>,
}

/// One file.
pub struct Module {
    /// What it says.
    pub code: Code,
    /// Whether it is only compiled for tests.
    pub declared_for_tests: bool,
    parent: Option<String>,
    children: BTreeMap<String, String>,
}

impl Modules {
    /// Reads every Rust file and finds out which one declares which.
    pub fn of(house: &House) -> Self {
        let mut files: BTreeMap<String, Module> = house
            .rust()
            .map(|(file, syntax)| {
                let module = Module {
                    code: read(syntax),
                    declared_for_tests: file.declared_for_tests,
                    parent: None,
                    children: BTreeMap::new(),
                };
                (file.path.clone(), module)
            })
            .collect();
        for (file, syntax) in house.rust() {
            for item in &syntax.items {
                let syn::Item::Mod(declared) = item else { continue };
                let name = declared.ident.to_string();
                let Some(child) =
                    places(&file.path, &name).into_iter().find(|path| files.contains_key(path))
                else {
                    continue;
                };
                if declared.content.is_none() {
                    files.get_mut(&child).unwrap().parent = Some(file.path.clone());
                    files.get_mut(&file.path).unwrap().children.insert(name, child);
                }
            }
        }
        Self { files }
    }

    /// Every file with its path.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Module)> {
        self.files.iter()
    }

    /// Whether `below` is declared by `above`, directly or not.
    pub fn is_below(&self, below: &str, above: &str) -> bool {
        let parent = self.files.get(below).and_then(|module| module.parent.as_deref());
        parent.is_some_and(|parent| parent == above || self.is_below(parent, above))
    }

    /// The file of the same crate that a path in `file` leads to; `None` leaves the crate.
    pub fn resolve(&self, file: &str, depth: usize, path: &[String]) -> Option<&str> {
        self.follow(file, depth, path, REEXPORTS_MAX)
    }

    fn follow(&self, file: &str, depth: usize, path: &[String], left: usize) -> Option<&str> {
        let left = left.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        let (file, module) = self.files.get_key_value(file)?;
        match first.as_str() {
            "crate" => self.walk(self.root(file), rest, left),
            "self" => self.walk(file, rest, left),
            "super" => {
                let (above, depth) = match depth.checked_sub(1) {
                    Some(depth) => (file.as_str(), depth),
                    None => (module.parent.as_deref()?, 0),
                };
                match rest.first() {
                    Some(next) if next == "super" => self.follow(above, depth, rest, left),
                    _ => self.walk(above, rest, left),
                }
            }
            name if module.children.contains_key(name) => self.walk(file, path, left),
            name => {
                let import = module.imported(name)?;
                let path = [import.path.as_slice(), rest].concat();
                self.follow(file, import.depth, &path, left)
            }
        }
    }

    /// Goes down from a module of the crate.
    fn walk(&self, file: &str, path: &[String], left: usize) -> Option<&str> {
        let (file, module) = self.files.get_key_value(file)?;
        let Some((first, rest)) = path.split_first() else { return Some(file) };
        if let Some(child) = module.children.get(first) {
            return self.walk(child, rest, left);
        }
        if module.code.defined.contains(first) {
            return Some(file);
        }
        if let Some(import) = module.imported(first) {
            let path = [import.path.as_slice(), rest].concat();
            return self.follow(file, import.depth, &path, left);
        }
        let globs = module.code.imports.iter().filter(|import| import.alias.is_none());
        for glob in globs {
            let target = self.follow(file, glob.depth, &glob.path, left);
            let target = target.and_then(|target| self.files.get_key_value(target));
            if let Some((target, there)) = target
                && there.code.defined.contains(first)
            {
                return Some(target);
            }
        }
        Some(file)
    }

    fn root<'a>(&'a self, file: &'a str) -> &'a str {
        match self.files.get(file).and_then(|module| module.parent.as_deref()) {
            Some(parent) => self.root(parent),
            None => file,
        }
    }
}

impl Module {
    fn imported(&self, name: &str) -> Option<&Import> {
        self.code.imports.iter().find(|import| import.alias.as_deref() == Some(name))
    }
}

/// A path leads to the file that defines the name, through re-exports, aliases and globs.
#[test]
fn paths_lead_to_the_defining_file() {
    let house = House::of(&[
        (
            "disk/src/lib.rs",
            "mod real; mod crash; pub use real::Real; pub use crash::*; trait T {}",
        ),
        ("disk/src/real.rs", "mod deep; pub struct Real; use crate::crash as c;"),
        ("disk/src/real/deep.rs", "fn f() {} mod inner {}"),
        ("disk/src/crash.rs", "pub struct Cut;"),
    ]);
    let modules = Modules::of(&house);
    let resolve = |depth, path: &str| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        modules.resolve("disk/src/real/deep.rs", depth, &path)
    };
    assert_eq!(resolve(0, "crate::Real"), Some("disk/src/real.rs"));
    assert_eq!(resolve(0, "crate::T"), Some("disk/src/lib.rs"));
    assert_eq!(resolve(0, "crate::Cut"), Some("disk/src/crash.rs"));
    assert_eq!(resolve(0, "super::c::Cut"), Some("disk/src/crash.rs"));
    assert_eq!(resolve(0, "super::super::T"), Some("disk/src/lib.rs"));
    assert_eq!(resolve(1, "super::f"), Some("disk/src/real/deep.rs"));
    assert_eq!(resolve(1, "super::super::Real"), Some("disk/src/real.rs"));
    assert_eq!(resolve(0, "std::fs::File"), None);
}
