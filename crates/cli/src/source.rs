//! A ledger as bundles are made from it.

use std::io::{self, Read};

use prova_bundle::export::Source;
use prova_core::{
    bundle::{closure, description::SealReference},
    checkpoint::SignedCheckpoint,
    hash::Digest,
    index::IndexProof,
    merkle::InclusionProof,
    position::EntryIndex,
    registry::Registry,
    term::Term,
};
use prova_store::{AttachmentError, ReadError, Snapshot, State};

use crate::error::{Blame, Blamed};

/// A ledger at the size of its checkpoint.
pub(crate) struct LedgerSource {
    snapshot: Snapshot,
    state: State,
}

/// Why something of a ledger cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SourceError {
    /// An entry, a proof or a row.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A document.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// The index has nothing to prove with, though it was sealed.
    #[error("the ledger has no index to prove «{0}» from")]
    NoIndex(Box<Term>),
}

impl Blamed for SourceError {
    fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame().into(),
            Self::Attachment(error) => error.blame().into(),
            Self::NoIndex(_) => Blame::Program,
        }
    }
}

impl LedgerSource {
    /// The ledger that was read.
    pub(crate) fn new((snapshot, state): (Snapshot, State)) -> Self {
        Self { snapshot, state }
    }
}

impl closure::Source for LedgerSource {
    type Error = SourceError;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, SourceError> {
        Ok(self.snapshot.entry(index)?)
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, SourceError> {
        Ok(self.state.posting(term)?)
    }
}

impl Source for LedgerSource {
    fn checkpoint(&self) -> &SignedCheckpoint {
        self.snapshot.signed_checkpoint()
    }

    fn registry(&self) -> &Registry {
        self.state.registry()
    }

    fn seal(&self) -> Result<Option<SealReference>, SourceError> {
        let seal = self.state.last_seal()?;
        Ok(seal.map(|seal| SealReference {
            index: seal.index,
            size: seal.size(),
            root: seal.sealed.root,
        }))
    }

    fn inclusion(&self, index: EntryIndex) -> Result<InclusionProof, SourceError> {
        Ok(self.snapshot.inclusion(index)?)
    }

    fn index_proof(&self, term: &Term) -> Result<IndexProof, SourceError> {
        match self.state.index_proof(term)? {
            Some((_, proof)) => Ok(proof),
            None => Err(SourceError::NoIndex(Box::new(term.clone()))),
        }
    }

    fn attachment(&self, digest: Digest) -> Result<Option<Box<dyn Read>>, SourceError> {
        let file = self.snapshot.attachment(&digest)?;
        Ok(file.map(|file| -> Box<dyn Read> { Box::new(io::BufReader::new(file)) }))
    }
}
