//! Why an entry may not stand in a ledger, and which one.
//!
//! Append, audit and the verification of a bundle refuse entries for the same reasons; each says so with these types.

use std::fmt;

use super::admission::Inadmissible;
use crate::{
    position::EntryIndex,
    statement::{DecodeEntryError, VerifyEntryError, seal::Sealed},
};

/// Why an entry may not enter a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryRefusal {
    /// The bytes are not a valid envelope around a statement of known shape.
    #[error(transparent)]
    Decode(Box<DecodeEntryError>),
    /// A signature is wrong, or by a key that nobody enrolled.
    #[error(transparent)]
    Verify(#[from] VerifyEntryError),
    /// Its signers may not say this, or its links do not fit.
    #[error(transparent)]
    Inadmissible(Box<Inadmissible>),
    /// A seal by the ledger's key that the entries before it do not add up to.
    #[error(
        "a false seal: it states {} terms with root {}, want {} with root {}",
        got.terms, got.root, want.terms, want.root
    )]
    FalseSeal {
        /// What the seal states.
        got: Sealed,
        /// What the entries add up to.
        want: Sealed,
    },
}

/// An entry that a ledger holds and should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFault {
    /// Where the entry stands in the ledger.
    pub index: EntryIndex,
    /// Why it should not be there.
    pub refusal: EntryRefusal,
}

impl From<DecodeEntryError> for EntryRefusal {
    fn from(error: DecodeEntryError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl From<Inadmissible> for EntryRefusal {
    fn from(reason: Inadmissible) -> Self {
        Self::Inadmissible(Box::new(reason))
    }
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index;
        match &self.refusal {
            EntryRefusal::Decode(_) => write!(f, "the bytes of entry {index} are not a valid envelope"),
            EntryRefusal::Verify(_) => write!(f, "entry {index} is not signed as it claims"),
            EntryRefusal::Inadmissible(_) => write!(f, "entry {index} should not have been admitted"),
            refusal @ EntryRefusal::FalseSeal { .. } => write!(f, "entry {index} is {refusal}"),
        }
    }
}

impl std::error::Error for EntryFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.refusal {
            EntryRefusal::Decode(source) => Some(source.as_ref()),
            EntryRefusal::Verify(source) => Some(source),
            EntryRefusal::Inadmissible(source) => Some(source.as_ref()),
            EntryRefusal::FalseSeal { .. } => None,
        }
    }
}

impl EntryFault {
    /// The fault and its cause in one line, for texts that show no causes of their own.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}
