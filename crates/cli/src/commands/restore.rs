//! `prova restore`: a ledger from a backup.

use std::path::PathBuf;

use clap::Args;
use prova_store::restore;

use super::backup::Copied;
use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// Make a ledger from a backup, after verifying all of it.
///
/// Reads the backup: every entry, hash, signature and attachment. Writes a directory that must not exist or be empty.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the backup is damaged, 2 no backup, or something is in the directory's place.

Example:
  prova restore /backup/2026-03-01 ledger")]
pub(crate) struct RestoreArgs {
    /// What `prova backup` wrote.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The directory for the ledger.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// Runs `prova restore`.
pub(crate) fn run(args: &RestoreArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let size = restore(
        &args.backup,
        &args.directory,
        &ui.progress("verifying", "entries"),
    )?;
    ui.result(&Copied {
        size,
        directory: args.directory.clone(),
        done: "restored",
    })?;
    Ok(Status::Holds)
}
