//! Cuts a stream into content-defined chunks (`FastCDC`, Xia et al. 2016/2020) and names each one.
//!
//! Memory: one window, and 36 bytes a chunk.

use fastcdc::v2020::FastCDC;
use rushes_digest::Digest;

/// Smallest chunk but for the last one, in bytes.
pub const CHUNK_BYTES_MIN: usize = 16 << 10;
/// Average, in bytes.
pub const CHUNK_BYTES_AVERAGE: usize = 64 << 10;
/// Largest, in bytes: also what a verified read has to read at most beyond what was asked.
pub const CHUNK_BYTES_MAX: usize = 256 << 10;
/// How much is gathered before it is cut.
const WINDOW_BYTES: usize = 4 * CHUNK_BYTES_MAX;

/// A chunk of a stream; its offset is the sum of the lengths before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u32,
}

/// Cuts what is written to it.
#[derive(Debug, Default)]
pub struct Chunker {
    window: Vec<u8>,
    chunks: Vec<Chunk>,
}

impl Chunker {
    /// Appends bytes to the stream.
    pub fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (WINDOW_BYTES - self.window.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.window.extend_from_slice(now);
            bytes = later;
            if self.window.len() == WINDOW_BYTES {
                // A cut depends on what follows only within the largest chunk.
                self.cut(CHUNK_BYTES_MAX);
            }
        }
    }

    /// Ends the stream.
    pub fn finish(mut self) -> Vec<Chunk> {
        self.cut(1);
        self.chunks
    }

    /// Cuts while at least `needed` bytes are there.
    fn cut(&mut self, needed: usize) {
        let cutter =
            FastCDC::new(&self.window, CHUNK_BYTES_MIN, CHUNK_BYTES_AVERAGE, CHUNK_BYTES_MAX);
        let mut start = 0;
        while self.window.len() - start >= needed {
            let (_, end) = cutter.cut(start, self.window.len() - start);
            let Some(chunk) = self.window.get(start..end).filter(|chunk| !chunk.is_empty()) else {
                break;
            };
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            self.chunks.push(Chunk { digest: Digest::of(chunk), length });
            start = end;
        }
        self.window.drain(..start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    fn cut(bytes: &[u8], piece: usize) -> Vec<Chunk> {
        let mut chunker = Chunker::default();
        bytes.chunks(piece).for_each(|piece| chunker.write(piece));
        chunker.finish()
    }

    #[test]
    fn cuts_do_not_depend_on_how_the_bytes_arrive() {
        let bytes = noise(3_000_000);
        let whole = cut(&bytes, bytes.len());
        assert_eq!(cut(&bytes, 1_000), whole);
        assert_eq!(cut(&bytes, 777_777), whole);
        let plain: Vec<_> =
            FastCDC::new(&bytes, CHUNK_BYTES_MIN, CHUNK_BYTES_AVERAGE, CHUNK_BYTES_MAX)
                .map(|chunk| chunk.length)
                .collect();
        let lengths: Vec<_> = whole.iter().map(|chunk| chunk.length as usize).collect();
        assert_eq!(lengths, plain);
    }

    #[test]
    fn chunks_cover_the_stream_and_stay_within_their_bounds() {
        let bytes = noise(1_000_000);
        let chunks = cut(&bytes, 4096);
        assert_eq!(chunks.iter().map(|chunk| chunk.length as usize).sum::<usize>(), bytes.len());
        let mut start = 0;
        for chunk in &chunks {
            let end = start + chunk.length as usize;
            assert_eq!(Digest::of(&bytes[start..end]), chunk.digest);
            assert!(chunk.length as usize <= CHUNK_BYTES_MAX);
            start = end;
        }
        assert!(cut(b"", 1).is_empty());
    }
}
