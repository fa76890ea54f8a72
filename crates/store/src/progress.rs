//! How far a long operation is, told now and then.

use std::{cell::Cell, time::Duration, time::Instant};

pub use prova_core::progress::{NoProgress, Progress};

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
