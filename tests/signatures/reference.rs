//! The two rules, written out: slow, obvious, and sharing no code with `sign` and `batch` but the curve.
//!
//! ```text
//! E = [S]B − [k]A − R,   k = SHA-512(R || A || message) mod L
//! admission:  E = 0,      S < L,  R canonical and not of small order
//! audit:     [8]E = 0,    S < L,  R canonical
//! ```
//!
//! A must be canonical, not of small order, and without a part of small order.

use curve25519_dalek::{
    Scalar,
    edwards::{CompressedEdwardsY, EdwardsPoint},
    traits::IsIdentity as _,
};
use prova_core::key::{Batch, PublicKey, PublicKeyError, Signature, verify_admission, verify_audit};
use sha2::{Digest as _, Sha512};

/// L, the order of the base point, little-endian (RFC 8032 §5.1).
pub(crate) const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What the rules say about one signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Judgement {
    /// The key may not be enrolled, so nothing is verified with it.
    KeyRefused,
    /// Neither rule passes it.
    Refused,
    /// Audits pass it, admission does not.
    AuditOnly,
    /// Both rules pass it.
    Admitted,
}

/// Whether the equation holds with the cofactor, and whether it holds without, for the `k` given, whatever S is.
///
/// `None` if A or R is no point. S is taken modulo L, as by a verifier that forgets to compare.
pub(crate) fn equations(key: &[u8; 32], signature: &[u8; 64], k: &Scalar) -> Option<(bool, bool)> {
    let (r, s) = halves(signature);
    let key = CompressedEdwardsY(*key).decompress()?;
    let r = CompressedEdwardsY(r).decompress()?;
    // Never [−k]A in one multiplication: −k is reduced modulo L, which loses its value modulo 8.
    let difference = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(s)) - k * key - r;
    Some((
        difference.mul_by_cofactor().is_identity(),
        difference.is_identity(),
    ))
}

pub(crate) fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message)
        .finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

pub(crate) fn halves(signature: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    (
        signature[..32].try_into().unwrap(),
        signature[32..].try_into().unwrap(),
    )
}

/// Why the key may not be enrolled, if it may not.
pub(crate) fn key_error(key: &[u8; 32]) -> Option<PublicKeyError> {
    let Some(point) = CompressedEdwardsY(*key).decompress() else {
        // The prime's own multiples and negative zero come first: such an encoding is refused for its form.
        return Some(if y_is_reduced(key) && !is_negative_zero(key) {
            PublicKeyError::NotOnCurve
        } else {
            PublicKeyError::NotCanonical
        });
    };
    if point.compress().to_bytes() != *key {
        return Some(PublicKeyError::NotCanonical);
    }
    if point.is_small_order() {
        return Some(PublicKeyError::SmallOrder);
    }
    (!point.is_torsion_free()).then_some(PublicKeyError::MixedOrder)
}

/// Whether y, the integer without the sign bit, is below p = 2^255 − 19.
fn y_is_reduced(encoding: &[u8; 32]) -> bool {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    let mut y = *encoding;
    y[31] &= 0x7f;
    y.iter().rev().lt(p.iter().rev())
}

/// Whether x is 0, which it is where y is 1 or −1, and its sign is set.
fn is_negative_zero(encoding: &[u8; 32]) -> bool {
    let mut positive = *encoding;
    positive[31] &= 0x7f;
    positive != *encoding
        && CompressedEdwardsY(positive)
            .decompress()
            .is_some_and(|point| point.compress() == (-point).compress())
        && CompressedEdwardsY(positive)
            .decompress()
            .is_some_and(|point| (point + point).is_identity())
}

/// The verdict of the rules.
pub(crate) fn judge(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Judgement {
    if key_error(key).is_some() {
        return Judgement::KeyRefused;
    }
    let (r, s) = halves(signature);
    let Some(point) = CompressedEdwardsY(r).decompress() else {
        return Judgement::Refused;
    };
    if point.compress().to_bytes() != r || !s.iter().rev().lt(L.iter().rev()) {
        return Judgement::Refused;
    }
    match equations(key, signature, &challenge(&r, key, message)) {
        Some((true, true)) if !point.is_small_order() => Judgement::Admitted,
        Some((true, _)) => Judgement::AuditOnly,
        _ => Judgement::Refused,
    }
}

/// The verdict of the crate, with every way to it compared: admission, audit, and a batch of this signature alone.
pub(crate) fn verdict(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Judgement {
    let key = match PublicKey::from_bytes(key) {
        Ok(key) => key,
        Err(error) => {
            assert_eq!(Some(error), key_error(key));
            return Judgement::KeyRefused;
        }
    };
    let signature = Signature::from_bytes(*signature);
    let admitted = verify_admission(&key, message, &signature).is_ok();
    let audited = verify_audit(&key, message, &signature).is_ok();
    let mut batch = Batch::new();
    batch.push(&key, message, &signature);
    assert_eq!(batch.verify().is_ok(), audited, "a batch of {signature:?} alone");
    assert!(
        audited || !admitted,
        "admitted, but refused by audits: {signature:?}"
    );
    match (admitted, audited) {
        (true, _) => Judgement::Admitted,
        (false, true) => Judgement::AuditOnly,
        (false, false) => Judgement::Refused,
    }
}
