//! Where tiles and bundles are kept, and which ones a growing log writes (C2SP `tlog-tiles` v0.1.0).
//!
//! ```text
//! tile/<level>/<index>[.p/<width>]      level: 0..63     index: groups of three digits, all but the last after an x
//! tile/entries/<index>[.p/<width>]      width: 1..255, absent for 256            1234067 = x001/x234/067
//! ```

use std::{fmt, str::FromStr};

use super::tile::{Bundle, Tile, TileIndex, TileLevel, TileWidth};
use crate::{decimal, position::TreeSize, text::escape};

/// One file of a tiled log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `tile/entries/…`
    Entries(Bundle),
    /// `tile/<level>/…`
    Hashes(Tile),
}

/// Why a text is not the path of a tile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTilePathError {
    /// It does not begin like a path of a tile.
    #[error("path «{got}» does not begin with tile/<level>/ or tile/entries/")]
    Prefix {
        /// The path found, escaped.
        got: String,
    },
    /// The level is not a number up to 63.
    #[error("tile level «{got}», want 0..63 without leading zeroes")]
    Level {
        /// The level found, escaped.
        got: String,
    },
    /// The index is not grouped as it should be, or too large.
    #[error("tile index «{got}», want groups of three digits such as x001/234")]
    Index {
        /// The index found, escaped.
        got: String,
    },
    /// The width is not one of a partial tile.
    #[error("width of a partial tile «{got}», want 1..255 without leading zeroes")]
    Width {
        /// The width found, escaped.
        got: String,
    },
}

impl FromStr for TilePath {
    type Err = ParseTilePathError;

    fn from_str(text: &str) -> Result<Self, ParseTilePathError> {
        let (kind, place) = text
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| ParseTilePathError::Prefix { got: escape(text) })?;
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, parse_partial_width(width)?),
            None => (place, TileWidth::FULL),
        };
        let index = parse_index(index)?;
        if kind == "entries" {
            return Ok(Self::Entries(Bundle::new(index, width)));
        }
        let level = decimal::parse(kind)
            .and_then(TileLevel::new)
            .ok_or_else(|| ParseTilePathError::Level { got: escape(kind) })?;
        Ok(Self::Hashes(Tile::new(level, index, width)))
    }
}

fn parse_partial_width(text: &str) -> Result<TileWidth, ParseTilePathError> {
    decimal::parse::<u8>(text)
        .and_then(|width| TileWidth::new(u16::from(width)))
        .ok_or_else(|| ParseTilePathError::Width { got: escape(text) })
}

fn parse_index(text: &str) -> Result<TileIndex, ParseTilePathError> {
    let mut value = Some(0_u64);
    let mut groups = text.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() {
            group.strip_prefix('x')
        } else {
            Some(group)
        };
        value = digits
            .filter(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u64>().ok())
            .and_then(|group| value?.checked_mul(1000)?.checked_add(group));
    }
    value
        .map(TileIndex::new)
        // Leading groups of zeroes would give one tile many paths.
        .filter(|index| index_path(*index) == text)
        .ok_or_else(|| ParseTilePathError::Index { got: escape(text) })
}

fn index_path(index: TileIndex) -> String {
    let mut path = format!("{:03}", index.get() % 1000);
    let mut rest = index.get() / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn write_path(
    f: &mut fmt::Formatter<'_>,
    kind: &dyn fmt::Display,
    index: TileIndex,
    width: TileWidth,
) -> fmt::Result {
    write!(f, "tile/{kind}/{}", index_path(index))?;
    if width.is_full() {
        Ok(())
    } else {
        write!(f, ".p/{width}")
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &self.level().get(), self.index(), self.width())
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, &"entries", self.index(), self.width())
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries(bundle) => bundle.fmt(f),
            Self::Hashes(tile) => tile.fmt(f),
        }
    }
}

/// The files that a log writes when it grows from `old` to `new` entries: bundles first, then tiles by level.
///
/// Only files whose content is new: a tile that was full, or that nothing was added to, is not among them. Lazy, so
/// that a long way costs no memory. Nothing if the log does not grow.
pub fn tiles_to_write(old: TreeSize, new: TreeSize) -> impl Iterator<Item = TilePath> {
    let bundles = grown(old.get(), new.get())
        .filter_map(move |index| Bundle::in_log(index, new))
        .map(TilePath::Entries);
    let tiles = (0..=7).filter_map(TileLevel::new).flat_map(move |level| {
        grown(level.hashes_in(old), level.hashes_in(new))
            .filter_map(move |index| Tile::in_tree(level, index, new))
            .map(TilePath::Hashes)
    });
    bundles.chain(tiles)
}

/// The tiles that a row gets or changes when it grows from `old` to `new` hashes.
fn grown(old: u64, new: u64) -> impl Iterator<Item = TileIndex> {
    let end = if old < new { new.div_ceil(256) } else { 0 };
    (old / 256..end).map(TileIndex::new)
}
