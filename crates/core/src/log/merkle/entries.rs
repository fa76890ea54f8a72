//! Entry bundles: up to 256 neighbouring entries in one file (C2SP `tlog-tiles` v0.1.0).
//!
//! ```text
//! bundle = entry …          entry = length u16 BE || bytes          length: 1..=65535
//! ```

use super::tile::TileWidth;

/// The largest entry: what a length of two bytes can say.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Why an entry cannot be in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeEntryError {
    /// An entry has at least one byte.
    #[error("entry of 0 bytes, want 1..={MAX_ENTRY_BYTES}")]
    Empty,
    /// The length does not fit.
    #[error("entry of {got} bytes, want 1..={MAX_ENTRY_BYTES}")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
}

/// Appends an entry to the bytes of a bundle.
///
/// # Errors
/// The entry is empty or larger than [`MAX_ENTRY_BYTES`]; then nothing is appended.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EncodeEntryError> {
    if entry.is_empty() {
        return Err(EncodeEntryError::Empty);
    }
    let length = u16::try_from(entry.len()).map_err(|_| EncodeEntryError::TooLarge { got: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Why bytes are not a bundle of the width wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeBundleError {
    /// The bytes end within an entry's length.
    #[error("entry {position} of the bundle, at byte {offset}: 1 byte left, want a length of 2 bytes")]
    Length {
        /// Zero-based position in the bundle.
        position: usize,
        /// Where the entry's length begins.
        offset: usize,
    },
    /// The bytes end within an entry.
    #[error("entry {position} of the bundle, at byte {offset}, is cut off: {got} of {want} bytes")]
    Truncated {
        /// Zero-based position in the bundle.
        position: usize,
        /// Where the entry's length begins.
        offset: usize,
        /// Bytes found after the length.
        got: usize,
        /// Bytes that the length announces.
        want: usize,
    },
    /// An entry has no bytes.
    #[error("entry {position} of the bundle, at byte {offset}, is empty")]
    Empty {
        /// Zero-based position in the bundle.
        position: usize,
        /// Where the entry's length begins.
        offset: usize,
    },
    /// There are too few entries.
    #[error("bundle has {got} entries, want {want}")]
    Count {
        /// Entries found.
        got: usize,
        /// Entries wanted.
        want: TileWidth,
    },
    /// There are bytes after the last entry.
    #[error("{got} bytes after entry {want} of the bundle, at byte {offset}")]
    Trailing {
        /// Bytes found.
        got: usize,
        /// Entries wanted.
        want: TileWidth,
        /// Where they begin.
        offset: usize,
    },
}

/// Reads entries one after the other, however many there are; after an error it ends.
///
/// For what may be cut off or wider than wanted; where a width is known, use [`EntryBundle::decode`].
#[derive(Clone, Debug)]
pub struct BundleReader<'a> {
    rest: &'a [u8],
    position: usize,
    offset: usize,
}

impl<'a> BundleReader<'a> {
    /// Reads from the beginning of a bundle.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            position: 0,
            offset: 0,
        }
    }

    /// How many bytes the entries so far take: where the next one begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    fn read_entry(&mut self) -> Result<&'a [u8], DecodeBundleError> {
        let (position, offset) = (self.position, self.offset);
        let (length, rest) = self
            .rest
            .split_first_chunk::<2>()
            .ok_or(DecodeBundleError::Length { position, offset })?;
        let want = usize::from(u16::from_be_bytes(*length));
        if want == 0 {
            return Err(DecodeBundleError::Empty { position, offset });
        }
        let (entry, rest) = rest.split_at_checked(want).ok_or(DecodeBundleError::Truncated {
            position,
            offset,
            got: rest.len(),
            want,
        })?;
        self.rest = rest;
        self.position = position.saturating_add(1);
        self.offset = offset.saturating_add(2).saturating_add(want);
        Ok(entry)
    }
}

impl<'a> Iterator for BundleReader<'a> {
    type Item = Result<&'a [u8], DecodeBundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.read_entry();
        if entry.is_err() {
            self.rest = &[];
        }
        Some(entry)
    }
}

/// A bundle of exactly the entries wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBundle<'a> {
    entries: Vec<&'a [u8]>,
}

impl<'a> EntryBundle<'a> {
    /// The entries of a bundle of this width.
    ///
    /// # Errors
    /// Fewer or more entries, one that is cut off or empty.
    pub fn decode(bytes: &'a [u8], width: TileWidth) -> Result<Self, DecodeBundleError> {
        let mut reader = BundleReader::new(bytes);
        let entries = reader
            .by_ref()
            .take(width.count())
            .collect::<Result<Vec<_>, DecodeBundleError>>()?;
        if entries.len() < width.count() {
            return Err(DecodeBundleError::Count {
                got: entries.len(),
                want: width,
            });
        }
        if !reader.rest.is_empty() {
            return Err(DecodeBundleError::Trailing {
                got: reader.rest.len(),
                want: width,
                offset: reader.offset,
            });
        }
        Ok(Self { entries })
    }

    /// The entry at a position, 0..width.
    #[must_use]
    pub fn entry(&self, position: usize) -> Option<&'a [u8]> {
        self.entries.get(position).copied()
    }

    /// All entries in their order.
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + '_ {
        self.entries.iter().copied()
    }
}
