//! Rot on the disk: the bytes that it hit are an error, all others are still there, and the same
//! upload heals it.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use rushes_digest::Digest;
use rushes_harness::{Start, noise, wait_until};

/// Flips a bit as a disk does: nothing but the byte changes.
fn flip(path: &Path, at: u64) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    let file = File::options().read(true).write(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 4], at).unwrap();
    file.set_times(FileTimes::new().set_modified(modified)).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o444)).unwrap();
}

#[test]
fn a_flipped_bit_is_an_error_for_its_range_and_for_no_other() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let start = Start::on(&data);
    let daemon = start.run();
    let bytes = noise(5, 3_000_000);
    let fields = [("filename", "a.bin")];
    let asset = daemon.client().upload("a.bin", &bytes, &fields);
    let path = format!("/api/assets/{}/data", asset["id"].as_str().unwrap());
    // What the whole should hold is written behind the upload's back: a stop waits for it.
    let (_, start) = daemon.stop();
    let digest = Digest::of(&bytes).to_hex();
    let whole = data.join("whole").join(&digest[..2]).join(&digest);
    flip(&whole, 1_500_000);
    let daemon = start.run();
    let client = daemon.client();
    for good in ["bytes=0-99", "bytes=2900000-2999999"] {
        let reply = client.get_with(&path, &[("range", good)]);
        assert_eq!(reply.status(), 206, "{good}");
    }
    let bad = client.get_with(&path, &[("range", "bytes=1499990-1500010")]);
    assert_eq!(bad.status(), 500);
    assert_eq!(bad.json::<serde_json::Value>().unwrap()["code"], "damaged");
    let good = client.get_with(&path, &[("range", "bytes=0-99")]);
    assert_eq!(good.bytes().unwrap(), bytes[..100]);
    client.upload("a.bin", &bytes, &fields);
    wait_until("it is healed", || client.get(&path).bytes().is_ok_and(|got| got == bytes));
}
