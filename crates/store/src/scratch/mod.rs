//! Rows of a replay without a store: in memory while they are few, beyond that in temporary files that nobody else sees.
//!
//! ```text
//! chains, aliases   written back when they have not been used for a while      → log
//! facts             what subjects can have any number of, in the order in which it came to be known → log of facts
//! places            where in a log a row is; where in the ledger a leaf is   → sorted runs
//! postings          the entries under a term                                   → sorted runs
//! index             the leaves of the map that seals state                     → buckets
//! ```
//! Rows are found by fingerprints (see `fingerprint`).
//! Memory is bounded, whatever the size of the ledger, but for what contradicts itself: findings are kept as a list.
//!
//! **May use** the rows and the engine's temporary runs. **Promises** the same answers as the store gives, and that no file of it outlives the
//! process.

mod buckets;
mod fingerprint;
mod log;
mod pairs;
mod places;
mod scratch_rows;
mod subjects;
mod unfolded;

pub(crate) use self::{buckets::Buckets, scratch_rows::Scratch};
