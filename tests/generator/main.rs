//! The generated ledger is one that a ledger takes, says what it means to say, and comes out the same every time.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a test ends where something is wrong"
)]

use std::collections::{BTreeMap, BTreeSet};

use prova_core::statement::{Envelope, Unverified};
use prova_store::{Ledger, NoProgress, Outcome, Snapshot, audit};
use prova_testkit::{generator::Generator, independent};

const ENTRIES: usize = 12_000;

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_others() {
    let entries = |seed| Generator::new(seed).take(2_000).collect::<Vec<_>>();
    let one = entries(7);
    assert!(one == entries(7));
    let other = entries(8);
    // Charter and enrolments differ by their times alone; from there on everything does.
    assert!(one.iter().zip(&other).skip(20).all(|(one, other)| one != other));
}

#[test]
fn every_entry_is_admitted_and_the_findings_are_those_meant() {
    let directory = tempfile::tempdir().unwrap();
    let mut generator = Generator::new(2026);
    let charter = generator.next().unwrap();
    let mut ledger = Ledger::create(directory.path(), &charter, Generator::log_key()).unwrap();
    for _ in 0..ENTRIES / 1_000 {
        let batch: Vec<_> = generator.by_ref().take(1_000).collect();
        for (outcome, entry) in ledger.append(None, &batch).unwrap().into_iter().zip(&batch) {
            let shown = String::from_utf8_lossy(entry);
            assert!(
                matches!(outcome, Outcome::Appended { .. }),
                "{outcome:?}: {shown}"
            );
        }
    }
    drop(ledger);
    let snapshot = Snapshot::open(directory.path()).unwrap();
    let audit = audit(&snapshot, &NoProgress).unwrap();
    assert_eq!(
        audit.findings.len() as u64,
        generator.findings(),
        "{:#?}",
        audit.findings
    );
    let codes: BTreeSet<_> = audit
        .findings
        .iter()
        .map(|finding| finding.code().name())
        .collect();
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        [
            "clone",
            "custody-gap",
            "disputed-transfer",
            "no-birth",
            "unreleased-firmware"
        ]
    );
    let found = independent::audit(directory.path()).unwrap();
    assert_eq!(found.entries.len(), ENTRIES + 1);
}

#[test]
fn entries_are_about_a_kibibyte_and_a_few_keys_sign_them() {
    let (mut bytes, mut events, mut keys) = (0, BTreeMap::new(), BTreeMap::new());
    for entry in Generator::new(1).take(ENTRIES) {
        bytes += entry.len();
        for signature in Envelope::decode(&entry).unwrap().signatures() {
            *keys.entry(signature.key).or_insert(0) += 1;
        }
        if let Some(event) = Unverified::decode(&entry).unwrap().claim().event() {
            *events.entry(event.event.name()).or_insert(0) += 1;
        }
    }
    let mean = bytes / ENTRIES;
    assert!(
        (900..1_400).contains(&mean),
        "{mean} bytes in the mean: {events:?}"
    );
    assert!((12..=16).contains(&keys.len()), "{} keys", keys.len());
    for (event, least) in [
        ("manufacture", 1_000),
        ("test", 500),
        ("ship", 500),
        ("receive", 1_000),
        ("install", 500),
        ("update", 500),
        ("maintain", 500),
        ("measure", 100),
        ("store", 100),
        ("notice", 50),
        ("certify", 10),
        ("manifest", 20),
        ("decommission", 10),
        ("finding", 5),
    ] {
        assert!(
            events.get(event).is_some_and(|count| *count >= least),
            "{event}: {events:?}"
        );
    }
}
