//! The entries under one term, folded into 32 bytes, and the term's key in the map.

use serde::{Deserialize, Serialize};

use crate::{
    hash::{LeafHash, digest_type, sha256},
    index::term::Term,
    position::EntryIndex,
};

digest_type! {
    /// Where a term stands in the map: `SHA-256(0x11 || term)`.
    TermKey
}
digest_type! {
    /// The entries under a term, folded: `SHA-256(0x10 || before || index u64 BE || leaf hash)`; 32 zero bytes for none.
    AccumulatorHash
}
digest_type! {
    /// What the map holds for a term: `SHA-256(0x12 || count u64 BE || accumulator)`.
    TermValue
}

/// How many entries there are under a term, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Accumulator {
    count: u64,
    hash: AccumulatorHash,
}

impl TermKey {
    /// Bits of a key.
    pub const BITS: u16 = 256;

    /// The key of a term.
    #[must_use]
    pub fn of(term: &Term) -> Self {
        let (prefix, text) = term.parts();
        Self::from_bytes(sha256(&[&[0x11], prefix.as_bytes(), text.as_bytes()]))
    }

    /// Which half of the subtree at `depth` the key is in.
    pub(super) fn half(&self, depth: u16) -> Half {
        let byte = self.as_bytes().get(usize::from(depth / 8)).copied();
        match byte.unwrap_or_default() & (0x80 >> (depth % 8)) {
            0 => Half::Left,
            _ => Half::Right,
        }
    }

    /// How many bits two keys have in common before they part.
    pub(super) fn common_bits(&self, other: &Self) -> u16 {
        let mut bits = 0_u16;
        for (a, b) in self.as_bytes().iter().zip(other.as_bytes()) {
            let zeros = (a ^ b).leading_zeros();
            bits = bits.saturating_add(u16::try_from(zeros).unwrap_or(8));
            if zeros < 8 {
                break;
            }
        }
        bits
    }
}

/// Half of a subtree: that of the keys with a 0 at its depth, or with a 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Left,
    Right,
}

impl Accumulator {
    /// No entries.
    pub const EMPTY: Self = Self::new(0, AccumulatorHash::from_bytes([0; 32]));

    /// The accumulator with this count and hash, as somebody states it.
    #[must_use]
    pub const fn new(count: u64, hash: AccumulatorHash) -> Self {
        Self { count, hash }
    }

    /// Takes the next entry under the term.
    #[must_use]
    pub fn with(self, index: EntryIndex, leaf: &LeafHash) -> Self {
        let hash = sha256(&[
            &[0x10],
            self.hash.as_bytes(),
            &index.get().to_be_bytes(),
            leaf.as_bytes(),
        ]);
        Self {
            count: self.count.saturating_add(1),
            hash: AccumulatorHash::from_bytes(hash),
        }
    }

    /// How many entries.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The hash over all entries that were added, in their order.
    #[must_use]
    pub const fn hash(&self) -> &AccumulatorHash {
        &self.hash
    }

    /// What the map holds for a term with these entries.
    #[must_use]
    pub fn value(&self) -> TermValue {
        TermValue::from_bytes(sha256(&[
            &[0x12],
            &self.count.to_be_bytes(),
            self.hash.as_bytes(),
        ]))
    }
}
