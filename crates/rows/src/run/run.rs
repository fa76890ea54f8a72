//! A run that is read: its tree of blocks, and the pieces of its filter.

use std::sync::{Arc, OnceLock, PoisonError};

use super::{
    BlockAddress, Check, PIECE_WORDS, RunCursor, RunDescription, RunKind, UpperBlocks, check, check_piece,
    damaged, failed, size,
};
use crate::{
    EngineError,
    batch::Row,
    block::Block,
    disk::ReadAt,
    filter::{WORD_KEYS, word_and_bits},
};

/// Of a piece with its check.
const PIECE_BYTES: u64 = 512 * 8 + 8;
/// More levels than any file has.
const MAX_LEVELS: u32 = 16;

/// A run that is read.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) description: RunDescription,
    kind: RunKind,
    /// Stays readable when its name is removed.
    file: Arc<dyn ReadAt>,
    upper: UpperBlocks,
    /// Those pieces of the filter that were asked for.
    pieces: Vec<OnceLock<Box<[u64]>>>,
}

impl Run {
    /// The run of a file, if it can be that of its description.
    pub(crate) fn open(
        kind: RunKind,
        description: RunDescription,
        file: Arc<dyn ReadAt>,
        upper: UpperBlocks,
    ) -> Result<Self, EngineError> {
        let RunDescription {
            id,
            rows,
            words,
            levels,
            ..
        } = description;
        // What memory is asked for below is no more than there are bytes.
        if description.length() != Some(file.length().map_err(failed(id))?) {
            return Err(damaged(id, "is not as long as it was"));
        }
        if size(rows) > size(words).saturating_mul(WORD_KEYS) || levels > MAX_LEVELS {
            return Err(damaged(id, "is impossible"));
        }
        let pieces = size(words).div_ceil(PIECE_WORDS);
        Ok(Self {
            pieces: std::iter::repeat_with(OnceLock::new).take(pieces).collect(),
            description,
            kind,
            file,
            upper,
        })
    }

    /// Whether a key of this fingerprint may be in it.
    pub(crate) fn may_hold(&self, fingerprint: u128) -> Result<bool, EngineError> {
        let (word, bits) = word_and_bits(size(self.description.words), fingerprint);
        let number = word.checked_div(PIECE_WORDS).unwrap_or(0);
        let Some(kept) = self.pieces.get(number) else {
            return Ok(false);
        };
        let piece = match kept.get() {
            Some(piece) => piece,
            None => {
                let piece = self.piece(number)?;
                kept.get_or_init(|| piece)
            }
        };
        let word = word.checked_rem(PIECE_WORDS).and_then(|word| piece.get(word));
        Ok(word.is_some_and(|word| word & bits == bits))
    }

    /// A piece of the filter.
    fn piece(&self, number: usize) -> Result<Box<[u64]>, EngineError> {
        let RunDescription {
            id,
            words,
            filter,
            root,
            ..
        } = self.description;
        let before = number.saturating_mul(PIECE_WORDS);
        let words = size(words).saturating_sub(before).min(PIECE_WORDS);
        let offset = u64::try_from(number)
            .unwrap_or(u64::MAX)
            .saturating_mul(PIECE_BYTES);
        let mut bytes = vec![0; words.saturating_mul(8).saturating_add(8)];
        self.file
            .read_exact_at(&mut bytes, filter.saturating_add(offset))
            .map_err(failed(id))?;
        let is_whole = |piece: &[u8], found: &Check| {
            self.kind == RunKind::Temporary || *found == check_piece(root.check, number, piece)
        };
        let piece = bytes
            .split_last_chunk()
            .filter(|(piece, found)| is_whole(piece, found));
        let (piece, _) = piece.ok_or_else(|| damaged(id, "has a filter that was changed"))?;
        let (words, _) = piece.as_chunks();
        Ok(words.iter().map(|word| u64::from_be_bytes(*word)).collect())
    }

    pub(super) fn read(&self, address: &BlockAddress) -> Result<Block, EngineError> {
        let RunDescription { id, filter, .. } = self.description;
        let end = address.offset.checked_add(address.length.into());
        if end.is_none_or(|end| end > filter) {
            return Err(damaged(id, "has a row that is no address"));
        }
        let mut bytes = vec![0; size(address.length.into())];
        self.file
            .read_exact_at(&mut bytes, address.offset)
            .map_err(failed(id))?;
        if self.kind == RunKind::Durable && check(&bytes) != address.check {
            return Err(damaged(id, "has rows that were changed"));
        }
        Block::decode(bytes)
    }

    /// A block that says where others are.
    pub(super) fn upper(&self, address: &BlockAddress) -> Result<Arc<Block>, EngineError> {
        let at = (self.description.id, address.offset);
        // A panic in the midst of a change leaves blocks that are what they were.
        let kept = || self.upper.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = kept().get(&at) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(self.read(address)?);
        kept().insert(at, Arc::clone(&block), block.weight());
        Ok(block)
    }

    pub(super) fn address(&self, row: Option<&[u8]>) -> Result<BlockAddress, EngineError> {
        let address = row.and_then(BlockAddress::decode);
        address.ok_or_else(|| damaged(self.description.id, "has a row that is no address"))
    }

    /// The last row that is not above a key.
    pub(crate) fn last(&self, key: &[u8]) -> Result<Option<Row>, EngineError> {
        let mut address = self.description.root;
        for _ in 0..self.description.levels {
            let block = self.upper(&address)?;
            match block.last(key)? {
                Some((_, row)) => address = self.address(row)?,
                None => return Ok(None),
            }
        }
        let block = self.read(&address)?;
        let last = block.last(key)?;
        Ok(last.map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))))
    }

    /// The rows from a key on.
    pub(crate) fn cursor(self: &Arc<Self>, from: &[u8]) -> Result<RunCursor, EngineError> {
        RunCursor::new(Arc::clone(self), from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::RunFiles, *};
    use crate::disk::RealDisk;

    #[test]
    fn a_description_that_is_not_that_of_the_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        // No block is in memory.
        let fresh = || RunFiles::new(Arc::new(RealDisk), directory.path().to_owned());
        let fingerprint = |number: u32| u128::from(number) << 64 | u128::from(number);
        let run = fresh().write(5, 0, 3_000, |writer| {
            let mut numbers = 0..3_000_u32;
            numbers
                .try_for_each(|number| writer.push(&number.to_be_bytes(), Some(&[7; 9]), fingerprint(number)))
        });
        let run = run.unwrap().unwrap();
        assert!(run.description.levels > 0);
        let key = 77_u32.to_be_bytes();
        assert!(run.may_hold(fingerprint(77)).unwrap());
        assert_eq!(run.last(&key), Ok(Some((key.to_vec(), Some(vec![7; 9])))));
        let changes: [fn(&mut RunDescription); 9] = [
            |run| run.words = u64::MAX,
            |run| run.words = 0,
            |run| run.words += 1,
            |run| run.rows = u64::MAX,
            |run| run.levels = u32::MAX,
            |run| run.filter = u64::MAX,
            |run| run.root.length = u32::MAX,
            |run| run.root.offset = u64::MAX,
            |run| run.root.check[0] ^= 1,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut description = run.description;
            change(&mut description);
            let read = fresh().open(description).and_then(|run| run.last(&key));
            assert!(
                matches!(read, Err(EngineError::Damaged { .. })),
                "{number}: {read:?}"
            );
        }
        // With more levels or fewer, rows are taken for addresses, or addresses for rows.
        for levels in [0, 3] {
            let mut description = run.description;
            description.levels = levels;
            let read = fresh().open(description).and_then(|run| run.last(&key));
            assert_ne!(read, run.last(&key), "{levels}");
        }
    }
}
