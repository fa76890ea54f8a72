//! A run: rows in order, written once, in a file of its own.
//!
//! ```text
//! runs/<id>   = block … || piece …           id: ten digits
//! block       = rows in order                see `block`; those of the level above have a row for each: its first key → its place
//! place       = offset u64 || length u32 || check (8)                 check: of the block
//! piece       = 512 words of the filter, the last piece the rest || check (8)
//! check       = first 8 bytes of SHA-256(bytes); of a piece SHA-256(check of the root || number u32 || bytes)      big-endian
//! ```
//! The blocks are a tree whose root the manifest names, so that what is changed, missing or another run's is never read as rows.

use std::{
    fs::{self, File},
    io::{self, BufWriter, ErrorKind, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use prova_core::hash::Digest;
use serde::{Deserialize, Serialize};

use super::{
    RowError,
    block::{Block, Builder, Row, owned},
};
use crate::{
    cache::Cache,
    filter::{Filter, WORD_KEYS, word_and_bits},
    schema,
};

const PLACE_BYTES: usize = 20;
const PIECE_WORDS: usize = 512;
/// Of a piece with its check.
const PIECE_BYTES: u64 = 512 * 8 + 8;
/// Bytes of blocks that say where others are, in the younger half of those kept in memory.
const KEPT_BYTES: usize = 2 << 20;
/// More levels than any file has.
const MAX_LEVELS: u32 = 16;

type Check = [u8; 8];

/// Where a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    offset: u64,
    length: u32,
    check: Check,
}

/// What the manifest says of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunRow {
    pub(super) id: u32,
    /// How often its rows were merged.
    pub(super) rank: u32,
    pub(super) rows: u64,
    root: Place,
    /// Levels of blocks above those of the rows.
    levels: u32,
    /// Where its filter begins.
    filter: u64,
    /// Words of the filter.
    words: u64,
}

/// Blocks by run and offset.
type Blocks = Cache<(u32, u64), Arc<Block>>;

/// The directory of a table's runs, and those of their blocks that say where others are.
#[derive(Clone, Debug)]
pub(super) struct RunFiles {
    directory: PathBuf,
    kept: Arc<Mutex<Blocks>>,
}

/// A run that is read.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) row: RunRow,
    files: RunFiles,
    /// Stays readable when its name is removed.
    file: File,
    /// Those pieces of the filter that were asked for.
    pieces: Vec<OnceLock<Box<[u64]>>>,
}

/// What a filter knows a key by: the rows that are looked for together have it in common.
pub(super) fn fingerprint(key: &[u8]) -> u128 {
    let digest = Digest::of(schema::group(key));
    digest
        .as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

fn check(bytes: &[u8]) -> Check {
    let digest = Digest::of(bytes);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn check_piece(root: Check, number: usize, piece: &[u8]) -> Check {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    check(&[&root[..], &number.to_be_bytes(), piece].concat())
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Place {
    fn to_bytes(self) -> [u8; PLACE_BYTES] {
        let mut bytes = [0; PLACE_BYTES];
        let parts = self.offset.to_be_bytes().into_iter();
        let parts = parts.chain(self.length.to_be_bytes()).chain(self.check);
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part;
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (offset, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        Some(Self {
            offset: u64::from_be_bytes(*offset),
            length: u32::from_be_bytes(*length),
            check: rest.try_into().ok()?,
        })
    }
}

impl RunRow {
    /// Bytes of the file.
    fn length(&self) -> Option<u64> {
        let pieces = self.words.div_ceil(u64::try_from(PIECE_WORDS).ok()?);
        let bytes = self.words.checked_add(pieces)?.checked_mul(8)?;
        self.filter.checked_add(bytes)
    }
}

impl RunFiles {
    /// The runs in a directory.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            kept: Arc::new(Mutex::new(Cache::new(KEPT_BYTES))),
        }
    }

    fn path(&self, id: u32) -> PathBuf {
        self.directory.join(format!("{id:010}"))
    }

    /// Removes a run; whoever reads it still can.
    pub(super) fn remove(&self, id: u32) -> Result<(), RowError> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(id)(error)),
            _ => Ok(()),
        }
    }

    /// The runs that are there, whether or not a manifest names them.
    pub(super) fn all(&self) -> Result<Vec<u32>, RowError> {
        let names = match fs::read_dir(&self.directory) {
            Ok(names) => names,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&self.directory, &error)),
        };
        let mut all = Vec::new();
        for name in names {
            let name = name.map_err(|error| unreadable(&self.directory, &error))?;
            all.extend(
                name.file_name()
                    .to_str()
                    .and_then(|name| name.parse::<u32>().ok()),
            );
        }
        all.sort_unstable();
        Ok(all)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> RowError {
    RowError::Store {
        reason: format!("{}: {error}", path.display()),
    }
}

/// What a file that cannot be read or written says.
fn failed(id: u32) -> impl Fn(io::Error) -> RowError {
    move |error| match error.kind() {
        ErrorKind::NotFound => damaged(id, "is missing"),
        ErrorKind::UnexpectedEof => damaged(id, "is cut"),
        _ => RowError::Store {
            reason: format!("run {id}: {error}"),
        },
    }
}

fn damaged(run: u32, what: &str) -> RowError {
    RowError::Damaged {
        reason: format!("run {run} {what}"),
    }
}

impl Run {
    /// Writes a run of `most` rows at most; `None`: there was none. Until it is in the manifest, it counts for nothing; if it fails,
    /// nothing is left of it.
    pub(super) fn write(
        files: &RunFiles,
        id: u32,
        rank: u32,
        most: u64,
        rows: impl Iterator<Item = Result<Row, RowError>>,
    ) -> Result<Option<Self>, RowError> {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(None);
        }
        match Writing::new(files, id).and_then(|writing| writing.write(rank, most, rows)) {
            Ok(row) => Self::open(files, row).map(Some),
            Err(error) => {
                // The disk may be full. What stays nevertheless is removed by the next process that writes.
                let _ = files.remove(id);
                Err(error)
            }
        }
    }

    /// The run that a manifest names.
    pub(super) fn open(files: &RunFiles, row: RunRow) -> Result<Self, RowError> {
        let file = File::open(files.path(row.id)).map_err(failed(row.id))?;
        let bytes = file.metadata().map_err(failed(row.id))?.len();
        // What memory is asked for below is no more than there are bytes.
        if row.length() != Some(bytes) {
            return Err(damaged(row.id, "is not as long as it was"));
        }
        if size(row.rows) > size(row.words).saturating_mul(WORD_KEYS) || row.levels > MAX_LEVELS {
            return Err(damaged(row.id, "is impossible"));
        }
        let pieces = size(row.words).div_ceil(PIECE_WORDS);
        Ok(Self {
            pieces: std::iter::repeat_with(OnceLock::new).take(pieces).collect(),
            files: files.clone(),
            file,
            row,
        })
    }

    /// Whether a key of this fingerprint may be in it.
    pub(super) fn may_hold(&self, fingerprint: u128) -> Result<bool, RowError> {
        let (word, bits) = word_and_bits(size(self.row.words), fingerprint);
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
    fn piece(&self, number: usize) -> Result<Box<[u64]>, RowError> {
        let before = number.saturating_mul(PIECE_WORDS);
        let words = size(self.row.words).saturating_sub(before).min(PIECE_WORDS);
        let offset = u64::try_from(number)
            .unwrap_or(u64::MAX)
            .saturating_mul(PIECE_BYTES);
        let mut bytes = vec![0; words.saturating_mul(8).saturating_add(8)];
        self.file
            .read_exact_at(&mut bytes, self.row.filter.saturating_add(offset))
            .map_err(failed(self.row.id))?;
        let piece = bytes
            .split_last_chunk()
            .filter(|(piece, found)| **found == check_piece(self.row.root.check, number, piece));
        let (piece, _) = piece.ok_or_else(|| damaged(self.row.id, "has a filter that was changed"))?;
        let (words, _) = piece.as_chunks();
        Ok(words.iter().map(|word| u64::from_be_bytes(*word)).collect())
    }

    fn read(&self, place: &Place) -> Result<Block, RowError> {
        let id = self.row.id;
        let end = place.offset.checked_add(place.length.into());
        if end.is_none_or(|end| end > self.row.filter) {
            return Err(damaged(id, "has a row that is no place"));
        }
        let mut bytes = vec![0; size(place.length.into())];
        self.file
            .read_exact_at(&mut bytes, place.offset)
            .map_err(failed(id))?;
        if check(&bytes) != place.check {
            return Err(damaged(id, "has rows that were changed"));
        }
        Block::decode(&bytes)
    }

    /// A block that says where others are.
    fn upper(&self, place: &Place) -> Result<Arc<Block>, RowError> {
        let at = (self.row.id, place.offset);
        // A panic in the midst of a change leaves blocks that are what they were.
        let kept = || self.files.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = kept().get(&at) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(self.read(place)?);
        kept().insert(at, Arc::clone(&block), block.weight(), false);
        Ok(block)
    }

    fn place(&self, row: &[u8]) -> Result<Place, RowError> {
        Place::from_bytes(row).ok_or_else(|| damaged(self.row.id, "has a row that is no place"))
    }

    /// The last row that is not above a key.
    pub(super) fn last(&self, key: &[u8]) -> Result<Option<Row>, RowError> {
        let mut place = self.row.root;
        for _ in 0..self.row.levels {
            let block = self.upper(&place)?;
            match block.last(key)? {
                Some((_, row)) => place = self.place(row.unwrap_or_default())?,
                None => return Ok(None),
            }
        }
        Ok(self.read(&place)?.last(key)?.map(owned))
    }

    /// The rows from a key on.
    pub(super) fn cursor(self: &Arc<Self>, from: &[u8]) -> Result<Cursor, RowError> {
        let mut cursor = Cursor {
            run: Arc::clone(self),
            from: from.to_owned(),
            levels: Vec::new(),
        };
        cursor.descend(&self.row.root)?;
        Ok(cursor)
    }
}

/// A run while it is written.
struct Writing {
    id: u32,
    directory: PathBuf,
    out: BufWriter<File>,
    end: u64,
    /// The blocks that are not full yet: that of the rows, then those above it.
    levels: Vec<Builder>,
}

impl Writing {
    fn new(files: &RunFiles, id: u32) -> Result<Self, RowError> {
        fs::create_dir_all(&files.directory).map_err(|error| unreadable(&files.directory, &error))?;
        let file = File::create(files.path(id)).map_err(failed(id))?;
        Ok(Self {
            id,
            directory: files.directory.clone(),
            out: BufWriter::with_capacity(1 << 16, file),
            end: 0,
            levels: Vec::new(),
        })
    }

    /// Writes all of the run: what the manifest says of it.
    fn write(
        mut self,
        rank: u32,
        most: u64,
        rows: impl Iterator<Item = Result<Row, RowError>>,
    ) -> Result<RunRow, RowError> {
        let mut filter = Filter::new(size(most));
        let mut count = 0_u64;
        for row in rows {
            let (key, value) = row?;
            filter.add(fingerprint(&key));
            self.push(0, &key, value.as_deref())?;
            count = count.saturating_add(1);
        }
        let (root, levels) = self.finish_blocks()?;
        let row = RunRow {
            id: self.id,
            rank,
            rows: count,
            root,
            levels,
            filter: self.end,
            words: u64::try_from(filter.words().len()).unwrap_or(u64::MAX),
        };
        for (number, words) in filter.words().chunks(PIECE_WORDS).enumerate() {
            let piece: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            self.put(&piece)?;
            self.put(&check_piece(root.check, number, &piece))?;
        }
        self.finish()?;
        Ok(row)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), RowError> {
        self.out.write_all(bytes).map_err(failed(self.id))?;
        self.end = self.end.saturating_add(length(bytes));
        Ok(())
    }

    /// Adds the next row of a level.
    fn push(&mut self, level: usize, key: &[u8], value: Option<&[u8]>) -> Result<(), RowError> {
        if level == self.levels.len() {
            self.levels.push(Builder::default());
        }
        if self.levels.get(level).is_some_and(Builder::is_full) {
            let (first, place) = self.close(level)?;
            self.push(level.saturating_add(1), &first, Some(&place.to_bytes()))?;
        }
        match self.levels.get_mut(level) {
            Some(builder) => builder.push(key, value),
            None => Ok(()),
        }
    }

    /// Writes the block of a level: its first key, and where it is.
    fn close(&mut self, level: usize) -> Result<(Vec<u8>, Place), RowError> {
        let block = self.levels.get_mut(level).map(Builder::take);
        let (first, block) = block.ok_or_else(|| damaged(self.id, "has too few levels"))??;
        let place = Place {
            offset: self.end,
            length: u32::try_from(block.len()).map_err(|_| damaged(self.id, "has a row too large"))?,
            check: check(&block),
        };
        self.put(&block)?;
        Ok((first, place))
    }

    /// Writes what is not full: the root, and how many levels are above the rows.
    fn finish_blocks(&mut self) -> Result<(Place, u32), RowError> {
        let mut level = 0_usize;
        loop {
            let (first, place) = self.close(level)?;
            let above = level.saturating_add(1);
            if above == self.levels.len() {
                return Ok((place, u32::try_from(level).unwrap_or(u32::MAX)));
            }
            self.push(above, &first, Some(&place.to_bytes()))?;
            level = above;
        }
    }

    /// Waits until the run is on the disk: only then may a manifest name it.
    fn finish(self) -> Result<(), RowError> {
        let file = self
            .out
            .into_inner()
            .map_err(|error| failed(self.id)(error.into_error()))?;
        file.sync_data().map_err(failed(self.id))?;
        let directory = File::open(&self.directory).and_then(|directory| directory.sync_all());
        directory.map_err(|error| unreadable(&self.directory, &error))
    }
}

/// The rows of a run from a key on, a block of each level in memory at a time.
#[derive(Debug)]
pub(super) struct Cursor {
    run: Arc<Run>,
    from: Vec<u8>,
    /// What is still to be read: of the root, …, of the rows.
    levels: Vec<std::vec::IntoIter<Row>>,
}

impl Cursor {
    pub(super) fn next(&mut self) -> Result<Option<Row>, RowError> {
        loop {
            let is_of_rows = self.levels.len() > size(self.run.row.levels.into());
            let Some(level) = self.levels.last_mut() else {
                return Ok(None);
            };
            match level.next() {
                None => drop(self.levels.pop()),
                Some(row) if is_of_rows => return Ok(Some(row)),
                Some((_, row)) => {
                    let place = self.run.place(&row.unwrap_or_default())?;
                    self.descend(&place)?;
                }
            }
        }
    }

    /// Goes on in a block: with its rows from the wanted key on, or the places of blocks that may have such.
    fn descend(&mut self, place: &Place) -> Result<(), RowError> {
        let block = self.run.read(place)?;
        let rows: Result<Vec<_>, _> = block.rows().map(|row| row.map(owned)).collect();
        let rows = rows?;
        let is_of_rows = self.levels.len() == size(self.run.row.levels.into());
        let before = if is_of_rows {
            rows.partition_point(|(key, _)| *key < self.from)
        } else {
            rows.partition_point(|(key, _)| *key <= self.from)
                .saturating_sub(1)
        };
        let mut rows = rows.into_iter();
        if let Some(last) = before.checked_sub(1) {
            rows.nth(last);
        }
        self.levels.push(rows);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_not_that_of_the_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        // No block is in memory.
        let fresh = || RunFiles::new(directory.path().to_owned());
        let files = fresh();
        let rows = (0..3_000_u32).map(|number| Ok((number.to_be_bytes().to_vec(), Some(vec![7; 9]))));
        let run = Run::write(&files, 5, 0, 3_000, rows).unwrap().unwrap();
        assert!(run.row.levels > 0);
        let key = 77_u32.to_be_bytes();
        assert_eq!(run.last(&key), Ok(Some((key.to_vec(), Some(vec![7; 9])))));
        let changes: [fn(&mut RunRow); 9] = [
            |row| row.words = u64::MAX,
            |row| row.words = 0,
            |row| row.words += 1,
            |row| row.rows = u64::MAX,
            |row| row.levels = u32::MAX,
            |row| row.filter = u64::MAX,
            |row| row.root.length = u32::MAX,
            |row| row.root.offset = u64::MAX,
            |row| row.root.check[0] ^= 1,
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut row = run.row.clone();
            change(&mut row);
            let read = Run::open(&fresh(), row).and_then(|run| run.last(&key));
            assert!(
                matches!(read, Err(RowError::Damaged { .. })),
                "{number}: {read:?}"
            );
        }
        // With more levels or fewer, rows are taken for places, or places for rows.
        for levels in [0, 3] {
            let mut row = run.row.clone();
            row.levels = levels;
            let read = Run::open(&fresh(), row).and_then(|run| run.last(&key));
            assert_ne!(read, run.last(&key), "{levels}");
        }
    }
}
