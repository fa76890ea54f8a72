//! The last seal, and what it proves.

use prova_core::{
    hash::LeafHash,
    id::SubjectId,
    index::{IndexProof, term::Term},
    lifecycle::View as _,
    position::{EntryIndex, TreeSize},
    statement::seal::Sealed,
};

use crate::{
    log::tiles::ReadError,
    rows::RowError,
    state::{
        proving::Proving,
        state::{State, StateRows},
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
            StateRows::Scratch(rows) => rows.index(|index, buckets| index.prove(buckets, term))?,
            StateRows::Store(rows) => {
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
