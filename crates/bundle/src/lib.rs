//! Evidence in one file: a BagIt bag (RFC 8493) in a ZIP archive that is deterministic to the byte.
//!
//! **Scope.** The container: which files a bundle has, in what order and how large they may be; writing it, reading what
//! anybody may have tampered with, digests of every file, the exporter's signature over them, hand-overs.
//!
//! **Not here.** What the files mean and whether they prove anything (`prova-core`), where they come from (a
//! [`ExportSource`](export::ExportSource), which the `prova` command makes of a ledger), the report for people (`prova-report`).
//!
//! **Guarantees.**
//! * The same files give the same bytes. There is one archive for a list of files, but for how they are compressed.
//! * A reader never writes a file, never takes a name that the format does not have, and never holds more than
//!   [`MAX_BUFFERED_BYTES`](limits::MAX_BUFFERED_BYTES) of one file beside the table of names.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod bag;
pub mod export;
pub mod limits;
pub mod name;
mod readme;
pub mod verify;
pub mod zip;
