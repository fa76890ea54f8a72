//! The right edge of a tiled tree: the tiles that are still growing. Appending leaves makes the tiles to write.

use std::error::Error;

use super::{
    frontier::{Frontier, root_above},
    tile::{Tile, TileIndex, TileLevel, TileWidth},
    tree::{HashSource, ReadTreeError, Tree},
};
use crate::{
    hash::{LeafHash, NodeHash},
    position::{EntryIndex, TreeSize},
};

/// A tree that grows, and the tiles that it owes to the disk.
///
/// Memory: at most 255 hashes for each of eight levels, and the tiles filled since [`TileEdge::take_tiles`].
#[derive(Clone, Debug)]
pub struct TileEdge {
    frontier: Frontier,
    /// The hashes of the growing tile of each level, leaves first; fewer than 256 each.
    levels: Vec<Level>,
    filled: Vec<WrittenTile>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    index: u64,
    hashes: Vec<NodeHash>,
    /// How many of the hashes were there when tiles were last taken.
    taken: usize,
}

/// A tile and its hashes, as many as its width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenTile {
    /// Where it stands.
    pub tile: Tile,
    /// What it holds.
    pub hashes: Vec<NodeHash>,
}

/// Why the edge of a tree cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadEdgeError<E: Error + 'static> {
    /// A tile cannot be read.
    #[error(transparent)]
    Read(#[from] ReadTreeError<E>),
    /// The tiles are not those of the tree that is to grow.
    #[error("tiles of size {size} have root {got}, want {want}")]
    Root {
        /// Number of entries.
        size: TreeSize,
        /// The root computed from the tiles.
        got: NodeHash,
        /// The root wanted.
        want: NodeHash,
    },
}

impl Default for TileEdge {
    fn default() -> Self {
        Self::new()
    }
}

impl TileEdge {
    /// The edge of the tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            frontier: Frontier::new(),
            levels: Vec::new(),
            filled: Vec::new(),
        }
    }

    /// The edge of the tree with this root, from its growing tiles.
    ///
    /// # Errors
    /// A tile cannot be read, or the tiles have another root.
    pub fn load<S: HashSource>(tree: &Tree<S>, root: &NodeHash) -> Result<Self, LoadEdgeError<S::Error>> {
        let mut levels = Vec::new();
        for level in (0..=7).filter_map(TileLevel::new) {
            let total = level.hashes_in(tree.size());
            if total == 0 {
                break;
            }
            let hashes = tree.growing_tile(level)?;
            levels.push(Level {
                index: total / 256,
                taken: hashes.len(),
                hashes,
            });
        }
        let nodes = levels
            .iter()
            .rev()
            .flat_map(|level| perfect_subtrees(&level.hashes))
            .collect();
        let frontier = Frontier::from_nodes(tree.size(), nodes).map_err(ReadTreeError::from)?;
        if frontier.root() != *root {
            return Err(LoadEdgeError::Root {
                size: tree.size(),
                got: frontier.root(),
                want: *root,
            });
        }
        Ok(Self {
            frontier,
            levels,
            filled: Vec::new(),
        })
    }

    /// Appends a leaf and says at which index it stands.
    pub fn push(&mut self, leaf: LeafHash) -> EntryIndex {
        let index = self.frontier.push(leaf);
        let mut hash = NodeHash::from(leaf);
        for number in 0..=TileLevel::MAX.get() {
            let position = usize::from(number);
            if self.levels.len() == position {
                self.levels.push(Level::default());
            }
            let Some((level, row)) = TileLevel::new(number).zip(self.levels.get_mut(position)) else {
                break;
            };
            row.hashes.push(hash);
            if row.hashes.len() < TileWidth::FULL.count() {
                break;
            }
            let hashes = std::mem::take(&mut row.hashes);
            hash = root_above(&hashes);
            let tile = Tile::new(level, TileIndex::new(row.index), TileWidth::FULL);
            self.filled.push(WrittenTile { tile, hashes });
            row.index = row.index.saturating_add(1);
            row.taken = 0;
        }
        index
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// The root so far.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.frontier.root()
    }

    /// The frontier so far.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The tiles that are new or wider since this was last called: the hash tiles of
    /// [`tiles_to_write`](super::tiles_to_write), each once, in the order in which they were filled, partial ones last.
    pub fn take_tiles(&mut self) -> Vec<WrittenTile> {
        let mut tiles = std::mem::take(&mut self.filled);
        for (number, row) in (0..).zip(&mut self.levels) {
            let width = u16::try_from(row.hashes.len()).ok().and_then(TileWidth::new);
            if let (Some(level), Some(width)) = (TileLevel::new(number), width)
                && row.hashes.len() > row.taken
            {
                row.taken = row.hashes.len();
                let tile = Tile::new(level, TileIndex::new(row.index), width);
                tiles.push(WrittenTile {
                    tile,
                    hashes: row.hashes.clone(),
                });
            }
        }
        tiles
    }
}

/// The perfect subtrees over neighbouring hashes, largest first.
fn perfect_subtrees(mut hashes: &[NodeHash]) -> Vec<NodeHash> {
    let mut nodes = Vec::new();
    while let Some(height) = hashes.len().checked_ilog2() {
        let (perfect, rest) = hashes.split_at(1_usize.wrapping_shl(height));
        nodes.push(root_above(perfect));
        hashes = rest;
    }
    nodes
}
