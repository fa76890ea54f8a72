//! Figures of Prova against limits and peers, all measured in one run on one machine.
//!
//! **Scope.** The goals that the ledger is held to: each row is a ratio, to a limit or to a peer that does the same work
//! beside it. **Not here.** Whether anything is right: that is what the tests say. A missed goal is a figure, no failure.
//!
//! A generated ledger is built once and shared by the rows. What is measured by its memory runs in a process of its own,
//! which is this program again: see [`child`].
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program that measures and prints; no input of strangers reaches it"
)]

mod args;
mod bench;
mod child;
mod entries;
mod machine;
mod report;
mod row;
mod rows;
mod timing;

use std::{env, error::Error, process::ExitCode};

use crate::{args::Args, bench::Bench, report::BenchReport};

/// As in the `prova` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why nothing could be measured.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((first, rest)) if first == child::WORD => child::run(rest),
        _ => run(&words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  caused by: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), Failure> {
    let Some(args) = Args::parse(words)? else {
        println!("{}", args::help());
        return Ok(());
    };
    let groups = rows::chosen(&args.rows)?;
    let mut bench = Bench::new(&args)?;
    let mut report = BenchReport::new(&args);
    for (name, measure) in groups {
        eprintln!("measuring {name} …");
        let rows = measure(&mut bench).map_err(|error| format!("{name}: {error}"))?;
        report.rows.extend(rows);
    }
    print!("{}", report.table());
    if let Some(path) = &args.json {
        std::fs::write(path, report.json()?)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(())
}
