//! Entries that wait for a seal to fold them into the index: in memory while they are few.
//!
//! ```text
//! record = index u64 || leaf hash (32) || number of keys u32 || key (32) …        big-endian
//! ```

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _},
};

use prova_core::{
    hash::LeafHash,
    index::{Index, TermKey},
    position::EntryIndex,
};

use super::{
    buckets::Buckets,
    log::{failed, temporary},
};
use crate::rows::RowError;

/// Bytes in memory before they go to a file.
const KEPT_BYTES: usize = 8 << 20;

/// Entries in their order, with the keys of their terms.
#[derive(Debug, Default)]
pub(super) struct Unfolded {
    waiting: Vec<u8>,
    file: Option<File>,
    written: u64,
}

impl Unfolded {
    pub(super) fn push(
        &mut self,
        index: EntryIndex,
        leaf: &LeafHash,
        terms: &[TermKey],
    ) -> Result<(), RowError> {
        let count = u32::try_from(terms.len()).map_err(|error| failed(io::Error::other(error)))?;
        self.waiting.extend_from_slice(&index.get().to_be_bytes());
        self.waiting.extend_from_slice(leaf.as_bytes());
        self.waiting.extend_from_slice(&count.to_be_bytes());
        for term in terms {
            self.waiting.extend_from_slice(term.as_bytes());
        }
        if self.waiting.len() < KEPT_BYTES {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(temporary()?),
        };
        file.seek(SeekFrom::Start(self.written))
            .and_then(|_| file.write_all(&self.waiting))
            .map_err(failed)?;
        let length = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        self.written = self.written.saturating_add(length);
        self.waiting.clear();
        Ok(())
    }

    /// Folds all of them, `at_once` places under terms at a time. None waits any more.
    pub(super) fn fold_into(
        &mut self,
        index: &mut Index,
        buckets: &mut Buckets,
        at_once: usize,
    ) -> Result<(), RowError> {
        let waiting = std::mem::take(&mut self.waiting);
        let written = std::mem::take(&mut self.written);
        let mut all: Box<dyn Read> = match &mut self.file {
            Some(file) if written > 0 => {
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                Box::new(
                    BufReader::with_capacity(1 << 16, file)
                        .take(written)
                        .chain(waiting.as_slice()),
                )
            }
            _ => Box::new(waiting.as_slice()),
        };
        while let Some((position, leaf, keys)) = read(&mut all).map_err(failed)? {
            index.record_keys(position, leaf, keys);
            if index.waiting() >= at_once {
                index.fold(buckets)?;
            }
        }
        index.fold(buckets)?;
        Ok(())
    }
}

fn read(from: &mut impl Read) -> io::Result<Option<(EntryIndex, LeafHash, Vec<TermKey>)>> {
    let mut index = [0; 8];
    match from.read_exact(&mut index) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut leaf = [0; 32];
    from.read_exact(&mut leaf)?;
    let mut count = [0; 4];
    from.read_exact(&mut count)?;
    let mut keys = Vec::new();
    for _ in 0..u32::from_be_bytes(count) {
        let mut key = [0; 32];
        from.read_exact(&mut key)?;
        keys.push(TermKey::from_bytes(key));
    }
    let index = EntryIndex::new(u64::from_be_bytes(index));
    Ok(Some((index, LeafHash::from_bytes(leaf), keys)))
}
