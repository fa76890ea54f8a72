//! What a ledger knows of one subject after some number of entries.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CustodyChange, finding::FindingCode};
use crate::{
    hash::LeafHash,
    id::{ComponentId, Kind, OrgId, Origin, SubjectId},
    position::EntryIndex,
    statement::{
        event::{
            category::{AreaClass, Category},
            notice::ActStatus,
        },
        seal::{Seal, Sealed},
    },
    time::Timestamp,
};

/// The chain of one subject: its head and what its entries add up to, as far as that decides on the next one. Nothing in it grows with the
/// number of entries; what does is in rows of its own (see [`super::Fact`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Leaf hash of the last entry: what the next statement must name as `prev`.
    pub head: LeafHash,
    /// Index of the last entry.
    pub last: EntryIndex,
    /// Index of the first entry.
    pub first: EntryIndex,
    /// Number of entries.
    pub length: u64,
    /// The time that its last entry claims.
    pub time: Timestamp,
    /// The ledger that the chain comes from, if another.
    pub from: Option<Origin>,
    /// How much is wrong, by kind: of a unit, in the line that is shown.
    pub found: BTreeMap<FindingCode, u64>,
    /// The last who changed something by what it said here, and when, as it claims: of a unit, in the line that is shown.
    pub said: Option<Said>,
    /// Of a unit: how many lines there are beside the one that is shown.
    pub accounts: u64,
    /// The entry that ended it.
    pub ended: Option<EntryIndex>,
    /// What only this kind of subject has.
    pub life: Life,
}

/// What only one kind of subject has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Life {
    /// A model.
    Type(TypeLife),
    /// A release.
    Artefact(ArtefactLife),
    /// An instance.
    Unit(Box<UnitLife>),
    /// A role in a network.
    Slot(SlotLife),
    /// An act of an authority.
    Act(Option<ActStatus>),
    /// The index: what the last seal states.
    Index(Sealed),
}

/// What is known of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeLife {
    /// The last manifest.
    pub manifest: Option<EntryIndex>,
    /// The product's name.
    pub name: Option<String>,
    /// What it is in a network.
    pub category: Option<Category>,
}

/// What is known of an artefact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtefactLife {
    /// The last manifest.
    pub manifest: Option<EntryIndex>,
    /// The product's name.
    pub name: Option<String>,
    /// The version that its manifest states.
    pub version: Option<String>,
    /// The first entry by which anybody released it.
    pub released: Option<EntryIndex>,
    /// The organisation that released it first. Others' releases of it are facts.
    pub producer: Option<OrgId>,
}

/// A claim of time, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who spoke.
    pub by: OrgId,
    /// The latest time that it claimed.
    pub time: Timestamp,
}

/// What is known of a unit on one of its lines. A line is begun by a birth or by somebody who acts as holder, and passes on by what both sides
/// signed; others' words change nothing on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLife {
    /// The entry that began the line, which it is told by; absent where there is none yet.
    pub began: Option<EntryIndex>,
    /// Who began it.
    pub begun_by: Option<OrgId>,
    /// Whether it is the line of the birth that counts: the unit's record.
    pub is_record: bool,
    /// The type that it was made as.
    pub of_type: Option<ComponentId>,
    /// The entry of its manufacture.
    pub born: Option<EntryIndex>,
    /// Who made it.
    pub maker: Option<OrgId>,
    /// The last change of who holds it.
    pub custody: Option<CustodyChange>,
    /// Who has legal title.
    pub title: Option<OrgId>,
    /// The transfer that is open.
    pub shipment: Option<Transfer>,
    /// Where it is installed, if anywhere.
    pub slot: Option<ComponentId>,
    /// What it runs.
    pub firmware: Option<ComponentId>,
    /// The last recall by who may recall it.
    pub recalled: Option<EntryIndex>,
    /// The entry that ended it.
    pub ended: Option<EntryIndex>,
    /// Which entry changed what last, and who signed it.
    pub changed: BTreeMap<Register, ChangedBy>,
    /// What the chain keeps of the line that is shown, while this is another.
    pub aside: Option<Box<Aside>>,
}

/// What the chain of a unit keeps of the line that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// How much is wrong, by kind.
    pub found: BTreeMap<FindingCode, u64>,
    /// The last who changed something, and when.
    pub said: Option<Said>,
}

/// What a statement can change of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Register {
    /// Who holds it, or what it is in.
    Holder,
    /// Who has title.
    Title,
    /// The slot that it is in.
    Place,
    /// What it runs.
    Firmware,
    /// That its life is over.
    End,
}

/// The entry that changed something, and who signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedBy {
    /// The entry.
    pub at: EntryIndex,
    /// Who signed.
    pub signers: BTreeSet<OrgId>,
}

/// What is known of a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotLife {
    /// What it is in the network.
    pub category: Option<Category>,
    /// Where it is.
    pub area: Option<AreaClass>,
    /// The unit that was put in last, of those in it.
    pub newest: Option<ComponentId>,
    /// What runs in it.
    pub firmware: Option<ComponentId>,
}

/// A transfer of custody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The line that it is on, by the entry that began it.
    pub line: EntryIndex,
    /// The shipper, or who handed it over.
    pub from: OrgId,
    /// The consignee, or who took it.
    pub to: OrgId,
    /// Who carries the units, if the shipper names somebody.
    pub carrier: Option<OrgId>,
    /// Who gets title.
    pub title_to: Option<OrgId>,
    /// The `ship` entry, if there is one.
    pub shipped: Option<(EntryIndex, LeafHash)>,
    /// The last `receive` entry, if there is one.
    pub received: Option<EntryIndex>,
    /// Where it stands.
    pub state: TransferState,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransferState {
    /// Shipped, not received by the consignee.
    Open,
    /// The consignee received it, whole and undisputed.
    Accepted,
    /// Received with broken seals, under dispute, or by somebody else.
    Disputed,
    /// Another shipment was made while it was open.
    Double,
}

impl std::fmt::Display for TransferState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Disputed => "disputed",
            Self::Double => "double",
        })
    }
}

impl UnitLife {
    /// The unit that it is in.
    #[must_use]
    pub fn parent(&self) -> Option<&ComponentId> {
        self.custody.as_ref()?.how.parent()
    }

    /// The unit that it is in, and the line of that one.
    #[must_use]
    pub fn inside(&self) -> Option<(&ComponentId, EntryIndex)> {
        self.custody.as_ref()?.inside()
    }

    /// Who holds it, as far as its own chain says; nobody while it is in another unit.
    #[must_use]
    pub fn custodian(&self) -> Option<&OrgId> {
        self.custody.as_ref()?.holder.as_ref()
    }

    /// Who decides about it: a carrier has it in hands, and decides nothing.
    #[must_use]
    pub fn owner_of_rights(&self) -> Option<&OrgId> {
        let in_transit = self.shipment.as_ref().map(|transfer| &transfer.from);
        in_transit.or_else(|| self.custodian())
    }
}

impl Transfer {
    /// The entry that began it.
    #[must_use]
    pub fn began(&self) -> Option<EntryIndex> {
        self.shipped.map(|(index, _)| index).or(self.received)
    }
}

impl Chain {
    /// How much is wrong in it.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.found.values().copied().fold(0, u64::saturating_add)
    }

    /// The chain that begins with this entry, before the entry's event is applied.
    pub(super) fn begin(id: &SubjectId, leaf: LeafHash, index: EntryIndex, time: Timestamp) -> Self {
        let life = match id.component().map(ComponentId::kind) {
            Some(Kind::Type) => Life::Type(TypeLife::default()),
            Some(Kind::Artefact) => Life::Artefact(ArtefactLife::default()),
            Some(Kind::Unit) => Life::Unit(Box::default()),
            Some(Kind::Slot) => Life::Slot(SlotLife::default()),
            None => Life::Act(None),
        };
        Self {
            head: leaf,
            last: index,
            first: index,
            length: 1,
            time,
            from: None,
            found: BTreeMap::new(),
            said: None,
            accounts: 0,
            ended: None,
            life,
        }
    }

    /// The chain of seals with one more.
    pub(crate) fn sealed(before: Option<Self>, seal: &Seal, leaf: LeafHash, index: EntryIndex) -> Self {
        Self {
            head: leaf,
            last: index,
            first: before.as_ref().map_or(index, |chain| chain.first),
            length: before.as_ref().map_or(1, |chain| chain.length.saturating_add(1)),
            time: before.map_or(seal.time, |chain| chain.time.max(seal.time)),
            from: None,
            found: BTreeMap::new(),
            said: None,
            accounts: 0,
            ended: None,
            life: Life::Index(seal.sealed()),
        }
    }

    /// What the last seal states, if it is the chain of the index.
    #[must_use]
    pub fn index(&self) -> Option<&Sealed> {
        match &self.life {
            Life::Index(sealed) => Some(sealed),
            _ => None,
        }
    }

    /// The entry that ended it: of a unit, on the line that is shown.
    #[must_use]
    pub fn ended(&self) -> Option<EntryIndex> {
        self.unit().map_or(self.ended, |life| life.ended)
    }

    /// What is known of the unit, if it is one, on the line that is shown: its record, else the line that was begun first.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitLife> {
        match &self.life {
            Life::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// What is known of the slot, if it is one.
    #[must_use]
    pub fn slot(&self) -> Option<&SlotLife> {
        match &self.life {
            Life::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    /// What is known of the artefact, if it is one.
    #[must_use]
    pub fn artefact(&self) -> Option<&ArtefactLife> {
        match &self.life {
            Life::Artefact(artefact) => Some(artefact),
            _ => None,
        }
    }

    /// What is known of the type, if it is one.
    #[must_use]
    pub fn type_life(&self) -> Option<&TypeLife> {
        match &self.life {
            Life::Type(type_life) => Some(type_life),
            _ => None,
        }
    }
}
