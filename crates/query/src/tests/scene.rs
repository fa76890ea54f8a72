//! The ledger that the tests of this crate read: two units are made, one of them is shipped and received.

use prova_core::{hash::LeafHash, id::SubjectId};
use prova_store::{Ledger, NoProgress};
use prova_testkit::builder::{TestLedger, key, unit};
use tempfile::TempDir;

use crate::Reading;

/// A ledger in a temporary directory, with its writer still open.
pub(crate) struct Scene {
    pub(crate) directory: TempDir,
    pub(crate) statements: TestLedger,
    pub(crate) writer: Ledger,
}

impl Scene {
    /// Entry 0 is the charter, 1 to 3 enrol; 4 and 5 make the units S1 and S2; 6 ships S1, 7 receives it.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut statements = TestLedger::new("ledger.example/2026");
        let writer = Ledger::create(directory.path(), &statements.charter(), key("log")).unwrap();
        let mut entries = statements.enrolments();
        entries.extend(["S1", "S2"].map(|serial| statements.manufacture(serial, 0)));
        let ship = statements.ship("S1");
        entries.push(ship.clone());
        entries.push(statements.receive("S1", Some(LeafHash::of_entry(&ship))));
        let mut scene = Self {
            directory,
            statements,
            writer,
        };
        scene.append(&entries);
        scene
    }

    /// Appends entries, all of which must enter.
    pub(crate) fn append(&mut self, entries: &[Vec<u8>]) {
        for outcome in self.writer.append(None, entries).unwrap() {
            assert!(
                matches!(outcome, prova_store::Outcome::Appended { .. }),
                "{outcome:?}"
            );
        }
    }

    /// The ledger as it is now.
    pub(crate) fn reading(&self) -> Reading {
        Reading::open(self.directory.path(), &NoProgress).unwrap()
    }

    /// A unit, as the subject of statements.
    pub(crate) fn unit(serial: &str) -> SubjectId {
        unit(serial).into()
    }
}
