//! COSE receipts (RFC 9942) of the tree that checkpoints sign, with verifiable data structure 1, `RFC9162_SHA256`.
//!
//! ```text
//! receipt     = 18([protected, unprotected, nil, signature])              COSE_Sign1 (RFC 9052 §4.2); the detached payload is the tree's root
//! protected   = {1: -8, 4: key id, 15: {1: "ledger:<origin>", 2: subject}, 395: 1}     alg EdDSA, kid, CWT claims iss and sub, vds
//! unprotected = {396: {-1: [<<[size, index, [hash, …]]>>]}}               vdp: one inclusion proof, hashes lowest first
//! ```
//! The entry, which is the leaf, is not a COSE message but a DSSE envelope; RFC 9942 leaves open what the leaves are. Maps are in the order of RFC 8949
//! §4.2.1, and Ed25519 is deterministic, so a receipt is a function of entry, tree and key. What is signed begins with bytes `84 6a`, which no
//! checkpoint does, as it is UTF-8: no receipt passes for a checkpoint, or the other way round.

use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable as _, cbor::value::Value, iana};
use prova_core::{
    hash::LeafHash,
    id::SubjectId,
    key::SecretKey,
    log::{
        Checkpoint,
        merkle::{InclusionError, InclusionProof},
    },
    position::TreeSize,
};

/// Header parameter for claims about a token (RFC 9597 §2).
const CWT_CLAIMS: i64 = 15;
/// Header parameter that names the verifiable data structure (RFC 9942 §4).
const VDS: i64 = 395;
/// Header parameter for proofs (RFC 9942 §4).
const VDP: i64 = 396;
/// The verifiable data structure of RFC 9162 with SHA-256 (RFC 9942 §5).
const RFC9162_SHA256: i64 = 1;
/// Proofs of inclusion (RFC 9942 §5.2).
const INCLUSION: i64 = -1;
/// Claims (RFC 8392 §3.1).
const ISS: i64 = 1;
/// See [`ISS`].
const SUB: i64 = 2;

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The proof is for another tree than the checkpoint's.
    #[error("the inclusion proof is for a tree of size {got}, want {want} as the checkpoint signs")]
    Size {
        /// Size of the proof's tree.
        got: TreeSize,
        /// Size of the checkpoint's tree.
        want: TreeSize,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// The tree has one leaf: the format wants at least one hash in a path (RFC 9942 §5.2).
    #[error(
        "a tree of one entry has no receipt, as its proof has no hash; want a ledger of two entries at least"
    )]
    OneLeaf,
    /// It cannot be encoded.
    #[error("the receipt cannot be encoded: {0}")]
    Encode(coset::CoseError),
}

/// The receipt of an entry in the tree of a checkpoint, signed with the ledger's key.
///
/// `subject` is what the entry's statement is about, its first subject where there are several. The proof is verified first: a receipt that does not
/// hold is never signed.
///
/// # Errors
/// See [`ReceiptError`].
pub fn receipt(
    leaf: &LeafHash,
    subject: &SubjectId,
    inclusion: &InclusionProof,
    checkpoint: &Checkpoint,
    key: &SecretKey,
) -> Result<Vec<u8>, ReceiptError> {
    let (got, want) = (inclusion.size(), checkpoint.size());
    if got != want {
        return Err(ReceiptError::Size { got, want });
    }
    inclusion.verify(leaf, checkpoint.root())?;
    if inclusion.path().is_empty() {
        return Err(ReceiptError::OneLeaf);
    }
    let claims = Value::Map(vec![
        (ISS.into(), format!("ledger:{}", checkpoint.origin()).into()),
        (SUB.into(), subject.to_string().into()),
    ]);
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(key.public().key_id().as_bytes().to_vec())
        .value(CWT_CLAIMS, claims)
        .value(VDS, RFC9162_SHA256.into())
        .build();
    let proofs = Value::Array(vec![Value::Bytes(proof(inclusion)?)]);
    let unprotected = HeaderBuilder::new()
        .value(VDP, Value::Map(vec![(INCLUSION.into(), proofs)]))
        .build();
    CoseSign1Builder::new()
        .protected(protected)
        .unprotected(unprotected)
        .create_detached_signature(checkpoint.root().as_bytes(), b"", |message| {
            key.sign(message).as_bytes().to_vec()
        })
        .build()
        .to_tagged_vec()
        .map_err(ReceiptError::Encode)
}

/// `[tree-size, leaf-index, inclusion-path]` (RFC 9942 §5.2).
fn proof(inclusion: &InclusionProof) -> Result<Vec<u8>, ReceiptError> {
    let path = inclusion.path().iter();
    let path = path.map(|hash| Value::Bytes(hash.as_bytes().to_vec())).collect();
    let proof = Value::Array(vec![
        inclusion.size().get().into(),
        inclusion.index().get().into(),
        Value::Array(path),
    ]);
    coset::AsCborValue::to_cbor_value(proof)
        .and_then(coset::CborSerializable::to_vec)
        .map_err(ReceiptError::Encode)
}

#[cfg(test)]
mod tests {
    use coset::CoseSign1;
    use prova_core::{
        hash::NodeHash,
        hex,
        key::{Signature, published_test_key, verify_admission},
        position::EntryIndex,
    };

    use super::*;

    const ENTRIES: [&[u8]; 3] = [b"first", b"second", b"third"];

    fn leaves() -> [LeafHash; 3] {
        ENTRIES.map(LeafHash::of_entry)
    }

    fn root() -> NodeHash {
        let [one, two, three] = leaves().map(NodeHash::from);
        NodeHash::of_children(&NodeHash::of_children(&one, &two), &three)
    }

    fn checkpoint(size: u64, root: NodeHash) -> Checkpoint {
        let origin = "ledger.example/2026".parse().unwrap();
        Checkpoint::new(origin, TreeSize::new(size), root).unwrap()
    }

    fn subject() -> SubjectId {
        "unit:dns:nordlys.example/AAU-3900/SN1".parse().unwrap()
    }

    fn second() -> InclusionProof {
        let [one, _, three] = leaves().map(NodeHash::from);
        InclusionProof::new(EntryIndex::new(1), TreeSize::new(3), vec![one, three]).unwrap()
    }

    fn made() -> Vec<u8> {
        let key = published_test_key("log").unwrap();
        receipt(&leaves()[1], &subject(), &second(), &checkpoint(3, root()), &key).unwrap()
    }

    /// Whether the log key signed these bytes over the root.
    fn holds(bytes: &[u8], root: &NodeHash) -> bool {
        let key = published_test_key("log").unwrap().public();
        CoseSign1::from_tagged_slice(bytes).is_ok_and(|read| {
            read.verify_detached_signature(root.as_bytes(), b"", |signature, message| {
                let signature = Signature::try_from(signature).map_err(drop)?;
                verify_admission(&key, message, &signature).map_err(drop)
            })
            .is_ok()
        })
    }

    #[test]
    fn a_receipt_is_these_bytes() {
        let bytes = made();
        assert_eq!(bytes, made());
        let [one, _, three] = leaves();
        let kid = published_test_key("log").unwrap().public().key_id();
        let (before, signature) = bytes.split_at(bytes.len() - 64);
        let text = |text: &str| hex::encode(text.as_bytes());
        let wanted = [
            "d2845871a4".to_owned(),
            "0127".to_owned(),
            format!("045820{kid}"),
            format!(
                "0fa201781a{}027825{}",
                text("ledger:ledger.example/2026"),
                text("unit:dns:nordlys.example/AAU-3900/SN1")
            ),
            "19018b01".to_owned(),
            format!("a119018ca120815848830301825820{one}5820{three}"),
            "f65840".to_owned(),
        ]
        .concat();
        assert_eq!(hex::encode(before), wanted);
        assert_eq!(signature.len(), 64);
        assert!(holds(&bytes, &root()));
    }

    #[test]
    fn no_other_bytes_are_the_receipt_and_no_other_root_is_its_own() {
        let bytes = made();
        assert!(!holds(&bytes, &NodeHash::from(leaves()[0])));
        let signed = bytes.len() - 64;
        let protected = 3..bytes.windows(2).position(|pair| pair == [0xa1, 0x19]).unwrap();
        for at in protected.chain(signed..bytes.len()) {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(!holds(&flipped, &root()), "bit {bit} of byte {at}");
            }
        }
        for cut in 0..bytes.len() {
            assert!(!holds(&bytes[..cut], &root()), "cut at {cut}");
        }
    }

    #[test]
    fn what_does_not_hold_gets_no_receipt() {
        let key = published_test_key("log").unwrap();
        let refused = |leaf: &LeafHash, proof: &InclusionProof, checkpoint: &Checkpoint| {
            receipt(leaf, &subject(), proof, checkpoint, &key)
                .unwrap_err()
                .to_string()
        };
        let sound = checkpoint(3, root());
        assert_eq!(
            refused(&leaves()[0], &second(), &sound).split(',').next(),
            Some(format!("entry 1 leads to root {}", wrong_root()).as_str())
        );
        assert_eq!(
            refused(&leaves()[1], &second(), &checkpoint(4, root())),
            "the inclusion proof is for a tree of size 3, want 4 as the checkpoint signs"
        );
        let one = InclusionProof::new(EntryIndex::new(0), TreeSize::new(1), Vec::new()).unwrap();
        assert_eq!(
            refused(&leaves()[0], &one, &checkpoint(1, NodeHash::from(leaves()[0]))),
            "a tree of one entry has no receipt, as its proof has no hash; want a ledger of two entries at least"
        );
    }

    fn wrong_root() -> NodeHash {
        let [one, _, three] = leaves().map(NodeHash::from);
        NodeHash::of_children(&NodeHash::of_children(&one, &one), &three)
    }

    #[test]
    fn the_receipt_in_the_format_document_is_right() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/FORMAT.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let block = |fence: &str| {
            let (_, after) = page.split_once(&format!("```{fence}\n")).unwrap();
            after.split_once("```").unwrap().0.to_owned()
        };
        let entry = block("example entry");
        let leaf = LeafHash::of_entry(entry.trim_end().as_bytes());
        let sibling = NodeHash::from(leaf);
        let root = NodeHash::of_children(&sibling, &sibling);
        let proof = InclusionProof::new(EntryIndex::new(1), TreeSize::new(2), vec![sibling]).unwrap();
        let subject = "unit:dns:nordlys.example/AAU-3900/SN0017".parse().unwrap();
        let key = published_test_key("log").unwrap();
        let made = receipt(&leaf, &subject, &proof, &checkpoint(2, root), &key).unwrap();
        let vector = "vector cose-receipt";
        if std::env::var_os("PROVA_WRITE_EXAMPLES").is_some() {
            let (before, after) = page.split_once(&format!("```{vector}\n")).unwrap();
            let (_, after) = after.split_once("```").unwrap();
            let written = format!("{before}```{vector}\n{}\n```{after}", hex::encode(&made));
            std::fs::write(&path, written).unwrap();
            return;
        }
        assert_eq!(block(vector), format!("{}\n", hex::encode(&made)));
        assert!(holds(&made, &root));
    }
}
