use std::{
    ffi::OsString,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use prova_core::test_keys::published_test_key;
use prova_testkit::{builder::TestLedger, independent};

use super::*;
use crate::{
    disk::{Disk, RealDisk},
    progress::NoProgress,
};

/// A disk that does so many changes more, and fails the next: not done, or done but reported as failed.
#[derive(Debug)]
struct FailingDisk {
    left: AtomicUsize,
    persists: bool,
}

impl FailingDisk {
    fn change(&self, act: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            if self.persists {
                act()?;
            }
            return Err(io::Error::other("disk full"));
        }
        self.left.store(left - 1, Ordering::SeqCst);
        act()
    }
}

impl Disk for FailingDisk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        RealDisk.read(path, limit)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.change(|| RealDisk.write(path, bytes))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|| RealDisk.rename(from, to))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.change(|| RealDisk.sync(path))
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|| RealDisk.create_dir(dir))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change(|| RealDisk.remove_file(path))
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|| RealDisk.remove_dir(dir))
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        RealDisk.len(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        RealDisk.list(dir)
    }
}

fn log_key() -> prova_core::keys::SecretKey {
    published_test_key("log").unwrap()
}

/// Appends to a ledger on a disk that fails its change number `changes`; whether it did fail.
fn fails_at(changes: usize, persists: bool) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let mut statements = TestLedger::new("ledger.example/2026");
    let mut ledger = Ledger::create(directory.path(), &statements.charter(), log_key()).unwrap();
    ledger.append(None, &statements.enrolments()).unwrap();
    drop(ledger);
    let left = AtomicUsize::new(usize::MAX);
    let failing = Arc::new(FailingDisk { left, persists });
    let disk: Arc<dyn Disk> = Arc::<FailingDisk>::clone(&failing);
    let mut ledger = Ledger::open_on(&disk, directory.path(), log_key(), &NoProgress).unwrap();
    failing.left.store(changes, Ordering::SeqCst);
    // Over the end of a bundle, so that new directories and full tiles are among the changes.
    let entries = statements.units(0, 300, 0);
    let appended = ledger.append(None, &entries);
    let failed = appended.is_err();
    if failed {
        assert!(matches!(appended, Err(AppendError::Io { .. })));
        assert!(matches!(ledger.append(None, &[]), Err(AppendError::Poisoned)));
    }
    drop(ledger);
    let mut ledger = Ledger::open(directory.path(), log_key(), &NoProgress).unwrap();
    let size = ledger.snapshot().size().get();
    assert!(size == 304 || (failed && size == 4), "{size}");
    assert_eq!(
        independent::audit(directory.path()).unwrap().entries.len() as u64,
        size
    );
    // The same again, and all is there once.
    ledger.append(None, &entries).unwrap();
    assert_eq!(ledger.snapshot().size().get(), 304);
    independent::audit(directory.path()).unwrap();
    failed
}

#[test]
fn whatever_write_fails_a_commit_is_there_whole_or_not_at_all() {
    for persists in [false, true] {
        let failing = (0..1000)
            .take_while(|changes| fails_at(*changes, persists))
            .count();
        // Two bundles, two tiles of leaves and one above, each written, named and waited for; the checkpoint; directories.
        assert!((24..1000).contains(&failing), "{failing}");
    }
}
