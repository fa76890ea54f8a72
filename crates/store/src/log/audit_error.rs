//! Where a ledger does not hold.

use prova_core::{
    hash::NodeHash,
    ledger::ReplayError,
    log::merkle::Bundle,
    position::{EntryIndex, TreeSize},
};

use crate::{blame::Blame, log::tiles::ReadError, rows::RowError};

/// Where a ledger does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Bytes are missing or changed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry that the ledger should not hold.
    #[error("{file} holds an entry that should not be in the ledger")]
    Entry {
        /// The entry bundle, as a path below the ledger's directory.
        file: String,
        /// Which entry, and why.
        source: Box<ReplayError<RowError>>,
    },
    /// A hash in a tile is not that of the entries below it.
    #[error("{file} has the hash {got} over entry {entry} and those after it, want {want}")]
    Tile {
        /// The tile, as a path below the ledger's directory.
        file: String,
        /// The first entry below the hash.
        entry: EntryIndex,
        /// The hash in the file.
        got: NodeHash,
        /// The hash recomputed.
        want: NodeHash,
    },
    /// The checkpoint is about other entries.
    #[error("the first {size} entries have root {got}, want {want} by the checkpoint")]
    Root {
        /// Number of entries.
        size: TreeSize,
        /// The root recomputed.
        got: NodeHash,
        /// The root in the checkpoint.
        want: NodeHash,
    },
}

impl AuditError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame(),
            Self::Entry { source, .. } => match source.as_ref() {
                ReplayError::Rows { source, .. } => source.blame(),
                _ => Blame::Evidence,
            },
            Self::Tile { .. } | Self::Root { .. } => Blame::Evidence,
        }
    }

    pub(crate) fn entry(size: TreeSize, source: ReplayError<RowError>) -> Self {
        let bundle = Bundle::of_entry(source.index(), size);
        Self::Entry {
            file: bundle.map_or_else(|| "tile/entries".to_owned(), |(bundle, _)| bundle.to_string()),
            source: Box::new(source),
        }
    }
}
