//! Proof that a log contradicts itself: two statements under its key that cannot both be of one append-only log.
//!
//! ```text
//! urn:prova:equivocation:1
//! checkpoints                                   … of one size, with different roots
//!   or entries <base64> <base64>                … proofs that two entries, by leaf hash, are at one index
//! first <decimal>                               bytes of the part that follows, as it was signed
//! <signed checkpoint or tlog-proof>
//! second <decimal>
//! <signed checkpoint or tlog-proof>
//! ```
//! The first part is below the second in the order of bytes. Nobody but the holder of the log's key can make such a file, and everybody who
//! knows the key can check it. Cosignatures on a checkpoint stay: they show which witnesses were shown it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    decimal,
    hash::LeafHash,
    log::{
        ParseProofError, ParseSignedCheckpointError, SignedCheckpoint, TlogProof, VerifyCheckpointError,
        Vkey, merkle::InclusionError,
    },
};

/// Largest file, in bytes: two tlog-proofs of the largest size fit.
pub const MAX_EQUIVOCATION_BYTES: usize = 4 * 1024 * 1024;

const FIRST_LINE: &str = "urn:prova:equivocation:1";

/// Two statements of a log that contradict each other, if its key signed both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivocation(EquivocationKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum EquivocationKind {
    Checkpoints(Box<[SignedCheckpoint; 2]>),
    Entries(Box<[(LeafHash, TlogProof); 2]>),
}

/// Why two statements are no contradiction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EquivocationError {
    /// They are about different logs.
    #[error("the statements are about {first} and {second}, want one log")]
    Origins {
        /// The first origin.
        first: String,
        /// The origin that the other statement names.
        second: String,
    },
    /// Checkpoints of different sizes say nothing against each other by themselves.
    #[error("the checkpoints are of sizes {first} and {second}, want one size")]
    Sizes {
        /// The first size.
        first: u64,
        /// The size that the other checkpoint signs.
        second: u64,
    },
    /// Proofs of different indices.
    #[error("the proofs are about entries {first} and {second}, want one index")]
    Indices {
        /// The first index.
        first: u64,
        /// The index that the other proof is about.
        second: u64,
    },
    /// They say the same.
    #[error("the statements agree")]
    Agree,
    /// The log did not sign one of them.
    #[error(transparent)]
    Checkpoint(#[from] VerifyCheckpointError),
    /// An entry is not in the tree of its proof.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
}

/// Why bytes are no proof of a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseEquivocationError {
    /// Too large.
    #[error("{got} bytes, want {MAX_EQUIVOCATION_BYTES} at most")]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// A line is not what it should be.
    #[error("want {want}")]
    Line {
        /// The form wanted.
        want: &'static str,
    },
    /// A part is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] ParseSignedCheckpointError),
    /// A part is no proof.
    #[error(transparent)]
    Proof(#[from] ParseProofError),
    /// The parts are in the wrong order, or something follows them.
    #[error("not in canonical form: the parts in ascending order, nothing after them")]
    NotCanonical,
    /// The parts are no contradiction.
    #[error(transparent)]
    Parts(#[from] EquivocationError),
}

impl Equivocation {
    /// The contradiction between two checkpoints of one size with different roots.
    ///
    /// # Errors
    /// They are of different logs or sizes, or agree. Signatures are not verified.
    pub fn of_checkpoints(one: SignedCheckpoint, other: SignedCheckpoint) -> Result<Self, EquivocationError> {
        let (first, second) = (one.checkpoint(), other.checkpoint());
        origins(&one, &other)?;
        let sizes = (first.size().get(), second.size().get());
        if sizes.0 != sizes.1 {
            let (first, second) = sizes;
            return Err(EquivocationError::Sizes { first, second });
        }
        if first.root() == second.root() {
            return Err(EquivocationError::Agree);
        }
        let mut parts = Box::new([one, other]);
        parts.sort_by_key(ToString::to_string);
        Ok(Self(EquivocationKind::Checkpoints(parts)))
    }

    /// The contradiction between proofs that two entries are at one index.
    ///
    /// # Errors
    /// They are of different logs or indices, or about one entry. Nothing is verified.
    pub fn of_entries(
        one: (LeafHash, TlogProof),
        other: (LeafHash, TlogProof),
    ) -> Result<Self, EquivocationError> {
        origins(one.1.checkpoint(), other.1.checkpoint())?;
        let index = |(_, proof): &(LeafHash, TlogProof)| proof.inclusion().index().get();
        let (first, second) = (index(&one), index(&other));
        if first != second {
            return Err(EquivocationError::Indices { first, second });
        }
        if one.0 == other.0 {
            return Err(EquivocationError::Agree);
        }
        let mut parts = Box::new([one, other]);
        parts.sort_by_key(|(_, proof)| proof.to_string());
        Ok(Self(EquivocationKind::Entries(parts)))
    }

    /// Shows that the log with this key contradicts itself.
    ///
    /// # Errors
    /// It did not sign both, or an entry is not in the tree of its proof.
    pub fn verify(&self, log: &Vkey) -> Result<(), EquivocationError> {
        match &self.0 {
            EquivocationKind::Checkpoints(parts) => {
                for signed in parts.iter() {
                    signed.verify(log)?;
                }
            }
            EquivocationKind::Entries(parts) => {
                for (leaf, proof) in parts.iter() {
                    let checkpoint = proof.checkpoint().verify(log)?;
                    proof.inclusion().verify(leaf, checkpoint.root())?;
                }
            }
        }
        Ok(())
    }

    /// The two checkpoints.
    #[must_use]
    pub fn checkpoints(&self) -> [&SignedCheckpoint; 2] {
        match &self.0 {
            EquivocationKind::Checkpoints(parts) => parts.each_ref(),
            EquivocationKind::Entries(parts) => parts.each_ref().map(|(_, proof)| proof.checkpoint()),
        }
    }

    /// What contradicts what, in one sentence without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let [first, second] = self.checkpoints().map(SignedCheckpoint::checkpoint);
        match &self.0 {
            EquivocationKind::Checkpoints(_) => format!(
                "{} signed two roots of size {}: {} and {}",
                first.origin(),
                first.size(),
                first.root(),
                second.root()
            ),
            EquivocationKind::Entries(parts) => {
                let [(one, proof), (other, _)] = parts.as_ref();
                let index = proof.inclusion().index();
                format!(
                    "{} has two entries at index {index}: {one} and {other}",
                    first.origin()
                )
            }
        }
    }

    /// Reads a proof. What parses encodes to the same bytes; signatures are not verified.
    ///
    /// # Errors
    /// Anything that departs from the format, and parts that are no contradiction.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseEquivocationError> {
        let got = bytes.len();
        if got > MAX_EQUIVOCATION_BYTES {
            return Err(ParseEquivocationError::Size { got });
        }
        let (first, rest) = line(bytes)?;
        if first != FIRST_LINE {
            let want = "the first line «urn:prova:equivocation:1»";
            return Err(ParseEquivocationError::Line { want });
        }
        let (kind, rest) = line(rest)?;
        let (one, rest) = part("first ", rest)?;
        let (other, rest) = part("second ", rest)?;
        if !rest.is_empty() {
            return Err(ParseEquivocationError::NotCanonical);
        }
        let read = if kind == "checkpoints" {
            Self::of_checkpoints(SignedCheckpoint::parse(one)?, SignedCheckpoint::parse(other)?)?
        } else {
            let leaves = kind
                .strip_prefix("entries ")
                .and_then(|leaves| leaves.split_once(' '));
            let leaves = leaves.and_then(|(one, other)| Some((leaf(one)?, leaf(other)?)));
            let want = "the second line «checkpoints», or «entries» and two leaf hashes in base64";
            let leaves = leaves.ok_or(ParseEquivocationError::Line { want })?;
            Self::of_entries(
                (leaves.0, TlogProof::parse(one)?),
                (leaves.1, TlogProof::parse(other)?),
            )?
        };
        if read.to_string().as_bytes() == bytes {
            Ok(read)
        } else {
            Err(ParseEquivocationError::NotCanonical)
        }
    }
}

fn origins(one: &SignedCheckpoint, other: &SignedCheckpoint) -> Result<(), EquivocationError> {
    let (first, second) = (one.checkpoint().origin(), other.checkpoint().origin());
    if first == second {
        return Ok(());
    }
    Err(EquivocationError::Origins {
        first: first.to_string(),
        second: second.to_string(),
    })
}

fn line(bytes: &[u8]) -> Result<(&str, &[u8]), ParseEquivocationError> {
    let want = "a line of UTF-8 that ends in a line feed";
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end
        .and_then(|end| bytes.split_at_checked(end))
        .ok_or(ParseEquivocationError::Line { want })?;
    let line = std::str::from_utf8(line).map_err(|_| ParseEquivocationError::Line { want })?;
    Ok((line, rest.strip_prefix(b"\n").unwrap_or_default()))
}

fn part<'a>(name: &str, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), ParseEquivocationError> {
    let want = "a line «first» or «second» with the number of bytes that follow";
    let (line, rest) = line(bytes)?;
    let length = line.strip_prefix(name).and_then(decimal::parse::<usize>);
    let split = length.and_then(|length| rest.split_at_checked(length));
    split.ok_or(ParseEquivocationError::Line { want })
}

fn leaf(text: &str) -> Option<LeafHash> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(LeafHash::from_bytes(bytes.try_into().ok()?))
}

impl fmt::Display for Equivocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, parts) = match &self.0 {
            EquivocationKind::Checkpoints(parts) => (
                "checkpoints".to_owned(),
                parts.each_ref().map(ToString::to_string),
            ),
            EquivocationKind::Entries(parts) => {
                let [one, other] = parts.each_ref().map(|(leaf, _)| STANDARD.encode(leaf.as_bytes()));
                let parts = parts.each_ref().map(|(_, proof)| proof.to_string());
                (format!("entries {one} {other}"), parts)
            }
        };
        let [one, other] = parts;
        write!(
            f,
            "{FIRST_LINE}\n{kind}\nfirst {}\n{one}second {}\n{other}",
            one.len(),
            other.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hash::NodeHash,
        log::{Checkpoint, SignatureType, merkle::InclusionProof},
        position::{EntryIndex, TreeSize},
        tests::scene::key,
    };

    fn public(name: &str) -> ed25519_dalek::VerifyingKey {
        ed25519_dalek::VerifyingKey::from_bytes(key(name).public().as_bytes()).unwrap()
    }

    fn signed(by: &str, size: u64, root: NodeHash) -> SignedCheckpoint {
        let origin = "scene.example/ledger".parse().unwrap();
        let checkpoint = Checkpoint::new(origin, TreeSize::new(size), root).unwrap();
        SignedCheckpoint::sign(checkpoint, &public(by), |message| {
            ed25519_dalek::Signature::from_bytes(key(by).sign(message).as_bytes())
        })
        .unwrap()
    }

    fn vkey() -> Vkey {
        Vkey::new(
            "scene.example/ledger".parse().unwrap(),
            SignatureType::Ed25519,
            public("log"),
        )
    }

    fn root(byte: u8) -> NodeHash {
        NodeHash::from_bytes([byte; 32])
    }

    fn proof(leaf: LeafHash, beside: u8) -> TlogProof {
        let tree = NodeHash::of_children(&leaf.into(), &root(beside));
        let path = InclusionProof::new(EntryIndex::new(0), TreeSize::new(2), vec![root(beside)]).unwrap();
        TlogProof::new(path, signed("log", 2, tree)).unwrap()
    }

    #[test]
    fn two_roots_of_one_size_convict_the_log() {
        let (one, other) = (signed("log", 7, root(1)), signed("log", 7, root(2)));
        let proof = Equivocation::of_checkpoints(one.clone(), other.clone()).unwrap();
        assert_eq!(
            Equivocation::of_checkpoints(other.clone(), one.clone()),
            Ok(proof.clone())
        );
        assert_eq!(proof.verify(&vkey()), Ok(()));
        assert_eq!(
            Equivocation::parse(proof.to_string().as_bytes()),
            Ok(proof.clone())
        );
        assert!(
            proof.sentence().contains("two roots of size 7"),
            "{}",
            proof.sentence()
        );
        assert_eq!(
            Equivocation::of_checkpoints(one.clone(), one.clone()),
            Err(EquivocationError::Agree)
        );
        assert_eq!(
            Equivocation::of_checkpoints(one.clone(), signed("log", 8, root(2))),
            Err(EquivocationError::Sizes { first: 7, second: 8 })
        );
        let framed = Equivocation::of_checkpoints(one, signed("nordlys", 7, root(2))).unwrap();
        assert!(matches!(
            framed.verify(&vkey()),
            Err(EquivocationError::Checkpoint(_))
        ));
    }

    #[test]
    fn two_entries_at_one_index_convict_the_log() {
        let (a, b) = (LeafHash::of_entry(b"a"), LeafHash::of_entry(b"b"));
        let proved = Equivocation::of_entries((a, proof(a, 1)), (b, proof(b, 1))).unwrap();
        assert_eq!(proved.verify(&vkey()), Ok(()));
        assert_eq!(
            Equivocation::parse(proved.to_string().as_bytes()),
            Ok(proved.clone())
        );
        assert!(proved.sentence().contains("two entries at index 0"));
        assert_eq!(
            Equivocation::of_entries((a, proof(a, 1)), (a, proof(a, 2))),
            Err(EquivocationError::Agree)
        );
        let lie = Equivocation::of_entries((a, proof(a, 1)), (b, proof(a, 2))).unwrap();
        assert!(matches!(
            lie.verify(&vkey()),
            Err(EquivocationError::Inclusion(_))
        ));
    }

    #[test]
    fn every_flip_and_cut_of_a_proof_is_refused_or_shows_nothing() {
        let (one, other) = (signed("log", 7, root(1)), signed("log", 7, root(2)));
        let text = Equivocation::of_checkpoints(one, other)
            .unwrap()
            .to_string()
            .into_bytes();
        let holds =
            |bytes: &[u8]| Equivocation::parse(bytes).is_ok_and(|proof| proof.verify(&vkey()).is_ok());
        assert!(holds(&text));
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!holds(&flipped), "bit {bit}");
        }
        for length in 0..text.len() {
            assert!(!holds(&text[..length]), "{length} bytes");
        }
        assert!(!holds(&[text.as_slice(), b"\n"].concat()));
    }
}
