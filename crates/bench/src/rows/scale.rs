//! Whether an entry costs in a large ledger what it costs in a small one.

use std::fs;

use prova_store::{NoProgress, backup, reindex};

use crate::{
    Failure,
    bench::{BATCH, Bench, GeneratedLedger, SMALL},
    child,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::{median, timed},
};

/// How often a small ledger is measured.
const REPEATS: usize = 5;

/// Seconds for one entry.
struct Costs {
    audit: f64,
    admission: f64,
    reindex: f64,
    backup: f64,
}

/// Each operation's cost per entry over that at [`SMALL`] entries.
pub(crate) fn scale(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let entries = bench.entries;
    if entries < 2 * SMALL {
        let why = format!("{entries} entries are too few to compare with {SMALL}; see --full and --entries");
        return Ok(vec![BenchRow::skipped(
            "cost of an entry as the ledger grows",
            why,
        )]);
    }
    let target = bench.path("copy");
    let small = costs(bench.small()?, &target, REPEATS)?;
    let large = costs(bench.ledger()?, &target, 1)?;
    let row = |name: &str, large, small| {
        BenchRow::over(
            format!("{name} at {entries} entries"),
            Figure::new(large, FigureUnit::SecondsPerEntry),
            format!("{name} at {SMALL}"),
            Figure::new(small, FigureUnit::SecondsPerEntry),
            Goal::AtMost(1.3),
        )
    };
    Ok(vec![
        row("audit", large.audit, small.audit),
        row("admission", large.admission, small.admission),
        row("reindex", large.reindex, small.reindex),
        row("backup", large.backup, small.backup),
    ])
}

fn costs(built: &GeneratedLedger, target: &std::path::Path, repeats: usize) -> Result<Costs, Failure> {
    let entries = built.size as f64;
    let (mut audits, mut reindexed, mut copied) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..repeats {
        audits.push(child::spawn("audit", &built.directory)?.seconds);
        let (outcome, took) = timed(|| reindex(&built.directory, &NoProgress));
        outcome?;
        reindexed.push(took.as_secs_f64());
        let (outcome, took) = timed(|| backup(&built.directory, target, &NoProgress));
        outcome?;
        copied.push(took.as_secs_f64());
        fs::remove_dir_all(target)?;
    }
    // The last batches: what an entry costs once the ledger is that large.
    let last = built.batches.len().min(SMALL / BATCH);
    let batches = built.batches.iter().rev().take(last);
    Ok(Costs {
        audit: median(&audits) / entries,
        admission: batches.sum::<f64>() / (last * BATCH) as f64,
        reindex: median(&reindexed) / entries,
        backup: median(&copied) / entries,
    })
}
