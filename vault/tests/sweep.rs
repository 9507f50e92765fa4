//! What a sweep and the freeing of found bytes take away, and what they leave.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rushes_vault::command::CommandError;
use rushes_vault::found::StoredAs;
use rushes_vault::ids::UserId;
use rushes_vault::model::{Asset, Claimed, Viewer};
use rushes_vault::sweep::{GRACE, Left, Packs, Run, Sweep, SweepError, Swept};
use rushes_vault::{Digest, IngestRequest, Options, Vault};

struct World {
    data: tempfile::TempDir,
    vault: Arc<Vault>,
    viewer: Viewer,
}

fn open(data: tempfile::TempDir) -> World {
    let vault = Vault::open(&Options { data: data.path().to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    World { data, vault, viewer }
}

fn world() -> World {
    open(tempfile::tempdir().unwrap())
}

/// Bytes that neither compress nor repeat.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

impl World {
    fn put_with(&self, bytes: &[u8], metadata: &str) -> Asset {
        let mut upload = self.vault.stage(self.viewer).unwrap();
        upload.write(bytes).unwrap();
        let mut request =
            IngestRequest { filename: "a.bin".to_owned(), ..IngestRequest::default() };
        request.metadata.insert("workflow".to_owned(), metadata.into());
        let staged = upload.finish().unwrap();
        self.vault.ingest(self.viewer, request, Some(staged), None).unwrap().asset
    }

    fn put(&self, bytes: &[u8]) -> Asset {
        self.put_with(bytes, "")
    }

    fn delete(&self, asset: &Asset) {
        self.vault.delete_asset(self.viewer, asset.id, None, None).unwrap();
    }

    fn ask(&self, grace: Duration, run: Run) -> Result<Swept, SweepError> {
        let how = Sweep { grace, run, packs: Packs::All };
        self.vault.sweep(how, &AtomicBool::new(false), &mut |_| {})
    }

    fn sweep(&self, run: Run) -> Swept {
        let swept = self.ask(Duration::ZERO, run).unwrap();
        assert_eq!((swept.left_count, swept.packs_left.len()), (0, 0), "{swept:?}");
        swept
    }

    fn whole(&self, bytes: &[u8]) -> PathBuf {
        whole(self.data.path(), bytes)
    }

    fn read(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let open = self.vault.open_content(self.viewer, &Digest::of(bytes)).unwrap()?;
        let mut read = vec![0; bytes.len()];
        let count = open.read_at(&mut read, 0).unwrap();
        read.truncate(count);
        Some(read)
    }

    fn restart(self) -> Self {
        let Self { data, vault, .. } = self;
        vault.close().unwrap();
        drop(vault);
        open(data)
    }
}

fn whole(data: &Path, bytes: &[u8]) -> PathBuf {
    let digest = Digest::of(bytes).to_string();
    data.join("whole").join(&digest[..2]).join(digest)
}

#[test]
fn a_plan_says_what_would_go_and_changes_nothing() {
    let world = world();
    let (film, note) = (noise(1, 400_000), noise(2, 900));
    let assets = [world.put(&film), world.put(&note)];
    assert_eq!(world.sweep(Run::Plan).blobs, 0, "both are named");
    for asset in &assets {
        world.delete(asset);
    }
    let revision = world.vault.revision();
    let plan = world.sweep(Run::Plan);
    assert_eq!((plan.blobs, plan.bytes_freed), (2, film.len() as u64));
    assert!(plan.bytes_dead >= note.len() as u64);
    assert_eq!(world.vault.revision(), revision, "nothing is recorded");
    assert!(world.whole(&film).exists());
    for asset in &assets {
        world.vault.restore_asset(world.viewer, asset.id, None).unwrap();
    }
    assert_eq!(world.read(&film), Some(film));
    assert_eq!(world.read(&note), Some(note));
}

#[test]
fn nothing_goes_while_its_grace_lasts() {
    let world = world();
    let film = noise(1, 400_000);
    let asset = world.put(&film);
    world.delete(&asset);
    for run in [Run::Plan, Run::Really] {
        assert_eq!(world.ask(GRACE, run).unwrap().blobs, 0);
        assert_eq!(world.ask(Duration::MAX, run).unwrap().blobs, 0);
    }
    world.vault.restore_asset(world.viewer, asset.id, None).unwrap();
    assert_eq!(world.read(&film), Some(film));
}

#[test]
fn what_was_released_is_gone_from_the_disk_and_may_come_again() {
    let world = world();
    let (film, workflow) = (noise(1, 400_000), "node ".repeat(2000));
    let asset = world.put_with(&film, &workflow);
    let metadata = asset.marks.metadata_digest.unwrap();
    world.delete(&asset);
    let swept = world.sweep(Run::Really);
    assert_eq!((swept.blobs, swept.bytes_freed), (2, film.len() as u64));
    assert!(!world.whole(&film).exists());
    assert!(fs::read_dir(world.data.path().join("staging")).unwrap().next().is_none());
    assert_eq!(world.vault.claimed(&metadata).unwrap(), Claimed::Freed);
    assert_eq!(world.sweep(Run::Really).blobs, 0, "only once");
    let refused = world.vault.restore_asset(world.viewer, asset.id, None).unwrap_err();
    assert_eq!(refused, CommandError::Gone { what: "asset" });
    let record = world.vault.asset(world.viewer, asset.id).unwrap().unwrap();
    assert!(record.deleted_at.is_some(), "its record stays");

    let world = world.restart();
    world.put_with(&film, &workflow);
    assert_eq!(world.read(&film).as_ref(), Some(&film));
    let restored = world.vault.restore_asset(world.viewer, asset.id, None).unwrap();
    assert_eq!(restored.marks.metadata, asset.marks.metadata);
    assert_eq!(world.sweep(Run::Really).blobs, 0);
    assert_eq!(world.read(&film), Some(film));
}

#[test]
fn an_asset_that_shares_the_content_keeps_it() {
    let world = world();
    let film = noise(1, 400_000);
    let (mine, more) = (world.put(&film), world.put(&film));
    let eve = World {
        data: tempfile::tempdir().unwrap(),
        vault: Arc::clone(&world.vault),
        viewer: Viewer { user: UserId::generate() },
    };
    let hers = eve.put(&film);
    for asset in [&mine, &more] {
        world.delete(asset);
        assert_eq!(world.sweep(Run::Really).blobs, 0);
        assert_eq!(eve.read(&film).as_ref(), Some(&film));
    }
    eve.delete(&hers);
    assert_eq!(world.sweep(Run::Really).blobs, 1);
    assert!(!world.whole(&film).exists());
}

#[test]
fn an_edited_copy_reads_right_when_its_film_is_gone() {
    let world = world();
    let film = noise(1, 3_000_000);
    let mut edited = film.clone();
    edited[1_000_000..1_100_000].copy_from_slice(&noise(2, 100_000));
    let original = world.put(&film);
    // The film's manifest, by which the copy is recognised, is written before this on the same log.
    world.put(b"small");
    world.put(&edited);
    assert!(!world.whole(&edited).exists(), "it lies in ranges of the film");
    world.delete(&original);
    let swept = world.sweep(Run::Really);
    assert_eq!(swept.blobs, 1);
    assert!(swept.bytes_moved > 2_000_000, "{swept:?}");
    assert!(!world.whole(&film).exists());
    assert_eq!(world.read(&edited).as_ref(), Some(&edited));
    let world = world.restart();
    assert_eq!(world.read(&edited), Some(edited));
}

#[test]
fn what_somebody_reads_waits_for_the_next_sweep() {
    let world = world();
    let film = noise(1, 400_000);
    let asset = world.put(&film);
    let open = world.vault.open_content(world.viewer, &Digest::of(&film)).unwrap().unwrap();
    world.delete(&asset);
    let swept = world.ask(Duration::ZERO, Run::Really).unwrap();
    assert_eq!((swept.blobs, swept.left_count), (0, 1));
    assert!(matches!(swept.left[..], [(digest, Left::Held)] if digest == Digest::of(&film)));
    let mut read = vec![0; film.len()];
    assert_eq!(open.read_at(&mut read, 0).unwrap(), film.len());
    drop(open);
    assert_eq!(world.sweep(Run::Really).blobs, 1);
    assert!(read == film && !world.whole(&film).exists());
}

#[test]
fn a_crash_between_claim_and_freeing_is_made_good_by_the_next_sweep() {
    let world = world();
    let (film, note) = (noise(1, 400_000), noise(2, 900));
    let digests = [Digest::of(&film), Digest::of(&note)];
    for bytes in [&film, &note] {
        let asset = world.put(bytes);
        world.delete(&asset);
    }
    world.vault.record_freed(&digests).unwrap();
    let world = world.restart();
    assert!(world.whole(&film).exists());
    assert!(world.vault.found(None, 10).unwrap().contents.is_empty(), "a claim named them");
    assert_eq!(world.ask(GRACE, Run::Plan).unwrap().blobs, 2, "their grace was over");
    assert_eq!(world.ask(GRACE, Run::Really).unwrap().blobs, 2);
    assert!(!world.whole(&film).exists());
    assert_eq!(world.ask(GRACE, Run::Plan).unwrap().blobs, 0);
}

#[test]
fn a_sweep_that_is_told_to_stop_leaves_the_rest_to_the_next() {
    let world = world();
    for seed in 0..4 {
        let asset = world.put(&noise(seed, 400_000));
        world.delete(&asset);
    }
    let stop = AtomicBool::new(true);
    let how = Sweep { grace: Duration::ZERO, run: Run::Really, packs: Packs::All };
    let swept = world.vault.sweep(how, &stop, &mut |_| {}).unwrap();
    assert_eq!(swept.blobs, 0);
    let mut seen = 0;
    let swept = world.vault.sweep(how, &AtomicBool::new(false), &mut |count| seen = count).unwrap();
    assert_eq!((swept.blobs, seen), (4, 8), "stored ones, then released ones");
}

fn damage(world: &World, bytes: &[u8]) {
    let path = world.whole(bytes);
    let mut bad = bytes.to_vec();
    bad[9] ^= 1;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, bad).unwrap();
    assert!(world.vault.verify(&Digest::of(bytes)).is_err());
    assert_eq!(world.vault.damage_count(), 1);
}

#[test]
fn nothing_goes_while_something_is_damaged() {
    let world = world();
    let (film, other) = (noise(1, 400_000), noise(2, 400_000));
    let asset = world.put(&film);
    let kept = world.put(&other);
    world.delete(&asset);
    damage(&world, &other);
    for run in [Run::Plan, Run::Really] {
        let refused = world.ask(Duration::ZERO, run).unwrap_err();
        assert!(matches!(refused, SweepError::Damaged { count: 1 }), "{refused}");
        assert!(refused.to_string().contains("upload those files again"), "{refused}");
        assert!(world.vault.free_found(&[Digest::of(b"")], run).is_err());
        assert!(world.vault.compact(run, &AtomicBool::new(false)).is_err());
    }
    assert!(world.whole(&film).exists());
    // Who cannot heal it gives it up: what nobody names is not missed, and no damage afterwards.
    world.delete(&kept);
    world.sweep(Run::Really);
    assert!(!world.whole(&film).exists());
    assert_eq!(world.vault.damage_count(), 0);
    let world = world.restart();
    assert_eq!(world.vault.damage_count(), 0);
}

#[test]
fn a_closed_vault_frees_nothing() {
    let world = world();
    world.vault.close().unwrap();
    let refused = world.ask(Duration::ZERO, Run::Really).unwrap_err();
    assert!(matches!(refused, SweepError::ReadOnly), "{refused}");
    assert!(matches!(world.vault.found(None, 10), Err(SweepError::ReadOnly)));
}

/// Bytes that were stored and never named, as a crash before their claim leaves them.
fn stray(data: &Path, contents: &[Vec<u8>]) {
    for bytes in contents {
        let path = whole(data, bytes);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    }
}

#[test]
fn found_bytes_are_listed_and_go_only_when_they_are_named() {
    let world = world();
    let film = noise(1, 400_000);
    let asset = world.put(&film);
    let mut strays: Vec<_> = (10..13).map(|seed| noise(seed, 300_000)).collect();
    strays.sort_by_key(|bytes| Digest::of(bytes));
    let digests: Vec<_> = strays.iter().map(|bytes| Digest::of(bytes)).collect();
    stray(world.data.path(), &strays);
    world.vault.reindex(&mut |_| {}).unwrap();
    assert_eq!(world.sweep(Run::Really).blobs, 0, "no sweep takes what no claim named");
    let all = world.vault.found(None, 10).unwrap();
    assert_eq!(all.contents.iter().map(|found| found.digest).collect::<Vec<_>>(), digests);
    assert!(all.contents.iter().all(|found| found.stored_as == StoredAs::Whole));
    assert_eq!((all.next, all.contents[0].size), (None, Some(300_000)));
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = world.vault.found(after, 1).unwrap();
        assert!(page.contents.len() <= 1);
        paged.extend(page.contents);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.contents);

    let asked = [digests[0], Digest::of(&film), Digest::of(b"never")];
    let plan = world.vault.free_found(&asked, Run::Plan).unwrap();
    assert_eq!((plan.blobs, plan.bytes_freed, plan.left_count), (1, 300_000, 1));
    assert!(world.whole(&strays[0]).exists());
    // A claim that comes meanwhile keeps them.
    let named = world.put(&strays[1]);
    let freed = world.vault.free_found(&digests[..2], Run::Really).unwrap();
    assert_eq!((freed.blobs, freed.left_count), (1, 1));
    assert!(!world.whole(&strays[0]).exists());
    assert_eq!(world.read(&strays[1]).as_ref(), Some(&strays[1]));
    assert!(world.whole(&strays[2]).exists(), "nobody asked for it");
    // What a claim named once is the sweep's.
    world.delete(&named);
    world.delete(&asset);
    let freed = world.vault.free_found(&[digests[1], Digest::of(&film)], Run::Really).unwrap();
    assert_eq!((freed.blobs, freed.left_count), (0, 2));
    assert_eq!(world.vault.found(None, 10).unwrap().contents, all.contents[2..]);
}

#[test]
fn an_upload_whose_claim_is_still_to_come_is_not_taken_for_found() {
    let world = world();
    let contents: Vec<_> = (0..30).map(|seed| noise(seed, 100_000)).collect();
    let digests: Vec<_> = contents.iter().map(|bytes| Digest::of(bytes)).collect();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                world.vault.free_found(&digests, Run::Really).unwrap();
                world.ask(Duration::ZERO, Run::Really).unwrap();
            }
        });
        for bytes in &contents {
            for _ in 0..3 {
                let asset = world.put(bytes);
                world.delete(&asset);
            }
            world.put(bytes);
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    for bytes in &contents {
        assert_eq!(world.read(bytes).as_ref(), Some(bytes));
    }
}
