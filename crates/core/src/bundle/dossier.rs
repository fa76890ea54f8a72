//! What a verified bundle adds up to: rows and entries, as a ledger has them.

use std::collections::BTreeMap;

use super::description::Description;
use crate::{
    alias::Alias,
    checkpoint::SignedCheckpoint,
    component::SubjectId,
    entry::Verified,
    hash::LeafHash,
    history::{History, HistoryError},
    lifecycle::{Chain, Finding, View},
    position::EntryIndex,
    term::Term,
    trace::Entries,
    verdict::{Trust, Verdict},
};

/// Where a bundle's entries can be read again, after they were verified: a dossier keeps their hashes only.
pub trait EntryBytes {
    /// Why an entry cannot be read.
    type Error: std::error::Error + 'static;

    /// An entry's bytes.
    ///
    /// # Errors
    /// An entry that cannot be read.
    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error>;
}

/// Where a life could not be followed, because the chain of a component that it depends on is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The entry that depends on it.
    pub entry: EntryIndex,
    /// The component whose chain is missing.
    pub missing: SubjectId,
}

/// A bundle that holds.
#[derive(Clone, Debug)]
pub struct Dossier {
    description: Description,
    checkpoint: SignedCheckpoint,
    history: History,
    leaves: BTreeMap<EntryIndex, LeafHash>,
}

/// A dossier with its entries at hand.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a, B> {
    dossier: &'a Dossier,
    bytes: &'a B,
}

/// Why an entry of a dossier cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError<E: std::error::Error + 'static> {
    /// It is not in the bundle.
    #[error("entry {index} is not in the bundle")]
    NotHere {
        /// Which.
        index: EntryIndex,
    },
    /// It cannot be read.
    #[error("entry {index} cannot be read")]
    Read {
        /// Which.
        index: EntryIndex,
        /// Why.
        source: E,
    },
    /// It is another one than was verified.
    #[error("entry {index} has the leaf hash {got}, want {want} as verified")]
    Changed {
        /// Which.
        index: EntryIndex,
        /// The leaf hash found.
        got: LeafHash,
        /// The leaf hash that was verified.
        want: LeafHash,
    },
    /// It is no entry.
    #[error(transparent)]
    Entry(#[from] HistoryError),
}

impl Dossier {
    /// What the bundle says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Its checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The registry over time.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The entries, with their leaf hashes.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<EntryIndex, LeafHash> {
        &self.leaves
    }

    /// The subjects whose chains are complete.
    #[must_use]
    pub fn subjects(&self) -> Vec<&SubjectId> {
        todo!()
    }

    /// The entries under a term, ascending. Complete for `id:` of a primary component; for others, what is in the bundle.
    #[must_use]
    pub fn posting(&self, term: &Term) -> Vec<EntryIndex> {
        let _ = term;
        todo!()
    }

    /// Contradictions in the lives of its subjects, in order of entries; distrusted keys among them. None rests on a gap.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        todo!()
    }

    /// Where lives could not be followed.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        todo!()
    }

    /// The verdict of a reader with this trust. The same dossier and trust give the same verdict, on every machine.
    #[must_use]
    pub fn verdict(&self, trust: Option<&Trust>) -> Verdict {
        let _ = trust;
        todo!()
    }

    /// The dossier with its entries at hand: what [`crate::trace`] and [`crate::timeline`] read.
    #[must_use]
    pub fn open<'a, B: EntryBytes>(&'a self, bytes: &'a B) -> Opened<'a, B> {
        Opened { dossier: self, bytes }
    }
}

impl View for Dossier {
    type Error = std::convert::Infallible;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, Self::Error> {
        let _ = id;
        todo!()
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, Self::Error> {
        let _ = alias;
        todo!()
    }
}

impl<B: EntryBytes> View for Opened<'_, B> {
    type Error = OpenError<B::Error>;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, Self::Error> {
        self.dossier.chain(id).map_err(|never| match never {})
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, Self::Error> {
        self.dossier.alias_holder(alias).map_err(|never| match never {})
    }
}

impl<B: EntryBytes> Entries for Opened<'_, B> {
    fn entry(&self, index: EntryIndex) -> Result<Verified, Self::Error> {
        let want = *self
            .dossier
            .leaves
            .get(&index)
            .ok_or(OpenError::NotHere { index })?;
        let bytes = self
            .bytes
            .bytes(index)
            .map_err(|source| OpenError::Read { index, source })?;
        let got = LeafHash::of_entry(&bytes);
        if got != want {
            return Err(OpenError::Changed { index, got, want });
        }
        Ok(self.dossier.history.verify(index, &bytes)?)
    }
}
