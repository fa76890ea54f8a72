//! Copies, made while appends go on, and ledgers from copies.

use std::fs;

use prova_core::position::TreeSize;
use prova_store::{BackupError, Blame, Ledger, NoProgress, backup, fsck, restore};

use super::scene::{Scene, check, log_key};

#[test]
fn a_backup_while_appends_go_on_restores_to_a_ledger_that_goes_on() {
    let mut scene = Scene::with_units(300);
    let mut ledger = scene.open();
    let document = ledger.put_attachment(&mut &b"certificate"[..]).unwrap();
    let (directory, copy) = (scene.directory(), scene.beside("copy"));
    std::thread::scope(|scope| {
        let copied = scope.spawn(|| backup(&directory, &copy, &NoProgress).unwrap());
        for step in 0..30 {
            let entries = scene.statements.units(300 + step * 17, 317 + step * 17, 0);
            ledger.append(None, &entries).unwrap();
        }
        let size = copied.join().unwrap();
        assert!(size >= TreeSize::new(304));
        check(&copy, size.get() as usize);
    });
    scene.check(304 + 510);
    assert!(!copy.join("store").exists());

    let restored = scene.beside("restored");
    let size = restore(&copy, &restored, &NoProgress).unwrap();
    check(&restored, size.get() as usize);
    assert_eq!(fsck(&restored, &NoProgress).unwrap(), []);
    let again = Ledger::open(&restored, log_key(), &NoProgress).unwrap();
    assert_eq!(
        again.snapshot().attachments().unwrap().collect::<Vec<_>>(),
        [document]
    );
    assert_eq!(again.state().subjects("unit:").count() as u64, size.get() - 4);
    drop(again);
    // A copy is a ledger itself.
    let copied = Ledger::open(&copy, log_key(), &NoProgress).unwrap();
    assert_eq!(copied.snapshot().size(), size);
}

#[test]
fn a_target_that_holds_something_is_left_alone() {
    let scene = Scene::with_units(1);
    let target = scene.beside("target");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("notes.txt"), b"x").unwrap();
    for error in [
        backup(&scene.directory(), &target, &NoProgress).unwrap_err(),
        restore(&scene.directory(), &target, &NoProgress).unwrap_err(),
        backup(&scene.directory(), &scene.directory(), &NoProgress).unwrap_err(),
    ] {
        assert!(matches!(error, BackupError::Target(_)), "{error}");
        assert_eq!(error.blame(), Blame::Caller);
    }
    assert_eq!(fs::read_dir(&target).unwrap().count(), 1);
    let empty = scene.beside("empty");
    fs::create_dir(&empty).unwrap();
    backup(&scene.directory(), &empty, &NoProgress).unwrap();
    check(&empty, 5);
}

#[test]
fn a_damaged_copy_is_not_restored_and_a_damaged_ledger_not_copied() {
    for file in [
        "tile/entries/000",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/entries/001.p/48",
        "checkpoint",
    ] {
        let scene = Scene::with_units(300);
        let copy = scene.beside("copy");
        backup(&scene.directory(), &copy, &NoProgress).unwrap();
        let mut bytes = fs::read(copy.join(file)).unwrap();
        // The last byte but one: of a checkpoint, its signature.
        let at = bytes.len() - 2;
        bytes[at] ^= 1;
        fs::write(copy.join(file), bytes).unwrap();
        for error in [
            restore(&copy, &scene.beside("restored"), &NoProgress).unwrap_err(),
            backup(&copy, &scene.beside("restored"), &NoProgress).unwrap_err(),
        ] {
            assert_eq!(error.blame(), Blame::Evidence, "{file}: {error}");
        }
        // Nothing half-done stays, under any name.
        assert!(!scene.beside("restored").exists());
        assert_eq!(fs::read_dir(scene.beside("")).unwrap().count(), 2);
    }
}
