//! Deleted films leave the disk, and nothing else does.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output};

use rushes_digest::Digest;
use rushes_harness::{Start, files_below, noise, program};

fn rushes(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("rushes"));
    for name in ["RUSHES_URL", "RUSHES_TOKEN", "RUSHES_DATA"] {
        command.env_remove(name);
    }
    command.env("XDG_CACHE_HOME", data.parent().unwrap().join("caches"));
    command.arg("--data").arg(data).args(arguments).output().unwrap()
}

fn used(data: &Path) -> u64 {
    let files = ["whole", "packs", "staging"].map(|name| files_below(&data.join(name)));
    files.iter().flatten().map(|path| fs::metadata(path).unwrap().blocks() * 512).sum()
}

const SCENE: [(&str, &str); 3] =
    [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "scene_video")];

#[test]
fn deleted_films_leave_the_disk_and_an_edited_copy_stays_right() {
    let place = tempfile::tempdir().unwrap();
    let (data, mount) = (place.path().join("data"), place.path().join("mount"));
    let daemon = Start::on(&data).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 1);
    let said = |arguments: &[&str]| {
        let Output { status, stdout, stderr } = rushes(&data, arguments);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    };
    let (film, other) = (noise(1, 6_000_000), noise(2, 9_000_000));
    let original = client.upload("film.bin", film.clone(), &SCENE);
    let second = client.upload("other.bin", other, &SCENE);
    let mut edited = film;
    edited[2_000_000..2_050_000].copy_from_slice(&noise(3, 50_000));
    client.upload("edited.bin", edited.clone(), &SCENE);
    let before = used(&data);
    assert!((15_000_000..17_000_000).contains(&before), "the copy shares what it can: {before}");

    for asset in [&original, &second] {
        let path = format!("/api/assets/{}", asset["id"].as_str().unwrap());
        assert_eq!(client.delete(&path).status(), 200);
    }
    let (code, text, _) = said(&["store", "sweep", "--yes"]);
    assert!(code == 0 && text.starts_with("freed 0 contents"), "their grace lasts: {text}");
    let (code, text, _) = said(&["store", "sweep", "--grace", "0", "--dry-run"]);
    assert!(code == 0 && text.starts_with("would free 2 contents"), "{text}");
    let (code, text, asked) = said(&["store", "sweep", "--grace", "0"]);
    assert!(code == 1 && text.is_empty(), "{text}");
    assert!(asked.contains("would free 2 contents") && asked.contains("--yes"), "{asked}");
    assert_eq!(used(&data), before);
    let (code, text, _) = said(&["store", "sweep", "--grace", "0", "--yes"]);
    assert!(code == 0 && text.starts_with("freed 2 contents"), "{text}");
    assert!(text.contains("that others need, written anew"), "{text}");
    let after = used(&data);
    assert!(after + 8_000_000 < before && after >= 6_000_000, "{before} before, {after} after");

    let path = mount.join("projects/fox/scenes/1/scene_video.bin");
    let digest = Digest::of(&edited).to_hex();
    assert_eq!(Digest::of(&fs::read(&path).unwrap()).to_hex(), digest);
    if let Ok(summed) = Command::new("b3sum").arg("--no-names").arg(&path).output() {
        assert_eq!(String::from_utf8(summed.stdout).unwrap().trim(), digest);
    }
    let restore = ["restore", original["id"].as_str().unwrap()];
    let (code, _, refused) = said(&restore);
    assert!(code == 1 && refused.contains("upload them again"), "{code}: {refused}");
    let (code, text, _) = said(&["store", "found"]);
    assert!(code == 0 && text.starts_with("0 contents"), "{text}");
    let (code, text, _) = said(&["store", "free", "--all-found", "--yes"]);
    assert!(code == 0 && text.starts_with("freed 0 contents"), "{text}");
    let (code, text, _) = said(&["store", "free", &digest, "--dry-run", "--json"]);
    assert!(code == 0 && text.contains("\"left_count\": 1"), "{text}");
    assert_eq!(said(&["store", "free"]).0, 2);

    let (status, start) = daemon.stop();
    assert!(status.success());
    let _daemon = start.run();
    assert_eq!(Digest::of(&fs::read(&path).unwrap()).to_hex(), digest);
    assert_eq!(said(&["store", "check"]).0, 0);
}
