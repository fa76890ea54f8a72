//! `prova export`: evidence in one file.

mod form;

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    str::FromStr,
};

use clap::{ArgGroup, Args};
use prova_bundle::export::{ExportError, ExportRequest, ExportedBundle, Withhold, Withholding, export};
use prova_core::{
    bundle::{closure::ClosureError, description::Remark},
    id::{ComponentId, OrgId, SubjectId},
    log::MAX_POLICY_BYTES,
    position::{EntryIndex, TreeSize},
    time::Timestamp,
    verdict::{
        BundleScope, Verdict,
        bundle_scope::{IndexRange, Period},
    },
};
use prova_query::{ExportSubject, LedgerSource, SourceError, bundle_page};
use serde::Serialize;

use self::form::FormArgs;
use crate::{
    clock,
    error::{Blame, CommandError},
    input,
    ledger::LedgerArgs,
    output::Draft,
    passphrase::PassphraseArgs,
    plain::{counted, plain},
    signing,
    ui::{Show, Status, Ui},
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
    /// A C2SP tlog-policy file to judge by; it goes into the bundle. Readers judge by their own.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// `A..B`.
#[derive(Clone, Copy, Debug)]
struct Stretch(IndexRange);

impl FromStr for Stretch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.split_once("..").and_then(|(from, to)| {
            Some(IndexRange {
                from: EntryIndex::new(from.parse().ok()?),
                to: TreeSize::new(to.parse().ok()?),
            })
        });
        range
            .map(Self)
            .ok_or_else(|| "want two indices such as «0..51»".to_owned())
    }
}

/// What `--withhold` names: one document, those missing, or all.
#[derive(Clone, Copy, Debug)]
struct LeftOut(Withhold);

impl FromStr for LeftOut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(match text {
            "missing" => Withhold::Missing,
            "all" => Withhold::All,
            digest => Withhold::Document(
                digest
                    .parse()
                    .map_err(|error| format!("{error}; or «missing», or «all»"))?,
            ),
        }))
    }
}

/// What was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    /// The bundle's path.
    file: PathBuf,
    /// The length of the bundle in bytes.
    bytes: u64,
    /// How many entries the bundle holds.
    entries: u64,
    /// Components that are followed.
    components: usize,
    /// How many proofs of completeness and absence the bundle holds.
    index_proofs: usize,
    /// Documents in it.
    attachments: usize,
    /// Documents that it does not have.
    withheld: usize,
    /// What it shows.
    verdict: Verdict,
}

/// Runs `prova export`.
pub(crate) fn run(args: &ExportArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    if let Some(form) = args.form.form {
        return form::write(args, form, ui);
    }
    let request = args.scope()?;
    let Some(key_file) = &args.key else {
        return Err(CommandError::caller(
            "the exporter's key is missing, want --key FILE",
        ));
    };
    let at = args.at.map_or_else(clock::now, Ok)?;
    let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX);
    let trust = args
        .trust
        .as_ref()
        .map(|path| input::read(path, limit))
        .transpose()?;
    let key = signing::read_key(key_file, &args.passphrase.source(), ui)?;
    let (snapshot, state) = args.ledger.read(ui)?;
    let source = LedgerSource::new(snapshot, state);
    let exporter = {
        use prova_bundle::export::ExportSource as _;
        let record = source.registry().keys().get(&key.public().key_id());
        let record = record.ok_or_else(|| {
            let error = CommandError::caller(format!(
                "the key in {} is of no participant",
                input::shown(key_file)
            ));
            error.hint(
                "an exporter is enrolled with the role auditor: `prova registry enrol … --role auditor`",
            )
        })?;
        record.organisation.clone()
    };
    let request = ExportRequest {
        scope: request,
        case: args.case.clone(),
        exporter,
        at,
        withholding: args.withholding(),
        trust,
    };
    let mut draft = Draft::of(&args.output)?;
    let made = {
        let bar = ui.progress("exporting", "entries");
        let out = BufWriter::with_capacity(1 << 20, draft.file());
        let (_, made) = export(
            &source,
            &request,
            &key,
            Some(&|dossier, bytes, verdict| bundle_page(dossier, bytes, verdict)),
            out,
            &bar,
        )
        .map_err(|error| failed(&error))?;
        made
    };
    let bytes = draft.file().metadata().map_or(0, |metadata| metadata.len());
    draft.publish()?;
    ui.result(&Written::new(args.output.clone(), bytes, made))?;
    Ok(Status::Holds)
}

impl ExportArgs {
    fn components(&self) -> Result<Vec<SubjectId>, CommandError> {
        let subject = |what: &ExportSubject| match what {
            ExportSubject::Subject(subject) => Ok(subject.clone()),
            ExportSubject::Entry(index) => {
                let error = CommandError::caller(format!("{index} is no component"));
                Err(error.hint("single entries go out with --as, stretches of them with --range"))
            }
        };
        self.what.iter().map(subject).collect()
    }

    fn scope(&self) -> Result<BundleScope, CommandError> {
        Ok(
            match (
                &self.org,
                &self.of_type,
                &self.slot,
                &self.range,
                &self.from,
                &self.to,
            ) {
                (Some(org), ..) => BundleScope::Organisation(org.clone()),
                (_, Some(of_type), ..) => BundleScope::Type(of_type.clone()),
                (_, _, Some(slot), ..) => BundleScope::Slot(slot.clone()),
                (_, _, _, Some(Stretch(range)), ..) => BundleScope::Range(*range),
                (_, _, _, _, Some(from), Some(to)) => BundleScope::Time(Period { from: *from, to: *to }),
                _ if !self.what.is_empty() => BundleScope::components(self.components()?),
                _ => {
                    return Err(CommandError::caller(
                        "nothing was named that the evidence is to be about",
                    ));
                }
            },
        )
    }

    fn withholding(&self) -> Option<Withholding> {
        Some(Withholding {
            what: self.withhold.iter().map(|LeftOut(withhold)| *withhold).collect(),
            reason: self.reason.clone()?,
            authority: self.authority.clone(),
        })
    }
}

/// Whose fault it is that nothing was exported.
fn failed(error: &ExportError<SourceError>) -> CommandError {
    let blame = match error {
        ExportError::Source(source) | ExportError::Closure(ClosureError::Source(source)) => source.blame(),
        ExportError::Closure(ClosureError::Entry(_))
        | ExportError::Fault(_)
        | ExportError::Document { .. } => Blame::Evidence,
        ExportError::Write(prova_bundle::zip::WriteFileError::Write { source, .. }) => {
            crate::error::blame_of_io(source)
        }
        ExportError::Write(prova_bundle::zip::WriteFileError::Read { .. }) | ExportError::Proof { .. } => {
            Blame::Program
        }
        _ => Blame::Caller,
    };
    let shown = CommandError::of(blame, error);
    match error {
        ExportError::NoDocument { digest, .. } => shown.hint(format!(
            "give the ledger the document, or say why the bundle does not have it: --withhold {digest} --reason TEXT; `--withhold missing` \
             is for all that the ledger does not have"
        )),
        ExportError::Exporter(_) => {
            shown.hint("`prova registry show` lists who has the role auditor; `prova registry change --role` gives it")
        }
        ExportError::Fault(_) => shown.hint("`prova verify` looks at the whole ledger"),
        _ => shown,
    }
}

impl Written {
    fn new(file: PathBuf, bytes: u64, exported: ExportedBundle) -> Self {
        let ExportedBundle {
            description,
            verdict,
            attachments,
            index_proofs,
        } = exported;
        Self {
            file,
            bytes,
            entries: description.entries,
            components: description.closure.subjects().count(),
            index_proofs,
            attachments,
            withheld: description.withheld.len(),
            verdict,
        }
    }
}

impl Show for Written {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        writeln!(
            out,
            "{}: {}, {}, {}, {}, {} withheld; {} bytes",
            self.file.display(),
            counted(self.components, "component", "components"),
            counted(self.entries, "entry", "entries"),
            counted(self.index_proofs, "index proof", "index proofs"),
            counted(self.attachments, "document", "documents"),
            number(self.withheld),
            self.bytes
        )?;
        for answered in &self.verdict.answers {
            let (question, answer) = (answered.question.name(), answered.answer.to_string());
            writeln!(out, "  {question:<10}  {answer:<17}  {}", plain(&answered.reason))?;
        }
        writeln!(
            out,
            "{}",
            counted(self.verdict.findings.len(), "finding", "findings")
        )
    }
}
