//! Merging runs, while other work goes on.

use std::{
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender, TryRecvError},
    },
    thread::{self, JoinHandle},
};

use crate::{
    EngineError, Grouping,
    merge::{Cursor, Merge},
    run::{Run, RunFiles, RunWriter},
    sorted_runs::fingerprint,
};

/// A thread that merges runs. There is one, as memory that threads allocate and leave to each other is not given back.
#[derive(Debug)]
pub(crate) struct Merger {
    jobs: Sender<MergeJob>,
    merged: Receiver<Result<Option<Run>, EngineError>>,
    thread: JoinHandle<()>,
}

/// Runs that become one.
#[derive(Debug)]
pub(crate) struct MergeJob {
    /// The number of the new one.
    pub(crate) id: u32,
    /// The oldest first.
    pub(crate) runs: Vec<Arc<Run>>,
    /// Whether no older rows are below them.
    pub(crate) is_lowest: bool,
    pub(crate) grouping: &'static dyn Grouping,
}

/// How a job stands.
#[derive(Debug)]
pub(crate) enum MergeProgress {
    Running,
    /// The new run; none if every row was gone.
    Done(Result<Option<Run>, EngineError>),
    /// The thread is no more.
    Lost,
}

/// Whether to wait for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Yes,
    No,
}

impl Merger {
    pub(crate) fn new(files: RunFiles) -> Self {
        let (jobs, wanted) = mpsc::channel::<MergeJob>();
        let (done, merged) = mpsc::channel();
        let thread = thread::spawn(move || {
            // Until the table is closed.
            while let Ok(job) = wanted.recv()
                && done.send(job.run(&files)).is_ok()
            {}
        });
        Self { jobs, merged, thread }
    }

    /// Begins a job; one at a time.
    pub(crate) fn start(&self, job: MergeJob) {
        // If the thread is no more, that shows when its work is asked for.
        let _ = self.jobs.send(job);
    }

    pub(crate) fn progress(&self, wait: Wait) -> MergeProgress {
        match (self.merged.try_recv(), wait) {
            (Ok(run), _) => MergeProgress::Done(run),
            (Err(TryRecvError::Empty), Wait::No) => MergeProgress::Running,
            (Err(TryRecvError::Empty), Wait::Yes) => match self.merged.recv() {
                Ok(run) => MergeProgress::Done(run),
                Err(_) => MergeProgress::Lost,
            },
            (Err(TryRecvError::Disconnected), _) => MergeProgress::Lost,
        }
    }

    /// Waits until the thread is no more.
    pub(crate) fn close(self) {
        drop(self.jobs);
        let _ = self.thread.join();
    }
}

impl MergeJob {
    fn run(&self, files: &RunFiles) -> Result<Option<Run>, EngineError> {
        let most = self.runs.iter().map(|run| run.description.rows).sum();
        let ranks = self.runs.iter().map(|run| run.description.rank);
        let rank = ranks.max().unwrap_or(0).saturating_add(1);
        files.write(self.id, rank, most, |writer| self.write(writer))
    }

    fn write(&self, writer: &mut RunWriter) -> Result<(), EngineError> {
        let cursors = self.runs.iter().rev().map(|run| run.cursor(&[]));
        let mut rows = Merge::new(cursors.collect::<Result<_, _>>()?);
        let mut joined = JoinedRow::new(self.grouping);
        while let Some((key, value)) = rows.current() {
            if value.is_some() || !self.is_lowest {
                joined.push(key, value, writer)?;
            }
            rows.advance()?;
        }
        joined.flush(writer)
    }
}

/// The last row that came, with all those in it that it could be joined with.
struct JoinedRow {
    grouping: &'static dyn Grouping,
    /// Empty: none came.
    key: Vec<u8>,
    value: Option<Vec<u8>>,
}

impl JoinedRow {
    fn new(grouping: &'static dyn Grouping) -> Self {
        Self {
            grouping,
            key: Vec::new(),
            value: None,
        }
    }

    fn push(&mut self, key: &[u8], value: Option<&[u8]>, writer: &mut RunWriter) -> Result<(), EngineError> {
        if let (Some(before), Some(next)) = (&self.value, value)
            && let Some(joined) = self.grouping.join((&self.key, before), (key, next))
        {
            self.value = Some(joined);
            return Ok(());
        }
        self.flush(writer)?;
        key.clone_into(&mut self.key);
        match (&mut self.value, value) {
            (Some(before), Some(value)) => value.clone_into(before),
            (before, value) => *before = value.map(<[u8]>::to_vec),
        }
        Ok(())
    }

    fn flush(&self, writer: &mut RunWriter) -> Result<(), EngineError> {
        if self.key.is_empty() {
            return Ok(());
        }
        let fingerprint = fingerprint(self.grouping, &self.key);
        writer.push(&self.key, self.value.as_deref(), fingerprint)
    }
}
