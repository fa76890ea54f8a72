//! `prova reindex`: the store, made again.

use std::io::{self, Write};

use clap::Args;
use prova_core::position::TreeSize;
use prova_store::reindex;
use serde::Serialize;

use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    plain::counted,
    ui::{Show, Status, Ui},
};

/// Make the ledger's store again from its entries, which stay as they are.
///
/// Reads and checks every entry. Writes the directory `store`; the old one stays until the new one is whole. No other process may write to
/// the ledger meanwhile.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger, or in use.

Example:
  prova reindex --ledger ledger")]
pub(crate) struct ReindexArgs {
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// What was made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reindexed {
    /// Entries in the store.
    size: TreeSize,
}

impl Show for Reindexed {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "the store was made again from {}",
            counted(self.size.get(), "entry", "entries")
        )
    }
}

/// Runs `prova reindex`.
pub(crate) fn run(args: &ReindexArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let size = reindex(&args.ledger.ledger, &ui.progress("indexing", "entries"))?;
    ui.result(&Reindexed { size })?;
    Ok(Status::Holds)
}
