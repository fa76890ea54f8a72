//! All rows: the newest in memory, the others in runs.
//!
//! ```text
//! m → Manifest        the runs that count, the oldest first
//! ```
//! When enough rows are in memory they become a run of rank 0; eight runs of one rank are merged into one of the next. A row is so
//! written a few times in all, always beside its neighbours, and where it is needed a handful of runs has to be asked.
//! What was only in memory when a process ends too soon is made again from the entries.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prova_core::position::EntryIndex;
use serde::{Deserialize, Serialize};
use sled::Batch;

use super::{
    RowError,
    batch::RowBatch,
    block::Row,
    merge::Merged,
    run::{Run, RunRow, fingerprint},
    wall::Wall,
};
use crate::{codec, schema};

const MANIFEST: &[u8] = b"m";
const SAME_RANK: usize = 8;
/// Bytes of keys and values in memory before they become a run: those of some five thousand entries.
const RECENT_BYTES: usize = 2 << 20;

/// A row that is there.
pub(super) type KeyValue = (Vec<u8>, Vec<u8>);

/// Which runs there are.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    /// The number of the next run.
    next: u32,
    runs: Vec<RunRow>,
}

/// Rows by key.
#[derive(Debug)]
pub(super) struct Table {
    wall: Wall,
    kept: Mutex<Kept>,
    /// Bytes in memory before they become a run.
    room: usize,
}

#[derive(Debug)]
struct Kept {
    /// Above all runs; `None`: the row is gone.
    recent: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Bytes of what was put there.
    bytes: usize,
    /// The oldest first.
    runs: Vec<Arc<Run>>,
    next: u32,
    /// Runs that were merged, while somebody still reads them.
    replaced: Vec<Arc<Run>>,
}

impl Table {
    /// Opens the table in a directory, or makes one.
    pub(super) fn open(directory: &Path) -> Result<Self, RowError> {
        Self::with_room(directory, RECENT_BYTES)
    }

    fn with_room(directory: &Path, room: usize) -> Result<Self, RowError> {
        let wall = Wall::open(directory)?;
        let manifest = match wall.get(MANIFEST)? {
            Some(row) => codec::decode(&row).map_err(RowError::row("manifest"))?,
            None => Manifest::default(),
        };
        let is_named = |id: &u32| manifest.runs.iter().any(|run| run.id == *id);
        for id in Run::all(&wall)?.into_iter().filter(|id| !is_named(id)) {
            // Written or merged by a process that ended too soon.
            Run::remove(&wall, id)?;
        }
        let runs = manifest
            .runs
            .into_iter()
            .map(|row| Ok(Arc::new(Run::open(&wall, row)?)));
        let runs = runs.collect::<Result<_, RowError>>()?;
        Ok(Self {
            kept: Mutex::new(Kept {
                recent: BTreeMap::new(),
                bytes: 0,
                runs,
                next: manifest.next,
                replaced: Vec::new(),
            }),
            wall,
            room,
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic between two changes leaves rows in memory that are in a run too, which does no harm.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowError> {
        let kept = self.kept();
        if let Some(row) = kept.recent.get(key) {
            return Ok(row.clone());
        }
        let runs = kept.runs.clone();
        drop(kept);
        let fingerprint = fingerprint(key);
        for run in runs.iter().rev().filter(|run| run.may_hold(fingerprint)) {
            if let Some((found, value)) = run.last(&self.wall, key)?
                && found == key
            {
                return Ok(value);
            }
        }
        Ok(None)
    }

    /// The rows whose keys begin with a prefix, ascending, as they are now.
    pub(super) fn scan(&self, prefix: &[u8]) -> Result<Scan, RowError> {
        self.merged(prefix).map(Scan)
    }

    fn merged(&self, prefix: &[u8]) -> Result<Merged, RowError> {
        let kept = self.kept();
        let recent = kept.recent.range(prefix.to_owned()..);
        let recent = recent.take_while(|(key, _)| key.starts_with(prefix));
        let recent = recent.map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut runs = kept.runs.clone();
        drop(kept);
        if schema::is_group(prefix) {
            let fingerprint = fingerprint(prefix);
            runs.retain(|run| run.may_hold(fingerprint));
        }
        let runs = runs.iter().map(|run| run.cursor(&self.wall, prefix));
        let runs = runs.collect::<Result<_, RowError>>()?;
        Ok(Merged::new(prefix.to_owned(), recent, runs))
    }

    /// The last row of those whose keys begin with a prefix and are not above `key`. No row with the prefix may ever have been removed.
    pub(super) fn last(&self, prefix: &[u8], key: &[u8]) -> Result<Option<KeyValue>, RowError> {
        let kept = self.kept();
        let recent = kept.recent.range(prefix.to_owned()..=key.to_owned()).next_back();
        let mut last = recent.and_then(|(key, row)| Some((key.clone(), row.clone()?)));
        let runs = kept.runs.clone();
        drop(kept);
        let fingerprint = fingerprint(prefix);
        for run in runs.iter().filter(|run| run.may_hold(fingerprint)) {
            let row = run.last(&self.wall, key)?;
            let row = row.and_then(|(key, row)| Some((key, row?)));
            last = last.max(row.filter(|(key, _)| key.starts_with(prefix)));
        }
        Ok(last)
    }

    /// Writes all rows or none; when they are on the disk is another matter.
    pub(super) fn apply(&self, batch: RowBatch) -> Result<(), RowError> {
        let mut kept = self.kept();
        for (key, value) in batch.rows {
            kept.put(key, value);
        }
        for (prefix, indices) in batch.postings {
            kept.post(&prefix, &indices);
        }
        if kept.bytes >= self.room {
            kept.spill(&self.wall)?;
        }
        Ok(())
    }

    /// Gives every row to the system.
    pub(super) fn flush(&self) -> Result<(), RowError> {
        self.kept().spill(&self.wall)?;
        self.wall.flush()
    }
}

impl Kept {
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let length = value.as_ref().map_or(0, Vec::len).saturating_add(key.len());
        self.bytes = self.bytes.saturating_add(length);
        self.recent.insert(key, value);
    }

    /// Adds entries under a term to its last row here, as long as there is room.
    fn post(&mut self, prefix: &[u8], indices: &[EntryIndex]) {
        let end = schema::posting_key(prefix, EntryIndex::new(u64::MAX));
        let last = self.recent.range(prefix.to_owned()..=end).next_back();
        let last = last.and_then(|(key, row)| Some((key.as_slice(), row.as_deref()?)));
        for (key, row) in schema::post(prefix, last, indices) {
            self.put(key, Some(row));
        }
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self, wall: &Wall) -> Result<(), RowError> {
        self.remove_replaced(wall)?;
        if self.recent.is_empty() {
            return Ok(());
        }
        let rows = self
            .recent
            .iter()
            .map(|(key, value)| Ok((key.clone(), value.clone())));
        let most = u64::try_from(self.recent.len()).unwrap_or(u64::MAX);
        let from = self.runs.len();
        let id = take_next(&mut self.next);
        let run = Run::write(wall, id, 0, most, without_gone(from == 0, rows))?;
        self.replace(wall, from, run)?;
        self.recent.clear();
        self.bytes = 0;
        while let Some((from, rank)) = self.full_rank() {
            let merged = self.runs.iter().skip(from);
            let most = merged.clone().map(|run| run.row.rows).sum();
            let cursors = merged.map(|run| run.cursor(wall, &[]));
            let merged = Merged::new(Vec::new(), Vec::new(), cursors.collect::<Result<_, RowError>>()?);
            let rows = with_postings_joined(without_gone(from == 0, merged));
            let id = take_next(&mut self.next);
            let run = Run::write(wall, id, rank.saturating_add(1), most, rows)?;
            self.replace(wall, from, run)?;
        }
        self.remove_replaced(wall)
    }

    /// Lets a new run take the place of all from one on.
    fn replace(&mut self, wall: &Wall, from: usize, run: Option<Run>) -> Result<(), RowError> {
        let mut runs: Vec<_> = self.runs.iter().take(from).cloned().collect();
        runs.extend(run.map(Arc::new));
        let manifest = Manifest {
            next: self.next,
            runs: runs.iter().map(|run| run.row.clone()).collect(),
        };
        let manifest = codec::encode(&manifest).map_err(RowError::row("manifest"))?;
        let mut batch = Batch::default();
        batch.insert(MANIFEST, manifest);
        wall.write(batch)?;
        let before = std::mem::replace(&mut self.runs, runs);
        self.replaced.extend(before.into_iter().skip(from));
        Ok(())
    }

    /// Where the runs begin that are to be merged, and their rank.
    fn full_rank(&self) -> Option<(usize, u32)> {
        let rank = self.runs.last()?.row.rank;
        let same = self
            .runs
            .iter()
            .rev()
            .take_while(|run| run.row.rank == rank)
            .count();
        (same >= SAME_RANK).then(|| (self.runs.len().saturating_sub(same), rank))
    }

    fn remove_replaced(&mut self, wall: &Wall) -> Result<(), RowError> {
        while let Some(at) = self.replaced.iter().position(|run| Arc::strong_count(run) == 1) {
            Run::remove(wall, self.replaced.swap_remove(at).row.id)?;
        }
        Ok(())
    }
}

/// Rows in order, without those that are gone.
pub(super) struct Scan(Merged);

impl Iterator for Scan {
    type Item = Result<KeyValue, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.0.next()? {
                Ok((_, None)) => {}
                Ok((key, Some(value))) => return Some(Ok((key, value))),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The rows, without those that are gone if no older rows are below them.
fn without_gone(
    is_lowest: bool,
    rows: impl Iterator<Item = Result<Row, RowError>>,
) -> impl Iterator<Item = Result<Row, RowError>> {
    rows.filter(move |row| !is_lowest || !matches!(row, Ok((_, None))))
}

/// The rows, with those of one term together where they fit into one.
fn with_postings_joined(
    mut rows: impl Iterator<Item = Result<Row, RowError>>,
) -> impl Iterator<Item = Result<Row, RowError>> {
    let mut before: Option<Row> = None;
    std::iter::from_fn(move || {
        loop {
            let (key, value) = match rows.next() {
                None => return before.take().map(Ok),
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(row)) => row,
            };
            if let (Some((first, Some(row))), Some(next)) = (&mut before, &value)
                && let Some(joined) = schema::joined((first, row), (&key, next))
            {
                *row = joined;
                continue;
            }
            if let Some(row) = before.replace((key, value)) {
                return Some(Ok(row));
            }
        }
    })
}

/// The number of a run. One that was not written to the end has had its number in vain.
fn take_next(next: &mut u32) -> u32 {
    let id = *next;
    *next = id.saturating_add(1);
    id
}

#[cfg(test)]
mod tests;
