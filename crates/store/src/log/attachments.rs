//! Documents known by their SHA-256: streamed in, streamed out, of any size.
//!
//! ```text
//! attachments/<first two digits>/<64 hexadecimal digits>         content: SHA-256 = the name
//! ```

use std::{
    fmt,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use prova_core::hash::Digest;
use sha2::{Digest as _, Sha256};

use crate::{
    blame::Blame,
    disk::{
        layout::Layout,
        publish::{Disk, DiskError, is_absent, sync_all},
    },
    log::snapshot::Snapshot,
};

const PIECE_BYTES: usize = 64 << 10;

/// Why an attachment cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachmentError {
    /// The source of the content, or who wants it, failed.
    #[error("the content cannot be read or handed on")]
    Stream {
        /// What the source, or who wants the content, says about it.
        source: io::Error,
    },
    /// A file of the ledger cannot be read or written. Nothing is kept that is not whole.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// The content was changed.
    #[error("{} has the digest {got}, want {want}", path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// The digest of its content.
        got: Digest,
        /// The digest that it is known by.
        want: Digest,
    },
}

impl AttachmentError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Stream { .. } => Blame::Caller,
            Self::Io { .. } => Blame::Program,
            Self::Digest { .. } => Blame::Evidence,
        }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Keeps a document.
///
/// One that is there is written again: it may have been changed, or never have reached the disk.
pub(crate) fn put(
    disk: &dyn Disk,
    layout: &Layout,
    content: &mut dyn Read,
) -> Result<Digest, AttachmentError> {
    let directory = layout.attachments();
    make(disk, &directory)?;
    let temporary = layout.new_attachment();
    let kept = keep(disk, layout, &temporary, content);
    if kept.is_err() {
        // Opening removes what cannot be removed now.
        let _ = disk.remove_file(&temporary);
    }
    kept
}

fn keep(
    disk: &dyn Disk,
    layout: &Layout,
    temporary: &Path,
    content: &mut dyn Read,
) -> Result<Digest, AttachmentError> {
    disk.write(temporary, &[])
        .map_err(AttachmentError::io(temporary))?;
    let mut content = Hashed::new(content);
    copy(
        &mut content,
        |source| AttachmentError::Stream { source },
        |piece| {
            disk.append(temporary, piece)
                .map_err(AttachmentError::io(temporary))
        },
    )?;
    let digest = content.digest();
    let path = layout.attachment(&digest);
    disk.sync(temporary).map_err(AttachmentError::io(temporary))?;
    let directory = layout.attachments();
    let drawer = path.parent().unwrap_or(&directory).to_owned();
    make(disk, &drawer)?;
    disk.rename(temporary, &path)
        .map_err(AttachmentError::io(&path))?;
    // Directories that are there already may never have reached the disk either.
    let directories = vec![drawer, directory, layout.root().to_owned()];
    sync_all(disk, directories).map_err(|DiskError { path, source }| AttachmentError::Io { path, source })?;
    Ok(digest)
}

fn make(disk: &dyn Disk, directory: &Path) -> Result<(), AttachmentError> {
    match disk.create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(AttachmentError::io(directory)(error))
        }
        _ => Ok(()),
    }
}

/// What is read, hashed on the way.
struct Hashed<R> {
    inner: R,
    hasher: Sha256,
    length: u64,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R) -> Self {
        let hasher = Sha256::new();
        Self {
            inner,
            hasher,
            length: 0,
        }
    }

    fn digest(self) -> Digest {
        Digest::from_bytes(self.hasher.finalize().into())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..length).unwrap_or_default());
        self.length = self
            .length
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        Ok(length)
    }
}

/// The content of a document that the ledger keeps. Whoever reads it once knows at the end whether it is that document.
pub struct AttachmentReader {
    content: Hashed<Box<dyn Read + Send>>,
    path: PathBuf,
    want: Digest,
}

impl AttachmentReader {
    /// Reads what is left and holds all of it against the digest that the document is known by; its length in bytes.
    ///
    /// # Errors
    /// See [`AttachmentError`]. What was read before [`AttachmentError::Digest`] is not the document.
    pub fn finish(mut self) -> Result<u64, AttachmentError> {
        copy(&mut self.content, AttachmentError::io(&self.path), |_| Ok(()))?;
        let (path, want, length) = (self.path, self.want, self.content.length);
        let got = self.content.digest();
        if got == want {
            Ok(length)
        } else {
            Err(AttachmentError::Digest { path, got, want })
        }
    }
}

impl Read for AttachmentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.content.read(buffer)
    }
}

impl fmt::Debug for AttachmentReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttachmentReader({})", self.want)
    }
}

/// Reads to the end and hands on each piece.
fn copy(
    from: &mut dyn Read,
    unreadable: impl FnOnce(io::Error) -> AttachmentError,
    mut to: impl FnMut(&[u8]) -> Result<(), AttachmentError>,
) -> Result<(), AttachmentError> {
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => to(buffer.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}

impl Snapshot {
    /// The content of an attachment, if the ledger has it. Whether it is the document shows when it was read:
    /// [`AttachmentReader::finish`].
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn attachment(&self, digest: &Digest) -> Result<Option<AttachmentReader>, AttachmentError> {
        reader(self.disk.as_ref(), &self.layout, digest)
    }

    /// Writes an attachment's content to `to` and checks it on the way; its length, or none if the ledger lacks it.
    ///
    /// # Errors
    /// See [`AttachmentError`]. What was written before [`AttachmentError::Digest`] is not the document.
    pub fn read_attachment(
        &self,
        digest: &Digest,
        to: &mut dyn Write,
    ) -> Result<Option<u64>, AttachmentError> {
        read(self.disk.as_ref(), &self.layout, digest, to)
    }

    /// The digests of all attachments, ascending. Names of other files are passed over.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn attachments(&self) -> Result<impl Iterator<Item = Digest> + use<>, AttachmentError> {
        Ok(list(self.disk.as_ref(), &self.layout)?.into_iter())
    }
}

fn reader(
    disk: &dyn Disk,
    layout: &Layout,
    digest: &Digest,
) -> Result<Option<AttachmentReader>, AttachmentError> {
    let path = layout.attachment(digest);
    match disk.reader(&path) {
        Ok(content) => Ok(Some(AttachmentReader {
            content: Hashed::new(content),
            path,
            want: *digest,
        })),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(AttachmentError::Io { path, source }),
    }
}

/// Hands on the content of an attachment, and checks it on the way.
pub(crate) fn read(
    disk: &dyn Disk,
    layout: &Layout,
    digest: &Digest,
    to: &mut dyn Write,
) -> Result<Option<u64>, AttachmentError> {
    let Some(mut reader) = reader(disk, layout, digest)? else {
        return Ok(None);
    };
    let unreadable = AttachmentError::io(&reader.path);
    copy(&mut reader, unreadable, |piece| {
        to.write_all(piece)
            .map_err(|source| AttachmentError::Stream { source })
    })?;
    reader.finish().map(Some)
}

/// The digests of all attachments, ascending.
pub(crate) fn list(disk: &dyn Disk, layout: &Layout) -> Result<Vec<Digest>, AttachmentError> {
    let directory = layout.attachments();
    let drawers = disk.list(&directory).map_err(AttachmentError::io(&directory))?;
    let mut digests = Vec::new();
    for first in drawers {
        let drawer = directory.join(first);
        let names = match disk.list(&drawer) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => continue,
            listed => listed.map_err(AttachmentError::io(&drawer))?,
        };
        for name in names {
            let digest = name.to_str().and_then(|name| name.parse::<Digest>().ok());
            digests.extend(digest.filter(|digest| layout.attachment(digest) == drawer.join(&name)));
        }
    }
    digests.sort_unstable();
    Ok(digests)
}
