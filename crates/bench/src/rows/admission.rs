//! Admission: in batches, each durable before it is answered, and one entry at a time against the disk itself.

use std::{fs::OpenOptions, io::Write as _};

use prova_store::Outcome;

use crate::{
    Failure,
    bench::{BATCH, Bench},
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::{median, percentile, timed},
};

/// Durable appends that are measured.
const APPENDS: usize = 300;

/// Entries admitted in a second, with all checks, chains and terms.
pub(crate) fn batches(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let built = bench.ledger()?;
    let seconds: f64 = built.batches.iter().sum();
    let rate = (built.batches.len() * BATCH) as f64 / seconds;
    Ok(vec![BenchRow::over(
        format!("admission in batches of {BATCH}"),
        Figure::new(rate, FigureUnit::EntriesPerSecond),
        "limit",
        Figure::new(10_000.0, FigureUnit::EntriesPerSecond),
        Goal::AtLeast(1.0),
    )])
}

/// One durable append and one bare write of 1 KiB with fdatasync on the same disk, in turns.
pub(crate) fn one(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let bare = bench.path("bare");
    let built = bench.ledger()?;
    let mut ledger = built.open()?;
    let mut file = OpenOptions::new().create_new(true).append(true).open(bare)?;
    let block = [0x2a; 1024];
    let (mut appends, mut writes) = (Vec::new(), Vec::new());
    for entry in built.generator.by_ref().take(APPENDS) {
        let entries = [entry];
        let (outcomes, took) = timed(|| ledger.append(None, &entries));
        if !matches!(outcomes?.as_slice(), [Outcome::Appended { .. }]) {
            return Err("a generated entry was not appended".into());
        }
        built.size += 1;
        appends.push(took.as_secs_f64());
        let (outcome, took) = timed(|| file.write_all(&block).and_then(|()| file.sync_data()));
        outcome?;
        writes.push(took.as_secs_f64());
    }
    let row = |name: &str, of: &dyn Fn(&[f64]) -> f64, goal| {
        BenchRow::over(
            format!("one durable append, {name}"),
            Figure::new(of(&appends), FigureUnit::Seconds),
            format!("bare 1 KiB and fdatasync, {name}"),
            Figure::new(of(&writes), FigureUnit::Seconds),
            goal,
        )
    };
    Ok(vec![
        row("median", &median, Goal::AtMost(8.0)),
        row("p99", &|times| percentile(times, 99), Goal::None),
    ])
}
