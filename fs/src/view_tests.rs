//! The pure tree over the fake source: names, lookups, listings.

use std::sync::Arc;

use rushes_vault::model::ElementKind;

use crate::fake::beside::element;
use crate::fake::{Bytes, Fake, VIEWER, project, scene};
use crate::list::{Cursor, PAGE, Stream};
use crate::node::{Keep, Node};
use crate::view::{Found, View};

fn view(fake: Fake) -> (Arc<Fake>, View) {
    let fake = Arc::new(fake);
    (Arc::clone(&fake), View::new(fake, VIEWER))
}

fn film() -> Fake {
    let fake = Fake::default();
    fake.add_project("fox");
    fake.add_scene("fox", 1);
    fake.add_scene("fox", 12);
    let one = scene("fox", 1);
    fake.add(&one, ("scene_video", "mp4"), Bytes::in_memory(b"one"));
    fake.add(&one, ("scene_video", "webm"), Bytes::in_memory(b"two"));
    fake.fail(&one, "scene_video");
    fake.fail(&one, "narration");
    fake.add(&project("fox"), ("poster", "png"), Bytes::in_memory(b"poster"));
    fake.add_element("fox", ElementKind::Character, 9, "red-fox");
    let fox = element("fox", ElementKind::Character, 9);
    fake.add(&fox, ("portrait", "png"), Bytes::in_memory(b"portrait"));
    fake.tag(&project("fox"), "poster", 1, &["hero"]);
    fake
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

/// Every path of the tree, with what the listing says that is there.
fn walk(view: &View, path: &str, folder: &Node, seen: &mut Vec<(String, Found)>) {
    let mut stream = Stream::new(folder.clone());
    for position in 0.. {
        let Some(entry) = stream.at(view, position).unwrap() else { break };
        let path = format!("{path}/{}", entry.name);
        seen.push((path.clone(), entry.found.clone()));
        if entry.found.attr.folder {
            walk(view, &path, &entry.found.node, seen);
        }
    }
}

/// A name is found as it was listed. The time of a folder whose changes nobody tells is that of the
/// question.
fn assert_found(view: &View, path: &str, listed: &Found) {
    let mut found = find(view, path).unwrap();
    if found.attr.keep == Keep::Moment && found.attr.folder {
        found.attr.mtime_ms = listed.attr.mtime_ms;
    }
    assert_eq!(found, *listed, "{path}");
}

#[test]
fn the_tree_is_the_one_of_the_design() {
    let (_, view) = view(film());
    let mut seen = Vec::new();
    walk(&view, "", &Node::Root, &mut seen);
    let paths: Vec<_> = seen.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "/projects",
        "/projects/fox",
        "/projects/fox/project.json",
        "/projects/fox/scenes",
        "/projects/fox/scenes/1",
        "/projects/fox/scenes/1/scene.json",
        "/projects/fox/scenes/1/versions",
        "/projects/fox/scenes/1/versions/narration",
        "/projects/fox/scenes/1/versions/narration/v001.failed.json",
        "/projects/fox/scenes/1/versions/scene_video",
        "/projects/fox/scenes/1/versions/scene_video/v001.mp4",
        "/projects/fox/scenes/1/versions/scene_video/v001.json",
        "/projects/fox/scenes/1/versions/scene_video/v002.webm",
        "/projects/fox/scenes/1/versions/scene_video/v002.json",
        "/projects/fox/scenes/1/versions/scene_video/v003.failed.json",
        "/projects/fox/scenes/1/scene_video.webm",
        "/projects/fox/scenes/12",
        "/projects/fox/scenes/12/scene.json",
        "/projects/fox/scenes/12/versions",
        "/projects/fox/characters",
        "/projects/fox/characters/red-fox",
        "/projects/fox/characters/red-fox/character.json",
        "/projects/fox/characters/red-fox/versions",
        "/projects/fox/characters/red-fox/versions/portrait",
        "/projects/fox/characters/red-fox/versions/portrait/v001.png",
        "/projects/fox/characters/red-fox/versions/portrait/v001.json",
        "/projects/fox/characters/red-fox/portrait.png",
        "/projects/fox/locations",
        "/projects/fox/moods",
        "/projects/fox/assets",
        "/projects/fox/assets/poster.png",
        "/projects/fox/versions",
        "/projects/fox/versions/poster",
        "/projects/fox/versions/poster/v001.png",
        "/projects/fox/versions/poster/v001.json",
        "/projects/fox/poster.png",
        "/library",
        "/library/image",
        "/library/image/scene_video-5.webm",
        "/library/image/poster-8.png",
        "/library/image/portrait-10.png",
        "/library/video",
        "/library/video/scene_video-4.mp4",
        "/tags",
        "/tags/hero",
        "/tags/hero/poster-8.png",
        "/recent",
        "/recent/portrait-10.png",
        "/recent/poster-8.png",
        "/recent/scene_video-5.webm",
        "/recent/scene_video-4.mp4",
        "/search",
        "/at",
        "/blobs",
    ];
    assert_eq!(paths.get(..expected.len()).unwrap(), expected);
    assert_eq!(paths.len(), expected.len() + 4, "and four blobs");
    for (path, found) in &seen {
        assert_found(&view, path, found);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let fake = film();
    fake.add(&scene("fox", 1), ("caf\u{e9}", "png"), Bytes::in_memory(b"x"));
    let (_, view) = view(fake);
    for path in [
        "x",
        "projects/FOX",
        "projects/fox/scenes/01",
        "projects/fox/scenes/2",
        "projects/fox/scenes/1/scene_video.mp4",
        "projects/fox/scenes/1/scene_video",
        "projects/fox/scenes/1/Scene_Video.webm",
        "projects/fox/scenes/1/scene_video.WEBM",
        "projects/fox/scenes/1/cafe\u{301}.png",
        "projects/fox/scenes/1/Scene.json",
        "projects/fox/scenes/1/project.json",
        "projects/fox/scenes/1/scenes",
        "projects/fox/scenes/1/versions/SCENE_VIDEO",
        "projects/fox/scenes/1/versions/cafe\u{301}",
        "projects/fox/scenes/1/versions/scene_video/v1.mp4",
        "projects/fox/scenes/1/versions/scene_video/v0001.mp4",
        "projects/fox/scenes/1/versions/scene_video/v001.webm",
        "projects/fox/scenes/1/versions/scene_video/v003.json",
        "projects/fox/scenes/1/versions/scene_video/v004.mp4",
        "projects/fox/project.json/x",
        "blobs/x",
        "projects/fox/storyboard.json",
        "projects/fox/characters/RED-FOX",
        "projects/fox/characters/red-fox/scene.json",
        "projects/fox/assets/project.json",
        "projects/fox/timelines",
        "library/audio",
        "library/video/scene_video-5.webm",
        "library/video/scene_video-04.mp4",
        "library/video/other-4.mp4",
        "tags/Hero",
        "tags/hero/scene_video-4.mp4",
        "recent/scene_video-3.mp4",
        "search/.git",
        "search/!!",
    ] {
        assert_eq!(find(&view, path), None, "{path}");
    }
}

#[test]
fn a_current_file_is_the_best_version_and_another_node_when_it_changes() {
    let (fake, view) = view(film());
    let latest = find(&view, "projects/fox/scenes/1/scene_video.webm").unwrap();
    fake.choose(&scene("fox", 1), "scene_video", 1);
    let best = find(&view, "projects/fox/scenes/1/scene_video.mp4").unwrap();
    assert_ne!(best.node.ino(VIEWER), latest.node.ino(VIEWER));
    assert_eq!(find(&view, "projects/fox/scenes/1/scene_video.webm"), None);
    let version = find(&view, "projects/fox/scenes/1/versions/scene_video/v001.mp4").unwrap();
    assert_eq!(best.node.digest(), version.node.digest());
    assert_ne!(best.node.ino(VIEWER), version.node.ino(VIEWER));
}

#[test]
fn whatever_key_the_catalogue_allows_is_shown_under_its_plain_name() {
    let fake = Fake::default();
    fake.add_project("fox");
    let scope = project("fox");
    let keys = ["Take", "a", "a.png", "b.c", "caf\u{e9}", "scenes", "versions", "x (12345678)"];
    for (key, extension) in keys.iter().flat_map(|key| [(key, "png"), (key, "json")]) {
        fake.add(&scope, (key, extension), Bytes::in_memory(extension.as_bytes()));
    }
    fake.add(&scope, ("tAKE", "png"), Bytes::in_memory(b"third"));
    let (_, view) = view(fake);
    let mut expected: Vec<_> = keys.iter().map(|key| format!("{key}.json")).collect();
    expected[0] = "Take.png".to_owned();
    let mut currents = names(&view, "projects/fox");
    let fixed: Vec<_> = currents.drain(..7).collect();
    let parts = ["scenes", "characters", "locations", "moods", "assets"];
    assert_eq!(fixed, [&["project.json"][..], &parts, &["versions"]].concat());
    expected.sort();
    currents.sort();
    assert_eq!(currents, expected);
    let mut folders = names(&view, "projects/fox/versions");
    folders.sort();
    assert_eq!(folders, keys);
    let a = ["v001.png", "v001.json", "v002.content.json", "v002.json"];
    assert_eq!(names(&view, "projects/fox/versions/a"), a);
    let mut seen = Vec::new();
    walk(&view, "", &Node::Root, &mut seen);
    for (path, found) in &seen {
        assert_found(&view, path, found);
    }
}

#[test]
fn a_large_folder_is_listed_once_each_while_it_grows() {
    const COUNT: u32 = 10_000;
    let fake = Fake::default();
    fake.add_project("fox");
    for number in (2..=2 * COUNT).step_by(2) {
        fake.add_scene("fox", number);
    }
    let (fake, view) = view(fake);
    let mut stream = Stream::new(find(&view, "projects/fox/scenes").unwrap().node);
    let mut seen = Vec::new();
    for position in 0.. {
        let Some(entry) = stream.at(&view, position).unwrap() else { break };
        seen.push(entry.name.parse::<u32>().unwrap());
        if position % 1000 == 500 {
            fake.add_scene("fox", seen[0] + 1 + u32::try_from(position).unwrap() * 2);
        }
    }
    assert!(seen.is_sorted_by(|a, b| a < b), "nothing twice");
    assert_eq!(seen.iter().filter(|number| *number % 2 == 0).count(), COUNT as usize);
    let again = stream.at(&view, 7000).unwrap().unwrap().name.parse::<u32>().unwrap();
    assert!(seen[..=7000].contains(&again), "seeking back shows what was there");
}

#[test]
fn a_page_is_bounded_and_empty_pages_do_not_end_a_listing() {
    let fake = Fake::default();
    fake.add_project("fox");
    let scope = project("fox");
    for number in 0..3 * PAGE {
        fake.fail(&scope, &format!("failed{number:04}"));
    }
    fake.add(&scope, ("ready", "png"), Bytes::in_memory(b"x"));
    let (_, view) = view(fake);
    let folder = find(&view, "projects/fox").unwrap().node;
    let page = view.list(&folder, &Cursor::Start, PAGE).unwrap();
    assert!(page.entries.len() <= PAGE + 8 && page.next.is_some());
    assert_eq!(names(&view, "projects/fox").last().unwrap(), "ready.png");
    assert_eq!(names(&view, "projects/fox/versions").len(), 3 * PAGE + 1);
}

#[test]
fn an_entry_that_was_read_ahead_is_looked_up_again_after_a_change() {
    let (fake, view) = view(film());
    let mut stream = Stream::new(find(&view, "projects/fox/scenes/1").unwrap().node);
    let old = stream.at(&view, 0).unwrap().unwrap();
    fake.fail(&scene("fox", 1), "scene_video");
    view.changed();
    let new = stream.at(&view, 0).unwrap().unwrap();
    assert_eq!((old.name.as_str(), new.name.as_str()), ("scene.json", "scene.json"));
    assert_ne!(old.found.node, new.found.node, "a record with another text is another node");
}
