//! A bundle of evidence, which anybody verifies offline.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use prova_bundle::export::{ExportError, ExportRequest, export};
use prova_core::{bundle::closure::ClosureError, verdict::Verdict};
use prova_query::{LedgerSource, SourceError, bundle_page};
use serde::Serialize;

use super::ExportArgs;
use crate::{
    clock,
    error::{Blame, CommandError},
    input,
    output::Draft,
    plain::{counted, plain},
    signing,
    trust::show_standing,
    trust_store::TrustStoreError,
    ui::{Show, Status, Ui},
};

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

/// Writes a bundle.
pub(super) fn write(args: &ExportArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let scope = args.scope()?;
    let Some(key_file) = &args.key else {
        return Err(CommandError::caller(
            "the exporter's key is missing, want --key FILE",
        ));
    };
    let at = args.at.map_or_else(clock::now, Ok)?;
    let key = signing::read_key(key_file, &args.passphrase.source(), ui)?;
    let (snapshot, state) = args.ledger.read(ui)?;
    // What it was judged by goes into the bundle; readers judge by their own.
    let (origin, got) = (state.registry().origin(), snapshot.charter().leaf());
    let trust = args.trust.about(origin)?;
    let accepted = trust.as_ref().and_then(|policy| policy.trust.charter());
    if let Some(want) = accepted.filter(|want| *want != got) {
        let origin = origin.clone();
        return Err(TrustStoreError::OtherCharter { origin, got, want }.into());
    }
    let source = LedgerSource::new(snapshot, state);
    let exporter = {
        use prova_bundle::export::ExportSource as _;
        let record = source.registry().keys().get(&key.public().key_id());
        let record = record.ok_or_else(|| {
            let file = input::shown(key_file);
            let error = CommandError::caller(format!("the key in {file} is of no participant"));
            error.hint(
                "an exporter is enrolled with the role auditor: `prova registry enrol … --role auditor`",
            )
        })?;
        record.organisation.clone()
    };
    let request = ExportRequest {
        scope,
        case: args.case.clone(),
        exporter,
        at,
        withholding: args.withholding(),
        trust: trust.map(|policy| policy.bytes),
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
    ui.result(&Written {
        file: args.output.clone(),
        bytes,
        entries: made.description.entries,
        components: made.description.closure.subjects().count(),
        index_proofs: made.index_proofs,
        attachments: made.attachments,
        withheld: made.description.withheld.len(),
        verdict: made.verdict,
    })?;
    Ok(Status::Holds)
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

impl Show for Written {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        show_standing(&self.verdict, out)?;
        writeln!(
            out,
            "{}: {}, {}, {}, {}, {} withheld; {} bytes",
            self.file.display(),
            counted(self.components, "component", "components"),
            counted(self.entries, "entry", "entries"),
            counted(self.index_proofs, "index proof", "index proofs"),
            counted(self.attachments, "document", "documents"),
            self.withheld,
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
