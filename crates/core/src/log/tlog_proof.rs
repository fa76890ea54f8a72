//! Proofs to keep beside an entry: it is in the log, and these saw the log (C2SP `tlog-proof@v1`, `.tlog-proof` files).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                   only if there is extra data; nobody vouches for it
//! index <decimal>
//! <base64 of 32 bytes>             one line for each hash of the inclusion proof, lowest first
//!                                  an empty line
//! <signed checkpoint>              as the log made it, cosignatures included
//! ```

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    decimal,
    hash::{LeafHash, NodeHash},
    log::{
        Checkpoint, Evaluation, MAX_NOTE_BYTES, ParseSignedCheckpointError, Policy, RefusedByPolicyError,
        SignedCheckpoint,
        checkpoint::{hash_line, parse_hash},
        merkle::{InclusionError, InclusionProof},
    },
    position::{EntryIndex, TreeSize},
};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The most extra data, in bytes: as much as an entry.
pub const MAX_EXTRA_BYTES: usize = 65_535;

/// The largest part before the checkpoint: extra data in base64, 63 hashes, and room for the rest.
const MAX_HEAD_BYTES: usize = 96_000;

/// An inclusion proof with the checkpoint that it leads to. Nothing is verified yet but that their numbers agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    extra: Vec<u8>,
    inclusion: InclusionProof,
    checkpoint: SignedCheckpoint,
}

/// Why parts make no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleProofError {
    /// The inclusion proof leads to a tree of another size.
    #[error("inclusion proof is for a tree of size {got}, want {want} as the checkpoint signs")]
    Size {
        /// Size of the proof's tree.
        got: TreeSize,
        /// Size of the checkpoint's tree.
        want: TreeSize,
    },
    /// There is too much extra data.
    #[error("extra data has {got} bytes, want at most {MAX_EXTRA_BYTES}")]
    Extra {
        /// Bytes found.
        got: usize,
    },
}

/// Why bytes are not a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseProofError {
    /// The text has more bytes than a proof may have.
    #[error("proof has {got} bytes, want at most {want}")]
    TooLarge {
        /// Bytes found.
        got: usize,
        /// Bytes allowed.
        want: usize,
    },
    /// No empty line comes before the checkpoint.
    #[error("proof has no empty line before its checkpoint")]
    NoEmptyLine,
    /// The part before the checkpoint is not UTF-8.
    #[error("proof is not UTF-8 at byte {offset}")]
    Utf8 {
        /// The first byte that is wrong.
        offset: usize,
    },
    /// The first line is another one.
    #[error("line 1 of the proof is not {FIRST_LINE}")]
    FirstLine,
    /// The extra data is not base64.
    #[error("line {line} of the proof: extra data is not canonical base64 of at least 1 byte")]
    Extra {
        /// One-based line.
        line: usize,
    },
    /// There is no index where it should be.
    #[error("line {line} of the proof is not an index such as «index 42»")]
    Index {
        /// One-based line.
        line: usize,
    },
    /// A line of the path is not a hash.
    #[error("line {line} of the proof is not 32 bytes in canonical base64 with padding")]
    Hash {
        /// One-based line.
        line: usize,
    },
    /// The checkpoint is not one.
    #[error(transparent)]
    Checkpoint(#[from] ParseSignedCheckpointError),
    /// Index, path and tree size do not fit together.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// The parts do not fit together.
    #[error(transparent)]
    Assemble(#[from] AssembleProofError),
}

/// Why a proof does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyProofError {
    /// The policy does not accept the checkpoint.
    #[error(transparent)]
    Policy(#[from] RefusedByPolicyError),
    /// The entry is not in the checkpoint's tree.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
}

/// What a proof has shown: the entry is at this index of the log that the policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEntry {
    leaf: LeafHash,
    index: EntryIndex,
    checkpoint: Checkpoint,
    evaluation: Evaluation,
}

impl VerifiedEntry {
    /// The entry.
    #[must_use]
    pub const fn leaf(&self) -> &LeafHash {
        &self.leaf
    }

    /// Where it stands.
    #[must_use]
    pub const fn index(&self) -> EntryIndex {
        self.index
    }

    /// What the log signed.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who signed and cosigned it.
    #[must_use]
    pub const fn evaluation(&self) -> &Evaluation {
        &self.evaluation
    }
}

impl TlogProof {
    /// The proof of an inclusion proof and the checkpoint whose tree it leads to.
    ///
    /// # Errors
    /// They are about trees of different sizes.
    pub fn new(inclusion: InclusionProof, checkpoint: SignedCheckpoint) -> Result<Self, AssembleProofError> {
        let (got, want) = (inclusion.size(), checkpoint.checkpoint().size());
        if got != want {
            return Err(AssembleProofError::Size { got, want });
        }
        Ok(Self {
            extra: Vec::new(),
            inclusion,
            checkpoint,
        })
    }

    /// The same with other extra data; empty for none.
    ///
    /// # Errors
    /// More than [`MAX_EXTRA_BYTES`].
    pub fn with_extra(self, extra: Vec<u8>) -> Result<Self, AssembleProofError> {
        if extra.len() > MAX_EXTRA_BYTES {
            return Err(AssembleProofError::Extra { got: extra.len() });
        }
        Ok(Self { extra, ..self })
    }

    /// Parses a proof; no hash and no signature is verified. What parses encodes to the same bytes.
    ///
    /// # Errors
    /// Anything that departs from the format, and a path whose length does not fit index and tree size.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseProofError> {
        let most = MAX_HEAD_BYTES.saturating_add(MAX_NOTE_BYTES);
        if bytes.len() > most {
            return Err(ParseProofError::TooLarge {
                got: bytes.len(),
                want: most,
            });
        }
        let end = bytes
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .ok_or(ParseProofError::NoEmptyLine)?;
        let (head, rest) = bytes.split_at_checked(end).ok_or(ParseProofError::NoEmptyLine)?;
        if head.len() > MAX_HEAD_BYTES {
            return Err(ParseProofError::TooLarge {
                got: head.len(),
                want: MAX_HEAD_BYTES,
            });
        }
        let note = rest.strip_prefix(b"\n\n").ok_or(ParseProofError::NoEmptyLine)?;
        let head = std::str::from_utf8(head).map_err(|error| ParseProofError::Utf8 {
            offset: error.valid_up_to(),
        })?;

        let mut lines = (1_usize..).zip(head.split('\n')).peekable();
        lines
            .next_if(|(_, first)| *first == FIRST_LINE)
            .ok_or(ParseProofError::FirstLine)?;
        let extra = match lines.next_if(|(_, line)| line.starts_with("extra ")) {
            Some((line, text)) => text
                .strip_prefix("extra ")
                .and_then(|text| STANDARD.decode(text).ok())
                .filter(|extra| !extra.is_empty())
                .ok_or(ParseProofError::Extra { line })?,
            None => Vec::new(),
        };
        let (line, text) = lines.next().unwrap_or((2, ""));
        let index = text
            .strip_prefix("index ")
            .and_then(decimal::parse)
            .map(EntryIndex::new)
            .ok_or(ParseProofError::Index { line })?;
        let path: Vec<NodeHash> = lines
            .map(|(line, text)| parse_hash(text).ok_or(ParseProofError::Hash { line }))
            .collect::<Result<_, _>>()?;

        let checkpoint = SignedCheckpoint::parse(note)?;
        let inclusion = InclusionProof::new(index, checkpoint.checkpoint().size(), path)?;
        Ok(Self::new(inclusion, checkpoint)?.with_extra(extra)?)
    }

    /// Shows that the entry with this leaf hash is in a log that the policy accepts.
    ///
    /// # Errors
    /// The policy refuses the checkpoint, or the entry is not in its tree.
    pub fn verify(&self, leaf: &LeafHash, policy: &Policy) -> Result<VerifiedEntry, VerifyProofError> {
        let evaluation = policy.evaluate(&self.checkpoint);
        evaluation.accept()?;
        let checkpoint = self.checkpoint.checkpoint();
        self.inclusion.verify(leaf, checkpoint.root())?;
        Ok(VerifiedEntry {
            leaf: *leaf,
            index: self.inclusion.index(),
            checkpoint: checkpoint.clone(),
            evaluation,
        })
    }

    /// Data that nobody vouches for; empty if there is none.
    #[must_use]
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// The inclusion proof.
    #[must_use]
    pub const fn inclusion(&self) -> &InclusionProof {
        &self.inclusion
    }

    /// The signed checkpoint whose tree the entry is proven to be in.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", STANDARD.encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.inclusion.index())?;
        for hash in self.inclusion.path() {
            writeln!(f, "{}", hash_line(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
