//! A tree whose hashes are in tiles that are read when they are needed.

use std::{collections::BTreeMap, error::Error, ops::Range};

use super::{
    consistency::{ConsistencyError, ConsistencyPath, ConsistencyProof},
    frontier::{Frontier, FrontierError, fold, root_above},
    inclusion::{InclusionError, InclusionProof, climb},
    tile::{Tile, TileIndex, TileLevel, TileWidth},
};
use crate::{
    hash::{LeafHash, NodeHash},
    position::{EntryIndex, TreeSize},
};

/// Hashes and tiles that a [`InclusionProver`] remembers: 5 MiB and 8 MiB.
const MAX_NODES: usize = 1 << 16;
const MAX_TILES: usize = 1 << 10;

/// Where the hashes of tiles come from. It is not trusted: wrong hashes make wrong roots and proofs that fail.
pub trait HashSource {
    /// Why a tile could not be read.
    type Error: Error + 'static;

    /// The hashes of a tile, at least as many as its width.
    ///
    /// More are allowed and ignored, since a wider version of a tile begins with the same hashes: a source that no
    /// longer has the partial tile may answer with the full one.
    ///
    /// # Errors
    /// The tile is not there, or cannot be read.
    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, Self::Error>;
}

impl<S: HashSource> HashSource for &S {
    type Error = S::Error;

    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, Self::Error> {
        S::read_tile(self, tile)
    }
}

/// The tree of a known size over a source of tiles.
///
/// Only tiles that exist at that size are asked for, also where the question is about an earlier, smaller tree.
/// One question reads each tile at most once: at most two for each of eight levels.
#[derive(Clone, Debug)]
pub struct Tree<S> {
    source: S,
    size: TreeSize,
}

/// Why a question about a tree has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadTreeError<E: Error + 'static> {
    /// The source has no answer.
    #[error("{tile} cannot be read")]
    Source {
        /// The tile asked for.
        tile: Tile,
        /// What the source says.
        #[source]
        source: E,
    },
    /// The source gave fewer hashes than the tree has there.
    #[error("{tile} has {got} hashes, want {want}")]
    Width {
        /// The tile asked for.
        tile: Tile,
        /// Hashes found.
        got: usize,
        /// Hashes wanted.
        want: TileWidth,
    },
    /// The entry is not in the tree.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// The earlier tree is not a beginning of this one.
    #[error(transparent)]
    Consistency(#[from] ConsistencyError),
    /// No log is that large.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
}

impl<S: HashSource> Tree<S> {
    /// The tree of `size` entries whose tiles `source` has.
    #[must_use]
    pub const fn new(source: S, size: TreeSize) -> Self {
        Self { source, size }
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root.
    ///
    /// # Errors
    /// A tile cannot be read.
    pub fn root(&self) -> Result<NodeHash, ReadTreeError<S::Error>> {
        self.root_at(self.size)
    }

    /// The root of the tree of the first `size` entries.
    ///
    /// # Errors
    /// This tree is smaller, or a tile cannot be read.
    pub fn root_at(&self, size: TreeSize) -> Result<NodeHash, ReadTreeError<S::Error>> {
        Ok(self.frontier_at(size)?.root())
    }

    /// The frontier, to which leaves can be appended.
    ///
    /// # Errors
    /// A tile cannot be read.
    pub fn frontier(&self) -> Result<Frontier, ReadTreeError<S::Error>> {
        self.frontier_at(self.size)
    }

    /// The frontier of the tree of the first `size` entries.
    ///
    /// # Errors
    /// This tree is smaller, or a tile cannot be read.
    pub fn frontier_at(&self, size: TreeSize) -> Result<Frontier, ReadTreeError<S::Error>> {
        if size > self.size {
            return Err(ConsistencyError::Shrunk {
                old: size,
                new: self.size,
            }
            .into());
        }
        let nodes = Reader::new(self).perfect_subtrees(0..size.get())?;
        Ok(Frontier::from_nodes(size, nodes)?)
    }

    /// The leaf hash of an entry.
    ///
    /// # Errors
    /// The entry is not in the tree, or the tile cannot be read.
    pub fn leaf(&self, index: EntryIndex) -> Result<LeafHash, ReadTreeError<S::Error>> {
        climb(index, self.size)?;
        let node = Reader::new(self).node(0, index.get())?;
        Ok(LeafHash::from_bytes(*node.as_bytes()))
    }

    /// The proof that an entry is in this tree.
    ///
    /// # Errors
    /// It is not, or a tile cannot be read.
    pub fn prove_inclusion(&self, index: EntryIndex) -> Result<InclusionProof, ReadTreeError<S::Error>> {
        Reader::new(self).inclusion(index)
    }

    /// The proof that this tree begins with the tree of the first `old` entries.
    ///
    /// # Errors
    /// This tree is smaller, or a tile cannot be read.
    pub fn prove_consistency(&self, old: TreeSize) -> Result<ConsistencyProof, ReadTreeError<S::Error>> {
        let mut reader = Reader::new(self);
        let mut path = Vec::new();
        let climb = match ConsistencyPath::new(old, self.size)? {
            ConsistencyPath::Nothing => None,
            ConsistencyPath::Root(climb) => Some(climb),
            ConsistencyPath::Subtree { height, climb } => {
                let index = old.get().wrapping_shr(height).saturating_sub(1);
                path.push(reader.node(height, index)?);
                Some(climb)
            }
        };
        for leaves in climb.into_iter().flat_map(super::climb::Climb::siblings) {
            path.push(reader.range(leaves)?);
        }
        Ok(ConsistencyProof::new(old, self.size, path)?)
    }

    /// The hashes of the tile that is still growing at a level; empty if there is none.
    pub(super) fn growing_tile(&self, level: TileLevel) -> Result<Vec<NodeHash>, ReadTreeError<S::Error>> {
        let index = TileIndex::new(level.hashes_in(self.size) / 256);
        match Tile::in_tree(level, index, self.size) {
            Some(tile) => self.read(tile),
            None => Ok(Vec::new()),
        }
    }

    fn read(&self, tile: Tile) -> Result<Vec<NodeHash>, ReadTreeError<S::Error>> {
        let mut hashes = self
            .source
            .read_tile(tile)
            .map_err(|source| ReadTreeError::Source { tile, source })?;
        if hashes.len() < tile.width().count() {
            return Err(ReadTreeError::Width {
                tile,
                got: hashes.len(),
                want: tile.width(),
            });
        }
        hashes.truncate(tile.width().count());
        Ok(hashes)
    }
}

/// Inclusion proofs from one tree, one after the other. What is above the leaves' tiles is read once and hashed once.
#[derive(Clone, Debug)]
pub struct InclusionProver<S> {
    tree: Tree<S>,
    seen: Seen,
}

impl<S: HashSource> InclusionProver<S> {
    /// Proofs from a tree.
    #[must_use]
    pub const fn new(tree: Tree<S>) -> Self {
        let seen = Seen {
            tiles: BTreeMap::new(),
            nodes: BTreeMap::new(),
        };
        Self { tree, seen }
    }

    /// As [`Tree::prove_inclusion`].
    ///
    /// # Errors
    /// The entry is not in the tree, or a tile cannot be read.
    pub fn prove_inclusion(&mut self, index: EntryIndex) -> Result<InclusionProof, ReadTreeError<S::Error>> {
        let mut reader = Reader {
            tree: &self.tree,
            seen: std::mem::take(&mut self.seen),
        };
        let proof = reader.inclusion(index);
        if proof.is_ok() {
            self.seen = reader.seen;
            // Each tile of leaves serves the proofs of 256 entries only.
            if let Some(above) = TileLevel::new(1) {
                self.seen.tiles = self.seen.tiles.split_off(&(above, TileIndex::new(0)));
            }
            if self.seen.nodes.len() > MAX_NODES || self.seen.tiles.len() > MAX_TILES {
                self.seen = Seen::default();
            }
        }
        proof
    }
}

/// Tiles that were read, and the roots of perfect subtrees that were hashed from those above the leaves' tiles, by height and position.
#[derive(Clone, Debug, Default)]
struct Seen {
    tiles: BTreeMap<(TileLevel, TileIndex), Vec<NodeHash>>,
    nodes: BTreeMap<(u32, u64), NodeHash>,
}

/// One question, and what was read for it.
struct Reader<'a, S> {
    tree: &'a Tree<S>,
    seen: Seen,
}

impl<'a, S: HashSource> Reader<'a, S> {
    fn new(tree: &'a Tree<S>) -> Self {
        Self {
            tree,
            seen: Seen::default(),
        }
    }

    fn inclusion(&mut self, index: EntryIndex) -> Result<InclusionProof, ReadTreeError<S::Error>> {
        let size = self.tree.size;
        let path = climb(index, size)?
            .siblings()
            .map(|leaves| self.range(leaves))
            .collect::<Result<_, _>>()?;
        Ok(InclusionProof::new(index, size, path)?)
    }

    /// The root over leaves whose first stands where a subtree of their number can begin.
    fn range(&mut self, leaves: Range<u64>) -> Result<NodeHash, ReadTreeError<S::Error>> {
        Ok(fold(&self.perfect_subtrees(leaves)?))
    }

    /// The perfect subtrees over leaves, largest first.
    fn perfect_subtrees(&mut self, leaves: Range<u64>) -> Result<Vec<NodeHash>, ReadTreeError<S::Error>> {
        let mut nodes = Vec::new();
        let mut start = leaves.start;
        while let Some(height) = leaves.end.saturating_sub(start).checked_ilog2() {
            nodes.push(self.node(height, start.wrapping_shr(height))?);
            start = start.saturating_add(1_u64.wrapping_shl(height));
        }
        Ok(nodes)
    }

    /// The root of the perfect subtree at a height and position, all of whose leaves the tree has.
    fn node(&mut self, height: u32, index: u64) -> Result<NodeHash, ReadTreeError<S::Error>> {
        if let Some(node) = self.seen.nodes.get(&(height, index)) {
            return Ok(*node);
        }
        let within = height % 8;
        let level = u8::try_from(height / 8)
            .ok()
            .and_then(TileLevel::new)
            .unwrap_or(TileLevel::MAX);
        let first = index.wrapping_shl(within);
        let hashes = self.tile(level, TileIndex::new(first / 256))?;
        // In 0..256, and a perfect subtree does not cross the end of its tile.
        let offset = usize::try_from(first % 256).unwrap_or(usize::MAX);
        let end = offset.saturating_add(1_usize.wrapping_shl(within));
        let node = root_above(hashes.get(offset..end).unwrap_or_default());
        if height >= 8 {
            self.seen.nodes.insert((height, index), node);
        }
        Ok(node)
    }

    fn tile(&mut self, level: TileLevel, index: TileIndex) -> Result<&[NodeHash], ReadTreeError<S::Error>> {
        use std::collections::btree_map::Entry;
        match self.seen.tiles.entry((level, index)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let hashes = match Tile::in_tree(level, index, self.tree.size) {
                    Some(tile) => self.tree.read(tile)?,
                    None => Vec::new(),
                };
                Ok(place.insert(hashes))
            }
        }
    }
}
