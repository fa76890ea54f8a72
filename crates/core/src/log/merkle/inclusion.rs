//! Proof that an entry is in a tree: the hashes beside its way to the root (RFC 9162 §2.1.3).

use super::climb::{Climb, Side};
use crate::{
    hash::{LeafHash, NodeHash},
    position::{EntryIndex, TreeSize},
};

/// An audit path whose length fits its index and tree size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    index: EntryIndex,
    size: TreeSize,
    path: Vec<NodeHash>,
}

/// Why an entry is not shown to be in a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InclusionError {
    /// The tree ends before the index.
    #[error("entry {index} is not in a tree of size {size}")]
    NotInTree {
        /// The index stated.
        index: EntryIndex,
        /// The size of the tree.
        size: TreeSize,
    },
    /// The path is too short or too long.
    #[error("audit path of entry {index} in a tree of size {size} has {got} hashes, want {want}")]
    PathLength {
        /// The index stated.
        index: EntryIndex,
        /// The size of the tree.
        size: TreeSize,
        /// Hashes found.
        got: usize,
        /// Hashes wanted.
        want: usize,
    },
    /// The path leads to another root: the entry, its index, or the tree is another one.
    #[error("entry {index} leads to root {got}, want {want}")]
    Root {
        /// The index stated.
        index: EntryIndex,
        /// The root computed.
        got: NodeHash,
        /// The root of the tree.
        want: NodeHash,
    },
}

impl InclusionProof {
    /// The path for `index` in the tree of `size`, from the leaf's sibling up to the root's child.
    ///
    /// # Errors
    /// The index is not in the tree, or the path has another length than theirs.
    pub fn new(index: EntryIndex, size: TreeSize, path: Vec<NodeHash>) -> Result<Self, InclusionError> {
        let want = climb(index, size)?.steps().count();
        if path.len() != want {
            return Err(InclusionError::PathLength {
                index,
                size,
                got: path.len(),
                want,
            });
        }
        Ok(Self { index, size, path })
    }

    /// Position of the entry.
    #[must_use]
    pub const fn index(&self) -> EntryIndex {
        self.index
    }

    /// Size of the tree.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The hashes, lowest first.
    #[must_use]
    pub fn path(&self) -> &[NodeHash] {
        &self.path
    }

    /// Shows that the tree with this root has the leaf at the proof's index.
    ///
    /// # Errors
    /// The path leads to another root.
    pub fn verify(&self, leaf: &LeafHash, root: &NodeHash) -> Result<(), InclusionError> {
        let got = self.root(leaf)?;
        if got != *root {
            return Err(InclusionError::Root {
                index: self.index,
                got,
                want: *root,
            });
        }
        Ok(())
    }

    fn root(&self, leaf: &LeafHash) -> Result<NodeHash, InclusionError> {
        let steps = climb(self.index, self.size)?.steps();
        Ok(steps
            .zip(&self.path)
            .fold(NodeHash::from(*leaf), |node, (step, sibling)| match step.side {
                Side::Left => NodeHash::of_children(sibling, &node),
                Side::Right => NodeHash::of_children(&node, sibling),
            }))
    }
}

/// The way from the entry to the root.
pub(super) fn climb(index: EntryIndex, size: TreeSize) -> Result<Climb, InclusionError> {
    match size.last() {
        Some(last) if index <= last => Ok(Climb::new(index.get(), 0, last.get())),
        _ => Err(InclusionError::NotInTree { index, size }),
    }
}
