//! The folder beside the same files on the disk: reading in every way, and looking at it.
//!
//! A daemon is filled and stopped; then its data directory is mounted by this process, once with
//! passthrough and once without. Both sides alternate.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rushes_fs::{Mount, MountOptions, mount};
use rushes_harness::{Client, Start, noise};
use rushes_vault::{Options, Vault};
use serde_json::{Value, json};

use crate::figures::{alone, count, drop_caches, median, resident, seconds, throughput};
use crate::uploads::large;

/// Small files, and their length in bytes.
const SMALL: usize = 2_000;
const SMALL_BYTES: usize = 20_000;
/// Scenes of the large project, and histories in each: with versions and records more than 100,000
/// entries.
const SCENES: u32 = 200;
const KEYS: usize = 100;
/// Reads at random offsets, and their length in bytes.
const READS: usize = 4_000;
const READ_BYTES: usize = 4096;
/// Bytes of the edited copy that are new, in front.
const NEW_BYTES: usize = 1_000_000;

/// The two sides of a comparison.
struct Sides {
    ours: PathBuf,
    plain: PathBuf,
}

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let (data, native) = (place.join("data"), place.join("native"));
    let film = large(place, 99);
    fill(&data, &native, &film);
    println!("\n| the folder | ours | the disk | ratio |\n|---|---|---|---|");
    for passthrough in [true, false] {
        let (vault, mounted) = mounted(&data, &place.join("mount"), passthrough);
        println!("| *{}* | | | |", mounted.mode());
        let fox = |name: &str| Sides {
            ours: mounted.dir().join("projects/fox/scenes/1").join(name),
            plain: native.join(name),
        };
        let (whole, edited) = (fox("film.bin"), fox("edited.bin"));
        sequential("a whole of 1 GB", &whole, rounds);
        mapped("a whole of 1 GB", &whole, rounds);
        at_random("a whole", &whole, rounds);
        if !passthrough {
            sequential("a blob in ranges of 1 GB, verified", &edited, rounds);
        }
        let small = Sides {
            ours: mounted.dir().join("projects/fox/scenes/2"),
            plain: native.join("small"),
        };
        small_files(&small, rounds);
        if passthrough {
            let big = Sides { ours: mounted.dir().join("projects/big"), plain: native.join("big") };
            listings(&big, rounds);
        }
        mounted.unmount().unwrap();
        vault.close().unwrap();
    }
    changes(&data, &place.join("mount"));
    fs::remove_dir_all(data).unwrap();
}

fn mounted(data: &Path, dir: &Path, passthrough: bool) -> (std::sync::Arc<Vault>, Mount) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = rushes_vault::model::Viewer { user: vault.first_user("admin").unwrap().id };
    let options =
        MountOptions { dir: dir.to_owned(), viewer, allow_other: false, threads: 2, passthrough };
    let begun = Instant::now();
    let source: std::sync::Arc<dyn rushes_fs::source::Source> = std::sync::Arc::clone(&vault) as _;
    let mounted = mount(source, options).unwrap();
    fs::read_dir(dir).unwrap().for_each(drop);
    println!(
        "| mounted, and its root listed, in | {:.3} s | | ≤ 1 s |",
        begun.elapsed().as_secs_f64()
    );
    (vault, mounted)
}

/// Uploads everything, and puts the same files on the disk.
fn fill(data: &Path, native: &Path, film: &Path) {
    let daemon = Start::on(data).run();
    let client = daemon.client();
    client.project("Fox", 2);
    fs::create_dir_all(native.join("small")).unwrap();
    let of = |scene: &'static str, key: &str| {
        [
            ("project_id", "fox".to_owned()),
            ("scene_number", scene.to_owned()),
            ("asset_key", key.to_owned()),
        ]
    };
    upload(&client, film, &of("1", "film"));
    let edited = native.join("edited.bin");
    let mut bytes = noise(7, NEW_BYTES);
    bytes.extend(fs::read(film).unwrap());
    fs::write(&edited, bytes).unwrap();
    upload(&client, &edited, &of("1", "edited"));
    fs::rename(film, native.join("film.bin")).unwrap();
    for number in 0..SMALL {
        // Noise alone begins as some kind of media now and then.
        let mut bytes = vec![0x7f; 16];
        bytes.extend(noise(number as u64 + 1, SMALL_BYTES - 16));
        let key = format!("small_{number}");
        let path = native.join("small").join(format!("{key}.bin"));
        fs::write(&path, &bytes).unwrap();
        upload(&client, &path, &of("2", &key));
    }
    client.project("Big", SCENES);
    let digest = client.upload("x.png", b"one content", &[]).get("digest").unwrap().clone();
    for scene in 1..=SCENES {
        let one = |key| {
            json!({"scope": {"scene_number": scene}, "asset_key": format!("frame_{key}"),
                               "digest": digest, "type": "image"})
        };
        let all: Vec<_> = (0..KEYS).map(one).collect();
        let reply = client.post("/api/projects/big/versions", &Value::from(all));
        let made: Value = reply.json().unwrap();
        assert_eq!(made.get("errors"), Some(&json!([])), "scene {scene}");
    }
    let (stopped, _) = daemon.stop();
    assert!(stopped.success());
    rustix::fs::sync();
    let (vault, mounted) = mounted(data, &native.with_file_name("mount"), true);
    let copied =
        Command::new("cp").arg("-r").arg(mounted.dir().join("projects/big")).arg(native).status();
    assert!(copied.unwrap().success());
    mounted.unmount().unwrap();
    vault.close().unwrap();
}

fn upload(client: &Client, path: &Path, fields: &[(&str, String)]) {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.upload_file(path, &fields);
}

/// Times both sides in turn, so many rounds, cold or warm; the first round counts for nothing.
fn compare(
    sides: &Sides,
    rounds: u64,
    is_cold: bool,
    work: impl Fn(&Path),
) -> (Vec<f64>, Vec<f64>) {
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        for (path, figures) in [(&*sides.ours, &mut ours), (&*sides.plain, &mut plain)] {
            if is_cold {
                drop_caches();
                // Names and attributes are looked at first: the bytes are what counts.
                fs::metadata(path).unwrap();
            } else if round == 0 {
                work(path);
            }
            let took = seconds(|| work(path));
            if round > 0 {
                figures.push(took);
            }
        }
    }
    (ours, plain)
}

fn sequential(what: &str, sides: &Sides, rounds: u64) {
    for (how, is_cold, bar) in [("cold", true, 0.9), ("warm", false, 0.95)] {
        let (ours, plain) = compare(sides, rounds, is_cold, read);
        throughput(
            &format!("{what}, sequential, {how} (bar {bar} by passthrough)"),
            1000.0,
            &ours,
            &plain,
        );
    }
}

fn read(path: &Path) {
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer).unwrap() > 0 {}
}

fn mapped(what: &str, sides: &Sides, rounds: u64) {
    let find = "import mmap,sys\nf=open(sys.argv[1],'rb')\n\
                m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ)\n\
                assert m.find(bytes(64)) == -1";
    let (ours, plain) = compare(sides, rounds, false, |path| {
        let found = Command::new("python3").arg("-c").arg(find).arg(path).status();
        assert!(found.unwrap().success());
    });
    throughput(&format!("{what}, mapped, warm (bar 0.9 by passthrough)"), 1000.0, &ours, &plain);
}

fn at_random(what: &str, sides: &Sides, rounds: u64) {
    for threads in [1, 4] {
        let (ours, plain) = compare(sides, rounds, true, |path| {
            let file = File::open(path).unwrap();
            let pages = file.metadata().unwrap().len() / READ_BYTES as u64;
            std::thread::scope(|scope| {
                for thread in 0..threads {
                    let file = &file;
                    scope.spawn(move || read_at_random(file, pages, (thread + 1, READS / threads)));
                }
            });
        });
        rates(
            &format!("4 KB reads of {what} at random, cold, {threads} threads"),
            count(READS),
            (&ours, &plain),
        );
    }
}

fn read_at_random(file: &File, pages: u64, (seed, reads): (usize, usize)) {
    let (mut buffer, mut state) = ([0; READ_BYTES], seed as u64 * 0x9E37_79B9_7F4A_7C15);
    for _ in 0..reads {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        file.read_exact_at(&mut buffer, (state >> 33) % pages * READ_BYTES as u64).unwrap();
    }
}

fn small_files(sides: &Sides, rounds: u64) {
    let work = |folder: &Path| {
        for number in 0..SMALL {
            let bytes = fs::read(folder.join(format!("small_{number}.bin"))).unwrap();
            assert_eq!(bytes.len(), SMALL_BYTES);
        }
    };
    for (how, is_cold) in [("cold (bar 0.9)", true), ("warm (bar 14,000/s)", false)] {
        let (ours, plain) = compare(sides, rounds, is_cold, work);
        rates(
            &format!("open, read and close 2,000 small files, {how}"),
            count(SMALL),
            (&ours, &plain),
        );
    }
}

fn listings(sides: &Sides, rounds: u64) {
    for program in ["ls -lR", "find"] {
        let work = |path: &Path| {
            let mut words = program.split(' ');
            let mut command = Command::new(words.next().unwrap());
            let done = command.args(words).arg(path).stdout(Stdio::null()).status();
            assert!(done.unwrap().success());
        };
        let before = resident();
        for (how, is_cold) in [("cold", true), ("warm", false)] {
            let (ours, plain) = compare(sides, rounds, is_cold, work);
            let entries = entries(&sides.plain);
            let what = format!("{program} over {entries:.0} entries, {how} (bar 1.0)");
            rates(&what, entries, (&ours, &plain));
        }
        if program == "ls -lR" {
            let each = (resident() - before) / entries(&sides.plain);
            alone(
                "memory for each entry that was looked at (bar 200)",
                &format!("{each:.0} bytes"),
            );
        }
    }
}

fn entries(path: &Path) -> f64 {
    let found = Command::new("find").arg(path).output().unwrap();
    count(found.stdout.split(|byte| *byte == b'\n').count())
}

/// How many a second on both sides.
fn rates(what: &str, done: f64, (ours, plain): (&[f64], &[f64])) {
    let ratios: Vec<_> = ours.iter().zip(plain).map(|(ours, plain)| plain / ours).collect();
    println!(
        "| {what} | {:.0}/s | {:.0}/s | {:.2} |",
        done / median(ours),
        done / median(plain),
        median(&ratios)
    );
}

/// How long after the answer `stat` and a listing show a change.
fn changes(data: &Path, dir: &Path) {
    use std::os::unix::fs::MetadataExt;
    let daemon = Start::on(data).mounted_at(dir).run();
    let client = daemon.client();
    let scene = dir.join("projects/fox/scenes/1");
    let key = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "take")];
    client.upload("a.png", noise(1, 500), &key);
    client.upload("a.png", noise(2, 600), &key);
    let shown = scene.join("take.png");
    let mut late = Vec::new();
    for round in 0..400 {
        let before = fs::metadata(&shown).unwrap().ino();
        fs::read_dir(&scene).unwrap().for_each(drop);
        let best = json!({ "version": 1 + round % 2 });
        let reply = client.put("/api/projects/fox/scenes/1/assets/take/best", &best);
        assert!(reply.status().is_success());
        late.push(seconds(|| while fs::metadata(&shown).unwrap().ino() == before {}));
    }
    late.sort_by(f64::total_cmp);
    let p99 = late.get(late.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    println!(
        "| a change is seen by stat, after the answer: median / p99 (bar 5 ms) \
         | {:.3} ms | {:.3} ms | |",
        median(&late) * 1e3,
        p99 * 1e3
    );
}
