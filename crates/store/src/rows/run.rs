//! A run: rows in order, written once, a block at a time.
//!
//! ```text
//! b || run u32 || first key       → block                     see `block`
//! f || run u32 || part u32        → bits of the filter        big-endian words, PART_BYTES in each but the last
//! ```

use std::sync::Arc;

use prova_core::hash::Digest;
use serde::{Deserialize, Serialize};

use super::{
    RowError,
    block::{Block, Builder, Row, owned},
    wall::{Values, Wall},
};
use crate::{filter::Filter, schema};

const BLOCKS: u8 = b'b';
const FILTERS: u8 = b'f';
const PART_BYTES: usize = 32 << 10;
/// Bytes after which sled is to let go of what was written.
const FLUSH_BYTES: usize = 8 << 20;

/// What is said of a run beside its blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunRow {
    pub(super) id: u32,
    /// How often its rows were merged.
    pub(super) rank: u32,
    pub(super) rows: u64,
    pub(super) first: Vec<u8>,
    /// Bytes of the filter: with some of them missing it would turn away keys that are there.
    filter: u64,
}

/// A run whose filter is in memory.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) row: RunRow,
    filter: Filter,
}

fn key(kind: u8, run: u32, rest: &[u8]) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend_from_slice(&run.to_be_bytes());
    key.extend_from_slice(rest);
    key
}

fn damaged(run: u32, what: &str) -> RowError {
    RowError::Damaged {
        reason: format!("run {run} {what}"),
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// What a filter knows a key by: the rows that are looked for together have it in common.
pub(super) fn fingerprint(key: &[u8]) -> u128 {
    let digest = Digest::of(schema::group(key));
    digest
        .as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

impl Run {
    /// Writes a run of `most` rows at most; `None`: there was none. Until it is in the manifest, it counts for nothing.
    pub(super) fn write(
        wall: &Wall,
        id: u32,
        rank: u32,
        most: u64,
        rows: impl Iterator<Item = Result<Row, RowError>>,
    ) -> Result<Option<Self>, RowError> {
        let mut writing = Writing {
            wall,
            id,
            builder: Builder::default(),
            unflushed: 0,
        };
        let mut filter = Filter::new(usize::try_from(most).unwrap_or(usize::MAX));
        let (mut first, mut count) = (None, 0_u64);
        for row in rows {
            let (key, value) = row?;
            if writing.builder.is_full() {
                writing.close(&key)?;
            }
            filter.add(fingerprint(&key));
            writing.builder.push(&key, value.as_deref())?;
            count = count.saturating_add(1);
            first.get_or_insert(key);
        }
        let Some(first) = first else {
            return Ok(None);
        };
        writing.close(&[])?;
        let bits = filter.to_bytes();
        for (part, bytes) in (0_u32..).zip(bits.chunks(PART_BYTES)) {
            writing.put(&key(FILTERS, id, &part.to_be_bytes()), bytes.to_owned())?;
        }
        let row = RunRow {
            id,
            rank,
            rows: count,
            first,
            filter: length(&bits),
        };
        Ok(Some(Self { row, filter }))
    }

    /// The run that a manifest names.
    pub(super) fn open(wall: &Wall, row: RunRow) -> Result<Self, RowError> {
        let mut bits = Vec::new();
        for part in 0_u32.. {
            match wall.get(&key(FILTERS, row.id, &part.to_be_bytes()))? {
                Some(bytes) => bits.extend_from_slice(&bytes),
                None => break,
            }
        }
        let filter = Filter::from_bytes(&bits).filter(|_| length(&bits) == row.filter);
        let filter = filter.ok_or_else(|| damaged(row.id, "has lost its filter"))?;
        Ok(Self { row, filter })
    }

    pub(super) fn may_hold(&self, fingerprint: u128) -> bool {
        self.filter.may_hold(fingerprint)
    }

    /// The block in which a key is if it is in the run, and that block's first key.
    fn block(&self, wall: &Wall, wanted: &[u8]) -> Result<Option<(Vec<u8>, Block)>, RowError> {
        let id = self.row.id;
        if wanted < self.row.first.as_slice() {
            return Ok(None);
        }
        let found = wall.last(key(BLOCKS, id, &self.row.first)..=key(BLOCKS, id, wanted))?;
        let (at, bytes) = found.ok_or_else(|| damaged(id, "has lost its first rows"))?;
        let block = Block::decode(&bytes)?;
        if !block.next().is_empty() && wanted >= block.next() {
            return Err(damaged(id, "has lost rows"));
        }
        let first = at.get(key(BLOCKS, id, &[]).len()..).unwrap_or_default();
        Ok(Some((first.to_vec(), block)))
    }

    /// The last row that is not above a key.
    pub(super) fn last(&self, wall: &Wall, key: &[u8]) -> Result<Option<Row>, RowError> {
        match self.block(wall, key)? {
            Some((_, block)) => block.last(key),
            None => Ok(None),
        }
    }

    /// The rows from a key on.
    pub(super) fn cursor(self: &Arc<Self>, wall: &Wall, from: &[u8]) -> Result<Cursor, RowError> {
        let first = match self.block(wall, from)? {
            Some((first, _)) => first,
            None => self.row.first.clone(),
        };
        Ok(Cursor {
            run: Arc::clone(self),
            values: Some(wall.from(key(BLOCKS, self.row.id, &first))?),
            next: first,
            from: from.to_owned(),
            rows: Vec::new().into_iter(),
        })
    }

    /// Removes what is there of a run.
    pub(super) fn remove(wall: &Wall, id: u32) -> Result<(), RowError> {
        for kind in [BLOCKS, FILTERS] {
            let prefix = key(kind, id, &[]);
            let mut values = wall.from(prefix.clone())?;
            while let Some((key, _)) = values.next()?
                && key.starts_with(&prefix)
            {
                wall.remove(&key)?;
            }
        }
        Ok(())
    }

    /// The runs of which something is there, whether or not a manifest names them.
    pub(super) fn all(wall: &Wall) -> Result<Vec<u32>, RowError> {
        let mut all = Vec::new();
        for kind in [BLOCKS, FILTERS] {
            let mut id = 0;
            while let Some((found, _)) = wall.from(key(kind, id, &[]))?.next()? {
                let Some((&first, rest)) = found.split_first() else {
                    break;
                };
                let Some(found) = rest.first_chunk().filter(|_| first == kind) else {
                    break;
                };
                let found = u32::from_be_bytes(*found);
                all.push(found);
                match found.checked_add(1) {
                    Some(next) => id = next,
                    None => break,
                }
            }
        }
        Ok(all)
    }
}

/// A run while it is written.
struct Writing<'a> {
    wall: &'a Wall,
    id: u32,
    builder: Builder,
    /// Bytes written since sled was flushed.
    unflushed: usize,
}

impl Writing<'_> {
    /// Closes the block before the one that begins with `next`.
    fn close(&mut self, next: &[u8]) -> Result<(), RowError> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let (first, block) = self.builder.take(next)?;
        self.put(&key(BLOCKS, self.id, &first), block)
    }

    fn put(&mut self, key: &[u8], value: Vec<u8>) -> Result<(), RowError> {
        self.unflushed = self.unflushed.saturating_add(value.len());
        self.wall.insert(key, value)?;
        if self.unflushed >= FLUSH_BYTES {
            self.unflushed = 0;
            self.wall.flush()?;
        }
        Ok(())
    }
}

/// The rows of a run from a key on, a block in memory at a time.
#[derive(Debug)]
pub(super) struct Cursor {
    /// While it is read, it is not removed.
    run: Arc<Run>,
    /// Absent after the last block.
    values: Option<Values>,
    /// The key that the next block begins with.
    next: Vec<u8>,
    from: Vec<u8>,
    rows: std::vec::IntoIter<Row>,
}

impl Cursor {
    pub(super) fn next(&mut self) -> Result<Option<Row>, RowError> {
        loop {
            if let Some(row) = self.rows.next() {
                if row.0 >= self.from {
                    return Ok(Some(row));
                }
                continue;
            }
            let Some(values) = &mut self.values else {
                return Ok(None);
            };
            let id = self.run.row.id;
            let prefix = key(BLOCKS, id, &[]);
            let found = values.next()?.filter(|(key, _)| key.starts_with(&prefix));
            let (at, bytes) = found.ok_or_else(|| damaged(id, "has lost its last rows"))?;
            let first = at.get(prefix.len()..).unwrap_or_default();
            if self.next != first {
                return Err(damaged(id, "has lost rows"));
            }
            let block = Block::decode(&bytes)?;
            let rows: Result<Vec<_>, _> = block.rows().map(|row| row.map(owned)).collect();
            self.rows = rows?.into_iter();
            if block.next().is_empty() {
                self.values = None;
            }
            block.next().clone_into(&mut self.next);
        }
    }
}
