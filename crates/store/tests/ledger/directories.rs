//! Directories that are no ledger, or one that cannot be used.

use std::{fs, path::Path};

use prova_core::key::published_test_key;
use prova_store::{Blame, CreateError, Ledger, NoProgress, OpenError, Snapshot};

use super::scene::{Scene, log_key};

fn open(directory: &Path) -> (OpenError, OpenError) {
    let reader = Snapshot::open(directory).unwrap_err();
    let writer = Ledger::open(directory, log_key(), &NoProgress).unwrap_err();
    assert_eq!(reader.to_string(), writer.to_string());
    assert_eq!(reader.blame(), writer.blame());
    (reader, writer)
}

fn create(scene: &Scene) -> CreateError {
    Ledger::create(&scene.directory(), &scene.statements.charter(), log_key()).unwrap_err()
}

#[test]
fn what_is_no_ledger_is_not_opened() {
    let scene = Scene::empty();
    let directory = scene.directory();
    assert!(matches!(open(&directory).0, OpenError::Missing { .. }));
    fs::create_dir(&directory).unwrap();
    assert!(matches!(open(&directory).0, OpenError::Empty { .. }));
    fs::write(directory.join("notes.txt"), b"x").unwrap();
    let (error, _) = open(&directory);
    assert!(matches!(error, OpenError::NotALedger { .. }));
    assert_eq!(error.blame(), Blame::Caller);
    assert!(matches!(
        open(&directory.join("notes.txt")).0,
        OpenError::NotALedger { .. }
    ));
    // Nothing was made in it.
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[test]
fn a_ledger_is_created_in_an_empty_directory_only() {
    let scene = Scene::empty();
    fs::create_dir(scene.directory()).unwrap();
    drop(scene.create());
    scene.check(1);
    assert!(matches!(create(&scene), CreateError::Exists { .. }));
    scene.check(1);

    let scene = Scene::empty();
    fs::create_dir(scene.directory()).unwrap();
    fs::write(scene.directory().join("notes.txt"), b"x").unwrap();
    assert!(matches!(create(&scene), CreateError::NotEmpty { name, .. } if name == "notes.txt"));

    let scene = Scene::empty();
    fs::write(scene.directory(), b"x").unwrap();
    assert!(matches!(create(&scene), CreateError::NotADirectory { .. }));
}

#[test]
fn a_half_created_ledger_is_neither_opened_nor_created_anew() {
    for present in [&["format"][..], &["format", "lock"], &["format", "lock", "tile"]] {
        let scene = Scene::empty();
        drop(scene.create());
        for name in ["format", "lock", "tile", "checkpoint", "store"] {
            let path = scene.directory().join(name);
            if present.contains(&name) {
            } else if path.is_dir() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
        let (error, _) = open(&scene.directory());
        assert!(matches!(error, OpenError::HalfCreated { .. }), "{error}");
        assert_eq!(error.blame(), Blame::Caller);
        let error = create(&scene);
        assert!(matches!(error, CreateError::HalfCreated { .. }), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("remove the directory and create it again")
        );
    }
}

#[test]
fn a_lost_checkpoint_is_not_taken_for_a_half_created_ledger() {
    for units in [1, 300] {
        let scene = Scene::with_units(units);
        fs::remove_file(scene.directory().join("checkpoint")).unwrap();
        let (error, _) = open(&scene.directory());
        assert!(matches!(error, OpenError::NoCheckpoint { .. }), "{error}");
        assert_eq!(error.blame(), Blame::Evidence);
    }
}

#[test]
fn a_newer_version_is_refused() {
    let scene = Scene::with_units(0);
    fs::write(scene.directory().join("format"), b"prova ledger 2\n").unwrap();
    let (error, _) = open(&scene.directory());
    assert!(matches!(error, OpenError::Format { .. }));
    assert_eq!(error.blame(), Blame::Caller);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "ledger of format 2, want 1 at most; use a newer version of this program"
    );
}

#[test]
fn another_key_than_the_charter_names_opens_and_creates_nothing() {
    let scene = Scene::with_units(0);
    let other = || published_test_key("spare-1").unwrap();
    let error = Ledger::open(&scene.directory(), other(), &NoProgress).unwrap_err();
    assert!(matches!(error, OpenError::LogKey { .. }));
    assert_eq!(error.blame(), Blame::Caller);
    let empty = Scene::empty();
    let error = Ledger::create(&empty.directory(), &empty.statements.charter(), other()).unwrap_err();
    assert!(matches!(error, CreateError::LogKey { .. }));
    assert!(!empty.directory().exists());
}

#[test]
fn only_a_charter_creates_a_ledger() {
    let mut scene = Scene::empty();
    let unit = scene.statements.manufacture("SN1", 0);
    let enrolment = scene.statements.enrolments().remove(0);
    let mut forged = scene.statements.charter();
    let at = forged.len() - 20;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    for entry in [b"{}".to_vec(), unit, enrolment, forged] {
        let error = Ledger::create(&scene.directory(), &entry, log_key()).unwrap_err();
        assert_eq!(error.blame(), Blame::Caller, "{error}");
        assert!(!scene.directory().exists());
    }
}

/// A process that may do anything cannot be kept from writing; then there is nothing to test.
#[cfg(unix)]
#[test]
fn a_directory_without_permission_to_write_is_read_but_not_opened() {
    use std::os::unix::fs::PermissionsExt as _;

    let scene = Scene::with_units(3);
    let chmod = |mode| {
        for name in ["lock", "."] {
            fs::set_permissions(scene.directory().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    chmod(0o555);
    let may_write = fs::OpenOptions::new()
        .write(true)
        .open(scene.directory().join("lock"))
        .is_ok();
    let writer = Ledger::open(&scene.directory(), log_key(), &NoProgress);
    let reader = Snapshot::open(&scene.directory()).and_then(|snapshot| snapshot.state(&NoProgress));
    chmod(0o755);
    if !may_write {
        assert!(matches!(writer, Err(OpenError::Permission { .. })));
    }
    assert_eq!(reader.unwrap().subjects("unit:").count(), 3);
}
