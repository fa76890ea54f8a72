//! Tests, certificates, other evidence, corrections.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    id::ComponentId,
    statement::event::{
        Scas,
        assurance::{CertificateAction, CorrectionKind, TestResult},
    },
    time::Date,
};
use serde::Serialize;

use super::{EntryName, EventOptions, named};

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestOptions {
    /// The specification, for example `3GPP TS 33.511`.
    #[arg(long, value_name = "TEXT")]
    specification: Option<String>,
    /// The version of the specification, for example `17.1.0`.
    #[arg(long, value_name = "VERSION")]
    specification_version: Option<String>,
    /// The 3GPP release tested against.
    #[arg(long)]
    release: Option<String>,
    /// The outcome: pass, fail, conditional.
    #[arg(long, value_parser = named::<TestResult>)]
    result: Option<TestResult>,
    /// An artefact that the tested product ran.
    #[arg(long = "artefact", value_name = "ARTEFACT")]
    artefacts: Vec<ComponentId>,
    /// The laboratory's accreditation.
    #[arg(long, value_name = "TEXT")]
    accreditation: Option<String>,
    /// The last day of that accreditation.
    #[arg(long, value_name = "DATE")]
    accredited_until: Option<Date>,
    /// The report; stored as a document.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    report: Option<PathBuf>,
}

impl EventOptions for TestOptions {
    const EVENT: &'static str = "test";

    fn documents(&self) -> Vec<(&'static str, PathBuf)> {
        self.report.iter().map(|path| ("report", path.clone())).collect()
    }
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertifyOptions {
    /// What happens to the certificate: issue, renew, suspend, reinstate, withdraw.
    #[arg(long, value_parser = named::<CertificateAction>)]
    action: Option<CertificateAction>,
    /// The scheme, for example `NESAS` or `EUCC`.
    #[arg(long)]
    scheme: Option<String>,
    /// The certificate's number in the scheme.
    #[arg(long, value_name = "NUMBER")]
    certificate: Option<String>,
    /// The assurance level in the scheme's words.
    #[arg(long)]
    level: Option<String>,
    /// An artefact that the certificate covers [default: every release].
    #[arg(long = "artefact", value_name = "ARTEFACT")]
    artefacts: Vec<ComponentId>,
    /// The versions that it covers, in the scheme's words.
    #[arg(long, value_name = "TEXT")]
    version_range: Option<String>,
    /// First day.
    #[arg(long, value_name = "DATE")]
    valid_from: Option<Date>,
    /// Last day.
    #[arg(long, value_name = "DATE")]
    valid_until: Option<Date>,
    /// A security assurance specification, its version and 3GPP release, for example `TS 33.511/19.0.0/19`.
    #[arg(long, value_name = "SPECIFICATION/VERSION/RELEASE", value_parser = scas)]
    scas: Vec<Scas>,
    /// The certificate itself; stored as a document.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    document: Option<PathBuf>,
}

impl EventOptions for CertifyOptions {
    const EVENT: &'static str = "certify";

    fn documents(&self) -> Vec<(&'static str, PathBuf)> {
        self.document
            .iter()
            .map(|path| ("document", path.clone()))
            .collect()
    }
}

fn scas(text: &str) -> Result<Scas, String> {
    let parts: Vec<_> = text.split('/').collect();
    let [specification, version, release] = parts.as_slice() else {
        return Err(
            "want the specification, its version and the release, as in «TS 33.511/19.0.0/19»".to_owned(),
        );
    };
    Ok(Scas {
        specification: (*specification).to_owned(),
        version: (*version).to_owned(),
        release: (*release).to_owned(),
    })
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CorrectOptions {
    /// The entry, by index or leaf hash.
    #[arg(long, value_name = "ENTRY")]
    target: Option<EntryName>,
    /// Who contradicts it: error (its signer), dispute (another).
    #[arg(long, value_parser = named::<CorrectionKind>)]
    kind: Option<CorrectionKind>,
    /// Why, and what is right.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl EventOptions for CorrectOptions {
    const EVENT: &'static str = "correct";
}

#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceOptions {
    /// The event whose record is missing, for example `ship`.
    #[arg(long, value_name = "EVENT")]
    in_place_of: Option<String>,
    /// Why it is missing.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The document: a delivery note, an invoice, a photograph; stored.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    document: Option<PathBuf>,
}

impl EventOptions for EvidenceOptions {
    const EVENT: &'static str = "evidence";

    fn documents(&self) -> Vec<(&'static str, PathBuf)> {
        self.document
            .iter()
            .map(|path| ("document", path.clone()))
            .collect()
    }
}
