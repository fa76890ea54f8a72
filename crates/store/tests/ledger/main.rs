//! A ledger's directory through its whole life; after each change an independent auditor re-derives it from raw bytes.
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
mod scene;
mod seal;
