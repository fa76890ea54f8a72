//! Documents that statements name by their digest: hashed as a stream, whatever their size.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use prova_core::{hash::Digest, statement::event::Attachment};
use prova_store::Ledger;
use sha2::{Digest as _, Sha256};

use crate::error::{Blame, Blamed, CommandError, blame_of_io};

/// A document and how a statement names it.
pub(crate) struct AttachedDocument {
    path: PathBuf,
    /// Digest, media type and name.
    pub(crate) attachment: Attachment,
}

/// Why a document cannot be named or stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DocumentError {
    /// It cannot be read.
    #[error("cannot read the document {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Somebody wrote to it while it was being signed for.
    #[error("the document {} changed while it was read: first {want}, then {got}", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The digest when it was stored.
        got: Digest,
        /// The digest that the statement names.
        want: Digest,
    },
}

impl Blamed for DocumentError {
    fn blame(&self) -> Blame {
        match self {
            Self::Read { source, .. } => blame_of_io(source),
            Self::Changed { .. } => Blame::Caller,
        }
    }
}

impl AttachedDocument {
    /// Reads a document and gives it its digest.
    pub(crate) fn read(path: &Path) -> Result<Self, DocumentError> {
        let cannot_read = |source| DocumentError::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(cannot_read)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => hash.update(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(cannot_read(error)),
            }
        }
        let sha256 = Digest::from_bytes(hash.finalize().into());
        Ok(Self::known(path, media_type(path), sha256))
    }

    /// A document that was read before.
    pub(crate) fn known(path: &Path, media_type: &str, sha256: Digest) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self {
            path: path.to_owned(),
            attachment: Attachment {
                sha256,
                media_type: media_type.to_owned(),
                name,
                holder: None,
            },
        }
    }

    /// Stores the document in a ledger.
    pub(crate) fn put(&self, ledger: &mut Ledger) -> Result<(), CommandError> {
        let mut file = File::open(&self.path).map_err(|source| DocumentError::Read {
            path: self.path.clone(),
            source,
        })?;
        let got = ledger.put_attachment(&mut file)?;
        let want = self.attachment.sha256;
        if got == want {
            Ok(())
        } else {
            let path = self.path.clone();
            Err(DocumentError::Changed { path, got, want }.into())
        }
    }
}

/// The media type that a file's name stands for.
fn media_type(path: &Path) -> &'static str {
    const TYPES: [(&str, &str); 14] = [
        (".cdx.json", "application/vnd.cyclonedx+json"),
        (".spdx.json", "application/spdx+json"),
        (".json", "application/json"),
        (".pdf", "application/pdf"),
        (".txt", "text/plain"),
        (".csv", "text/csv"),
        (".html", "text/html"),
        (".xml", "application/xml"),
        (".png", "image/png"),
        (".jpg", "image/jpeg"),
        (".jpeg", "image/jpeg"),
        (".zip", "application/zip"),
        (".pem", "application/x-pem-file"),
        (".tlog-proof", "text/plain"),
    ];
    let name = path.to_string_lossy().to_ascii_lowercase();
    TYPES
        .iter()
        .find(|(ending, _)| name.ends_with(ending))
        .map_or("application/octet-stream", |(_, media_type)| media_type)
}
