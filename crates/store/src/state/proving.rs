//! Proofs under the last seal, from the store.

use std::collections::BTreeSet;

use prova_core::{
    index::{BucketRow, IndexProof, TermKey, term::Term},
    position::TreeSize,
};

use crate::rows::{IndexBuckets, RowError, StoreRows};

/// The index of the last seal, to be proved from: those chunks are read that are needed.
#[derive(Debug)]
pub(crate) struct Proving {
    row: BucketRow,
    read: BTreeSet<u8>,
}

impl Proving {
    /// The index of the store, if it is that of so many entries.
    pub(crate) fn load(rows: &StoreRows, size: TreeSize) -> Result<Option<Self>, RowError> {
        if rows.index_row()?.is_none_or(|row| row.size != size) {
            return Ok(None);
        }
        Ok(Some(Self {
            row: rows.index_top()?,
            read: BTreeSet::new(),
        }))
    }

    pub(crate) fn prove(&mut self, rows: &StoreRows, term: &Term) -> Result<IndexProof, RowError> {
        let wanted = self.row.wanted(&TermKey::of(term));
        if let Some(chunk) = wanted.filter(|chunk| !self.read.contains(chunk)) {
            self.row.update(rows.index_chunk(chunk)?);
            self.read.insert(chunk);
        }
        self.row.prove(&IndexBuckets(rows), term)
    }
}
