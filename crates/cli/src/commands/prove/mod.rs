//! `prova prove`: proofs to hand on.

mod listing;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use prova_core::{
    hash::{LeafHash, NodeHash},
    index::term::Term,
    log::tlog_proof::TlogProof,
    position::{EntryIndex, TreeSize},
};
use prova_store::Snapshot;
use serde::Serialize;

use self::listing::Claim;
use crate::{
    args::Format,
    error::{Blame, Blaming as _, CommandError},
    ledger::LedgerArgs,
    output,
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

/// A proof that an entry is in the ledger.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    /// Where the entry stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// Entries that the checkpoint covers.
    size: TreeSize,
    /// The hashes beside the path to the root, lowest first.
    path: Vec<NodeHash>,
    /// The `.tlog-proof` file.
    proof: String,
}

/// A proof that the ledger only grew.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    /// Entries of the earlier tree.
    from: TreeSize,
    /// Entries of the present one.
    size: TreeSize,
    /// The hashes of the proof, in its order.
    path: Vec<NodeHash>,
    /// The present checkpoint, signed.
    checkpoint: String,
}

impl Show for Inclusion {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.proof.as_bytes())
    }
}

impl Show for Consistency {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text().as_bytes())
    }
}

impl Consistency {
    /// The body of an `add-checkpoint` request (C2SP `tlog-witness`).
    fn text(&self) -> String {
        let mut text = format!("old {}\n", self.from);
        for hash in &self.path {
            text.push_str(&STANDARD.encode(hash.as_bytes()));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }
}

/// Runs `prova prove`.
pub(crate) fn run(args: &ProveArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    for (term, claim) in [(&args.all_about, Claim::All), (&args.none_about, Claim::None)] {
        if let Some(term) = term {
            let listed = listing::prove(args, term, claim, ui)?;
            deliver(args, &listed, &listed.text, ui)?;
            return Ok(Status::Holds);
        }
    }
    let snapshot = args.ledger.snapshot()?;
    match (args.index, args.consistency) {
        (Some(index), _) => inclusion(args, &snapshot, EntryIndex::new(index), ui)?,
        (None, from) => consistency(args, &snapshot, TreeSize::new(from.unwrap_or_default()), ui)?,
    }
    Ok(Status::Holds)
}

fn inclusion(
    args: &ProveArgs,
    snapshot: &Snapshot,
    index: EntryIndex,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let size = snapshot.size();
    if !size.has(index) {
        return Err(CommandError::caller(format!(
            "there is no entry {index} in a ledger of size {size}"
        )));
    }
    let entry = snapshot.entry(index)?;
    let leaf = LeafHash::of_entry(&entry);
    let inclusion = snapshot.inclusion(index)?;
    // A proof that does not hold is never handed on.
    inclusion
        .verify(&leaf, snapshot.checkpoint().root())
        .or_evidence()?;
    let path = inclusion.path().to_vec();
    let mut proof = TlogProof::new(inclusion, snapshot.signed_checkpoint().clone())
        .map_err(|error| CommandError::of(Blame::Program, &error))?;
    if !args.without_entry {
        proof = proof
            .with_extra(entry.clone())
            .map_err(|error| CommandError::of(Blame::Program, &error))?;
    }
    if let Some(path) = &args.entry_out {
        output::write(path, &entry)?;
    }
    let shown = Inclusion {
        index,
        leaf,
        size,
        path,
        proof: proof.to_string(),
    };
    deliver(args, &shown, &shown.proof, ui)
}

fn consistency(
    args: &ProveArgs,
    snapshot: &Snapshot,
    from: TreeSize,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let size = snapshot.size();
    if from > size {
        return Err(CommandError::caller(format!(
            "the ledger has {size} entries, want at least {from}"
        )));
    }
    let proof = snapshot.consistency(from)?;
    let shown = Consistency {
        from,
        size,
        path: proof.path().to_vec(),
        checkpoint: snapshot.signed_checkpoint().to_string(),
    };
    deliver(args, &shown, &shown.text(), ui)
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
