//! Tests, certificates, other evidence, corrections.

use serde::{Deserialize, Serialize};

use super::{Attachment, Scas};
use crate::{hash::LeafHash, id::ComponentId, time::Date};

/// A test of a type, an artefact or a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    /// The specification, for example `3GPP TS 33.511`.
    pub specification: String,
    /// The version of the specification, for example `17.1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification_version: Option<String>,
    /// The 3GPP release tested against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The outcome.
    pub result: TestResult,
    /// The artefacts that the tested product ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artefacts: Vec<ComponentId>,
    /// The laboratory's accreditation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<String>,
    /// The last day of that accreditation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accredited_until: Option<Date>,
    /// The document in which the laboratory says how it tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Attachment>,
}

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TestResult {
    /// All requirements met.
    Pass,
    /// At least one not met.
    Fail,
    /// Met under conditions that the report states.
    Conditional,
}

/// What happens to a certificate of a type or an artefact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certify {
    /// Issue, renew, suspend, reinstate or withdraw.
    pub action: CertificateAction,
    /// The scheme, for example `NESAS` or `EUCC`.
    pub scheme: String,
    /// The certificate's number in the scheme.
    pub certificate: String,
    /// The assurance level in the scheme's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The artefacts that the certificate covers; empty: every release of the subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artefacts: Vec<ComponentId>,
    /// The versions that it covers, in the scheme's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_range: Option<String>,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The security assurance specifications that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scas: Vec<Scas>,
    /// The certificate itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
}

/// What happens to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum CertificateAction {
    Issue,
    Renew,
    Suspend,
    Reinstate,
    Withdraw,
}

/// An earlier entry was wrong, or is disputed; it stays visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Correct {
    /// The entry.
    pub target: LeafHash,
    /// Who contradicts it.
    pub kind: CorrectionKind,
    /// Why, and what is right.
    pub reason: String,
}

/// Who contradicts an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CorrectionKind {
    /// Its signer: it was an error.
    Error,
    /// Another party: it is disputed.
    Dispute,
}

/// Other evidence where the record that should exist does not: counted as weak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The event whose record is missing, for example `ship`.
    pub in_place_of: String,
    /// Why it is missing.
    pub reason: String,
    /// The document: a delivery note, an invoice, a photograph.
    pub document: Attachment,
}
