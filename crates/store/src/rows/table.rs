//! All rows: the newest in memory, the others in runs; and a few heads.
//!
//! ```text
//! store/db, …     sled: the manifest, under «m», and the heads
//! store/runs/…    the runs
//! Manifest        the runs that count, the oldest first
//! head            a row whose key is one byte: of each there is one, which changes with every batch
//! ```
//! When enough rows are in memory they become a run of rank 0; eight runs of one rank are merged into one of the next, while work goes
//! on. A row is so written a few times in all, always beside its neighbours, and where it is needed a handful of runs has to be asked.
//! A manifest is written together with the heads that belong to its runs, when these are on the disk; what it does not name any more is
//! removed afterwards. What was only in memory when a process ends too soon is made again from the entries.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver, Sender, TryRecvError},
    },
    thread::{self, JoinHandle},
};

use prova_core::position::EntryIndex;
use serde::{Deserialize, Serialize};

use super::{
    RowError,
    batch::RowBatch,
    block::Row,
    merge::Merged,
    run::{Run, RunFiles, RunRow, fingerprint},
    wall::Wall,
};
use crate::{cache::Cache, codec, schema};

const MANIFEST: &[u8] = b"m";
const SAME_RANK: usize = 8;
/// With more runs than this, work waits for the merge.
const MAX_RUNS: usize = 64;
/// Bytes of keys and values in memory before they become a run: those of some five thousand entries.
const RECENT_BYTES: usize = 2 << 20;

/// Bytes of rows of runs that were asked for, in the younger half of those kept in memory.
const CACHED_BYTES: usize = 2 << 20;

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
    kept: Mutex<Kept>,
    /// Bytes in memory before they become a run.
    room: usize,
}

#[derive(Debug)]
struct Kept {
    wall: Wall,
    files: RunFiles,
    /// Above all runs; `None`: the row is gone.
    recent: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Bytes of what was put there.
    bytes: usize,
    /// The oldest first.
    runs: Vec<Arc<Run>>,
    next: u32,
    /// Rows of runs that were asked for not long ago; `None`: there is none.
    asked: Cache<Vec<u8>, Option<Vec<u8>>>,
    merger: Option<Merger>,
    /// The runs that are being merged.
    merging: Option<Vec<u32>>,
    /// Whether what a process left that ended too soon was removed.
    is_swept: bool,
}

/// A thread that merges runs. There is one, as memory that threads allocate and leave to each other is not given back.
#[derive(Debug)]
struct Merger {
    jobs: Sender<Job>,
    merged: Receiver<Result<Option<Run>, RowError>>,
    thread: JoinHandle<()>,
}

/// Runs that become one, the oldest first.
#[derive(Debug)]
struct Job {
    /// The number of the new one.
    id: u32,
    runs: Vec<Arc<Run>>,
    /// Whether no older rows are below them.
    is_lowest: bool,
}

impl Drop for Table {
    fn drop(&mut self) {
        // What cannot be flushed is made again from the tiles.
        let _ = self.flush();
        if let Some(Merger { jobs, thread, .. }) = self.kept().merger.take() {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

impl Table {
    /// Opens the table in a directory, or makes one.
    pub(super) fn open(directory: &Path) -> Result<Self, RowError> {
        Self::with_room(directory, RECENT_BYTES)
    }

    fn with_room(directory: &Path, room: usize) -> Result<Self, RowError> {
        let wall = Wall::open(directory)?;
        let files = RunFiles::new(directory.join("runs"));
        let manifest = match wall.get(MANIFEST)? {
            Some(row) => codec::decode(&row).map_err(RowError::row("manifest"))?,
            None => Manifest::default(),
        };
        let runs = manifest
            .runs
            .into_iter()
            .map(|row| Ok(Arc::new(Run::open(&files, row)?)));
        let runs = runs.collect::<Result<_, RowError>>()?;
        Ok(Self {
            kept: Mutex::new(Kept {
                wall,
                files,
                recent: BTreeMap::new(),
                bytes: 0,
                runs,
                next: manifest.next,
                asked: Cache::new(CACHED_BYTES),
                merger: None,
                merging: None,
                is_swept: false,
            }),
            room,
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic between two changes leaves rows in memory that are in a run too, which does no harm.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowError> {
        let mut kept = self.kept();
        if let Some(row) = kept.recent.get(key) {
            return Ok(row.clone());
        }
        if schema::is_head(key) {
            return Ok(kept.wall.get(key)?.map(|row| row.to_vec()));
        }
        if let Some(row) = kept.asked.get(key) {
            return Ok(row.clone());
        }
        let fingerprint = fingerprint(key);
        let mut value = None;
        for run in kept.runs.iter().rev() {
            if run.may_hold(fingerprint)?
                && let Some((_, found)) = run.last(key)?.filter(|(found, _)| found == key)
            {
                value = found;
                break;
            }
        }
        let weight = key.len().saturating_add(value.as_ref().map_or(0, Vec::len));
        kept.asked.insert(key.to_owned(), value.clone(), weight, false);
        Ok(value)
    }

    /// The rows whose keys begin with a prefix, ascending, as they are now; heads are not among them.
    pub(super) fn scan(&self, prefix: &[u8]) -> Result<Scan, RowError> {
        self.merged(prefix).map(Scan)
    }

    fn merged(&self, prefix: &[u8]) -> Result<Merged, RowError> {
        let kept = self.kept();
        let recent = kept.recent.range(prefix.to_owned()..);
        let recent = recent.take_while(|(key, _)| key.starts_with(prefix));
        let recent = recent.filter(|(key, _)| !schema::is_head(key));
        let recent = recent.map(|(key, value)| (key.clone(), value.clone())).collect();
        let runs = kept.runs.clone();
        drop(kept);
        let fingerprint = schema::is_group(prefix).then(|| fingerprint(prefix));
        let mut cursors = Vec::with_capacity(runs.len());
        for run in &runs {
            if fingerprint.map_or(Ok(true), |fingerprint| run.may_hold(fingerprint))? {
                cursors.push(run.cursor(prefix)?);
            }
        }
        Ok(Merged::new(prefix.to_owned(), recent, cursors))
    }

    /// The last row of those whose keys begin with a prefix and are not above `key`, of a prefix whose rows were written in order of their
    /// keys and never removed.
    pub(super) fn last(&self, prefix: &[u8], key: &[u8]) -> Result<Option<KeyValue>, RowError> {
        let kept = self.kept();
        let recent = kept.recent.range(prefix.to_owned()..=key.to_owned()).next_back();
        if let Some((key, Some(row))) = recent {
            return Ok(Some((key.clone(), row.clone())));
        }
        let runs = kept.runs.clone();
        drop(kept);
        let fingerprint = fingerprint(prefix);
        // What is in a newer run has a larger key.
        for run in runs.iter().rev() {
            if run.may_hold(fingerprint)?
                && let Some((key, Some(row))) = run.last(key)?
                && key.starts_with(prefix)
            {
                return Ok(Some((key, row)));
            }
        }
        Ok(None)
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
            kept.spill()?;
        }
        Ok(())
    }

    /// Waits until every row is on the disk, and merges what is to be merged.
    pub(super) fn flush(&self) -> Result<(), RowError> {
        let mut kept = self.kept();
        kept.spill()?;
        while kept.merging.is_some() {
            kept.take_merged(true)?;
            kept.start_merging()?;
        }
        Ok(())
    }
}

impl Kept {
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let length = value.as_ref().map_or(0, Vec::len).saturating_add(key.len());
        self.bytes = self.bytes.saturating_add(length);
        self.asked.forget(&key);
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
    fn spill(&mut self) -> Result<(), RowError> {
        self.take_merged(self.runs.len() >= MAX_RUNS)?;
        if self.recent.is_empty() {
            return Ok(());
        }
        let id = self.take_next()?;
        let copy = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| (key.clone(), value.clone());
        let rows = self.recent.iter().filter(|(key, _)| !schema::is_head(key));
        let rows = without_gone(self.runs.is_empty(), rows.map(|row| Ok(copy(row))));
        let most = u64::try_from(self.recent.len()).unwrap_or(u64::MAX);
        let run = Run::write(&self.files, id, 0, most, rows)?;
        let heads = self.recent.iter().filter(|(key, _)| schema::is_head(key));
        let heads = heads.map(copy).collect();
        self.replace(&[], run, heads)?;
        self.recent.clear();
        self.bytes = 0;
        self.start_merging()
    }

    /// The number of the next run. One that is not written to the end has had its number in vain.
    ///
    /// Before the first, the runs are removed that were written or merged by a process that ended too soon.
    fn take_next(&mut self) -> Result<u32, RowError> {
        if !self.is_swept {
            let is_named = |id: &u32| self.runs.iter().any(|run| run.row.id == *id);
            for id in self.files.all()?.into_iter().filter(|id| !is_named(id)) {
                self.files.remove(id)?;
            }
            self.is_swept = true;
        }
        let id = self.next;
        self.next = id.saturating_add(1);
        Ok(id)
    }

    /// Lets a run take the place of others, or come after all, and writes the heads that belong to it.
    fn replace(&mut self, others: &[u32], run: Option<Run>, heads: Vec<Row>) -> Result<(), RowError> {
        let is_other = |run: &Arc<Run>| others.contains(&run.row.id);
        let at = self.runs.iter().position(is_other).unwrap_or(self.runs.len());
        let mut runs: Vec<_> = self.runs.iter().take(at).cloned().collect();
        runs.extend(run.map(Arc::new));
        let later = self.runs.iter().skip(at);
        runs.extend(later.filter(|run| !is_other(run)).cloned());
        let manifest = Manifest {
            next: self.next,
            runs: runs.iter().map(|run| run.row.clone()).collect(),
        };
        let manifest = codec::encode(&manifest).map_err(RowError::row("manifest"))?;
        let mut values = heads;
        values.push((MANIFEST.to_owned(), Some(manifest)));
        self.wall.apply(values)?;
        self.runs = runs;
        for id in others {
            // One that cannot be removed does no harm: the next process that writes tries again.
            let _ = self.files.remove(*id);
        }
        Ok(())
    }

    /// The oldest runs of the lowest rank of which there are enough.
    fn to_merge(&self) -> Option<&[Arc<Run>]> {
        let same = self.runs.chunk_by(|a, b| a.row.rank == b.row.rank);
        let mut full = same.rev().filter_map(|same| same.get(..SAME_RANK));
        full.next()
    }

    /// Begins to merge, if there is something to be merged and nothing is.
    fn start_merging(&mut self) -> Result<(), RowError> {
        if self.merging.is_some() {
            return Ok(());
        }
        let Some(runs) = self.to_merge().map(<[_]>::to_vec) else {
            return Ok(());
        };
        let id_of = |runs: &[Arc<Run>]| runs.first().map(|run| run.row.id);
        let ids = runs.iter().map(|run| run.row.id).collect();
        let job = Job {
            id: self.take_next()?,
            is_lowest: id_of(&self.runs) == id_of(&runs),
            runs,
        };
        let files = &self.files;
        let merger = self.merger.get_or_insert_with(|| Merger::new(files.clone()));
        // If the thread is no more, that shows when its work is waited for.
        let _ = merger.jobs.send(job);
        self.merging = Some(ids);
        Ok(())
    }

    /// Takes what was merged, if it is; or waits for it.
    fn take_merged(&mut self, wait: bool) -> Result<(), RowError> {
        let (Some(merger), Some(runs)) = (&self.merger, &self.merging) else {
            return Ok(());
        };
        let done = match merger.merged.try_recv() {
            Err(TryRecvError::Empty) if !wait => return Ok(()),
            Err(TryRecvError::Empty) => merger.merged.recv().ok(),
            other => other.ok(),
        };
        let runs = runs.clone();
        self.merging = None;
        let Some(run) = done else {
            self.merger = None;
            return Err(RowError::Damaged {
                reason: "merging its runs ended too soon".to_owned(),
            });
        };
        self.replace(&runs, run?, Vec::new())
    }
}

impl Merger {
    fn new(files: RunFiles) -> Self {
        let (jobs, wanted) = mpsc::channel::<Job>();
        let (done, merged) = mpsc::channel();
        let thread = thread::spawn(move || {
            // Until the table is closed.
            while let Ok(job) = wanted.recv()
                && done.send(job.run(&files)).is_ok()
            {}
        });
        Self { jobs, merged, thread }
    }
}

impl Job {
    fn run(self, files: &RunFiles) -> Result<Option<Run>, RowError> {
        let most = self.runs.iter().map(|run| run.row.rows).sum();
        let rank = self
            .runs
            .iter()
            .map(|run| run.row.rank)
            .max()
            .unwrap_or(0)
            .saturating_add(1);
        let cursors = self.runs.iter().map(|run| run.cursor(&[]));
        let merged = Merged::new(Vec::new(), Vec::new(), cursors.collect::<Result<_, RowError>>()?);
        let rows = with_postings_joined(without_gone(self.is_lowest, merged));
        Run::write(files, self.id, rank, most, rows)
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

#[cfg(test)]
mod tests;
