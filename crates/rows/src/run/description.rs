//! What a manifest says of a run.
//!
//! ```text
//! description = id u32 || rank u32 || rows u64 || root || levels u32 || filter u64 || words u64         big-endian
//! root        = the address of the topmost block: offset u64 || length u32 || check (8)
//! ```

use super::Check;

/// Words of the filter in a piece of it.
pub(super) const PIECE_WORDS: usize = 512;
const ADDRESS_BYTES: usize = 20;
/// Bytes of a description.
pub(crate) const DESCRIPTION_BYTES: usize = 56;

/// Where a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockAddress {
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) check: Check,
}

/// A run as a manifest describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunDescription {
    pub(crate) id: u32,
    /// How often its rows were merged.
    pub(crate) rank: u32,
    pub(crate) rows: u64,
    pub(crate) root: BlockAddress,
    /// Levels of blocks above those of the rows.
    pub(crate) levels: u32,
    /// Where its filter begins.
    pub(crate) filter: u64,
    /// Words of the filter.
    pub(crate) words: u64,
}

impl BlockAddress {
    pub(crate) fn encode(&self) -> [u8; ADDRESS_BYTES] {
        let mut bytes = [0; ADDRESS_BYTES];
        let parts = self.offset.to_be_bytes().into_iter();
        let parts = parts.chain(self.length.to_be_bytes()).chain(self.check);
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part;
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (offset, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        Some(Self {
            offset: u64::from_be_bytes(*offset),
            length: u32::from_be_bytes(*length),
            check: rest.try_into().ok()?,
        })
    }
}

impl RunDescription {
    /// Bytes of the file.
    pub(crate) fn length(&self) -> Option<u64> {
        let pieces = self.words.div_ceil(u64::try_from(PIECE_WORDS).ok()?);
        let bytes = self.words.checked_add(pieces)?.checked_mul(8)?;
        self.filter.checked_add(bytes)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(DESCRIPTION_BYTES);
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(&self.rank.to_be_bytes());
        bytes.extend_from_slice(&self.rows.to_be_bytes());
        bytes.extend_from_slice(&self.root.encode());
        bytes.extend_from_slice(&self.levels.to_be_bytes());
        bytes.extend_from_slice(&self.filter.to_be_bytes());
        bytes.extend_from_slice(&self.words.to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; DESCRIPTION_BYTES]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (rank, rest) = rest.split_first_chunk()?;
        let (rows, rest) = rest.split_first_chunk()?;
        let (root, rest) = rest.split_first_chunk::<ADDRESS_BYTES>()?;
        let (levels, rest) = rest.split_first_chunk()?;
        let (filter, rest) = rest.split_first_chunk()?;
        Some(Self {
            id: u32::from_be_bytes(*id),
            rank: u32::from_be_bytes(*rank),
            rows: u64::from_be_bytes(*rows),
            root: BlockAddress::decode(root)?,
            levels: u32::from_be_bytes(*levels),
            filter: u64::from_be_bytes(*filter),
            words: u64::from_be_bytes(rest.try_into().ok()?),
        })
    }
}

pub(super) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
