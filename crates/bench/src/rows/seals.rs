//! The verifiable index: what a seal costs, the first and after more entries, and how long the proof of a term is.

use std::collections::BTreeSet;

use prova_core::{
    id::SubjectId, index::term::Term, position::EntryIndex, statement::Unverified, time::Timestamp,
};
use prova_store::Outcome;

use crate::{
    Failure,
    bench::{BATCH, Bench, MEMORY},
    child,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::timed,
};

/// Entries whose subjects are asked for.
const ASKED: u64 = 500;

/// Seals the ledger, adds a batch, seals again, and proves terms. The limits are those for a million entries.
pub(crate) fn seals(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let time = Timestamp::from_unix(1_800_000_000).ok_or("no time")?;
    let audited = bench.audit()?.seconds;
    let built = bench.ledger()?;
    let mut ledger = built.open()?;
    let entries = built.size as f64;
    let unsealed = audited / entries;
    let (sealed, first) = timed(|| ledger.seal(time));
    sealed?;
    let batch: Vec<_> = built.generator.by_ref().take(BATCH).collect();
    for outcome in ledger.append(None, &batch)? {
        if !matches!(outcome, Outcome::Appended { .. }) {
            return Err(format!("a generated entry was not appended: {outcome:?}").into());
        }
    }
    let (sealed, next) = timed(|| ledger.seal(time));
    let size = sealed?.size().get();
    let mut asked: BTreeSet<SubjectId> = BTreeSet::new();
    for number in 0..ASKED {
        let entry = ledger.snapshot().entry(EntryIndex::new(number * size / ASKED))?;
        let entry = Unverified::decode(&entry)?;
        asked.extend(entry.claim().subjects.iter().map(|subject| subject.id.clone()));
    }
    let mut longest = 0;
    for subject in asked {
        if let Some((_, proof)) = ledger.state().index_proof(&Term::Id(subject))? {
            longest = longest.max(proof.to_string().len());
        }
    }
    drop(ledger);
    let sealed = child::spawn("audit", &bench.ledger()?.directory)?.seconds / (entries + BATCH as f64);
    let reindexed = child::spawn("reindex", &bench.ledger()?.directory)?;
    let limited =
        |name: &str, measured, reference, goal| BenchRow::over(name, measured, "limit", reference, goal);
    Ok(vec![
        limited(
            "first seal",
            Figure::new(entries / first.as_secs_f64(), FigureUnit::EntriesPerSecond),
            Figure::new(30_000.0, FigureUnit::EntriesPerSecond),
            Goal::AtLeast(1.0),
        ),
        limited(
            "seal after 1,000 more entries",
            Figure::new(next.as_secs_f64(), FigureUnit::Seconds),
            Figure::new(0.5, FigureUnit::Seconds),
            Goal::AtMost(1.0),
        ),
        limited(
            "longest proof of a term",
            Figure::new(longest as f64, FigureUnit::Bytes),
            Figure::new(1_536.0, FigureUnit::Bytes),
            Goal::AtMost(1.0),
        ),
        BenchRow::over(
            "audit of two seals and their entries",
            Figure::new(sealed, FigureUnit::SecondsPerEntry),
            "audit before them",
            Figure::new(unsealed, FigureUnit::SecondsPerEntry),
            Goal::None,
        ),
        BenchRow::memory("memory of reindex, sealed", reindexed.memory_peak, MEMORY),
    ])
}
