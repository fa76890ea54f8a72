//! `prova export`: evidence in one file.

mod bundle;
mod form;
mod scope;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use prova_core::{
    bundle::description::Remark,
    id::{ComponentId, OrgId},
    time::Timestamp,
};
use prova_query::ExportSubject;

use self::{
    form::FormArgs,
    scope::{LeftOut, Stretch},
};
use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    passphrase::PassphraseArgs,
    trust::TrustArgs,
    ui::{Status, Ui},
};

/// Export evidence about components as one file that anybody verifies offline.
///
/// Reads the ledger, also beside a running writer. Writes a bundle: everything that was recorded about the components in scope and about what
/// their lives depend on, the proofs that it stands in the ledger and that nothing was left out, the documents it names, the verdict, a report
/// for people (data/report.html), and the exporter's signature. `prova verify FILE` checks it without the ledger. The exporter is the organisation of the key, in the role auditor.
/// The same ledger, scope, key and --at give the same bytes.
///
/// With --as, writes what other people's tools read instead, after verifying every signature: entries byte for byte, as in-toto bundle (one
/// envelope a line) or as Sigstore bundles (one line for each signer); COSE receipts, which the ledger's key signs; or what a unit is made
/// of, as built or as installed.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("scope").required(true))]
#[command(after_help = "\
Exit codes: 0 written, 1 the ledger is damaged, 2 no such component, or a key that may not export, 3 the disk failed.

Example:
  prova export unit:dns:nordlys.example/AAU-3900/SN0001 --case 2026-17 --key keys/auditor.pem -o evidence.zip
  prova export --range 0..51 --key keys/auditor.pem -o ledger.zip
  prova export unit:dns:nordlys.example/AAU-3900/SN0001 --as cyclonedx -o unit.cdx.json")]
pub(crate) struct ExportArgs {
    /// The components or acts that the evidence is about; with --as also entries, by index.
    #[arg(value_name = "COMPONENT|INDEX", group = "scope")]
    what: Vec<ExportSubject>,
    /// Everything that an organisation said, and the components in it.
    #[arg(long, value_name = "ORG", group = "scope")]
    org: Option<OrgId>,
    /// A type, and every unit of it.
    #[arg(long = "type", value_name = "TYPE", group = "scope")]
    of_type: Option<ComponentId>,
    /// A slot, and what was ever in it.
    #[arg(long, value_name = "SLOT", group = "scope")]
    slot: Option<ComponentId>,
    /// Every entry from index A on, before index B.
    #[arg(long, value_name = "A..B", group = "scope")]
    range: Option<Stretch>,
    /// Components with an entry that claims a time from this one on.
    #[arg(long, value_name = "TIME", group = "scope", requires = "to")]
    from: Option<Timestamp>,
    /// … up to this one.
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<Timestamp>,
    /// The case that the evidence is for.
    #[arg(long, value_name = "ID")]
    case: Option<Remark>,
    #[command(flatten)]
    form: FormArgs,
    /// The private key of the exporter; a bundle needs it.
    #[arg(long, value_name = "FILE", required_unless_present = "form")]
    key: Option<PathBuf>,
    /// When it is exported [without: now; with --as: the latest time that an entry in it claims].
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// A document to leave out, by its SHA-256, or «missing»: those that the ledger does not have, or «all»; the bundle says that they are withheld.
    #[arg(long, value_name = "DIGEST|missing|all", requires = "reason")]
    withhold: Vec<LeftOut>,
    /// Why documents are withheld.
    #[arg(long, value_name = "TEXT", requires = "withhold")]
    reason: Option<Remark>,
    /// By what right they are withheld.
    #[arg(long, value_name = "TEXT", requires = "withhold")]
    authority: Option<Remark>,
    #[command(flatten)]
    trust: TrustArgs,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Runs `prova export`.
pub(crate) fn run(args: &ExportArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    match args.form.form {
        Some(form) => form::write(args, form, ui),
        None => bundle::write(args, ui),
    }
}
