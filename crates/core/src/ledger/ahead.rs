//! Entries read before their turn: what can be found out about them on another thread, while those before them are still being admitted.
//!
//! ```text
//! bytes ──▶ leaf hash, statement ──▶ signatures by keys of some earlier registry ──▶ their turn: whatever could not be verified, admission
//! ```
//! An entry's verdict never depends on how old that registry was: a signature that it could not verify waits for the entry's turn, and so does every
//! entry that can change which keys there are.

use crate::{
    hash::LeafHash,
    registry::Registry,
    statement::{DecodeEntryError, Unverified, Verified},
};

/// Neighbouring entries, as far as they could be read and verified.
#[derive(Debug, Default)]
pub struct ReadAhead {
    entries: Vec<Ahead>,
    /// Why the entry after these is none. Nothing after it counts.
    failed: Option<DecodeEntryError>,
}

/// An entry before its turn.
#[derive(Debug)]
pub(crate) enum Ahead {
    /// All its signatures are good, by keys of an earlier registry.
    Verified(Verified),
    /// Not verified yet, or not by the keys of that registry.
    Waiting(Unverified),
}

impl Ahead {
    fn changes_keys(&self) -> bool {
        match self {
            Self::Verified(_) => false,
            Self::Waiting(entry) => entry.changes_keys(),
        }
    }
}

impl ReadAhead {
    /// No entry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next entry's bytes.
    pub fn push(&mut self, entry: &[u8]) {
        self.read(LeafHash::of_entry(entry), entry);
    }

    /// Reads the next entry's bytes, if they are those with this leaf hash.
    ///
    /// # Errors
    /// The leaf hash that they have; they are not read then.
    pub fn push_if(&mut self, want: &LeafHash, entry: &[u8]) -> Result<(), LeafHash> {
        let got = LeafHash::of_entry(entry);
        if got != *want {
            return Err(got);
        }
        self.read(got, entry);
        Ok(())
    }

    fn read(&mut self, leaf: LeafHash, entry: &[u8]) {
        if self.failed.is_none() {
            match Unverified::decode_leaf(leaf, entry) {
                Ok(entry) => self.entries.push(Ahead::Waiting(entry)),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    /// Number of entries that were read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether nothing after the last entry can be decided on before it.
    pub(crate) fn wants_verdict(&self) -> bool {
        self.failed.is_some() || self.entries.last().is_some_and(Ahead::changes_keys)
    }

    /// Verifies what an earlier registry, perhaps of long ago, has the keys for.
    pub fn verify(&mut self, registry: &Registry) {
        let mut run = Vec::with_capacity(self.entries.len());
        let mut others = Vec::new();
        for (position, entry) in std::mem::take(&mut self.entries).into_iter().enumerate() {
            match entry {
                Ahead::Waiting(entry) if !entry.changes_keys() => run.push(entry),
                other => others.push((position, other)),
            }
        }
        let verified = Unverified::verify_each(run, Some(registry));
        self.entries
            .extend(verified.into_iter().map(|verified| match verified {
                Ok(entry) => Ahead::Verified(entry),
                Err((entry, _)) => Ahead::Waiting(*entry),
            }));
        // Ascending positions, so that each finds those before it in their places.
        for (position, other) in others {
            self.entries.insert(position, other);
        }
    }

    pub(crate) fn into_entries(self) -> (Vec<Ahead>, Option<DecodeEntryError>) {
        (self.entries, self.failed)
    }
}
