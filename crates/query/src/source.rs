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
    log::{SignedCheckpoint, merkle::InclusionProof},
    position::EntryIndex,
    registry::Registry,
};
use prova_store::{AttachmentError, Blame, Prover, ReadError, Snapshot, State};

/// Most bytes of entries and proofs that are kept in memory.
const CACHED_BYTES: usize = 32 << 20;

/// A ledger at the size of its checkpoint.
#[derive(Debug)]
pub struct LedgerSource {
    snapshot: Snapshot,
    state: State,
    cache: Mutex<EntryCache>,
}

/// What was read and held against the tree before: an export asks for each entry and its proof several times, and each is in another
/// file. What comes when there is no room any more is read again.
#[derive(Debug)]
struct EntryCache {
    prover: Prover,
    entries: BTreeMap<EntryIndex, (Vec<u8>, InclusionProof)>,
    bytes: usize,
}

impl EntryCache {
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
        if bytes <= CACHED_BYTES {
            self.bytes = bytes;
            self.entries.insert(index, read);
        }
        Ok(taken)
    }
}

/// Why something of a ledger cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
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

impl SourceError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame(),
            Self::Attachment(error) => error.blame(),
            Self::NoIndex(_) => Blame::Program,
        }
    }
}

impl LedgerSource {
    /// A ledger at a size, and what its entries add up to there.
    #[must_use]
    pub fn new(snapshot: Snapshot, state: State) -> Self {
        let cache = EntryCache {
            prover: Prover::new(&snapshot),
            entries: BTreeMap::new(),
            bytes: 0,
        };
        Self {
            snapshot,
            state,
            cache: Mutex::new(cache),
        }
    }

    fn cache(&self) -> MutexGuard<'_, EntryCache> {
        // A panic leaves what was read before it.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl closure::ClosureSource for LedgerSource {
    type Error = SourceError;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, SourceError> {
        self.cache().take(index, |(entry, _)| entry.clone())
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
        self.cache().take(index, |(_, proof)| proof.clone())
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
