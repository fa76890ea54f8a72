//! The one writer of a ledger: creating, opening and recovering, appending and sealing; and what takes a ledger's place whole: a store made
//! again, a backup, a ledger restored.
//!
//! **May use** every other room. **Promises** that what was answered is durable, that nothing that is signed describes bytes that are not, and
//! that a handle that failed to write answers errors only.

pub(crate) mod append;
pub(crate) mod backup;
pub(crate) mod create;
pub(crate) mod ledger;
pub(crate) mod open;
pub(crate) mod recover;
pub(crate) mod reindex;
pub(crate) mod seal;
