//! Reading a journal file from its beginning: which lines are good, and what follows them.

use std::path::PathBuf;

use rushes_disk::{Disk, DiskError, DiskFile};

use super::error::{Damage, JournalError, damage};
use super::files::{file_name, segment_path};
use crate::line::{self, Head, LINE_BYTES_MAX, Line, LineError};
use crate::model::Revision;

/// What a file holds.
#[derive(Debug)]
pub struct Scan {
    /// The head after the last good line; `None` when there is none.
    pub head: Option<Head>,
    /// Where the last good line ends, in bytes.
    pub end: u64,
    /// How many good lines there are.
    pub lines: u64,
    /// Bytes of a torn line behind it.
    pub torn_bytes: u64,
    /// What is wrong.
    pub damage: Option<Damage>,
}

impl Scan {
    /// Reads the file that starts at `first` and checks every line and the chain within it.
    ///
    /// `before` is the head that it must continue, where that is known.
    pub fn of(
        disk: &dyn Disk,
        first: Revision,
        before: Option<Head>,
    ) -> Result<Self, JournalError> {
        let mut lines = Lines::open(disk, first)?;
        let mut expected = before;
        let mut scan = Self { head: None, end: 0, lines: 0, torn_bytes: 0, damage: None };
        loop {
            let number = lines.number + 1;
            match lines.next_line()? {
                None => return Ok(scan),
                Some(Ok(line)) => {
                    if let Some(reason) = breaks_chain(&line, first, expected) {
                        scan.damage = Some(damage(first, number, reason));
                        return Ok(scan);
                    }
                    expected = Some(line.head());
                    scan.head = expected;
                    (scan.end, scan.lines) = (lines.at, lines.number);
                }
                Some(Err(LineError::Sum)) => {
                    scan.torn_bytes = lines.size - scan.end;
                    if lines.any_good_line_follows()? {
                        let reason = "the checksum does not match and good lines follow it";
                        scan.damage = Some(damage(first, number, reason.to_owned()));
                    }
                    return Ok(scan);
                }
                Some(Err(LineError::Long)) => {
                    scan.damage = Some(damage(first, number, LineError::Long.to_string()));
                    return Ok(scan);
                }
                Some(Err(error)) => {
                    let file = file_name(first);
                    let reason = error.to_string();
                    return Err(JournalError::Unreadable { file, line: number, reason });
                }
            }
        }
    }
}

fn breaks_chain(line: &Line<'_>, first: Revision, before: Option<Head>) -> Option<String> {
    match before {
        Some(before) if line.prev != before.sum => {
            Some("it does not continue the line before".to_owned())
        }
        Some(before) if line.first != before.revision + 1 => {
            Some(format!("it starts at {}, expected {}", line.first, before.revision + 1))
        }
        None if line.first != first => {
            Some(format!("it starts at {}, the file's name says {first}", line.first))
        }
        _ => None,
    }
}

/// Walks the lines of one file, holding one of them in memory.
#[derive(Debug)]
pub struct Lines {
    file: std::sync::Arc<dyn DiskFile>,
    path: PathBuf,
    /// Size of the file when it was opened.
    pub size: u64,
    /// Where the next line starts.
    pub at: u64,
    /// How many lines were read.
    pub number: u64,
    buffer: Vec<u8>,
    consumed: usize,
}

impl Lines {
    const PIECE_BYTES: usize = 256 << 10;

    /// Starts at the beginning of the file that starts at `first`.
    pub fn open(disk: &dyn Disk, first: Revision) -> Result<Self, DiskError> {
        let path = segment_path(first);
        let file = disk.open_read(&path)?;
        let size = file.stat()?.size;
        Ok(Self { file, path, size, at: 0, number: 0, buffer: Vec::new(), consumed: 0 })
    }

    /// The next line, or why it is none; `None` at the end of the file. After an error the walk
    /// goes on behind the next newline.
    pub fn next_line(&mut self) -> Result<Option<Result<Line<'_>, LineError>>, DiskError> {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        let mut searched = 0;
        let mut is_long = false;
        let newline = loop {
            let rest = self.buffer.get(searched..).unwrap_or_default();
            if let Some(found) = rest.iter().position(|byte| *byte == b'\n') {
                break Some(searched + found);
            }
            searched = self.buffer.len();
            is_long = searched > LINE_BYTES_MAX;
            if is_long || !self.fill()? {
                break None;
            }
        };
        let Some(newline) = newline else {
            // No newline: the rest, if there is one, is torn.
            self.consumed = self.buffer.len();
            self.at += self.consumed as u64;
            let error = if is_long { LineError::Long } else { LineError::Sum };
            return Ok((self.consumed > 0).then_some(Err(error)));
        };
        self.number += 1;
        self.consumed = newline + 1;
        self.at += self.consumed as u64;
        Ok(Some(line::parse(self.buffer.get(..newline).unwrap_or_default())))
    }

    fn any_good_line_follows(&mut self) -> Result<bool, DiskError> {
        while let Some(line) = self.next_line()? {
            if !matches!(line, Err(LineError::Sum)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn fill(&mut self) -> Result<bool, DiskError> {
        let held = self.buffer.len();
        let from = self.at + held as u64;
        let left = usize::try_from(self.size.saturating_sub(from)).unwrap_or(usize::MAX);
        let wanted = left.min(Self::PIECE_BYTES);
        if wanted == 0 {
            return Ok(false);
        }
        self.buffer.resize(held + wanted, 0);
        let place = self.buffer.get_mut(held..).unwrap_or_default();
        rushes_disk::read_exact_at(&*self.file, &self.path, place, from)?;
        Ok(true)
    }
}
