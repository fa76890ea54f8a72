//! What is said about components: seventeen events, and two more for regulators.
//!
//! ```text
//! predicate = {"ledger":<origin>,"by":<organisation>,"role":<role>,"with":[<organisation>,…],"time":<timestamp>,…,"event":{"<name>":{<fields>}}}
//! ```
//! The predicate says for which ledger it is meant and who stands by it: an entry is signed by exactly one key of each organisation in `by` and
//! `with`. So nothing is carried from one ledger into another, and whoever adds a signature on the way, or takes one off, makes another thing.
//!
//! Members that a reader does not know are ignored (in-toto, «Parsing rules»), unless the predicate's `critical` names them:
//! a reader refuses a statement whose critical members it does not know. Event names and enumerated values are closed.

pub mod assurance;
pub mod category;
pub mod custody;
mod kind;
pub mod make;
mod mentions;
pub mod notice;
pub mod operation;
pub mod role;
mod shape;

use serde::{Deserialize, Serialize};

use self::{
    assurance::{Certify, Correct, Evidence, Test},
    custody::{Receive, Ship, Store},
    make::{Assemble, Manifest, Manufacture},
    notice::{Notice, Recall, RegulatorFinding, Restrict},
    operation::{Decommission, Install, Maintain, Measure, Update},
    role::Role,
};
pub use self::{kind::EventKind, shape::ShapeError};
use crate::{
    country::Country,
    hash::Digest,
    id::{ComponentId, OrgId, Origin},
    time::Timestamp,
};

/// The predicate type of an event.
pub const PREDICATE_TYPE: &str = "urn:prova:event:1";
/// Most organisations that stand by an event beside its speaker.
pub const MAX_WITH: usize = 8;

/// An event and what all events have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventPredicate {
    /// The ledger that it is said to; no other takes it.
    pub ledger: Origin,
    /// Who says it; a key of this organisation must sign.
    pub by: OrgId,
    /// The role that the speaker has in it.
    pub role: Role,
    /// Who else stands by it, ascending; a key of each must sign. Only of what is about units or slots: any other fact has one issuer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<OrgId>,
    /// When it happened, as the signer claims.
    pub time: Timestamp,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who should see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<Disclosure>,
    /// Documents that support it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Attachment>,
    /// Members that a reader must understand; this version knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<String>,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A type is designed or an artefact released.
    Manifest(Manifest),
    /// Units come into being.
    Manufacture(Manufacture),
    /// Parts go into a parent.
    Assemble(Assemble),
    /// Something is tested.
    Test(Test),
    /// A certificate is issued, renewed, suspended, reinstated or withdrawn.
    Certify(Certify),
    /// The holder sends units.
    Ship(Ship),
    /// The next holder has them.
    Receive(Receive),
    /// The holder keeps them at a site.
    Store(Store),
    /// Units or artefacts go into a slot.
    Install(Install),
    /// Other firmware.
    Update(Update),
    /// Work on units or slots.
    Maintain(Maintain),
    /// A vulnerability or VEX statement.
    Notice(Notice),
    /// A maker calls something back.
    Recall(Recall),
    /// What runs, as measured.
    Measure(Measure),
    /// The end.
    Decommission(Decommission),
    /// An earlier entry was wrong, or is disputed.
    Correct(Correct),
    /// Other evidence in place of a missing record.
    Evidence(Evidence),
    /// An authority restricts what may be used.
    Restrict(Restrict),
    /// A regulator's finding.
    Finding(RegulatorFinding),
}

/// Where something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// ISO 3166-1 alpha-2, if the country is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// UN/LOCODE, for example `SESTO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locode: Option<String>,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A factory or warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// ISO 3166-1 alpha-2.
    pub country: Country,
    /// What people call the factory or warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its Global Location Number or other organisation id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<OrgId>,
}

/// Who should see a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disclosure {
    /// Anybody may see it.
    Public,
    /// Those who take part in the event, and regulators.
    Parties,
    /// Only regulators should see it.
    Regulator,
}

/// A document known by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// What sort of file it is (RFC 6838).
    pub media_type: String,
    /// A file name for people; nothing rests on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who has it, where the ledger does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<OrgId>,
}

/// A bill of materials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BomReference {
    /// `CycloneDX` or `SPDX`.
    pub format: String,
    /// The version of the format.
    pub version: String,
    /// How many components it lists.
    pub components: u64,
    /// The bill itself, by its digest.
    pub document: Attachment,
}

/// What a unit or slot runs, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Firmware {
    /// The release that runs there, by its digest.
    pub artefact: ComponentId,
    /// Its version as shown by the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How its digest was measured; absent: declared, not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measurement>,
}

/// How a digest was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measurement {
    /// The program that made the measurement.
    pub tool: String,
    /// The version of that program.
    pub tool_version: String,
    /// `image`, `tpmQuote`, `deviceReport`, …
    pub method: String,
}

/// A security assurance specification of 3GPP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scas {
    /// For example `TS 33.511`.
    pub specification: String,
    /// For example `19.0.0`.
    pub version: String,
    /// The 3GPP release, for example `19`.
    pub release: String,
}
