//! Proof that a tree is the beginning of a larger one (RFC 9162 §2.1.4).

use super::climb::{Climb, Side};
use crate::{hash::NodeHash, position::TreeSize};

/// A consistency path whose length fits its two sizes.
///
/// Every tree begins with the empty one and with itself; both need no hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    old: TreeSize,
    new: TreeSize,
    path: Vec<NodeHash>,
}

/// Why a tree is not shown to be the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsistencyError {
    /// The later tree is the smaller one.
    #[error("tree of size {new} cannot begin with a tree of size {old}")]
    Shrunk {
        /// Size of the earlier tree.
        old: TreeSize,
        /// Size of the later tree.
        new: TreeSize,
    },
    /// The path is too short or too long.
    #[error("consistency path from size {old} to {new} has {got} hashes, want {want}")]
    PathLength {
        /// Size of the earlier tree.
        old: TreeSize,
        /// Size of the later tree.
        new: TreeSize,
        /// Hashes found.
        got: usize,
        /// Hashes wanted.
        want: usize,
    },
    /// The path does not lead to the root of the earlier tree.
    #[error("path leads to root {got} at size {size}, want {want}")]
    OldRoot {
        /// Size of the earlier tree.
        size: TreeSize,
        /// The root computed.
        got: NodeHash,
        /// The root of the earlier tree.
        want: NodeHash,
    },
    /// The path does not lead to the root of the later tree.
    #[error("path leads to root {got} at size {size}, want {want}")]
    NewRoot {
        /// Size of the later tree.
        size: TreeSize,
        /// The root computed.
        got: NodeHash,
        /// The root of the later tree.
        want: NodeHash,
    },
}

/// What leads from the earlier root to the later one.
#[derive(Clone, Copy, Debug)]
pub(super) enum ConsistencyPath {
    /// The trees are equal, or the earlier one is empty.
    Nothing,
    /// The earlier tree is perfect: its root is a node of the later tree, and the way starts there.
    Root(Climb),
    /// The way starts at the earlier tree's last perfect subtree, whose hash comes first.
    Subtree { height: u32, climb: Climb },
}

impl ConsistencyPath {
    pub(super) fn new(old: TreeSize, new: TreeSize) -> Result<Self, ConsistencyError> {
        if old > new {
            return Err(ConsistencyError::Shrunk { old, new });
        }
        let (Some(old_last), Some(new_last)) = (old.last(), new.last()) else {
            return Ok(Self::Nothing);
        };
        if old == new {
            return Ok(Self::Nothing);
        }
        let height = old.get().trailing_zeros();
        let climb = Climb::new(old_last.get(), height, new_last.get());
        Ok(if old.get().is_power_of_two() {
            Self::Root(climb)
        } else {
            Self::Subtree { height, climb }
        })
    }

    fn count(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Root(climb) => climb.steps().count(),
            Self::Subtree { climb, .. } => climb.steps().count().saturating_add(1),
        }
    }
}

impl ConsistencyProof {
    /// The path from the tree of `old` entries to the tree of `new` entries, lowest node first.
    ///
    /// # Errors
    /// The tree shrank, or the path has another length than the sizes ask for.
    pub fn new(old: TreeSize, new: TreeSize, path: Vec<NodeHash>) -> Result<Self, ConsistencyError> {
        let want = ConsistencyPath::new(old, new)?.count();
        if path.len() != want {
            return Err(ConsistencyError::PathLength {
                old,
                new,
                got: path.len(),
                want,
            });
        }
        Ok(Self { old, new, path })
    }

    /// Size of the earlier tree.
    #[must_use]
    pub const fn old(&self) -> TreeSize {
        self.old
    }

    /// The hashes, lowest first.
    #[must_use]
    pub fn path(&self) -> &[NodeHash] {
        &self.path
    }

    /// Shows that the tree with root `new_root` begins with the tree that has root `old_root`.
    ///
    /// # Errors
    /// The path does not lead to one of the two roots.
    pub fn verify(&self, old_root: &NodeHash, new_root: &NodeHash) -> Result<(), ConsistencyError> {
        let (got_old, got_new) = self.roots(old_root, new_root)?;
        if got_old != *old_root {
            return Err(ConsistencyError::OldRoot {
                size: self.old,
                got: got_old,
                want: *old_root,
            });
        }
        if got_new != *new_root {
            return Err(ConsistencyError::NewRoot {
                size: self.new,
                got: got_new,
                want: *new_root,
            });
        }
        Ok(())
    }

    /// The roots that the path leads to, where it starts from one of the roots stated if it has no start of its own.
    fn roots(
        &self,
        old_root: &NodeHash,
        new_root: &NodeHash,
    ) -> Result<(NodeHash, NodeHash), ConsistencyError> {
        let (climb, start, path) = match (ConsistencyPath::new(self.old, self.new)?, self.path.split_first())
        {
            (ConsistencyPath::Nothing, _) if self.old == TreeSize::EMPTY => {
                let empty = NodeHash::of_empty_tree();
                return Ok((empty, if self.new == self.old { empty } else { *new_root }));
            }
            (ConsistencyPath::Nothing, _) => return Ok((*old_root, *old_root)),
            (ConsistencyPath::Subtree { climb, .. }, Some((start, path))) => (climb, *start, path),
            (ConsistencyPath::Root(climb) | ConsistencyPath::Subtree { climb, .. }, _) => {
                (climb, *old_root, self.path.as_slice())
            }
        };
        Ok(climb
            .steps()
            .zip(path)
            .fold((start, start), |(old, new), (step, sibling)| match step.side {
                Side::Left => (
                    NodeHash::of_children(sibling, &old),
                    NodeHash::of_children(sibling, &new),
                ),
                // What stands to the right of the earlier tree's edge came later.
                Side::Right => (old, NodeHash::of_children(&new, sibling)),
            }))
    }
}
