//! What was found and what was expected, as fields. A life knows no sentences: those who show a finding make them of its fields.

use serde::{Deserialize, Serialize};

use super::{FindingCode, Register};
use crate::{
    hash::LeafHash,
    id::{Alias, ComponentId, OrgId, Origin, SubjectId},
    key::KeyId,
    position::EntryIndex,
    statement::event::{
        EventKind,
        custody::{Inspection, SealState},
    },
    text::Quote,
    time::Timestamp,
};

/// What is wrong: one variant for each way in which something can be, from which its code follows. Every field is an id, a place, a time or one
/// of a closed set, but for what a signer wrote, which is a [`Quote`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Detail {
    /// The first event of a life is another than begins one of its kind.
    NoBirth {
        /// The first event.
        got: EventKind,
        /// The one that begins such a life.
        want: EventKind,
    },
    /// A unit is manufactured that was.
    SecondBirth {
        /// The entry that manufactured it first.
        born: EntryIndex,
    },
    /// A manifest of a type by another organisation than the maker.
    ForeignManifest {
        /// Who says it.
        by: OrgId,
        /// The organisation in the component's id.
        maker: OrgId,
    },
    /// A unit made by somebody whom the type's maker does not name.
    UnnamedManufacturer {
        /// Who made it.
        by: OrgId,
        /// The type whose maker does not name it.
        of_type: ComponentId,
    },
    /// A unit of a type that is another maker's than the one in its id.
    ForeignType {
        /// The type that the unit is said to be of.
        of_type: ComponentId,
    },
    /// An instance alias that another unit had first.
    Clone {
        /// The name that both units claim.
        alias: Alias,
        /// The unit that had it.
        holder: SubjectId,
    },
    /// A time before the one that the same organisation claimed just before.
    TimeBackwards {
        /// The time claimed.
        got: Timestamp,
        /// The latest time that the same organisation had claimed.
        reached: Timestamp,
    },
    /// An event after the end.
    AfterEnd {
        /// What is said to have happened afterwards.
        event: EventKind,
        /// The entry that ended the life.
        ended: EntryIndex,
    },
    /// Somebody acts as holder while somebody else is.
    NotCustodian {
        /// Who acts.
        by: OrgId,
        /// As what.
        event: EventKind,
        /// The holder on record.
        holder: OrgId,
    },
    /// Received against an entry that is no open shipment of it.
    NoShipment {
        /// Who received it.
        by: OrgId,
        /// The leaf hash that the receipt names.
        ship: LeafHash,
    },
    /// Received without a shipment, and whoever handed it over did not sign.
    NotHandedOver {
        /// Who received it.
        by: OrgId,
        /// From whom.
        from: OrgId,
    },
    /// Installed or built in by somebody who did not receive it.
    NotReceived {
        /// Who has it from then on.
        by: OrgId,
    },
    /// Title is said to pass from somebody who does not have it.
    TitleGap {
        /// Who should get it.
        to: OrgId,
        /// Who has it on record.
        title: OrgId,
    },
    /// Received by neither the consignee nor the carrier.
    NotConsignee {
        /// Who received it.
        by: OrgId,
        /// The consignee.
        to: OrgId,
    },
    /// Shipped while a shipment is open.
    DoubleTransfer {
        /// The entry that began the open one.
        open: EntryIndex,
    },
    /// Received with broken seals, or under dispute.
    DisputedTransfer {
        /// The seals on arrival.
        seals: SealState,
        /// The inspection on arrival.
        inspection: Inspection,
    },
    /// A part goes into a unit while it is in another.
    TwoParents {
        /// The unit that it goes into.
        parent: ComponentId,
        /// The unit that it is in.
        known: ComponentId,
    },
    /// A unit goes into one that is inside it, or nests deeper than is followed.
    Cycle {
        /// The unit that it goes into.
        parent: ComponentId,
    },
    /// A part is taken out of a unit, and is in none.
    NotInParent {
        /// The unit that it is taken out of.
        parent: ComponentId,
    },
    /// A part is taken out of a unit, and is in another.
    InAnotherParent {
        /// The unit that it is taken out of.
        parent: ComponentId,
        /// The unit that it is in.
        known: ComponentId,
    },
    /// A part is shipped on its own.
    ShippedAlone {
        /// The unit that it is in.
        parent: ComponentId,
    },
    /// A unit is installed while it is in another slot.
    TwoPlaces {
        /// The slot that it goes into.
        slot: ComponentId,
        /// The slot that it is in.
        known: ComponentId,
    },
    /// A unit is installed where another is.
    SlotOccupied {
        /// The unit that goes in.
        unit: ComponentId,
        /// The unit that is there.
        occupant: ComponentId,
    },
    /// A unit is taken out of a slot where it is not.
    NotInSlot {},
    /// A slot is filled without a signature of its own organisation: nothing changes there.
    ForeignSlot {
        /// Who says it.
        by: OrgId,
    },
    /// It runs an artefact that nobody released.
    UnreleasedFirmware {
        /// What runs there, by its digest.
        artefact: ComponentId,
    },
    /// It runs an artefact that was released for other types.
    WrongFirmware {
        /// What runs there, by its digest.
        artefact: ComponentId,
        /// The unit's type.
        of_type: ComponentId,
    },
    /// It runs an artefact of a producer whom the type's maker does not name.
    ForeignFirmware {
        /// What runs there, by its digest.
        artefact: ComponentId,
        /// The organisation that released it.
        producer: OrgId,
        /// The unit's type.
        of_type: ComponentId,
    },
    /// Installed with another artefact than it ran.
    InstalledWith {
        /// The artefact stated.
        got: ComponentId,
        /// The artefact on record.
        known: ComponentId,
    },
    /// Updated from another artefact than it ran.
    UpdatedFrom {
        /// The artefact stated.
        got: ComponentId,
        /// The artefact on record.
        known: ComponentId,
    },
    /// Another artefact was measured than it ran.
    Measured {
        /// The artefact measured.
        got: ComponentId,
        /// The artefact on record.
        known: ComponentId,
    },
    /// It would replace what others had changed, and had not seen that.
    SignedUnseen {
        /// What it would replace.
        register: Register,
        /// The entry that changed it.
        changed: EntryIndex,
    },
    /// It is said to come from another ledger, which nobody has proved.
    UnprovenOrigin {
        /// The ledger.
        origin: Origin,
        /// The entry there.
        index: EntryIndex,
    },
    /// Somebody says something about a thing that is another's: it changes nothing there.
    Claim {
        /// Who says it.
        by: OrgId,
        /// The event that it states.
        event: EventKind,
    },
    /// Somebody has an account of the unit beside the one that is shown.
    OtherAccount {
        /// Who began it.
        by: OrgId,
    },
    /// Signed by a key that is distrusted there.
    DistrustedKey {
        /// The key that signed the entry.
        key: KeyId,
        /// The organisation that the key speaks for.
        organisation: OrgId,
        /// From which entry on it is distrusted.
        from: EntryIndex,
        /// Why it was revoked, in the words of whoever did.
        reason: Quote,
    },
}

impl Detail {
    /// The kind of finding that it is one of.
    #[must_use]
    pub fn code(&self) -> FindingCode {
        match self {
            Self::NoBirth { .. } => FindingCode::NoBirth,
            Self::SecondBirth { .. } => FindingCode::SecondBirth,
            Self::ForeignManifest { .. } | Self::UnnamedManufacturer { .. } | Self::ForeignType { .. } => {
                FindingCode::ForeignMaker
            }
            Self::Clone { .. } => FindingCode::Clone,
            Self::TimeBackwards { .. } => FindingCode::TimeBackwards,
            Self::AfterEnd { .. } => FindingCode::AfterEnd,
            Self::NotCustodian { .. } => FindingCode::NotCustodian,
            Self::NoShipment { .. } | Self::NotHandedOver { .. } | Self::NotReceived { .. } => {
                FindingCode::CustodyGap
            }
            Self::TitleGap { .. } => FindingCode::TitleGap,
            Self::NotConsignee { .. } => FindingCode::NotConsignee,
            Self::DoubleTransfer { .. } => FindingCode::DoubleTransfer,
            Self::DisputedTransfer { .. } => FindingCode::DisputedTransfer,
            Self::TwoParents { .. } => FindingCode::TwoParents,
            Self::Cycle { .. } => FindingCode::Cycle,
            Self::NotInParent { .. } | Self::InAnotherParent { .. } | Self::ShippedAlone { .. } => {
                FindingCode::NotInParent
            }
            Self::TwoPlaces { .. } => FindingCode::TwoPlaces,
            Self::SlotOccupied { .. } => FindingCode::SlotOccupied,
            Self::NotInSlot {} => FindingCode::NotInSlot,
            Self::ForeignSlot { .. } => FindingCode::ForeignSlot,
            Self::UnreleasedFirmware { .. } => FindingCode::UnreleasedFirmware,
            Self::WrongFirmware { .. } => FindingCode::WrongFirmware,
            Self::ForeignFirmware { .. } => FindingCode::ForeignFirmware,
            Self::InstalledWith { .. } | Self::UpdatedFrom { .. } | Self::Measured { .. } => {
                FindingCode::FirmwareMismatch
            }
            Self::SignedUnseen { .. } => FindingCode::SignedUnseen,
            Self::Claim { .. } => FindingCode::Claim,
            Self::OtherAccount { .. } => FindingCode::OtherAccount,
            Self::UnprovenOrigin { .. } => FindingCode::UnprovenOrigin,
            Self::DistrustedKey { .. } => FindingCode::DistrustedKey,
        }
    }
}
