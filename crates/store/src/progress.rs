//! How far a long operation is.

use std::{cell::Cell, time::Duration, time::Instant};

/// Somebody who wants to know how far an operation is.
pub trait Progress {
    /// Called now and then, never more often than every five milliseconds, and at the end.
    fn at(&self, done: u64, total: u64);
}

/// For callers who do not want to know how far an operation is.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn at(&self, _: u64, _: u64) {}
}

/// Keeps reports apart by at least [`Meter::PAUSE`].
pub(crate) struct Meter<'a> {
    progress: &'a dyn Progress,
    total: u64,
    last: Cell<Option<Instant>>,
}

impl<'a> Meter<'a> {
    const PAUSE: Duration = Duration::from_millis(5);

    pub(crate) fn new(progress: &'a dyn Progress, total: u64) -> Self {
        Self {
            progress,
            total,
            last: Cell::new(None),
        }
    }

    pub(crate) fn at(&self, done: u64) {
        let now = Instant::now();
        let due = self
            .last
            .get()
            .is_none_or(|last| now.duration_since(last) >= Self::PAUSE);
        if due || done >= self.total {
            self.last.set(Some(now));
            self.progress.at(done, self.total);
        }
    }
}
