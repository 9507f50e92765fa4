//! What an entry of the index looks like in bytes.
//!
//! Knows nothing of sled. Invariant: what was written is read back, and anything else is `None`.

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::manifest::Container;
use crate::place::{ManifestAt, PackId, Place, RecordAt, WholeStat};

/// Entries of blobs: the digest.
pub const BLOB_TAG: u8 = b'b';
/// Entries of sealed packs: the id.
pub const PACK_TAG: u8 = b'p';
/// Entries of dependents: a container and the digest of a blob.
pub const DEPENDS_TAG: u8 = b'r';

const NOWHERE: u8 = 0;
const PACKED: u8 = 1;
const WHOLE_SOUND: u8 = 2;
const WHOLE_IN_DOUBT: u8 = 3;

/// What is known of a blob. One entry for both: sled's memory follows the number of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// Where it lies; `None` for one in ranges.
    pub place: Option<Place>,
    /// Where its newest manifest lies.
    pub manifest: Option<ManifestAt>,
}

impl Row {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The byte form.
    pub fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(80);
        match &self.place {
            None => value.push(NOWHERE),
            Some(Place::Packed(at)) => {
                value.push(PACKED);
                record(at, &mut value);
            }
            Some(Place::Whole { stat: WholeStat { size, modified_ns, inode }, sound }) => {
                value.push(if *sound { WHOLE_SOUND } else { WHOLE_IN_DOUBT });
                value.extend(size.to_le_bytes());
                value.extend(modified_ns.to_le_bytes());
                value.extend(inode.to_le_bytes());
            }
        }
        if let Some(ManifestAt { at, generation }) = &self.manifest {
            record(at, &mut value);
            value.extend(generation.to_le_bytes());
        }
        value
    }

    /// Reads the byte form.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let mut fields = Fields(value);
        let place = match fields.u8()? {
            NOWHERE => None,
            form => Some(place(form, &mut fields)?),
        };
        if fields.0.is_empty() {
            return Some(Self { place, manifest: None });
        }
        let manifest = ManifestAt { at: record_at(&mut fields)?, generation: fields.u64()? };
        fields.0.is_empty().then_some(Self { place, manifest: Some(manifest) })
    }
}

fn place(form: u8, fields: &mut Fields<'_>) -> Option<Place> {
    if form == PACKED {
        return record_at(fields).map(Place::Packed);
    }
    let size = fields.u64()?;
    let modified_ns = i128::from_le_bytes(fields.array()?);
    let stat = WholeStat { size, modified_ns, inode: fields.u64()? };
    match form {
        WHOLE_SOUND => Some(Place::Whole { stat, sound: true }),
        WHOLE_IN_DOUBT => Some(Place::Whole { stat, sound: false }),
        _ => None,
    }
}

fn record(at: &RecordAt, value: &mut Vec<u8>) {
    value.extend(at.pack.0);
    value.extend(at.offset.to_le_bytes());
    value.extend(at.stored_len.to_le_bytes());
}

fn record_at(fields: &mut Fields<'_>) -> Option<RecordAt> {
    let pack = PackId(fields.array()?);
    Some(RecordAt { pack, offset: fields.u64()?, stored_len: fields.u32()? })
}

/// A key of one kind.
pub fn key(tag: u8, name: &[u8]) -> Vec<u8> {
    [&[tag], name].concat()
}

/// The key of a blob that depends on a container, or the front of all of them.
pub fn depends_key(on: &Container, blob: Option<&Digest>) -> Vec<u8> {
    let mut key = vec![DEPENDS_TAG];
    match on {
        Container::Whole(digest) => {
            key.push(b'w');
            key.extend(digest.as_bytes());
        }
        Container::Pack(PackId(id)) => {
            key.push(b'p');
            key.extend(id);
        }
    }
    key.extend(blob.iter().flat_map(|blob| blob.as_bytes()));
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_and_anything_else_is_none() {
        let at = RecordAt { pack: PackId([3; 16]), offset: 77, stored_len: 5 };
        let stat = WholeStat { size: 1, modified_ns: -5, inode: 9 };
        let places = [
            None,
            Some(Place::Packed(at)),
            Some(Place::Whole { stat, sound: true }),
            Some(Place::Whole { stat, sound: false }),
        ];
        for place in places {
            for manifest in [None, Some(ManifestAt { at, generation: 6 })] {
                let row = Row { place, manifest };
                let value = row.encode();
                assert_eq!(Row::decode(&value), Some(row));
                assert_eq!(Row::decode(&[&value, &b"x"[..]].concat()), None);
                assert_eq!(Row::decode(&value[..value.len() - 1]), None);
            }
        }
    }
}
