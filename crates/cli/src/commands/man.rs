//! `prova man`: the manual, from the same definitions as the help.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use crate::{
    args::Cli,
    error::{Blame, CommandError, blame_of_io},
    output,
    ui::{Status, Ui},
};

/// Write the manual pages.
///
/// Reads nothing. Writes the page of `prova` itself to stdout, or all pages to a directory.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 2 the directory cannot be written.

Example:
  prova man -o /usr/local/share/man/man1")]
pub(crate) struct ManPages {
    /// The directory for all pages; it is made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs `prova man`.
pub(crate) fn run(args: &ManPages, _: &mut Ui) -> Result<Status, CommandError> {
    let mut root = Cli::command();
    root.build();
    match &args.output {
        None => output::write(Path::new("-"), &page(&root)?)?,
        Some(directory) => {
            fs::create_dir_all(directory).map_err(|error| {
                CommandError::of(blame_of_io(&error), &error)
                    .context(format!("cannot make the directory {}", directory.display()))
            })?;
            pages(&root, directory)?;
        }
    }
    Ok(Status::Holds)
}

fn pages(command: &Command, directory: &Path) -> Result<(), CommandError> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    output::write(&directory.join(format!("{name}.1")), &page(command)?)?;
    let below = command
        .get_subcommands()
        .filter(|below| below.get_name() != "help");
    below.into_iter().try_for_each(|below| pages(below, directory))
}

fn page(command: &Command) -> Result<Vec<u8>, CommandError> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| CommandError::of(Blame::Program, &error))?;
    Ok(page)
}
