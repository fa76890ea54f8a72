//! `prova verify`: a whole ledger, one component, a bundle, or a proof.

pub(crate) mod bundle;
mod ledger;
mod listing;
mod proof;
mod seen;

use std::path::{Path, PathBuf};

use clap::Args;
use prova_core::id::SubjectId;

use super::equivocation;
use crate::{
    error::CommandError,
    input,
    ledger::LedgerArgs,
    trust::TrustArgs,
    ui::{Status, Ui},
};

/// Verify a ledger, a component in it, a bundle of evidence, or a file that `prova prove` wrote.
///
/// Without an argument, reads every byte of the ledger: entries against hashes, hashes against the checkpoint, signatures, entitlement,
/// links, lives and seals. With a component, does the same and answers the six questions about that component. With a bundle, answers them
/// from the bundle alone. With another file, shows what it proves of the log that the policy trusts: that an entry is in it, which entries
/// are about something, that none is, or that the log contradicts itself. Files need no ledger.
///
/// A ledger's name proves nothing. Nothing *holds* unless somebody whom you trust vouches for the ledger: one that you accepted once (`prova trust
/// add`; `init` accepts your own), or a C2SP tlog-policy file that `--trust` names. Else the exit code is 6.
///
/// `--report` writes the verdict on a component or a bundle as one HTML page, with lives, who held what, what it is made of and who signed. Of a
/// bundle it is the reader's own: nobody checks the report that the exporter put into it.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 it holds, 1 the evidence is bad, 2 no such ledger, component or file, 4 it is in order, and there are findings or gaps, 6 it is in
order, but nobody whom you trust vouches for the ledger.

Example:
  prova verify --ledger ledger
  prova verify unit:dns:nordlys.example/AAU-3900/SN0001 --trust policy.txt
  prova verify unit:dns:nordlys.example/AAU-3900/SN0001 --report report.html
  prova verify evidence.zip --trust policy.txt
  prova verify evidence.zip --trust policy.txt --report report.html
  prova verify entry-7.tlog-proof --trust policy.txt")]
pub(crate) struct VerifyArgs {
    /// A component, an act, a bundle, or a file with a proof; nothing for the whole ledger.
    #[arg(value_name = "COMPONENT|FILE")]
    what: Option<String>,
    #[command(flatten)]
    trust: TrustArgs,
    /// The entry that a proof is about, if it is not in the proof itself.
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// Write the verdict on a component or a bundle as an HTML page to this file.
    #[arg(long, value_name = "FILE", requires = "what")]
    report: Option<PathBuf>,
    #[command(flatten)]
    seen: seen::SeenArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Runs `prova verify`.
pub(crate) fn run(args: &VerifyArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let subject = args.what.as_deref().map(str::parse::<SubjectId>);
    let is_component = |what: &str| {
        [
            "unit:",
            "type:",
            "artefact:",
            "slot:",
            "act:",
            "ledger:",
            "index:",
        ]
        .iter()
        .any(|kind| what.starts_with(kind))
    };
    let is_of_ledger = matches!(subject, None | Some(Ok(_)));
    if is_of_ledger && (args.seen.is_given() || args.entry.is_some()) {
        return Err(CommandError::caller(
            "--entry, --seen and --consistency are about a file, not about the ledger",
        ));
    }
    match (&args.what, subject) {
        (None, _) => ledger::whole(&args.ledger, &args.trust, ui),
        (Some(_), Some(Ok(subject))) => {
            ledger::subject(&args.ledger, &subject, &args.trust, args.report.as_deref(), ui)
        }
        (Some(what), Some(Err(error))) if is_component(what) => {
            let error = CommandError::of(crate::error::Blame::Caller, &error);
            Err(error.context(format!("«{what}» is no component")))
        }
        (Some(what), _) => args.file(Path::new(what), ui),
    }
}

impl VerifyArgs {
    /// Verifies what is in a file.
    fn file(&self, path: &Path, ui: &mut Ui) -> Result<Status, CommandError> {
        let (start, from) = input::peek(path, bundle::START_BYTES)?;
        if bundle::is_bundle(path, &start) {
            if self.entry.is_some() {
                return Err(CommandError::caller(
                    "a bundle has its entries in it, want no --entry",
                ));
            }
            // A bundle is opened anew, since its end is looked at first.
            drop(from);
            return bundle::verify(path, &self.trust, &self.seen, self.report.as_deref(), ui);
        }
        if self.report.is_some() {
            return Err(CommandError::caller(
                "a report is about a component or a bundle, not about a proof",
            ));
        }
        if self.seen.is_given() {
            return Err(CommandError::caller(
                "only a bundle is held against a checkpoint that was seen before, want no --seen",
            ));
        }
        let content = input::read_from(from, path, proof::LONGEST_LISTING)?;
        if equivocation::is_equivocation(&content) {
            return equivocation::verify(path, &content, &self.trust, ui);
        }
        proof::verify(path, &content, self.entry.as_deref(), &self.trust, ui)
    }
}
