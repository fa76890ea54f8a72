//! A ledger from its first entry on: the one decision on what may enter, and the replay that takes it again for every entry.
//!
//! **May use** everything that an entry means: statements, the registry, lives, the index. **Promises** that append and audit run the same code,
//! and that the error of a replay is that of the first entry that is wrong, whichever way entries were read ahead of their turn.

mod admission;
mod ahead;
mod fault;
mod replay;

pub(crate) use self::admission::{check_link, check_speakers, seen};
pub(crate) use self::ahead::Ahead;
pub use self::{
    admission::{AdmitError, Inadmissible, Placing, SealedView, admit, step},
    ahead::ReadAhead,
    fault::{EntryFault, EntryRefusal},
    replay::{BATCH_ENTRIES, MemoryRows, Replay, ReplayError, Replayed, Rows},
};
