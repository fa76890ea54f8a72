//! Reading a ledger, for people and for programs alike: what the `prova` command and a server both need.
//!
//! **Scope.** A ledger opened beside whoever writes it ([`Reading`]), every entry that comes out of it held against its leaf hash and its
//! signatures verified again; the entries in order ([`LogEntry`]) and the life of a component.
//!
//! **Not here.** What an entry means and whether it is good: `prova-core`. How a ledger lies on a disk, and everything that writes to it:
//! `prova-store`. Arguments, keys and passphrases, prompts, terminals, exit codes and what a message advises: the `prova` command.
//!
//! **Guarantees.**
//! * Nothing is written, and no lock is waited for. A reading stays at the size at which it was opened, whatever is appended meanwhile.
//! * No file is opened but those of the ledger whose directory is given; no clock, environment or network is asked.
//! * Each operation has an error type of its own that says whose fault it is ([`prova_store::Blame`]) and keeps what it rests on as a source.
//!
//! ```
//! use prova_core::{id::component::SubjectId, key::test_keys::published_test_key};
//! use prova_query::Reading;
//! use prova_store::{Ledger, NoProgress};
//! use prova_testkit::builder::{TestLedger, unit};
//!
//! let directory = tempfile::tempdir()?;
//! let mut statements = TestLedger::new("ledger.example/2026");
//! let log_key = published_test_key("log").ok_or("no such key")?;
//! let mut writer = Ledger::create(directory.path(), &statements.charter(), log_key)?;
//! writer.append(None, &statements.enrolments())?;
//! writer.append(None, &[statements.manufacture("S1", 0)])?;
//!
//! let reading = Reading::open(directory.path(), &NoProgress)?;
//! let life = reading.life(&SubjectId::from(unit("S1")))?;
//! assert_eq!(life.rows.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod log_entry;
mod reading;
#[cfg(test)]
mod scene;

pub use self::{
    log_entry::LogEntry,
    reading::{OpenReadingError, Reading, ReadingError, SubjectError},
};
