//! An engine of sorted runs: rows by key, bytes to bytes, in a directory of its own.
//!
//! **Scope.** Rows are put, removed and appended in batches that count whole or not at all; they are read by key, by prefix in order, and
//! as the last of a group. Many small rows are written beside their neighbours, a few times in all, whatever order they came in.
//!
//! **Not here.** What a key or a value means, how values are encoded, and what can be made again from where: whoever keeps the rows
//! (`prova-store`) knows, and tells the engine no more than [`Grouping`] asks. There are no transactions over several batches, one
//! process has a directory open at a time, and nothing is ever repaired: what is damaged is an error.
//!
//! **Invariants.**
//! * A batch is seen whole or not at all, by readers and after any end of the process. After [`Engine::flush`] it is on the disk.
//! * After a crash there are the rows of all batches up to some one, and none of a later one: no earlier than the last flush.
//! * The newest value of a key counts: memory before runs, a later run before an earlier one. A run never changes after it was written.
//! * The manifest names only runs that are on the disk, and is replaced together with the heads that belong to them. A run that it does
//!   not name counts for nothing, and is removed.
//! * Of each run every byte is under a check that the manifest leads to: what was changed, cut, or is another run's is an error, and never
//!   read as rows. (sled guards its own file, with less.)
//! * Joining two rows of a group, as [`Grouping`] does, changes how many rows there are, and nothing that they say.
//!
//! **On disk.**
//!
//! ```text
//! db, conf, …     sled: the manifest and the heads        see `manifest`
//! runs/<id>       rows in order, as a tree of blocks      see `run`; a block: see `block`
//! ```
//!
//! Another engine can take this one's place: see [`Engine`]. Rows that end with their process are in [`TemporaryRuns`], which are runs too.
//!
//! ```
//! use std::sync::Arc;
//!
//! use prova_rows::{Engine, Grouping, KeyValueRef, SortedRuns, WriteBatch, disk::{Disk, RealDisk}};
//!
//! /// No row is looked for together with another.
//! #[derive(Debug)]
//! struct Alone;
//!
//! impl Grouping for Alone {
//!     fn group_length(&self, _: &[u8]) -> Option<usize> {
//!         None
//!     }
//!
//!     fn join(&self, _: KeyValueRef<'_>, _: KeyValueRef<'_>) -> Option<Vec<u8>> {
//!         None
//!     }
//! }
//!
//! let directory = tempfile::tempdir()?;
//! let disk: Arc<dyn Disk> = Arc::new(RealDisk);
//! let rows = SortedRuns::open(&disk, directory.path(), &Alone)?;
//! let mut batch = WriteBatch::default();
//! batch.put(b"fruit/apple".to_vec(), b"red".to_vec());
//! batch.put(b"fruit/plum".to_vec(), b"blue".to_vec());
//! rows.apply(batch)?;
//! rows.flush()?;
//! drop(rows);
//!
//! let rows = SortedRuns::open(&disk, directory.path(), &Alone)?;
//! assert_eq!(rows.get(b"fruit/plum")?, Some(b"blue".to_vec()));
//! assert_eq!(rows.scan(b"fruit/").count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod batch;
mod block;
pub mod cache;
pub mod disk;
mod engine;
mod error;
mod filter;
mod manifest;
mod merge;
mod merger;
mod run;
mod sorted_runs;
mod temporary;

pub use batch::{RowChange, WriteBatch};
pub use engine::{Engine, Grouping, KeyValue, KeyValueRef, Scan};
pub use error::EngineError;
pub use sorted_runs::SortedRuns;
pub use temporary::TemporaryRuns;
