//! A ledger in a directory: tiles, checkpoint, attachments, and the store that lookups go through.
//!
//! **Scope.** Creating, opening, appending, reading beside a writer, recovery, audit, `fsck`, `reindex`, backup and
//! restore. The entry bundles and the signed checkpoint are the truth; the store (sled behind a wall, and files of sorted
//! rows) can be made again from them at any time.
//!
//! **Not here.** What an entry means and whether it may enter: `prova-core`. Keys on disk, prompts, HTTP: the `prova`
//! command and the server.
//!
//! **Guarantees.**
//! * An append that was answered is durable: bundles and hash tiles are on the disk before the checkpoint that covers
//!   them has its name, the checkpoint before the answer; or else the journal is, from which they are made again.
//! * Acknowledged bytes that are missing or changed are an error that names file and index, never a shorter ledger.
//! * One process writes at a time; any number reads beside it, without a lock, at the last acknowledged size.
//! * After a failed write the handle answers errors only; opening again finds out what the disk holds.
//!
//! **Rooms**, each of which uses only those before it: what is on the disk (`disk`), rows by key (`rows`, and `scratch` for those that end with
//! their process), the files that are the truth (`log`), what entries add up to (`state`), a ledger against itself (`check`), and who
//! changes anything (`writer`).
//!
//! ```
//! use prova_core::{key::published_test_key, position::EntryIndex};
//! use prova_store::{Ledger, NoProgress, Snapshot, audit};
//! use prova_testkit::builder::TestLedger;
//!
//! let directory = tempfile::tempdir()?;
//! let mut statements = TestLedger::new("ledger.example/2026");
//! let log_key = published_test_key("log").ok_or("no such key")?;
//! let mut ledger = Ledger::create(directory.path(), &statements.charter(), log_key)?;
//! ledger.append(None, &statements.enrolments())?;
//!
//! let snapshot = Snapshot::open(directory.path())?;
//! assert_eq!(snapshot.entry(EntryIndex::new(0))?, statements.charter());
//! assert!(audit(&snapshot, &NoProgress)?.findings.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

#[cfg(test)]
extern crate self as prova_store;

/// The suite of ledgers once more: here the rows are in a map, to show that another engine can take the place of the one that there is.
#[cfg(test)]
#[path = "../tests/ledger/main.rs"]
mod suite;

mod blame;
mod check;
mod disk;
mod log;
mod parallel;
mod progress;
mod rows;
mod scratch;
mod state;
#[cfg(test)]
mod tests;
mod writer;

pub use blame::Blame;
pub use check::audit::{Audit, audit};
pub use check::fsck::{Fault, FaultKind, fsck};
pub use disk::layout::{FORMAT_VERSION, FormatError};
pub use log::attachments::{AttachmentError, AttachmentReader};
pub use log::audit_error::AuditError;
pub use log::open_error::OpenError;
pub use log::prover::Prover;
pub use log::snapshot::Snapshot;
pub use log::tiles::ReadError;
pub use progress::{NoProgress, Progress};
pub use rows::RowError;
pub use state::seal_at::SealAt;
pub use state::state::State;
pub use writer::append::{AppendError, MAX_COMMIT_ENTRIES, Outcome};
pub use writer::backup::{BackupError, backup, restore};
pub use writer::create::CreateError;
pub use writer::ledger::Ledger;
pub use writer::reindex::reindex;
pub use writer::seal::SealLedgerError;
