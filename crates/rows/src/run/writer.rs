//! Writing a run.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{BlockAddress, Check, PIECE_WORDS, RunDescription, check, check_piece, damaged, failed, size};
use crate::{
    EngineError,
    block::{Builder, RunKind},
    disk::Disk,
    filter::Filter,
};

const BUFFER_BYTES: usize = 1 << 16;

/// A run while it is written.
pub(crate) struct RunWriter {
    kind: RunKind,
    id: u32,
    out: BufWriter<Box<dyn Write + Send>>,
    end: u64,
    rows: u64,
    /// The blocks that are not full yet: that of the rows, then those above it.
    levels: Vec<Builder>,
    filter: Filter,
}

/// The end of a file on a disk.
struct Appender {
    disk: Arc<dyn Disk>,
    path: PathBuf,
}

impl Write for Appender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.append(&self.path, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl RunWriter {
    /// A run of `most` rows at most, in a file on a disk.
    pub(super) fn create(disk: &Arc<dyn Disk>, path: &Path, id: u32, most: u64) -> Result<Self, EngineError> {
        disk.write(path, &[]).map_err(failed(id))?;
        let out = Appender {
            disk: Arc::clone(disk),
            path: path.to_owned(),
        };
        Ok(Self::new(RunKind::Durable, id, most, Box::new(out)))
    }

    /// A run of `most` rows at most, in a file without a name.
    pub(crate) fn temporary(file: &Arc<File>, id: u32, most: u64) -> Self {
        Self::new(RunKind::Temporary, id, most, Box::new(Arc::clone(file)))
    }

    fn new(kind: RunKind, id: u32, most: u64, out: Box<dyn Write + Send>) -> Self {
        Self {
            kind,
            id,
            out: BufWriter::with_capacity(BUFFER_BYTES, out),
            end: 0,
            rows: 0,
            levels: Vec::new(),
            filter: Filter::new(size(most)),
        }
    }

    /// Adds the row with the next key. It will be found by its fingerprint.
    pub(crate) fn push(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        fingerprint: u128,
    ) -> Result<(), EngineError> {
        self.filter.add(fingerprint);
        self.rows = self.rows.saturating_add(1);
        self.push_at(0, key, value)
    }

    /// Writes what is left; what a manifest may say of the run, or nothing if it has no rows.
    pub(crate) fn finish(mut self, rank: u32) -> Result<Option<RunDescription>, EngineError> {
        if self.rows == 0 {
            return Ok(None);
        }
        let (root, levels) = self.finish_blocks()?;
        let filter = std::mem::take(&mut self.filter);
        let description = RunDescription {
            id: self.id,
            rank,
            rows: self.rows,
            root,
            levels,
            filter: self.end,
            words: u64::try_from(filter.words().len()).unwrap_or(u64::MAX),
        };
        for (number, words) in filter.words().chunks(PIECE_WORDS).enumerate() {
            let piece: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            self.put(&piece)?;
            let check = self.check(|| check_piece(root.check, number, &piece));
            self.put(&check)?;
        }
        self.out.flush().map_err(failed(self.id))?;
        Ok(Some(description))
    }

    fn check(&self, of: impl FnOnce() -> Check) -> Check {
        match self.kind {
            RunKind::Durable => of(),
            RunKind::Temporary => Check::default(),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.out.write_all(bytes).map_err(failed(self.id))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.end = self.end.saturating_add(length);
        Ok(())
    }

    /// Adds the next row of a level.
    fn push_at(&mut self, level: usize, key: &[u8], value: Option<&[u8]>) -> Result<(), EngineError> {
        if level == self.levels.len() {
            self.levels.push(Builder::default());
        }
        if self.levels.get(level).is_some_and(Builder::is_full) {
            let (first, address) = self.close(level)?;
            self.push_at(level.saturating_add(1), &first, Some(&address.encode()))?;
        }
        match self.levels.get_mut(level) {
            Some(builder) => builder.push(key, value),
            None => Ok(()),
        }
    }

    /// Writes the block of a level: its first key, and where it is.
    fn close(&mut self, level: usize) -> Result<(Vec<u8>, BlockAddress), EngineError> {
        let kind = self.kind;
        let block = self.levels.get_mut(level).map(|builder| builder.take(kind));
        let (first, block) = block.ok_or_else(|| damaged(self.id, "has too few levels"))??;
        let address = BlockAddress {
            offset: self.end,
            length: u32::try_from(block.len()).map_err(|_| damaged(self.id, "has a row too large"))?,
            check: self.check(|| check(&block)),
        };
        self.put(&block)?;
        Ok((first, address))
    }

    /// Writes what is not full: the root, and how many levels are above the rows.
    fn finish_blocks(&mut self) -> Result<(BlockAddress, u32), EngineError> {
        let mut level = 0_usize;
        loop {
            let (first, address) = self.close(level)?;
            let above = level.saturating_add(1);
            if above == self.levels.len() {
                return Ok((address, u32::try_from(level).unwrap_or(u32::MAX)));
            }
            self.push_at(above, &first, Some(&address.encode()))?;
            level = above;
        }
    }
}
