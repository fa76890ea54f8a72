//! Sealing: the index over all entries so far, signed by the ledger's key and appended.

use prova_core::{
    hash::LeafHash,
    ledger::EntryRefusal,
    statement::{EnvelopeError, seal::Seal},
    time::Timestamp,
};

use crate::{
    blame::Blame,
    log::tiles::ReadError,
    rows::RowError,
    state::{
        folding::{Folding, MAX_REREAD},
        seal_at::SealAt,
    },
    writer::{
        append::{AppendError, Outcome},
        ledger::Ledger,
    },
};

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
