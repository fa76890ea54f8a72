//! One row of subtree hashes, and the tree above it: enough to update the map and to prove from it with few leaves at hand.
//!
//! A bucket holds the leaves whose keys begin with the same [`ROW_BITS`] bits. The row is no part of the format: it only says which leaves
//! must be looked at.

use super::{
    accumulator::{Half, TermKey},
    map::{MapHash, Subtree},
};

/// Bits of a key that say which bucket it is in.
pub const ROW_BITS: u16 = 16;

const BUCKETS: usize = 1 << ROW_BITS;

/// The leaves whose keys begin with the same 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u16);

/// The subtree of every bucket, and all above them.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// A heap: node 1 is the root, below `n` are `2n` and `2n + 1`. Empty: a map without leaves.
    nodes: Vec<Subtree>,
}

/// Where the way to a key leaves the tree above the row, or reaches it.
#[derive(Clone, Debug)]
pub(super) enum Reached {
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

    fn node(self) -> usize {
        BUCKETS | usize::from(self.0)
    }

    fn of_node(node: usize) -> Self {
        Self(u16::try_from(node & (BUCKETS - 1)).unwrap_or(u16::MAX))
    }
}

impl Row {
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
                let left = *node << 1;
                self.set(*node, Subtree::join(self.node(left), self.node(left | 1)));
                *node >>= 1;
            }
            above.dedup();
        }
    }

    /// The way to a key, and the hashes beside it, from the root down.
    pub(super) fn descend(&self, key: &TermKey) -> (Reached, Vec<MapHash>) {
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
            let left = node << 1;
            node = if self.node(left) == Subtree::Empty {
                left | 1
            } else {
                left
            };
        }
        Bucket::of_node(node)
    }
}
