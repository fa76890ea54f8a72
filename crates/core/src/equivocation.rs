//! Proof that a log's key signed two histories that cannot both be true.
//!
//! ```text
//! {"format":"prova-equivocation/1","first":<side>,"second":<side>}
//! side = {"checkpoint":<signed note>}                      both: one size, two roots
//!      | {"leaf":<hex>,"proof":<tlog-proof>}               both: one index, two leaves
//! ```
//! Compact JSON in this order with one newline at the end; the sides in ascending order of their bytes. The proof needs nothing but
//! the log's key: each side is signed by it (C2SP `tlog-checkpoint`), and each leaf is in its tree (C2SP `tlog-proof`, whose `extra`
//! line is empty). An honest log has one tree of each size and one leaf at each index, for ever.

use serde::{Deserialize, Serialize};

use crate::{
    checkpoint::{ParseSignedCheckpointError, SignedCheckpoint},
    hash::{LeafHash, NodeHash},
    json::JsonError,
    merkle::InclusionError,
    policy::{LogOutcome, Policy},
    position::{EntryIndex, TreeSize},
    tlog_proof::{ParseProofError, TlogProof},
    vkey::KeyId,
};

/// The format that this version writes and reads.
pub const FORMAT: &str = "prova-equivocation/1";
/// Largest file, in bytes: two signed notes and two paths.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// One of two statements of a log that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The tree of its size has this root.
    Checkpoint(SignedCheckpoint),
    /// There is this leaf at this index.
    Leaf {
        /// The leaf.
        leaf: LeafHash,
        /// Where it stands, in which tree.
        proof: TlogProof,
    },
}

/// Two statements of one log that cannot both be true, whoever signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivocation {
    first: Side,
    second: Side,
}

/// How they contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// One size, two roots.
    Roots {
        /// The size.
        size: TreeSize,
        /// The roots.
        roots: [NodeHash; 2],
    },
    /// One index, two leaves.
    Leaves {
        /// The index.
        index: EntryIndex,
        /// The leaves.
        leaves: [LeafHash; 2],
    },
}

/// Why two statements are no proof of misbehaviour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EquivocationError {
    /// Over the limit.
    #[error("{got} bytes, want {MAX_BYTES} at most")]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// Another format, perhaps a newer one.
    #[error("format «{}», want «{FORMAT}»", crate::text::excerpt(got))]
    Format {
        /// The format found.
        got: String,
    },
    /// Not JSON of this shape.
    #[error("no proof of misbehaviour: {0}")]
    Json(#[from] JsonError),
    /// A side is neither of the two.
    #[error("a side is neither a checkpoint nor a leaf and its proof")]
    Side,
    /// A checkpoint is none.
    #[error(transparent)]
    Checkpoint(#[from] ParseSignedCheckpointError),
    /// A proof is none.
    #[error(transparent)]
    Proof(#[from] ParseProofError),
    /// The content is a proof's, the bytes are not its canonical form.
    #[error("not in canonical form from byte {position}")]
    NotCanonical {
        /// First byte that differs.
        position: usize,
    },
    /// Two logs may well say different things.
    #[error("one is of {first}, the other of {second}")]
    Origins {
        /// The first one's log.
        first: String,
        /// The second one's.
        second: String,
    },
    /// They are about different sizes or indices, or of different kinds.
    #[error("they do not speak of the same size or index, so they do not contradict each other")]
    Different,
    /// They say the same.
    #[error("they say the same, so they do not contradict each other")]
    Same,
    /// A leaf is not in the tree that its side's checkpoint signs.
    #[error("a leaf is not where its proof claims: {0}")]
    Inclusion(#[from] InclusionError),
    /// The log's key did not sign both.
    #[error("not both are signed by one key of {origin} in the policy")]
    NotSigned {
        /// The log.
        origin: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    first: WireSide,
    second: WireSide,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSide {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaf: Option<LeafHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
}

#[derive(Deserialize)]
struct Preamble {
    format: String,
}

impl Side {
    /// The checkpoint that it rests on.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        match self {
            Self::Checkpoint(checkpoint) => checkpoint,
            Self::Leaf { proof, .. } => proof.checkpoint(),
        }
    }

    fn to_wire(&self) -> WireSide {
        match self {
            Self::Checkpoint(checkpoint) => WireSide {
                checkpoint: Some(checkpoint.to_string()),
                leaf: None,
                proof: None,
            },
            Self::Leaf { leaf, proof } => WireSide {
                checkpoint: None,
                leaf: Some(*leaf),
                proof: Some(proof.to_string()),
            },
        }
    }

    fn of_wire(wire: &WireSide) -> Result<Self, EquivocationError> {
        match wire {
            WireSide {
                checkpoint: Some(checkpoint),
                leaf: None,
                proof: None,
            } => Ok(Self::Checkpoint(SignedCheckpoint::parse(checkpoint.as_bytes())?)),
            WireSide {
                checkpoint: None,
                leaf: Some(leaf),
                proof: Some(proof),
            } => {
                let (leaf, proof) = (*leaf, TlogProof::parse(proof.as_bytes())?);
                Ok(Self::Leaf { leaf, proof })
            }
            _ => Err(EquivocationError::Side),
        }
    }
}

impl Equivocation {
    /// Two statements that contradict each other, in order. Signatures are for [`Self::verify`].
    ///
    /// # Errors
    /// They do not contradict each other, or a leaf is not in its tree.
    pub fn new(one: Side, other: Side) -> Result<Self, EquivocationError> {
        let without_extra = |side| match side {
            Side::Leaf { leaf, proof } => {
                let proof = proof.with_extra(Vec::new()).expect("nothing is not too much");
                Side::Leaf { leaf, proof }
            }
            side @ Side::Checkpoint(_) => side,
        };
        let (one, other) = (without_extra(one), without_extra(other));
        let key = |side: &Side| serde_json::to_vec(&side.to_wire()).expect("texts are JSON");
        let (first, second) = if key(&one) <= key(&other) {
            (one, other)
        } else {
            (other, one)
        };
        let equivocation = Self { first, second };
        equivocation.contradiction()?;
        Ok(equivocation)
    }

    /// What they contradict each other in.
    ///
    /// # Errors
    /// They do not, or a leaf is not in its tree.
    pub fn contradiction(&self) -> Result<Contradiction, EquivocationError> {
        let sides = [&self.first, &self.second];
        let [first, second] = sides.map(|side| side.checkpoint().checkpoint());
        if first.origin() != second.origin() {
            return Err(EquivocationError::Origins {
                first: first.origin().to_string(),
                second: second.origin().to_string(),
            });
        }
        match sides {
            [Side::Checkpoint(_), Side::Checkpoint(_)] if first.size() == second.size() => {
                let (size, roots) = (first.size(), [*first.root(), *second.root()]);
                let differ = roots.first() != roots.last();
                differ
                    .then_some(Contradiction::Roots { size, roots })
                    .ok_or(EquivocationError::Same)
            }
            [
                Side::Leaf { leaf, proof },
                Side::Leaf {
                    leaf: other_leaf,
                    proof: other,
                },
            ] if proof.inclusion().index() == other.inclusion().index() => {
                proof.inclusion().verify(leaf, first.root())?;
                other.inclusion().verify(other_leaf, second.root())?;
                let (index, leaves) = (proof.inclusion().index(), [*leaf, *other_leaf]);
                let differ = leaf != other_leaf;
                differ
                    .then_some(Contradiction::Leaves { index, leaves })
                    .ok_or(EquivocationError::Same)
            }
            _ => Err(EquivocationError::Different),
        }
    }

    /// Shows that one key of the policy's log signed both; witnesses do not matter here.
    ///
    /// # Errors
    /// They do not contradict each other, or the key did not sign both.
    pub fn verify(&self, policy: &Policy) -> Result<(Contradiction, KeyId), EquivocationError> {
        let contradiction = self.contradiction()?;
        let signer = |side: &Side| match policy.evaluate(side.checkpoint()).log {
            LogOutcome::Signed { id } => Some(id),
            _ => None,
        };
        match (signer(&self.first), signer(&self.second)) {
            (Some(first), Some(second)) if first == second => Ok((contradiction, first)),
            _ => Err(EquivocationError::NotSigned {
                origin: self.first.checkpoint().checkpoint().origin().to_string(),
            }),
        }
    }

    /// The two statements.
    #[must_use]
    pub fn sides(&self) -> [&Side; 2] {
        [&self.first, &self.second]
    }

    /// The file.
    #[must_use]
    pub fn to_canonical(&self) -> Vec<u8> {
        let wire = Wire {
            format: FORMAT.to_owned(),
            first: self.first.to_wire(),
            second: self.second.to_wire(),
        };
        let mut bytes = serde_json::to_vec(&wire).expect("texts are JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Bytes that are not exactly the canonical form of two statements that contradict each other.
    pub fn parse(bytes: &[u8]) -> Result<Self, EquivocationError> {
        let got = bytes.len();
        if got > MAX_BYTES {
            return Err(EquivocationError::Size { got });
        }
        let Preamble { format } = crate::json::parse(bytes)?;
        if format != FORMAT {
            return Err(EquivocationError::Format { got: format });
        }
        let wire: Wire = crate::json::parse(bytes)?;
        let equivocation = Self::new(Side::of_wire(&wire.first)?, Side::of_wire(&wire.second)?)?;
        let canonical = equivocation.to_canonical();
        if canonical == bytes {
            return Ok(equivocation);
        }
        let same = canonical.iter().zip(bytes).take_while(|(want, got)| want == got);
        Err(EquivocationError::NotCanonical {
            position: same.count(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    use crate::{
        checkpoint::Checkpoint,
        merkle::InclusionProof,
        vkey::{SignatureType, Vkey},
    };

    const ORIGIN: &str = "ledger.example/2026";

    fn log() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn policy(key: &SigningKey) -> Policy {
        let vkey = Vkey::new(
            ORIGIN.parse().unwrap(),
            SignatureType::Ed25519,
            key.verifying_key(),
        );
        Policy::parse(format!("log {}\nquorum none\n", vkey).as_bytes()).unwrap()
    }

    fn signed(origin: &str, size: u64, root: NodeHash, key: &SigningKey) -> SignedCheckpoint {
        let checkpoint = Checkpoint::new(origin.parse().unwrap(), TreeSize::new(size), root).unwrap();
        SignedCheckpoint::sign(checkpoint, &key.verifying_key(), |text| key.sign(text)).unwrap()
    }

    fn root(entry: &[u8]) -> NodeHash {
        LeafHash::of_entry(entry).into()
    }

    fn leaf(entry: &[u8], key: &SigningKey) -> Side {
        let inclusion = InclusionProof::new(EntryIndex::new(0), TreeSize::new(1), Vec::new()).unwrap();
        let proof = TlogProof::new(inclusion, signed(ORIGIN, 1, root(entry), key)).unwrap();
        let proof = proof.with_extra(entry.to_vec()).unwrap();
        let leaf = LeafHash::of_entry(entry);
        Side::Leaf { leaf, proof }
    }

    fn both() -> [Equivocation; 2] {
        let checkpoint = |entry| Side::Checkpoint(signed(ORIGIN, 1, root(entry), &log()));
        [
            Equivocation::new(checkpoint(b"a"), checkpoint(b"b")).unwrap(),
            Equivocation::new(leaf(b"a", &log()), leaf(b"b", &log())).unwrap(),
        ]
    }

    #[test]
    fn two_signed_contradictions_are_a_proof_whichever_comes_first() {
        for equivocation in both() {
            equivocation.verify(&policy(&log())).unwrap();
            let [first, second] = equivocation.sides();
            let turned = Equivocation::new(second.clone(), first.clone()).unwrap();
            assert_eq!(turned, equivocation);
            let bytes = equivocation.to_canonical();
            assert_eq!(Equivocation::parse(&bytes), Ok(equivocation));
        }
    }

    #[test]
    fn a_flipped_or_shortened_proof_shows_nothing() {
        for equivocation in both() {
            let bytes = equivocation.to_canonical();
            for position in 0..bytes.len() {
                assert!(Equivocation::parse(&bytes[..position]).is_err());
                let mut flipped = bytes.clone();
                flipped[position] ^= 1;
                let shown = Equivocation::parse(&flipped).and_then(|flipped| flipped.verify(&policy(&log())));
                assert!(shown.is_err(), "byte {position}");
            }
        }
    }

    #[test]
    fn what_does_not_contradict_or_was_not_signed_is_no_proof() {
        let checkpoint =
            |origin, size, entry, key: &SigningKey| Side::Checkpoint(signed(origin, size, root(entry), key));
        let other = SigningKey::from_bytes(&[9; 32]);
        let first = checkpoint(ORIGIN, 2, b"a", &log());
        for (second, want) in [
            (checkpoint(ORIGIN, 2, b"a", &log()), EquivocationError::Same),
            (checkpoint(ORIGIN, 3, b"b", &log()), EquivocationError::Different),
            (leaf(b"b", &log()), EquivocationError::Different),
            (
                checkpoint("other.example/x", 2, b"b", &log()),
                EquivocationError::Origins {
                    first: ORIGIN.to_owned(),
                    second: "other.example/x".to_owned(),
                },
            ),
        ] {
            assert_eq!(Equivocation::new(first.clone(), second), Err(want));
        }
        let Side::Leaf { proof, .. } = leaf(b"a", &log()) else {
            unreachable!()
        };
        let moved = Side::Leaf {
            leaf: LeafHash::of_entry(b"c"),
            proof,
        };
        let refused = Equivocation::new(moved, leaf(b"b", &log()));
        assert!(matches!(refused, Err(EquivocationError::Inclusion(_))));
        let forged = Equivocation::new(first, checkpoint(ORIGIN, 2, b"b", &other)).unwrap();
        assert!(matches!(
            forged.verify(&policy(&log())),
            Err(EquivocationError::NotSigned { .. })
        ));
    }
}
