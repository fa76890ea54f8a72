//! Vulnerabilities, recalls, and what authorities order or find.

use serde::{Deserialize, Serialize};

use super::{
    Attachment,
    category::{AreaClass, Category},
};
use crate::{
    country::Country,
    hash::LeafHash,
    id::{ComponentId, OrgId},
    time::{Date, Timestamp},
};

/// A vulnerability notice or VEX statement about types and artefacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The vulnerability, for example a CVE or EUVD id.
    pub vulnerability: String,
    /// Whether the subjects are affected.
    pub status: VexStatus,
    /// Why they are not, in VEX terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The releases that mend it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<ComponentId>,
    /// When the producer became aware.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware_since: Option<Timestamp>,
    /// Whether it is known to be exploited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploited: Option<bool>,
    /// The VEX document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
}

/// VEX status (CISA, *Minimum Requirements for VEX*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum VexStatus {
    Affected,
    NotAffected,
    Fixed,
    UnderInvestigation,
}

/// A maker calls units, types or artefacts back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recall {
    /// Why they are called back, in words.
    pub reason: String,
    /// The lots concerned, where the subject is a type; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<String>,
    /// What is to be done.
    pub remedy: String,
    /// From when.
    pub from: Date,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
}

/// An authority restricts what may be used. The subject is the act; later statements about it amend or repeal it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restrict {
    /// Whether the act is proposed, in force or repealed.
    pub status: ActStatus,
    /// The law that it rests on.
    pub legal_basis: String,
    /// What it applies to: every list that is not empty must match.
    pub scope: Scope,
    /// From when.
    pub from: Date,
    /// The end of the phase-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
    /// Operators that are exempt, by the exempting act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<Exemption>,
}

/// Where an act stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum ActStatus {
    Proposed,
    InForce,
    Repealed,
}

/// A predicate over components; evaluated, not enumerated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// Suppliers, their subsidiaries included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppliers: Vec<OrgId>,
    /// Countries of jurisdiction or manufacture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Country>,
    /// Component types, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<ComponentId>,
    /// Asset categories of slots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Area classes of slots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaClass>,
}

/// An operator that an act does not bind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exemption {
    /// The organisation that need not keep to the act.
    pub operator: OrgId,
    /// The exempting act.
    pub act: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What a regulator found about the subjects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegulatorFinding {
    /// The rule or requirement.
    pub rule: String,
    /// What the regulator's check came to.
    pub outcome: CheckOutcome,
    /// In the regulator's words.
    pub text: String,
    /// The entries that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<LeafHash>,
    /// When it must be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
}

/// Outcome of a regulator's check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum CheckOutcome {
    Holds,
    Fails,
    CannotBeDecided,
}
