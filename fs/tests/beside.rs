//! The folders beside projects in a real file tree: what is dropped when something changes.

#![cfg(test)]

#[path = "../src/fake.rs"]
#[expect(clippy::missing_panics_doc, reason = "it panics when a test is wrong")]
pub mod fake;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fake::beside::element;
use fake::{Bytes, Fake, VIEWER, project, scene};
use rushes_fs::model::ElementKind;
use rushes_fs::{Mount, MountOptions, mount};

/// A mounted film; the mount goes before its folder.
struct Film {
    fake: Arc<Fake>,
    root: PathBuf,
    _mount: Mount,
    _around: tempfile::TempDir,
}

fn film() -> Film {
    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    fake.add_scene("fox", 1);
    fake.add(&scene("fox", 1), ("frame", "png"), Bytes::in_file(b"frame"));
    let around = tempfile::tempdir().unwrap();
    let root = around.path().join("film");
    let options = MountOptions {
        dir: root.clone(),
        viewer: VIEWER,
        allow_other: false,
        threads: 2,
        passthrough: true,
    };
    let mount = mount(Arc::clone(&fake) as _, options).unwrap();
    Film { fake, root, _mount: mount, _around: around }
}

impl Film {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn names(&self, path: &str) -> Vec<String> {
        names(&self.path(path))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn elements_come_and_go_with_their_files() {
    let film = film();
    let fox = element("fox", ElementKind::Character, 9);
    let folder = "projects/fox/characters/red-fox";
    for _ in 0..3 {
        assert_eq!(film.names("projects/fox/characters"), [""; 0]);
        assert!(!film.path(folder).exists());
        let add = film.fake.add_element("fox", ElementKind::Character, 9, "red-fox");
        film.fake.wait_shown(add);
        assert_eq!(film.names("projects/fox/characters"), ["red-fox"]);
        film.fake.wait_shown(film.fake.add(&fox, ("face", "png"), Bytes::in_file(b"face")));
        assert_eq!(film.names(folder), ["character.json", "face.png", "versions"]);
        assert_eq!(fs::read(film.path(folder).join("face.png")).unwrap(), b"face");
        film.fake.wait_shown(film.fake.remove_element(9));
    }
}

#[test]
fn words_and_lineage_follow_every_change() {
    let film = film();
    let one = scene("fox", 1);
    let frame = film.path("projects/fox/scenes/1/versions/frame/v001.png");
    assert_eq!(film.names("library"), ["image"]);
    assert_eq!(film.names("tags"), [""; 0]);
    assert_eq!(fs::metadata(&frame).unwrap().nlink(), 2);
    let name = film.names("library/image").remove(0);
    let in_library = film.path("library/image").join(&name);
    assert_eq!(fs::metadata(&in_library).unwrap().ino(), fs::metadata(&frame).unwrap().ino());
    for tags in [&["a", "b"][..], &["b"], &[], &["c"]] {
        film.fake.wait_shown(film.fake.tag(&one, "frame", 1, tags));
        assert_eq!(film.names("tags"), tags);
        for tag in ["a", "b", "c"] {
            let path = film.path("tags").join(tag);
            assert_eq!(path.join(&name).exists(), tags.contains(&tag), "{tag} {tags:?}");
            assert_eq!(path.exists(), tags.contains(&tag), "{tag} {tags:?}");
            if path.exists() {
                assert_eq!(names(&path), [name.as_str()]);
            }
        }
        let links = 2 + tags.len() as u64;
        assert_eq!(fs::metadata(&frame).unwrap().nlink(), links, "{tags:?}");
    }

    let versions = "projects/fox/scenes/1/versions/frame";
    assert_eq!(film.names(versions), ["v001.json", "v001.png"]);
    film.fake.wait_shown(film.fake.add(&one, ("video", "mp4"), Bytes::in_file(b"video")));
    assert_eq!(film.names("library"), ["image", "video"]);
    film.fake.wait_shown(film.fake.derive((&one, "video", 1), &[(&one, "frame", 1)]));
    assert_eq!(film.names(versions), ["v001", "v001.json", "v001.png"]);
    let used = film.path(versions).join("v001/used-in");
    let sources = film.path("projects/fox/scenes/1/versions/video/v001/sources");
    for is_deleted in [false, true, false] {
        film.fake.wait_shown(film.fake.delete(&one, "video", 1, is_deleted));
        let shown: &[&str] = if is_deleted { &[] } else { &["scene-1.video.v001.mp4"] };
        assert_eq!(names(&used), shown);
        assert_eq!(used.join("scene-1.video.v001.mp4").exists(), !is_deleted);
        assert_eq!(film.path("library/video").exists(), !is_deleted);
        assert_eq!(sources.exists(), !is_deleted);
        if !is_deleted {
            assert_eq!(names(&sources), ["scene-1.frame.v001.png"]);
            assert_eq!(fs::read(sources.join("scene-1.frame.v001.png")).unwrap(), b"frame");
        }
    }
}

#[test]
fn what_is_searched_for_is_a_folder_and_nothing_else_is() {
    let film = film();
    assert_eq!(film.names("search"), [""; 0]);
    assert!(!film.path("search/.git").exists());
    assert_eq!(film.names("search/nothing of it"), [""; 0]);
    let found = film.names("search/frame");
    assert_eq!((found.len(), found == film.names("recent")), (1, true));
    assert_eq!(fs::read(film.path("search/frame").join(&found[0])).unwrap(), b"frame");
    film.fake.wait_shown(film.fake.add(&project("fox"), ("poster", "png"), Bytes::in_file(b"p")));
    assert_eq!(film.names("projects/fox/assets"), ["poster.png"]);
    film.fake.wait_shown(film.fake.delete(&project("fox"), "poster", 1, true));
    assert_eq!(film.names("projects/fox/assets"), [""; 0]);
    assert!(!film.path("projects/fox/assets/poster.png").exists());
}
