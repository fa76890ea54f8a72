//! Looking for everything that is wrong with a ledger's files. Repairs nothing; what a writer left in the journal is done first.
//!
//! Where an entry and its leaf hash disagree, the tile above decides which of the two was changed; in the last bundle,
//! which has none above it, the checkpoint's root does.

mod index;
mod store;
mod tree;

use std::{fmt, path::Path, sync::Arc};

use prova_core::{
    hash::{Digest, LeafHash, NodeHash},
    log::{SignedCheckpoint, merkle::Bundle},
    position::{EntryIndex, TreeSize},
};

use crate::{
    blame::Blame,
    disk::{
        layout::Layout,
        lock::Lock,
        publish::{Disk, real_disk},
    },
    log::{
        attachments::{self, AttachmentError},
        audit_error::AuditError,
        journal,
        open_error::OpenError,
        published::{check_directory, read_charter, read_checkpoint, verify_checkpoint},
        snapshot::Snapshot,
        tiles::{ReadError, TileFiles},
    },
    progress::{Meter, Progress},
    state::replay::replay,
};

/// Something wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, by its path within the ledger.
    pub file: String,
    /// The first entry that it is about, if it is about entries.
    pub entry: Option<EntryIndex>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// It cannot be read.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// It does not have its form.
    #[error("damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// An entry has another leaf hash than the one recorded.
    #[error("has the leaf hash {got}, want {want}")]
    Leaf {
        /// The hash in or of the file.
        got: LeafHash,
        /// The hash that it should have.
        want: LeafHash,
    },
    /// A hash is not that of what is below it.
    #[error("has the hash {got}, want {want}")]
    Hash {
        /// The hash in the file.
        got: NodeHash,
        /// The hash recomputed.
        want: NodeHash,
    },
    /// The checkpoint does not cover the entries.
    #[error("says root {got}, want {want} of the first {size} entries")]
    Root {
        /// Number of entries.
        size: TreeSize,
        /// The root in the checkpoint.
        got: NodeHash,
        /// The root recomputed.
        want: NodeHash,
    },
    /// The log has signed a checkpoint with more entries.
    #[error("says {got} entries, but the log has signed one with {want}")]
    RolledBack {
        /// The size in the file.
        got: TreeSize,
        /// The size signed.
        want: TreeSize,
    },
    /// An entry that the ledger should not hold.
    #[error("should not be in the ledger: {reason}")]
    Entry {
        /// The rule that it breaks, in words.
        reason: String,
    },
    /// An attachment's content was changed.
    #[error("has the digest {got}, want {want}")]
    Attachment {
        /// The digest of the content.
        got: Digest,
        /// The digest that it is known by.
        want: Digest,
    },
    /// A note: an entry refers to a document that the ledger does not keep.
    #[error("not kept here")]
    AttachmentAbsent,
    /// A row is not what the entries add up to.
    #[error("{reason}; «reindex» makes the store again")]
    Row {
        /// What is wrong.
        reason: String,
    },
    /// A note: the store is behind or absent; opening the ledger brings it up to date.
    #[error("has {got} of {want} entries")]
    Behind {
        /// Entries in the store.
        got: TreeSize,
        /// Entries in the ledger.
        want: TreeSize,
    },
    /// A note: another process has the store open, so that it was not looked at.
    #[error("in use, not looked at")]
    InUse,
}

impl Fault {
    /// Whether it is worth knowing but nothing is wrong.
    #[must_use]
    pub fn is_note(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::AttachmentAbsent | FaultKind::Behind { .. } | FaultKind::InUse
        )
    }

    fn new(file: impl Into<String>, entry: Option<EntryIndex>, kind: FaultKind) -> Self {
        Self {
            file: file.into(),
            entry,
            kind,
        }
    }

    fn damaged(file: impl Into<String>, entry: Option<EntryIndex>, error: &dyn std::error::Error) -> Self {
        Self::new(file, entry, FaultKind::Damaged { reason: chain(error) })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "{}, entry {entry}: {}", self.file, self.kind),
            None => write!(f, "{}: {}", self.file, self.kind),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Missing { file, entry } => Self::new(file, Some(entry), FaultKind::Missing),
            ReadError::Io { file, entry, source } => {
                let reason = source.to_string();
                Self::new(file, Some(entry), FaultKind::Unreadable { reason })
            }
            ReadError::Bundle { file, entry, source } => Self::damaged(file, Some(entry), &source),
            ReadError::Tile { file, entry, source } => Self::damaged(file, Some(entry), &source),
            ReadError::Leaf {
                file,
                index,
                got,
                want,
                ..
            } => Self::new(file, Some(index), FaultKind::Leaf { got, want }),
            ReadError::Hash {
                file,
                entry,
                got,
                want,
                ..
            } => Self::new(file, Some(entry), FaultKind::Hash { got, want }),
            ReadError::Uncovered { index, .. } => Self::damaged("checkpoint", Some(index), &error),
            other => Self::damaged("tile", None, &other),
        }
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What is being looked at.
struct Search<'a> {
    layout: &'a Layout,
    tiles: &'a TileFiles,
    checkpoint: &'a SignedCheckpoint,
    faults: Vec<Fault>,
}

/// Lists everything that is wrong with the ledger in a directory.
///
/// # Errors
/// What is there is no ledger, or has no checkpoint that says how much of it there should be, and no journal that has one.
pub fn fsck(directory: &Path, progress: &dyn Progress) -> Result<Vec<Fault>, OpenError> {
    fsck_on(&real_disk(), directory, progress)
}

pub(crate) fn fsck_on(
    disk: &Arc<dyn Disk>,
    directory: &Path,
    progress: &dyn Progress,
) -> Result<Vec<Fault>, OpenError> {
    let layout = Layout::new(directory);
    check_directory(disk.as_ref(), &layout)?;
    let left = match journal::take_up_left(disk, &layout) {
        Ok(()) => None,
        Err(error) if error.blame() == Blame::Evidence => Some(error),
        Err(error) => return Err(error),
    };
    let checkpoint = match read_checkpoint(disk.as_ref(), &layout) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            return match left {
                // The journal has it too; what keeps that from being done again is wrong as well.
                Some(left) if error.blame() == Blame::Evidence => {
                    Ok(vec![Fault::damaged("checkpoint", None, &error), undone(left)])
                }
                _ => Err(error),
            };
        }
    };
    let tiles = TileFiles::new(layout.clone(), Arc::clone(disk));
    let mut search = Search {
        layout: &layout,
        tiles: &tiles,
        checkpoint: &checkpoint,
        faults: Vec::new(),
    };
    let size = checkpoint.checkpoint().size();
    // Hashes first, then rules: two passes.
    let meter = Meter::new(progress, size.get().saturating_mul(2));
    search.charter(size);
    search.tree(&meter);
    // Rules can only be checked on entries that are the ones recorded.
    match Snapshot::open_on(Arc::clone(disk), directory) {
        // A writer may have gone on meanwhile; then the later checkpoint was not looked at.
        Ok(snapshot) if search.faults.is_empty() && snapshot.size() == size => {
            search.rules(&snapshot, &Second(progress, size))?;
        }
        Err(error) if search.faults.is_empty() && left.is_none() => {
            search.faults.push(Fault::damaged("checkpoint", None, &error));
        }
        _ => {}
    }
    search.attachments(disk.as_ref());
    match left {
        // Files that keep what is in the journal from being done again were found with the tree.
        Some(error)
            if search.faults.is_empty()
                || matches!(error, OpenError::RolledBack { .. } | OpenError::Journal { .. }) =>
        {
            search.faults.push(undone(error));
        }
        _ => {}
    }
    Ok(search.faults)
}

/// Why what a writer left in the journal cannot be done again.
fn undone(error: OpenError) -> Fault {
    match error {
        OpenError::RolledBack { .. } => Fault::damaged("checkpoint", None, &error),
        OpenError::Read(error) => error.into(),
        error => Fault::damaged("journal", None, &error),
    }
}

/// The second of two passes.
struct Second<'a>(&'a dyn Progress, TreeSize);

impl Progress for Second<'_> {
    fn at(&self, done: u64, total: u64) {
        let before = self.1.get();
        self.0
            .at(before.saturating_add(done), before.saturating_add(total));
    }
}

impl Search<'_> {
    fn charter(&mut self, size: TreeSize) {
        match read_charter(self.tiles, size) {
            Ok((_, founding)) => {
                if let Err(error) = verify_checkpoint(self.checkpoint, &founding) {
                    self.faults.push(Fault::damaged("checkpoint", None, &error));
                }
            }
            // Files that cannot be read are found with the tree.
            Err(OpenError::Read(_)) => {}
            Err(error) => {
                let first = EntryIndex::new(0);
                let bundle = Bundle::of_entry(first, size);
                let file = bundle.map_or_else(String::new, |(bundle, _)| bundle.to_string());
                self.faults.push(Fault::damaged(file, Some(first), &error));
            }
        }
    }

    /// Runs every entry through admission again, and holds the store against what they add up to.
    fn rules(&mut self, snapshot: &Snapshot, progress: &dyn Progress) -> Result<(), OpenError> {
        let lock = Lock::read(&self.layout.lock());
        let mut comparison = store::Comparison::new(snapshot, lock.is_some());
        match replay(snapshot, &mut comparison, progress) {
            Ok(_) => self.faults.extend(comparison.finish()),
            Err(AuditError::Entry { file, source }) => {
                let reason = chain(source.as_ref());
                self.faults
                    .push(Fault::new(file, None, FaultKind::Entry { reason }));
            }
            Err(error) if error.blame() == Blame::Evidence => {
                self.faults.push(Fault::damaged("tile", None, &error));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn attachments(&mut self, disk: &dyn Disk) {
        let digests = match attachments::list(disk, self.layout) {
            Ok(digests) => digests,
            Err(error) => {
                self.faults.push(Fault::damaged("attachments", None, &error));
                return;
            }
        };
        for digest in digests {
            let kind = match attachments::read(disk, self.layout, &digest, &mut std::io::sink()) {
                Ok(_) => continue,
                Err(AttachmentError::Digest { got, want, .. }) => FaultKind::Attachment { got, want },
                Err(error) => FaultKind::Unreadable {
                    reason: chain(&error),
                },
            };
            self.faults.push(Fault::new(attachment_file(&digest), None, kind));
        }
    }
}

fn attachment_file(digest: &Digest) -> String {
    let hex = digest.to_string();
    let (first, _) = hex.split_at(2);
    format!("attachments/{first}/{hex}")
}
