//! Proof of what a map holds for a term, or that it holds nothing: the hashes beside the way from the term to the root.
//!
//! ```text
//! "urn:prova:index-proof:1" "\n"
//! "term " term "\n"
//! "listed " count " " base64(accumulator) "\n"     there are so many entries, folded to this
//!   or "absent\n"                                  the way ends in an empty subtree
//!   or "absent " base64(key) " " base64(value)     … or in the leaf of another term
//! (base64(hash) | "-") "\n" …                      the hashes beside the way, lowest first; "-": an empty subtree
//! ```

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    accumulator::{Accumulator, AccumulatorHash, Half, TermKey, TermValue},
    map::leaf_hash,
};
use crate::{
    decimal,
    hash::MapHash,
    index::term::{ParseTermError, Term},
    text::excerpt,
};

/// Longest text of a proof, in bytes: the longest term and a hash for each bit of a key fit.
pub const MAX_PROOF_BYTES: usize = 16_384;

const FIRST_LINE: &str = "urn:prova:index-proof:1";
const EMPTY_MARK: &str = "-";

/// What a map holds for a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermOutcome {
    /// So many entries, folded to this; at least one.
    Listed(Accumulator),
    /// Nothing: the way to the term ends elsewhere.
    Absent(End),
}

/// Where the way to a term ends that is not in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// In an empty subtree.
    Empty,
    /// In the leaf of another term.
    Leaf {
        /// The key of that term.
        key: TermKey,
        /// What the map holds for it.
        value: TermValue,
    },
}

/// A proof whose parts fit each other. Which map it is about is decided by [`IndexProof::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IndexProof {
    term: Term,
    outcome: TermOutcome,
    siblings: Vec<MapHash>,
}

/// Why a term is not shown to have an outcome in a map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexProofError {
    /// It leads to another root: the term, its outcome or the map is another one.
    #[error("the index proof of «{}» leads to root {got}, want {want}", excerpt(&term.to_string()))]
    Root {
        /// The term that the proof says it is about.
        term: Box<Term>,
        /// The root computed.
        got: MapHash,
        /// The root wanted.
        want: MapHash,
    },
    /// More hashes than a key has bits.
    #[error("index proof has {got} hashes, want {} at most", TermKey::BITS)]
    TooLong {
        /// Hashes found.
        got: usize,
    },
    /// A term without entries is not in the map.
    #[error("index proof lists 0 entries, want 1 at least, or «absent»")]
    NoEntries,
    /// The leaf at the end is the term's own.
    #[error("index proof of absence ends in the term's own leaf")]
    OwnLeaf,
    /// The leaf at the end is not on the way to the term.
    #[error("index proof ends in a leaf that shares {got} bits with the term, want {want} at least")]
    Elsewhere {
        /// Bits shared.
        got: u16,
        /// Hashes in the proof.
        want: u16,
    },
    /// A leaf has an empty subtree beside it: then it would stand higher.
    #[error("index proof ends in a leaf beside an empty subtree, where no map has one")]
    LeafBesideEmpty,
    /// An empty subtree has an empty one beside it: then the way would end higher.
    #[error("index proof ends in an empty subtree beside another, where no map has one")]
    EmptyBesideEmpty,
}

/// Why a text is not an index proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIndexProofError {
    /// It is too long.
    #[error("index proof of {got} bytes, want {MAX_PROOF_BYTES} at most")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
    /// It is not UTF-8.
    #[error("index proof is not UTF-8 from byte {offset} on")]
    Utf8 {
        /// The first byte that is not.
        offset: usize,
    },
    /// It ends without a line feed.
    #[error("index proof does not end in a line feed")]
    NoFinalNewline,
    /// Another first line: something else, or of a version that is not known.
    #[error("index proof begins with «{}», want «{FIRST_LINE}»", excerpt(got))]
    FirstLine {
        /// The line found.
        got: String,
    },
    /// No term in the second line.
    #[error("line 2 of the index proof: want «term » and the term")]
    NoTerm,
    /// The term is none.
    #[error("line 2 of the index proof: {0}")]
    Term(#[from] ParseTermError),
    /// Another text of a term than its normal form.
    #[error(
        "line 2 of the index proof: term not in its normal form, want «{}»",
        excerpt(want)
    )]
    NotNormal {
        /// The same term in its normal form.
        want: String,
    },
    /// The third line is no outcome.
    #[error(
        "line 3 of the index proof: want «listed» with a count and a hash, «absent», or «absent» with a key and a value"
    )]
    Outcome,
    /// A line is no hash.
    #[error("line {line} of the index proof is not 32 bytes in canonical base64 with padding, nor «-»")]
    Hash {
        /// One-based line.
        line: usize,
    },
    /// Its parts do not fit each other.
    #[error(transparent)]
    Parts(#[from] IndexProofError),
}

impl IndexProof {
    /// The proof with these hashes beside the way, lowest first.
    ///
    /// # Errors
    /// Parts that are of no map.
    pub fn new(term: Term, outcome: TermOutcome, siblings: Vec<MapHash>) -> Result<Self, IndexProofError> {
        let too_long = || IndexProofError::TooLong { got: siblings.len() };
        let depth = u16::try_from(siblings.len()).map_err(|_| too_long())?;
        if depth > TermKey::BITS {
            return Err(too_long());
        }
        let beside_empty = siblings.first() == Some(&MapHash::EMPTY);
        match outcome {
            TermOutcome::Listed(accumulator) if accumulator.count() == 0 => {
                return Err(IndexProofError::NoEntries);
            }
            TermOutcome::Absent(End::Leaf { key, .. }) => {
                let got = key.common_bits(&TermKey::of(&term));
                if got >= TermKey::BITS {
                    return Err(IndexProofError::OwnLeaf);
                }
                if got < depth {
                    return Err(IndexProofError::Elsewhere { got, want: depth });
                }
            }
            _ => {}
        }
        match outcome {
            TermOutcome::Absent(End::Empty) if beside_empty => Err(IndexProofError::EmptyBesideEmpty),
            _ if beside_empty => Err(IndexProofError::LeafBesideEmpty),
            _ => Ok(Self::of_parts(term, outcome, siblings)),
        }
    }

    pub(super) fn of_parts(term: Term, outcome: TermOutcome, siblings: Vec<MapHash>) -> Self {
        Self {
            term,
            outcome,
            siblings,
        }
    }

    /// The term whose place in the map is proven.
    #[must_use]
    pub const fn term(&self) -> &Term {
        &self.term
    }

    /// What the map holds for it.
    #[must_use]
    pub const fn outcome(&self) -> &TermOutcome {
        &self.outcome
    }

    /// The entries under the term: none if it is absent.
    #[must_use]
    pub const fn accumulator(&self) -> Accumulator {
        match self.outcome {
            TermOutcome::Listed(accumulator) => accumulator,
            TermOutcome::Absent(_) => Accumulator::EMPTY,
        }
    }

    /// The hashes beside the way to the term, lowest first.
    #[must_use]
    pub fn siblings(&self) -> &[MapHash] {
        &self.siblings
    }

    /// The root of the map that it is about.
    #[must_use]
    pub fn root(&self) -> MapHash {
        let key = TermKey::of(&self.term);
        let end = match &self.outcome {
            TermOutcome::Listed(accumulator) => leaf_hash(&key, &accumulator.value()),
            TermOutcome::Absent(End::Empty) => MapHash::EMPTY,
            TermOutcome::Absent(End::Leaf { key, value }) => leaf_hash(key, value),
        };
        let depths = (0..TermKey::BITS).take(self.siblings.len()).rev();
        depths
            .zip(&self.siblings)
            .fold(end, |node, (depth, sibling)| match key.half(depth) {
                Half::Left => MapHash::of_children(&node, sibling),
                Half::Right => MapHash::of_children(sibling, &node),
            })
    }

    /// Shows that the map with this root holds the outcome for the term.
    ///
    /// # Errors
    /// It leads to another root.
    pub fn verify(&self, root: &MapHash) -> Result<(), IndexProofError> {
        let got = self.root();
        if got == *root {
            Ok(())
        } else {
            Err(IndexProofError::Root {
                term: Box::new(self.term.clone()),
                got,
                want: *root,
            })
        }
    }

    /// Reads a proof.
    ///
    /// # Errors
    /// Anything that departs from the format: what is read is written as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseIndexProofError> {
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(ParseIndexProofError::TooLarge { got: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| ParseIndexProofError::Utf8 {
            offset: error.valid_up_to(),
        })?;
        let text = text
            .strip_suffix('\n')
            .ok_or(ParseIndexProofError::NoFinalNewline)?;
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default();
        if first != FIRST_LINE {
            return Err(ParseIndexProofError::FirstLine {
                got: first.to_owned(),
            });
        }
        let text = lines.next().and_then(|line| line.strip_prefix("term "));
        let text = text.ok_or(ParseIndexProofError::NoTerm)?;
        let term: Term = text.parse()?;
        let want = term.to_string();
        if want != text {
            return Err(ParseIndexProofError::NotNormal { want });
        }
        let outcome = lines.next().and_then(parse_outcome);
        let outcome = outcome.ok_or(ParseIndexProofError::Outcome)?;
        let siblings = (4..).zip(lines).map(|(line, text)| match text {
            EMPTY_MARK => Ok(MapHash::EMPTY),
            text => hash(text)
                .map(MapHash::from_bytes)
                .filter(|hash| *hash != MapHash::EMPTY)
                .ok_or(ParseIndexProofError::Hash { line }),
        });
        Ok(Self::new(term, outcome, siblings.collect::<Result<_, _>>()?)?)
    }
}

fn parse_outcome(line: &str) -> Option<TermOutcome> {
    let mut words = line.split(' ');
    let parsed = match (words.next()?, words.next(), words.next()) {
        ("listed", Some(count), Some(accumulator)) => {
            let accumulator = AccumulatorHash::from_bytes(hash(accumulator)?);
            TermOutcome::Listed(Accumulator::new(decimal::parse(count)?, accumulator))
        }
        ("absent", None, None) => TermOutcome::Absent(End::Empty),
        ("absent", Some(key), Some(value)) => TermOutcome::Absent(End::Leaf {
            key: TermKey::from_bytes(hash(key)?),
            value: TermValue::from_bytes(hash(value)?),
        }),
        _ => return None,
    };
    words.next().is_none().then_some(parsed)
}

fn hash(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

impl fmt::Display for IndexProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nterm {}", self.term)?;
        match &self.outcome {
            TermOutcome::Listed(accumulator) => {
                let hash = STANDARD.encode(accumulator.hash().as_bytes());
                writeln!(f, "listed {} {hash}", accumulator.count())?;
            }
            TermOutcome::Absent(End::Empty) => writeln!(f, "absent")?,
            TermOutcome::Absent(End::Leaf { key, value }) => {
                let (key, value) = (STANDARD.encode(key.as_bytes()), STANDARD.encode(value.as_bytes()));
                writeln!(f, "absent {key} {value}")?;
            }
        }
        for sibling in &self.siblings {
            if *sibling == MapHash::EMPTY {
                writeln!(f, "{EMPTY_MARK}")?;
            } else {
                writeln!(f, "{}", STANDARD.encode(sibling.as_bytes()))?;
            }
        }
        Ok(())
    }
}

impl FromStr for IndexProof {
    type Err = ParseIndexProofError;

    fn from_str(text: &str) -> Result<Self, ParseIndexProofError> {
        Self::parse(text.as_bytes())
    }
}
