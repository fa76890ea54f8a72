//! What the entries add up to: registry, chains, facts, postings and the verifiable index, in the store or derived anew.
//!
//! ```text
//! replay (every entry, checked again) ──▶ overlay (rows that wait) ──▶ folding (the index for the next seal) ──▶ the store
//! state, seal_at, proving: what is asked of it
//! ```
//! **May use** the log, the rows and scratch. **Promises** that a state is that of one size of the ledger, whether it was read from the store
//! or derived from the entries. It appends nothing.

pub(crate) mod folding;
pub(crate) mod overlay;
pub(crate) mod proving;
pub(crate) mod replay;
pub(crate) mod seal_at;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
pub(crate) mod state;
pub(crate) mod state_row;
