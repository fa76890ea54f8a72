//! The `prova` command.
//!
//! **Scope.** Talking to people and scripts: arguments, files, keys, passphrases, the clock, what is shown and which exit code ends it.
//!
//! **Not here.** What an entry means and whether it is good (`prova-core`), how a ledger lies on disk (`prova-store`), what is read out of one
//! (`prova-query`).
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod args;
mod basis;
mod clock;
mod commands;
mod document;
mod error;
mod input;
mod keyfile;
mod ledger;
mod output;
mod passphrase;
mod plain;
mod publickey;
mod signing;
mod trust;
mod trust_store;
mod ui;

use std::process::ExitCode;

/// An audit decodes entries on one thread and lets go of them on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(ended) => return ended,
    };
    let mut ui = ui::Ui::new(cli.format);
    let result = commands::run(cli.command, &mut ui);
    ui.end(result)
}
