//! What is wrong with a life although every statement in it is authentic and entitled.
//!
//! A ledger that refuses contradictions hides them; one that records them can prove them.

use std::{cmp::Ordering, collections::HashMap};

use serde::{Deserialize, Serialize};

use super::Detail;
use crate::{id::SubjectId, position::EntryIndex, text::serde_as_text};

/// A contradiction or gap, found when an entry was recorded, or what a key signed that is distrusted now. They are in order of entries, then of
/// the codes in their table, then of their subjects' texts, then of their details' JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FindingForm", into = "FindingForm")]
pub struct Finding {
    /// The subject in whose chain it is.
    pub subject: SubjectId,
    /// The entry at which it shows.
    pub entry: EntryIndex,
    /// What was found and what was expected.
    pub detail: Detail,
}

/// How bad a finding is for whoever relies on the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Statements that cannot all be true.
    Contradiction,
    /// Something that should be on record is not.
    Gap,
    /// Something that a reader should know, and that may be in order.
    Notice,
}

/// A finding as JSON: what follows from its detail stands there too, and must be what follows.
#[derive(Serialize, Deserialize)]
struct FindingForm {
    code: FindingCode,
    severity: Severity,
    subject: SubjectId,
    entry: EntryIndex,
    detail: Detail,
}

/// Members of a finding that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum FindingFormError {
    #[error("a detail of «{want}» in a finding with the code «{got}»")]
    Code { got: FindingCode, want: FindingCode },
    #[error("a finding «{code}» of severity «{got}», want «{want}»")]
    Severity {
        code: FindingCode,
        got: Severity,
        want: Severity,
    },
}

/// Findings that differ in their places only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingGroup {
    /// What all of them found.
    pub detail: Detail,
    /// Where: entry and subject of each, in the order in which they were given.
    pub places: Vec<(EntryIndex, SubjectId)>,
}

impl Finding {
    /// What kind it is.
    #[must_use]
    pub fn code(&self) -> FindingCode {
        self.detail.code()
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code().severity()
    }

    /// Findings with equal code, severity and detail together: the worst first, then in order of the codes in their table, then of first places.
    #[must_use]
    pub fn grouped<'a>(findings: impl IntoIterator<Item = &'a Self>) -> Vec<FindingGroup> {
        let mut positions: HashMap<&Detail, usize> = HashMap::new();
        let mut groups: Vec<FindingGroup> = Vec::new();
        for finding in findings {
            let position = *positions.entry(&finding.detail).or_insert(groups.len());
            let place = (finding.entry, finding.subject.clone());
            match groups.get_mut(position) {
                Some(group) => group.places.push(place),
                None => groups.push(FindingGroup {
                    detail: finding.detail.clone(),
                    places: vec![place],
                }),
            }
        }
        groups.sort_by_key(|group| (group.detail.code().severity(), group.detail.code()));
        groups
    }
}

impl Ord for Finding {
    fn cmp(&self, other: &Self) -> Ordering {
        let json = |detail| {
            serde_json::to_vec(detail).expect("a detail has text keys only and its members serialise")
        };
        (self.entry, self.code())
            .cmp(&(other.entry, other.code()))
            .then_with(|| self.subject.to_string().cmp(&other.subject.to_string()))
            .then_with(|| json(&self.detail).cmp(&json(&other.detail)))
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<Finding> for FindingForm {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code(),
            severity: finding.severity(),
            subject: finding.subject,
            entry: finding.entry,
            detail: finding.detail,
        }
    }
}

impl TryFrom<FindingForm> for Finding {
    type Error = FindingFormError;

    fn try_from(form: FindingForm) -> Result<Self, FindingFormError> {
        let (code, got) = (form.code, form.severity);
        let want = form.detail.code();
        if code != want {
            return Err(FindingFormError::Code { got: code, want });
        }
        let want = code.severity();
        if got != want {
            return Err(FindingFormError::Severity { code, got, want });
        }
        Ok(Self {
            subject: form.subject,
            entry: form.entry,
            detail: form.detail,
        })
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Contradiction => "contradiction",
            Self::Gap => "gap",
            Self::Notice => "notice",
        })
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident($severity:ident) = $text:literal),+ $(,)?) => {
        /// Kinds of finding, in the order of their table; the names are stable.
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

            /// How bad findings of this kind are.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity),+
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
    NoBirth(Gap) = "no-birth",
    /// A unit is manufactured twice.
    SecondBirth(Contradiction) = "second-birth",
    /// Made or released by somebody whom the maker in its id did not name.
    ForeignMaker(Contradiction) = "foreign-maker",
    /// One instance alias in the chains of two units.
    Clone(Contradiction) = "clone",
    /// The claimed time lies before the one that the same organisation claimed last.
    TimeBackwards(Contradiction) = "time-backwards",
    /// Something happens after the end.
    AfterEnd(Contradiction) = "after-end",
    /// Somebody acts as holder who does not hold the unit.
    NotCustodian(Contradiction) = "not-custodian",
    /// Custody passes without a record that both sides signed.
    CustodyGap(Gap) = "custody-gap",
    /// Title is said to pass from somebody who does not have it.
    TitleGap(Gap) = "title-gap",
    /// Received by neither the consignee nor the carrier.
    NotConsignee(Notice) = "not-consignee",
    /// Shipped while an earlier shipment is open.
    DoubleTransfer(Contradiction) = "double-transfer",
    /// Received with broken seals, or taken under dispute.
    DisputedTransfer(Gap) = "disputed-transfer",
    /// A part in two parents.
    TwoParents(Contradiction) = "two-parents",
    /// A unit inside itself.
    Cycle(Contradiction) = "cycle",
    /// A part treated as if it were not inside its parent, or taken out of one where it is not.
    NotInParent(Contradiction) = "not-in-parent",
    /// A unit in two slots.
    TwoPlaces(Contradiction) = "two-places",
    /// Two units in a slot.
    SlotOccupied(Contradiction) = "slot-occupied",
    /// A unit taken out of a slot where it is not.
    NotInSlot(Contradiction) = "not-in-slot",
    /// A slot filled without a signature of its own organisation, which changes nothing.
    ForeignSlot(Notice) = "foreign-slot",
    /// Firmware that its producer never released.
    UnreleasedFirmware(Gap) = "unreleased-firmware",
    /// Firmware released for other types.
    WrongFirmware(Contradiction) = "wrong-firmware",
    /// Firmware of a producer whom the maker of the type does not name as supplier.
    ForeignFirmware(Gap) = "foreign-firmware",
    /// Another firmware than the ledger knew.
    FirmwareMismatch(Contradiction) = "firmware-mismatch",
    /// A statement would replace what others had changed, and had not seen that.
    SignedUnseen(Contradiction) = "signed-unseen",
    /// A chain is said to come from another ledger, and nothing proves it.
    UnprovenOrigin(Gap) = "unproven-origin",
    /// Something said about a thing that is another's, which changes nothing there.
    Claim(Notice) = "claim",
    /// Somebody has an account of the unit beside the one that is shown.
    OtherAccount(Notice) = "other-account",
    /// A statement by a key that was later revoked with distrust from an earlier entry.
    DistrustedKey(Notice) = "distrusted-key",
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

serde_as_text!(FindingCode);

#[cfg(test)]
mod tests;
