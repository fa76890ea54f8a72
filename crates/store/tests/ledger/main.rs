//! A ledger's directory through its whole life; after each change an independent auditor re-derives it from raw bytes.
//!
//! The same files are compiled into the unit tests of `prova-store`, where another engine of rows is under the store.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that overflows fails"
)]

mod append;
mod attachments;
mod backup;
mod damage;
mod directories;
mod journal;
mod listing;
mod readers;
mod recovery;
pub(crate) mod scene;
mod seal;
