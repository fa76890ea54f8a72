//! `prova backup`: a copy at one checkpoint.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::position::TreeSize;
use prova_store::{BackupError, backup};
use serde::Serialize;

use crate::{
    error::{Blame, Blamed, CommandError},
    ledger::LedgerArgs,
    plain::{counted, plain},
    ui::{Show, Status, Ui},
};

/// Copy the ledger at its last acknowledged size, also beside a running writer.
///
/// Reads the ledger; entries and attachments are held against their hashes on the way. Writes a directory that must not exist or be empty.
/// The copy can be read like a ledger; `prova restore` makes a ledger of it that can be written to.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger, or something is in the target's place.

Example:
  prova backup --ledger ledger /backup/2026-03-01")]
pub(crate) struct BackupArgs {
    /// The directory for the copy.
    #[arg(value_name = "TARGET")]
    target: PathBuf,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// What was copied, or restored.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Copied {
    /// How many entries the copy holds.
    pub(super) size: TreeSize,
    /// Where they are now.
    pub(super) directory: PathBuf,
    /// What was done.
    #[serde(skip)]
    pub(super) done: &'static str,
}

impl Show for Copied {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} {} to {}",
            self.done,
            counted(self.size.get(), "entry", "entries"),
            plain(&self.directory.display().to_string())
        )
    }
}

impl Blamed for BackupError {
    fn blame(&self) -> Blame {
        BackupError::blame(self)
    }
}

/// Runs `prova backup`.
pub(crate) fn run(args: &BackupArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let size = backup(
        &args.ledger.ledger,
        &args.target,
        &ui.progress("copying", "entries"),
    )?;
    ui.result(&Copied {
        size,
        directory: args.target.clone(),
        done: "copied",
    })?;
    Ok(Status::Holds)
}
