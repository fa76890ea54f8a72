//! Places under terms that wait for a seal to fold them into the index: in memory while they are few, beyond that in sorted runs, so
//! that a bucket of the index is changed once however many entries come to it.
//!
//! ```text
//! run    = record, record, …                        by key, then by index
//! record = key (32) || index u64 || leaf hash (32)                big-endian, 72 bytes
//! ```

use std::{
    fs::File,
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
};

use prova_core::{
    hash::LeafHash,
    index::{Index, Posting, TermKey},
    position::EntryIndex,
};

use super::{
    buckets::Buckets,
    log::{failed, temporary},
    merged::Merged,
};
use crate::rows::RowError;

const RECORD_BYTES: usize = 72;
/// Records of a run that are read at a time.
const READ_AT_ONCE: u64 = 512;
/// Runs that are merged at a time: some 2 MiB of them are in memory.
const MERGED_AT_ONCE: usize = 64;

/// Places under terms, in the order of their entries.
#[derive(Debug)]
pub(super) struct Unfolded {
    /// How many are in memory before they become a run.
    limit: usize,
    waiting: Vec<Posting>,
    file: Option<File>,
    /// Where each run begins and ends in the file, in records.
    runs: Vec<(u64, u64)>,
}

impl Unfolded {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            waiting: Vec::new(),
            file: None,
            runs: Vec::new(),
        }
    }

    pub(super) fn push(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        terms: &[TermKey],
    ) -> Result<(), RowError> {
        let postings = terms.iter().map(|key| Posting {
            key: *key,
            index,
            leaf,
        });
        self.waiting.extend(postings);
        if self.waiting.len() >= self.limit {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), RowError> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(temporary()?),
        };
        let start = self.runs.last().map_or(0, |(_, end)| *end);
        self.waiting.sort_unstable_by_key(Posting::order);
        let end = write_run(file, start, &self.waiting).map_err(failed)?;
        self.waiting.clear();
        self.runs.push((start, end));
        Ok(())
    }

    /// Folds all of them.
    pub(super) fn fold_into(&mut self, index: &mut Index, buckets: &mut Buckets) -> Result<(), RowError> {
        if let Some(file) = &self.file {
            for runs in self.runs.chunks(MERGED_AT_ONCE) {
                let runs = runs.iter().map(|(start, end)| Reading::new(file, *start, *end));
                let merged = Merged::new(runs.collect(), Posting::order);
                index.fold_sorted(buckets, merged.map(|posting| posting.map_err(failed)))?;
            }
        }
        self.runs.clear();
        self.waiting.sort_unstable_by_key(Posting::order);
        index.fold_sorted(buckets, self.waiting.drain(..).map(Ok))?;
        Ok(())
    }
}

/// Writes a run from a record on; the record after its last.
fn write_run(file: &mut File, start: u64, run: &[Posting]) -> io::Result<u64> {
    file.seek(SeekFrom::Start(place(start)))?;
    let mut writer = BufWriter::with_capacity(1 << 16, file);
    let mut end = start;
    for Posting { key, index, leaf } in run {
        writer.write_all(key.as_bytes())?;
        writer.write_all(&index.get().to_be_bytes())?;
        writer.write_all(leaf.as_bytes())?;
        end = end.saturating_add(1);
    }
    writer.flush()?;
    Ok(end)
}

fn place(record: u64) -> u64 {
    record.saturating_mul(u64::try_from(RECORD_BYTES).unwrap_or(u64::MAX))
}

/// A run as it is read.
struct Reading<'a> {
    file: &'a File,
    /// The next record that is not in memory, and where the run ends.
    start: u64,
    end: u64,
    records: std::vec::IntoIter<Posting>,
}

impl<'a> Reading<'a> {
    fn new(file: &'a File, start: u64, end: u64) -> Self {
        Self {
            file,
            start,
            end,
            records: Vec::new().into_iter(),
        }
    }

    /// Reads the next records, if none is in memory.
    fn refill(&mut self) -> io::Result<()> {
        let count = self.end.saturating_sub(self.start).min(READ_AT_ONCE);
        if self.records.len() > 0 || count == 0 {
            return Ok(());
        }
        let mut bytes = vec![0; usize::try_from(place(count)).unwrap_or_default()];
        self.file.seek(SeekFrom::Start(place(self.start)))?;
        self.file.read_exact(&mut bytes)?;
        let (records, _) = bytes.as_chunks::<RECORD_BYTES>();
        let records: Option<Vec<_>> = records.iter().map(decode).collect();
        self.records = records.unwrap_or_default().into_iter();
        self.start = self.start.saturating_add(count);
        Ok(())
    }
}

impl Iterator for Reading<'_> {
    type Item = io::Result<Posting>;

    fn next(&mut self) -> Option<io::Result<Posting>> {
        match self.refill() {
            Ok(()) => self.records.next().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

fn decode(record: &[u8; RECORD_BYTES]) -> Option<Posting> {
    let (key, rest) = record.split_first_chunk::<32>()?;
    let (index, leaf) = rest.split_first_chunk::<8>()?;
    Some(Posting {
        key: TermKey::from_bytes(*key),
        index: EntryIndex::new(u64::from_be_bytes(*index)),
        leaf: LeafHash::from_bytes(*leaf.first_chunk()?),
    })
}
