//! Why a ledger cannot be opened, and whose business that is.

use std::{
    io,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::NodeHash,
    key::KeyId,
    log::{ParseSignedCheckpointError, VerifyCheckpointError},
    position::TreeSize,
    registry::RegistryError,
    statement::{DecodeEntryError, VerifyEntryError},
};

use crate::{
    blame::Blame,
    disk::{
        layout::{FormatError, Layout},
        lock::{Lock, LockError},
        publish::DiskError,
    },
    log::{audit_error::AuditError, tiles::ReadError},
    rows::RowError,
};

/// Why a ledger cannot be opened. Nothing is changed then but that a damaged store may have been set aside.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such directory.
    #[error("{} does not exist", directory.display())]
    Missing {
        /// Where the ledger was looked for.
        directory: PathBuf,
    },
    /// Nothing is in the directory.
    #[error("{} is empty, want a ledger", directory.display())]
    Empty {
        /// Where the ledger was looked for.
        directory: PathBuf,
    },
    /// Something else is in the directory.
    #[error("{} is not a ledger: it has no file «format»", directory.display())]
    NotALedger {
        /// Where the ledger was looked for.
        directory: PathBuf,
    },
    /// The ledger's creation was cut short; it never had an entry.
    #[error("{} was not created to the end; remove the directory and create it again", directory.display())]
    HalfCreated {
        /// Where the ledger was looked for.
        directory: PathBuf,
    },
    /// The ledger has entries, but its checkpoint is gone.
    #[error("{} has entries, but its file «checkpoint» is missing; put it back from a backup", directory.display())]
    NoCheckpoint {
        /// Where the ledger is.
        directory: PathBuf,
    },
    /// The ledger is of a version that cannot be read.
    #[error("{} cannot be read", directory.display())]
    Format {
        /// Where the ledger is.
        directory: PathBuf,
        /// What is wrong.
        source: FormatError,
    },
    /// Another process writes.
    #[error(
        "{} is in use by {}; one process at a time may write",
        directory.display(),
        pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
    )]
    Locked {
        /// Where the ledger is.
        directory: PathBuf,
        /// The process, as its lock file says.
        pid: Option<u32>,
    },
    /// This process may not read or write a file.
    #[error("no permission for {}", path.display())]
    Permission {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The checkpoint's file holds something else.
    #[error("the file «checkpoint» is damaged")]
    Checkpoint {
        /// What is wrong.
        source: ParseSignedCheckpointError,
    },
    /// The checkpoint is not signed by the key that the charter names.
    #[error("the file «checkpoint» is not this ledger's")]
    CheckpointSignature {
        /// What is wrong.
        source: VerifyCheckpointError,
    },
    /// Entry 0 is no entry.
    #[error("entry 0 in {file} is damaged")]
    CharterEntry {
        /// The entry bundle, as a path below the ledger's directory.
        file: String,
        /// What is wrong.
        source: Box<DecodeEntryError>,
    },
    /// Entry 0 is not signed as it claims.
    #[error("entry 0 in {file} is not signed as it claims")]
    CharterSignature {
        /// The entry bundle, as a path below the ledger's directory.
        file: String,
        /// What is wrong.
        source: Box<VerifyEntryError>,
    },
    /// Entry 0 is no charter.
    #[error("entry 0 is not a charter")]
    NoCharter,
    /// The charter founds no ledger.
    #[error("the charter, entry 0 in {file}, founds no ledger")]
    Charter {
        /// The entry bundle, as a path below the ledger's directory.
        file: String,
        /// What is wrong.
        source: RegistryError,
    },
    /// The key to sign with is not the ledger's.
    #[error("key {got} does not sign this ledger's checkpoints, want key {want}")]
    LogKey {
        /// The key given.
        got: KeyId,
        /// The key that the charter names.
        want: KeyId,
    },
    /// The journal, with what a writer had acknowledged before it ended, is not what was written.
    #[error(
        "the file «journal» is damaged: {reason}. Without it, the ledger has what the file «checkpoint» covers: if that is all, remove it"
    )]
    Journal {
        /// What is wrong.
        reason: String,
    },
    /// The tiles and the checkpoint are about different trees.
    #[error(
        "the hash tiles of the first {size} entries have root {got}, want {want} by the file «checkpoint»"
    )]
    Root {
        /// Number of entries.
        size: TreeSize,
        /// The root of the tiles.
        got: NodeHash,
        /// The root in the checkpoint.
        want: NodeHash,
    },
    /// The ledger had more entries.
    #[error(
        "the checkpoint says {got} entries, but the log has signed one with {want}: the file «checkpoint» was rolled back"
    )]
    RolledBack {
        /// The size in the file.
        got: TreeSize,
        /// The size in the store's copy of a later checkpoint.
        want: TreeSize,
    },
    /// Something in the ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The entries do not hold.
    #[error(transparent)]
    Audit(Box<AuditError>),
    /// The store cannot be made.
    #[error(transparent)]
    Row(#[from] RowError),
}

impl OpenError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Missing { .. }
            | Self::Empty { .. }
            | Self::NotALedger { .. }
            | Self::HalfCreated { .. }
            | Self::Locked { .. }
            | Self::Permission { .. }
            | Self::LogKey { .. }
            | Self::Format {
                source: FormatError::Newer { .. },
                ..
            } => Blame::Caller,
            Self::Io { .. } => Blame::Program,
            Self::Read(error) => error.blame(),
            Self::Audit(error) => error.blame(),
            Self::Row(error) => error.blame(),
            _ => Blame::Evidence,
        }
    }
}

impl From<AuditError> for OpenError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Read(error) => Self::Read(error),
            other => Self::Audit(Box::new(other)),
        }
    }
}

impl From<DiskError> for OpenError {
    fn from(error: DiskError) -> Self {
        read_only(&error.path, error.source)
    }
}

/// An error of the system, told apart by whether this process lacks a permission.
pub(crate) fn read_only(path: &Path, source: io::Error) -> OpenError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::Permission { path, source }
        }
        _ => OpenError::Io { path, source },
    }
}

/// The lock of a ledger's directory, or who has it.
pub(crate) fn lock(layout: &Layout) -> Result<Lock, OpenError> {
    Lock::write(&layout.lock()).map_err(|error| match error {
        LockError::Held { pid } => OpenError::Locked {
            directory: layout.root().to_owned(),
            pid,
        },
        LockError::Io(source) => read_only(&layout.lock(), source),
    })
}
