//! Folding entries into the verifiable index of the store, for the next seal.
//!
//! A seal folds what came since the last one and is written together with these rows. A fold too large to be kept in memory is written
//! piece by piece, first of all the absence of `i`: if it does not come to its end, the index is folded anew.

use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    hash::LeafHash,
    index::{
        Bucket, BucketStore, Index, MapLeaf, Posting, TermKey,
        term::{Term, terms_of_admitted},
    },
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Unverified, seal::Sealed},
};

use crate::{
    log::{snapshot::Snapshot, tiles::ReadError},
    parallel,
    rows::{IndexRow, RowBatch, RowError, StoreRows, damaged, encode_leaves, encode_subtrees, schema},
};

/// Leaves that are kept in memory before a fold is written piece by piece: 2 MiB of them.
const MAX_KEPT_LEAVES: usize = 1 << 15;
/// Entries that are read again for a seal; if more came since the last one, the postings are read instead.
pub(crate) const MAX_REREAD: u64 = 65_536;
/// Places under terms that wait in memory for a seal.
const MAX_WAITING: usize = 1 << 20;
/// Entries whose leaf hashes are in memory while postings are read: 16 MiB of them.
const MAX_LEAVES: u64 = 1 << 19;

/// The index above that of the store: entries recorded since, and folds that wait to be written.
#[derive(Debug)]
pub(crate) struct Folding {
    index: Index,
    changes: IndexChanges,
    /// Entries that are folded.
    folded: TreeSize,
    /// Entries that are folded or wait.
    recorded: TreeSize,
    is_changed: bool,
}

/// Buckets that are to be written, and chunks of the row.
#[derive(Debug, Default)]
struct IndexChanges {
    buckets: BTreeMap<Bucket, Vec<MapLeaf>>,
    leaves: usize,
    chunks: BTreeSet<u8>,
}

/// Buckets of the store, and changed ones above them.
struct Changing<'a> {
    below: &'a StoreRows,
    changes: &'a mut IndexChanges,
}

impl BucketStore for Changing<'_> {
    type Error = RowError;

    fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, RowError> {
        match self.changes.buckets.get(&bucket) {
            Some(leaves) => Ok(leaves.clone()),
            None => self.below.bucket(bucket),
        }
    }

    fn put(&mut self, bucket: Bucket, leaves: Vec<MapLeaf>) -> Result<(), RowError> {
        let changes = &mut *self.changes;
        changes.leaves = changes.leaves.saturating_add(leaves.len());
        changes.chunks.insert(bucket.chunk());
        changes.buckets.insert(bucket, leaves);
        if changes.leaves > MAX_KEPT_LEAVES {
            let mut batch = RowBatch::default();
            // From here on the buckets are of no one size until the fold is written to its end.
            batch.remove(schema::INDEX);
            changes.write(&mut batch);
            self.below.apply(batch)?;
        }
        Ok(())
    }
}

impl IndexChanges {
    fn write(&mut self, batch: &mut RowBatch) {
        for (bucket, leaves) in std::mem::take(&mut self.buckets) {
            batch.insert_bytes(&schema::bucket_key(bucket), encode_leaves(&leaves));
        }
        self.leaves = 0;
    }
}

impl Folding {
    /// The index as the store has it; from the first entry on, if it has none.
    pub(crate) fn load(rows: &StoreRows) -> Result<Self, RowError> {
        let row = rows.index_row()?;
        let index = match row {
            Some(row) => Index::resume(rows.index_subtrees()?, row.terms),
            None => Index::new(),
        };
        let folded = row.map_or(TreeSize::EMPTY, |row| row.size);
        Ok(Self {
            index,
            changes: IndexChanges::default(),
            folded,
            recorded: folded,
            is_changed: false,
        })
    }

    /// Entries that are folded or wait.
    pub(crate) fn recorded(&self) -> TreeSize {
        self.recorded
    }

    /// Whether so much waits that the postings had better be read again.
    pub(crate) fn is_full(&self) -> bool {
        self.index.waiting() > MAX_WAITING
    }

    /// Takes the next entry.
    pub(crate) fn record(&mut self, index: EntryIndex, leaf: LeafHash, terms: &[Term]) {
        self.index.record(index, leaf, terms);
        self.recorded = index.size_with_it();
    }

    /// Takes the entries that the store has beyond its index, from the ledger's files.
    pub(crate) fn reread(&mut self, snapshot: &Snapshot, registry: &Registry) -> Result<(), ReadError> {
        let size = snapshot.size();
        let mut entries = snapshot.entries(self.recorded.next());
        loop {
            let some: Vec<_> = entries.by_ref().take(1024).collect::<Result<_, _>>()?;
            if some.is_empty() {
                self.recorded = size;
                return Ok(());
            }
            let keyed = parallel::map(some, |(index, bytes)| {
                let keys: Vec<_> = match Unverified::decode(&bytes) {
                    Ok(entry) => terms_of_admitted(index, &entry, registry)
                        .iter()
                        .map(TermKey::of)
                        .collect(),
                    // An entry of the ledger decodes: it was admitted, and is held against its leaf hash.
                    Err(_) => Vec::new(),
                };
                (index, LeafHash::of_entry(&bytes), keys)
            });
            for (index, leaf, keys) in keyed {
                self.index.record_keys(index, leaf, keys);
            }
        }
    }

    /// Folds the entries up to `size` that the store has beyond its index, from the postings.
    pub(crate) fn fold_postings(&mut self, rows: &StoreRows, size: TreeSize) -> Result<(), RowError> {
        while self.folded < size {
            let from = self.folded.get();
            let to = TreeSize::new(size.get().min(from.saturating_add(MAX_LEAVES)));
            let leaves = leaves(rows, from, to)?;
            let wanted = |index: EntryIndex| index.get() >= from && to.has(index);
            let postings = rows.postings();
            let postings = postings.filter(|row| row.as_ref().map_or(true, |(_, index)| wanted(*index)));
            let postings = postings.map(|row| {
                let (key, index) = row?;
                let at = usize::try_from(index.get().saturating_sub(from)).ok();
                let leaf = at.and_then(|at| leaves.get(at)).copied();
                let leaf =
                    leaf.ok_or_else(|| damaged("posting", format!("entry {index} has no leaf row")))?;
                Ok(Posting { key, index, leaf })
            });
            let mut changing = Changing {
                below: rows,
                changes: &mut self.changes,
            };
            self.index.fold_sorted(&mut changing, postings)?;
            self.folded = to;
            self.is_changed = true;
        }
        self.recorded = self.recorded.max(size);
        Ok(())
    }

    /// Folds all that waits.
    pub(crate) fn fold(&mut self, rows: &StoreRows) -> Result<Sealed, RowError> {
        let mut changing = Changing {
            below: rows,
            changes: &mut self.changes,
        };
        let sealed = self.index.fold(&mut changing)?;
        self.is_changed |= self.folded != self.recorded;
        self.folded = self.recorded;
        Ok(sealed)
    }

    /// Adds what was folded to a batch.
    pub(crate) fn write(&mut self, batch: &mut RowBatch) -> Result<(), RowError> {
        if !std::mem::take(&mut self.is_changed) {
            return Ok(());
        }
        self.changes.write(batch);
        for chunk in std::mem::take(&mut self.changes.chunks) {
            let subtrees = Bucket::of_chunk(chunk).map(|bucket| self.index.row().bucket(bucket));
            batch.insert_bytes(&schema::chunk_key(chunk), encode_subtrees(subtrees));
        }
        batch.insert_bytes(schema::INDEX_TOP, encode_subtrees(self.index.row().chunks()));
        let row = IndexRow {
            size: self.folded,
            terms: self.index.sealed().terms,
        };
        batch.insert("index", schema::INDEX, &row)
    }
}

/// The leaf hashes of entries `from..to`.
fn leaves(rows: &StoreRows, from: u64, to: TreeSize) -> Result<Vec<LeafHash>, RowError> {
    let count = usize::try_from(to.get().saturating_sub(from)).unwrap_or(usize::MAX);
    let mut leaves = vec![LeafHash::from_bytes([0; 32]); count];
    let mut found = 0_usize;
    for row in rows.leaves() {
        let (leaf, index) = row?;
        let at = index
            .get()
            .checked_sub(from)
            .and_then(|at| usize::try_from(at).ok());
        if let Some(place) = at.and_then(|at| leaves.get_mut(at)) {
            *place = leaf;
            found = found.saturating_add(1);
        }
    }
    if found == count {
        Ok(leaves)
    } else {
        Err(damaged("leaf", format!("{found} rows, want {count}")))
    }
}
