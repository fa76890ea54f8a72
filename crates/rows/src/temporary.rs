//! Sorted runs that end with their process: for more rows than memory holds, of which few are looked up.
//!
//! The files are those of `run`, without names and unpacked. A row has no value of its own that could change: keys are never written
//! twice and never removed.

use std::{fs::File, io, sync::Arc};

use crate::{
    EngineError, KeyValueRef,
    merge::{Cursor, MemoryCursor, Merge},
    run::{Run, RunCursor, RunKind, RunWriter, UpperBlocks},
};

/// Rows in temporary files. Whoever writes them sorts them.
#[derive(Debug)]
pub struct TemporaryRuns {
    new_file: fn() -> io::Result<File>,
    fingerprint: fn(&[u8]) -> u128,
    same_rank: usize,
    /// Falling ranks.
    runs: Vec<Arc<Run>>,
    next: u32,
    upper: UpperBlocks,
}

impl TemporaryRuns {
    /// No rows yet. `new_file` makes a file that is gone when it is closed. `fingerprint` is what a key is found by, as good as random and
    /// the same for the prefix that is looked for. `same_rank` runs of one rank become one of the next.
    #[must_use]
    pub fn new(new_file: fn() -> io::Result<File>, fingerprint: fn(&[u8]) -> u128, same_rank: usize) -> Self {
        Self {
            new_file,
            fingerprint,
            same_rank,
            runs: Vec::new(),
            next: 0,
            upper: UpperBlocks::default(),
        }
    }

    /// Writes a run of `most` rows at most, in ascending order of their keys, and merges what is to be merged.
    ///
    /// # Errors
    /// A file that cannot be made, written or read.
    pub fn write<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        most: usize,
        rows: impl Iterator<Item = (K, V)>,
    ) -> Result<(), EngineError> {
        self.write_run(
            0,
            most,
            MemoryCursor::new(rows.map(|(key, value)| (key, Some(value)))),
        )?;
        while let Some(rank) = self.full_rank() {
            let merged = self
                .runs
                .split_off(self.runs.len().saturating_sub(self.same_rank));
            let most: u64 = merged.iter().map(|run| run.description.rows).sum();
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            self.write_run(rank.saturating_add(1), most, merge(&merged)?)?;
        }
        Ok(())
    }

    fn write_run(&mut self, rank: u32, most: usize, mut rows: impl Cursor) -> Result<(), EngineError> {
        let id = self.next;
        self.next = id.saturating_add(1);
        let file = (self.new_file)().map_err(|error| EngineError::Failed {
            reason: error.to_string(),
        })?;
        let file = Arc::new(file);
        let mut writer = RunWriter::temporary(&file, id, u64::try_from(most).unwrap_or(u64::MAX));
        while let Some((key, value)) = rows.current() {
            writer.push(key, value, (self.fingerprint)(key))?;
            rows.advance()?;
        }
        if let Some(description) = writer.finish(rank)? {
            let run = Run::open(RunKind::Temporary, description, file, self.upper.clone())?;
            self.runs.push(Arc::new(run));
        }
        Ok(())
    }

    /// The rank of the newest runs, if there are so many of it that they are to be merged.
    fn full_rank(&self) -> Option<u32> {
        let rank = self.runs.last()?.description.rank;
        let ranks = self.runs.iter().rev().map(|run| run.description.rank);
        let same = ranks.take_while(|other| *other == rank).count();
        (same >= self.same_rank).then_some(rank)
    }

    /// Looks at the rows whose keys begin with a prefix; those of one run are in order.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn find(&self, prefix: &[u8], look: impl FnMut(KeyValueRef<'_>)) -> Result<(), EngineError> {
        self.find_from(prefix, prefix, |key| key.starts_with(prefix), look)
    }

    /// Looks at the rows of what is looked for with `prefix`, from the key `first` on, as long as they are wanted; those of one run are in order.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn find_from(
        &self,
        prefix: &[u8],
        first: &[u8],
        is_wanted: impl Fn(&[u8]) -> bool,
        mut look: impl FnMut(KeyValueRef<'_>),
    ) -> Result<(), EngineError> {
        let fingerprint = (self.fingerprint)(prefix);
        for run in &self.runs {
            if !run.may_hold(fingerprint)? {
                continue;
            }
            let mut rows = run.cursor(first)?;
            while let Some((key, value)) = rows.current().filter(|(key, _)| is_wanted(key)) {
                look((key, value.unwrap_or_default()));
                rows.advance()?;
            }
        }
        Ok(())
    }

    /// What `read` makes of each row, in order.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn all<T>(
        &self,
        read: impl Fn(KeyValueRef<'_>) -> T,
    ) -> Result<impl Iterator<Item = Result<T, EngineError>>, EngineError> {
        let mut rows = merge(&self.runs)?;
        let mut failed = None;
        Ok(std::iter::from_fn(move || {
            if let Some(error) = failed.take() {
                rows = Merge::new(Vec::new());
                return Some(Err(error));
            }
            let (key, value) = rows.current()?;
            let item = read((key, value.unwrap_or_default()));
            failed = rows.advance().err();
            Some(Ok(item))
        }))
    }

    /// Lets go of all rows.
    pub fn clear(&mut self) {
        self.runs.clear();
    }
}

fn merge(runs: &[Arc<Run>]) -> Result<Merge<RunCursor>, EngineError> {
    let cursors = runs.iter().rev().map(|run| run.cursor(&[]));
    Ok(Merge::new(cursors.collect::<Result<_, _>>()?))
}
