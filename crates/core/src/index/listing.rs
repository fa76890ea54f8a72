//! A listing: all entries under a term among the first of a ledger, or that there is none, in one file that needs no ledger.
//!
//! ```text
//! {"type":"urn:prova:listing:1","term":<term>,"seal":<.tlog-proof with the seal's entry in it>,"proof":<index proof>,
//!  "entries":[{"index":<number>,"leaf":<hex>,"entry":<base64>},…]}                            «entry» may be absent
//! ```
//! Compact JSON in this order and one line feed: the bytes are a function of the content.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{
    completeness::{CompletenessError, check_complete},
    proof::{IndexProof, ParseIndexProofError},
};
use crate::{
    hash::LeafHash,
    id::{Origin, SubjectId},
    index::term::Term,
    json::JsonError,
    key::{PublicKey, PublicKeyError},
    log::{LogOutcome, ParseProofError, Policy, TlogProof, VerifiedEntry, VerifyProofError},
    position::EntryIndex,
    statement::{
        DecodeEntryError, Predicate, Unverified, VerifyEntryError,
        seal::{Seal, SealError},
    },
};

/// Longest listing, in bytes: 180,000 entries of 1 KiB.
pub const MAX_LISTING_BYTES: usize = 256 << 20;

const TYPE: &str = "urn:prova:listing:1";

/// Entries that somebody lists under a term, and what shows that they are all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    term: Term,
    seal: TlogProof,
    proof: IndexProof,
    entries: Vec<ListedEntry>,
}

/// An entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntry {
    /// Where it stands.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// Its bytes, if they are in the listing.
    pub entry: Option<Vec<u8>>,
}

/// A listing that was verified: these are all entries under the term before the seal.
#[derive(Clone, Debug)]
pub struct VerifiedListing {
    /// What the seal states of the ledger's time and of the map.
    pub seal: Seal,
    /// The seal's place in the log that the policy accepts, and the checkpoint.
    pub proven: VerifiedEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListingWire {
    #[serde(rename = "type")]
    type_: String,
    term: Term,
    seal: String,
    proof: String,
    entries: Vec<WireEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEntry {
    index: EntryIndex,
    leaf: LeafHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
}

/// Why bytes are not a listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseListingError {
    /// It is too long.
    #[error("listing of {got} bytes, want {MAX_LISTING_BYTES} at most")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
    /// Not strict JSON of its shape.
    #[error("no listing: {0}")]
    Json(#[from] JsonError),
    /// Something else, or a version that is not known.
    #[error("type «{}», want «{TYPE}»", crate::text::excerpt(got))]
    Type {
        /// The type found.
        got: String,
    },
    /// The seal's proof.
    #[error("in the listing's seal: {0}")]
    Seal(ParseProofError),
    /// The index proof.
    #[error("in the listing's index proof: {0}")]
    Proof(ParseIndexProofError),
    /// The bytes of an entry.
    #[error("entry {index} of the listing is not canonical base64 with padding")]
    Base64 {
        /// The index under which the listing has these bytes.
        index: EntryIndex,
    },
    /// Another order of members, white space, or another text of a value.
    #[error("listing is not the text that its content is written as")]
    NotCanonical,
}

/// Why a listing shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyListingError {
    /// The listing has no seal's bytes in it.
    #[error("the listing's seal proof does not carry its entry")]
    NoSeal,
    /// The seal's bytes are no entry.
    #[error("the listing's seal is no entry")]
    Decode(#[source] Box<DecodeEntryError>),
    /// The policy refuses the checkpoint, or the seal is not in the log.
    #[error("the listing's seal is not shown to be in a log that the policy trusts")]
    Log(#[source] Box<VerifyProofError>),
    /// The entry is no seal.
    #[error("entry {index} is no seal")]
    NotASeal {
        /// The entry.
        index: EntryIndex,
    },
    /// The log's key is none that a ledger has.
    #[error("the log's key is none that a ledger signs with: {0}")]
    Key(#[from] PublicKeyError),
    /// The seal is not signed by the key that signed the checkpoint.
    #[error("the seal in entry {index} is not signed by the key of its log")]
    Signature {
        /// The entry.
        index: EntryIndex,
        /// What is wrong with the signature.
        source: VerifyEntryError,
    },
    /// The seal is not one of this log at this place.
    #[error("the seal in entry {index} is not one that its log takes")]
    Seal {
        /// The entry.
        index: EntryIndex,
        /// The rule for seals that it breaks.
        source: SealError,
    },
    /// The bytes of an entry are not those listed.
    #[error("entry {index} of the listing has the leaf hash {got}, want {want}")]
    Leaf {
        /// The entry.
        index: EntryIndex,
        /// The hash of its bytes.
        got: LeafHash,
        /// The hash listed.
        want: LeafHash,
    },
    /// The entries are not all that the seal counts.
    #[error(transparent)]
    Completeness(#[from] CompletenessError),
}

impl Listing {
    /// A listing; nothing is verified.
    #[must_use]
    pub fn new(term: Term, seal: TlogProof, proof: IndexProof, entries: Vec<ListedEntry>) -> Self {
        Self {
            term,
            seal,
            proof,
            entries,
        }
    }

    /// The log that it is of, as its checkpoint says.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.seal.checkpoint().checkpoint().origin()
    }

    /// What the entries are listed under.
    #[must_use]
    pub const fn term(&self) -> &Term {
        &self.term
    }

    /// The entries listed.
    #[must_use]
    pub fn entries(&self) -> &[ListedEntry] {
        &self.entries
    }

    /// Reads a listing; nothing is verified.
    ///
    /// # Errors
    /// Anything that departs from the format: what is read is written as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseListingError> {
        if bytes.len() > MAX_LISTING_BYTES {
            return Err(ParseListingError::TooLarge { got: bytes.len() });
        }
        let wire: ListingWire = crate::json::parse(bytes)?;
        if wire.type_ != TYPE {
            return Err(ParseListingError::Type { got: wire.type_ });
        }
        let entries = wire.entries.into_iter().map(|listed| {
            let index = listed.index;
            let entry = listed.entry.map(|text| STANDARD.decode(text)).transpose();
            Ok(ListedEntry {
                index,
                leaf: listed.leaf,
                entry: entry.map_err(|_| ParseListingError::Base64 { index })?,
            })
        });
        let listing = Self {
            term: wire.term,
            seal: TlogProof::parse(wire.seal.as_bytes()).map_err(ParseListingError::Seal)?,
            proof: IndexProof::parse(wire.proof.as_bytes()).map_err(ParseListingError::Proof)?,
            entries: entries.collect::<Result<_, ParseListingError>>()?,
        };
        if listing.encode() == bytes {
            Ok(listing)
        } else {
            Err(ParseListingError::NotCanonical)
        }
    }

    /// The bytes of a listing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let entries = self.entries.iter().map(|listed| WireEntry {
            index: listed.index,
            leaf: listed.leaf,
            entry: listed.entry.as_ref().map(|entry| STANDARD.encode(entry)),
        });
        let wire = ListingWire {
            type_: TYPE.to_owned(),
            term: self.term.clone(),
            seal: self.seal.to_string(),
            proof: self.proof.to_string(),
            entries: entries.collect(),
        };
        let mut bytes = serde_json::to_vec(&wire).expect("a listing has text keys only");
        bytes.push(b'\n');
        bytes
    }

    /// Shows that these are all entries under the term before the seal, in a log that the policy accepts: none, if none is listed.
    ///
    /// # Errors
    /// The first thing that is not as it should be.
    pub fn verify(&self, policy: &Policy) -> Result<VerifiedListing, VerifyListingError> {
        let bytes = self.seal.extra();
        if bytes.is_empty() {
            return Err(VerifyListingError::NoSeal);
        }
        let entry = Unverified::decode(bytes).map_err(|error| VerifyListingError::Decode(Box::new(error)))?;
        let proven = self
            .seal
            .verify(&entry.leaf(), policy)
            .map_err(|error| VerifyListingError::Log(Box::new(error)))?;
        let index = proven.index();
        let origin = proven.checkpoint().origin().clone();
        let key = log_key(&proven, policy).ok_or(VerifyListingError::NotASeal { index })??;
        let Predicate::Seal(_) = &entry.claim().predicate else {
            return Err(VerifyListingError::NotASeal { index });
        };
        let entry = entry
            .verify_by(&key)
            .map_err(|source| VerifyListingError::Signature { index, source })?;
        let Predicate::Seal(seal) = &entry.statement().predicate else {
            return Err(VerifyListingError::NotASeal { index });
        };
        let subject = entry.statement().subjects.first().map(|subject| &subject.id);
        let about = subject.cloned().unwrap_or(SubjectId::Index(origin.clone()));
        // A seal is about all entries before it.
        let size = crate::position::TreeSize::new(index.get());
        seal.check(&about, size, &origin, key.key_id(), entry.signers())
            .map_err(|source| VerifyListingError::Seal { index, source })?;
        for listed in &self.entries {
            if let Some(got) = listed.entry.as_deref().map(LeafHash::of_entry)
                && got != listed.leaf
            {
                return Err(VerifyListingError::Leaf {
                    index: listed.index,
                    got,
                    want: listed.leaf,
                });
            }
        }
        let listed = self.entries.iter().map(|listed| (listed.index, listed.leaf));
        check_complete(&self.term, listed, &self.proof, size, &seal.root)?;
        Ok(VerifiedListing {
            seal: seal.as_ref().clone(),
            proven,
        })
    }
}

/// The key that signed the checkpoint, which is the one that seals.
fn log_key(proven: &VerifiedEntry, policy: &Policy) -> Option<Result<PublicKey, PublicKeyError>> {
    let LogOutcome::Signed { id } = proven.evaluation().log else {
        return None;
    };
    let origin: &Origin = proven.checkpoint().origin();
    let log = policy
        .logs()
        .iter()
        .find(|log| log.key.id() == id && log.key.name() == origin.as_key_name())?;
    Some(PublicKey::from_bytes(log.key.key().as_bytes()))
}
