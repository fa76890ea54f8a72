//! Who has to do something about an error.

use serde::Serialize;

/// Whose business an error is; a command line makes an exit code of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Blame {
    /// Bytes of the ledger are missing, changed or contradictory.
    Evidence,
    /// What was asked for cannot be: a wrong path, key or size, a statement that is refused, a ledger in use, of a newer version or not writable.
    Caller,
    /// Neither: the machine or this program failed.
    Program,
}
