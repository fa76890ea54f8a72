//! The Merkle tree over all entries, and what can be shown about it (RFC 9162 §2.1, the same tree as RFC 6962 §2.1).
//!
//! ```text
//! MTH([])       = SHA-256("")
//! MTH([leaf])   = leaf hash
//! MTH(D[0:n])   = node(MTH(D[0:k]), MTH(D[k:n]))      k: the largest power of two below n
//! ```
//!
//! [`Frontier`] computes roots from leaf hashes alone; [`Tree`] reads hash tiles (C2SP `tlog-tiles` v0.1.0) through a
//! [`HashSource`] and makes proofs; [`TileEdge`] grows the tiles; [`EntryBundle`] holds the entries beside them.

mod climb;
mod consistency;
mod edge;
mod entries;
mod frontier;
mod inclusion;
mod tile;
mod tile_path;
mod tree;

pub use consistency::{ConsistencyError, ConsistencyProof};
pub use edge::{LoadEdgeError, TileEdge, WrittenTile};
pub use entries::{
    BundleReader, DecodeBundleError, EncodeEntryError, EntryBundle, MAX_ENTRY_BYTES, push_entry,
};
pub use frontier::{Frontier, FrontierError};
pub use inclusion::{InclusionError, InclusionProof};
pub use tile::{Bundle, DecodeTileError, Tile, TileIndex, TileLevel, TileWidth, decode_tile, encode_tile};
pub use tile_path::{ParseTilePathError, TilePath, tiles_to_write};
pub use tree::{HashSource, InclusionProver, ReadTreeError, Tree};

use crate::position::TreeSize;

/// The largest tree: 2^63 − 1 entries, since other implementations of the C2SP formats count in signed 64-bit numbers.
pub const MAX_TREE_SIZE: TreeSize = TreeSize::new(9_223_372_036_854_775_807);

#[cfg(test)]
mod tests;
