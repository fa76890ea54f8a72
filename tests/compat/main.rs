//! Ledgers written by earlier versions are opened by every later one, for ever.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};

use prova_core::{key::published_test_key, position::TreeSize};
use prova_store::{Ledger, NoProgress, Snapshot, audit, fsck, restore};

fn fixture(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/ledgers")
        .join(version)
}

#[test]
fn a_ledger_of_version_1_is_read_audited_and_appended_to() {
    let ledger = fixture("v1");
    let snapshot = Snapshot::open(&ledger).unwrap();
    assert_eq!(snapshot.size(), TreeSize::new(51));
    let audited = audit(&snapshot, &NoProgress).unwrap();
    let root = "3aa86a4ebd2c7b3002ce9898051a9e37ea5181088f96c6905e966f23535fdb54";
    assert_eq!(audited.root.to_string(), root);
    let findings: Vec<_> = audited
        .findings
        .iter()
        .map(|finding| (finding.entry.get(), finding.code().name()))
        .collect();
    let want = [
        (43, "custody-gap"),
        (45, "unreleased-firmware"),
        (46, "clone"),
        (47, "distrusted-key"),
    ];
    assert_eq!(findings, want);
    assert_eq!(
        prova_testkit::independent::audit(&ledger).map(|found| found.entries.len()),
        Ok(51)
    );
    let faults = fsck(&ledger, &NoProgress).unwrap();
    assert!(faults.iter().all(prova_store::Fault::is_note), "{faults:?}");

    let directory = tempfile::tempdir().unwrap();
    let restored = directory.path().join("ledger");
    assert_eq!(
        restore(&ledger, &restored, &NoProgress).unwrap(),
        TreeSize::new(51)
    );
    let opened = Ledger::open(&restored, published_test_key("log").unwrap(), &NoProgress).unwrap();
    assert_eq!(opened.state().size(), TreeSize::new(51));
}
