//! Contents of the small world: real bytes, in memory or in a file.

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;

use rushes_vault::source::OpenContent;

use super::Answer;

/// A content.
#[derive(Debug)]
pub enum Bytes {
    /// In memory, as a blob in ranges.
    Memory(Vec<u8>),
    /// A file that is exactly the content, as a whole.
    File(std::fs::File, u64),
}

impl Bytes {
    /// A content without a file of its own.
    pub fn in_memory(bytes: &[u8]) -> Self {
        Self::Memory(bytes.to_vec())
    }

    /// A content in a temporary file.
    pub fn in_file(bytes: &[u8]) -> Self {
        Self::File(super::file_of(bytes), bytes.len() as u64)
    }
}

impl OpenContent for Bytes {
    fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(_, size) => *size,
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Answer<usize> {
        match self {
            Self::Memory(bytes) => {
                let rest = bytes.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            }
            Self::File(file, _) => Ok(file.read_at(buffer, offset).unwrap()),
        }
    }

    fn exact_file(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Memory(_) => None,
            Self::File(file, _) => Some(file.as_fd()),
        }
    }
}
