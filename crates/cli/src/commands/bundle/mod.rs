//! `prova bundle`: what happens to a bundle after it was exported.

mod receive;

use clap::Subcommand;

use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// Look after bundles of evidence.
#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    Receive(receive::ReceiveArgs),
}

/// Runs `prova bundle`.
pub(crate) fn run(command: &BundleCommand, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        BundleCommand::Receive(args) => receive::run(args, ui),
    }
}
