//! Questions about closed journal files and their second copies.

use rushes_digest::Digest;

use crate::Catalog;
use crate::journal::{self, KeptSegment, ReadError, Segment};
use crate::records::Answer;
use crate::tables::{Get, Key, SegmentRow};

/// Most rows that are read at a time.
const ROWS: usize = 1024;

impl Catalog {
    /// The second copies that were recorded, in the order of their files.
    pub fn kept_segments(&self) -> Answer<Vec<KeptSegment>> {
        let (prefix, mut kept) = (Key::all_segments(), Vec::<KeptSegment>::new());
        loop {
            let after = kept.last().map(|last| Key::segment(last.segment.first));
            let rows = self.tables.read()?.scan::<SegmentRow>(&prefix, after.as_ref(), ROWS)?;
            let count = rows.len();
            kept.extend(rows.iter().filter_map(|(key, row)| {
                let first = u64::from_be_bytes(key.as_slice().try_into().ok()?);
                let segment = Segment { first, next: row.next };
                Some(KeptSegment {
                    segment,
                    digest: Digest::from_bytes(row.digest),
                    size: row.size,
                })
            }));
            if count < ROWS {
                return Ok(kept);
            }
        }
    }

    /// Closed journal files without a recorded copy, in order.
    pub fn unkept_segments(&self) -> Answer<Vec<Segment>> {
        let closed = journal::closed_segments(&*self.disk).map_err(ReadError::from)?;
        let tables = self.tables.read()?;
        let mut unkept = Vec::new();
        for segment in closed {
            if tables.get::<SegmentRow>(&Key::segment(segment.first))?.is_none() {
                unkept.push(segment);
            }
        }
        Ok(unkept)
    }

    /// Reads from a journal file anew from now on: it was put back.
    pub fn forget_segment(&self, segment: Segment) {
        self.reader.forget(segment.first);
    }
}
