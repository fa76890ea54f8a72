//! What is done while a disk fails, and what must be true afterwards.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_core::{
    hash::Digest,
    key::{SecretKey, published_test_key},
    position::EntryIndex,
};
use prova_testkit::{
    builder::TestLedger,
    disk::{DiskFault, OtherFiles},
    independent,
};

use crate::{
    AppendError, CreateError, Ledger, NoProgress, OpenError, Outcome, Snapshot, audit,
    check::fsck::fsck_on,
    disk::publish::{Disk, real_disk},
    writer::{
        backup::{backup_on, restore_on},
        reindex::reindex_on,
    },
};

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    Size(usize),
    Attachment(Digest),
    Copy,
}

pub(super) type FaultDisk = prova_testkit::disk::FaultDisk<Ack>;

/// A disk of what is in a directory. The store is not part of its page cache.
pub(super) fn fault_disk(base: &Path, fault: DiskFault) -> FaultDisk {
    FaultDisk::new(base, is_of_store, fault)
}

/// The parts that the store and the lock write themselves.
fn is_of_store(path: &Path) -> bool {
    let mut parts = path.components();
    parts.any(|part| {
        ["store", "store.new", "lock"]
            .iter()
            .any(|name| part.as_os_str() == *name)
    })
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Create,
    /// Batches of so many entries.
    Append(Vec<usize>),
    Attach(Vec<Vec<u8>>),
    Backup,
    Restore,
    Reindex,
    /// Reading, in every way there is.
    Look,
}

/// Something done to a ledger.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    act: Act,
    before: tempfile::TempDir,
    entries: Vec<Vec<u8>>,
    /// How many entries the ledger may have: before, and after each batch.
    sizes: Vec<usize>,
    next: Vec<u8>,
}

pub(super) fn log_key() -> SecretKey {
    published_test_key("log").unwrap()
}

pub(super) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A temporary directory in memory, if the system has any: nothing is waited for here.
pub(super) fn room() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

impl Scenario {
    /// Something done to a ledger of the charter, three enrolments and so many units, two attachments among them.
    pub(super) fn new(name: &'static str, units: usize, act: Act) -> Self {
        let before = room();
        let directory = before.path().join("ledger");
        let mut statements = TestLedger::new("ledger.example/2026");
        let mut entries = vec![statements.charter()];
        let mut sizes = vec![0];
        if !matches!(act, Act::Create) {
            let mut ledger = Ledger::create(&directory, &entries[0], log_key()).unwrap();
            entries.extend(statements.enrolments());
            for serial in 0..units {
                let serial = format!("SN{serial}");
                entries.push(statements.manufacture(&serial, 0));
            }
            let documents = [b"a report".as_slice(), b"another"];
            for document in documents {
                ledger.put_attachment(&mut &*document).unwrap();
            }
            ledger.append(None, &entries[1..]).unwrap();
            sizes = vec![entries.len()];
        }
        if let Act::Append(batches) = &act {
            for batch in batches {
                let from = entries.len();
                entries.extend(statements.units(from, from + batch, 0));
                sizes.push(entries.len());
            }
        } else {
            sizes.push(entries.len());
        }
        let next = statements.manufacture("NEXT", 0);
        Self {
            name,
            act,
            before,
            entries,
            sizes,
            next,
        }
    }

    /// The same, where an append that was cut short has left tiles of other entries.
    pub(super) fn after_a_cut(mut self) -> Self {
        self.name = "append after an append that was cut short";
        let other = room();
        copy_tree(self.before.path(), other.path());
        let mut statements = TestLedger::new("ledger.example/2026");
        statements.enrolments();
        let mut ledger = Ledger::open(&other.path().join("ledger"), log_key(), &NoProgress).unwrap();
        let lost = statements.units(5000, 5300, 0);
        ledger.append(None, &lost[..3]).unwrap();
        ledger.append(None, &lost[3..]).unwrap();
        drop(ledger);
        copy_tree(&other.path().join("ledger/tile"), &self.directory().join("tile"));
        fs::write(self.directory().join(".checkpoint.new"), b"half").unwrap();
        fs::write(self.directory().join("attachments/.attachment.new"), b"half").unwrap();
        self
    }

    fn directory(&self) -> PathBuf {
        self.before.path().join("ledger")
    }

    /// The store's files as they were before.
    pub(super) fn stores(&self) -> OtherFiles {
        fault_disk(self.before.path(), DiskFault::Nothing).now().others
    }

    /// A copy of everything as it was before.
    pub(super) fn lay_out(&self) -> tempfile::TempDir {
        let base = room();
        copy_tree(self.before.path(), base.path());
        base
    }

    pub(super) fn only_reads(&self) -> bool {
        matches!(self.act, Act::Look)
    }

    /// Does it, and tells the disk what was acknowledged.
    pub(super) fn run(&self, disk: &Arc<FaultDisk>, base: &Path) {
        let shared: Arc<dyn Disk> = Arc::<FaultDisk>::clone(disk);
        let directory = base.join("ledger");
        match &self.act {
            Act::Create => {
                if Ledger::create_on(&shared, &directory, &self.entries[0], log_key()).is_ok() {
                    disk.acknowledge(Ack::Size(1));
                }
            }
            Act::Append(_) => {
                let Ok(mut ledger) = Ledger::open_on(&shared, &directory, log_key(), &NoProgress) else {
                    return;
                };
                for sizes in self.sizes.windows(2) {
                    match ledger.append(None, &self.entries[sizes[0]..sizes[1]]) {
                        Ok(_) => disk.acknowledge(Ack::Size(sizes[1])),
                        Err(_) => {
                            let after = ledger.append(None, &[]);
                            assert!(matches!(after, Err(AppendError::Poisoned)), "{after:?}");
                            return;
                        }
                    }
                }
            }
            Act::Attach(documents) => {
                let Ok(mut ledger) = Ledger::open_on(&shared, &directory, log_key(), &NoProgress) else {
                    return;
                };
                for document in documents {
                    // Once more, as somebody would who is told that it failed.
                    let kept = ledger
                        .put_attachment(&mut &document[..])
                        .or_else(|_| ledger.put_attachment(&mut &document[..]));
                    if let Ok(digest) = kept {
                        assert_eq!(digest, Digest::of(document));
                        disk.acknowledge(Ack::Attachment(digest));
                    }
                }
            }
            Act::Backup => {
                if let Ok(size) = backup_on(&shared, &directory, &base.join("copy"), &NoProgress) {
                    assert_eq!(size.get(), self.entries.len() as u64);
                    disk.acknowledge(Ack::Copy);
                }
            }
            Act::Restore => {
                if let Ok(size) = restore_on(&shared, &directory, &base.join("copy"), &NoProgress) {
                    assert_eq!(size.get(), self.entries.len() as u64);
                    disk.acknowledge(Ack::Copy);
                }
            }
            Act::Reindex => {
                if let Ok(size) = reindex_on(&shared, &directory, &NoProgress) {
                    assert_eq!(size.get(), self.entries.len() as u64);
                }
            }
            Act::Look => self.look(disk, &shared, &directory),
        }
    }

    /// Every answer is right, or an error.
    fn look(&self, disk: &FaultDisk, shared: &Arc<dyn Disk>, directory: &Path) {
        match fsck_on(shared, directory, &NoProgress) {
            Ok(faults) => assert!(disk.hit() || faults.is_empty(), "{faults:?}"),
            Err(error) => assert!(disk.hit(), "{error}"),
        }
        let Ok(snapshot) = Snapshot::open_on(Arc::clone(shared), directory) else {
            assert!(disk.hit());
            return;
        };
        assert_eq!(snapshot.size().get(), self.entries.len() as u64);
        for (index, want) in (0..).map(EntryIndex::new).zip(&self.entries) {
            if let Ok(entry) = snapshot.entry(index) {
                assert_eq!(entry, *want);
            }
            if let Ok(proof) = snapshot.inclusion(index) {
                let leaf = prova_core::hash::LeafHash::of_entry(want);
                proof.verify(&leaf, snapshot.checkpoint().root()).unwrap();
            }
        }
        if let Ok(found) = audit(&snapshot, &NoProgress) {
            assert_eq!(found.size, snapshot.size());
        }
        if let Ok(state) = snapshot.state(&NoProgress) {
            assert_eq!(state.size(), snapshot.size());
        }
        if let Ok(digests) = snapshot.attachments() {
            assert_eq!(digests.count(), 2);
        }
    }

    /// What must be true of the directory now; the ledger, opened, if there is one, and its size.
    pub(super) fn check(
        &self,
        base: &Path,
        disk: &Arc<dyn Disk>,
        acks: &[Ack],
        audited: &mut HashSet<Digest>,
    ) -> Option<(Ledger, usize)> {
        let directory = base.join("ledger");
        if matches!(self.act, Act::Backup | Act::Restore) {
            self.check_copy(base, disk, acks, audited);
        }
        let sizes = acks.iter().filter_map(|ack| match ack {
            Ack::Size(size) => Some(*size),
            _ => None,
        });
        let least = sizes.max().unwrap_or(self.sizes[0]);
        match Ledger::open_on(disk, &directory, log_key(), &NoProgress) {
            Err(error) => {
                assert_eq!(least, 0, "{}: acknowledged, but {error}", self.name);
                self.create_again(&directory, &error);
                None
            }
            Ok(ledger) => {
                let size = self.check_ledger(&ledger, acks, audited);
                assert!(size >= least, "{}: {size} of {least} entries", self.name);
                Some((ledger, size))
            }
        }
    }

    fn create_again(&self, directory: &Path, error: &OpenError) {
        match error {
            OpenError::HalfCreated { .. } => {
                let again = Ledger::create(directory, &self.entries[0], log_key());
                assert!(matches!(again, Err(CreateError::HalfCreated { .. })), "{again:?}");
                fs::remove_dir_all(directory).unwrap();
            }
            OpenError::Missing { .. } | OpenError::Empty { .. } => {}
            error => panic!("{}: {error}", self.name),
        }
        drop(Ledger::create(directory, &self.entries[0], log_key()).unwrap());
        independent::audit(directory).unwrap();
    }

    fn check_ledger(&self, ledger: &Ledger, acks: &[Ack], audited: &mut HashSet<Digest>) -> usize {
        let snapshot = ledger.snapshot();
        let size = usize::try_from(snapshot.size().get()).unwrap();
        assert!(self.sizes.contains(&size), "{}: {size}", self.name);
        let entries: Vec<_> = snapshot
            .entries(EntryIndex::new(0))
            .map(|entry| entry.unwrap().1)
            .collect();
        assert!(entries == self.entries[..size], "{}: other entries", self.name);
        assert_eq!(ledger.state().size(), snapshot.size());
        let leaf = prova_core::hash::LeafHash::of_entry(&entries[size - 1]);
        let last = ledger.state().index_of(&leaf).unwrap().map(EntryIndex::get);
        assert_eq!(last, Some(size as u64 - 1));
        for ack in acks {
            if let Ack::Attachment(digest) = ack {
                let kept = snapshot.read_attachment(digest, &mut std::io::sink());
                assert!(kept.unwrap().is_some(), "{}: {digest} is lost", self.name);
            }
        }
        assert!(self.entries.len() < 2 || snapshot.attachments().unwrap().count() >= 2);
        audit_once(snapshot.directory(), size, audited);
        size
    }

    fn check_copy(&self, base: &Path, disk: &Arc<dyn Disk>, acks: &[Ack], audited: &mut HashSet<Digest>) {
        let copy = base.join("copy");
        let is_there = copy.exists();
        assert!(
            is_there || !acks.contains(&Ack::Copy),
            "{}: the copy is lost",
            self.name
        );
        if is_there {
            let ledger = Ledger::open_on(disk, &copy, log_key(), &NoProgress).unwrap();
            self.check_ledger(&ledger, acks, audited);
        } else {
            backup_on(disk, &base.join("ledger"), &copy, &NoProgress).unwrap();
            audit_once(&copy, self.entries.len(), audited);
        }
    }

    /// The next entry goes where it belongs.
    pub(super) fn go_on(&self, mut ledger: Ledger, size: usize, audited: &mut HashSet<Digest>) {
        let directory = ledger.snapshot().directory().to_owned();
        let before_units = size < 4;
        let outcome = ledger.append(None, std::slice::from_ref(&self.next)).unwrap();
        assert_eq!(
            matches!(outcome[0], Outcome::Refused(_)),
            before_units,
            "{outcome:?}"
        );
        drop(ledger);
        audit_once(&directory, size + usize::from(!before_units), audited);
    }
}

/// The independent audit; the same bytes are audited once.
fn audit_once(directory: &Path, size: usize, audited: &mut HashSet<Digest>) {
    let mut bytes = size.to_be_bytes().to_vec();
    let mut todo = vec![directory.to_owned()];
    let mut paths = Vec::new();
    while let Some(path) = todo.pop() {
        let in_store = path.file_name().is_some_and(|name| name == "store");
        if path.is_dir() && !in_store {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() && !path.ends_with("lock") {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(directory).unwrap();
        bytes.extend(Digest::of(name.to_str().unwrap().as_bytes()).as_bytes());
        bytes.extend(Digest::of(&fs::read(&path).unwrap()).as_bytes());
    }
    if audited.insert(Digest::of(&bytes)) {
        let found = independent::audit(directory).unwrap();
        assert_eq!(found.entries.len(), size);
        let faults = fsck_on(&real_disk(), directory, &NoProgress).unwrap();
        let faults: Vec<_> = faults.iter().filter(|fault| !fault.is_note()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
