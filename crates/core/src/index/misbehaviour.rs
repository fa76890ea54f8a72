//! Proof that a ledger's key sealed what is not so: a listing that holds under its seal, and an entry of the same log that it denies.
//!
//! ```text
//! {"type":"urn:prova:false-seal:1","listing":<listing>,"entry":<.tlog-proof with the entry in it>}
//! ```
//! The listing shows all that the seal counts under a term. The entry, which the same key has put into its log before the seal, has the term
//! and is not listed; or is listed there and has another hash, or does not have the term. Anybody can check this with the log's key alone.
//! `by:` terms depend on the registry and cannot be judged from one entry.

use serde::{Deserialize, Serialize};

use super::listing::{Listing, ParseListingError, VerifyListingError};
use crate::{
    hash::LeafHash,
    id::Origin,
    index::term::{Term, terms_without_registry},
    json::JsonError,
    log::{ParseProofError, Policy, TlogProof, VerifyProofError},
    position::EntryIndex,
    statement::{DecodeEntryError, Unverified},
    text::excerpt,
};

const TYPE: &str = "urn:prova:false-seal:1";

/// Longest proof, in bytes.
const MAX_BYTES: usize = 256 << 20;

/// A seal and an entry that cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalseSeal {
    listing: Listing,
    entry: TlogProof,
}

/// In which way a seal was shown to be false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenFalse {
    /// The log whose key lied.
    pub origin: Origin,
    /// The index of the seal that was shown to be false.
    pub seal: EntryIndex,
    /// The entry that it denies, or invents.
    pub entry: EntryIndex,
    /// The term under which it says something false.
    pub term: Term,
    /// How they contradict each other.
    pub contradiction: Contradiction,
}

/// How a seal and an entry contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Contradiction {
    /// The entry has the term, and the seal does not count it.
    LeftOut,
    /// The seal counts another entry in its place.
    Replaced,
    /// The seal counts it, and it does not have the term.
    Invented,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MisbehaviourWire {
    #[serde(rename = "type")]
    type_: String,
    listing: String,
    entry: String,
}

/// Why bytes are no such proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFalseSealError {
    /// It is too long.
    #[error("proof of a false seal of {got} bytes, want {MAX_BYTES} at most")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
    /// Not strict JSON of its shape.
    #[error("no proof of a false seal: {0}")]
    Json(#[from] JsonError),
    /// Something else, or a version that is not known.
    #[error("type «{}», want «{TYPE}»", excerpt(got))]
    Type {
        /// The type found.
        got: String,
    },
    /// The listing inside of the proof cannot be read.
    #[error(transparent)]
    Listing(#[from] ParseListingError),
    /// The entry's proof.
    #[error("in the proof of the entry: {0}")]
    Entry(#[from] ParseProofError),
    /// Another order of members, white space, or another text of a value.
    #[error("proof of a false seal is not the text that its content is written as")]
    NotCanonical,
}

/// Why a seal is not shown to be false.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FalseSealError {
    /// The listing does not hold under its seal.
    #[error("the listing does not hold under the seal")]
    Listing(#[source] Box<VerifyListingError>),
    /// The entry is not in the log.
    #[error("the entry is not shown to be in a log that the policy trusts")]
    Log(#[source] Box<VerifyProofError>),
    /// The proof has no entry in it.
    #[error("the proof of the entry does not carry it")]
    NoEntry,
    /// The bytes are no entry.
    #[error("the entry is none")]
    Decode(#[source] Box<DecodeEntryError>),
    /// The entry is another log's.
    #[error("the entry is in the log {got}, want {want} as of the seal")]
    Origin {
        /// The entry's log.
        got: Origin,
        /// The seal's.
        want: Origin,
    },
    /// The seal says nothing about the entry.
    #[error("entry {entry} is not before the seal in entry {seal}")]
    NotBefore {
        /// The index of the entry that is held against the seal.
        entry: EntryIndex,
        /// The index of the seal, which covers entries before it only.
        seal: EntryIndex,
    },
    /// Whether the entry has the term depends on the registry.
    #[error("whether an entry has the term «{}» depends on the registry", excerpt(&.0.to_string()))]
    Undecidable(Box<Term>),
    /// They agree.
    #[error("entry {entry} and the seal in entry {seal} agree about «{}»", excerpt(&term.to_string()))]
    Agree {
        /// The index of the entry that is held against the seal.
        entry: EntryIndex,
        /// The index of the seal that says the same.
        seal: EntryIndex,
        /// The term about which they agree.
        term: Box<Term>,
    },
}

impl FalseSeal {
    /// A listing and an entry that it denies; nothing is verified.
    #[must_use]
    pub const fn new(listing: Listing, entry: TlogProof) -> Self {
        Self { listing, entry }
    }

    /// The log that it is of, as its checkpoint says.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.listing.origin()
    }

    /// Reads a proof; nothing is verified.
    ///
    /// # Errors
    /// Anything that departs from the format: what is read is written as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseFalseSealError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseFalseSealError::TooLarge { got: bytes.len() });
        }
        let wire: MisbehaviourWire = crate::json::parse(bytes)?;
        if wire.type_ != TYPE {
            return Err(ParseFalseSealError::Type { got: wire.type_ });
        }
        let proof = Self {
            listing: Listing::parse(wire.listing.as_bytes())?,
            entry: TlogProof::parse(wire.entry.as_bytes())?,
        };
        if proof.encode() == bytes {
            Ok(proof)
        } else {
            Err(ParseFalseSealError::NotCanonical)
        }
    }

    /// The bytes of a proof.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let wire = MisbehaviourWire {
            type_: TYPE.to_owned(),
            listing: String::from_utf8_lossy(&self.listing.encode()).into_owned(),
            entry: self.entry.to_string(),
        };
        let mut bytes = serde_json::to_vec(&wire).expect("a proof has text keys only");
        bytes.push(b'\n');
        bytes
    }

    /// Shows that the seal is false.
    ///
    /// # Errors
    /// The seal is not shown to be false.
    pub fn verify(&self, policy: &Policy) -> Result<ProvenFalse, FalseSealError> {
        let listing = self
            .listing
            .verify(policy)
            .map_err(|error| FalseSealError::Listing(Box::new(error)))?;
        let bytes = self.entry.extra();
        if bytes.is_empty() {
            return Err(FalseSealError::NoEntry);
        }
        let leaf = LeafHash::of_entry(bytes);
        let entry = self
            .entry
            .verify(&leaf, policy)
            .map_err(|error| FalseSealError::Log(Box::new(error)))?;
        let (got, want) = (entry.checkpoint().origin(), listing.proven.checkpoint().origin());
        if got != want {
            return Err(FalseSealError::Origin {
                got: got.clone(),
                want: want.clone(),
            });
        }
        let (index, seal) = (entry.index(), listing.proven.index());
        if index >= seal {
            return Err(FalseSealError::NotBefore { entry: index, seal });
        }
        let term = self.listing.term();
        if let Term::By(_) = term {
            return Err(FalseSealError::Undecidable(Box::new(term.clone())));
        }
        let claim = Unverified::decode(bytes).map_err(|error| FalseSealError::Decode(Box::new(error)))?;
        let has_term = terms_without_registry(index, &claim).contains(term);
        let listed = self.listing.entries().iter().find(|listed| listed.index == index);
        let contradiction = match (listed, has_term) {
            (None, true) => Contradiction::LeftOut,
            (Some(listed), _) if listed.leaf != leaf => Contradiction::Replaced,
            (Some(_), false) => Contradiction::Invented,
            _ => {
                return Err(FalseSealError::Agree {
                    entry: index,
                    seal,
                    term: Box::new(term.clone()),
                });
            }
        };
        Ok(ProvenFalse {
            origin: want.clone(),
            seal,
            entry: index,
            term: term.clone(),
            contradiction,
        })
    }
}
