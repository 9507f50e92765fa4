//! The bytes of a file that is being written: those of a version until somebody writes, then its
//! own.
//!
//! Invariant: what was handed over to be saved never changes; who writes afterwards writes to a
//! copy.

use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rushes_vault::model::Viewer;
use rushes_vault::source::{OpenContent, SaveAs, Source, SourceError, Unsaved};

use crate::save::machine::Base;

/// How much is copied at once, in bytes.
const BLOCK_BYTES: usize = 1 << 20;

type Answer<T> = Result<T, SourceError>;

/// The bytes of one file.
#[derive(Debug)]
pub struct Bytes {
    source: Arc<dyn Source>,
    viewer: Viewer,
    /// The inode number that programs see.
    pub shown_ino: u64,
    held: RwLock<Held>,
    is_handed_over: AtomicBool,
}

#[derive(Debug)]
enum Held {
    Empty,
    Base(Base, Mutex<Option<Arc<dyn OpenContent>>>),
    Own(Arc<dyn Unsaved>),
}

impl Bytes {
    /// Those of a version, or none.
    pub fn new(
        (source, viewer): (&Arc<dyn Source>, Viewer),
        shown_ino: u64,
        base: Option<Base>,
    ) -> Self {
        let held = base.map_or(Held::Empty, |base| Held::Base(base, Mutex::default()));
        let is_handed_over = AtomicBool::new(false);
        Self {
            source: Arc::clone(source),
            viewer,
            shown_ino,
            held: RwLock::new(held),
            is_handed_over,
        }
    }

    /// Writes all bytes at an offset.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Answer<()> {
        loop {
            if let Held::Own(file) = &*self.held() {
                match file.write_at(bytes, offset) {
                    Err(SourceError::Frozen) => {}
                    done => return done,
                }
            }
            self.own()?;
        }
    }

    /// Makes it shorter, or longer with zeros.
    pub fn set_len(&self, size: u64) -> Answer<()> {
        loop {
            match &*self.held() {
                Held::Empty if size == 0 => return Ok(()),
                Held::Own(file) => match file.set_len(size) {
                    Err(SourceError::Frozen) => {}
                    done => return done,
                },
                _ => {}
            }
            if size == 0 {
                *self.held_mut() = Held::Empty;
                self.give_back();
            } else {
                self.own()?;
            }
        }
    }

    /// Makes room for a range, which is zeros where it is new; `false` where that cannot be done.
    pub fn allocate(&self, range: &Range<u64>) -> Answer<bool> {
        loop {
            if let Held::Own(file) = &*self.held() {
                match file.allocate(range.clone()) {
                    Err(SourceError::Frozen) => {}
                    done => return done,
                }
            }
            self.own()?;
        }
    }

    /// Makes what it holds now come back after a kill; what has no bytes of its own needs nothing.
    pub fn promise(&self, save: &SaveAs, lasts: bool) -> Answer<()> {
        let file = match &*self.held() {
            Held::Own(file) if !file.is_frozen() => Arc::clone(file),
            _ => return Ok(()),
        };
        // A sync may take long: who freezes it meanwhile does not wait.
        file.promise(save, lasts)
    }

    /// Its name is gone: what it holds does not come back after a kill, unless it is being saved.
    pub fn withdraw(&self) {
        if let Held::Own(file) = &*self.held() {
            file.withdraw();
        }
    }

    /// Freezes what it holds, to be saved; an empty file gets bytes of its own for that.
    pub fn hand_over(&self) -> Answer<Arc<dyn Unsaved>> {
        let mut held = self.held_mut();
        let file = match &*held {
            Held::Own(file) => Arc::clone(file),
            Held::Empty => self.source.begin(self.viewer, None)?,
            Held::Base(base, _) => self.source.begin(self.viewer, Some(&base.digest))?,
        };
        file.freeze()?;
        *held = Held::Own(Arc::clone(&file));
        self.is_handed_over.store(true, Ordering::SeqCst);
        Ok(file)
    }

    /// It was handed over and could not be saved.
    pub fn give_back(&self) {
        self.is_handed_over.store(false, Ordering::SeqCst);
    }

    /// What was handed over is a version now: its own file is let go, and who has this open reads
    /// the version.
    pub fn rest_on(&self, saved: Base) {
        *self.held_mut() = Held::Base(saved, Mutex::default());
    }

    /// Nobody wants it any more.
    pub fn discard(&self) {
        if self.is_handed_over.load(Ordering::SeqCst) {
            return;
        }
        if let Held::Own(file) = &*self.held() {
            file.discard();
        }
    }

    /// Gives it bytes of its own that can be written to.
    fn own(&self) -> Answer<()> {
        let mut held = self.held_mut();
        let new = match &*held {
            Held::Own(file) if !file.is_frozen() => return Ok(()),
            Held::Empty => self.source.begin(self.viewer, None)?,
            Held::Base(base, _) => self.source.begin(self.viewer, Some(&base.digest))?,
            Held::Own(file) => {
                let new = self.source.begin(self.viewer, None)?;
                copy(&**file, &*new)?;
                new
            }
        };
        *held = Held::Own(new);
        self.give_back();
        Ok(())
    }

    fn content(
        &self,
        base: &Base,
        open: &Mutex<Option<Arc<dyn OpenContent>>>,
    ) -> Answer<Arc<dyn OpenContent>> {
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = &*open {
            return Ok(Arc::clone(content));
        }
        let Base { asset, digest, .. } = base;
        let mut found = self.source.open(self.viewer, digest)?;
        if found.is_none() {
            // Its asset was deleted: whoever has it open goes on.
            found = self.source.open_kept(self.viewer, *asset, digest)?;
        }
        let lost = || SourceError::Failed(format!("{digest} was opened to be edited and is gone"));
        let content = found.ok_or_else(lost)?;
        *open = Some(Arc::clone(&content));
        Ok(content)
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn copy(from: &dyn Unsaved, to: &dyn Unsaved) -> Answer<()> {
    let (mut at, mut block) = (0, vec![0; BLOCK_BYTES]);
    loop {
        let got = from.read_at(&mut block, at)?;
        if got == 0 {
            return Ok(());
        }
        to.write_at(block.get(..got).unwrap_or_default(), at)?;
        at += got as u64;
    }
}

impl OpenContent for Bytes {
    fn size(&self) -> u64 {
        match &*self.held() {
            Held::Empty => 0,
            Held::Base(base, _) => base.size,
            Held::Own(file) => file.size(),
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Answer<usize> {
        match &*self.held() {
            Held::Empty => Ok(0),
            Held::Base(base, open) => self.content(base, open)?.read_at(buffer, offset),
            Held::Own(file) => file.read_at(buffer, offset),
        }
    }

    fn exact_file(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
