use curve25519_dalek::{Scalar, traits::Identity as _};
use proptest::prelude::*;

use super::*;
use crate::{
    hex,
    key::{
        SecretKey,
        signature::tests::{SMALL_ORDER, crafted, non_canonical_encodings, point, secret, with_unreduced_s},
        verify_audit,
    },
};

/// What is wrong with a signature of the mixture, if anything.
#[derive(Clone, Debug)]
enum Kind {
    Good,
    Flipped { bit: usize },
    AnotherMessage,
    SmallOrderPart { torsion: usize, nonce: u64 },
    OtherEncodingOfR { encoding: usize },
    UnreducedS,
    Noise { bytes: Vec<u8> },
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::Good),
        1 => (0..512_usize).prop_map(|bit| Kind::Flipped { bit }),
        1 => Just(Kind::AnotherMessage),
        3 => (0..8_usize, 0..3_u64).prop_map(|(torsion, nonce)| Kind::SmallOrderPart { torsion, nonce }),
        1 => (0..40_usize).prop_map(|encoding| Kind::OtherEncodingOfR { encoding }),
        1 => Just(Kind::UnreducedS),
        1 => proptest::collection::vec(any::<u8>(), 64).prop_map(|bytes| Kind::Noise { bytes }),
    ]
}

fn signature(seed: u8, message: &[u8], kind: &Kind) -> Signature {
    let good = secret(seed).sign(message);
    match kind {
        Kind::Good => good,
        Kind::Flipped { bit } => {
            let mut bytes = *good.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            Signature::from_bytes(bytes)
        }
        Kind::AnotherMessage => secret(seed).sign(b"another"),
        Kind::SmallOrderPart { torsion, nonce } => {
            let torsion = point(&hex::decode(SMALL_ORDER[*torsion]).unwrap()).unwrap();
            crafted(seed, message, *nonce, torsion, |r| r.compress().to_bytes())
        }
        Kind::OtherEncodingOfR { encoding } => {
            let encoding = non_canonical_encodings()[*encoding];
            let extra = point(&encoding).unwrap_or_else(curve25519_dalek::EdwardsPoint::identity);
            crafted(seed, message, 0, extra, |_| encoding)
        }
        Kind::UnreducedS => with_unreduced_s(&good),
        Kind::Noise { bytes } => Signature::try_from(bytes.as_slice()).unwrap(),
    }
}

proptest! {
    #[test]
    fn a_batch_gives_the_verdicts_of_single_verification(
        items in proptest::collection::vec((0..3_u8, proptest::collection::vec(any::<u8>(), 0..40), kind()), 0..24)
    ) {
        let mut batch = Batch::new();
        let mut bad = Vec::new();
        for (position, (seed, message, kind)) in items.iter().enumerate() {
            let key = secret(*seed).public();
            let signature = signature(*seed, message, kind);
            if verify_audit(&key, message, &signature).is_err() {
                bad.push(position);
            }
            batch.push(&key, message, &signature);
        }
        prop_assert_eq!(batch.len(), items.len());
        let want = if bad.is_empty() { Ok(()) } else { Err(BadSignatures { positions: bad }) };
        prop_assert_eq!(batch.verify(), want);
    }
}

fn batch_of(items: &[(&SecretKey, &[u8], Signature)]) -> Result<(), BadSignatures> {
    let mut batch = Batch::new();
    for (key, message, signature) in items {
        batch.push(&key.public(), message, signature);
    }
    batch.verify()
}

#[test]
fn parts_of_small_order_alone_never_fail_a_batch() {
    // Without the cofactor, each of these would fail for some coefficients and pass for others.
    for torsion in SMALL_ORDER {
        let torsion = point(&hex::decode(torsion).unwrap()).unwrap();
        for nonce in 0..8 {
            let signature = crafted(1, b"message", nonce, torsion, |r| r.compress().to_bytes());
            assert_eq!(batch_of(&[(&secret(1), b"message", signature)]), Ok(()));
        }
    }
}

#[test]
fn the_positions_of_bad_signatures_are_named() {
    let (alice, bob) = (secret(1), secret(2));
    let good = |key: &SecretKey| key.sign(b"message");
    let noise = Signature::from_bytes([0xff; 64]);
    let result = batch_of(&[
        (&alice, b"message", good(&alice)),
        (&bob, b"message", good(&alice)),
        (&bob, b"message", good(&bob)),
        (&alice, b"messagf", good(&alice)),
        (&alice, b"message", noise),
        (&bob, b"message", good(&bob)),
    ]);
    assert_eq!(
        result,
        Err(BadSignatures {
            positions: vec![1, 3, 4]
        })
    );
}

#[test]
fn errors_that_cancel_each_other_are_found() {
    let key = secret(1);
    let shifted = |message: &[u8], by: Scalar| {
        let mut bytes = *key.sign(message).as_bytes();
        let s: [u8; 32] = bytes[32..].try_into().unwrap();
        let s = Scalar::from_canonical_bytes(s).unwrap() + by;
        bytes[32..].copy_from_slice(s.as_bytes());
        Signature::from_bytes(bytes)
    };
    let result = batch_of(&[
        (&key, b"one", shifted(b"one", Scalar::ONE)),
        (&key, b"two", shifted(b"two", -Scalar::ONE)),
    ]);
    assert_eq!(
        result,
        Err(BadSignatures {
            positions: vec![0, 1]
        })
    );
}

#[test]
fn a_batch_without_signatures_holds() {
    assert_eq!(Batch::new().verify(), Ok(()));
    assert!(Batch::new().is_empty());
}

#[test]
fn the_coefficients_depend_on_every_message_key_and_signature() {
    let (alice, bob) = (secret(1), secret(2));
    let one = alice.sign(b"one");
    let variants: [&[(&SecretKey, &[u8], Signature)]; 5] = [
        &[(&alice, b"one", one)],
        &[(&alice, b"two", one)],
        &[(&bob, b"one", one)],
        &[(&alice, b"one", bob.sign(b"one"))],
        &[(&alice, b"one", one), (&alice, b"one", one)],
    ];
    let streams: std::collections::BTreeSet<[u8; 96]> = variants
        .iter()
        .map(|items| {
            let mut batch = Batch::new();
            for (key, message, signature) in *items {
                batch.push(&key.public(), message, signature);
            }
            Coefficients::new(batch.seed.finalize().into()).next_bytes()
        })
        .collect();
    assert_eq!(streams.len(), 5);
    let stream = streams.first().unwrap();
    assert_ne!(stream[..32], stream[32..64]);
    assert_ne!(stream[32..64], stream[64..]);
}
