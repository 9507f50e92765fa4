//! Closed journal files and their second copies.
//!
//! A file is closed once another one follows it; nothing is ever added to it then. Whoever keeps
//! bytes may keep a copy of it, which a claim names (`segment_kept`). Invariant: a file is only
//! replaced by bytes that have the digest that was recorded of it.

use std::path::Path;

use rushes_digest::{Digest, Hasher};
use rushes_disk::{Disk, DiskError};
use serde::Serialize;

use super::error::damage;
use super::files::{JOURNAL_DIR, create_fresh, segment_path, segments};
use super::reader::ReadError;
use super::scan::Lines;
use crate::claim::{Claim, Fact};
use crate::model::Revision;

/// How much of a file is hashed at a time, in bytes.
const PIECE_BYTES: usize = 256 << 10;
/// How a claim is recognised before it is parsed.
const KEPT: &str = "\"segment_kept\"";

/// A closed journal file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Its first revision, which names it.
    pub first: Revision,
    /// The first revision of the next one.
    pub next: Revision,
}

/// A closed journal file of which a second copy was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KeptSegment {
    /// Which one.
    pub segment: Segment,
    /// The digest of its lines: of the file's first `size` bytes.
    pub digest: Digest,
    /// How long they are.
    pub size: u64,
}

/// All closed files, in order.
pub fn closed_segments(disk: &dyn Disk) -> Result<Vec<Segment>, DiskError> {
    let starts = segments(disk)?;
    let pairs = starts.iter().zip(starts.iter().skip(1));
    Ok(pairs.map(|(first, next)| Segment { first: *first, next: *next }).collect())
}

/// The lines of a closed file, each checked; without what a failed write left behind them. At most
/// a file's and a line's longest.
pub fn read_segment(disk: &dyn Disk, segment: Segment) -> Result<Vec<u8>, ReadError> {
    let Segment { first, next } = segment;
    let mut lines = Lines::open(disk, first)?;
    let (mut expected, mut before) = (first, None);
    while expected < next {
        let number = lines.number + 1;
        let line = match lines.next_line()? {
            Some(Ok(line)) => line,
            Some(Err(error)) => return Err(damage(first, number, error.to_string()).into()),
            None => return Err(damage(first, number, "it ends too early".to_owned()).into()),
        };
        if line.first != expected || before.is_some_and(|sum| sum != line.prev) {
            let reason = "it does not continue the line before".to_owned();
            return Err(damage(first, number, reason).into());
        }
        (expected, before) = (line.head().revision + 1, Some(line.sum));
    }
    let path = segment_path(first);
    let mut content = vec![0; usize::try_from(lines.at).unwrap_or_default()];
    rushes_disk::read_exact_at(&*disk.open_read(&path)?, &path, &mut content, 0)?;
    Ok(content)
}

/// The second copies that any sound line of any file names, also behind damaged ones; of a file
/// that cannot be read to its end, those before that.
pub fn kept_segments(disk: &dyn Disk) -> Result<Vec<KeptSegment>, DiskError> {
    let mut kept = Vec::new();
    for first in segments(disk)? {
        match add_kept(disk, first, &mut kept) {
            Err(error) if !error.is_unreadable() => return Err(error),
            _ => {}
        }
    }
    Ok(kept)
}

fn add_kept(
    disk: &dyn Disk,
    first: Revision,
    kept: &mut Vec<KeptSegment>,
) -> Result<(), DiskError> {
    let mut lines = Lines::open(disk, first)?;
    while let Some(line) = lines.next_line()? {
        let claims = line.map(|line| line.claims).unwrap_or_default();
        let of_copies = claims.into_iter().filter(|(_, json)| json.contains(KEPT));
        kept.extend(of_copies.filter_map(|(_, json)| kept_by(json)));
    }
    Ok(())
}

fn kept_by(json: &str) -> Option<KeptSegment> {
    let claim: Claim = serde_json::from_str(json).ok()?;
    let Fact::SegmentKept { first, next, digest, size } = claim.fact else { return None };
    Some(KeptSegment { segment: Segment { first, next }, digest, size })
}

/// Whether a file still holds what was kept of it, and gives it back.
pub fn is_intact(disk: &dyn Disk, kept: &KeptSegment) -> Result<bool, DiskError> {
    let path = segment_path(kept.segment.first);
    let file = match disk.open_read(&path) {
        Err(error) if error.is_missing() => return Ok(false),
        opened => opened?,
    };
    if file.stat()?.size < kept.size {
        return Ok(false);
    }
    let (mut hasher, mut piece, mut at) = (Hasher::new(), vec![0; PIECE_BYTES], 0);
    while at < kept.size {
        let wanted = usize::try_from(kept.size - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let Some(buffer) = piece.get_mut(..wanted) else { break };
        match rushes_disk::read_exact_at(&*file, &path, buffer, at) {
            Err(error) if error.is_unreadable() => return Ok(false),
            read => read?,
        }
        hasher.update(buffer);
        at += wanted as u64;
    }
    Ok(hasher.finish() == kept.digest)
}

/// Puts a file back, durably on return; whatever stands in its place is replaced in one step.
/// `false`: these are not the bytes that were kept of it.
pub fn put_back(disk: &dyn Disk, kept: &KeptSegment, content: &[u8]) -> Result<bool, DiskError> {
    if Digest::of(content) != kept.digest || content.len() as u64 != kept.size {
        return Ok(false);
    }
    let path = segment_path(kept.segment.first);
    let (fresh, file) = create_fresh(disk, &path)?;
    file.write_all_at(content, 0)?;
    file.sync()?;
    disk.rename(&fresh, &path)?;
    disk.sync_dir(Path::new(JOURNAL_DIR))?;
    Ok(true)
}
