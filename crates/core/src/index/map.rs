//! The map's tree: subtrees, and its root from sorted leaves in one pass.

use serde::{Deserialize, Serialize};

use super::accumulator::{Accumulator, Half, TermKey, TermValue};
use crate::hash::{MapHash, sha256};

/// The hash of the leaf that maps a term's key to the value of its entries: `SHA-256(0x13 || key || value)`.
pub(super) fn leaf_hash(key: &TermKey, value: &TermValue) -> MapHash {
    MapHash::from_bytes(sha256(&[&[0x13], key.as_bytes(), value.as_bytes()]))
}

/// A term and the entries under it, as the map's leaves are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapLeaf {
    /// The term's key.
    pub key: TermKey,
    /// The entries under it.
    pub accumulator: Accumulator,
}

/// A subtree, and how far it is from being a leaf: that decides what the subtree above it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subtree {
    /// No leaf.
    #[default]
    Empty,
    /// One leaf: its hash.
    Leaf(MapHash),
    /// More: the hash of the node.
    Node(MapHash),
}

impl Subtree {
    /// The hash that stands for the subtree in the one above.
    #[must_use]
    pub const fn hash(&self) -> MapHash {
        match self {
            Self::Empty => MapHash::EMPTY,
            Self::Leaf(hash) | Self::Node(hash) => *hash,
        }
    }

    /// The subtree above two halves: the one leaf in them, if there is but one.
    #[must_use]
    pub fn join(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Empty, Self::Empty) => Self::Empty,
            (leaf @ Self::Leaf(_), Self::Empty) | (Self::Empty, leaf @ Self::Leaf(_)) => leaf,
            (left, right) => Self::Node(MapHash::of_children(&left.hash(), &right.hash())),
        }
    }

    fn of_leaf(leaf: &MapLeaf) -> Self {
        Self::Leaf(leaf_hash(&leaf.key, &leaf.accumulator.value()))
    }

    /// The subtree at `depth` with these leaves, ascending; all of them in it.
    #[must_use]
    pub fn of(leaves: &[MapLeaf], depth: u16) -> Self {
        match leaves {
            [] => Self::Empty,
            [leaf] => Self::of_leaf(leaf),
            _ if depth >= TermKey::BITS => Self::Empty,
            _ => {
                let (left, right) = halves(leaves, depth);
                let below = depth.saturating_add(1);
                Self::join(Self::of(left, below), Self::of(right, below))
            }
        }
    }
}

/// The two halves of a subtree at `depth`.
pub(super) fn halves(leaves: &[MapLeaf], depth: u16) -> (&[MapLeaf], &[MapLeaf]) {
    let middle = leaves.partition_point(|leaf| leaf.key.half(depth) == Half::Left);
    leaves.split_at_checked(middle).unwrap_or((leaves, &[]))
}

/// The map's root from its leaves in ascending order, in memory of one path.
#[derive(Clone, Debug, Default)]
pub struct RootBuilder {
    /// The left halves that wait for their right ones, with the depth they are at; deepest last.
    open: Vec<(u16, Subtree)>,
    last: Option<Pending>,
    leaves: u64,
}

/// The leaf that waits for its neighbour, which decides how deep it stands.
#[derive(Clone, Copy, Debug)]
struct Pending {
    key: TermKey,
    subtree: Subtree,
    /// Bits that it shares with the leaf before it.
    common: Option<u16>,
}

/// A leaf that does not come after the one before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key {got} comes after {after}, want ascending keys")]
pub struct KeyOrderError {
    /// The key.
    pub got: TermKey,
    /// The key before it.
    pub after: TermKey,
}

impl RootBuilder {
    /// A map without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next leaf.
    ///
    /// # Errors
    /// Its key is not above the one before; nothing has changed then.
    pub fn push(&mut self, key: TermKey, value: &TermValue) -> Result<(), KeyOrderError> {
        let mut common = None;
        if let Some(last) = self.last {
            if key <= last.key {
                return Err(KeyOrderError {
                    got: key,
                    after: last.key,
                });
            }
            let shared = key.common_bits(&last.key);
            let depth = shared.saturating_add(1);
            let left = self.climb(last, last.common.max(Some(shared)), depth);
            self.open.push((depth, left));
            common = Some(shared);
        }
        let subtree = Subtree::Leaf(leaf_hash(&key, value));
        self.last = Some(Pending { key, subtree, common });
        self.leaves = self.leaves.saturating_add(1);
        Ok(())
    }

    /// The subtree at `depth` above a leaf that shares `common` bits with its nearer neighbour, all left of it being open.
    fn climb(&mut self, leaf: Pending, common: Option<u16>, depth: u16) -> Subtree {
        let mut at = common.map_or(0, |common| common.saturating_add(1));
        let mut subtree = leaf.subtree;
        while at > depth {
            subtree = match self.open.pop_if(|(open, _)| *open == at) {
                Some((_, left)) => Subtree::join(left, subtree),
                None if leaf.key.half(at.saturating_sub(1)) == Half::Left => {
                    Subtree::join(subtree, Subtree::Empty)
                }
                None => Subtree::join(Subtree::Empty, subtree),
            };
            at = at.saturating_sub(1);
        }
        subtree
    }

    /// How many leaves there are so far.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The root.
    #[must_use]
    pub fn finish(mut self) -> MapHash {
        match self.last.take() {
            None => MapHash::EMPTY,
            Some(last) => self.climb(last, last.common, 0).hash(),
        }
    }
}
