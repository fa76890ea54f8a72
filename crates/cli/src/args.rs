//! What stands on the command line.

use std::{ffi::OsStr, process::ExitCode};

use clap::{Parser, ValueEnum, error::ErrorKind};

use crate::{
    commands::Command,
    error::{Blame, CommandError},
    ui::{Status, Ui},
};

/// Prova keeps and checks signed evidence of where network components come from.
#[derive(Debug, Parser)]
#[command(name = "prova", version, max_term_width = 110)]
#[command(after_help = "\
Results go to stdout, everything else to stderr. `-` stands for stdin or stdout.

Exit codes:
  0  it holds, it is done
  1  the evidence is bad: changed, contradictory or not signed as it claims
  2  the caller's mistake: an argument, a file, a key, a statement that the ledger refuses
  3  the program's failure: the disk is full, the clock is wrong
  4  verified, but there are findings or gaps, or rules are not met
  6  nothing fails, but nobody whom you trust vouches for the ledger (`prova trust`), or what was asked cannot be decided
Of several, the first of 3, 1, 2, 4, 6.")]
pub(crate) struct Cli {
    /// The form of results on stdout and of errors on stderr.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: JSON with stable member names.
    Json,
}

/// Reads the command line. Where there is nothing to run, help or an error has been shown, and this is the exit code.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that closes the pipe has seen enough.
            let _ = error.print();
            Status::Holds.into()
        }
        _ if json_wanted() => {
            let message = error.render().to_string();
            let message = message.strip_prefix("error: ").unwrap_or(&message).trim_end();
            Ui::new(Format::Json).end(Err(CommandError::new(Blame::Caller, message)))
        }
        _ => {
            let _ = error.print();
            Status::Caller.into()
        }
    })
}

/// Whether an unreadable command line asks for JSON all the same.
fn json_wanted() -> bool {
    let arguments: Vec<_> = std::env::args_os().collect();
    arguments.iter().any(|argument| argument == "--format=json")
        || arguments
            .windows(2)
            .any(|pair| pair == ["--format", "json"].map(OsStr::new))
}
