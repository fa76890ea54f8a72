//! Pairs of a fingerprint and a number: many are written, few are looked up.
//!
//! ```text
//! run    = record, record, …                        ascending; written once, read a block at a time
//! record = fingerprint u128 || number u64           big-endian, 24 bytes
//! block  = 128 records; the first fingerprint of each is in memory, and a filter that most absent fingerprints do not pass
//! ```
//! Eight runs of one rank are merged into one of the next, so that there are few at any time.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _},
};

use super::{
    log::{failed, temporary},
    merged::Merged,
};
use crate::{filter::Filter, rows::RowError};

const RECORD_BYTES: usize = 24;
const BLOCK_RECORDS: usize = 128;
const SAME_RANK: usize = 8;

/// Pairs, the newest in memory.
#[derive(Debug, Default)]
pub(super) struct Runs {
    waiting: Vec<(u128, u64)>,
    /// Whether those in memory are in order.
    sorted: bool,
    /// Falling ranks.
    written: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    rank: u32,
    file: File,
    records: u64,
    /// The first fingerprint of each block.
    firsts: Vec<u128>,
    filter: Filter,
}

impl Runs {
    pub(super) fn push(&mut self, key: u128, number: u64) {
        self.waiting.push((key, number));
        self.sorted = false;
    }

    /// How many pairs are in memory.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The numbers of a fingerprint, ascending.
    pub(super) fn find(&mut self, key: u128) -> Result<Vec<u64>, RowError> {
        self.sort();
        let from = self.waiting.partition_point(|(other, _)| *other < key);
        let waiting = self
            .waiting
            .iter()
            .skip(from)
            .take_while(|(other, _)| *other == key);
        let mut found: Vec<_> = waiting.map(|(_, number)| *number).collect();
        for run in &mut self.written {
            run.find(key, &mut found).map_err(failed)?;
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Writes what is in memory to a run of its own.
    pub(super) fn spill(&mut self) -> Result<(), RowError> {
        self.sort();
        let pairs = self.waiting.drain(..).map(Ok);
        let count = pairs.len();
        self.written.push(Run::write(0, count, pairs)?);
        while let Some(rank) = self.full_rank() {
            let from = self.written.len().saturating_sub(SAME_RANK);
            let mut merged = self.written.split_off(from);
            let run = merge(rank.saturating_add(1), &mut merged)?;
            self.written.push(run);
        }
        Ok(())
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.waiting.sort_unstable();
            self.sorted = true;
        }
    }

    /// The rank of the newest runs, if there are so many of it that they are to be merged.
    fn full_rank(&self) -> Option<u32> {
        let rank = self.written.last()?.rank;
        let same = self
            .written
            .iter()
            .rev()
            .take_while(|run| run.rank == rank)
            .count();
        (same >= SAME_RANK).then_some(rank)
    }
}

fn merge(rank: u32, runs: &mut [Run]) -> Result<Run, RowError> {
    let count = runs.iter().map(|run| run.records).sum::<u64>();
    let mut readers = Vec::with_capacity(runs.len());
    for run in runs {
        run.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut reader = BufReader::with_capacity(1 << 16, &run.file);
        readers.push(std::iter::from_fn(move || read_record(&mut reader).transpose()));
    }
    let pairs = Merged::new(readers, |pair| *pair);
    Run::write(rank, usize::try_from(count).unwrap_or(usize::MAX), pairs)
}

impl Run {
    fn write(
        rank: u32,
        count: usize,
        pairs: impl Iterator<Item = io::Result<(u128, u64)>>,
    ) -> Result<Self, RowError> {
        let mut run = Self {
            rank,
            file: temporary()?,
            records: 0,
            firsts: Vec::with_capacity(count.div_ceil(BLOCK_RECORDS)),
            filter: Filter::new(count),
        };
        let mut writer = BufWriter::with_capacity(1 << 16, &run.file);
        for (position, pair) in pairs.enumerate() {
            let (key, number) = pair.map_err(failed)?;
            if position.is_multiple_of(BLOCK_RECORDS) {
                run.firsts.push(key);
            }
            run.filter.add(key);
            run.records = run.records.saturating_add(1);
            writer
                .write_all(&key.to_be_bytes())
                .and_then(|()| writer.write_all(&number.to_be_bytes()))
                .map_err(failed)?;
        }
        writer.flush().map_err(failed)?;
        drop(writer);
        Ok(run)
    }

    /// Adds the numbers of a fingerprint.
    fn find(&mut self, key: u128, found: &mut Vec<u64>) -> io::Result<()> {
        if !self.filter.may_hold(key) {
            return Ok(());
        }
        // The block before the first that begins with the key or a larger one may end with it.
        let block = self
            .firsts
            .partition_point(|first| *first < key)
            .saturating_sub(1);
        let start = block.saturating_mul(BLOCK_RECORDS.saturating_mul(RECORD_BYTES));
        self.file
            .seek(SeekFrom::Start(u64::try_from(start).unwrap_or(u64::MAX)))?;
        let mut reader = BufReader::with_capacity(BLOCK_RECORDS.saturating_mul(RECORD_BYTES), &self.file);
        while let Some((other, number)) = read_record(&mut reader)? {
            if other == key {
                found.push(number);
            } else if other > key {
                break;
            }
        }
        Ok(())
    }
}

fn read_record(from: &mut impl Read) -> io::Result<Option<(u128, u64)>> {
    let mut record = [0; RECORD_BYTES];
    match from.read_exact(&mut record) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let key = record.first_chunk().map(|key| u128::from_be_bytes(*key));
    let number = record.last_chunk().map(|number| u64::from_be_bytes(*number));
    Ok(key.zip(number))
}
