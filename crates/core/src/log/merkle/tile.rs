//! Hash tiles: 256 neighbouring nodes of one height, the unit in which the tree is stored (C2SP `tlog-tiles` v0.1.0).
//!
//! ```text
//! tile(level, index) = MTH(D[(256·index + i)·256^level : (256·index + i + 1)·256^level])   i = 0, 1, … width − 1
//! width              = 256, or what the tree has: floor(size / 256^level) − 256·index      32 bytes each
//! ```

use std::fmt;

use crate::{hash::NodeHash, position::TreeSize};

/// How many tiles of leaves stand on top of each other: the hashes of level l are roots of 256^l leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileLevel(u8);

impl TileLevel {
    /// The level whose hashes are leaf hashes.
    pub const LEAVES: Self = Self(0);
    /// The highest level that has a path.
    pub const MAX: Self = Self(63);

    /// The level, if it is at most 63.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= Self::MAX.0 {
            Some(Self(level))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// How many hashes a tree has at this level.
    #[must_use]
    pub(super) fn hashes_in(self, size: TreeSize) -> u64 {
        size.get()
            .checked_shr(u32::from(self.0).saturating_mul(8))
            .unwrap_or(0)
    }
}

/// Zero-based position of a tile or bundle among those of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileIndex(u64);

impl TileIndex {
    /// The tile after `index` others.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// How many tiles stand before it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// How many hashes or entries a tile or bundle has: 1..=256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileWidth(u16);

impl TileWidth {
    /// The width of a tile to which nothing will be added.
    pub const FULL: Self = Self(256);

    /// The width, if it is 1..=256.
    #[must_use]
    pub const fn new(width: u16) -> Option<Self> {
        match width {
            1..=256 => Some(Self(width)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The number, to compare with lengths.
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.0)
    }

    /// Whether nothing will be added.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.0 == Self::FULL.0
    }

    /// The width of tile `index` of a row of `total`.
    fn of_row(index: TileIndex, total: u64) -> Option<Self> {
        let before = index.0.checked_mul(u64::from(Self::FULL.0))?;
        let rest = total.checked_sub(before)?.min(u64::from(Self::FULL.0));
        u16::try_from(rest).ok().and_then(Self::new)
    }
}

impl fmt::Display for TileWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A tile of hashes: where it stands, and how wide it is. Its text is its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: TileLevel,
    index: TileIndex,
    width: TileWidth,
}

impl Tile {
    /// The tile at a level and index, with a width.
    #[must_use]
    pub const fn new(level: TileLevel, index: TileIndex, width: TileWidth) -> Self {
        Self { level, index, width }
    }

    /// The tile as it is in a tree of this size; none if the tree ends before it.
    #[must_use]
    pub fn in_tree(level: TileLevel, index: TileIndex, size: TreeSize) -> Option<Self> {
        let width = TileWidth::of_row(index, level.hashes_in(size))?;
        Some(Self { level, index, width })
    }

    /// 0 for a tile of leaf hashes, one more for each tile between.
    #[must_use]
    pub const fn level(self) -> TileLevel {
        self.level
    }

    /// Its position within the level.
    #[must_use]
    pub const fn index(self) -> TileIndex {
        self.index
    }

    /// How many hashes it has.
    #[must_use]
    pub const fn width(self) -> TileWidth {
        self.width
    }

    /// The same tile, full: what a reader may find where the partial one was removed.
    #[must_use]
    pub const fn full(self) -> Self {
        Self {
            width: TileWidth::FULL,
            ..self
        }
    }
}

/// A bundle of entries: where it stands, and how many it has. Its text is its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    index: TileIndex,
    width: TileWidth,
}

impl Bundle {
    /// The bundle at an index, with a width.
    #[must_use]
    pub const fn new(index: TileIndex, width: TileWidth) -> Self {
        Self { index, width }
    }

    /// The bundle as it is in a log of this size; none if the log ends before it.
    #[must_use]
    pub fn in_log(index: TileIndex, size: TreeSize) -> Option<Self> {
        let width = TileWidth::of_row(index, size.get())?;
        Some(Self { index, width })
    }

    /// The bundle that holds an entry, as it is in a log of this size, and the entry's position in it.
    #[must_use]
    pub fn of_entry(index: crate::position::EntryIndex, size: TreeSize) -> Option<(Self, usize)> {
        if !size.has(index) {
            return None;
        }
        let position = usize::try_from(index.get() & 0xff).ok()?;
        Self::in_log(TileIndex(index.get() >> 8), size).map(|bundle| (bundle, position))
    }

    /// Its position.
    #[must_use]
    pub const fn index(self) -> TileIndex {
        self.index
    }

    /// How many entries it has.
    #[must_use]
    pub const fn width(self) -> TileWidth {
        self.width
    }

    /// The same bundle, full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self {
            width: TileWidth::FULL,
            ..self
        }
    }
}

/// Why bytes are not a tile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeTileError {
    /// A tile has 32 bytes a hash.
    #[error("tile of {width} hashes has {got} bytes, want {want}")]
    Length {
        /// The width wanted.
        width: TileWidth,
        /// Bytes found.
        got: usize,
        /// Bytes wanted.
        want: usize,
    },
}

/// The bytes of a tile: its hashes, one after the other.
#[must_use]
pub fn encode_tile(hashes: &[NodeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The hashes of a tile.
///
/// # Errors
/// Another length than 32 bytes for each of `width` hashes.
pub fn decode_tile(bytes: &[u8], width: TileWidth) -> Result<Vec<NodeHash>, DecodeTileError> {
    let want = width.count().saturating_mul(32);
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.len() != width.count() || !rest.is_empty() {
        return Err(DecodeTileError::Length {
            width,
            got: bytes.len(),
            want,
        });
    }
    Ok(hashes.iter().copied().map(NodeHash::from_bytes).collect())
}
