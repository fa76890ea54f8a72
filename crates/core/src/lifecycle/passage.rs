//! How custody of a unit changes: one row for each change, which says what the entry said.
//!
//! ```text
//! birth, receipt, installation ──▶ a holder          insertion ──▶ whoever holds the parent          removal ──▶ whoever held the parent
//! ```
//! The chain of a unit has its last change; earlier ones are facts. Spans of time and how hand-overs stand are derived from them on
//! reading.

use serde::{Deserialize, Serialize};

use super::TransferState;
use crate::{
    id::{ComponentId, OrgId},
    position::EntryIndex,
    time::Timestamp,
};

/// A point in the life of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The entry, by which moments are ordered.
    pub entry: EntryIndex,
    /// When it happened, as the entry's signer claims.
    pub time: Timestamp,
}

/// A change of who holds a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyChange {
    /// The line that it is on, by the entry that began it.
    pub line: EntryIndex,
    /// From when on it is so.
    pub at: Moment,
    /// Who holds it then; absent where that is not known, and for a part, whose holder is that of the unit that it is in.
    pub holder: Option<OrgId>,
    /// How it came about.
    pub how: Passage,
}

/// How custody of a unit came to whoever has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Passage {
    /// It was manufactured.
    Birth,
    /// It was received.
    Receipt {
        /// Who gave it, as the receiver says.
        from: OrgId,
        /// The entry in which the giver says so too: its shipment, or the receipt itself where both signed it. Absent where there is none.
        given: Option<EntryIndex>,
        /// Where the transfer stands after it.
        state: TransferState,
    },
    /// It was installed by an operator who was not known to hold it.
    Installation,
    /// It was put into another unit.
    Insertion {
        /// The unit that it is in from then on.
        parent: ComponentId,
        /// The line of that unit.
        up: EntryIndex,
    },
    /// It was taken out of another unit.
    Removal {
        /// The unit that it was taken out of.
        parent: ComponentId,
    },
}

impl CustodyChange {
    /// The unit that it is in from then on, if it went into one, and the line of that one.
    #[must_use]
    pub fn inside(&self) -> Option<(&ComponentId, EntryIndex)> {
        match &self.how {
            Passage::Insertion { parent, up } => Some((parent, *up)),
            _ => None,
        }
    }
}

impl Passage {
    /// The unit that it is in from then on, if it went into one.
    #[must_use]
    pub fn parent(&self) -> Option<&ComponentId> {
        match self {
            Self::Insertion { parent, .. } => Some(parent),
            Self::Birth | Self::Receipt { .. } | Self::Installation | Self::Removal { .. } => None,
        }
    }
}
