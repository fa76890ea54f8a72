//! A ledger against itself: the audit, which ends at the first wrong place, and `fsck`, which lists all.
//!
//! **May use** the log and the state, and no writer. **Promises** that nothing is repaired and that nothing is believed that was not derived
//! from the entries.

pub(crate) mod audit;
pub(crate) mod fsck;
