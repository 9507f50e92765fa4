//! Reading a whole through the folder, beside the same file on the disk.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use rushes_harness::Start;

use crate::figures::{drop_caches, seconds, throughput};
use crate::uploads::large;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let from = large(place, 99);
    let (data, mount) = (place.join("data"), place.join("mount"));
    let daemon = Start::on(&data).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 1);
    let fields = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "film")];
    client.upload_file(&from, &fields);
    let shown = mount.join("projects/fox/scenes/1/film.bin");
    read(&shown); // the first open after an upload is not what is measured
    for (what, is_cold) in [("cold", true), ("warm", false)] {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..=rounds * 2 {
            for (path, figures) in [(&*shown, &mut ours), (&*from, &mut plain)] {
                if is_cold {
                    drop_caches();
                    // Names and attributes are looked at first: the bytes are what counts.
                    fs::metadata(path).unwrap();
                } else {
                    read(path);
                }
                figures.push(seconds(|| read(path)));
            }
        }
        let what = format!("sequential read of 1 GB through the folder, {what}; the file itself");
        throughput(&what, 1000.0, &ours, &plain);
    }
    drop(daemon);
    fs::remove_dir_all(data).unwrap();
    fs::remove_file(from).unwrap();
}

fn read(path: &Path) {
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer).unwrap() > 0 {}
}
