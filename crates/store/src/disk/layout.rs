//! What lies where in a ledger's directory.
//!
//! ```text
//! format                  "prova ledger 1\n": the version of all that follows
//! tile/entries/…          entry bundles, tile/<level>/… hash tiles            (C2SP tlog-tiles v0.1.0)
//! checkpoint              the last signed checkpoint: what it covers is acknowledged, what is beyond it never happened
//! journal                 small appends that are acknowledged, and whose tiles and checkpoint may not be on the disk yet; mostly empty
//! attachments/<hh>/<hex>  documents by their SHA-256; hh: the first two digits
//! store/                  everything that is looked up; can be made again from the tiles
//! lock                    locked by the process that writes, whose number is in it
//! ```

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use prova_core::hash::Digest;

use crate::disk::publish::temporary;

/// The version that this program writes, and the newest that it reads.
pub const FORMAT_VERSION: u32 = 1;

const FORMAT_PREFIX: &str = "prova ledger ";

/// Paths within one ledger's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    root: PathBuf,
}

/// Why the `format` file does not say which version the ledger has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Made by a later version of this program.
    #[error("ledger of format {got}, want {FORMAT_VERSION} at most; use a newer version of this program")]
    Newer {
        /// The version found.
        got: u32,
    },
    /// Not a version.
    #[error("the file «format» does not say «{FORMAT_PREFIX}{FORMAT_VERSION}»")]
    NotAFormat,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.root.join("format")
    }

    /// The name of the `format` file until it is whole.
    pub(crate) fn new_format_name(&self) -> OsString {
        let temporary = temporary(&self.format());
        temporary.file_name().unwrap_or_default().to_owned()
    }

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.root.join("checkpoint")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// Where a store is built before it takes its place.
    pub(crate) fn new_store(&self) -> PathBuf {
        self.root.join("store.new")
    }

    pub(crate) fn attachments(&self) -> PathBuf {
        self.root.join("attachments")
    }

    /// Where an attachment is written before its digest is known; there is one writer.
    pub(crate) fn new_attachment(&self) -> PathBuf {
        self.attachments().join(".attachment.new")
    }

    pub(crate) fn attachment(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_string();
        let (first, _) = hex.split_at(2);
        self.attachments().join(first).join(&hex)
    }
}

/// The content of the `format` file.
pub(crate) fn format_text() -> Vec<u8> {
    format!("{FORMAT_PREFIX}{FORMAT_VERSION}\n").into_bytes()
}

/// Checks the content of the `format` file.
pub(crate) fn check_format(bytes: &[u8]) -> Result<(), FormatError> {
    let version = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.strip_prefix(FORMAT_PREFIX)?.strip_suffix('\n'))
        .and_then(|version| version.parse::<u32>().ok());
    match version {
        Some(FORMAT_VERSION) => Ok(()),
        Some(got) if got > FORMAT_VERSION => Err(FormatError::Newer { got }),
        _ => Err(FormatError::NotAFormat),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_version_is_read() {
        for (text, want) in [
            (format_text(), Ok(())),
            (b"prova ledger 2\n".to_vec(), Err(FormatError::Newer { got: 2 })),
            (b"prova ledger 0\n".to_vec(), Err(FormatError::NotAFormat)),
            (b"prova ledger 1".to_vec(), Err(FormatError::NotAFormat)),
            (b"\xff".to_vec(), Err(FormatError::NotAFormat)),
        ] {
            assert_eq!(check_format(&text), want);
        }
    }
}
