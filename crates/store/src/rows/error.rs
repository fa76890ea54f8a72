//! Why a row cannot be read or written.

use std::path::PathBuf;

use prova_rows::EngineError;

use crate::{blame::Blame, rows::codec::CodecError};

/// Why a row cannot be read or written. All rows can be made again from the tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The store's files cannot be read or written.
    #[error("the store failed: {reason}; «reindex» makes it again from the entries")]
    Store {
        /// What the store says.
        reason: String,
    },
    /// The store's files hold what cannot be.
    #[error("the store is damaged: {reason}; «reindex» makes it again from the entries")]
    Damaged {
        /// What was found.
        reason: String,
    },
    /// A temporary file for rows cannot be read or written.
    #[error("a temporary file in {} failed: {reason}; «TMPDIR» names another directory", directory.display())]
    Scratch {
        /// Where it is.
        directory: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A row that is not one of its kind.
    #[error("the store's {kind} row is damaged: {reason}; «reindex» makes it again from the entries")]
    Row {
        /// Which kind of row.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl RowError {
    /// Always the program's: what is in the store is in the entries too.
    #[must_use]
    pub fn blame(&self) -> Blame {
        Blame::Program
    }

    pub(crate) fn row(kind: &'static str) -> impl FnOnce(CodecError) -> Self {
        move |error| Self::Row {
            kind,
            reason: error.to_string(),
        }
    }
}

impl From<EngineError> for RowError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Failed { reason } => Self::Store { reason },
            EngineError::Damaged { reason } => Self::Damaged { reason },
            other => Self::Store {
                reason: other.to_string(),
            },
        }
    }
}
