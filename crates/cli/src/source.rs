//! A ledger as bundles are made from it.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    sync::{Mutex, MutexGuard, PoisonError},
};

use prova_bundle::export::ExportSource;
use prova_core::{
    bundle::{closure, description::SealReference},
    hash::Digest,
    index::{IndexProof, term::Term},
    log::{checkpoint::SignedCheckpoint, merkle::InclusionProof},
    position::EntryIndex,
    registry::Registry,
};
use prova_store::{AttachmentError, Prover, ReadError, Snapshot, State};

use crate::error::{Blame, Blamed};

/// Bytes of entries and proofs that are kept.
const KEPT_BYTES: usize = 32 << 20;

/// A ledger at the size of its checkpoint.
pub(crate) struct LedgerSource {
    snapshot: Snapshot,
    state: State,
    kept: Mutex<Kept>,
}

/// What was read and held against the tree before: an export asks for each entry and its proof several times, and each is in another
/// file. What comes when there is no room any more is read again.
struct Kept {
    prover: Prover,
    entries: BTreeMap<EntryIndex, (Vec<u8>, InclusionProof)>,
    bytes: usize,
}

impl Kept {
    /// What `part` takes of an entry and its proof.
    fn take<T>(
        &mut self,
        index: EntryIndex,
        part: impl Fn(&(Vec<u8>, InclusionProof)) -> T,
    ) -> Result<T, SourceError> {
        if let Some(kept) = self.entries.get(&index) {
            return Ok(part(kept));
        }
        let read = self.prover.entry(index)?;
        let taken = part(&read);
        let bytes = read.0.len().saturating_add(std::mem::size_of_val(read.1.path()));
        let bytes = self.bytes.saturating_add(bytes);
        if bytes <= KEPT_BYTES {
            self.bytes = bytes;
            self.entries.insert(index, read);
        }
        Ok(taken)
    }
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
        let kept = Kept {
            prover: Prover::new(&snapshot),
            entries: BTreeMap::new(),
            bytes: 0,
        };
        Self {
            snapshot,
            state,
            kept: Mutex::new(kept),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic leaves what was read before it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl closure::ClosureSource for LedgerSource {
    type Error = SourceError;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, SourceError> {
        self.kept().take(index, |(entry, _)| entry.clone())
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, SourceError> {
        Ok(self.state.posting(term)?)
    }
}

impl ExportSource for LedgerSource {
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
        self.kept().take(index, |(_, proof)| proof.clone())
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
