//! The one writer of a ledger's directory.

use std::{fmt, io::Read};

use prova_core::{hash::Digest, log::merkle::TileEdge, position::TreeSize};

use crate::{
    disk::lock::Lock,
    log::{
        attachments::{self, AttachmentError},
        journal::Journal,
        log_key::LogKey,
        snapshot::Snapshot,
    },
    state::state::State,
};

/// A ledger that can be appended to. Holds the directory's lock while it lives.
pub struct Ledger {
    pub(crate) state: State,
    pub(crate) snapshot: Snapshot,
    pub(crate) edge: TileEdge,
    /// The bytes of the bundle that is still growing.
    pub(crate) tail: Vec<u8>,
    pub(crate) key: LogKey,
    pub(crate) journal: Journal,
    /// The sizes before, ascending, whose partial tiles may still be there: readers who have just read the checkpoint of the last find
    /// them.
    pub(crate) before: Vec<TreeSize>,
    /// A write failed: what is on the disk is known again after reopening.
    pub(crate) poisoned: bool,
    /// Last, so that the store is closed before it is free.
    pub(crate) _lock: Lock,
}

impl Ledger {
    /// What the entries add up to.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The ledger at its last acknowledged size. Clone it to keep it across appends.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Keeps a document, and returns its digest. When this returns, it is durable.
    ///
    /// # Errors
    /// See [`AttachmentError`]; nothing is kept then.
    pub fn put_attachment(&mut self, content: &mut dyn Read) -> Result<Digest, AttachmentError> {
        attachments::put(self.snapshot.disk.as_ref(), &self.snapshot.layout, content)
    }
}

impl Drop for Ledger {
    /// Settles the journal. If that fails, whoever opens the ledger next does it.
    fn drop(&mut self) {
        if !self.poisoned {
            let _ = self.settle();
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Ledger({} at {})",
            self.snapshot.origin(),
            self.snapshot.size()
        )
    }
}
