//! `prova fsck`: everything that is wrong with a ledger's files.

use std::io::{self, Write};

use clap::Args;
use prova_core::position::EntryIndex;
use prova_store::{Fault, fsck};
use serde::Serialize;

use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    plain::{counted, plain},
    ui::{Show, Status, Ui},
};

/// List everything that is wrong with the ledger's files. Repairs nothing.
///
/// Reads every file: entries, hashes, checkpoint, attachments, and the store unless another process has it open.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 nothing is wrong, 1 something is, 2 no ledger.

Example:
  prova fsck --ledger ledger")]
pub(crate) struct FsckArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// What is wrong.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Faults {
    /// What is wrong with the files.
    faults: Vec<FaultShown>,
    /// What is worth knowing though nothing is wrong.
    notes: Vec<FaultShown>,
}

/// Something about one file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FaultShown {
    /// The file, by its path within the ledger.
    file: String,
    /// The first entry that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<EntryIndex>,
    /// What is wrong with the file, in words.
    problem: String,
}

impl From<Fault> for FaultShown {
    fn from(fault: Fault) -> Self {
        Self {
            file: fault.file,
            entry: fault.entry,
            problem: fault.kind.to_string(),
        }
    }
}

impl FaultShown {
    fn line(&self) -> String {
        let entry = self.entry.map(|entry| format!(", entry {entry}"));
        plain(&format!(
            "{}{}: {}",
            self.file,
            entry.unwrap_or_default(),
            self.problem
        ))
    }
}

impl Show for Faults {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.faults.is_empty() {
            writeln!(out, "nothing is wrong with the files")?;
        } else {
            writeln!(out, "{}", counted(self.faults.len(), "fault", "faults"))?;
        }
        for fault in &self.faults {
            writeln!(out, "  {}", fault.line())?;
        }
        for note in &self.notes {
            writeln!(out, "  note: {}", note.line())?;
        }
        Ok(())
    }
}

/// Runs `prova fsck`.
pub(crate) fn run(args: &FsckArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let found = fsck(&args.ledger.ledger, &ui.progress("checking", "entries"))?;
    let (notes, faults): (Vec<_>, Vec<_>) = found.into_iter().partition(Fault::is_note);
    let status = if faults.is_empty() {
        Status::Holds
    } else {
        Status::Evidence
    };
    ui.result(&Faults {
        faults: faults.into_iter().map(FaultShown::from).collect(),
        notes: notes.into_iter().map(FaultShown::from).collect(),
    })?;
    Ok(status)
}
