//! The subcommands, one file each.

mod key;

use clap::Subcommand;

use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(subcommand)]
    Key(key::Command),
}

/// Does it.
pub(crate) fn run(command: Command, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        Command::Key(command) => key::run(&command, ui),
    }
}
