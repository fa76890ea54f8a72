//! Random and malformed signatures in batches: what is found alone is found in company, by position.

use std::collections::BTreeMap;

use curve25519_dalek::{Scalar, edwards::EdwardsPoint};
use proptest::prelude::*;
use prova_core::key::{
    BadSignatures, Batch, PublicKey, SecretKey, Signature, verify_admission, verify_audit,
};

use crate::{
    count,
    craft::{Crafted, Stream, sign, small_order, small_order_otherwise_encoded, with_multiple_of_l},
    reference::{Judgement, L, judge, verdict},
};

/// What is done to a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Good,
    FlippedSignature,
    FlippedMessage,
    AnotherKey,
    HalvesSwapped,
    PartOfSmallOrder,
    SmallOrder,
    OtherEncoding,
    SBeyondL,
    SNegated,
    SZero,
    SIsL,
    TwoTogether,
    Noise,
    NoiseBelowL,
    Constant,
}

const KINDS: [Kind; 16] = [
    Kind::Good,
    Kind::FlippedSignature,
    Kind::FlippedMessage,
    Kind::AnotherKey,
    Kind::HalvesSwapped,
    Kind::PartOfSmallOrder,
    Kind::SmallOrder,
    Kind::OtherEncoding,
    Kind::SBeyondL,
    Kind::SNegated,
    Kind::SZero,
    Kind::SIsL,
    Kind::TwoTogether,
    Kind::Noise,
    Kind::NoiseBelowL,
    Kind::Constant,
];

/// A key, a message, a signature.
#[derive(Clone, Debug)]
struct Item {
    key: [u8; 32],
    message: Vec<u8>,
    signature: [u8; 64],
}

/// One of five keys: few, so that a batch holds several signatures of each.
fn key(choice: usize) -> Crafted {
    Crafted::new(
        Stream::new(["a", "b", "c", "d", "e"][choice % 5]).scalar(),
        EdwardsPoint::default(),
    )
}

fn item(kind: Kind, stream: &mut Stream) -> Item {
    let choice = stream.below(5);
    let signer = key(choice);
    // Around the block of SHA-512, and up to the size of a usual entry.
    let length = match stream.below(8) {
        0 => 1 + stream.below(1_024),
        1 => 1 + stream.below(128),
        _ => 1 + stream.below(32),
    };
    let mut message = stream.bytes(length);
    let torsion = small_order()[1 + stream.below(7)];
    let nonce = Crafted::new(stream.scalar(), EdwardsPoint::default());
    let good = sign(&signer, &nonce, &message);
    let mut signature = good;
    match kind {
        Kind::Good => {}
        Kind::FlippedSignature => signature[stream.below(64)] ^= 1 << stream.below(8),
        Kind::FlippedMessage => message[stream.below(length)] ^= 1 << stream.below(8),
        Kind::AnotherKey => {
            return Item {
                key: key(choice + 1).encoding,
                message,
                signature,
            };
        }
        Kind::HalvesSwapped => signature.rotate_left(32),
        Kind::PartOfSmallOrder => signature = sign(&signer, &Crafted::new(nonce.scalar, torsion), &message),
        Kind::SmallOrder => signature = sign(&signer, &Crafted::new(Scalar::ZERO, torsion), &message),
        Kind::OtherEncoding => {
            let others = small_order_otherwise_encoded();
            signature = sign(&signer, &others[stream.below(others.len())], &message);
        }
        Kind::SBeyondL => signature = with_multiple_of_l(&good, 1 + stream.below(14)).unwrap_or(good),
        Kind::SNegated => {
            let s = Scalar::from_canonical_bytes(good[32..].try_into().unwrap()).unwrap();
            signature[32..].copy_from_slice((-s).as_bytes());
        }
        Kind::SZero => signature[32..].fill(0),
        Kind::SIsL => signature[32..].copy_from_slice(&L),
        Kind::TwoTogether => {
            let other = sign(
                &signer,
                &Crafted::new(stream.scalar(), EdwardsPoint::default()),
                &message,
            );
            signature[32..].copy_from_slice(&other[32..]);
        }
        Kind::Noise => signature.copy_from_slice(&stream.bytes(64)),
        Kind::NoiseBelowL => signature[32..].copy_from_slice(stream.scalar().as_bytes()),
        Kind::Constant => signature.fill([0, 1, 0x7f, 0x80, 0xff][stream.below(5)]),
    }
    Item {
        key: signer.encoding,
        message,
        signature,
    }
}

/// The positions that single verification refuses, and those that the batch names.
fn positions(items: &[Item]) -> (Vec<usize>, Vec<usize>) {
    let mut batch = Batch::new();
    let mut alone = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let key = PublicKey::from_bytes(&item.key).unwrap();
        let signature = Signature::from_bytes(item.signature);
        if verify_audit(&key, &item.message, &signature).is_err() {
            alone.push(position);
        }
        batch.push(&key, &item.message, &signature);
    }
    assert_eq!(batch.len(), items.len());
    let together = match batch.verify() {
        Ok(()) => Vec::new(),
        Err(BadSignatures { positions }) => positions,
    };
    (alone, together)
}

#[test]
fn ten_thousand_random_and_malformed_signatures_are_judged_alike_by_all() {
    let mut stream = Stream::new("ten thousand");
    let mut verdicts: BTreeMap<Kind, BTreeMap<Judgement, usize>> = BTreeMap::new();
    let mut remaining = 10_000;
    let (mut batches, mut refused, mut whole) = (0, 0, 0);
    while remaining > 0 {
        let size = (1 + stream.below(96)).min(remaining);
        // Every second batch is mostly good, as in a ledger; one in sixteen holds nothing bad.
        let bad_in_256 = if batches % 16 == 0 {
            0
        } else {
            [240, 16][batches % 2]
        };
        let mut items = Vec::new();
        let mut want = Vec::new();
        for position in 0..size {
            let kind = if stream.below(256) < bad_in_256 {
                KINDS[stream.below(KINDS.len())]
            } else {
                [Kind::Good, Kind::PartOfSmallOrder][stream.below(2)]
            };
            let item = item(kind, &mut stream);
            let judgement = judge(&item.key, &item.message, &item.signature);
            assert_eq!(
                verdict(&item.key, &item.message, &item.signature),
                judgement,
                "{kind:?} {item:?}"
            );
            *verdicts.entry(kind).or_default().entry(judgement).or_default() += 1;
            if judgement < Judgement::AuditOnly {
                want.push(position);
            }
            items.push(item);
        }
        assert_eq!(positions(&items), (want.clone(), want.clone()), "batch {batches}");
        refused += want.len();
        whole += usize::from(want.is_empty());
        batches += 1;
        remaining -= size;
    }
    for kind in KINDS {
        let want: &[Judgement] = match kind {
            Kind::Good => &[Judgement::Admitted],
            Kind::PartOfSmallOrder | Kind::SmallOrder => &[Judgement::AuditOnly],
            _ => &[Judgement::Refused],
        };
        let found: Vec<_> = verdicts[&kind].keys().copied().collect();
        assert_eq!(found, want, "{kind:?}");
    }
    for (kind, verdicts) in &verdicts {
        count(&format!("{kind:?}: {verdicts:?}"));
    }
    count(&format!(
        "10000 signatures in {batches} batches, {refused} refused and named, {whole} batches without a bad one"
    ));
}

/// Signatures that the crate itself makes, from every seed and over every length.
#[test]
fn every_signature_of_a_secret_key_passes_every_rule() {
    let mut stream = Stream::new("honest");
    let mut batch = Batch::new();
    for length in 0..300 {
        let secret = SecretKey::from_seed(stream.block());
        let message = stream.bytes(length);
        let signature = secret.sign(&message);
        let key = secret.public();
        assert_eq!(verify_admission(&key, &message, &signature), Ok(()));
        assert_eq!(
            judge(key.as_bytes(), &message, signature.as_bytes()),
            Judgement::Admitted
        );
        assert_eq!(
            verdict(key.as_bytes(), &message, signature.as_bytes()),
            Judgement::Admitted
        );
        batch.push(&key, &message, &signature);
    }
    assert_eq!(batch.verify(), Ok(()));
    count("300 honest signatures by 300 keys, messages of 0 to 299 bytes");
}

/// Encodings of all kinds as keys: what may be enrolled is what the written-out rule lets through.
#[test]
fn random_and_damaged_keys_are_refused_for_the_reason_that_is_theirs() {
    let mut stream = Stream::new("keys");
    let mut reasons = BTreeMap::new();
    for round in 0..4_000 {
        let mut encoding = match round % 4 {
            0 => stream.block(),
            1 => {
                let scalar = [Scalar::ZERO, stream.scalar()][stream.below(2)];
                Crafted::new(scalar, small_order()[stream.below(8)]).encoding
            }
            2 => {
                let others = small_order_otherwise_encoded();
                others[stream.below(others.len())].encoding
            }
            // Close to p, 0 and their neighbours.
            _ => [[0; 32], [0xff; 32]][stream.below(2)],
        };
        if round % 4 == 3 {
            encoding[0] = stream.block()[0];
            encoding[31] ^= [0, 0x80][stream.below(2)];
        }
        let got = PublicKey::from_bytes(&encoding).err();
        assert_eq!(got, crate::reference::key_error(&encoding), "{encoding:02x?}");
        *reasons
            .entry(got.map_or_else(|| "enrolled".to_owned(), |error| error.to_string()))
            .or_insert(0_usize) += 1;
    }
    assert_eq!(reasons.len(), 5, "every reason occurs: {reasons:?}");
    count(&format!("4000 keys {reasons:?}"));
}

fn mixture() -> impl Strategy<Value = Vec<Item>> {
    // Mostly what audits pass, so that the equation of the batch itself decides in a good part of the cases.
    let kind = prop_oneof![
        12 => Just(Kind::Good),
        8 => Just(Kind::PartOfSmallOrder),
        4 => Just(Kind::SmallOrder),
        1 => proptest::sample::select(&KINDS[..]),
    ];
    (proptest::collection::vec(kind, 0..40), any::<u64>()).prop_map(|(kinds, skip)| {
        let mut stream = Stream::at("mixture", skip);
        kinds.into_iter().map(|kind| item(kind, &mut stream)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mixture_in_any_order_and_division_gets_the_verdicts_of_its_members(
        items in mixture(), cut in any::<proptest::sample::Index>()
    ) {
        let (alone, together) = positions(&items);
        prop_assert_eq!(&alone, &together);

        let mut backwards = items.clone();
        backwards.reverse();
        let (_, mut mirrored) = positions(&backwards);
        for position in &mut mirrored {
            *position = items.len() - 1 - *position;
        }
        mirrored.reverse();
        prop_assert_eq!(&mirrored, &alone);

        let cut = cut.index(items.len() + 1);
        let (_, mut divided) = positions(&items[..cut]);
        let (_, rest) = positions(&items[cut..]);
        divided.extend(rest.into_iter().map(|position| position + cut));
        prop_assert_eq!(&divided, &alone);
    }
}
