//! What is wrong with a life although every statement in it is authentic and entitled.
//!
//! A ledger that refuses contradictions hides them; one that records them can prove them.

use serde::{Deserialize, Serialize};

use crate::{id::component::SubjectId, position::EntryIndex, text::serde_as_text};

/// A contradiction or gap, found when an entry was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// The subject in whose chain it is.
    pub subject: SubjectId,
    /// The entry at which it shows.
    pub entry: EntryIndex,
    /// What was found and what was expected, in one sentence without a full stop.
    pub detail: String,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal),+ $(,)?) => {
        /// Kinds of finding; the names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $($(#[doc = $doc])+ $name),+
        }

        impl FindingCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii()),+
                }
            }
        }

        impl std::str::FromStr for FindingCode {
            type Err = ParseFindingCodeError;
            fn from_str(text: &str) -> Result<Self, ParseFindingCodeError> {
                match text {
                    $($text => Ok(Self::$name),)+
                    _ => Err(ParseFindingCodeError),
                }
            }
        }
    };
}

/// The text names no kind of finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no finding code")]
pub struct ParseFindingCodeError;

codes! {
    /// A life begins without the record of its beginning: manufacture of a unit, manifest of a type or artefact.
    NoBirth = "no-birth",
    /// A unit is manufactured twice.
    SecondBirth = "second-birth",
    /// Made or released by somebody whom the maker in its id did not name.
    ForeignMaker = "foreign-maker",
    /// One instance alias in the chains of two units.
    Clone = "clone",
    /// The claimed time lies before that of the chain's last entry.
    TimeBackwards = "time-backwards",
    /// Something happens after the end.
    AfterEnd = "after-end",
    /// Somebody acts as holder who does not hold the unit.
    NotCustodian = "not-custodian",
    /// Custody passes without a record that both sides signed.
    CustodyGap = "custody-gap",
    /// Received by neither the consignee nor the carrier.
    NotConsignee = "not-consignee",
    /// Shipped while an earlier shipment is open.
    DoubleTransfer = "double-transfer",
    /// Received with broken seals, or taken under dispute.
    DisputedTransfer = "disputed-transfer",
    /// A part in two parents.
    TwoParents = "two-parents",
    /// A unit inside itself.
    Cycle = "cycle",
    /// A part treated as if it were not inside its parent, or taken out of one where it is not.
    NotInParent = "not-in-parent",
    /// A unit in two slots.
    TwoPlaces = "two-places",
    /// Two units in a slot.
    SlotOccupied = "slot-occupied",
    /// A unit taken out of a slot where it is not.
    NotInSlot = "not-in-slot",
    /// A slot filled by somebody else than its operator.
    ForeignSlot = "foreign-slot",
    /// Firmware that its producer never released.
    UnreleasedFirmware = "unreleased-firmware",
    /// Firmware released for other types.
    WrongFirmware = "wrong-firmware",
    /// Firmware of a producer whom the maker of the type does not name as supplier.
    ForeignFirmware = "foreign-firmware",
    /// Another firmware than the ledger knew.
    FirmwareMismatch = "firmware-mismatch",
    /// A statement by a key that was later revoked with distrust from an earlier entry.
    DistrustedKey = "distrusted-key",
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(FindingCode);
