//! The layer that is being written into sled, in a file beside it.
//!
//! sled keeps every query out while it applies a batch, so rows go in one by one; a kill may then
//! leave half a layer. Invariant: while sled holds part of a layer, this file holds all of it, with
//! the stamps before and after, and putting all of it in again makes it whole: values are absolute.
//! Like sled's own files it is trusted after a kill, not after a power cut, so nothing is synced.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rushes_digest::Digest;

use super::error::TablesError;

const DIGEST_BYTES: usize = 32;

/// The file.
#[derive(Debug)]
pub struct Redo {
    path: PathBuf,
}

/// Rows that go in together, and what the stamp is before and after.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layer {
    /// The stamp of the layer below; `None` for the first one.
    pub from: Option<Vec<u8>>,
    /// The stamp of this one.
    pub to: Vec<u8>,
    /// The rows, without the stamp; `None` removes one.
    pub rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Redo {
    /// The file in the directory of the tables.
    pub fn beside(tables: &Path) -> Self {
        Self { path: tables.join("layer") }
    }

    /// Replaces what is there by a layer: a digest (32 bytes) and the layer in postcard's form.
    pub fn write(&self, layer: &Layer) -> Result<(), TablesError> {
        let bytes = vec![0; DIGEST_BYTES];
        let mut bytes = postcard::to_extend(layer, bytes).map_err(|_| TablesError::Row)?;
        let digest = Digest::of(bytes.get(DIGEST_BYTES..).unwrap_or_default());
        for (byte, of) in bytes.iter_mut().zip(digest.as_bytes()) {
            *byte = *of;
        }
        let fresh = self.path.with_extension("new");
        fs::write(&fresh, bytes).and_then(|()| fs::rename(&fresh, &self.path)).map_err(failed)
    }

    /// The layer that is there. An error says that the tables must be made anew.
    pub fn read(&self) -> Result<Option<Layer>, TablesError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let (digest, layer) = bytes.split_at_checked(DIGEST_BYTES).ok_or(TablesError::Row)?;
        if digest != Digest::of(layer).as_bytes() {
            return Err(TablesError::Row);
        }
        postcard::from_bytes(layer).map(Some).map_err(|_| TablesError::Row)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made to be handed to map_err")]
fn failed(error: std::io::Error) -> TablesError {
    TablesError::Failed(format!("the layer of the tables: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let redo = Redo::beside(folder.path());
        assert_eq!(redo.read().unwrap(), None);
        let rows = vec![(b"a".to_vec(), Some(b"1".to_vec())), (b"b".to_vec(), None)];
        let layer = Layer { from: None, to: b"2".to_vec(), rows };
        redo.write(&Layer::default()).unwrap();
        redo.write(&layer).unwrap();
        assert_eq!(redo.read().unwrap(), Some(layer));
        let whole = fs::read(&redo.path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&redo.path, &flipped).unwrap();
            assert!(redo.read().is_err(), "byte {at}");
            fs::write(&redo.path, &whole[..at]).unwrap();
            assert!(redo.read().is_err(), "cut at {at}");
        }
    }
}
