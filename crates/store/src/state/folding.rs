//! The verifiable index in the store: the map's leaves by bucket, one row of subtrees, and what was folded when.
//!
//! ```text
//! i                → IndexRow      how many entries are folded; absent: none, or a large fold was cut short
//! n                → version u8 || the subtree of each of the row's 256 chunks, as below
//! n || chunk u8    → version u8 || (0 empty, 1 leaf, 2 node (1) || hash (32)) …           256 neighbouring subtrees of the row; absent: all are empty
//! b || bucket u16  → version u8 || (key (32) || count u64 || accumulator (32)) …      big-endian; absent: no leaf
//! ```
//! A seal folds what came since the last one and is written together with these rows. A fold too large to be kept in memory is written
//! piece by piece, first of all the absence of `i`: if it does not come to its end, the index is folded anew.

use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    hash::{LeafHash, MapHash},
    index::{
        Accumulator, AccumulatorHash, Bucket, BucketRow, Buckets, Index, IndexProof, MapLeaf, Posting,
        Subtree, TermKey,
        term::{Term, terms_of_admitted},
    },
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{entry::Unverified, seal::Sealed},
};
use serde::{Deserialize, Serialize};

use crate::{
    log::{snapshot::Snapshot, tiles::ReadError},
    parallel,
    rows::{RowBatch, RowError, StoreRows, codec::ROW_VERSION, schema},
};

/// Leaves that are kept in memory before a fold is written piece by piece: 2 MiB of them.
const MAX_KEPT_LEAVES: usize = 1 << 15;
/// Entries that are read again for a seal; if more came since the last one, the postings are read instead.
pub(crate) const MAX_REREAD: u64 = 65_536;
/// Places under terms that wait in memory for a seal.
const MAX_WAITING: usize = 1 << 20;
/// Entries whose leaf hashes are in memory while postings are read: 16 MiB of them.
const MAX_LEAVES: u64 = 1 << 19;

const LEAF_BYTES: usize = 72;
const SUBTREE_BYTES: usize = 33;
/// Subtrees in a row of the store: of the buckets of a chunk, and of all chunks.
const CHUNK: usize = 256;

/// How far the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexRow {
    /// Entries that are folded.
    pub(crate) size: TreeSize,
    /// Terms that they have.
    pub(crate) terms: u64,
}

fn damaged(kind: &'static str, reason: impl Into<String>) -> RowError {
    RowError::Row {
        kind,
        reason: reason.into(),
    }
}

/// The row of a bucket's leaves.
pub(crate) fn encode_leaves(leaves: &[MapLeaf]) -> Vec<u8> {
    let mut row = Vec::with_capacity(leaves.len().saturating_mul(LEAF_BYTES).saturating_add(1));
    row.push(ROW_VERSION);
    for leaf in leaves {
        row.extend_from_slice(leaf.key.as_bytes());
        row.extend_from_slice(&leaf.accumulator.count().to_be_bytes());
        row.extend_from_slice(leaf.accumulator.hash().as_bytes());
    }
    row
}

/// The leaves in the row of a bucket.
pub(crate) fn decode_leaves(bucket: Bucket, row: &[u8]) -> Result<Vec<MapLeaf>, RowError> {
    let Some((&ROW_VERSION, bytes)) = row.split_first() else {
        return Err(damaged("index", "another version"));
    };
    let (chunks, []) = bytes.as_chunks::<LEAF_BYTES>() else {
        return Err(damaged("index", "a leaf is cut"));
    };
    let mut leaves = Vec::with_capacity(chunks.len());
    for bytes in chunks {
        let leaf = decode_leaf(bytes).ok_or_else(|| damaged("index", "a leaf is cut"))?;
        let last: Option<&MapLeaf> = leaves.last();
        if Bucket::of(&leaf.key) != bucket || last.is_some_and(|last| last.key >= leaf.key) {
            return Err(damaged(
                "index",
                "its leaves are not those of its bucket in order",
            ));
        }
        leaves.push(leaf);
    }
    Ok(leaves)
}

fn encode_subtrees(subtrees: impl Iterator<Item = Subtree>) -> Vec<u8> {
    let mut row = vec![ROW_VERSION];
    for subtree in subtrees {
        row.push(match subtree {
            Subtree::Empty => 0,
            Subtree::Leaf(_) => 1,
            Subtree::Node(_) => 2,
        });
        row.extend_from_slice(subtree.hash().as_bytes());
    }
    row
}

fn decode_subtrees(row: &[u8]) -> Result<Vec<Subtree>, RowError> {
    let Some((&ROW_VERSION, bytes)) = row.split_first() else {
        return Err(damaged("index", "another version"));
    };
    let (chunks, []) = bytes.as_chunks::<SUBTREE_BYTES>() else {
        return Err(damaged("index", "a subtree is cut"));
    };
    if chunks.len() != CHUNK {
        return Err(damaged(
            "index",
            format!("{} subtrees, want {CHUNK}", chunks.len()),
        ));
    }
    let subtrees = chunks.iter().map(|[kind, hash @ ..]| {
        let hash = MapHash::from_bytes(*hash);
        match kind {
            0 if hash == MapHash::EMPTY => Ok(Subtree::Empty),
            1 => Ok(Subtree::Leaf(hash)),
            2 => Ok(Subtree::Node(hash)),
            _ => Err(damaged("index", "no subtree")),
        }
    });
    subtrees.collect()
}

fn decode_leaf(bytes: &[u8; LEAF_BYTES]) -> Option<MapLeaf> {
    let (key, rest) = bytes.split_first_chunk::<32>()?;
    let (count, hash) = rest.split_first_chunk::<8>()?;
    let hash = AccumulatorHash::from_bytes(*hash.first_chunk::<32>()?);
    Some(MapLeaf {
        key: TermKey::from_bytes(*key),
        accumulator: Accumulator::new(u64::from_be_bytes(*count), hash),
    })
}

/// The index above that of the store: entries recorded since, and folds that wait to be written.
#[derive(Debug)]
pub(crate) struct Folding {
    index: Index,
    changes: Changes,
    /// Entries that are folded.
    folded: TreeSize,
    /// Entries that are folded or wait.
    recorded: TreeSize,
    is_changed: bool,
}

/// Buckets that are to be written, and chunks of the row.
#[derive(Debug, Default)]
struct Changes {
    buckets: BTreeMap<Bucket, Vec<MapLeaf>>,
    leaves: usize,
    chunks: BTreeSet<u8>,
}

/// Buckets of the store, and changed ones above them.
struct Changing<'a> {
    below: &'a StoreRows,
    changes: &'a mut Changes,
}

impl Buckets for Changing<'_> {
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

impl Changes {
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
            changes: Changes::default(),
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

/// The buckets of the store as they are.
pub(crate) struct Stored<'a>(pub(crate) &'a StoreRows);

impl Buckets for Stored<'_> {
    type Error = RowError;

    fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, RowError> {
        self.0.bucket(bucket)
    }

    fn put(&mut self, bucket: Bucket, leaves: Vec<MapLeaf>) -> Result<(), RowError> {
        let mut batch = RowBatch::default();
        batch.insert_bytes(&schema::bucket_key(bucket), encode_leaves(&leaves));
        self.0.apply(batch)
    }
}

impl StoreRows {
    /// The leaves of a bucket.
    pub(crate) fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, RowError> {
        match self.bytes(&schema::bucket_key(bucket))? {
            Some(row) => decode_leaves(bucket, &row),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn index_row(&self) -> Result<Option<IndexRow>, RowError> {
        self.get("index", schema::INDEX)
    }

    /// The row of the index, by its chunks.
    pub(crate) fn index_top(&self) -> Result<BucketRow, RowError> {
        match self.bytes(schema::INDEX_TOP)? {
            Some(row) => Ok(BucketRow::of_chunks(decode_subtrees(&row)?)),
            None => Ok(BucketRow::new()),
        }
    }

    /// The subtrees of a chunk's buckets; none if all are empty.
    pub(crate) fn index_chunk(&self, chunk: u8) -> Result<Vec<(Bucket, Subtree)>, RowError> {
        let subtrees = self.bytes(&schema::chunk_key(chunk))?;
        let subtrees = subtrees.map(|row| decode_subtrees(&row)).transpose()?;
        Ok(Bucket::of_chunk(chunk)
            .zip(subtrees.into_iter().flatten())
            .collect())
    }

    /// The row of the index, whole.
    pub(crate) fn index_subtrees(&self) -> Result<BucketRow, RowError> {
        let mut row = BucketRow::new();
        let mut buckets = Vec::new();
        for chunk in 0..=u8::MAX {
            buckets.extend(self.index_chunk(chunk)?);
        }
        if !buckets.is_empty() {
            row.update(buckets);
        }
        Ok(row)
    }
}

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
        self.row.prove(&Stored(rows), term)
    }
}
