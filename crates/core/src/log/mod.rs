//! The log: the Merkle tree over all entries, who signs its head, and proofs that stand without the ledger.
//!
//! ```text
//! merkle ──▶ checkpoint (a signed note: note, vkey) ──▶ cosignature, policy ──▶ tlog_proof ──▶ equivocation
//! ```
//! Everything here is a published format (RFC 9162, C2SP), byte for byte; an entry is some bytes, and what they say is not asked.
//!
//! **May use** ground files, names and keys. **Promises** that what is read and written again is the same bytes, and that a proof that
//! verifies needs trust in nobody but the keys of the policy.

pub mod checkpoint;
pub mod cosignature;
pub mod equivocation;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod tlog_proof;
pub mod vkey;
