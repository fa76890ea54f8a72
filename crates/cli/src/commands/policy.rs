//! `prova policy`: whom to trust, as a file.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use prova_core::{log::Vkey, statement::Predicate};
use serde::Serialize;

use crate::{
    args::Format,
    error::{Blame, CommandError},
    ledger::LedgerArgs,
    output,
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
  prova policy -o policy.txt")]
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

/// Runs `prova policy`.
pub(crate) fn run(args: &PolicyArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let snapshot = args.ledger.snapshot()?;
    let Predicate::Charter(charter) = &snapshot.charter().statement().predicate else {
        return Err(CommandError::new(Blame::Evidence, "entry 0 is not a charter"));
    };
    let log = Vkey::of_log(&charter.origin, &charter.log_key).to_string();
    let shown = PolicyShown {
        policy: format!("log {log}\nquorum none\n"),
        log,
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
