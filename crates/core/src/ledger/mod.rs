//! A ledger from its first entry on: what may enter, and all of it again.

pub mod admission;
pub mod ahead;
pub mod replay;
