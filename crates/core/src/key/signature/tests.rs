use curve25519_dalek::{
    Scalar,
    edwards::{CompressedEdwardsY, EdwardsPoint},
};
use sha2::{Digest as _, Sha512};

use super::*;
use crate::key::SecretKey;

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

/// The eight points of small order in canonical encoding: orders 1, 2, 4, 4, 8, 8, 8, 8.
pub(crate) const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// Every non-canonical encoding there is: y in p..2^255 with either sign, and x = 0 with the sign set.
pub(crate) fn non_canonical_encodings() -> Vec<[u8; 32]> {
    let mut encodings = Vec::new();
    for lowest in 0xed..=0xff {
        for highest in [0x7f, 0xff] {
            let mut encoding = [0xff; 32];
            encoding[0] = lowest;
            encoding[31] = highest;
            encodings.push(encoding);
        }
    }
    for y in SMALL_ORDER.iter().take(2) {
        let mut encoding: [u8; 32] = hex::decode(y).unwrap();
        encoding[31] |= 0x80;
        encodings.push(encoding);
    }
    encodings
}

pub(crate) fn point(encoding: &[u8; 32]) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*encoding).decompress()
}

/// A signature by the holder of `seed` whose R is `[nonce]B + extra` and is encoded as `encode` says.
///
/// It satisfies the equation with the cofactor whenever `extra` has small order.
pub(crate) fn crafted(
    seed: u8,
    message: &[u8],
    nonce: u64,
    extra: EdwardsPoint,
    encode: impl Fn(EdwardsPoint) -> [u8; 32],
) -> Signature {
    let expanded = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).to_scalar();
    let nonce = Scalar::from(nonce);
    let r = encode(EdwardsPoint::mul_base(&nonce) + extra);
    let k = Scalar::from_bytes_mod_order_wide(
        &Sha512::new()
            .chain_update(r)
            .chain_update(secret(seed).public().as_bytes())
            .chain_update(message)
            .finalize()
            .into(),
    );
    let s = nonce + k * expanded;
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&r);
    bytes[32..].copy_from_slice(s.as_bytes());
    Signature::from_bytes(bytes)
}

/// The signature with L added to S, which is the same integer modulo L.
pub(crate) fn with_unreduced_s(signature: &Signature) -> Signature {
    const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let l: [u8; 32] = hex::decode(L).unwrap();
    let mut bytes = *signature.as_bytes();
    let mut carry = 0;
    for (byte, addend) in bytes[32..].iter_mut().zip(l) {
        let sum = u16::from(*byte) + u16::from(addend) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    Signature::from_bytes(bytes)
}

fn verdicts(seed: u8, message: &[u8], signature: &Signature) -> (bool, bool) {
    let key = secret(seed).public();
    (
        verify_admission(&key, message, signature).is_ok(),
        verify_audit(&key, message, signature).is_ok(),
    )
}

#[test]
fn the_vectors_of_rfc_8032_hold() {
    let abc = Sha512::digest(b"abc");
    // RFC 8032 §7.1: secret key, public key, message, signature.
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            &[][..],
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
             5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &[0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            &[0xaf, 0x82],
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
             18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            &abc,
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589\
             09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ] {
        let secret = SecretKey::from_seed(hex::decode(seed).unwrap());
        let key = secret.public();
        let signature = Signature::from_bytes(hex::decode(signature).unwrap());
        assert_eq!(hex::encode(key.as_bytes()), public);
        assert_eq!(secret.sign(message), signature);
        assert_eq!(verify_admission(&key, message, &signature), Ok(()));
        assert_eq!(verify_audit(&key, message, &signature), Ok(()));
        assert_eq!(verify_admission(&key, b"another", &signature), Err(BadSignature));
        assert_eq!(verify_audit(&key, b"another", &signature), Err(BadSignature));
    }
}

#[test]
fn every_flipped_bit_is_found_by_both_rules() {
    let good = secret(1).sign(b"message");
    assert_eq!(verdicts(1, b"message", &good), (true, true));
    for bit in 0..512 {
        let mut bytes = *good.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let flipped = Signature::from_bytes(bytes);
        assert_eq!(verdicts(1, b"message", &flipped), (false, false), "bit {bit}");
    }
}

#[test]
fn only_audits_pass_an_r_with_a_part_of_small_order() {
    for (position, torsion) in SMALL_ORDER.iter().enumerate() {
        let torsion = point(&hex::decode(torsion).unwrap()).unwrap();
        let with_part = crafted(1, b"message", 7, torsion, |r| r.compress().to_bytes());
        assert_eq!(verdicts(1, b"message", &with_part), (position == 0, true));
        let nothing_else = crafted(1, b"message", 0, torsion, |r| r.compress().to_bytes());
        assert_eq!(verdicts(1, b"message", &nothing_else), (false, true));
    }
}

#[test]
fn no_rule_passes_an_unreduced_s() {
    let good = secret(1).sign(b"message");
    assert_eq!(verdicts(1, b"message", &with_unreduced_s(&good)), (false, false));
}

#[test]
fn no_rule_passes_an_r_in_another_encoding() {
    let mut points = 0;
    for encoding in non_canonical_encodings() {
        let Some(extra) = point(&encoding) else { continue };
        points += 1;
        assert_ne!(extra.compress().to_bytes(), encoding);
        let signature = crafted(1, b"message", 0, extra, |_| encoding);
        assert_eq!(verdicts(1, b"message", &signature), (false, false));
        if extra.is_small_order() {
            // The library alone would pass it: the check of R is what refuses it.
            let key = ed25519_zebra::VerificationKey::try_from(*secret(1).public().as_bytes()).unwrap();
            let signature = ed25519_zebra::Signature::from_bytes(signature.as_bytes());
            assert_eq!(key.verify(&signature, b"message"), Ok(()));
        }
    }
    assert_eq!(points, 26);
}

#[test]
fn the_check_of_an_encoding_agrees_with_encoding_again() {
    for encoding in non_canonical_encodings() {
        assert!(!point_is_canonical(&encoding), "{}", hex::encode(&encoding));
    }
    for encoding in SMALL_ORDER.map(|text| hex::decode(text).unwrap()) {
        assert!(point_is_canonical(&encoding));
    }
    // The neighbours of the excluded values: y = p − 2, y = 2, each with both signs, and y = 2^248 − 1.
    for (lowest, rest, highest) in [
        (0xeb, 0xff, 0x7f),
        (0xeb, 0xff, 0xff),
        (2, 0, 0),
        (2, 0, 0x80),
        (0xff, 0xff, 0),
    ] {
        let mut encoding = [rest; 32];
        encoding[0] = lowest;
        encoding[31] = highest;
        assert!(point_is_canonical(&encoding), "{}", hex::encode(&encoding));
        if let Some(point) = point(&encoding) {
            assert_eq!(point.compress().to_bytes(), encoding);
        }
    }
}

#[test]
fn a_signature_has_64_bytes() {
    let bytes = [7; 65];
    assert_eq!(
        Signature::try_from(&bytes[..64]),
        Ok(Signature::from_bytes([7; 64]))
    );
    for got in [0, 63, 65] {
        assert_eq!(
            Signature::try_from(&bytes[..got]),
            Err(DecodeSignatureError::Length { got })
        );
    }
}
