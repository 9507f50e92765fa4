//! Who writes files: `disk`, and a short list of others.

use crate::code::{Code, read};
use crate::house::{House, Violation, must_be_empty, must_report};

/// One place beside `disk` that writes files.
struct Allowed {
    path: &'static str,
    call: &'static str,
    why: &'static str,
}

/// Everything that is not data, and why it does not need the care that data gets.
const ALLOWED: &[Allowed] = &[
    Allowed {
        path: "catalog/src/search/indexer.rs",
        call: "fs::create_dir_all",
        why: "tantivy's own files, derived",
    },
    Allowed { path: "cli/src/get.rs", call: "OpenOptions", why: GOT },
    Allowed { path: "cli/src/get.rs", call: "rustix::fs::renameat_with", why: GOT },
    Allowed { path: "cli/src/get.rs", call: "fs::rename", why: GOT },
    Allowed { path: "cli/src/get.rs", call: "fs::remove_file", why: GOT },
    Allowed { path: "cli/src/sent.rs", call: "DirBuilder", why: SENT },
    Allowed { path: "cli/src/sent.rs", call: "OpenOptions", why: SENT },
    Allowed { path: "cli/src/sent.rs", call: "fs::rename", why: SENT },
    Allowed { path: "cli/src/sent.rs", call: "fs::remove_file", why: SENT },
    Allowed { path: "daemon/src/secrets.rs", call: "DirBuilder", why: TOKENS },
    Allowed { path: "daemon/src/secrets.rs", call: "OpenOptions", why: TOKENS },
    Allowed { path: "daemon/src/secrets.rs", call: "fs::rename", why: TOKENS },
    Allowed { path: "daemon/src/secrets.rs", call: "fs::remove_file", why: TOKENS },
    Allowed { path: "fs/src/mount.rs", call: "fs::create_dir_all", why: MOUNT },
    Allowed { path: "fs/src/mount.rs", call: "fs::write", why: "a setting of the kernel in /sys" },
    Allowed {
        path: "store/src/index/hooks.rs",
        call: "OpenOptions",
        why: "hints, as sled's files",
    },
    Allowed {
        path: "vault/src/lock.rs",
        call: "OpenOptions",
        why: "the lock comes before the disk",
    },
];

const GOT: &str = "the user's own file: what `rushes get` fetched";
const SENT: &str = "a cache of the user's, checked when it is read";
const TOKENS: &str = "secrets are no data: they are made anew, and never copied with an export";
const MOUNT: &str = "the folder that is mounted on, outside the data directory";

/// Functions of `std::fs` (and tokio's copy of it) that change the disk.
const STD: &[&str] = &[
    "copy",
    "create_dir",
    "create_dir_all",
    "hard_link",
    "remove_dir",
    "remove_dir_all",
    "remove_file",
    "rename",
    "set_permissions",
    "soft_link",
    "symlink",
    "write",
    "File::create",
    "File::create_new",
    "File::options",
];

/// The same of `rustix::fs`; `open` shows by its flags.
const RUSTIX: &[&str] = &[
    "chmod",
    "chmodat",
    "copy_file_range",
    "fallocate",
    "fchmod",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "mknodat",
    "rename",
    "renameat",
    "renameat_with",
    "rmdir",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
];

/// The flags without which nothing can be written.
const FLAGS: &[&str] = &["CREATE", "RDWR", "TMPFILE", "WRONLY"];

/// What a path does to the disk, in the words of the list above; `None` if nothing.
fn write_of(path: &[String]) -> Option<String> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tempfile", ..] => Some("tempfile".into()),
        ["std" | "tokio", "fs", name] | ["std", "os", "unix", "fs", name] => {
            STD.contains(name).then(|| format!("fs::{name}"))
        }
        // The type alone is not a write, a call on it is.
        ["std" | "tokio", "fs", kind @ ("OpenOptions" | "DirBuilder"), _, ..] => {
            Some((*kind).to_owned())
        }
        ["std" | "tokio", "fs", "File", call, ..] => {
            let name = format!("File::{call}");
            STD.contains(&name.as_str()).then_some(name)
        }
        ["rustix", "fs", "OFlags", flag, ..] => {
            FLAGS.contains(flag).then(|| format!("OFlags::{flag}"))
        }
        ["rustix", "fs", name] => RUSTIX.contains(name).then(|| format!("rustix::fs::{name}")),
        _ => None,
    }
}

/// Every write in a file, with its line. A glob over `std::fs` would hide them: it counts as one.
fn writes(code: &Code) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for import in &code.imports {
        let glob = import.alias.is_none() && import.path.ends_with(&["fs".into()]);
        let what = if glob { Some("fs::*".to_owned()) } else { write_of(&import.path) };
        found.extend(what.map(|what| (what, import.line)));
    }
    for path in &code.paths {
        let Some((first, rest)) = path.segments.split_first() else { continue };
        let import = code.imports.iter().find(|import| import.alias.as_ref() == Some(first));
        let what = match import {
            Some(import) => write_of(&[import.path.as_slice(), rest].concat()),
            None => write_of(&path.segments),
        };
        found.extend(what.map(|what| (what, path.line)));
    }
    found
}

fn check(house: &House, allowed: &[Allowed]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut used = vec![false; allowed.len()];
    for (file, syntax) in house.rust().filter(|(file, _)| file.folder() != "disk") {
        if file.is_test() {
            continue;
        }
        for (call, line) in writes(&read(syntax)) {
            let entry = allowed.iter().position(|one| one.path == file.path && one.call == call);
            if let Some(at) = entry {
                used[at] = true;
                continue;
            }
            let what = format!("{call} writes to the disk: go through `disk`");
            violations.push(Violation::new(&file.path, line, what));
        }
    }
    for (entry, _) in allowed.iter().zip(used).filter(|(_, used)| !used) {
        let Allowed { path, call, why } = entry;
        let what = format!("does not call {call} any more: take it off the list ({why})");
        violations.push(Violation::new(path, 0, what));
    }
    violations
}

#[test]
fn only_disk_writes_files() {
    must_be_empty(check(&House::real(), ALLOWED));
}

#[test]
fn a_write_beside_disk_is_reported() {
    let house = House::of(&[
        ("disk/src/real.rs", "fn f() { std::fs::write(a, b) }"),
        ("vault/src/lib.rs", "mod a;\n#[cfg(test)]\npub mod fake;"),
        ("vault/src/fake.rs", "fn f() { std::fs::write(a, b) }"),
        ("tests/e2e/main.rs", "fn f() { std::fs::write(a, b) }"),
        (
            "vault/src/a.rs",
            "use std::fs::{self, File};\nfn f() { fs::read(a); File::open(a);\n\
          a.map(fs::remove_file); File::create(a) }\n#[test]\nfn t() { fs::write(a, b) }",
        ),
        ("vault/src/b.rs", "use rustix::fs::{OFlags as O, open};\nfn f() { open(a, O::CREATE) }"),
        (
            "vault/src/c.rs",
            "use std::fs::*;\nuse std::fs::rename;\nuse std::fs::OpenOptions;\n\
          fn f() { OpenOptions::new(); go!(tempfile::tempdir()) }",
        ),
        ("daemon/src/tokens.rs", "fn f() { std::fs::rename(a, b) }"),
    ]);
    let kept = Allowed { path: "daemon/src/tokens.rs", call: "fs::rename", why: "tokens" };
    let stale = Allowed { path: "daemon/src/tokens.rs", call: "fs::write", why: "tokens" };
    must_report(
        check(&house, &[kept, stale]),
        &[
            "daemon/src/tokens.rs: does not call fs::write any more: take it off the list (tokens)",
            "vault/src/a.rs:3: File::create writes to the disk: go through `disk`",
            "vault/src/a.rs:3: fs::remove_file writes to the disk: go through `disk`",
            "vault/src/b.rs:2: OFlags::CREATE writes to the disk: go through `disk`",
            "vault/src/c.rs:1: fs::* writes to the disk: go through `disk`",
            "vault/src/c.rs:2: fs::rename writes to the disk: go through `disk`",
            "vault/src/c.rs:4: OpenOptions writes to the disk: go through `disk`",
            "vault/src/c.rs:4: tempfile writes to the disk: go through `disk`",
        ],
    );
}
