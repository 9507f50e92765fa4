//! A content that is coming in, chunk by chunk: what is known of it already is not kept again, the
//! rest waits in memory and then in a file, each byte at its own place.
//!
//! Invariant: every chunk is either known or kept, and what is dropped leaves nothing behind.

use std::collections::HashMap;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{DiskFile, read_exact_at};

use crate::cutter::{Chunk, Sink};
use crate::error::StoreError;
use crate::hints::{Hints, Spot};
use crate::manifest::{Container, Manifest, Piece};
use crate::pieces::Pieces;
use crate::unfinished::Unfinished;

/// How many unknown bytes wait in memory before there is a file: edits of what is known are often
/// smaller, and then never touch the disk twice.
const WAITING_BYTES_MAX: usize = 2 << 20;

/// A chunk of the content.
#[derive(Debug, Clone, Copy)]
pub struct Drafted {
    /// The chunk.
    pub chunk: Chunk,
    /// Where it starts in the content.
    pub start: u64,
    /// Where it lies already.
    pub spot: Option<Spot>,
    /// Whether its bytes are kept here.
    is_kept: bool,
}

/// Unknown bytes in a row.
#[derive(Debug)]
struct Run {
    start: u64,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Spilled {
    unfinished: Unfinished,
    file: Arc<dyn DiskFile>,
}

/// A content that is coming in.
#[derive(Debug)]
pub struct Draft {
    hints: Hints,
    chunks: Vec<Drafted>,
    end: u64,
    known_bytes: u64,
    waiting: Vec<Run>,
    waiting_bytes: usize,
    spilled: Option<Spilled>,
    /// Whether there is a file already that holds all of it.
    is_over_a_file: bool,
}

impl Draft {
    /// Begins with nothing.
    pub fn new(hints: Hints) -> Self {
        Self {
            hints,
            chunks: Vec::new(),
            end: 0,
            known_bytes: 0,
            waiting: Vec::new(),
            waiting_bytes: 0,
            spilled: None,
            is_over_a_file: false,
        }
    }

    /// Begins with nothing, of a file that holds all of it and is told at the end.
    pub fn over_a_file(hints: Hints) -> Self {
        Self { is_over_a_file: true, ..Self::new(hints) }
    }

    /// The file that holds all of it.
    pub fn set_file(&mut self, unfinished: Unfinished, file: Arc<dyn DiskFile>) {
        self.spilled = Some(Spilled { unfinished, file });
    }

    /// What is known of other blobs.
    pub fn hints(&mut self) -> &mut Hints {
        &mut self.hints
    }

    /// The chunks so far.
    pub fn chunks(&self) -> &[Drafted] {
        &self.chunks
    }

    /// How many bytes came in.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// How many of them lie somewhere already.
    pub fn known_bytes(&self) -> u64 {
        self.known_bytes
    }

    /// How many more bytes a file that holds all of it takes.
    pub fn unwritten_bytes(&self) -> u64 {
        let absent = self.chunks.iter().filter(|drafted| !drafted.is_kept);
        let absent_bytes: u64 = absent.map(|drafted| u64::from(drafted.chunk.length)).sum();
        absent_bytes + self.waiting_bytes as u64
    }

    /// Whether a container is there as it should be.
    pub fn is_usable(&self, container: &Container) -> bool {
        self.hints.is_usable(container)
    }

    /// Where a chunk lies that is known.
    pub fn container(&self, spot: Spot) -> Option<Container> {
        self.hints.container(spot)
    }

    /// Ends the content: what came before the first hit may be known by now.
    pub fn finish(&mut self) {
        for drafted in self.chunks.iter_mut().filter(|drafted| drafted.spot.is_none()) {
            drafted.spot = self.hints.recall(&drafted.chunk);
            if drafted.spot.is_some() {
                self.known_bytes += u64::from(drafted.chunk.length);
            }
        }
    }

    /// Keeps the unknown bytes between two places of what comes in.
    fn keep(&mut self, bytes: &[u8], from: usize, to: usize) -> Result<(), StoreError> {
        let Some(bytes) = bytes.get(from..to).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        if self.is_over_a_file {
            return Ok(());
        }
        let start = self.end + from as u64;
        if self.spilled.is_none() && self.waiting_bytes + bytes.len() <= WAITING_BYTES_MAX {
            self.waiting_bytes += bytes.len();
            match self.waiting.last_mut() {
                Some(run) if run.start + run.bytes.len() as u64 == start => {
                    run.bytes.extend_from_slice(bytes);
                }
                _ => self.waiting.push(Run { start, bytes: bytes.to_vec() }),
            }
            return Ok(());
        }
        self.spill()?.stream_at(bytes, start)?;
        Ok(())
    }

    /// Writes what waits into the file, which is made when there is none.
    fn spill(&mut self) -> Result<Arc<dyn DiskFile>, StoreError> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            empty => {
                let (unfinished, file) = Unfinished::create(&self.hints.shelf().disk)?;
                empty.insert(Spilled { unfinished, file })
            }
        };
        for Run { start, bytes } in self.waiting.drain(..) {
            spilled.file.stream_at(&bytes, start)?;
        }
        self.waiting_bytes = 0;
        Ok(Arc::clone(&spilled.file))
    }

    /// Reads a chunk that is kept here.
    pub fn read(&self, of: &Drafted) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; of.chunk.length as usize];
        let run = self.waiting.iter().find_map(|run| {
            let from = usize::try_from(of.start.checked_sub(run.start)?).ok()?;
            run.bytes.get(from..from + bytes.len())
        });
        match (run, &self.spilled) {
            (Some(run), _) => bytes.copy_from_slice(run),
            (None, Some(Spilled { unfinished, file })) => {
                read_exact_at(&**file, unfinished.path(), &mut bytes, of.start)?;
            }
            (None, None) => return Err(StoreError::Broken),
        }
        Ok(bytes)
    }

    /// Makes it a file that holds all of the content; what is known is read from where it lies, and
    /// verified. Nothing is durable yet, and nothing writes to the file any more.
    pub fn into_file(mut self, digest: &Digest) -> Result<(Unfinished, Vec<Chunk>), StoreError> {
        let file = self.spill()?;
        let pieces = Pieces::new(self.as_manifest());
        let mut place = Vec::new();
        for drafted in self.chunks.iter().filter(|drafted| !drafted.is_kept) {
            let Some(located) = pieces.at(drafted.start) else { continue };
            place.resize(drafted.chunk.length as usize, 0);
            let loaded = pieces.load(self.hints.shelf(), None, (digest, &located), &mut place);
            if let (Err(_), Some(Container::Whole(source))) =
                (&loaded, drafted.spot.and_then(|spot| self.container(spot)))
            {
                // The next try must not rely on it.
                self.hints.shelf().doubt(&source);
            }
            loaded?;
            file.write_all_at(&place, drafted.start)?;
        }
        let chunks = self.chunks.iter().map(|drafted| drafted.chunk).collect();
        let spilled = self.spilled.ok_or(StoreError::Broken)?;
        Ok((spilled.unfinished, chunks))
    }

    /// Where its chunks lie; those that are kept here name no container.
    fn as_manifest(&self) -> Manifest {
        let mut containers = Containers::default();
        let pieces = self.chunks.iter().map(|drafted| {
            let place = drafted.spot.and_then(|spot| Some((self.container(spot)?, spot.offset)));
            let Some((container, offset)) = place else {
                return Piece { chunk: drafted.chunk, container: u32::MAX, offset: 0 };
            };
            Piece { chunk: drafted.chunk, container: containers.number(container), offset }
        });
        let pieces = pieces.collect();
        Manifest { generation: 0, size: self.end, containers: containers.list(), pieces }
    }
}

impl Sink for Draft {
    fn take(&mut self, bytes: &[u8], chunks: &[Chunk]) -> Result<(), StoreError> {
        let mut spots: Vec<_> = chunks.iter().map(|chunk| self.hints.find(chunk)).collect();
        for (spot, chunk) in spots.iter_mut().zip(chunks) {
            // A hit further on may tell of the ones before it.
            *spot = spot.or_else(|| self.hints.recall(chunk));
        }
        let (mut at, mut unknown_from) = (0, 0);
        for (chunk, spot) in chunks.iter().zip(spots) {
            let length = chunk.length as usize;
            let start = self.end + at as u64;
            let is_kept = spot.is_none() || self.is_over_a_file;
            self.chunks.push(Drafted { chunk: *chunk, start, spot, is_kept });
            if spot.is_some() {
                self.keep(bytes, unknown_from, at)?;
                self.known_bytes += u64::from(chunk.length);
                unknown_from = at + length;
            }
            at += length;
        }
        self.keep(bytes, unknown_from, at)?;
        self.end += at as u64;
        Ok(())
    }

    fn next(&self, after: &Chunk) -> Option<Chunk> {
        self.hints.next(after)
    }
}

/// Containers on their way into a manifest.
#[derive(Debug, Default)]
pub struct Containers {
    list: Vec<Container>,
    numbers: HashMap<Container, u32>,
}

impl Containers {
    /// The number of a container, which is added when it is new.
    pub fn number(&mut self, container: Container) -> u32 {
        *self.numbers.entry(container).or_insert_with(|| {
            self.list.push(container);
            u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// All of them, in the order of their numbers.
    pub fn list(self) -> Vec<Container> {
        self.list
    }
}
