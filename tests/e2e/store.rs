//! The store's upkeep from the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use rushes_digest::Digest;
use rushes_harness::{Start, noise, program};

fn rushes(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("rushes"));
    for name in ["RUSHES_URL", "RUSHES_TOKEN", "RUSHES_DATA"] {
        command.env_remove(name);
    }
    command.env("XDG_CACHE_HOME", data.parent().unwrap().join("caches"));
    command.arg("--data").arg(data).args(arguments).output().unwrap()
}

#[test]
fn scripts_hear_of_damage_by_exit_code_and_people_in_words() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let _daemon = Start::on(&data).run();
    let said = |arguments: &[&str]| {
        let output = rushes(&data, arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap(), text)
    };
    let (film, path) = (noise(5, 400_000), place.path().join("film.mp4"));
    fs::write(&path, &film).unwrap();
    let put = ["put", "--no-cache", path.to_str().unwrap()];
    assert_eq!(said(&put).0, 0);
    assert_eq!(said(&["store", "check"]), (0, "nothing is wrong\n".to_owned()));
    assert_eq!(said(&["store", "damage"]), (0, "no damage is known\n".to_owned()));
    let (code, stats) = said(&["store", "stats"]);
    assert!(code == 0 && stats.contains("video/mp4"), "{stats}");
    let (code, reindexed) = said(&["store", "reindex"]);
    assert!(code == 0 && reindexed.starts_with("finished: "), "{reindexed}");

    let digest = Digest::of(&film).to_string();
    let whole = data.join("whole").join(&digest[..2]).join(&digest);
    let mut bad = film.clone();
    bad[9] ^= 1;
    fs::set_permissions(&whole, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&whole, bad).unwrap();
    let (code, scrubbed) = said(&["store", "scrub", "--pace", "full"]);
    assert!(code == 1 && !scrubbed.contains(" 0 damaged"), "{scrubbed}");
    for command in [&["store", "damage"][..], &["store", "check"], &["store", "verify", &digest]] {
        let (code, words) = said(command);
        assert!(code == 1 && words.contains(&digest), "{command:?}: {words}");
    }
    assert_eq!(said(&["status"]).0, 1);
    assert_eq!(said(&put).0, 0);
    assert_eq!(said(&["store", "damage"]).0, 0);
    assert_eq!(said(&["store", "verify", &digest]).0, 0);
    assert_eq!(said(&["status"]).0, 0);
}
