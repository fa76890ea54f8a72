//! A copy of a ledger at one checkpoint, made while appends go on; and a ledger from such a copy.
//!
//! The checkpoint is read first. What it covers is only ever appended to, so that copying it afterwards, cut to its
//! size, is consistent. The store is not copied: restoring makes it again, and so checks every entry.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::LeafHash,
    merkle::{Tile, TileEdge, encode_tile, push_entry},
    position::{EntryIndex, TreeSize},
};

use crate::{
    attachments::{self, AttachmentError, staging},
    audit::{AuditError, check_tile},
    blame::Blame,
    create::{CreateError, check_vacant},
    disk::{DiskError, NewFile, directory_of, publish, publish_together},
    layout::{Layout, format_text},
    open::OpenError,
    progress::{Meter, Progress},
    recover::build,
    snapshot::Snapshot,
    tiles::{ReadError, bundles},
};

/// Bytes of bundles made durable together while copying.
const BYTES_AT_ONCE: usize = 16 << 20;

/// Why a ledger cannot be copied. The target is not there then.
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
        /// Why.
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
    check_vacant(&Layout::new(target)).map_err(|error| BackupError::Target(Box::new(error)))?;
    let snapshot = Snapshot::open(directory)?;
    let staging = stage(target)?;
    copy(&snapshot, staging.path(), progress)?;
    put_in_place(staging, target)?;
    Ok(snapshot.size())
}

/// Makes a ledger in `directory`, which must not be there or be empty, from the copy in `backup`; its size.
///
/// The copy is verified wholly: entries, tiles, checkpoint, signatures, admission, attachments.
///
/// # Errors
/// See [`BackupError`].
pub fn restore(backup: &Path, directory: &Path, progress: &dyn Progress) -> Result<TreeSize, BackupError> {
    check_vacant(&Layout::new(directory)).map_err(|error| BackupError::Target(Box::new(error)))?;
    let snapshot = Snapshot::open(backup)?;
    let staging = stage(directory)?;
    build(&snapshot, &Layout::new(staging.path()).store(), progress)?;
    copy(&snapshot, staging.path(), &crate::progress::NoProgress)?;
    put_in_place(staging, directory)?;
    Ok(snapshot.size())
}

/// A directory beside the target, removed if the copy is not finished.
fn stage(target: &Path) -> Result<tempfile::TempDir, BackupError> {
    let parent = directory_of(target).unwrap_or(target);
    staging(".prova-", 0o777)
        .tempdir_in(parent)
        .map_err(BackupError::io(parent))
}

fn put_in_place(staging: tempfile::TempDir, target: &Path) -> Result<(), BackupError> {
    // An empty directory was allowed.
    match fs::remove_dir(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BackupError::io(target)(error)),
        _ => {}
    }
    fs::rename(staging.path(), target).map_err(BackupError::io(target))?;
    let _ = staging.keep();
    let parent = directory_of(target).unwrap_or(target);
    fs::File::open(parent)
        .and_then(|parent| parent.sync_all())
        .map_err(BackupError::io(parent))
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
            let got = attachments::put(disk, &layout, &mut content)?;
            if got != digest {
                return Err(AttachmentError::Digest {
                    path: snapshot.layout.attachment(&digest),
                    got,
                    want: digest,
                }
                .into());
            }
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
