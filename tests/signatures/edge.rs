//! The edge cases of Chalkias, Garillot and Nikolaenko, "Taming the many `EdDSAs`" (2020), made here rather than copied.
//!
//! The paper's table says of each case what order A and R have, how S and the encodings are, and whether the equation holds with
//! and without the cofactor. Here each row is searched for, message by message, until it has the row's properties, and
//! those are checked with the equations themselves. Then the rules of Prova must refuse it, and for the right reason.

use std::collections::BTreeMap;

use curve25519_dalek::{Scalar, edwards::EdwardsPoint, traits::IsIdentity as _};
use prova_core::key::{
    Batch, PublicKey, PublicKeyError, SecretKey, Signature, verify_admission, verify_audit,
};

use crate::{
    count,
    craft::{
        Crafted, Stream, sign, signature, small_order, small_order_otherwise_encoded, with_multiple_of_l,
    },
    reference::{Judgement, challenge, equations, judge, verdict},
};

/// What a point of the paper's table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Of order dividing 8, in canonical encoding.
    Small,
    /// Of order dividing 8, in another encoding.
    SmallOtherwiseEncoded,
    /// The sum of one of order L and one of order 2, 4 or 8.
    Mixed,
    /// Of order L.
    Prime,
}

/// Which encodings the signer hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hashed {
    AsGiven,
    Reduced,
}

/// One row of the paper's table.
#[derive(Clone, Debug)]
struct Row {
    a: Order,
    r: Order,
    /// How often L is added to S.
    multiples_of_l: usize,
    hashed: Hashed,
    /// Whether the equation holds with and without the cofactor.
    holds: (bool, bool),
    /// Whether a verifier that reduces 8k modulo L before it multiplies gets the equation with the cofactor wrong.
    fails_if_8k_is_reduced: bool,
    /// Why the key may not be enrolled; if it may, it is S that is refused.
    key: Option<PublicKeyError>,
}

#[rustfmt::skip]
fn rows() -> [Row; 12] {
    use Hashed::{AsGiven, Reduced};
    use Order::{Mixed, Prime, Small, SmallOtherwiseEncoded};
    use PublicKeyError::{MixedOrder, NotCanonical, SmallOrder};
    let row = |a, r, multiples_of_l, hashed, holds, fails_if_8k_is_reduced, key| Row {
        a, r, multiples_of_l, hashed, holds, fails_if_8k_is_reduced, key,
    };
    [
        row(Small,                 Small,                 0,  AsGiven, (true, true),  false, Some(SmallOrder)),
        row(Small,                 Mixed,                 0,  AsGiven, (true, true),  false, Some(SmallOrder)),
        row(Mixed,                 Small,                 0,  AsGiven, (true, true),  false, Some(MixedOrder)),
        row(Mixed,                 Mixed,                 0,  AsGiven, (true, true),  false, Some(MixedOrder)),
        row(Mixed,                 Mixed,                 0,  AsGiven, (true, false), false, Some(MixedOrder)),
        row(Mixed,                 Prime,                 0,  AsGiven, (true, false), true,  Some(MixedOrder)),
        row(Prime,                 Prime,                 1,  AsGiven, (true, true),  false, None),
        row(Prime,                 Prime,                 14, AsGiven, (true, true),  false, None),
        row(Mixed,                 SmallOtherwiseEncoded, 0,  Reduced, (true, true),  false, Some(MixedOrder)),
        row(Mixed,                 SmallOtherwiseEncoded, 0,  AsGiven, (true, true),  false, Some(MixedOrder)),
        row(SmallOtherwiseEncoded, Mixed,                 0,  Reduced, (true, true),  false, Some(NotCanonical)),
        row(SmallOtherwiseEncoded, Mixed,                 0,  AsGiven, (true, true),  false, Some(NotCanonical)),
    ]
}

fn point(order: Order, stream: &mut Stream) -> Crafted {
    let others = small_order_otherwise_encoded();
    match order {
        // The identity is left out: with it, more would hold than the row says.
        Order::Small => Crafted::new(Scalar::ZERO, small_order()[1 + stream.below(7)]),
        Order::SmallOtherwiseEncoded => others[stream.below(others.len())],
        Order::Mixed => Crafted::new(stream.scalar(), small_order()[1 + stream.below(7)]),
        Order::Prime => Crafted::new(stream.scalar(), small_order()[0]),
    }
}

/// A key, a message and a signature with the properties of the row, and after how many tries.
fn search(row: &Row, stream: &mut Stream) -> (Crafted, Vec<u8>, [u8; 64], usize) {
    for tries in 1..10_000 {
        let (a, r, message) = (point(row.a, stream), point(row.r, stream), stream.bytes(32));
        let k = match row.hashed {
            Hashed::AsGiven => challenge(&r.encoding, &a.encoding, &message),
            Hashed::Reduced => challenge(&r.canonical(), &a.canonical(), &message),
        };
        let Some(signature) = with_multiple_of_l(&signature(&a, &r, &k), row.multiples_of_l) else {
            continue;
        };
        let as_hashed = equations(&a.encoding, &signature, &k).unwrap() == row.holds;
        if as_hashed && reducing_8k_first_fails(&a, &k) == row.fails_if_8k_is_reduced {
            return (a, message, signature, tries);
        }
    }
    panic!("no signature with the properties of {row:?}");
}

/// Whether `[8k mod L]A` differs from `[8]([k]A)`.
fn reducing_8k_first_fails(a: &Crafted, k: &Scalar) -> bool {
    Scalar::from(8_u8) * k * a.point != (k * a.point).mul_by_cofactor()
}

#[test]
fn every_row_of_the_paper_is_refused_for_its_reason() {
    let mut stream = Stream::new("rows of the paper");
    let honest = SecretKey::from_seed([1; 32]);
    let mut searches = Vec::new();
    let (mut cases, mut refused_as_keys) = (0, 0);
    for (number, row) in rows().iter().enumerate() {
        let mut tries = 0;
        for _ in 0..8 {
            let (a, message, signature, found_after) = search(row, &mut stream);
            tries += found_after;
            cases += 1;
            let key = PublicKey::from_bytes(&a.encoding);
            assert_eq!(key.clone().err(), row.key, "row {number}");
            let Ok(key) = key else {
                refused_as_keys += 1;
                assert_eq!(judge(&a.encoding, &message, &signature), Judgement::KeyRefused);
                continue;
            };
            let signature = Signature::from_bytes(signature);
            assert!(
                verify_admission(&key, &message, &signature).is_err(),
                "row {number}"
            );
            assert!(verify_audit(&key, &message, &signature).is_err(), "row {number}");
            // Among good ones, it is named, and it alone.
            let mut batch = Batch::new();
            batch.push(&honest.public(), b"before", &honest.sign(b"before"));
            batch.push(&key, &message, &signature);
            batch.push(&honest.public(), b"after", &honest.sign(b"after"));
            assert_eq!(batch.verify().unwrap_err().positions, [1], "row {number}");
        }
        searches.push(tries);
    }
    count(&format!(
        "{cases} edge cases of 12 rows, {refused_as_keys} refused as keys, found after {searches:?} tries"
    ));
}

/// Rows 8 to 11 with a key that may be enrolled: what is left of them is the encoding of R.
#[test]
fn an_r_in_another_encoding_is_refused_whichever_encoding_was_hashed() {
    let mut stream = Stream::new("other encodings of R");
    let a = Crafted::new(stream.scalar(), small_order()[0]);
    let key = PublicKey::from_bytes(&a.encoding).unwrap();
    let others = small_order_otherwise_encoded();
    let mut passed_by_reference_without_the_check = 0;
    for r in &others {
        for k in [
            challenge(&r.encoding, &a.encoding, b"message"),
            challenge(&r.canonical(), &a.encoding, b"message"),
        ] {
            let bytes = signature(&a, r, &k);
            // The equation itself holds: nothing but the encoding speaks against the signature.
            assert_eq!(
                equations(&a.encoding, &bytes, &k),
                Some((true, r.point.is_identity()))
            );
            passed_by_reference_without_the_check += 1;
            assert_eq!(verdict(&a.encoding, b"message", &bytes), Judgement::Refused);
            let mut batch = Batch::new();
            batch.push(&key, b"message", &Signature::from_bytes(bytes));
            assert_eq!(batch.verify().unwrap_err().positions, [0]);
        }
    }
    count(&format!(
        "{passed_by_reference_without_the_check} signatures refused for the encoding of R alone, of {} encodings",
        others.len()
    ));
}

/// Every S that is S modulo L: only the one below L is good.
#[test]
fn of_all_integers_that_are_s_modulo_l_only_the_least_is_good() {
    let mut stream = Stream::new("multiples of L");
    let mut refused = 0;
    for _ in 0..8 {
        let a = Crafted::new(stream.scalar(), small_order()[0]);
        let r = Crafted::new(stream.scalar(), small_order()[0]);
        let good = sign(&a, &r, b"message");
        assert_eq!(verdict(&a.encoding, b"message", &good), Judgement::Admitted);
        let multiples = (1..16).filter_map(|times| with_multiple_of_l(&good, times));
        for bytes in multiples {
            let k = challenge(&r.encoding, &a.encoding, b"message");
            assert_eq!(equations(&a.encoding, &bytes, &k), Some((true, true)));
            assert_eq!(verdict(&a.encoding, b"message", &bytes), Judgement::Refused);
            refused += 1;
        }
    }
    assert!(refused >= 8 * 14);
    count(&format!("{refused} signatures refused for an S of L or more"));
}

/// Every kind of A with every kind of R, S reduced or not.
#[test]
fn every_combination_of_orders_and_encodings_gets_the_verdict_of_the_written_out_rules() {
    let mut stream = Stream::new("combinations");
    let mut points: Vec<Crafted> = Vec::new();
    for torsion in small_order() {
        points.push(Crafted::new(Scalar::ZERO, torsion));
        points.push(Crafted::new(stream.scalar(), torsion));
    }
    points.extend(small_order_otherwise_encoded());
    // A second key without torsion, so that good signatures are not all by one.
    points.push(Crafted::new(stream.scalar(), EdwardsPoint::default()));
    let mut verdicts = BTreeMap::new();
    for a in &points {
        for r in &points {
            for message in [&b""[..], b"message"] {
                let reduced = sign(a, r, message);
                for bytes in [Some(reduced), with_multiple_of_l(&reduced, 1)]
                    .into_iter()
                    .flatten()
                {
                    let want = judge(&a.encoding, message, &bytes);
                    assert_eq!(verdict(&a.encoding, message, &bytes), want, "{a:?} {r:?}");
                    *verdicts.entry(want).or_insert(0_usize) += 1;
                }
            }
        }
    }
    // Two keys may be enrolled. With each, 16 + 1 values of R are canonical: two have order L, the others pass audits only.
    assert_eq!(verdicts[&Judgement::Admitted], 2 * 2 * 2);
    assert_eq!(verdicts[&Judgement::AuditOnly], 2 * 2 * 15);
    count(&format!("combinations {verdicts:?}"));
}
