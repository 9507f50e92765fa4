//! The tree beside projects, over the fake source: lineage, words, and which names are one inode.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rushes_vault::folders::{STEM_BYTES_MAX, folded, free, slug, title};
use rushes_vault::model::ElementKind;

use crate::fake::beside::element;
use crate::fake::{Bytes, Fake, VIEWER, project, scene};
use crate::list::Stream;
use crate::node::Keep;
use crate::view::{Found, View};

fn world() -> (Arc<Fake>, View) {
    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    fake.add_project("owl");
    fake.add_scene("fox", 1);
    fake.add_scene("fox", 2);
    fake.add_element("fox", ElementKind::Mood, 5, "dusk");
    let (one, two) = (scene("fox", 1), scene("fox", 2));
    let dusk = element("fox", ElementKind::Mood, 5);
    for scope in [&one, &two, &dusk, &project("fox"), &project("owl")] {
        let name = format!("{scope:?}");
        fake.add(scope, ("frame", "png"), Bytes::in_memory(name.as_bytes()));
    }
    // Another one of the project's own that reads like scene 2's.
    let key = "scene-2.frame";
    fake.add(&project("fox"), (key, "png"), Bytes::in_memory(b"like it"));
    fake.add(&one, ("video", "mp4"), Bytes::in_memory(b"video"));
    fake.derive(
        (&one, "video", 1),
        &[
            (&one, "frame", 1),
            (&two, "frame", 1),
            (&dusk, "frame", 1),
            (&project("fox"), "frame", 1),
            (&project("owl"), "frame", 1),
            (&project("fox"), key, 1),
        ],
    );
    (Arc::clone(&fake), View::new(fake, VIEWER))
}

fn find(view: &View, path: &str) -> Option<Found> {
    path.split('/')
        .filter(|name| !name.is_empty())
        .try_fold(view.root(), |found, name| view.lookup(&found.node, name).unwrap())
}

fn names(view: &View, path: &str) -> Vec<String> {
    let mut stream = Stream::new(find(view, path).unwrap().node);
    let entry = |position| stream.at(view, position).unwrap().map(|entry| entry.name);
    (0..).map_while(entry).collect()
}

const MADE: &str = "projects/fox/scenes/1/versions/video/v001";

#[test]
fn what_a_version_was_made_from_is_named_after_where_it_comes_from() {
    let (_, view) = world();
    assert_eq!(names(&view, MADE), ["sources", "used-in"]);
    let sources = format!("{MADE}/sources");
    let expected = [
        "scene-1.frame.v001.png",
        "scene-2.frame.v001.png",
        "mood-dusk.frame.v001.png",
        "frame.v001.png",
        "owl.frame.v001.png",
        "scene-2.frame-11.png", // its first name is taken
    ];
    assert_eq!(names(&view, &sources), expected);
    for name in expected {
        assert!(find(&view, &format!("{sources}/{name}")).is_some(), "{name}");
    }
    assert_eq!(names(&view, &format!("{MADE}/used-in")), [""; 0]);
    let used = "projects/fox/scenes/2/versions/frame/v001/used-in";
    assert_eq!(names(&view, used), ["scene-1.video.v001.mp4"]);
    assert_eq!(find(&view, "projects/owl/versions/frame/v002"), None);
}

#[test]
fn all_read_only_names_of_an_asset_are_one_inode_that_counts_them() {
    let (fake, view) = world();
    fake.tag(&scene("fox", 2), "frame", 1, &["Dark", "wide"]);
    let paths = [
        "projects/fox/scenes/2/versions/frame/v001.png".to_owned(),
        "library/image/frame-7.png".to_owned(),
        "tags/Dark-2/frame-7.png".to_owned(),
        "tags/wide/frame-7.png".to_owned(),
        "recent/frame-7.png".to_owned(),
        "search/frame/frame-7.png".to_owned(),
        format!("{MADE}/sources/scene-2.frame.v001.png"),
    ];
    let found: Vec<_> = paths.iter().map(|path| find(&view, path).unwrap()).collect();
    for (path, one) in paths.iter().zip(&found) {
        assert_eq!(one.node, found[0].node, "{path}");
        assert_eq!((one.attr.links, one.attr.mtime_ms), (4, found[0].attr.mtime_ms), "{path}");
    }
    let keeps: Vec<_> = found.iter().map(|one| one.attr.keep).collect();
    let (always, moment, never) = (Keep::Always, Keep::Moment, Keep::Never);
    assert_eq!(keeps, [always, always, always, always, moment, moment, never]);
    let current = find(&view, "projects/fox/scenes/2/frame.png").unwrap();
    assert_ne!(current.node, found[0].node, "a current file has its own");
    let own = find(&view, "projects/fox/frame.png").unwrap();
    assert_eq!(find(&view, "projects/fox/assets/frame.png").as_ref(), Some(&own));
    assert_eq!((current.attr.links, own.attr.links), (1, 2));
}

#[test]
fn a_deleted_asset_is_in_no_list() {
    let (fake, view) = world();
    fake.delete(&scene("fox", 2), "frame", 1, true);
    assert!(!names(&view, "library/image").contains(&"frame-7.png".to_owned()));
    let sources = names(&view, &format!("{MADE}/sources"));
    assert_eq!((sources.len(), sources[1].as_str()), (5, "mood-dusk.frame.v001.png"));
    assert_eq!(find(&view, "projects/fox/scenes/2/versions/frame/v001"), None);
}

/// Whether a name is one on ext4, NTFS (Naming Files, Microsoft Learn) and APFS.
fn is_fine(name: &str) -> bool {
    let reserved = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "COM¹"];
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    (1..=255).contains(&name.len())
        && name.encode_utf16().count() <= 255
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !name.chars().any(|c| c.is_control() || "/\\:*?\"<>|".contains(c))
        && !reserved.contains(&stem.as_str())
        && (name == "unnamed" || title(name, "") == short(name))
}

/// What [`title`] makes of a name that is composed and fine, which it leaves as it is but for its
/// end.
fn short(name: &str) -> String {
    if name.len() > STEM_BYTES_MAX { title(name, "") } else { name.to_owned() }
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[A-Za-zÀ-ÿ .:/\\\\-]{0,40}",
        proptest::sample::select(vec![
            "..",
            ".",
            "CON",
            "nul.txt",
            "com1.mp4",
            "a\0b",
            "\u{202e}gpj",
            "cafe\u{301}",
            "caf\u{e9}",
            "FOX",
            "fox",
            "ſ",
            "K",
            "ß",
            "SS",
            "ﬁ",
            "  x  ",
            "x.",
            "-1",
            "x-2.png",
            "\n",
            "\u{1f0}",
            "J\u{30c}",
            "…",
            "~",
            "#",
            "狐",
            "ก่",
            "🦊",
            ".swp",
            "desktop.ini",
            "\u{feff}",
        ])
        .prop_map(str::to_owned),
    ];
    (pieces, 0..4usize).prop_map(|(text, times)| text.repeat(times.max(1) * times.max(1)))
}

#[test]
fn hostile_titles_become_names_that_every_system_takes_and_tells_apart() {
    let mut runner = TestRunner::deterministic();
    let fake = Arc::new(Fake::default());
    let mut titles = Vec::new();
    for _ in 0..2_000 {
        titles.push(hostile().new_tree(&mut runner).unwrap().current());
        fake.add_titled(titles.last().unwrap(), "all");
    }
    let view = View::new(Arc::clone(&fake) as _, VIEWER);
    let listed = names(&view, "tags/all");
    assert_eq!(listed.len(), titles.len());
    let mut seen = std::collections::HashSet::new();
    for (name, title) in listed.iter().zip(&titles) {
        assert!(is_fine(name), "{name:?} of {title:?}");
        assert!(seen.insert(folded(name)), "{name:?} of {title:?} is there twice");
    }
    let folder = find(&view, "tags/all").unwrap().node;
    for name in listed.iter().step_by(50) {
        assert!(view.lookup(&folder, name).unwrap().is_some(), "{name:?}");
    }
    // The words of tags and elements go the same way, as one name each.
    let mut taken = std::collections::HashSet::new();
    for (turn, title) in titles.iter().enumerate() {
        for name in [self::title(title, "unnamed"), slug(title, "character")] {
            let mark = format!("m{turn}");
            let name = free(&name, &mark, |name| Ok::<_, ()>(taken.contains(name))).unwrap();
            assert!(is_fine(&name), "{name:?} of {title:?}");
            assert!(taken.insert(folded(&name)) || name.ends_with(&mark), "{name:?}");
        }
    }
}
