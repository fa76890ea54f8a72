//! A copy of a ledger at one checkpoint, made while appends go on; and a ledger from such a copy.
//!
//! The checkpoint is read first. What it covers is only ever appended to, so that copying it afterwards, cut to its
//! size, is consistent. The store is not copied: restoring makes it again, and so checks every entry.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_core::{
    hash::LeafHash,
    log::merkle::{Tile, TileEdge, encode_tile, push_entry},
    position::{EntryIndex, TreeSize},
};

use crate::{
    blame::Blame,
    disk::{
        layout::{Layout, format_text},
        publish::{
            Disk, DiskError, NewFile, directory_of, is_absent, publish, publish_together, real_disk,
            remove_tree,
        },
    },
    log::{
        attachments::{self, AttachmentError},
        audit_error::AuditError,
        open_error::OpenError,
        snapshot::Snapshot,
        tile_check::check_tile,
        tiles::{ReadError, bundles},
    },
    progress::{Meter, Progress},
    writer::{
        create::{CreateError, check_vacant},
        recover::build,
    },
};

/// Bytes of bundles made durable together while copying.
const BYTES_AT_ONCE: usize = 16 << 20;

/// Copies that may be under way at once, or were left by power failures, in one directory.
const MAX_STAGING: u32 = 10_000;

/// Why a ledger cannot be copied. The target is not there then; or whole, if only its name may not have reached the disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The source is no ledger that can be read.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// Something is where the copy is to be.
    #[error(transparent)]
    Target(Box<CreateError>),
    /// The source's bytes are missing or changed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The source's tiles do not hold together.
    #[error(transparent)]
    Audit(Box<AuditError>),
    /// An attachment's content is missing or changed.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// A file of the copy cannot be written.
    #[error("{} cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
}

impl BackupError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Open(error) => error.blame(),
            Self::Target(error) => error.blame(),
            Self::Read(error) => error.blame(),
            Self::Audit(error) => error.blame(),
            Self::Attachment(error) => error.blame(),
            Self::Io { .. } => Blame::Program,
        }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl From<AuditError> for BackupError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Read(error) => Self::Read(error),
            other => Self::Audit(Box::new(other)),
        }
    }
}

impl From<OpenError> for BackupError {
    fn from(error: OpenError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<DiskError> for BackupError {
    fn from(DiskError { path, source }: DiskError) -> Self {
        Self::Io { path, source }
    }
}

/// Copies the ledger in `directory` to `target`, which must not be there or be empty; the size of the copy.
///
/// Entries and attachments are held against their hashes on the way. Works beside a writer and without its lock.
///
/// # Errors
/// See [`BackupError`].
pub fn backup(directory: &Path, target: &Path, progress: &dyn Progress) -> Result<TreeSize, BackupError> {
    backup_on(&real_disk(), directory, target, progress)
}

pub(crate) fn backup_on(
    disk: &Arc<dyn Disk>,
    directory: &Path,
    target: &Path,
    progress: &dyn Progress,
) -> Result<TreeSize, BackupError> {
    vacant(disk.as_ref(), target)?;
    let snapshot = Snapshot::open_on(Arc::clone(disk), directory)?;
    let staging = Staging::beside(disk.as_ref(), target)?;
    copy(&snapshot, &staging.path, progress)?;
    staging.put_in_place(target)?;
    Ok(snapshot.size())
}

/// Makes a ledger in `directory`, which must not be there or be empty, from the copy in `backup`; its size.
///
/// The copy is verified wholly: entries, tiles, checkpoint, signatures, admission, attachments.
///
/// # Errors
/// See [`BackupError`].
pub fn restore(backup: &Path, directory: &Path, progress: &dyn Progress) -> Result<TreeSize, BackupError> {
    restore_on(&real_disk(), backup, directory, progress)
}

pub(crate) fn restore_on(
    disk: &Arc<dyn Disk>,
    backup: &Path,
    directory: &Path,
    progress: &dyn Progress,
) -> Result<TreeSize, BackupError> {
    vacant(disk.as_ref(), directory)?;
    let snapshot = Snapshot::open_on(Arc::clone(disk), backup)?;
    let staging = Staging::beside(disk.as_ref(), directory)?;
    build(&snapshot, &Layout::new(&staging.path).store(), progress)?;
    copy(&snapshot, &staging.path, &crate::progress::NoProgress)?;
    staging.put_in_place(directory)?;
    Ok(snapshot.size())
}

fn vacant(disk: &dyn Disk, target: &Path) -> Result<(), BackupError> {
    check_vacant(disk, &Layout::new(target)).map_err(|error| BackupError::Target(Box::new(error)))
}

/// A directory beside the target, removed if the copy is not finished.
struct Staging<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    is_in_place: bool,
}

impl<'a> Staging<'a> {
    fn beside(disk: &'a dyn Disk, target: &Path) -> Result<Self, BackupError> {
        let parent = directory_of(target).unwrap_or(target);
        let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..MAX_STAGING {
            let path = parent.join(format!(".prova-{}-{number}", std::process::id()));
            match disk.create_dir(&path) {
                Ok(()) => {
                    return Ok(Self {
                        disk,
                        path,
                        is_in_place: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(BackupError::io(parent)(error)),
            }
        }
        Err(BackupError::io(parent)(taken))
    }

    fn put_in_place(mut self, target: &Path) -> Result<(), BackupError> {
        // An empty directory was allowed.
        match self.disk.remove_dir(target) {
            Err(error) if !is_absent(&error) => return Err(BackupError::io(target)(error)),
            _ => {}
        }
        self.disk
            .rename(&self.path, target)
            .map_err(BackupError::io(target))?;
        self.is_in_place = true;
        let parent = directory_of(target).unwrap_or(target);
        self.disk.sync(parent).map_err(BackupError::io(parent))
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        if !self.is_in_place {
            // What cannot be removed does no harm but take room.
            let _ = remove_tree(self.disk, &self.path);
        }
    }
}

/// Copies what a snapshot covers, checked; the checkpoint last.
fn copy(snapshot: &Snapshot, to: &Path, progress: &dyn Progress) -> Result<(), BackupError> {
    let disk = snapshot.disk.as_ref();
    let layout = Layout::new(to);
    let size = snapshot.size();
    let meter = Meter::new(progress, size.get());
    let format = NewFile {
        path: layout.format(),
        bytes: format_text(),
    };
    publish(disk, &format)?;
    let mut edge = TileEdge::new();
    let mut files = Vec::new();
    let mut bytes = 0_usize;
    for bundle in bundles(size, EntryIndex::new(0)) {
        let entries = snapshot.tiles.checked_bundle(bundle)?;
        let mut content = Vec::new();
        for (index, entry) in entries.indexed() {
            edge.push(LeafHash::of_entry(entry));
            push_entry(&mut content, entry).expect("entries of a bundle have lengths that a bundle can hold");
            meter.at(index.get());
        }
        bytes = bytes.saturating_add(content.len());
        files.push(NewFile {
            path: to.join(bundle.to_string()),
            bytes: content,
        });
        for written in edge.take_tiles() {
            check_tile(snapshot, &written)?;
            if Tile::in_tree(written.tile.level(), written.tile.index(), size) == Some(written.tile) {
                files.push(NewFile {
                    path: to.join(written.tile.to_string()),
                    bytes: encode_tile(&written.hashes),
                });
            }
        }
        if bytes >= BYTES_AT_ONCE {
            publish_together(disk, &std::mem::take(&mut files))?;
            bytes = 0;
        }
    }
    publish_together(disk, &files)?;
    let (got, want) = (edge.root(), *snapshot.checkpoint().root());
    if got != want {
        return Err(AuditError::Root { size, got, want }.into());
    }
    for digest in snapshot.attachments()? {
        if let Some(mut content) = snapshot.attachment(&digest)? {
            attachments::put(disk, &layout, &mut content)?;
            content.finish()?;
        }
    }
    let checkpoint = NewFile {
        path: layout.checkpoint(),
        bytes: snapshot.signed_checkpoint().to_string().into_bytes(),
    };
    publish(disk, &checkpoint)?;
    meter.at(size.get());
    Ok(())
}
