//! Bytes of a ledger changed or missing: found, with file and index.

use std::fs;

use prova_core::position::EntryIndex;
use prova_store::{
    AuditError, Blame, FaultKind, Ledger, NoProgress, OpenError, ReadError, Snapshot, audit, fsck,
};
use prova_testkit::independent;

use super::scene::{Scene, index, log_key};

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
                AuditError::Read(ReadError::Leaf { file: found, index: at, want: leaf, .. })
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
        let snapshot = Snapshot::open(&scene.directory()).unwrap();
        for (entry, is_intact) in [(0, true), (254, true), (255, !cut), (256, true)] {
            assert_eq!(snapshot.entry(index(entry)).is_ok(), is_intact, "{entry}");
        }
        assert!(matches!(
            audit(&snapshot, &NoProgress),
            Err(AuditError::Read(ReadError::Bundle { file, .. })) if file == "tile/entries/000"
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

#[test]
fn a_damaged_tile_over_the_charter_is_read_around_and_named() {
    for (file, byte, entry) in [
        ("tile/0/000", 0, 0),
        ("tile/0/000", 9 * 32, 9),
        ("tile/1/000.p/2", 0, 0),
        ("tile/1/000.p/2", 40, 256),
    ] {
        let scene = Scene::with_units(600);
        let whole = Snapshot::open(&scene.directory()).unwrap();
        let entries: Vec<_> = whole.entries(index(0)).map(Result::unwrap).collect();
        scene.flip(file, byte);
        let snapshot = Snapshot::open(&scene.directory()).unwrap();
        let read: Vec<_> = snapshot.entries(index(0)).map(Result::unwrap).collect();
        assert_eq!(read, entries);
        for (at, bytes) in read.iter().step_by(37) {
            let proof = snapshot.inclusion(*at).unwrap();
            let leaf = prova_core::hash::LeafHash::of_entry(bytes);
            proof.verify(&leaf, snapshot.checkpoint().root()).unwrap();
        }
        let faults = fsck(&scene.directory(), &NoProgress).unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            (faults[0].file.as_str(), faults[0].entry),
            (file, Some(index(entry)))
        );
        let error = audit(&snapshot, &NoProgress).unwrap_err().to_string();
        assert!(
            error.contains(file) && error.contains(&format!("entry {entry}")),
            "{error}"
        );
    }
}

#[test]
fn what_cannot_be_read_around_names_file_and_entry() {
    let scene = Scene::with_units(600);
    for file in ["tile/0/000", "tile/1/000.p/2"] {
        scene.flip(file, 33);
    }
    let error = Snapshot::open(&scene.directory()).unwrap_err();
    assert_eq!(
        (
            error.blame(),
            error.to_string().starts_with("tile/0/000 has the hash ")
        ),
        (Blame::Evidence, true),
        "{error}"
    );
    assert!(
        error.to_string().contains("over entry 1 and those after it"),
        "{error}"
    );
    let scene = Scene::with_units(2);
    scene.flip("tile/entries/000.p/6", 60);
    let error = Snapshot::open(&scene.directory()).unwrap_err().to_string();
    assert!(
        error.starts_with("entry 0 in tile/entries/000.p/6 is "),
        "{error}"
    );
}

#[test]
fn one_damaged_bundle_leaves_all_other_entries_readable() {
    let scene = Scene::with_units(900);
    let whole = Snapshot::open(&scene.directory()).unwrap();
    let entries: Vec<_> = whole.entries(index(0)).map(|entry| entry.unwrap().1).collect();
    // The length of entry 600: what comes after it in its bundle cannot be told apart any more.
    scene.flip("tile/entries/002", offset(&whole, 600));
    let snapshot = Snapshot::open(&scene.directory()).unwrap();
    let mut lost = Vec::new();
    for (at, (want, got)) in (0..).zip(entries.iter().zip(snapshot.entries(index(0)))) {
        match got {
            Ok((found, got)) => assert_eq!((found, &got), (index(at), want)),
            Err(error) => {
                let error = error.to_string();
                assert!(error.contains("tile/entries/002"), "{error}");
                lost.push(at);
            }
        }
        assert_eq!(snapshot.entry(index(at)).is_ok(), lost.last() != Some(&at));
        // The hashes are all there.
        snapshot.inclusion(index(at)).unwrap();
    }
    assert_eq!(lost, (600..768).collect::<Vec<_>>());
    // Questions go through the store, and appending goes on.
    let state = snapshot.state(&NoProgress).unwrap();
    assert_eq!(state.subjects("unit:").count(), 900);
    drop(state);
    let mut ledger = scene.open();
    let mut statements = prova_testkit::builder::TestLedger::new("ledger.example/2026");
    statements.enrolments();
    let outcomes = ledger
        .append(None, &[statements.manufacture("AFTER", 0)])
        .unwrap();
    assert_eq!(super::scene::appended(&outcomes), 1);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    let files: Vec<_> = faults.iter().map(|fault| fault.file.as_str()).collect();
    assert_eq!(files, ["tile/entries/002"]);
}
