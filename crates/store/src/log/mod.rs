//! The log on the disk: bundles, hash tiles, checkpoint, journal and attachments, as anybody may read them beside a writer.
//!
//! ```text
//! tiles ──▶ growth ──▶ published (format, charter, checkpoint) ──▶ journal ──▶ snapshot ──▶ lookahead, mend, prover
//! ```
//! **May use** the rows for their errors only, and the rooms before. **Promises** that what it hands out is what the checkpoint covers,
//! or an error that names file and entry. Whether an entry was rightly admitted is not asked.

pub(crate) mod attachments;
pub(crate) mod audit_error;
pub(crate) mod growth;
pub(crate) mod journal;
pub(crate) mod log_key;
pub(crate) mod lookahead;
mod mend;
pub(crate) mod open_error;
pub(crate) mod prover;
pub(crate) mod published;
pub(crate) mod snapshot;
pub(crate) mod tile_check;
pub(crate) mod tiles;
