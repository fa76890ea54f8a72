//! A unit or artefact in a network (IR 8536 *Employ* and after).

use serde::{Deserialize, Serialize};

use super::{
    Firmware,
    category::{AreaClass, Category},
};
use crate::{
    country::Country,
    id::{ComponentId, OrgId},
};

/// Units or artefacts go into a slot. The subjects are one slot and what goes into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Install {
    /// What the slot is in the network.
    pub category: Category,
    /// Where the slot is.
    pub area: AreaClass,
    /// The operator, where an integrator speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OrgId>,
    /// What the unit runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
}

/// Other firmware or software on units or slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// What ran before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ComponentId>,
    /// What runs now.
    pub to: Firmware,
    /// How it came there: `remote`, `local`, `factory`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The operator that approved it, where a maintainer speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<OrgId>,
}

/// Work on units or slots. Parts that go in or out, and a slot that is emptied, are subjects too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Maintain {
    /// What was done.
    pub action: MaintenanceAction,
    /// The employer of those who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<OrgId>,
    /// The country from which it was done remotely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_from: Option<Country>,
    /// The unit that parts went into or out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ComponentId>,
    /// Parts that went in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts_in: Vec<ComponentId>,
    /// Parts that came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts_out: Vec<ComponentId>,
    /// Whether data carriers were taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_carriers_removed: Option<bool>,
}

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MaintenanceAction {
    /// Looked at.
    Inspect,
    /// A fault was put right without exchanging parts.
    Repair,
    /// Parts exchanged.
    Replace,
    /// Taken out of its slot.
    Remove,
}

/// What runs, as measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// What was found running, and how it was measured.
    pub found: Firmware,
    /// The verifier's challenge, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Who appraised the measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
}

/// The end of units or slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decommission {
    /// Why they are taken out of use, in words.
    pub reason: String,
    /// How data were removed, for example `NIST SP 800-88 purge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sanitisation: Option<String>,
    /// What becomes of them.
    pub destination: Destination,
    /// Who gets them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<OrgId>,
}

/// What becomes of a decommissioned unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Destination {
    Destruction,
    Recycling,
    Resale,
    Return,
    None,
}
