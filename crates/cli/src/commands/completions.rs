//! `prova completions`: what a shell needs to complete command lines.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    args::Cli,
    error::CommandError,
    output,
    ui::{Status, Ui},
};

/// Print a completion script for a shell.
///
/// Reads nothing. Writes the script to stdout; where it goes depends on the shell.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done.

Example:
  prova completions bash > /etc/bash_completion.d/prova")]
pub(crate) struct Completions {
    /// The shell that is to complete commands.
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs `prova completions`.
pub(crate) fn run(args: &Completions, _: &mut Ui) -> Result<Status, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "prova", &mut script);
    output::write("-".as_ref(), &script)?;
    Ok(Status::Holds)
}
