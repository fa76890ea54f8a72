//! All rows: the newest in memory, the others in runs; and the heads.
//!
//! When enough rows are in memory they become a run of rank 0; eight runs of one rank are merged into one of the next, while work goes
//! on. A row is so written a few times in all, always beside its neighbours, and where it is needed a handful of runs has to be asked.
//! A manifest is written together with the heads that belong to its runs, when these are on the disk; what it does not name any more is
//! removed afterwards.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prova_core::hash::Digest;

use crate::{
    Engine, EngineError, Grouping, KeyValue, RowChange, Scan, WriteBatch,
    batch::Row,
    cache::Cache,
    disk::Disk,
    engine::{group, is_group, is_head},
    manifest::{RunManifest, SledManifest, file_in},
    merge::{Cursor, MemoryCursor, Merge},
    merger::{MergeJob, MergeProgress, Merger, Wait},
    run::{Run, RunFiles},
};

const SAME_RANK: usize = 8;
/// With more runs than this, work waits for the merge.
const MAX_RUNS: usize = 64;
/// Bytes of keys and values in memory before they become a run: those of some five thousand entries of a ledger.
const RECENT_BYTES: usize = 2 << 20;

/// Bytes of rows of runs that were asked for, in the younger half of those kept in memory.
const CACHED_BYTES: usize = 2 << 20;

/// An engine of sorted runs in a directory.
#[derive(Debug)]
pub struct SortedRuns {
    grouping: &'static dyn Grouping,
    table: Mutex<Table>,
    /// Bytes in memory before they become a run.
    room: usize,
}

#[derive(Debug)]
struct Table {
    grouping: &'static dyn Grouping,
    manifest: SledManifest,
    files: RunFiles,
    /// Above all runs; `None`: the row is gone.
    recent: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Those that are not in the manifest as they are.
    heads: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Bytes of what was put in memory.
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
    /// Why nobody knows which manifest is on the disk. From then on none is written: it might leave out a run that heads rest on.
    unknown: Option<EngineError>,
}

/// What a filter knows a key by: the rows that are looked for together have it in common.
pub(crate) fn fingerprint(grouping: &dyn Grouping, key: &[u8]) -> u128 {
    let digest = Digest::of(group(grouping, key));
    let bytes = digest.as_bytes().first_chunk();
    bytes.map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

fn value_length(value: Option<&Vec<u8>>) -> usize {
    value.map_or(0, Vec::len)
}

impl Drop for SortedRuns {
    fn drop(&mut self) {
        // Whoever needed the rows on the disk has waited for them.
        let _ = self.flush();
        if let Some(merger) = self.table().merger.take() {
            merger.close();
        }
    }
}

impl SortedRuns {
    /// Whether a directory has what an engine of sorted runs keeps.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        file_in(directory).is_file()
    }

    /// Opens the rows in a directory, or makes a directory of none. One process at a time may have it open.
    ///
    /// # Errors
    /// Files that cannot be read, are damaged, or were written by another version.
    pub fn open(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        grouping: &'static dyn Grouping,
    ) -> Result<Self, EngineError> {
        Self::with_room(disk, directory, grouping, RECENT_BYTES)
    }

    /// The same, with so many bytes of rows in memory before they become a run.
    ///
    /// # Errors
    /// As those of [`SortedRuns::open`].
    pub fn with_room(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        grouping: &'static dyn Grouping,
        room: usize,
    ) -> Result<Self, EngineError> {
        let manifest = SledManifest::open(Arc::clone(disk), directory)?;
        let files = RunFiles::new(Arc::clone(disk), directory.join("runs"));
        let RunManifest { next, runs } = manifest.manifest()?;
        let runs = runs.into_iter().map(|run| files.open(run).map(Arc::new));
        let table = Table {
            grouping,
            runs: runs.collect::<Result<_, _>>()?,
            manifest,
            files,
            recent: BTreeMap::new(),
            heads: BTreeMap::new(),
            bytes: 0,
            next,
            asked: Cache::new(CACHED_BYTES),
            merger: None,
            merging: None,
            is_swept: false,
            unknown: None,
        };
        Ok(Self {
            grouping,
            table: Mutex::new(table),
            room,
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic between two changes leaves rows in memory that are in a run too, which does no harm.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn merged(&self, prefix: &[u8]) -> Result<Merge<Box<dyn Cursor + Send>>, EngineError> {
        let table = self.table();
        let recent = table.recent.range(prefix.to_owned()..);
        let recent = recent.take_while(|(key, _)| key.starts_with(prefix));
        let recent: Vec<_> = recent.map(|(key, value)| (key.clone(), value.clone())).collect();
        let runs = table.runs.clone();
        drop(table);
        let mut sources: Vec<Box<dyn Cursor + Send>> = vec![Box::new(MemoryCursor::new(recent.into_iter()))];
        let fingerprint = is_group(self.grouping, prefix).then(|| fingerprint(self.grouping, prefix));
        for run in runs.iter().rev() {
            if fingerprint.map_or(Ok(true), |fingerprint| run.may_hold(fingerprint))? {
                sources.push(Box::new(run.cursor(prefix)?));
            }
        }
        Ok(Merge::new(sources))
    }
}

impl Engine for SortedRuns {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let mut table = self.table();
        if is_head(key) {
            return match table.heads.get(key) {
                Some(value) => Ok(value.clone()),
                None => table.manifest.head(key),
            };
        }
        if let Some(value) = table.recent.get(key) {
            return Ok(value.clone());
        }
        if let Some(value) = table.asked.get(key) {
            return Ok(value.clone());
        }
        let fingerprint = fingerprint(self.grouping, key);
        let mut value = None;
        for run in table.runs.iter().rev() {
            if run.may_hold(fingerprint)?
                && let Some((_, found)) = run.last(key)?.filter(|(found, _)| found == key)
            {
                value = found;
                break;
            }
        }
        let weight = key.len().saturating_add(value_length(value.as_ref()));
        table.asked.insert(key.to_owned(), value.clone(), weight);
        Ok(value)
    }

    fn scan(&self, prefix: &[u8]) -> Scan {
        let (mut rows, mut failed) = match self.merged(prefix) {
            Ok(rows) => (rows, None),
            Err(error) => (Merge::new(Vec::new()), Some(error)),
        };
        let prefix = prefix.to_owned();
        Box::new(std::iter::from_fn(move || {
            loop {
                if let Some(error) = failed.take() {
                    rows = Merge::new(Vec::new());
                    return Some(Err(error));
                }
                let (key, value) = rows.current().filter(|(key, _)| key.starts_with(&prefix))?;
                let row = value.map(|value| (key.to_vec(), value.to_vec()));
                failed = rows.advance().err();
                if row.is_some() {
                    return row.map(Ok);
                }
            }
        }))
    }

    fn last(&self, prefix: &[u8], key: &[u8]) -> Result<Option<KeyValue>, EngineError> {
        let table = self.table();
        let recent = table.recent.range(prefix.to_owned()..=key.to_owned()).next_back();
        if let Some((key, Some(value))) = recent {
            return Ok(Some((key.clone(), value.clone())));
        }
        let runs = table.runs.clone();
        drop(table);
        let fingerprint = fingerprint(self.grouping, prefix);
        // What is in a newer run has a larger key.
        for run in runs.iter().rev() {
            if run.may_hold(fingerprint)?
                && let Some((key, Some(value))) = run.last(key)?
                && key.starts_with(prefix)
            {
                return Ok(Some((key, value)));
            }
        }
        Ok(None)
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), EngineError> {
        let mut table = self.table();
        for change in batch.into_changes() {
            match change {
                RowChange::Put(key, value) => table.put(key, Some(value)),
                RowChange::Remove(key) => table.put(key, None),
                RowChange::Append(key, value) => table.append(key, value),
            }
        }
        if table.bytes >= self.room {
            table.spill()?;
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), EngineError> {
        let mut table = self.table();
        table.spill()?;
        table.start_merging()?;
        while table.merging.is_some() {
            table.take_merged(Wait::Yes)?;
            table.start_merging()?;
        }
        Ok(())
    }
}

impl Table {
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let length = key.len().saturating_add(value_length(value.as_ref()));
        self.bytes = self.bytes.saturating_add(length);
        if is_head(&key) {
            self.heads.insert(key, value);
        } else {
            self.asked.forget(&key);
            self.recent.insert(key, value);
        }
    }

    /// Adds a row to the last one of its group that is in memory, if that has room.
    fn append(&mut self, key: Vec<u8>, value: Vec<u8>) {
        let group = group(self.grouping, &key);
        let before = self.recent.range_mut(group.to_owned()..key.clone()).next_back();
        if let Some((before, Some(row))) = before
            && let Some(joined) = self.grouping.join((before, row), (&key, &value))
        {
            self.bytes = self.bytes.saturating_add(value.len());
            self.asked.forget(before);
            *row = joined;
            return;
        }
        self.put(key, Some(value));
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> Result<(), EngineError> {
        let wait = if self.runs.len() >= MAX_RUNS {
            Wait::Yes
        } else {
            Wait::No
        };
        self.take_merged(wait)?;
        if self.recent.is_empty() && self.heads.is_empty() {
            return Ok(());
        }
        let run = self.write_recent()?;
        let heads = self.heads.iter();
        let heads = heads.map(|(key, value)| (key.clone(), value.clone())).collect();
        self.replace(&[], run, heads)?;
        self.heads.clear();
        self.recent.clear();
        self.bytes = 0;
        self.start_merging()
    }

    fn write_recent(&mut self) -> Result<Option<Run>, EngineError> {
        if self.recent.is_empty() {
            return Ok(None);
        }
        let id = self.take_next()?;
        let most = u64::try_from(self.recent.len()).unwrap_or(u64::MAX);
        let is_lowest = self.runs.is_empty();
        self.files.write(id, 0, most, |writer| {
            for (key, value) in &self.recent {
                if value.is_some() || !is_lowest {
                    writer.push(key, value.as_deref(), fingerprint(self.grouping, key))?;
                }
            }
            Ok(())
        })
    }

    /// The number of the next run. One that is not written to the end has had its number in vain.
    ///
    /// Before the first, the runs are removed that were written or merged by a process that ended too soon.
    fn take_next(&mut self) -> Result<u32, EngineError> {
        if !self.is_swept {
            let is_named = |id: &u32| self.runs.iter().any(|run| run.description.id == *id);
            for id in self.files.all()?.into_iter().filter(|id| !is_named(id)) {
                self.files.remove(id)?;
            }
            self.is_swept = true;
        }
        let id = self.next;
        self.next = id.saturating_add(1);
        Ok(id)
    }

    /// Lets a run take the place of others, or come after all, and writes the heads that belong to it. If that fails, it is the last time.
    fn replace(&mut self, others: &[u32], run: Option<Run>, heads: Vec<Row>) -> Result<(), EngineError> {
        if let Some(error) = &self.unknown {
            return Err(error.clone());
        }
        let is_other = |run: &Arc<Run>| others.contains(&run.description.id);
        let at = self.runs.iter().position(is_other).unwrap_or(self.runs.len());
        let mut runs: Vec<_> = self.runs.iter().take(at).cloned().collect();
        runs.extend(run.map(Arc::new));
        let later = self.runs.iter().skip(at);
        runs.extend(later.filter(|run| !is_other(run)).cloned());
        let manifest = RunManifest {
            next: self.next,
            runs: runs.iter().map(|run| run.description).collect(),
        };
        if let Err(error) = self.manifest.replace(&manifest, heads) {
            self.unknown = Some(error.clone());
            return Err(error);
        }
        self.runs = runs;
        for id in others {
            // One that cannot be removed does no harm: the next process that writes tries again.
            let _ = self.files.remove(*id);
        }
        Ok(())
    }

    /// The oldest runs of the lowest rank of which there are enough.
    fn to_merge(&self) -> Option<&[Arc<Run>]> {
        let same = self
            .runs
            .chunk_by(|one, next| one.description.rank == next.description.rank);
        let mut full = same.rev().filter_map(|same| same.get(..SAME_RANK));
        full.next()
    }

    /// Begins to merge, if there is something to be merged and nothing is.
    fn start_merging(&mut self) -> Result<(), EngineError> {
        if self.merging.is_some() {
            return Ok(());
        }
        let Some(runs) = self.to_merge().map(<[_]>::to_vec) else {
            return Ok(());
        };
        let id_of = |runs: &[Arc<Run>]| runs.first().map(|run| run.description.id);
        let ids = runs.iter().map(|run| run.description.id).collect();
        let job = MergeJob {
            id: self.take_next()?,
            is_lowest: id_of(&self.runs) == id_of(&runs),
            runs,
            grouping: self.grouping,
        };
        let files = &self.files;
        let merger = self.merger.get_or_insert_with(|| Merger::new(files.clone()));
        merger.start(job);
        self.merging = Some(ids);
        Ok(())
    }

    /// Takes what was merged, if it is.
    fn take_merged(&mut self, wait: Wait) -> Result<(), EngineError> {
        let (Some(merger), Some(runs)) = (&self.merger, &self.merging) else {
            return Ok(());
        };
        let run = match merger.progress(wait) {
            MergeProgress::Running => return Ok(()),
            MergeProgress::Done(run) => run,
            MergeProgress::Lost => {
                self.merger = None;
                self.merging = None;
                return Err(EngineError::Damaged {
                    reason: "merging its runs ended too soon".to_owned(),
                });
            }
        };
        let runs = runs.clone();
        self.merging = None;
        self.replace(&runs, run?, Vec::new())
    }
}

#[cfg(test)]
mod tests;
