//! `at/` over the fake source: that it shows what was there, that nothing of it can be changed, and
//! what becomes of bytes that go.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::sync::Arc;

use rushes_vault::model::ElementKind;
use rustix::io::Errno;

use crate::fake::beside::element;
use crate::fake::{Bytes, Fake, VIEWER, project, scene};
use crate::list::Stream;
use crate::node::{Keep, Node, ROOT_INO};
use crate::save::changes::NewTimes;
use crate::tree::Tree;
use crate::view::{Found, Held, View};

fn world() -> (Arc<Fake>, View) {
    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    fake.add_scene("fox", 1);
    let one = scene("fox", 1);
    fake.add(&one, ("scene_video", "mp4"), Bytes::in_memory(b"one"));
    fake.add(&one, ("scene_video", "webm"), Bytes::in_memory(b"two"));
    fake.fail(&one, "scene_video");
    fake.add(&project("fox"), ("poster", "png"), Bytes::in_memory(b"poster"));
    fake.add_element("fox", ElementKind::Character, 9, "red-fox");
    let fox = element("fox", ElementKind::Character, 9);
    fake.add(&fox, ("portrait", "png"), Bytes::in_memory(b"portrait"));
    fake.derive((&fox, "portrait", 1), &[(&project("fox"), "poster", 1)]);
    (Arc::clone(&fake), View::new(fake, VIEWER))
}

/// What comes after a moment.
fn go_on(fake: &Fake) {
    let one = scene("fox", 1);
    fake.choose(&one, "scene_video", 1);
    fake.delete(&one, "scene_video", 2, true);
    fake.add(&one, ("narration", "wav"), Bytes::in_memory(b"later"));
    fake.tag(&project("fox"), "poster", 1, &["hero"]);
    fake.remove_element(9);
    fake.add_scene("fox", 2);
    fake.add_project("owl");
}

fn find(view: &View, path: &str) -> Option<Found> {
    path.split('/')
        .filter(|name| !name.is_empty())
        .try_fold(view.root(), |found, name| view.lookup(&found.node, name).unwrap())
}

/// Every path below a folder, with what the listing says that is there.
fn walk(view: &View, folder: &Node, path: &str, seen: &mut BTreeMap<String, Found>) {
    let mut stream = Stream::new(folder.clone());
    for position in 0.. {
        let Some(entry) = stream.at(view, position).unwrap() else { break };
        let path = format!("{path}/{}", entry.name);
        if entry.found.attr.folder {
            walk(view, &entry.found.node, &path, seen);
        }
        assert!(seen.insert(path.clone(), entry.found).is_none(), "{path} is there twice");
    }
}

fn below(view: &View, path: &str) -> BTreeMap<String, Found> {
    let mut seen = BTreeMap::new();
    walk(view, &find(view, path).unwrap().node, "", &mut seen);
    seen
}

fn text(view: &View, node: &Node) -> Option<Vec<u8>> {
    let Some(Held::Same(content)) = view.open(node).unwrap() else { return None };
    let mut bytes = vec![0; usize::try_from(content.size()).unwrap()];
    content.read_at(&mut bytes, 0).unwrap();
    Some(bytes)
}

#[test]
fn a_moment_shows_what_the_folder_showed_then_and_goes_on_showing_it() {
    let (fake, view) = world();
    let read = |seen: BTreeMap<String, Found>| -> BTreeMap<_, _> {
        let is_own = |path: &String| !path.contains("/v001/") && !path.ends_with("/v001");
        let own = seen.into_iter().filter(|(path, _)| is_own(path));
        own.map(|(path, found)| (path, (found.attr.size, text(&view, &found.node)))).collect()
    };
    let shown = read(below(&view, "projects"));
    assert!(shown.len() > 25, "{}", shown.len());
    let revision = fake.remember();
    go_on(&fake);
    assert_ne!(read(below(&view, "projects")), shown, "much has changed");
    let at = format!("at/{revision}");
    let seen = below(&view, &format!("{at}/projects"));
    for (path, found) in &seen {
        let path = format!("{at}/projects{path}");
        assert_eq!(find(&view, &path).as_ref(), Some(found), "{path}");
        assert_eq!(found.attr.keep, Keep::Moment, "{path}");
        let is_version = matches!(found.node, Node::Version { .. });
        assert_ne!(found.node.is_past(), is_version, "{path}");
    }
    let numbers: HashSet<_> = seen.values().map(|found| found.node.ino(VIEWER)).collect();
    let now = below(&view, "projects");
    let own = now.values().filter(|found| !matches!(found.node, Node::Version { .. }));
    assert!(own.into_iter().all(|found| !numbers.contains(&found.node.ino(VIEWER))));
    assert_eq!(read(seen), shown);
}

#[test]
fn a_version_is_one_inode_now_and_then_with_the_names_that_it_has_now() {
    let (fake, view) = world();
    let revision = fake.remember();
    go_on(&fake);
    let path = "projects/fox/versions/poster/v001.png";
    let (now, then) = (find(&view, path), find(&view, &format!("at/{revision}/{path}")));
    let (now, then) = (now.unwrap(), then.unwrap());
    assert_eq!((&now.node, now.attr.links), (&then.node, then.attr.links));
    assert_eq!(now.attr.links, 3, "a tag came");
}

#[test]
fn bytes_that_go_leave_their_record() {
    let (fake, view) = world();
    let revision = fake.remember();
    go_on(&fake);
    let scene = format!("at/{revision}/projects/fox/scenes/1");
    let version = format!("{scene}/versions/scene_video/v002.webm");
    let (current, version) = (format!("{scene}/scene_video.webm"), version);
    let held: Vec<_> = [&current, &version].map(|path| find(&view, path).unwrap().node).into();
    assert!(held.iter().all(|node| text(&view, node).as_deref() == Some(b"two")), "deleted");
    fake.free(b"two");
    for (path, node) in [&current, &version].into_iter().zip(&held) {
        assert_eq!(find(&view, path), None, "{path}");
        assert!(view.open(node).unwrap().is_none(), "{path}");
    }
    let names: Vec<_> =
        below(&view, &format!("{scene}/versions/scene_video")).into_keys().collect();
    assert_eq!(names, ["/v001.json", "/v001.mp4", "/v002.json", "/v003.failed.json"]);
}

#[test]
fn moments_are_looked_for_and_over() {
    let (fake, view) = world();
    let revision = fake.remember();
    assert!(below(&view, "at").is_empty());
    let names: Vec<_> = below(&view, &format!("at/{revision}")).into_keys().collect();
    assert_eq!(names.first().map(String::as_str), Some("/projects"));
    let mut numbers = HashSet::new();
    // The ninth claim of the small world is made nine seconds after it began.
    let claim = revision.to_string();
    for name in [claim.as_str(), "2025-11-20T00-53-29", "2025-11-20T005329"] {
        let found = find(&view, &format!("at/{name}/projects/fox/project.json")).unwrap();
        assert!(numbers.insert(found.node.ino(VIEWER)), "{name}: a folder has one name");
    }
    let future = format!("at/{}", revision + 1);
    for path in [
        future.as_str(),
        "at/0",
        "at/2199-01-01",
        "at/today",
        "at/1/projects/fox",
        "at/9/scenes",
        "at/9/projects/FOX",
        "at/9/projects/owl",
        "at/9/projects/fox/characters/red-fox/versions/portrait/v001",
    ] {
        assert_eq!(find(&view, path), None, "{path}");
    }
}

#[test]
fn nothing_of_the_past_can_be_changed() {
    let (fake, _) = world();
    let revision = fake.remember();
    let tree = Tree::<u32>::new(Arc::clone(&fake) as _, VIEWER);
    let ino = |path: &str| {
        path.split('/').fold(ROOT_INO, |at, name| tree.lookup(at, OsStr::new(name)).unwrap().ino)
    };
    let at = format!("at/{revision}/projects");
    let (scene, scenes) = (ino(&format!("{at}/fox/scenes/1")), ino(&format!("{at}/fox/scenes")));
    let current = ino(&format!("{at}/fox/scenes/1/scene_video.webm"));
    let present = ino("projects/fox/scenes/1");
    let name = OsStr::new;
    for folder in [
        scene,
        scenes,
        ino("at"),
        ino(&format!("at/{revision}")),
        ino(&at),
        ino(&format!("{at}/fox")),
    ] {
        assert_eq!(tree.create(folder, name("x.png"), false).unwrap_err(), Errno::ROFS);
        assert_eq!(tree.unlink(folder, name("scene_video.webm")).unwrap_err(), Errno::ROFS);
        assert_eq!(tree.make_folder(folder, name("new")).unwrap_err(), Errno::ROFS);
        let (from, to) = ((folder, name("a.png")), (present, name("b.png")));
        assert_eq!(tree.rename_any(from, to, false).unwrap_err(), Errno::ROFS);
        let (from, to) = ((present, name("scene_video.webm")), (folder, name("b.webm")));
        assert_eq!(tree.rename_any(from, to, false).unwrap_err(), Errno::ROFS);
        assert!(!tree.attr(folder).unwrap().is_writable);
    }
    assert_eq!(tree.remove_folder(scenes, name("1")).unwrap_err(), Errno::ROFS);
    assert_eq!(tree.remove_name(scene, name("scene.json")).unwrap_err(), Errno::ROFS);
    let (from, to) = ((scenes, name("1")), (scenes, name("2")));
    assert_eq!(tree.rename_any(from, to, false).unwrap_err(), Errno::ROFS);
    assert_eq!(tree.stand_before_node(current), Errno::ROFS);
    for new in
        [NewTimes { size: Some(0), mtime_ms: None }, NewTimes { size: None, mtime_ms: Some(0) }]
    {
        assert_eq!(tree.set(current, new).unwrap_err(), Errno::ROFS);
    }
    let shown = tree.xattr(current, "user.rushes.version");
    assert_eq!(shown, Ok(b"2".to_vec()));
    let opened = tree.open(current, |_| None).unwrap();
    let mut bytes = [0; 8];
    assert_eq!(tree.read(current, opened.handle, 0, &mut bytes), Ok(3));
    tree.release(current, opened.handle, false);
}
