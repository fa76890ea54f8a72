//! Auditing a whole ledger: against single strict verification of the same signatures, and how much memory it takes.

use std::thread;

use prova_store::Snapshot;

use crate::{
    Failure,
    bench::{Bench, MEMORY},
    entries::{KeyTable, Signed},
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::{median, timed},
};

/// Signatures that are in memory at once.
const AT_ONCE: usize = 50_000;

/// The audit of a ledger, and `verify_strict` over its signatures on two threads, in turns.
pub(crate) fn against_verify_strict(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let (mut audits, mut loops) = (Vec::new(), Vec::new());
    for _ in 0..bench.repeats() {
        let taken = bench.audit()?;
        let (signatures, seconds) = verify_strict(&Snapshot::open(&bench.ledger()?.directory)?)?;
        if signatures != taken.count {
            return Err(format!(
                "the audit verified {} signatures, the loop {signatures}",
                taken.count
            )
            .into());
        }
        audits.push(taken.seconds);
        loops.push(seconds);
    }
    let entries = bench.ledger()?.size as f64;
    let per_entry = |times: &[f64]| Figure::new(median(times) / entries, FigureUnit::SecondsPerEntry);
    Ok(vec![BenchRow::faster(
        "audit",
        per_entry(&audits),
        "verify_strict, two threads",
        per_entry(&loops),
        Goal::AtLeast(2.5),
    )])
}

/// How many signatures there are, and the seconds that verifying them takes; reading and decoding are not counted.
fn verify_strict(snapshot: &Snapshot) -> Result<(u64, f64), Failure> {
    let mut keys = KeyTable::default();
    let mut signed = Vec::new();
    let (mut count, mut seconds) = (0, 0.0);
    let mut verify = |signed: &mut Vec<Signed>| {
        let (first, second) = signed.split_at(signed.len() / 2);
        let all = |half: &[Signed]| {
            half.iter()
                .all(|one| one.key.verify_strict(&one.message, &one.signature).is_ok())
        };
        let (good, took) = timed(|| {
            thread::scope(|scope| {
                let other = scope.spawn(move || all(second));
                all(first) && other.join().unwrap_or_default()
            })
        });
        seconds += took.as_secs_f64();
        count += signed.len() as u64;
        signed.clear();
        if good {
            Ok(())
        } else {
            Err("verify_strict refused a signature")
        }
    };
    for entry in snapshot.entries(prova_core::position::EntryIndex::new(0)) {
        let (_, entry) = entry?;
        // All keys are enrolled before anything else is said.
        keys.learn(&entry)?;
        signed.extend(keys.signatures(&entry)?);
        if signed.len() >= AT_ONCE {
            verify(&mut signed)?;
        }
    }
    verify(&mut signed)?;
    Ok((count, seconds))
}

/// The most memory that an audit had, in a process of its own.
pub(crate) fn memory(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let taken = bench.audit()?;
    let name = "memory of an audit";
    Ok(vec![BenchRow::memory(name, taken.memory_peak, MEMORY)])
}
