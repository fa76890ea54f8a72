//! Rows in order, packed.
//!
//! ```text
//! block  = version u8 || length u32 || LZ4 block of that many bytes: row …
//! row    = key length u32 || value length u32 || key || value            big-endian; length 0xffffffff: the row is gone
//! ```

use super::RowError;
use crate::codec::ROW_VERSION;

/// Bytes of rows after which a block is closed.
pub(super) const BLOCK_BYTES: usize = 4096;
/// The largest block: a row of the largest size, its key, and what else fits.
const MAX_BLOCK_BYTES: usize = 80 << 20;
const GONE: u32 = u32::MAX;

/// A key with its value; `None`: it is gone.
pub(super) type Row = (Vec<u8>, Option<Vec<u8>>);

/// Rows that are put in a block.
#[derive(Debug, Default)]
pub(super) struct Builder {
    first: Vec<u8>,
    rows: Vec<u8>,
}

fn damaged(reason: &str) -> RowError {
    RowError::Damaged {
        reason: format!("a block of rows {reason}"),
    }
}

fn push_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), RowError> {
    let length = u32::try_from(length).ok().filter(|length| *length != GONE);
    let length = length.ok_or_else(|| damaged("is too long"))?;
    bytes.extend_from_slice(&length.to_be_bytes());
    Ok(())
}

impl Builder {
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= BLOCK_BYTES
    }

    /// Adds the row with the next key.
    pub(super) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), RowError> {
        if self.rows.is_empty() {
            key.clone_into(&mut self.first);
        }
        push_length(&mut self.rows, key.len())?;
        match value {
            Some(value) => push_length(&mut self.rows, value.len())?,
            None => self.rows.extend_from_slice(&GONE.to_be_bytes()),
        }
        self.rows.extend_from_slice(key);
        self.rows.extend_from_slice(value.unwrap_or_default());
        Ok(())
    }

    /// The block's first key, and its bytes. No row is in it any more.
    pub(super) fn take(&mut self) -> Result<(Vec<u8>, Vec<u8>), RowError> {
        let mut block = vec![ROW_VERSION];
        push_length(&mut block, self.rows.len())?;
        block.extend_from_slice(&lz4_flex::block::compress(&self.rows));
        self.rows.clear();
        Ok((std::mem::take(&mut self.first), block))
    }
}

/// A block that is read.
#[derive(Debug)]
pub(super) struct Block {
    rows: Vec<u8>,
}

impl Block {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let Some((&ROW_VERSION, rest)) = bytes.split_first() else {
            return Err(damaged("is of another version"));
        };
        let (length, packed) = take_length(rest).ok_or_else(|| damaged("is cut"))?;
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= MAX_BLOCK_BYTES);
        let length = length.ok_or_else(|| damaged("is too long"))?;
        let rows = lz4_flex::block::decompress(packed, length)
            .ok()
            .filter(|rows| rows.len() == length)
            .ok_or_else(|| damaged("cannot be unpacked"))?;
        Ok(Self { rows })
    }

    /// Bytes of it in memory.
    pub(super) fn weight(&self) -> usize {
        self.rows.len()
    }

    /// The last row that is not above a key.
    pub(super) fn last(&self, key: &[u8]) -> Result<Option<Borrowed<'_>>, RowError> {
        let mut last = None;
        for row in self.rows() {
            match row? {
                row if row.0 > key => break,
                row => last = Some(row),
            }
        }
        Ok(last)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Result<Borrowed<'_>, RowError>> {
        let mut rest = self.rows.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let row = take_row(rest);
            rest = row.map_or(&[][..], |(_, rest)| rest);
            Some(row.map(|(row, _)| row).ok_or_else(|| damaged("is cut")))
        })
    }
}

fn take(bytes: &[u8], length: u32) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(usize::try_from(length).ok()?)
}

fn take_length(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*length), rest))
}

/// A row that is in a block.
pub(super) type Borrowed<'a> = (&'a [u8], Option<&'a [u8]>);

pub(super) fn owned((key, value): Borrowed<'_>) -> Row {
    (key.to_vec(), value.map(<[u8]>::to_vec))
}

fn take_row(bytes: &[u8]) -> Option<(Borrowed<'_>, &[u8])> {
    let (key, rest) = take_length(bytes)?;
    let (value, rest) = take_length(rest)?;
    let (key, rest) = take(rest, key)?;
    if value == GONE {
        return Some(((key, None), rest));
    }
    let (value, rest) = take(rest, value)?;
    Some(((key, Some(value)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_again_and_damage_is_an_error_or_other_rows() {
        let mut builder = Builder::default();
        for number in 0..60_u8 {
            let value = vec![number; usize::from(number)];
            let value = (number % 7 != 0).then_some(value.as_slice());
            builder.push(&[b'k', 2 * number], value).unwrap();
        }
        assert!(!builder.is_full());
        let (first, bytes) = builder.take().unwrap();
        assert_eq!(first, [b'k', 0]);
        let block = Block::decode(&bytes).unwrap();
        assert_eq!(block.rows().count(), 60);
        let three: Borrowed<'_> = (&[b'k', 6], Some(&[3; 3]));
        assert_eq!(block.last(&[b'k', 6]), Ok(Some(three)));
        assert_eq!(block.last(&[b'k', 7]), Ok(Some(three)));
        assert_eq!(block.last(&[b'k', 14]), Ok(Some((&[b'k', 14][..], None))));
        assert_eq!(block.last(b"a"), Ok(None));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                if let Ok(block) = Block::decode(&changed) {
                    let _ = block.rows().collect::<Result<Vec<_>, _>>();
                }
            }
            if let Ok(block) = Block::decode(&bytes[..at]) {
                let _ = block.last(b"z");
            }
        }
    }
}
