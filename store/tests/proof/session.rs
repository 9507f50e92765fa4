//! Sessions: a store over the crashing disk, and random operations on it with what each promises.
//!
//! Invariant: an operation that fails although nobody interfered is a broken promise, like a wrong
//! byte.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Fault};
use rushes_store::{
    BlobReader, Familiar, Left, Pace, Put, Run, SMALL_BYTES_MAX, Staged, Store, StoreError, Swept,
};

use crate::dice::Dice;
use crate::dirs::{BOOT, Dirs, copy_dir, open};
use crate::model::{Held, Model, State};
use crate::ops::Op;

/// Readers that are kept open.
const READERS_MAX: usize = 4;

/// Sizes of small contents: mostly any, now and then one at a limit.
const SIZES: [Option<usize>; 12] = {
    let mut sizes = [None; 12];
    sizes[0] = Some(0);
    sizes[1] = Some(SMALL_BYTES_MAX);
    sizes[2] = Some(SMALL_BYTES_MAX + 1);
    sizes
};

/// A bug of whoever uses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    None,
    /// Leases are dropped before a fact names the blob.
    NoLeases,
}

/// A store and what is known of it.
#[derive(Debug)]
pub struct Session {
    pub disk: CrashDisk,
    pub dirs: Dirs,
    pub model: Model,
    pub dice: Dice,
    pub bug: Bug,
    /// Steps between a release and the sweep that may follow it.
    pub grace: usize,
    /// How often each way of keeping was met: shared, in ranges, otherwise.
    pub kept: [usize; 3],
    store: Option<Store>,
    readers: Vec<(Digest, BlobReader)>,
    step: usize,
    /// Whether somebody interferes with the disk.
    is_troubled: bool,
    /// Whether that lasts until a call fails.
    is_patient: bool,
    struck: Option<u64>,
    is_traced: bool,
}

impl Session {
    pub fn new(seed: u64, disk: CrashDisk) -> Self {
        Self {
            disk,
            dirs: Dirs::new(),
            model: Model::default(),
            dice: Dice::new(seed),
            bug: Bug::None,
            grace: 0,
            kept: [0; 3],
            store: None,
            readers: Vec::new(),
            step: 0,
            is_troubled: false,
            is_patient: false,
            struck: None,
            is_traced: std::env::var_os("RUSHES_TRACE").is_some(),
        }
    }

    /// Goes on with a store that is open, whose index nobody copies.
    pub fn over(disk: CrashDisk, model: Model, store: Store) -> Self {
        Self { model, store: Some(store), ..Self::new(1, disk) }
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Opens the store, or says why that fails. Without power nothing is open.
    pub fn start(&mut self) -> Held {
        match open(&self.disk, &self.dirs.index(), BOOT) {
            Ok(store) => self.store = Some(store),
            Err(_) if self.is_excused() => {}
            Err(error) => return Err(format!("the store does not open: {error}")),
        }
        Ok(())
    }

    /// With `RUSHES_TRACE` set, what happens is told.
    fn trace(&self, what: &str) {
        if self.is_traced {
            eprintln!("{what}");
        }
    }

    /// Lets go of the store, as a killed process does.
    pub fn drop_store(&mut self) {
        self.readers.clear();
        self.store = None;
    }

    /// Lets a call of the next operation fail; with patience, of whichever it comes to.
    pub fn plan(&mut self, fault: Fault, call: u64, is_patient: bool) {
        self.disk.fail_at(call, fault);
        (self.is_troubled, self.is_patient) = (true, is_patient);
    }

    /// Which call a fault has struck, if any.
    pub fn struck(&self) -> Option<u64> {
        self.struck
    }

    /// Runs one operation, and checks what can be seen at once.
    pub fn run(&mut self, op: Op) -> Held {
        self.step += 1;
        let done = self.perform(op);
        self.trace(&format!("{} {op:?}: {done:?}, {:?}", self.step, self.disk.struck_at()));
        if self.disk.is_cut() {
            return Ok(());
        }
        done?;
        if op == Op::Fault {
            return Ok(());
        }
        if self.is_troubled {
            let struck = self.disk.struck_at();
            if struck.is_none() && self.is_patient {
                return Ok(());
            }
            // A fault that has not struck by now strikes no check.
            self.disk.call_off();
            self.is_troubled = false;
            self.struck = struck.or(self.struck);
            if struck.is_some() {
                let checked = self.model.check(self.store.as_ref().unwrap(), false);
                return checked.or_else(excuse(self));
            }
        }
        self.check_a_reader().or_else(excuse(self))
    }

    fn perform(&mut self, op: Op) -> Held {
        match op {
            Op::Small => {
                let random = 1 + self.dice.below(6000);
                let length = self.dice.choose(&SIZES.map(|size| (1, size)));
                let content = self.dice.noise(length.unwrap_or(random));
                self.put(content, None)
            }
            Op::Text => {
                let take = format!("take {}, a fox ", self.dice.roll());
                let content = take.into_bytes().repeat(1 + self.dice.below(3000));
                self.put(content, None)
            }
            Op::Whole => {
                let length = 150_000 + self.dice.below(250_000);
                let content = self.dice.noise(length);
                self.put(content, None)
            }
            Op::Edit => self.edit(),
            Op::Again => self.again(),
            Op::Read => match self.model.any(&mut self.dice, |_| true) {
                Some(digest) => self.model.check_one(self.store(), &digest).or_else(excuse(self)),
                None => Ok(()),
            },
            Op::Open => self.open_reader(),
            Op::Release => {
                if let Some(digest) = self.model.named(&mut self.dice) {
                    self.model.set(&digest, State::Released(self.step));
                }
                Ok(())
            }
            Op::Sweep => self.sweep(),
            Op::Compact => self.compact(),
            Op::SweepBeforeName => self.sweep_before_name(),
            Op::SweepBeforePut => self.sweep_before_put(),
            Op::Scrub => self.scrub(),
            Op::Verify => self.verify(),
            Op::Reindex => match self.store().reindex(&mut |_| {}) {
                Err(error) if !self.is_excused() => Err(format!("a reindex fails: {error}")),
                _ => Ok(()),
            },
            Op::Stop => self.stop(),
            Op::Kill | Op::Cut => self.crash(op == Op::Cut),
            Op::Fault => {
                let fault = [Fault::Io, Fault::Full, Fault::Short][self.dice.below(3)];
                let call = 1 + self.dice.below(30) as u64;
                self.plan(fault, call, false);
                Ok(())
            }
        }
    }

    /// Whether an operation may fail.
    fn is_excused(&self) -> bool {
        self.is_troubled || self.disk.is_cut()
    }

    fn stage(&self, digest: &Digest, familiar: Familiar) -> Result<Staged, StoreError> {
        let fact = &self.model.0[digest];
        let mut staging = self.store().stage(familiar)?;
        if let Some(parent) = &fact.parent {
            staging.expect(parent);
        }
        for piece in fact.content.chunks(100_000) {
            staging.write(piece)?;
        }
        staging.finish()
    }

    fn put(&mut self, content: Vec<u8>, parent: Option<Digest>) -> Held {
        let digest = self.model.begin(content, parent);
        let staged = self.stage(&digest, self.model.familiar());
        let put = staged.and_then(|staged| self.store().put(staged));
        self.name(&digest, put).map(drop)
    }

    /// What was acknowledged is named from now on.
    fn name(&mut self, digest: &Digest, put: Result<Put, StoreError>) -> Held<Option<Put>> {
        self.trace(&format!("  put {digest:?}: {put:?}"));
        match put {
            Ok(put) => {
                let way = match put.new_bytes {
                    0 => 0,
                    bytes if bytes < put.size => 1,
                    _ => 2,
                };
                self.kept[way] += 1;
                let fact = self.model.0.get_mut(digest).unwrap();
                (fact.state, fact.told_at) = (State::Named, self.disk.syncs());
                Ok(Some(put))
            }
            Err(_) if self.is_excused() => Ok(None),
            Err(error) => Err(format!("a put fails: {error}")),
        }
    }

    /// An earlier whole with something in front or in its midst, sometimes with an end cut off.
    fn edited(&mut self, parent: &Digest) -> Vec<u8> {
        let content = Arc::clone(&self.model.0[parent].content);
        let end = content.len() - self.dice.below(2) * self.dice.below(20_000);
        let at = self.dice.below(2) * self.dice.below(end);
        let length = 1 + self.dice.below(20_000);
        [&content[..at], &self.dice.noise(length), &content[at..end]].concat()
    }

    fn edit(&mut self) -> Held {
        let is_long = |fact: &crate::model::Fact| {
            fact.state == State::Named && (150_000..700_000).contains(&fact.content.len())
        };
        let Some(parent) = self.model.any(&mut self.dice, is_long) else { return Ok(()) };
        let content = self.edited(&parent);
        self.put(content, Some(parent))
    }

    fn again(&mut self) -> Held {
        let Some(digest) = self.model.any(&mut self.dice, |_| true) else { return Ok(()) };
        let familiar =
            if self.dice.below(2) == 0 { Familiar::with_none() } else { self.model.familiar() };
        let put = self.stage(&digest, familiar).and_then(|staged| self.store().put(staged));
        self.name(&digest, put).map(drop)
    }

    fn open_reader(&mut self) -> Held {
        let Some(digest) = self.model.named(&mut self.dice) else { return Ok(()) };
        match self.store().open_blob(&digest) {
            Ok(Some(reader)) => {
                if self.readers.len() >= READERS_MAX {
                    let at = self.dice.below(self.readers.len());
                    self.readers.swap_remove(at);
                }
                self.readers.push((digest, reader));
                Ok(())
            }
            Err(_) if self.is_excused() => Ok(()),
            Ok(None) => Err(format!("{digest} is lost")),
            Err(error) => Err(format!("{digest} does not open: {error}")),
        }
    }

    /// A reader that was open goes on, whatever became of its blob.
    fn check_a_reader(&mut self) -> Held {
        if self.readers.is_empty() {
            return Ok(());
        }
        let (digest, reader) = &self.readers[self.dice.below(self.readers.len())];
        let content = &self.model.0[digest].content;
        let from = self.dice.below(content.len());
        let mut read = vec![0; 1 + self.dice.below(100_000)];
        let got = reader.read_at(&mut read, from as u64);
        let got = got.map_err(|error| format!("an open reader of {digest} fails: {error}"))?;
        let rest = &content[from..];
        if read[..got] == rest[..rest.len().min(read.len())] {
            return Ok(());
        }
        Err(format!("an open reader of {digest} reads wrong bytes"))
    }

    fn sweep(&mut self) -> Held {
        let (step, grace) = (self.step, self.grace);
        let is_free = |digest: &Digest| self.model.is_free(digest, step, grace);
        let released = self.model.0.iter().filter(|(_, fact)| fact.state != State::Swept);
        let all: Vec<_> = released.map(|(digest, _)| *digest).filter(|it| is_free(it)).collect();
        let swept = self.store().sweep(&mut all.iter().copied(), &is_free, Run::Really);
        let swept = match swept {
            Ok(swept) => swept,
            Err(_) if self.is_excused() => Swept::default(),
            Err(error) => return Err(format!("a sweep fails: {error}")),
        };
        self.trace(&format!("  of {all:?} {swept:?}"));
        let left: HashSet<Digest> = swept.left.iter().map(|(digest, _)| *digest).collect();
        if !self.is_excused() {
            let blobs = swept.left.iter().map(|(_, why)| why);
            let mut all_left = blobs.chain(swept.packs_left.iter().map(|(_, why)| why));
            if let Some(why) = all_left.find(|why| !matches!(why, Left::Held)) {
                return Err(format!("a sweep leaves something that {why}"));
            }
            for digest in all.iter().filter(|digest| !left.contains(digest)) {
                if self.store().open_blob(digest).map_err(|error| error.to_string())?.is_some() {
                    return Err(format!("{digest} was swept and still opens"));
                }
            }
        }
        self.note_freed();
        Ok(())
    }

    /// What is free may be gone by now, also what was left at first; what is kept open stays.
    fn note_freed(&mut self) {
        let is_open = |digest: &Digest| self.readers.iter().any(|(open, _)| open == digest);
        let is_free = |digest: &Digest| self.model.is_free(digest, self.step, self.grace);
        let all = self.model.0.keys().copied();
        let freed: Vec<_> = all.filter(|digest| is_free(digest) && !is_open(digest)).collect();
        for digest in freed {
            self.model.set(&digest, State::Swept);
        }
    }

    fn compact(&mut self) -> Held {
        let (step, grace) = (self.step, self.grace);
        let is_free = |digest: &Digest| self.model.is_free(digest, step, grace);
        match self.store().compact(&is_free, Run::Really) {
            Ok(_) => {}
            Err(_) if self.is_excused() => {}
            Err(error) => return Err(format!("a compaction fails: {error}")),
        }
        self.note_freed();
        Ok(())
    }

    fn sweep_before_name(&mut self) -> Held {
        let Some(digest) = self.model.released(&mut self.dice) else { return Ok(()) };
        let staged = self.stage(&digest, self.model.familiar());
        let mut put = staged.and_then(|staged| self.store().put(staged));
        if self.bug == Bug::NoLeases {
            let other = Digest::of(b"something else");
            put = put.map(|put| Put { lease: self.store().hold(&other).unwrap(), ..put });
        }
        self.sweep()?;
        self.name(&digest, put).map(drop)
    }

    fn sweep_before_put(&mut self) -> Held {
        let is_long = |fact: &crate::model::Fact| {
            matches!(fact.state, State::Released(_))
                && (150_000..700_000).contains(&fact.content.len())
        };
        let Some(parent) = self.model.any(&mut self.dice, is_long) else { return Ok(()) };
        let content = self.edited(&parent);
        let digest = self.model.begin(content, Some(parent));
        let staged = self.stage(&digest, Familiar::with_all());
        self.sweep()?;
        let put = staged.and_then(|staged| self.store().put(staged));
        self.name(&digest, put).map(drop)
    }

    fn scrub(&mut self) -> Held {
        match self.store().scrub(Pace::Full, &AtomicBool::new(false)) {
            Ok(_) => {}
            Err(_) if self.is_excused() => return Ok(()),
            Err(error) => return Err(format!("a scrub fails: {error}")),
        }
        let damage = self.store().damage();
        let wrong = damage.iter().find(|damaged| !self.model.may_lack(&damaged.digest));
        match wrong {
            Some(damaged) if !self.is_excused() => {
                Err(format!("a scrub finds damage: {damaged:?}"))
            }
            _ => Ok(()),
        }
    }

    fn verify(&mut self) -> Held {
        let Some(digest) = self.model.named(&mut self.dice) else { return Ok(()) };
        match self.store().verify(&digest) {
            Ok(Some(verified)) if !verified.was_healed => Ok(()),
            _ if self.is_excused() => Ok(()),
            other => Err(format!("{digest} is not verified: {other:?}")),
        }
    }

    fn stop(&mut self) -> Held {
        self.readers.clear();
        let closed = self.store().close();
        self.store = None;
        match closed {
            Ok(()) => {
                copy_dir(Some(&self.dirs.index()), &self.dirs.at_stop());
                std::fs::remove_file(self.dirs.at_stop().join("blobs.clean")).unwrap();
            }
            Err(_) if self.is_excused() => {}
            Err(error) => return Err(format!("a stop fails: {error}")),
        }
        if self.disk.is_cut() {
            return Ok(());
        }
        self.start()?;
        if self.store.is_none() && !self.disk.is_cut() {
            // The fault has struck the start: the next one works.
            self.disk.call_off();
            self.start()?;
        }
        Ok(())
    }

    /// The process is killed, or the power goes, and the store starts again.
    fn crash(&mut self, is_power: bool) -> Held {
        self.disk.cut_now();
        self.drop_store();
        self.is_troubled = false;
        if is_power {
            self.disk = self.disk.reboot(self.dice.roll());
            match self.dice.below(3) {
                0 => copy_dir(None, &self.dirs.index()),
                1 => copy_dir(Some(&self.dirs.at_stop()), &self.dirs.index()),
                _ => {}
            }
        } else {
            self.disk = self.disk.restart();
        }
        self.start()?;
        self.model.check(self.store.as_ref().unwrap(), true)
    }
}

/// A check may fail while somebody interferes.
fn excuse(session: &Session) -> impl Fn(String) -> Held {
    let is_excused = session.is_excused();
    move |error| if is_excused { Ok(()) } else { Err(error) }
}
