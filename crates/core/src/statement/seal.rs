//! The seal: what the ledger's own key states about the index over all entries before it.
//!
//! ```text
//! subject   index:<origin>, its «prev» the leaf hash of the seal before
//! predicate = {"time":<timestamp>,"size":<number>,"terms":<number>,"root":<hex>}
//! ```
//! `size` is the seal's own index: a seal is about every entry before it. Whether it is true is no matter of admission, which would have to
//! fold the whole ledger; every audit recomputes it. A false seal is a public, signed lie.

use serde::{Deserialize, Serialize};

use crate::{
    hash::{LeafHash, MapHash},
    id::{Origin, SubjectId},
    key::KeyId,
    position::TreeSize,
    statement::{Predicate, Statement, Subject},
    time::Timestamp,
};

/// The predicate type of a seal.
pub const PREDICATE_TYPE: &str = "urn:prova:seal:1";

/// What a seal states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seal {
    /// When it was made, as the ledger claims.
    pub time: Timestamp,
    /// How many entries the index is over: all before the seal.
    pub size: TreeSize,
    /// How many terms they have.
    pub terms: u64,
    /// The root of the map.
    pub root: MapHash,
    /// Members that a reader must understand; this version knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<String>,
}

/// What a seal states of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sealed {
    /// How many terms are in it.
    pub terms: u64,
    /// The hash of the whole map.
    pub root: MapHash,
}

/// Why a seal may not enter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Somebody else signed it, or signed it too.
    #[error(
        "a seal is signed by the ledger's key {want} and no other, not by {}",
        keys(got)
    )]
    Signer {
        /// The keys that signed.
        got: Vec<KeyId>,
        /// The ledger's key.
        want: KeyId,
    },
    /// Not the index of this ledger.
    #[error("about {got}, want index:{want}")]
    Origin {
        /// What it is about.
        got: Box<SubjectId>,
        /// This ledger's origin.
        want: Origin,
    },
    /// Not about all entries before it.
    #[error("a seal of {got} entries, want {want}: all before it")]
    Size {
        /// The size stated.
        got: TreeSize,
        /// The entries before it.
        want: TreeSize,
    },
    /// A member that the signer marked as critical and this version does not know.
    #[error("critical member «{}» is not known to this version", crate::text::excerpt(.0))]
    Critical(String),
}

fn keys(keys: &[KeyId]) -> String {
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    keys.join(" and ")
}

impl Seal {
    /// The seal of an index over all entries of a ledger of this size.
    #[must_use]
    pub fn new(time: Timestamp, size: TreeSize, sealed: Sealed) -> Self {
        Self {
            time,
            size,
            terms: sealed.terms,
            root: sealed.root,
            critical: Vec::new(),
        }
    }

    /// What it states of the map.
    #[must_use]
    pub fn sealed(&self) -> Sealed {
        Sealed {
            terms: self.terms,
            root: self.root,
        }
    }

    /// The statement of it, which follows the seal with leaf hash `prev`.
    #[must_use]
    pub fn into_statement(self, origin: Origin, prev: Option<LeafHash>) -> Statement {
        Statement {
            subjects: vec![Subject::new(SubjectId::Index(origin), prev)],
            predicate: Predicate::Seal(Box::new(self)),
        }
    }

    /// Checks what can be decided without the index: who signed it, which ledger's it is, and how many entries it is about.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn check(
        &self,
        subject: &SubjectId,
        size: TreeSize,
        origin: &Origin,
        log_key: KeyId,
        signers: &[KeyId],
    ) -> Result<(), SealError> {
        if let Some(name) = self.critical.first() {
            return Err(SealError::Critical(name.clone()));
        }
        if *signers != [log_key] {
            return Err(SealError::Signer {
                got: signers.to_vec(),
                want: log_key,
            });
        }
        if !matches!(subject, SubjectId::Index(of) if of == origin) {
            return Err(SealError::Origin {
                got: Box::new(subject.clone()),
                want: origin.clone(),
            });
        }
        if self.size != size {
            return Err(SealError::Size {
                got: self.size,
                want: size,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
