//! Rows in order, packed.
//!
//! ```text
//! block  = form u8 || length u32 || body          form 6: body is an LZ4 block of so many bytes of rows; form 134: it is the rows
//! rows   = row …
//! row    = key length u32 || value length u32 || key || value        big-endian; value length 0xffffffff: the row is gone
//! ```

use std::ops::Range;

use crate::EngineError;

/// The version of all that an engine writes. Whatever an engine finds of another version is damaged to it.
pub(crate) const FORMAT_VERSION: u8 = 6;
/// The form of a block that is not packed.
const PLAIN: u8 = FORMAT_VERSION | 0x80;
/// Form and length.
const HEAD_BYTES: usize = 5;
/// Bytes of rows after which a block is closed.
const BLOCK_BYTES: usize = 4096;
/// The largest block: a row of 64 MiB, its key, and what else fits.
const MAX_BLOCK_BYTES: usize = 80 << 20;
const GONE: u32 = u32::MAX;

/// What becomes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// It has a name and is read by other processes, years later: packed, and checked when it is read.
    Durable,
    /// It ends with its process, which alone can write to it: neither packed nor checked.
    Temporary,
}

/// A row that is in a block; no value: it is gone.
pub(crate) type RowRef<'a> = (&'a [u8], Option<&'a [u8]>);

/// Rows that are put in a block.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    first: Vec<u8>,
    rows: Vec<u8>,
}

fn damaged(reason: &str) -> EngineError {
    EngineError::Damaged {
        reason: format!("a block {reason}"),
    }
}

fn push_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), EngineError> {
    let length = u32::try_from(length).ok().filter(|length| *length != GONE);
    let length = length.ok_or_else(|| damaged("is too long"))?;
    bytes.extend_from_slice(&length.to_be_bytes());
    Ok(())
}

impl Builder {
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= BLOCK_BYTES
    }

    /// Adds the row with the next key.
    pub(crate) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), EngineError> {
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
    pub(crate) fn take(&mut self, kind: RunKind) -> Result<(Vec<u8>, Vec<u8>), EngineError> {
        let mut block = Vec::with_capacity(self.rows.len().saturating_add(HEAD_BYTES));
        block.push(match kind {
            RunKind::Durable => FORMAT_VERSION,
            RunKind::Temporary => PLAIN,
        });
        push_length(&mut block, self.rows.len())?;
        match kind {
            RunKind::Durable => block.extend_from_slice(&lz4_flex::block::compress(&self.rows)),
            RunKind::Temporary => block.extend_from_slice(&self.rows),
        }
        self.rows.clear();
        Ok((std::mem::take(&mut self.first), block))
    }
}

/// A block that is read.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Vec<u8>,
    /// Where the rows begin.
    start: usize,
}

/// Where a row stands in its block.
#[derive(Clone, Debug)]
pub(crate) struct RowPlace {
    key: Range<usize>,
    value: Option<Range<usize>>,
    /// Where the next row begins.
    pub(crate) end: usize,
}

impl Block {
    pub(crate) fn decode(bytes: Vec<u8>) -> Result<Self, EngineError> {
        let Some(([form, head @ ..], body)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
            return Err(damaged("is cut"));
        };
        let length = usize::try_from(u32::from_be_bytes(*head))
            .ok()
            .filter(|length| *length <= MAX_BLOCK_BYTES);
        let length = length.ok_or_else(|| damaged("is too long"))?;
        match *form {
            FORMAT_VERSION => {
                let rows = lz4_flex::block::decompress(body, length).ok();
                let rows = rows.filter(|rows| rows.len() == length);
                let bytes = rows.ok_or_else(|| damaged("cannot be unpacked"))?;
                Ok(Self { bytes, start: 0 })
            }
            PLAIN if body.len() == length => Ok(Self {
                bytes,
                start: HEAD_BYTES,
            }),
            PLAIN => Err(damaged("is cut")),
            _ => Err(damaged("is of another version")),
        }
    }

    /// Bytes of it in memory.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// Where the first row begins, if there is any.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// The row that begins at a place; `None`: the block ends there.
    pub(crate) fn row_at(&self, start: usize) -> Result<Option<RowPlace>, EngineError> {
        let rest = self.bytes.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        self.place(start).map(Some).ok_or_else(|| damaged("is cut"))
    }

    fn place(&self, start: usize) -> Option<RowPlace> {
        let (lengths, _) = self.bytes.get(start..)?.split_first_chunk::<8>()?;
        let (key, value) = lengths.split_first_chunk::<4>()?;
        let key = usize::try_from(u32::from_be_bytes(*key)).ok()?;
        let value = u32::from_be_bytes(*value.first_chunk()?);
        let key_start = start.checked_add(8)?;
        let key_end = key_start.checked_add(key)?;
        let (value, end) = if value == GONE {
            (None, key_end)
        } else {
            let end = key_end.checked_add(usize::try_from(value).ok()?)?;
            (Some(key_end..end), end)
        };
        (end <= self.bytes.len()).then_some(RowPlace {
            key: key_start..key_end,
            value,
            end,
        })
    }

    pub(crate) fn key(&self, place: &RowPlace) -> &[u8] {
        self.bytes.get(place.key.clone()).unwrap_or_default()
    }

    pub(crate) fn value(&self, place: &RowPlace) -> Option<&[u8]> {
        let value = place.value.clone()?;
        Some(self.bytes.get(value).unwrap_or_default())
    }

    /// The last row that is not above a key.
    pub(crate) fn last(&self, key: &[u8]) -> Result<Option<RowRef<'_>>, EngineError> {
        let mut last = None;
        for row in self.rows() {
            match row? {
                row if row.0 > key => break,
                row => last = Some(row),
            }
        }
        Ok(last)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Result<RowRef<'_>, EngineError>> {
        let mut next = self.start;
        std::iter::from_fn(move || {
            let place = self.row_at(next).transpose()?;
            // Of a row that is cut nothing follows.
            next = place.as_ref().map_or(self.bytes.len(), |place| place.end);
            Some(place.map(|place| (self.key(&place), self.value(&place))))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    use super::*;

    #[test]
    fn rows_are_found_again_and_damage_is_an_error_or_other_rows() {
        for kind in [RunKind::Durable, RunKind::Temporary] {
            check(kind);
        }
    }

    /// The seeds of the fuzzer of this kind, blocks or not, by name.
    fn seeds(folder: &Path, blocks: bool) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
        let seeds = files.map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        });
        seeds
            .filter(|(name, _)| name.starts_with("block-") == blocks)
            .collect()
    }

    #[test]
    fn seeds_of_the_fuzzer_are_blocks_of_this_version() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/seeds/rows");
        if std::env::var_os("PROVA_WRITE_SEEDS").is_some() {
            // The rows that the store wrote there: all of them, and then some that are gone.
            for (name, kind) in [("block-1", RunKind::Durable), ("block-2", RunKind::Temporary)] {
                let mut builder = Builder::default();
                for (number, (name, row)) in seeds(&folder, false).iter().enumerate() {
                    let is_there = kind == RunKind::Durable || number % 2 == 1;
                    let key = [&row[..1], name.as_bytes()].concat();
                    builder.push(&key, is_there.then_some(&row[1..])).unwrap();
                }
                let (_, block) = builder.take(kind).unwrap();
                fs::write(folder.join(name), [b"b", block.as_slice()].concat()).unwrap();
            }
        }
        let blocks = seeds(&folder, true);
        assert_eq!(blocks.len(), 2);
        for (name, seed) in blocks {
            let (kind, block) = seed.split_first().unwrap();
            assert_eq!(*kind, b'b', "{name}");
            let block = Block::decode(block.to_vec()).expect(&name);
            let rows: Result<Vec<_>, _> = block.rows().collect();
            assert!(rows.expect(&name).len() > 1, "{name}");
        }
    }

    fn check(kind: RunKind) {
        let mut builder = Builder::default();
        for number in 0..60_u8 {
            let value = vec![number; usize::from(number)];
            let value = (number % 7 != 0).then_some(value.as_slice());
            builder.push(&[b'k', 2 * number], value).unwrap();
        }
        assert!(!builder.is_full());
        let rows = builder.rows.clone();
        let (first, bytes) = builder.take(kind).unwrap();
        assert_eq!(first, [b'k', 0]);
        assert_eq!(bytes.ends_with(&rows), kind == RunKind::Temporary);
        let block = Block::decode(bytes.clone()).unwrap();
        assert_eq!(block.rows().count(), 60);
        let three: RowRef<'_> = (&[b'k', 6], Some(&[3; 3]));
        assert_eq!(block.last(&[b'k', 6]), Ok(Some(three)));
        assert_eq!(block.last(&[b'k', 7]), Ok(Some(three)));
        assert_eq!(block.last(&[b'k', 14]), Ok(Some((&[b'k', 14][..], None))));
        assert_eq!(block.last(b"a"), Ok(None));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                if let Ok(block) = Block::decode(changed) {
                    let _ = block.rows().collect::<Result<Vec<_>, _>>();
                }
            }
            if let Ok(block) = Block::decode(bytes[..at].to_vec()) {
                let _ = block.last(b"z");
            }
        }
    }
}
