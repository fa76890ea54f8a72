use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::log::{
    ParseCheckpointError, SignatureType, Vkey,
    merkle::{HashSource, Tile, Tree},
};

struct OneTile(Vec<NodeHash>);

impl HashSource for OneTile {
    type Error = std::convert::Infallible;
    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, Self::Error> {
        assert_eq!(tile.level().get(), 0);
        Ok(self.0.clone())
    }
}

fn leaf(index: u8) -> LeafHash {
    LeafHash::of_entry(&[index])
}

/// The proof of entry `index` of a log of eleven entries, and a policy that accepts the log.
fn proof(index: u8) -> (TlogProof, Policy) {
    let tree = Tree::new(
        OneTile((0..11).map(|index| leaf(index).into()).collect()),
        TreeSize::new(11),
    );
    let key = SigningKey::from_bytes(&[5; 32]);
    let origin: crate::id::Origin = "ledger.example/p".parse().unwrap();
    let vkey = Vkey::new(
        origin.as_key_name().clone(),
        SignatureType::Ed25519,
        key.verifying_key(),
    );
    let checkpoint = Checkpoint::new(origin, tree.size(), tree.root().unwrap()).unwrap();
    let signed =
        SignedCheckpoint::sign(checkpoint, &key.verifying_key(), |message| key.sign(message)).unwrap();
    let inclusion = tree.prove_inclusion(EntryIndex::new(u64::from(index))).unwrap();
    let policy = Policy::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap();
    (TlogProof::new(inclusion, signed).unwrap(), policy)
}

#[test]
fn a_proof_reads_as_it_is_written_and_verifies() {
    for index in 0..11 {
        let (proof, policy) = proof(index);
        for extra in [&b""[..], b"x", &vec![0; MAX_EXTRA_BYTES]] {
            let proof = proof.clone().with_extra(extra.to_vec()).unwrap();
            let text = proof.to_string();
            assert_eq!(TlogProof::parse(text.as_bytes()), Ok(proof.clone()));
            let verified = proof.verify(&leaf(index), &policy).unwrap();
            assert_eq!(verified.index(), EntryIndex::new(u64::from(index)));
            assert_eq!(verified.checkpoint().size(), TreeSize::new(11));
            assert_eq!((verified.leaf(), proof.extra()), (&leaf(index), extra));
        }
        let text = proof.to_string();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(lines.next(), Some(format!("index {index}").as_str()));
    }
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_proof_is_refused() {
    let (proof, policy) = proof(6);
    let bytes = proof.to_string().into_bytes();
    for end in 0..bytes.len() {
        assert!(TlogProof::parse(&bytes[..end]).is_err(), "{end}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let accepted = TlogProof::parse(&changed).is_ok_and(|proof| proof.verify(&leaf(6), &policy).is_ok());
        assert!(!accepted, "bit {bit}");
    }
}

#[test]
fn another_entry_and_another_policy_are_refused() {
    let (proof, policy) = proof(6);
    assert!(matches!(
        proof.verify(&leaf(7), &policy),
        Err(VerifyProofError::Inclusion(InclusionError::Root { .. }))
    ));
    let nobody = Policy::parse(b"quorum none\n").unwrap();
    assert!(matches!(
        proof.verify(&leaf(6), &nobody),
        Err(VerifyProofError::Policy(
            RefusedByPolicyError::LogNotListed { .. }
        ))
    ));
}

#[test]
fn other_bytes_are_no_proof() {
    let text = proof(6).0.to_string();
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from));
        TlogProof::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err()
    };
    let (index, size) = (EntryIndex::new(6), TreeSize::new(11));
    for (from, to, want) in [
        ("@v1", "@v2", ParseProofError::FirstLine),
        ("c2sp", "\nc2sp", ParseProofError::FirstLine),
        ("@v1\n", "@v1\r\n", ParseProofError::FirstLine),
        ("index 6", "index 06", ParseProofError::Index { line: 2 }),
        ("index 6", "index  6", ParseProofError::Index { line: 2 }),
        ("index 6\n", "", ParseProofError::Index { line: 2 }),
        ("index 6", "extra YQ==", ParseProofError::Index { line: 3 }),
        (
            "index",
            "extra YQ==\nextra YQ==\nindex",
            ParseProofError::Index { line: 3 },
        ),
        ("index", "extra \nindex", ParseProofError::Extra { line: 2 }),
        ("index", "extra YR==\nindex", ParseProofError::Extra { line: 2 }),
        ("index 6\n", "index 6\nAAAA\n", ParseProofError::Hash { line: 3 }),
        ("index 6\n", "\nindex 6\n", ParseProofError::Index { line: 2 }),
        (
            "index 6\n",
            "index 11\n",
            ParseProofError::Inclusion(InclusionError::NotInTree {
                index: EntryIndex::new(11),
                size,
            }),
        ),
    ] {
        assert_eq!(refused(from, to), want, "{to:?}");
    }
    let hash = text.lines().nth(2).unwrap();
    let doubled = ParseProofError::Inclusion(InclusionError::PathLength {
        index,
        size,
        got: 5,
        want: 4,
    });
    assert_eq!(refused(hash, &format!("{hash}\n{hash}")), doubled);
    assert_eq!(
        TlogProof::parse(b"\xff\n\n"),
        Err(ParseProofError::Utf8 { offset: 0 })
    );
    assert_eq!(TlogProof::parse(b""), Err(ParseProofError::NoEmptyLine));
    let size_line = refused("ledger.example/p\n11", "ledger.example/p\n011");
    let want = ParseCheckpointError::Size {
        got: "011".to_owned(),
    };
    assert_eq!(
        size_line,
        ParseProofError::Checkpoint(ParseSignedCheckpointError::Checkpoint(want))
    );
}

#[test]
fn parts_about_different_trees_make_no_proof() {
    let (proof, _) = proof(6);
    let other = InclusionProof::new(EntryIndex::new(0), TreeSize::new(1), Vec::new()).unwrap();
    let want = AssembleProofError::Size {
        got: TreeSize::new(1),
        want: TreeSize::new(11),
    };
    assert_eq!(TlogProof::new(other, proof.checkpoint().clone()), Err(want));
    let got = MAX_EXTRA_BYTES + 1;
    assert_eq!(
        proof.with_extra(vec![0; got]),
        Err(AssembleProofError::Extra { got })
    );
}
