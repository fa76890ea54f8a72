//! The verifiable index in the store: the map's leaves by bucket, one row of subtrees, and what was folded when.
//!
//! ```text
//! i                → IndexRow      how many entries are folded; absent: none, or a large fold was cut short
//! n                → version u8 || the subtree of each of the row's 256 chunks, as below
//! n || chunk u8    → version u8 || (0 empty, 1 leaf, 2 node (1) || hash (32)) …           256 neighbouring subtrees of the row; absent: all are empty
//! b || bucket u16  → version u8 || (key (32) || count u64 || accumulator (32)) …      big-endian; absent: no leaf
//! ```

use prova_core::{
    hash::MapHash,
    index::{Accumulator, AccumulatorHash, Bucket, BucketRow, BucketStore, MapLeaf, Subtree, TermKey},
    position::TreeSize,
};
use serde::{Deserialize, Serialize};

use super::{RowBatch, RowError, StoreRows};
use crate::rows::{codec::ROW_VERSION, schema};

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

pub(crate) fn damaged(kind: &'static str, reason: impl Into<String>) -> RowError {
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

pub(crate) fn encode_subtrees(subtrees: impl Iterator<Item = Subtree>) -> Vec<u8> {
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

/// The buckets of the store as they are.
pub(crate) struct IndexBuckets<'a>(pub(crate) &'a StoreRows);

impl BucketStore for IndexBuckets<'_> {
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
