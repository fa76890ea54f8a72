//! Creating a ledger: a charter in an empty directory.
//!
//! Everything is made durable first; the checkpoint comes last and is what makes the directory a ledger.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_core::{
    hash::LeafHash,
    key::{KeyId, SecretKey},
    ledger::{AdmitError, EntryRefusal, Inadmissible, MemoryRows, admit},
    log::{AssembleNoteError, Checkpoint, ParseCheckpointError, merkle::TileEdge},
    position::TreeSize,
    registry::Registry,
    statement::{Keyring, Unverified},
};

use crate::{
    blame::Blame,
    disk::{
        layout::{Layout, format_text},
        publish::{Disk, DiskError, NewFile, directory_of, is_there, publish, publish_under, real_disk},
    },
    log::{
        growth::{bundle_files, tile_files},
        log_key::LogKey,
        open_error::{OpenError, lock},
        tiles::TileFiles,
    },
    progress::NoProgress,
    writer::ledger::Ledger,
};

/// Why a ledger cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// There is one.
    #[error("{} is a ledger already", directory.display())]
    Exists {
        /// Where the ledger was to be created.
        directory: PathBuf,
    },
    /// An earlier creation was cut short.
    #[error("{} was not created to the end; remove the directory and create it again", directory.display())]
    HalfCreated {
        /// Where the ledger was to be created.
        directory: PathBuf,
    },
    /// Something else is there.
    #[error("{} is not empty: it holds «{}»", directory.display(), prova_core::text::excerpt(name))]
    NotEmpty {
        /// Where the ledger was to be created.
        directory: PathBuf,
        /// One of the names in it.
        name: String,
    },
    /// A file is there.
    #[error("{} is not a directory", directory.display())]
    NotADirectory {
        /// The path.
        directory: PathBuf,
    },
    /// This process may not write there.
    #[error("no permission for {}", path.display())]
    Permission {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The charter is no entry that a ledger can begin with.
    #[error("the charter founds no ledger")]
    Charter {
        /// Why a ledger refuses it.
        source: EntryRefusal,
    },
    /// The charter names another key for checkpoints.
    #[error("key {got} is to sign checkpoints, but the charter names key {want}")]
    LogKey {
        /// The key given.
        got: KeyId,
        /// The key that the charter names.
        want: KeyId,
    },
    /// The first checkpoint cannot be made.
    #[error(transparent)]
    Checkpoint(#[from] ParseCheckpointError),
    /// The first checkpoint cannot be signed.
    #[error(transparent)]
    Sign(#[from] AssembleNoteError),
    /// What was created cannot be opened.
    #[error(transparent)]
    Open(Box<OpenError>),
}

impl CreateError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Io { .. } | Self::Checkpoint(_) | Self::Sign(_) => Blame::Program,
            Self::Open(error) => error.blame(),
            _ => Blame::Caller,
        }
    }
}

impl From<OpenError> for CreateError {
    fn from(error: OpenError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<DiskError> for CreateError {
    fn from(DiskError { path, source }: DiskError) -> Self {
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Permission { path, source }
            }
            _ => Self::Io { path, source },
        }
    }
}

impl Ledger {
    /// Creates a ledger whose entry 0 is `charter`, in a directory that is empty or not there yet.
    ///
    /// `log_key` must be the key that the charter names for checkpoints.
    ///
    /// # Errors
    /// See [`CreateError`]. If nothing is wrong with the charter and the directory, an error leaves a half-created
    /// ledger, which neither opens nor is created anew: remove the directory. If only the last step failed, it opens.
    pub fn create(directory: &Path, charter: &[u8], log_key: SecretKey) -> Result<Self, CreateError> {
        Self::create_on(&real_disk(), directory, charter, log_key)
    }

    pub(crate) fn create_on(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        charter: &[u8],
        log_key: SecretKey,
    ) -> Result<Self, CreateError> {
        let layout = Layout::new(directory);
        check_vacant(disk.as_ref(), &layout)?;
        let registry = found(charter).map_err(|source| CreateError::Charter { source })?;
        let (got, want) = (log_key.public().key_id(), registry.log_key().key_id());
        if got != want {
            return Err(CreateError::LogKey { got, want });
        }
        let mut edge = TileEdge::new();
        edge.push(LeafHash::of_entry(charter));
        let checkpoint = Checkpoint::new(registry.origin().clone(), edge.size(), edge.root())?;
        let secret = SecretKey::from_seed(*log_key.expose_seed());
        let checkpoint = LogKey::new(secret).sign(checkpoint)?;

        let format = NewFile {
            path: layout.format(),
            bytes: format_text(),
        };
        let is_ours = !is_there(disk.as_ref(), directory)?;
        publish(disk.as_ref(), &format)?;
        if let (false, Some(parent)) = (is_ours, directory_of(directory)) {
            // Whoever made the directory may not have waited for its name, nor may this process be let to.
            let _ = disk.sync(parent);
        }
        let held = lock(&layout)?;
        let tiles = TileFiles::new(layout.clone(), Arc::clone(disk));
        let mut files = bundle_files(&tiles, &mut Vec::new(), TreeSize::EMPTY, &[charter]);
        files.extend(tile_files(&tiles, &mut edge));
        let checkpoint = NewFile {
            path: layout.checkpoint(),
            bytes: checkpoint.to_string().into_bytes(),
        };
        publish_under(disk.as_ref(), &files, Vec::new(), &checkpoint, || ())?;
        drop(held);
        Ok(Self::open_on(disk, directory, log_key, &NoProgress)?)
    }
}

/// Checks that nothing is where a ledger is to be.
pub(crate) fn check_vacant(disk: &dyn Disk, layout: &Layout) -> Result<(), CreateError> {
    let directory = layout.root().to_owned();
    let names = match disk.list(layout.root()) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(CreateError::NotADirectory { directory });
        }
        Err(source) => {
            let path = directory;
            return Err(DiskError { path, source }.into());
        }
    };
    let Some(name) = names.iter().min() else {
        return Ok(());
    };
    let has_format = is_there(disk, &layout.format())?;
    Err(if has_format && is_there(disk, &layout.checkpoint())? {
        CreateError::Exists { directory }
    } else if has_format || names == [layout.new_format_name()] {
        CreateError::HalfCreated { directory }
    } else {
        CreateError::NotEmpty {
            directory,
            name: name.to_string_lossy().into_owned(),
        }
    })
}

/// The registry of a ledger that begins with this charter.
fn found(charter: &[u8]) -> Result<Registry, EntryRefusal> {
    let entry = Unverified::decode(charter)?.verify_first()?;
    let mut registry = None;
    match admit(&MemoryRows::default(), &mut registry, TreeSize::EMPTY, &entry) {
        Ok(_) => registry.ok_or_else(|| Inadmissible::NoCharter.into()),
        Err(AdmitError::Refused(refusal)) => Err(refusal),
        Err(AdmitError::View(never)) => match never {},
    }
}
