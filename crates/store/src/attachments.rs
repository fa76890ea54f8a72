//! Documents known by their SHA-256: streamed in, streamed out, of any size.
//!
//! ```text
//! attachments/<first two digits>/<64 hexadecimal digits>         content: SHA-256 = the name
//! ```

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use prova_core::hash::Digest;
use sha2::{Digest as _, Sha256};

use crate::{
    blame::Blame,
    disk::{Disk, about},
    layout::Layout,
    ledger::Ledger,
    snapshot::Snapshot,
};

const PIECE_BYTES: usize = 64 << 10;

/// Why an attachment cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachmentError {
    /// The source of the content, or who wants it, failed.
    #[error("the content cannot be read or handed on")]
    Stream {
        /// Why.
        source: io::Error,
    },
    /// A file of the ledger cannot be read or written. Nothing is kept that is not whole.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
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

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Ledger {
    /// Keeps a document, and returns its digest. When this returns, it is durable.
    ///
    /// # Errors
    /// See [`AttachmentError`]; nothing is kept then.
    pub fn put_attachment(&mut self, content: &mut dyn Read) -> Result<Digest, AttachmentError> {
        put(self.snapshot.disk.as_ref(), &self.snapshot.layout, content)
    }
}

/// Keeps a document.
pub(crate) fn put(
    disk: &dyn Disk,
    layout: &Layout,
    content: &mut dyn Read,
) -> Result<Digest, AttachmentError> {
    let directory = layout.attachments();
    make(disk, &directory)?;
    let mut file = staging(".new-", 0o666)
        .tempfile_in(&directory)
        .map_err(AttachmentError::io(&directory))?;
    let digest = copy(
        content,
        |source| AttachmentError::Stream { source },
        |piece| file.write_all(piece).map_err(AttachmentError::io(&directory)),
    )?;
    let path = layout.attachment(&digest);
    if path.is_file() {
        return Ok(digest);
    }
    file.as_file().sync_all().map_err(AttachmentError::io(&path))?;
    let drawer = path.parent().unwrap_or(&directory).to_owned();
    make(disk, &drawer)?;
    let temporary = file.into_temp_path();
    disk.rename(&temporary, &path)
        .map_err(AttachmentError::io(&path))?;
    // The name that would be removed is gone.
    let _ = temporary.keep();
    disk.sync(&drawer).map_err(AttachmentError::io(&drawer))?;
    Ok(digest)
}

/// How temporary files and directories are named, and who may use them: whom the process lets.
pub(crate) fn staging(prefix: &'static str, mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

fn make(disk: &dyn Disk, directory: &Path) -> Result<(), AttachmentError> {
    match disk.create_dir(directory) {
        Ok(()) => {
            let parent = directory.parent().unwrap_or(directory);
            disk.sync(parent).map_err(AttachmentError::io(parent))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(AttachmentError::io(directory)(source)),
    }
}

/// Reads to the end, hands on each piece, and returns the digest of all.
fn copy(
    from: &mut dyn Read,
    unreadable: impl FnOnce(io::Error) -> AttachmentError,
    mut to: impl FnMut(&[u8]) -> Result<(), AttachmentError>,
) -> Result<Digest, AttachmentError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(Digest::from_bytes(hasher.finalize().into())),
            Ok(length) => {
                let piece = buffer.get(..length).unwrap_or_default();
                hasher.update(piece);
                to(piece)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
}

impl Snapshot {
    /// The file of an attachment, if the ledger has it. Its content is not checked; see [`Snapshot::read_attachment`].
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn attachment(&self, digest: &Digest) -> Result<Option<File>, AttachmentError> {
        let path = self.layout.attachment(digest);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(AttachmentError::Io { path, source }),
        }
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
        let Some(mut file) = self.attachment(digest)? else {
            return Ok(None);
        };
        let path = self.layout.attachment(digest);
        let mut length = 0_u64;
        let got = copy(&mut file, AttachmentError::io(&path), |piece| {
            length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            to.write_all(piece)
                .map_err(|source| AttachmentError::Stream { source })
        })?;
        if got == *digest {
            Ok(Some(length))
        } else {
            let want = *digest;
            Err(AttachmentError::Digest { path, got, want })
        }
    }

    /// The digests of all attachments, ascending. Names of other files are passed over.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn attachments(&self) -> Result<impl Iterator<Item = Digest> + use<>, AttachmentError> {
        let directory = self.layout.attachments();
        let list = |directory: &Path| {
            self.disk
                .list(directory)
                .map_err(about(directory))
                .map_err(|error| AttachmentError::Io {
                    path: error.path,
                    source: error.source,
                })
        };
        let mut digests = Vec::new();
        for first in list(&directory)? {
            let drawer = directory.join(first);
            if !fs::metadata(&drawer).is_ok_and(|metadata| metadata.is_dir()) {
                continue;
            }
            for name in list(&drawer)? {
                let digest = name.to_str().and_then(|name| name.parse::<Digest>().ok());
                digests.extend(digest.filter(|digest| self.layout.attachment(digest) == drawer.join(&name)));
            }
        }
        digests.sort_unstable();
        Ok(digests.into_iter())
    }
}
