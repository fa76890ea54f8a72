//! A ledger in a temporary directory, and the statements for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::LeafHash,
    key::published_test_key,
    log::{Checkpoint, SignedCheckpoint, merkle::Frontier},
    position::{EntryIndex, TreeSize},
};
use prova_store::{Ledger, NoProgress, Outcome};
use prova_testkit::{builder::TestLedger, independent};

/// How the directories of scenes are named. Where the suite is compiled into the store's own tests, these names choose the engine of rows.
pub(crate) const PREFIX: &str = "prova-suite-";

pub(crate) struct Scene {
    base: tempfile::TempDir,
    pub(crate) statements: TestLedger,
}

impl Scene {
    /// No ledger yet.
    pub(crate) fn empty() -> Self {
        Self {
            base: tempfile::Builder::new().prefix(PREFIX).tempdir().unwrap(),
            statements: TestLedger::new("ledger.example/2026"),
        }
    }

    /// A ledger of the charter, three enrolments and `units` units: entries 4 and on.
    pub(crate) fn with_units(units: usize) -> Self {
        let mut scene = Self::empty();
        let mut ledger = scene.create();
        let mut entries = scene.statements.enrolments();
        entries.extend(scene.statements.units(0, units, 0));
        let outcomes = ledger.append(None, &entries).unwrap();
        assert_eq!(appended(&outcomes), entries.len());
        drop(ledger);
        scene.check(entries.len() + 1);
        scene
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.base.path().join("ledger")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.base.path().join(name)
    }

    pub(crate) fn create(&self) -> Ledger {
        Ledger::create(&self.directory(), &self.statements.charter(), log_key()).unwrap()
    }

    pub(crate) fn open(&self) -> Ledger {
        Ledger::open(&self.directory(), log_key(), &NoProgress).unwrap()
    }

    /// Audits the directory with code that shares nothing with the store.
    pub(crate) fn check(&self, want: usize) {
        check(&self.directory(), want);
    }

    /// Appends to the files of a ledger of fewer than 256 entries, as a writer would that checks nothing.
    pub(crate) fn append_unchecked(&self, entry: &[u8]) {
        let snapshot = prova_store::Snapshot::open(&self.directory()).unwrap();
        let size = snapshot.size().get();
        let mut tree = Frontier::default();
        let (mut bundle, mut tile) = (Vec::new(), Vec::new());
        let entries = (0..size).map(|at| snapshot.entry(EntryIndex::new(at)).unwrap());
        for entry in entries.chain([entry.to_vec()]) {
            let leaf = LeafHash::of_entry(&entry);
            bundle.extend(u16::try_from(entry.len()).unwrap().to_be_bytes());
            bundle.extend(&entry);
            tile.extend(leaf.as_bytes());
            tree.push(leaf);
        }
        let at = |kind: &str| self.directory().join(format!("tile/{kind}/000.p/{}", size + 1));
        fs::write(at("entries"), bundle).unwrap();
        fs::write(at("0"), tile).unwrap();
        let origin = snapshot.checkpoint().origin().clone();
        let checkpoint = Checkpoint::new(origin, TreeSize::new(size + 1), tree.root()).unwrap();
        let key = log_key();
        let verifying = ed25519_dalek::VerifyingKey::from_bytes(key.public().as_bytes()).unwrap();
        let sign = |message: &[u8]| ed25519_dalek::Signature::from_bytes(key.sign(message).as_bytes());
        let signed = SignedCheckpoint::sign(checkpoint, &verifying, sign).unwrap();
        fs::write(self.directory().join("checkpoint"), signed.to_string()).unwrap();
    }

    /// Flips a bit of a file within the ledger.
    pub(crate) fn flip(&self, file: &str, offset: usize) {
        let path = self.directory().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[offset] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
}

pub(crate) fn check(directory: &Path, want: usize) {
    let found = independent::audit(directory).unwrap();
    assert_eq!(found.entries.len(), want);
}

pub(crate) fn log_key() -> prova_core::key::SecretKey {
    published_test_key("log").unwrap()
}

pub(crate) fn index(index: u64) -> EntryIndex {
    EntryIndex::new(index)
}

pub(crate) fn appended(outcomes: &[Outcome]) -> usize {
    let is_appended = |outcome: &&Outcome| matches!(outcome, Outcome::Appended { .. });
    outcomes.iter().filter(is_appended).count()
}
