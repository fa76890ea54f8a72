//! What statements add up to: the life of components.
//!
//! *Structure is refused, substance is recorded.* Whether an entry may enter the ledger is decided at its admission; here its event is
//! applied to the chains of its subjects, and what contradicts the past becomes a [`Finding`]. Admission and audit run this same code.
//!
//! **May use** ground files, names, keys, statements and the registry. **Promises** that what an entry changes is a function of the entry and of
//! the rows that a [`View`] has before it.

mod applying;
mod chain;
mod custody;
mod detail;
mod distrust;
pub mod facts;
mod finding;
mod firmware;
mod life;
mod line;
mod part;
mod passage;
mod slot;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use self::applying::apply;
pub use self::{
    applying::MAX_NESTING,
    chain::{
        ArtefactLife, Aside, Chain, ChangedBy, Life, Register, Said, SlotLife, Transfer, TransferState,
        TypeLife, UnitLife,
    },
    detail::Detail,
    distrust::{distrust, distrusted},
    facts::{Fact, FactKey, FactKind, Facts, FoundAt, FoundDetail, Neighbours},
    finding::{Finding, FindingCode, FindingGroup, ParseFindingCodeError, Severity},
    line::MAX_LINES_BEGUN,
    passage::{CustodyChange, Moment, Passage},
    view::{Changes, Layer, Lives, View},
};
