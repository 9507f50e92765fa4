//! A reader that says at the end whether it read what its name promises.

use std::io::{self, Read};

use crate::{Digest, Hasher};

/// Passes bytes through and fails at the end when they are not the content of `expected`.
///
/// The bytes that were handed out before the end are not yet proved: whoever must not show wrong
/// bytes reads to the end first. Errors: `InvalidData` on a mismatch, and the inner reader's own.
#[derive(Debug)]
pub struct VerifyingReader<R> {
    inner: R,
    hasher: Option<Hasher>,
    expected: Digest,
}

impl<R: Read> VerifyingReader<R> {
    /// Expects that everything `inner` yields hashes to `expected`.
    pub fn new(inner: R, expected: Digest) -> Self {
        Self { inner, hasher: Some(Hasher::new()), expected }
    }
}

impl<R: Read> Read for VerifyingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            if let Some(hasher) = self.hasher.take() {
                let actual = hasher.finish();
                if actual != self.expected {
                    let expected = self.expected;
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("content is {actual}, expected {expected}"),
                    ));
                }
            }
        } else if let (Some(hasher), Some(read)) = (self.hasher.as_mut(), buffer.get(..count)) {
            hasher.update(read);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_the_right_content() {
        let mut read = Vec::new();
        VerifyingReader::new(&b"take one"[..], Digest::of(b"take one"))
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, b"take one");
    }

    #[test]
    fn fails_at_the_end_of_a_wrong_one() {
        let error = VerifyingReader::new(&b"take two"[..], Digest::of(b"take one"))
            .read_to_end(&mut Vec::new())
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
