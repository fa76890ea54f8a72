//! One row of subtree hashes, and the tree above it: enough to update the map and to prove from it with few leaves at hand.
//!
//! A bucket holds the leaves whose keys begin with the same [`ROW_BITS`] bits. The row is no part of the format: it only says which leaves
//! must be looked at.

use super::{
    accumulator::{Half, TermKey},
    fold::BucketStore,
    map::{MapLeaf, Subtree, halves},
    proof::{End, IndexProof, TermOutcome},
};
use crate::{hash::MapHash, index::term::Term};

/// Bits of a key that say which bucket it is in.
pub const ROW_BITS: u16 = 16;

const BUCKETS: usize = 1 << ROW_BITS;

/// Bits of a key that say which chunk it is in: buckets that are neighbours.
const CHUNK_BITS: u16 = 8;

const CHUNKS: usize = 1 << CHUNK_BITS;

/// The leaves whose keys begin with the same 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u16);

/// The subtree of every bucket, and all above them.
#[derive(Clone, Debug, Default)]
pub struct BucketRow {
    /// A heap: node 1 is the root, below `n` are `2n` and `2n + 1`. Empty: a map without leaves.
    nodes: Vec<Subtree>,
}

/// Where the way to a key leaves the tree above the row, or reaches it.
#[derive(Clone, Debug)]
enum Reached {
    /// An empty subtree.
    Empty,
    /// A subtree with one leaf, which is in this bucket.
    Leaf(Bucket),
    /// A bucket with more.
    Bucket(Bucket),
}

impl Bucket {
    /// The bucket with this number.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The bucket of a key.
    #[must_use]
    pub fn of(key: &TermKey) -> Self {
        let [high, low, ..] = *key.as_bytes();
        Self(u16::from_be_bytes([high, low]))
    }

    /// Its number: the first 16 bits of its keys.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Its chunk: the first 8 bits of its keys.
    #[must_use]
    pub const fn chunk(self) -> u8 {
        let [chunk, _] = self.0.to_be_bytes();
        chunk
    }

    /// The 256 buckets of a chunk, ascending.
    pub fn of_chunk(chunk: u8) -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(move |low| Self(u16::from_be_bytes([chunk, low])))
    }

    fn node(self) -> usize {
        BUCKETS | usize::from(self.0)
    }

    fn of_node(node: usize) -> Self {
        Self(u16::try_from(node & (BUCKETS - 1)).unwrap_or(u16::MAX))
    }
}

impl BucketRow {
    /// The row of a map without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The subtree of a bucket.
    #[must_use]
    pub fn bucket(&self, bucket: Bucket) -> Subtree {
        self.node(bucket.node())
    }

    /// A row by the subtrees of its chunks, which are 256 neighbouring buckets each. The buckets of a chunk are put into it by
    /// [`BucketRow::update`] before something [`BucketRow::wanted`] is proved.
    #[must_use]
    pub fn of_chunks(chunks: impl IntoIterator<Item = Subtree>) -> Self {
        let mut row = Self {
            nodes: vec![Subtree::Empty; BUCKETS << 1],
        };
        for (node, subtree) in (CHUNKS..CHUNKS << 1).zip(chunks) {
            row.set(node, subtree);
        }
        for node in (1..CHUNKS).rev() {
            row.join(node);
        }
        row
    }

    /// The subtree of each chunk.
    pub fn chunks(&self) -> impl Iterator<Item = Subtree> + '_ {
        (CHUNKS..CHUNKS << 1).map(|node| self.node(node))
    }

    /// The chunk whose buckets must be known to prove something of a key, if there is one.
    #[must_use]
    pub fn wanted(&self, key: &TermKey) -> Option<u8> {
        let mut node = 1_usize;
        for depth in 0..CHUNK_BITS {
            let left = node << 1;
            node = match (self.node(node), key.half(depth)) {
                (Subtree::Empty, _) => return None,
                // The only leaf below may have another key.
                (Subtree::Leaf(_), _) => self.with_leaf(left),
                (Subtree::Node(_), Half::Left) => left,
                (Subtree::Node(_), Half::Right) => left | 1,
            };
        }
        let is_wanted = self.node(node) != Subtree::Empty;
        u8::try_from(node & (CHUNKS - 1)).ok().filter(|_| is_wanted)
    }

    /// Every bucket that is not empty, ascending.
    pub fn buckets(&self) -> impl Iterator<Item = (Bucket, Subtree)> + '_ {
        let row = self.nodes.iter().skip(BUCKETS).enumerate();
        row.filter(|(_, subtree)| **subtree != Subtree::Empty)
            .map(|(number, subtree)| (Bucket::of_node(number), *subtree))
    }

    /// The map's root.
    #[must_use]
    pub fn root(&self) -> MapHash {
        self.node(1).hash()
    }

    fn node(&self, node: usize) -> Subtree {
        self.nodes.get(node).copied().unwrap_or_default()
    }

    fn set(&mut self, node: usize, subtree: Subtree) {
        if let Some(place) = self.nodes.get_mut(node) {
            *place = subtree;
        }
    }

    fn join(&mut self, node: usize) {
        let left = node << 1;
        self.set(node, Subtree::join(self.node(left), self.node(left | 1)));
    }

    /// Replaces the subtrees of some buckets, and what is above them.
    pub fn update(&mut self, buckets: impl IntoIterator<Item = (Bucket, Subtree)>) {
        if self.nodes.is_empty() {
            self.nodes = vec![Subtree::Empty; BUCKETS << 1];
        }
        let mut above = Vec::new();
        for (bucket, subtree) in buckets {
            self.set(bucket.node(), subtree);
            above.push(bucket.node() >> 1);
        }
        above.sort_unstable();
        above.dedup();
        while above.first().is_some_and(|node| *node > 0) {
            for node in &mut above {
                self.join(*node);
                *node >>= 1;
            }
            above.dedup();
        }
    }

    /// The way to a key, and the hashes beside it, from the root down.
    fn descend(&self, key: &TermKey) -> (Reached, Vec<MapHash>) {
        let (mut node, mut siblings) = (1_usize, Vec::new());
        for depth in 0..ROW_BITS {
            match self.node(node) {
                Subtree::Empty => return (Reached::Empty, siblings),
                Subtree::Leaf(_) => return (Reached::Leaf(self.only_bucket(node)), siblings),
                Subtree::Node(_) => {}
            }
            let left = node << 1;
            let (own, beside) = match key.half(depth) {
                Half::Left => (left, left | 1),
                Half::Right => (left | 1, left),
            };
            siblings.push(self.node(beside).hash());
            node = own;
        }
        let bucket = Bucket::of_node(node);
        let reached = match self.node(node) {
            Subtree::Empty => Reached::Empty,
            Subtree::Leaf(_) => Reached::Leaf(bucket),
            Subtree::Node(_) => Reached::Bucket(bucket),
        };
        (reached, siblings)
    }

    /// The bucket of the only leaf below a node.
    fn only_bucket(&self, mut node: usize) -> Bucket {
        while node < BUCKETS {
            node = self.with_leaf(node << 1);
        }
        Bucket::of_node(node)
    }

    /// That of a node and its right neighbour which has the only leaf of both.
    fn with_leaf(&self, left: usize) -> usize {
        if self.node(left) == Subtree::Empty {
            left | 1
        } else {
            left
        }
    }

    /// The proof of which entries were folded under a term, or that there is none.
    ///
    /// # Errors
    /// A bucket that cannot be read.
    pub fn prove<B: BucketStore>(&self, buckets: &B, term: &Term) -> Result<IndexProof, B::Error> {
        let key = TermKey::of(term);
        let (reached, mut siblings) = self.descend(&key);
        let leaves = match reached {
            Reached::Empty => Vec::new(),
            Reached::Leaf(bucket) | Reached::Bucket(bucket) => buckets.bucket(bucket)?,
        };
        let outcome = match descend(&leaves, &key, &mut siblings) {
            None => TermOutcome::Absent(End::Empty),
            Some(leaf) if leaf.key == key => TermOutcome::Listed(leaf.accumulator),
            Some(leaf) => TermOutcome::Absent(End::Leaf {
                key: leaf.key,
                value: leaf.accumulator.value(),
            }),
        };
        siblings.reverse();
        Ok(IndexProof::of_parts(term.clone(), outcome, siblings))
    }
}

/// The leaf at the end of the way to a key below the row, and the hashes beside the way.
fn descend<'a>(mut leaves: &'a [MapLeaf], key: &TermKey, siblings: &mut Vec<MapHash>) -> Option<&'a MapLeaf> {
    let mut depth = ROW_BITS;
    while leaves.len() > 1 && depth < TermKey::BITS {
        let (left, right) = halves(leaves, depth);
        let (own, beside) = match key.half(depth) {
            Half::Left => (left, right),
            Half::Right => (right, left),
        };
        depth = depth.saturating_add(1);
        siblings.push(Subtree::of(beside, depth).hash());
        leaves = own;
    }
    leaves.first()
}
