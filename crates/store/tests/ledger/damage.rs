//! Bytes of a ledger changed or missing: found, with file and index.

use std::fs;

use prova_core::position::EntryIndex;
use prova_store::{Blame, FaultKind, Ledger, NoProgress, OpenError, ReadError, Snapshot, audit, fsck};
use prova_testkit::independent;

use crate::scene::{Scene, index, log_key};

/// Where an entry begins in its bundle.
fn offset(snapshot: &Snapshot, entry: u64) -> usize {
    let first = entry / 256 * 256;
    let before = snapshot.entries(index(first)).take((entry - first) as usize);
    before.map(|entry| entry.unwrap().1.len() + 2).sum()
}

#[test]
fn a_changed_entry_is_named_with_both_hashes() {
    for (file, entry) in [
        ("tile/entries/000", 5),
        ("tile/entries/000", 255),
        ("tile/entries/001.p/48", 300),
    ] {
        let scene = Scene::with_units(300);
        let snapshot = Snapshot::open(&scene.directory()).unwrap();
        let want = snapshot.leaf(index(entry)).unwrap();
        scene.flip(file, offset(&snapshot, entry) + 100);
        let error = snapshot.entry(index(entry)).unwrap_err();
        assert_eq!(error.blame(), Blame::Evidence);
        assert!(snapshot.entry(index(entry - 1)).is_ok());
        let error = audit(&snapshot, &NoProgress).unwrap_err();
        assert!(
            matches!(
                &error,
                prova_store::AuditError::Read(ReadError::Leaf { file: found, index: at, want: leaf, .. })
                    if found == file && *at == index(entry) && *leaf == want
            ),
            "{error}"
        );
        let faults = fsck(&scene.directory(), &NoProgress).unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            (faults[0].file.as_str(), faults[0].entry),
            (file, Some(index(entry)))
        );
        assert!(matches!(faults[0].kind, FaultKind::Leaf { want: leaf, .. } if leaf == want));
        assert!(independent::audit(&scene.directory()).is_err());
    }
}

#[test]
fn a_changed_hash_is_named_with_both_hashes() {
    for (file, byte, entry) in [
        ("tile/0/000", 7 * 32, 7),
        ("tile/0/001.p/48", 3 * 32 + 31, 259),
        ("tile/1/000.p/1", 0, 0),
    ] {
        let scene = Scene::with_units(300);
        let snapshot = Snapshot::open(&scene.directory()).unwrap();
        scene.flip(file, byte);
        assert_eq!(
            audit(&snapshot, &NoProgress).unwrap_err().blame(),
            Blame::Evidence
        );
        let faults = fsck(&scene.directory(), &NoProgress).unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            (faults[0].file.as_str(), faults[0].entry),
            (file, Some(index(entry)))
        );
        assert!(matches!(
            faults[0].kind,
            FaultKind::Leaf { .. } | FaultKind::Hash { .. }
        ));
        assert!(independent::audit(&scene.directory()).is_err());
    }
}

#[test]
fn every_changed_byte_of_a_small_ledger_is_found() {
    let scene = Scene::with_units(2);
    for file in ["tile/entries/000.p/6", "tile/0/000.p/6", "checkpoint"] {
        let path = scene.directory().join(file);
        let whole = fs::read(&path).unwrap();
        for offset in (0..whole.len()).step_by(7) {
            scene.flip(file, offset);
            let found = match fsck(&scene.directory(), &NoProgress) {
                Ok(faults) => faults.iter().any(|fault| !fault.is_note()),
                Err(error) => error.blame() == Blame::Evidence,
            };
            assert!(found, "{file} at {offset}");
            fs::write(&path, &whole).unwrap();
        }
    }
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);
}

#[test]
fn a_missing_tile_is_an_error_that_names_it() {
    for (file, entry) in [
        ("tile/entries/000", 0),
        ("tile/entries/001", 256),
        ("tile/0/001", 256),
        ("tile/entries/002.p/92", 512),
        ("tile/0/002.p/92", 512),
        ("tile/1/000.p/2", 0),
    ] {
        let scene = Scene::with_units(600);
        fs::remove_file(scene.directory().join(file)).unwrap();
        let error = Ledger::open(&scene.directory(), log_key(), &NoProgress).unwrap_err();
        assert!(
            matches!(
                &error,
                OpenError::Read(ReadError::Missing { file: found, entry: at })
                    if found == file && *at == index(entry)
            ),
            "{file}: {error}"
        );
        assert_eq!(error.blame(), Blame::Evidence);
        let faults = fsck(&scene.directory(), &NoProgress).unwrap();
        let missing: Vec<_> = faults
            .iter()
            .map(|fault| (fault.file.as_str(), fault.entry))
            .collect();
        assert_eq!(missing, [(file, Some(EntryIndex::new(entry)))]);
    }
}

#[test]
fn a_bundle_cut_off_or_with_bytes_at_its_end_is_named() {
    for cut in [true, false] {
        let scene = Scene::with_units(300);
        let path = scene.directory().join("tile/entries/000");
        let mut bytes = fs::read(&path).unwrap();
        if cut {
            bytes.pop();
        } else {
            bytes.push(0);
        }
        fs::write(&path, bytes).unwrap();
        let snapshot = Snapshot::open(&scene.directory());
        assert!(matches!(
            snapshot,
            Err(OpenError::Read(ReadError::Bundle { file, .. })) if file == "tile/entries/000"
        ));
        let faults = fsck(&scene.directory(), &NoProgress).unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].file, "tile/entries/000");
        assert!(matches!(faults[0].kind, FaultKind::Damaged { .. }));
    }
}

#[test]
fn a_checkpoint_of_another_ledger_is_refused() {
    let scene = Scene::with_units(2);
    let other = Scene::with_units(3);
    let checkpoint = |scene: &Scene| scene.directory().join("checkpoint");
    // The same key and charter, another tree.
    fs::copy(checkpoint(&other), checkpoint(&scene)).unwrap();
    let error = Ledger::open(&scene.directory(), log_key(), &NoProgress).unwrap_err();
    assert_eq!(error.blame(), Blame::Evidence, "{error}");
    // Another name.
    let named = prova_testkit::builder::TestLedger::new("other.example/log");
    let directory = scene.beside("named");
    drop(Ledger::create(&directory, &named.charter(), log_key()).unwrap());
    fs::copy(directory.join("checkpoint"), checkpoint(&scene)).unwrap();
    let error = Snapshot::open(&scene.directory()).unwrap_err();
    assert!(matches!(error, OpenError::CheckpointSignature { .. }), "{error}");
    assert_eq!(error.blame(), Blame::Evidence);
}
