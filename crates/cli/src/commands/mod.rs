//! The subcommands, one file each.

mod append;
mod attest;
mod completions;
mod heads;
mod init;
mod key;
mod man;
mod registry;
mod sign;

use clap::Subcommand;

use crate::{
    error::CommandError,
    ui::{Status, Ui},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Box<init::Init>),
    #[command(subcommand)]
    Key(key::Command),
    #[command(subcommand)]
    Registry(Box<registry::Command>),
    #[command(subcommand)]
    Attest(attest::Command),
    Append(append::Append),
    Sign(sign::Sign),
    Heads(heads::Heads),
    Completions(completions::Completions),
    Man(man::ManPages),
}

/// Does it.
pub(crate) fn run(command: Command, ui: &mut Ui) -> Result<Status, CommandError> {
    match command {
        Command::Init(args) => init::run(&args, ui),
        Command::Key(command) => key::run(&command, ui),
        Command::Registry(command) => registry::run(&command, ui),
        Command::Attest(command) => attest::run(command, ui),
        Command::Append(args) => append::run(&args, ui),
        Command::Sign(args) => sign::run(&args, ui),
        Command::Heads(args) => heads::run(&args, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
    }
}
