//! Proofs to hand on: that an entry is in the ledger, and that the ledger only grew.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use prova_core::{
    hash::{LeafHash, NodeHash},
    log::{AssembleProofError, SignedCheckpoint, TlogProof, merkle::InclusionError},
    position::{EntryIndex, TreeSize},
};
use prova_store::{Blame, ReadError, Snapshot};
use serde::{Serialize, Serializer};

/// Whether the bytes of an entry travel in the proof of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryInProof {
    /// The proof has the entry in it.
    Carried,
    /// Whoever verifies the proof must have the entry.
    LeftOut,
}

/// Why an entry cannot be proven.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryProofError {
    /// The ledger ends before it.
    #[error("there is no entry {index} in a ledger of size {size}")]
    Beyond {
        /// The entry that was asked for.
        index: EntryIndex,
        /// How many there are.
        size: TreeSize,
    },
    /// The entry or its proof cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The proof does not lead from the entry to the checkpoint; it is not handed on.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// Proof and checkpoint do not fit each other.
    #[error(transparent)]
    Assemble(#[from] AssembleProofError),
}

impl EntryProofError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Beyond { .. } => Blame::Caller,
            Self::Read(error) => error.blame(),
            Self::Inclusion(_) => Blame::Evidence,
            Self::Assemble(_) => Blame::Program,
        }
    }
}

/// Why it cannot be proven that a ledger only grew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrowthProofError {
    /// It was never as large.
    #[error("the ledger has {got} entries, want at least {want}")]
    Smaller {
        /// How many there are.
        got: TreeSize,
        /// The size to prove from.
        want: TreeSize,
    },
    /// The tiles cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl GrowthProofError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Smaller { .. } => Blame::Caller,
            Self::Read(error) => error.blame(),
        }
    }
}

/// The text is not one that a [`GrowthProof`] is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no consistency proof, want «old», the size, the hashes of the proof and the checkpoint")]
pub struct ParseGrowthProofError;

/// A proof that an entry is in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryProof {
    /// Where the entry stands.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
    /// How many entries the checkpoint covers.
    pub size: TreeSize,
    /// The hashes beside the path to the root, lowest first.
    pub path: Vec<NodeHash>,
    /// The proof as a C2SP `.tlog-proof` file.
    #[serde(rename = "proof")]
    pub file: String,
    /// The entry's bytes.
    #[serde(skip)]
    pub entry: Vec<u8>,
}

/// A proof that the ledger began with the entries that it had at an earlier size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrowthProof {
    /// How many entries the earlier tree has.
    pub from: TreeSize,
    /// How many entries the present one has.
    pub size: TreeSize,
    /// The hashes of the proof, in its order.
    pub path: Vec<NodeHash>,
    /// The present checkpoint, signed.
    #[serde(serialize_with = "as_text")]
    pub checkpoint: SignedCheckpoint,
}

impl EntryProof {
    /// Proves an entry. A proof that does not hold is never handed on.
    ///
    /// # Errors
    /// See [`EntryProofError`].
    pub fn of(
        snapshot: &Snapshot,
        index: EntryIndex,
        with_it: EntryInProof,
    ) -> Result<Self, EntryProofError> {
        let size = snapshot.size();
        if !size.has(index) {
            return Err(EntryProofError::Beyond { index, size });
        }
        let entry = snapshot.entry(index)?;
        let leaf = LeafHash::of_entry(&entry);
        let inclusion = snapshot.inclusion(index)?;
        inclusion.verify(&leaf, snapshot.checkpoint().root())?;
        let path = inclusion.path().to_vec();
        let mut proof = TlogProof::new(inclusion, snapshot.signed_checkpoint().clone())?;
        if with_it == EntryInProof::Carried {
            proof = proof.with_extra(entry.clone())?;
        }
        Ok(Self {
            index,
            leaf,
            size,
            path,
            file: proof.to_string(),
            entry,
        })
    }
}

impl GrowthProof {
    /// Proves that the ledger began with its first `from` entries.
    ///
    /// # Errors
    /// See [`GrowthProofError`].
    pub fn of(snapshot: &Snapshot, from: TreeSize) -> Result<Self, GrowthProofError> {
        let size = snapshot.size();
        if from > size {
            return Err(GrowthProofError::Smaller {
                got: size,
                want: from,
            });
        }
        Ok(Self {
            from,
            size,
            path: snapshot.consistency(from)?.path().to_vec(),
            checkpoint: snapshot.signed_checkpoint().clone(),
        })
    }

    /// Reads what a proof is written as; whether it holds, [`Growth`](crate::Growth) says.
    ///
    /// # Errors
    /// Bytes in another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseGrowthProofError> {
        std::str::from_utf8(bytes)
            .ok()
            .and_then(Self::read)
            .ok_or(ParseGrowthProofError)
    }

    fn read(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.lines();
        let from = lines.next()?.strip_prefix("old ")?.parse().ok()?;
        let path = lines.map(|line| {
            let hash: [u8; 32] = STANDARD.decode(line).ok()?.try_into().ok()?;
            Some(NodeHash::from_bytes(hash))
        });
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes()).ok()?;
        Some(Self {
            from: TreeSize::new(from),
            size: checkpoint.checkpoint().size(),
            path: path.collect::<Option<_>>()?,
            checkpoint,
        })
    }
}

fn as_text<S: Serializer>(checkpoint: &SignedCheckpoint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(checkpoint)
}

/// The body of an `add-checkpoint` request (C2SP `tlog-witness`).
impl fmt::Display for GrowthProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.from)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn a_proof_carries_its_entry_unless_it_is_left_out() {
        let scene = Scene::new();
        let snapshot = scene.writer.snapshot();
        let index = EntryIndex::new(5);
        for (with_it, want) in [
            (EntryInProof::Carried, snapshot.entry(index).unwrap()),
            (EntryInProof::LeftOut, Vec::new()),
        ] {
            let proof = EntryProof::of(snapshot, index, with_it).unwrap();
            let read = TlogProof::parse(proof.file.as_bytes()).unwrap();
            assert_eq!(read.extra(), want);
            assert_eq!(read.inclusion().path(), proof.path);
            assert_eq!(LeafHash::of_entry(&proof.entry), proof.leaf);
        }
    }

    #[test]
    fn what_is_beyond_the_end_cannot_be_proven() {
        let scene = Scene::new();
        let snapshot = scene.writer.snapshot();
        let error = EntryProof::of(snapshot, EntryIndex::new(8), EntryInProof::Carried).unwrap_err();
        assert_eq!(error.to_string(), "there is no entry 8 in a ledger of size 8");
        assert_eq!(error.blame(), Blame::Caller);
        let error = GrowthProof::of(snapshot, TreeSize::new(9)).unwrap_err();
        assert_eq!(error.to_string(), "the ledger has 8 entries, want at least 9");
        assert_eq!(error.blame(), Blame::Caller);
    }

    #[test]
    fn growth_is_proven_in_the_form_that_witnesses_take() {
        let scene = Scene::new();
        let proof = GrowthProof::of(scene.writer.snapshot(), TreeSize::new(4)).unwrap();
        let text = proof.to_string();
        let (head, checkpoint) = text.split_once("\n\n").unwrap();
        assert_eq!(head.lines().count(), 1 + proof.path.len());
        assert!(head.starts_with("old 4\n"));
        assert_eq!(checkpoint, proof.checkpoint.to_string());
        assert_eq!(GrowthProof::parse(text.as_bytes()).unwrap(), proof);
        for broken in [&text[4..], head, &text.replace("\n\n", "\n*\n\n")] {
            assert_eq!(GrowthProof::parse(broken.as_bytes()), Err(ParseGrowthProofError));
        }
    }
}
