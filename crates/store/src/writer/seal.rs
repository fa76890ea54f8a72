//! Sealing: the index over all entries so far, signed by the ledger's key and appended.

use prova_core::{
    hash::LeafHash,
    id::component::SubjectId,
    index::{IndexProof, term::Term},
    ledger::fault::EntryRefusal,
    lifecycle::View,
    position::{EntryIndex, TreeSize},
    statement::{
        dsse::EnvelopeError,
        seal::{Seal, Sealed},
    },
    time::Timestamp,
};

use crate::{
    blame::Blame,
    log::tiles::ReadError,
    rows::RowError,
    state::{
        folding::{Folding, MAX_REREAD, Proving},
        state::{Kept, State},
    },
    writer::{
        append::{AppendError, Outcome},
        ledger::Ledger,
    },
};

/// A seal in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealAt {
    /// Where the seal stands; it is about every entry before it.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// What it states.
    pub sealed: Sealed,
}

impl SealAt {
    /// How many entries it is about.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        TreeSize::new(self.index.get())
    }
}

/// Why a ledger cannot be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealLedgerError {
    /// Entries cannot be read. Nothing was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The seal cannot be appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The seal cannot be signed. Nothing was written.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The ledger refuses its own seal. Nothing was written.
    #[error("the ledger refuses its own seal")]
    Refused(#[source] Box<EntryRefusal>),
    /// An append of one entry has one outcome.
    #[error("nothing was said of the seal")]
    NoOutcome,
}

impl SealLedgerError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame(),
            Self::Append(error) => error.blame(),
            Self::Envelope(_) | Self::Refused(_) | Self::NoOutcome => Blame::Program,
        }
    }
}

impl From<RowError> for SealLedgerError {
    fn from(error: RowError) -> Self {
        Self::Append(error.into())
    }
}

impl Ledger {
    /// Seals all entries so far, at `time`; if the last entry is a seal, that is the one.
    ///
    /// # Errors
    /// As those of [`Ledger::append`].
    pub fn seal(&mut self, time: Timestamp) -> Result<SealAt, SealLedgerError> {
        if self.poisoned {
            return Err(AppendError::Poisoned.into());
        }
        let before = self.state.last_seal()?;
        let size = self.snapshot.size();
        if let Some(seal) = before.filter(|seal| Some(seal.index) == size.last()) {
            return Ok(seal);
        }
        let registry = self.state.registry();
        let mut folding = Folding::load(self.state.store()?)?;
        if size.get().saturating_sub(folding.recorded().get()) > MAX_REREAD {
            folding.fold_postings(self.state.store()?, size)?;
        } else {
            folding.reread(&self.snapshot, registry)?;
        }
        let sealed = folding.fold(self.state.store()?)?;
        let statement = Seal::new(time, size, sealed)
            .into_statement(registry.origin().clone(), before.map(|seal| seal.leaf));
        let entry = self.key.envelope(statement.encode())?.encode();
        let leaf = LeafHash::of_entry(&entry);
        match self.append_seal(folding, entry)? {
            Some(Outcome::Appended { index, .. } | Outcome::Known { index }) => {
                Ok(SealAt { index, leaf, sealed })
            }
            Some(Outcome::Refused(refusal)) => Err(SealLedgerError::Refused(Box::new(refusal))),
            None => Err(SealLedgerError::NoOutcome),
        }
    }
}

impl State {
    /// The last seal, if there is any.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn last_seal(&self) -> Result<Option<SealAt>, ReadError> {
        let chain = self.chain(&SubjectId::Index(self.registry().origin().clone()))?;
        Ok(chain.and_then(|chain| {
            Some(SealAt {
                index: chain.last,
                leaf: chain.head,
                sealed: *chain.index()?,
            })
        }))
    }

    /// The last seal, and the proof under its root of which entries there are under a term; `None`: nothing was ever sealed.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn index_proof(&self, term: &Term) -> Result<Option<(SealAt, IndexProof)>, ReadError> {
        let Some(seal) = self.last_seal()? else {
            return Ok(None);
        };
        let proof = match self.kept() {
            Kept::Scratch(rows) => rows.index(|index, buckets| index.prove(buckets, term))?,
            Kept::Store(rows) => {
                let mut proving = self.proving();
                if proving.is_none() {
                    *proving = Proving::load(rows, seal.size())?;
                }
                let proving = proving.as_mut().ok_or_else(|| RowError::Row {
                    kind: "index",
                    reason: format!("it is not that of the seal in entry {}", seal.index),
                })?;
                proving.prove(rows, term)?
            }
        };
        proof.verify(&seal.sealed.root).map_err(|error| RowError::Row {
            kind: "index",
            reason: error.to_string(),
        })?;
        Ok(Some((seal, proof)))
    }
}
