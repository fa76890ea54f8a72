//! Who has to do something about an error.

/// Whose business an error is; a command line makes an exit code of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Bytes of the ledger are missing, changed or contradictory.
    Evidence,
    /// What was asked for cannot be: a wrong path, key or size, a ledger in use, of a newer version or not writable.
    Caller,
    /// Neither: the machine or this program failed.
    Program,
}
