//! Why a bundle does not hold, to the exact place.

use crate::{
    position::EntryIndex,
    verdict::{Question, ReasonCode},
};

/// Why a bundle does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleFault {
    /// Entries out of order.
    #[error("entry {index} comes after entry {after}, want ascending order")]
    Order {
        /// The entry.
        index: EntryIndex,
        /// The one before it.
        after: EntryIndex,
    },
}

impl BundleFault {
    /// The question that it fails.
    #[must_use]
    pub fn question(&self) -> Question {
        todo!()
    }

    /// The entry at which it shows, if it is one.
    #[must_use]
    pub fn entry(&self) -> Option<EntryIndex> {
        todo!()
    }

    /// The stable name of its kind.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        todo!()
    }
}
