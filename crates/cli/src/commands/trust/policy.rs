//! `prova trust policy`: whom to trust, as a file.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{log::Vkey, statement::Keyring as _};
use serde::Serialize;

use crate::{
    args::Format,
    error::CommandError,
    ledger::LedgerArgs,
    output,
    trust::policy_of,
    ui::{Show, Status, Ui},
};

/// Write a trust policy for this ledger: its log's key, no witnesses.
///
/// Reads the ledger's charter. Writes a C2SP tlog-policy file, to be handed to those who verify proofs by a way that they trust; witnesses
/// are added by hand.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger is damaged, 2 no ledger.

Example:
  prova trust policy -o policy.txt")]
pub(crate) struct PolicyArgs {
    /// The file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// The C2SP `tlog-policy` that `policy` writes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyShown {
    /// The log's key.
    log: String,
    /// The file.
    policy: String,
}

impl Show for PolicyShown {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.policy.as_bytes())
    }
}

/// Runs `prova trust policy`.
pub(super) fn run(args: &PolicyArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let snapshot = args.ledger.snapshot()?;
    let registry = snapshot.founding();
    let shown = PolicyShown {
        log: Vkey::of_log(registry.origin(), registry.log_key()).to_string(),
        policy: policy_of(registry),
    };
    match &args.output {
        Some(path) => {
            output::write(path, shown.policy.as_bytes())?;
            if ui.format() == Format::Json {
                ui.result(&shown)?;
            }
        }
        None => ui.result(&shown)?,
    }
    Ok(Status::Holds)
}
