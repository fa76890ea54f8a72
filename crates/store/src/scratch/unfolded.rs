//! Places under terms that wait for a seal to fold them into the index: in memory while they are few, beyond that in sorted runs, so
//! that a bucket of the index is changed once however many entries come to it.
//!
//! ```text
//! row = key (32) || index u64 → leaf hash (32)                big-endian; in sorted runs
//! ```

use std::io;

use prova_core::{
    hash::LeafHash,
    index::{Index, Posting, TermKey},
    position::EntryIndex,
};
use prova_rows::TemporaryRuns;

use super::{
    buckets::Buckets,
    log::{failed, failed_run, new_file},
};
use crate::rows::RowError;

const KEY_BYTES: usize = 40;
/// Runs that are read at a time: they are merged into one only when there are more.
const SAME_RANK: usize = 64;

/// Places under terms, in the order of their entries.
#[derive(Debug)]
pub(super) struct Unfolded {
    /// How many are in memory before they become a run.
    limit: usize,
    waiting: Vec<Posting>,
    written: TemporaryRuns,
}

impl Unfolded {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            waiting: Vec::new(),
            written: TemporaryRuns::new(new_file, |_| 0, SAME_RANK),
        }
    }

    pub(super) fn push(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        terms: &[TermKey],
    ) -> Result<(), RowError> {
        let postings = terms.iter().map(|key| Posting {
            key: *key,
            index,
            leaf,
        });
        self.waiting.extend(postings);
        if self.waiting.len() >= self.limit {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), RowError> {
        self.waiting.sort_unstable_by_key(Posting::order);
        let rows = self
            .waiting
            .drain(..)
            .map(|posting| (key_of(&posting), *posting.leaf.as_bytes()));
        self.written.write(rows.len(), rows).map_err(failed_run)
    }

    /// Folds all of them.
    pub(super) fn fold_into(&mut self, index: &mut Index, buckets: &mut Buckets) -> Result<(), RowError> {
        let written = self.written.all(posting).map_err(failed_run)?;
        let written = written.map(|posting| {
            let cut = || failed(io::ErrorKind::UnexpectedEof.into());
            posting.map_err(failed_run)?.ok_or_else(cut)
        });
        index.fold_sorted(buckets, written)?;
        self.written.clear();
        self.waiting.sort_unstable_by_key(Posting::order);
        index.fold_sorted(buckets, self.waiting.drain(..).map(Ok))?;
        Ok(())
    }
}

fn key_of(posting: &Posting) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    let (first, last) = key.split_at_mut(32);
    first.copy_from_slice(posting.key.as_bytes());
    last.copy_from_slice(&posting.index.get().to_be_bytes());
    key
}

fn posting((key, leaf): (&[u8], &[u8])) -> Option<Posting> {
    let (key, index) = key.split_first_chunk()?;
    Some(Posting {
        key: TermKey::from_bytes(*key),
        index: EntryIndex::new(u64::from_be_bytes(index.try_into().ok()?)),
        leaf: LeafHash::from_bytes(leaf.try_into().ok()?),
    })
}
