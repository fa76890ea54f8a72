//! `prova trust`: which ledgers are believed to be whose they say they are.

mod add;
mod kept;
mod policy;

use clap::Subcommand;

use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// Say which ledgers you believe to be whose they say they are.
///
/// A ledger's name proves nothing: whoever likes can found one of the same name, with keys of their own. What you accept is kept in the directory that
/// the variable `PROVA_TRUST` names [default: `prova/trust` among your settings], by the ledger's name and the hash of its charter. Without that, and
/// without `--trust`, nothing that is verified *holds*.
#[derive(Debug, Subcommand)]
pub(crate) enum TrustCommand {
    Add(add::AddArgs),
    List(kept::TrustListArgs),
    Show(kept::TrustShowArgs),
    Remove(kept::TrustRemoveArgs),
    Policy(policy::PolicyArgs),
}

/// Runs `prova trust`.
pub(crate) fn run(command: &TrustCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        TrustCommand::Add(args) => add::run(args, ui),
        TrustCommand::List(args) => kept::list(args, ui),
        TrustCommand::Show(args) => kept::show(args, ui),
        TrustCommand::Remove(args) => kept::remove(args, ui),
        TrustCommand::Policy(args) => policy::run(args, ui),
    }
}
