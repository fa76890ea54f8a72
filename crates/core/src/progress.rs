//! How far a long operation is.

/// Somebody who wants to know how far an operation is.
pub trait Progress {
    /// So many of so many are done; called now and then, and at the end.
    fn at(&self, done: u64, total: u64);
}

/// For callers who do not want to know how far an operation is.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn at(&self, _: u64, _: u64) {}
}
