//! Where bytes lie: the ids of packs, positions of records, and what is remembered of a whole.

use std::fmt;

use rushes_disk::Stat;
use uuid::Uuid;

/// Names a pack. Ids made later sort later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId(pub [u8; PackId::BYTES]);

impl PackId {
    /// Length in bytes.
    pub const BYTES: usize = 16;

    /// A new id (UUID version 7, RFC 9562): its random bits are what ties records to their pack.
    pub fn generate() -> Self {
        Self(Uuid::now_v7().into_bytes())
    }

    /// Reads the text form; one id has one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(Uuid::try_parse(text).ok()?.into_bytes());
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).simple().fmt(f)
    }
}

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordAt {
    /// The pack.
    pub pack: PackId,
    /// Of the record's first byte.
    pub offset: u64,
    /// Length of the stored payload in bytes.
    pub stored_len: u32,
}

/// Where a blob's newest manifest lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestAt {
    /// Its record.
    pub at: RecordAt,
    /// Its generation.
    pub generation: u64,
}

/// What is remembered of a whole, to notice that it is not the same file any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeStat {
    /// Length in bytes.
    pub size: u64,
    /// Last change of its content, nanoseconds since 1970.
    pub modified_ns: i128,
    /// Inode number.
    pub inode: u64,
}

impl From<Stat> for WholeStat {
    fn from(stat: Stat) -> Self {
        Self { size: stat.size, modified_ns: stat.modified_ns, inode: stat.inode }
    }
}

/// Where a blob lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a record of a pack.
    Packed(RecordAt),
    /// In a file of its own.
    Whole {
        /// What the file looked like.
        stat: WholeStat,
        /// `false` once a wrong chunk was met in it: no shortcut may rely on it.
        sound: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling_and_later_ones_sort_later() {
        let (first, second) = (PackId::generate(), PackId::generate());
        assert!(first < second);
        assert_eq!(PackId::parse(&first.to_string()), Some(first));
        assert_eq!(PackId::parse(&first.to_string().to_uppercase()), None);
        assert_eq!(PackId::parse(&Uuid::from_bytes(first.0).hyphenated().to_string()), None);
    }
}
