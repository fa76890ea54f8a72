//! A ledger's files: opening them, making the store again, copying, and how much room they take.

use std::{fs, path::Path};

use prova_store::{NoProgress, backup};

use crate::{
    Failure,
    bench::{Bench, MEMORY},
    child,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::{median, timed},
};

/// Opening to write, as a server does when it starts. The limit is that for a million entries.
pub(crate) fn open(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let built = bench.ledger()?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let (ledger, took) = timed(|| built.open());
        ledger?;
        times.push(took.as_secs_f64());
    }
    Ok(vec![BenchRow::over(
        "open",
        Figure::new(median(&times), FigureUnit::Seconds),
        "limit",
        Figure::new(0.5, FigureUnit::Seconds),
        Goal::AtMost(1.0),
    )])
}

/// The store made again from the entries, and a copy of the ledger: both check every entry, so the audit is their measure.
pub(crate) fn reindex_and_backup(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let target = bench.path("backup");
    let audit = bench.audit()?.seconds;
    let built = bench.ledger()?;
    let reindexed = child::spawn("reindex", &built.directory)?;
    let (outcome, copied) = timed(|| backup(&built.directory, &target, &NoProgress));
    outcome?;
    fs::remove_dir_all(target)?;
    let per_entry = |seconds: f64| Figure::new(seconds / built.size as f64, FigureUnit::SecondsPerEntry);
    let row = |name, seconds| BenchRow::over(name, per_entry(seconds), "audit", per_entry(audit), Goal::None);
    Ok(vec![
        row("reindex", reindexed.seconds),
        BenchRow::memory("memory of reindex", reindexed.memory_peak, MEMORY),
        row("backup", copied.as_secs_f64()),
    ])
}

/// Everything in the directory, by what the files hold and by the blocks that they take.
pub(crate) fn disk(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let built = bench.ledger()?;
    // What is closed has been written.
    drop(built.open()?);
    let room = room(&built.directory)?;
    let entries = built.size as f64;
    let limit = Figure::new(2_560.0, FigureUnit::BytesPerEntry);
    let row = |name: &str, bytes: u64, goal| {
        BenchRow::over(
            name,
            Figure::new(bytes as f64 / entries, FigureUnit::BytesPerEntry),
            "limit",
            limit,
            goal,
        )
    };
    Ok(vec![
        row("disk, blocks in use", room.blocks, Goal::AtMost(1.0)),
        row("disk, entry bundles alone", room.bundles, Goal::None),
    ])
}

#[derive(Default)]
struct DiskUsage {
    blocks: u64,
    bundles: u64,
}

fn room(directory: &Path) -> Result<DiskUsage, Failure> {
    use std::os::unix::fs::MetadataExt as _;

    let mut found = DiskUsage::default();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        found.blocks += metadata.blocks() * 512;
        if metadata.is_dir() {
            let within = room(&entry.path())?;
            found.blocks += within.blocks;
            found.bundles += within.bundles;
        } else if entry
            .path()
            .components()
            .any(|part| part.as_os_str() == "entries")
        {
            found.bundles += metadata.len();
        }
    }
    Ok(found)
}
