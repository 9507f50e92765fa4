//! What a manifest leaves in the index: the containers that a blob depends on, and hooks, the few
//! of its chunks by which a later version of it is recognised (sparse indexing, Lillibridge et al.,
//! FAST 2009).
//!
//! Knows nothing of files. Invariant: every container but the blob's own whole is listed.

use rushes_digest::Digest;

use crate::cutter::Chunk;
use crate::manifest::{Container, Manifest};

/// How many of a blob's chunks become hooks in any case: those with the smallest digests, which two
/// blobs share about as often as they share any chunk (Broder 1997).
const SMALLEST: usize = 2;
/// Beyond that one chunk in so many, so that a part of a long blob is recognised too. A power of
/// two.
const ONE_IN: u8 = 64;

/// The front of a chunk's digest.
pub type Hook = [u8; 8];

/// What a manifest leaves in the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// What the blob's bytes depend on, beside its own whole.
    pub containers: Vec<Container>,
    /// By what it is recognised.
    pub hooks: Vec<Hook>,
}

impl Traces {
    /// The traces of a blob's manifest.
    pub fn of(blob: &Digest, manifest: &Manifest) -> Self {
        let own = Container::Whole(*blob);
        let others = manifest.containers.iter().filter(|container| **container != own);
        Self { containers: others.copied().collect(), hooks: hooks(manifest) }
    }
}

/// The hook that a chunk would be.
pub fn hook(chunk: &Chunk) -> Hook {
    let mut hook = Hook::default();
    for (to, from) in hook.iter_mut().zip(chunk.digest.as_bytes()) {
        *to = *from;
    }
    hook
}

fn hooks(manifest: &Manifest) -> Vec<Hook> {
    let all = || manifest.pieces.iter().map(|piece| hook(&piece.chunk));
    let mut smallest = Vec::with_capacity(SMALLEST + 1);
    for hook in all() {
        let at = smallest.partition_point(|known| *known < hook);
        if smallest.get(at) != Some(&hook) {
            smallest.insert(at, hook);
            smallest.truncate(SMALLEST);
        }
    }
    // The first chunk tells a copy from its first bytes on.
    let mut hooks: Vec<Hook> =
        all().take(1).chain(smallest).chain(all().filter(|hook| is_one(*hook))).collect();
    hooks.sort_unstable();
    hooks.dedup();
    hooks
}

/// The last byte decides: the first ones are what is small in the smallest.
fn is_one(hook: Hook) -> bool {
    let [.., last] = hook;
    last.is_multiple_of(ONE_IN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(numbers: impl Iterator<Item = u32>) -> Vec<Chunk> {
        numbers.map(|at| Chunk { digest: Digest::of(&at.to_le_bytes()), length: 1 }).collect()
    }

    fn of(chunks: &[Chunk]) -> Traces {
        let blob = Digest::of(b"blob");
        Traces::of(&blob, &Manifest::of_whole(blob, chunks))
    }

    #[test]
    fn an_edited_blob_shares_hooks_with_what_it_was_made_from() {
        for edited_at in 0..40 {
            let (before, mut after) = (chunks(0..40), chunks(0..40));
            after[edited_at] = chunks(1000..1001)[0];
            let (before, after) = (of(&before), of(&after));
            assert!(before.hooks.iter().any(|hook| after.hooks.contains(hook)), "{edited_at}");
        }
    }

    #[test]
    fn hooks_are_few_and_a_long_part_has_some_of_them() {
        let all = of(&chunks(0..10_000)).hooks;
        assert!((100..250).contains(&all.len()), "{}", all.len());
        for start in [1, 3000, 9000] {
            let part: Vec<_> = chunks(start..start + 640).iter().map(hook).collect();
            assert!(all.iter().any(|hook| part.contains(hook)), "{start}");
        }
        assert_eq!(of(&[]), Traces::default());
    }

    #[test]
    fn every_container_but_the_own_whole_is_listed() {
        let (blob, other) = (Digest::of(b"blob"), Container::Whole(Digest::of(b"other")));
        let mut manifest = Manifest::of_whole(blob, &chunks(0..2));
        manifest.containers.push(other);
        assert_eq!(Traces::of(&blob, &manifest).containers, [other]);
    }
}
