//! What small appends leave in the journal while a writer lives, and what becomes of it when that ends badly.

use std::{
    fs,
    path::{Path, PathBuf},
};

use prova_store::{Ledger, NoProgress, OpenError, Snapshot, fsck};

use super::{
    recovery::copy as copy_tree,
    scene::{Scene, check, log_key},
};

/// A ledger whose writer has appended entries one at a time, and what was on the disk before those that went through the journal.
struct Written {
    scene: Scene,
    ledger: Ledger,
    /// The directory when the journal was empty.
    before: PathBuf,
    size: usize,
}

impl Written {
    fn new(units: usize, appends: usize) -> Self {
        let mut scene = Scene::with_units(units);
        let mut ledger = scene.open();
        // The first append of a process waits for its tiles itself.
        let first = scene.statements.units(9_000, 9_001, 0);
        ledger.append(None, &first).unwrap();
        let before = scene.beside("before");
        copy_tree(&scene.directory(), &before);
        assert_eq!(journal_bytes(&before), 0);
        for serial in 0..appends {
            let entry = scene.statements.units(9_100 + serial, 9_101 + serial, 0);
            ledger.append(None, &entry).unwrap();
        }
        Self {
            scene,
            ledger,
            before,
            size: 4 + units + 1 + appends,
        }
    }

    /// The directory as it is after the writer was killed.
    fn killed(&self) -> PathBuf {
        let killed = self.scene.beside("killed");
        let _ = fs::remove_dir_all(&killed);
        copy_tree(&self.scene.directory(), &killed);
        killed
    }

    /// The directory after a power failure that left the journal, and of everything else what was there before it.
    fn without_power(&self) -> PathBuf {
        let after = self.scene.beside("after");
        let _ = fs::remove_dir_all(&after);
        copy_tree(&self.before, &after);
        fs::copy(self.scene.directory().join("journal"), after.join("journal")).unwrap();
        after
    }
}

fn journal_bytes(directory: &Path) -> u64 {
    fs::metadata(directory.join("journal")).map_or(0, |metadata| metadata.len())
}

fn open(directory: &Path) -> Result<Ledger, OpenError> {
    Ledger::open(directory, log_key(), &NoProgress)
}

#[test]
fn what_only_the_journal_has_is_there_for_whoever_comes_next() {
    for (units, appends) in [(0, 1), (3, 5), (246, 8), (251, 3)] {
        let written = Written::new(units, appends);
        for directory in [written.without_power(), written.killed()] {
            assert!(journal_bytes(&directory) > 0);
            drop(open(&directory).unwrap());
            check(&directory, written.size);
            assert_eq!(journal_bytes(&directory), 0);
        }
        for directory in [written.without_power(), written.killed()] {
            let snapshot = Snapshot::open(&directory).unwrap();
            assert_eq!(snapshot.size().get(), written.size as u64);
            assert_eq!(journal_bytes(&directory), 0);
            check(&directory, written.size);
        }
        // As somebody copies it who knows nothing of locks.
        let directory = written.without_power();
        fs::remove_file(directory.join("lock")).unwrap();
        let snapshot = Snapshot::open(&directory).unwrap();
        assert_eq!(snapshot.size().get(), written.size as u64);
        let directory = written.without_power();
        assert_eq!(
            fsck(&directory, &NoProgress)
                .unwrap()
                .iter()
                .filter(|fault| !fault.is_note())
                .count(),
            0
        );
        check(&directory, written.size);
    }
}

#[test]
fn files_that_were_not_waited_for_may_have_become_anything() {
    let written = Written::new(246, 8);
    for file in [
        "checkpoint",
        "tile/entries/000",
        "tile/entries/001.p/3",
        "tile/0/000",
        "tile/1/000.p/1",
    ] {
        for content in [&b""[..], b"\0\0\0\0\0\0\0\0", b"half of it"] {
            let directory = written.killed();
            assert!(directory.join(file).exists(), "{file}");
            fs::write(directory.join(file), content).unwrap();
            assert_eq!(
                open(&directory).unwrap().snapshot().size().get(),
                written.size as u64
            );
            check(&directory, written.size);
        }
    }
}

#[test]
fn readers_beside_a_writer_see_what_was_acknowledged_and_leave_the_journal_alone() {
    let written = Written::new(3, 4);
    let directory = written.scene.directory();
    let bytes = journal_bytes(&directory);
    assert!(bytes > 0);
    let snapshot = Snapshot::open(&directory).unwrap();
    assert_eq!(snapshot.size().get(), written.size as u64);
    assert_eq!(journal_bytes(&directory), bytes);
    drop(written.ledger);
    assert_eq!(journal_bytes(&directory), 0);
    check(&directory, written.size);
}

#[test]
fn a_journal_older_than_the_checkpoint_changes_nothing() {
    let mut written = Written::new(3, 4);
    let old = fs::read(written.scene.directory().join("journal")).unwrap();
    let more = written.scene.statements.units(0, 300, 7);
    written.ledger.append(None, &more).unwrap();
    assert_eq!(journal_bytes(&written.scene.directory()), 0);
    let size = written.size + more.len();
    let directory = written.killed();
    fs::write(directory.join("journal"), &old).unwrap();
    assert_eq!(open(&directory).unwrap().snapshot().size().get(), size as u64);
    check(&directory, size);
}

#[test]
fn a_checkpoint_from_before_the_journal_was_begun_was_rolled_back() {
    let written = Written::new(3, 4);
    let directory = written.killed();
    let older = Scene::with_units(3);
    fs::copy(older.directory().join("checkpoint"), directory.join("checkpoint")).unwrap();
    let error = open(&directory).unwrap_err();
    assert!(
        matches!(&error, OpenError::RolledBack { got, want } if got.get() == 7 && want.get() == written.size as u64),
        "{error}"
    );
}

#[test]
fn a_damaged_or_foreign_journal_is_named_and_nothing_is_written() {
    let written = Written::new(3, 4);
    let bytes = fs::read(written.scene.directory().join("journal")).unwrap();
    let mut changed = bytes.clone();
    changed[200] ^= 1;
    // A true record of a ledger that took other entries.
    let other = Written::new(4, 4);
    let foreign = fs::read(other.scene.directory().join("journal")).unwrap();
    for (journal, want) in [(&changed, "the record at byte 0"), (&foreign, "root")] {
        let directory = written.killed();
        fs::write(directory.join("journal"), journal).unwrap();
        let checkpoint = fs::read(directory.join("checkpoint")).unwrap();
        let error = open(&directory).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
        assert!(Snapshot::open(&directory).unwrap_err().to_string().contains(want));
        let faults = fsck(&directory, &NoProgress).unwrap();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].file, "journal");
        assert_eq!(fs::read(directory.join("checkpoint")).unwrap(), checkpoint);
        // The way out that the error names.
        fs::remove_file(directory.join("journal")).unwrap();
        assert_eq!(
            open(&directory).unwrap().snapshot().size().get(),
            written.size as u64
        );
        check(&directory, written.size);
    }
}

#[test]
fn what_keeps_a_damaged_checkpoint_from_being_made_again_is_named_beside_it() {
    let written = Written::new(300, 4);
    let directory = written.killed();
    let wrong = |directory: &Path| -> Vec<_> {
        let faults = fsck(directory, &NoProgress).unwrap();
        let wrong = faults.into_iter().filter(|fault| !fault.is_note());
        wrong.map(|fault| fault.file).collect()
    };
    let [checkpoint, tile] = ["checkpoint", "tile/1/000.p/1"].map(|file| directory.join(file));
    let whole = [&checkpoint, &tile].map(|file| fs::read(file).unwrap());
    fs::write(&checkpoint, &whole[1]).unwrap();
    // The journal has the checkpoint.
    let healed = written.scene.beside("healed");
    copy_tree(&directory, &healed);
    assert_eq!(wrong(&healed), [""; 0]);
    fs::write(&tile, &whole[0]).unwrap();
    assert_eq!(wrong(&directory), ["checkpoint", "tile/1/000.p/1"]);
    let bytes = fs::read(&checkpoint).unwrap();
    assert!(open(&directory).is_err() && Snapshot::open(&directory).is_err());
    assert_eq!(fs::read(&checkpoint).unwrap(), bytes);
    // The way out.
    fs::write(&tile, &whole[1]).unwrap();
    assert_eq!(wrong(&directory), [""; 0]);
    check(&directory, written.size);
}
