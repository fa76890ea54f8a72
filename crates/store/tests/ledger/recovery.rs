//! What opening does about a store or files that are not where the checkpoint is.

use std::{fs, path::Path};

use prova_core::{lifecycle::View, position::TreeSize};
use prova_store::{Blame, FaultKind, Ledger, NoProgress, OpenError, fsck, reindex};
use prova_testkit::builder::unit;

use super::scene::{Scene, index, log_key};

fn assert_whole(scene: &mut Scene, units: usize) {
    let mut ledger = scene.open();
    assert_eq!(ledger.state().subjects("unit:").count(), units);
    let serial = format!("SN{}", units - 1);
    let chain = ledger.state().chain(&unit(&serial).into()).unwrap().unwrap();
    assert_eq!(chain.last, index(3 + units as u64));
    let entries = scene.statements.units(units, units + 1, 0);
    ledger.append(None, &entries).unwrap();
    drop(ledger);
    scene.check(5 + units);
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_that_is_gone_is_made_again() {
    let mut scene = Scene::with_units(30);
    fs::remove_dir_all(scene.directory().join("store")).unwrap();
    assert_whole(&mut scene, 30);
}

#[test]
fn a_store_of_garbage_is_made_again() {
    let mut scene = Scene::with_units(30);
    let db = scene.directory().join("store/db");
    let length = fs::metadata(&db).unwrap().len() as usize;
    for garbage in [vec![0x5a; length], Vec::new(), b"no database".to_vec()] {
        fs::write(&db, garbage).unwrap();
        let ledger = scene.open();
        assert_eq!(ledger.state().subjects("unit:").count(), 30);
    }
    fs::remove_dir_all(scene.directory().join("store")).unwrap();
    fs::write(scene.directory().join("store"), b"a file").unwrap();
    assert_whole(&mut scene, 30);
}

#[test]
fn a_store_cut_off_anywhere_is_made_again() {
    let mut scene = Scene::with_units(30);
    let db = scene.directory().join("store/db");
    let whole = fs::read(&db).unwrap();
    for eighths in 1..8 {
        fs::write(&db, &whole[..whole.len() * eighths / 8]).unwrap();
        let ledger = scene.open();
        assert_eq!(ledger.state().subjects("unit:").count(), 30, "{eighths}");
    }
    assert_whole(&mut scene, 30);
}

#[test]
fn a_store_with_any_page_damaged_is_used_whole_or_made_again() {
    let scene = Scene::with_units(30);
    let db = scene.directory().join("store/db");
    let whole = fs::read(&db).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for step in 0..24 {
        let mut bytes = whole.clone();
        bytes[used * step / 24] ^= 0x40;
        fs::write(&db, &bytes).unwrap();
        let ledger = scene.open();
        assert_eq!(ledger.state().size(), TreeSize::new(34));
        assert_eq!(ledger.state().subjects("unit:").flatten().count(), 30, "{step}");
        drop(ledger);
        fs::remove_dir_all(scene.directory().join("store")).unwrap();
        fs::create_dir(scene.directory().join("store")).unwrap();
        fs::write(&db, &whole).unwrap();
    }
}

#[test]
fn a_store_that_is_behind_catches_up() {
    let mut scene = Scene::with_units(30);
    let (store, old) = (scene.directory().join("store"), scene.beside("old"));
    copy(&store, &old);
    let mut ledger = scene.open();
    let rotated = [scene.statements.rotate("spare-1")];
    ledger.append(None, &rotated).unwrap();
    ledger.append(None, &[scene.statements.ship("SN3")]).unwrap();
    drop(ledger);
    fs::remove_dir_all(&store).unwrap();
    copy(&old, &store);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    assert!(matches!(
        faults.as_slice(),
        [fault] if fault.is_note() && matches!(fault.kind, FaultKind::Behind { got, want } if (got.get(), want.get()) == (34, 36))
    ));
    let mut ledger = scene.open();
    assert_eq!(
        ledger.state().chain(&unit("SN3").into()).unwrap().unwrap().length,
        2
    );
    let entry = scene.statements.manufacture_by("ROTATED", 0, "spare-1");
    ledger.append(None, &[entry]).unwrap();
    drop(ledger);
    scene.check(37);
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);
}

#[test]
fn a_checkpoint_that_was_rolled_back_is_an_error_and_not_a_shorter_ledger() {
    let mut scene = Scene::with_units(3);
    let checkpoint = scene.directory().join("checkpoint");
    let old = fs::read(&checkpoint).unwrap();
    let mut ledger = scene.open();
    ledger.append(None, &scene.statements.units(3, 5, 0)).unwrap();
    drop(ledger);
    let new = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, old).unwrap();
    let error = Ledger::open(&scene.directory(), log_key(), &NoProgress).unwrap_err();
    assert!(matches!(
        error,
        OpenError::RolledBack { got, want } if (got.get(), want.get()) == (7, 9)
    ));
    assert_eq!(error.blame(), Blame::Evidence);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    assert!(
        faults
            .iter()
            .any(|fault| matches!(fault.kind, FaultKind::RolledBack { .. }))
    );
    fs::write(&checkpoint, new).unwrap();
    assert_whole(&mut scene, 5);
}

#[test]
fn what_an_append_left_that_was_cut_short_is_discarded() {
    let mut scene = Scene::with_units(250);
    // The same ledger, further on: its tiles are what an append writes before its checkpoint.
    let ahead = scene.beside("ahead");
    copy(&scene.directory(), &ahead);
    let mut ledger = Ledger::open(&ahead, log_key(), &NoProgress).unwrap();
    ledger
        .append(None, &scene.statements.units(1000, 1600, 0))
        .unwrap();
    drop(ledger);
    let tile = scene.directory().join("tile");
    copy(&ahead.join("tile"), &tile);
    fs::write(tile.join("entries/000.p/.255.new"), b"half").unwrap();
    fs::write(scene.directory().join(".checkpoint.new"), b"half").unwrap();
    let mut ledger = scene.open();
    assert!(!scene.directory().join(".checkpoint.new").exists());
    assert_eq!(ledger.snapshot().size(), TreeSize::new(254));
    // Other entries than those that were cut short.
    let entries = scene.statements.units(2000, 2001, 0);
    ledger.append(None, &entries).unwrap();
    scene.check(255);
    ledger
        .append(None, &scene.statements.units(2001, 2700, 0))
        .unwrap();
    drop(ledger);
    scene.check(954);
}

#[test]
fn partial_tiles_that_an_append_removed_before_its_checkpoint_come_back() {
    let mut scene = Scene::with_units(10);
    let ahead = scene.beside("ahead");
    copy(&scene.directory(), &ahead);
    let mut ledger = Ledger::open(&ahead, log_key(), &NoProgress).unwrap();
    ledger
        .append(None, &scene.statements.units(1000, 1300, 0))
        .unwrap();
    drop(ledger);
    let tile = scene.directory().join("tile");
    copy(&ahead.join("tile"), &tile);
    for partial in ["entries/000.p/14", "0/000.p/14"] {
        fs::remove_file(tile.join(partial)).unwrap();
    }
    let ledger = scene.open();
    assert_eq!(ledger.snapshot().size(), TreeSize::new(14));
    drop(ledger);
    scene.check(14);
}

#[test]
fn reindex_makes_the_same_rows_and_leaves_the_tiles_alone() {
    let mut scene = Scene::with_units(300);
    let rows = |scene: &Scene| {
        let ledger = scene.open();
        ledger
            .state()
            .subjects("")
            .collect::<Result<Vec<_>, _>>()
            .unwrap()
    };
    let before = rows(&scene);
    let modified = |scene: &Scene| {
        let file = scene.directory().join("tile/entries/000");
        fs::metadata(file).unwrap().modified().unwrap()
    };
    let written = modified(&scene);
    assert_eq!(
        reindex(&scene.directory(), &NoProgress).unwrap(),
        TreeSize::new(304)
    );
    assert_eq!(modified(&scene), written);
    assert_eq!(rows(&scene), before);
    assert!(!scene.directory().join("store.new").exists());
    assert_whole(&mut scene, 300);
}
