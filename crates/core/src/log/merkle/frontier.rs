//! The root of a growing tree from its leaf hashes, in 63 hashes of memory.
//!
//! The frontier of a tree of n leaves is the roots of the perfect subtrees that n's binary digits name, largest (and
//! leftmost) first. The root folds them from the right (RFC 9162 §2.1.1).

use super::MAX_TREE_SIZE;
use crate::{
    hash::{LeafHash, NodeHash},
    position::{EntryIndex, TreeSize},
};

/// What has to be remembered of a tree to append to it and to know its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: TreeSize,
    nodes: Vec<NodeHash>,
}

/// Why hashes are not the frontier of a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrontierError {
    /// The number of hashes is not the number of ones in the size.
    #[error("frontier of a tree of size {size} has {got} hashes, want {want}")]
    Count {
        /// The size stated.
        size: TreeSize,
        /// Hashes found.
        got: usize,
        /// Hashes wanted.
        want: usize,
    },
    /// No log is that large.
    #[error("tree size {got} is above {}", MAX_TREE_SIZE)]
    TooLarge {
        /// The size stated.
        got: TreeSize,
    },
}

impl Frontier {
    /// The frontier of the tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: TreeSize::EMPTY,
            nodes: Vec::new(),
        }
    }

    /// The frontier that [`Frontier::nodes`] gave.
    ///
    /// # Errors
    /// Another number of hashes than the size asks for, or a size above [`MAX_TREE_SIZE`].
    pub fn from_nodes(size: TreeSize, nodes: Vec<NodeHash>) -> Result<Self, FrontierError> {
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge { got: size });
        }
        let want = usize::try_from(size.get().count_ones()).unwrap_or(usize::MAX);
        if nodes.len() != want {
            return Err(FrontierError::Count {
                size,
                got: nodes.len(),
                want,
            });
        }
        Ok(Self { size, nodes })
    }

    /// Appends a leaf and says at which index it stands.
    pub fn push(&mut self, leaf: LeafHash) -> EntryIndex {
        let index = self.size.next();
        let mut node = NodeHash::from(leaf);
        for _ in 0..index.get().trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                node = NodeHash::of_children(&left, &node);
            }
        }
        self.nodes.push(node);
        self.size = index.size_with_it();
        index
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of the tree so far.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        fold(&self.nodes)
    }

    /// The perfect subtrees, largest first.
    #[must_use]
    pub fn nodes(&self) -> &[NodeHash] {
        &self.nodes
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

/// The root above perfect subtrees of falling size.
pub(super) fn fold(nodes: &[NodeHash]) -> NodeHash {
    nodes
        .iter()
        .copied()
        .rev()
        .reduce(|right, left| NodeHash::of_children(&left, &right))
        .unwrap_or_else(NodeHash::of_empty_tree)
}

/// MTH over hashes that stand side by side.
pub(super) fn root_above(hashes: &[NodeHash]) -> NodeHash {
    match hashes {
        [] => NodeHash::of_empty_tree(),
        [only] => *only,
        _ => {
            // The largest power of two below a length of at least two: half of the next power of two that is not below it.
            let (left, right) = hashes.split_at(hashes.len().next_power_of_two() / 2);
            NodeHash::of_children(&root_above(left), &root_above(right))
        }
    }
}
