//! `prova prove`: proofs to hand on.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{
    index::term::Term,
    position::{EntryIndex, TreeSize},
};
use prova_query::{EntryInProof, EntryProof, GrowthProof, TermClaim, TermListing};

use crate::{
    args::Format,
    error::CommandError,
    ledger::LedgerArgs,
    output,
    plain::counted,
    ui::{Show, Status, Ui},
};

/// Prove that an entry is in the ledger, which entries are about something, or that the ledger only grew.
///
/// Reads the ledger, also beside a running writer. Writes a C2SP `.tlog-proof` file with the entry in it, which `prova verify` checks against
/// a policy without the ledger; or a file with all entries about something, or the proof that there is none, by the last seal, checked in the same
/// way; or the consistency of the present tree with an earlier one, in the form of a C2SP `tlog-witness` request.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no such entry or size, no seal, or not what is to be proved.

Example:
  prova prove 7 -o entry-7.tlog-proof
  prova prove --all-about unit:dns:nordlys.example/AAU-3900/SN0001 -o unit.json
  prova prove --none-about by:dns:stranger.example -o none.json")]
pub(crate) struct ProveArgs {
    /// The entry.
    #[arg(value_name = "INDEX", required_unless_present_any = ["consistency", "all_about", "none_about"])]
    index: Option<u64>,
    /// Prove that the ledger began with its first N entries, instead.
    #[arg(long, value_name = "N", conflicts_with = "index")]
    consistency: Option<u64>,
    /// Prove which entries are about a component, organisation, key, document or alias: these and no other.
    #[arg(long, value_name = "TERM", conflicts_with_all = ["index", "consistency"], value_parser = super::log::term)]
    all_about: Option<Term>,
    /// Prove that no entry is about it.
    #[arg(long, value_name = "TERM", conflicts_with_all = ["index", "consistency", "all_about"], value_parser = super::log::term)]
    none_about: Option<Term>,
    /// The file for the proof instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the entry's bytes to a file of their own.
    #[arg(long, value_name = "FILE", requires = "index")]
    entry_out: Option<PathBuf>,
    /// Leave the entries out of the proof; whoever verifies that one is in the log must have it.
    #[arg(long, conflicts_with = "consistency")]
    without_entry: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
}

impl Show for EntryProof {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.file.as_bytes())
    }
}

impl Show for GrowthProof {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{self}")
    }
}

impl Show for TermListing {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.file.as_bytes())
    }
}

/// Runs `prova prove`.
pub(crate) fn run(args: &ProveArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let with_it = if args.without_entry {
        EntryInProof::LeftOut
    } else {
        EntryInProof::Carried
    };
    for (term, claim) in [
        (&args.all_about, TermClaim::All),
        (&args.none_about, TermClaim::None),
    ] {
        if let Some(term) = term {
            let (snapshot, state) = args.ledger.read(ui)?;
            let listed = TermListing::of(&snapshot, &state, term, claim, with_it)?;
            note_later(&listed, ui);
            deliver(args, &listed, &listed.file, ui)?;
            return Ok(Status::Holds);
        }
    }
    let snapshot = args.ledger.snapshot()?;
    if let Some(index) = args.index {
        let proof = EntryProof::of(&snapshot, EntryIndex::new(index), with_it)?;
        if let Some(path) = &args.entry_out {
            output::write(path, &proof.entry)?;
        }
        deliver(args, &proof, &proof.file, ui)?;
    } else {
        let from = TreeSize::new(args.consistency.unwrap_or_default());
        let proof = GrowthProof::of(&snapshot, from)?;
        deliver(args, &proof, &proof.to_string(), ui)?;
    }
    Ok(Status::Holds)
}

/// Tells of entries that no seal counts yet.
fn note_later(listed: &TermListing, ui: &Ui) {
    if listed.later > 0 {
        ui.note(&format!(
            "{} came after the seal in entry {} and may be about «{}» too; `prova seal` covers them",
            counted(listed.later, "entry", "entries"),
            listed.seal,
            listed.term
        ));
    }
}

/// Writes the file that was asked for, or shows the proof; in JSON both.
fn deliver(args: &ProveArgs, shown: &impl Show, text: &str, ui: &mut Ui) -> Result<(), CommandError> {
    match &args.output {
        Some(path) => {
            output::write(path, text.as_bytes())?;
            if ui.format() == Format::Json {
                ui.result(shown)?;
            }
            Ok(())
        }
        None => ui.result(shown),
    }
}
