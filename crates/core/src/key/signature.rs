//! Ed25519 signatures (RFC 8032, pure): the strict rule for admission, the rule with the cofactor for audits.
//!
//! ```text
//! signature = R || S                      R: encoded point, S: little-endian integer, 32 bytes each (RFC 8032 §5.1.6)
//! k         = SHA-512(R || A || message) mod L
//! admission:      encode([S]B − [k]A) = R,   S < L,   R not of small order
//! audit:     [8]([S]B − [k]A − R)     = 0,   S < L,   R canonical                                (RFC 8032 §5.1.7)
//! ```
//!
//! In both, A is a [`PublicKey`]: canonical and of prime order, checked when it was parsed.
//!
//! **What admission accepts, an audit accepts.** Encoding a point gives its canonical encoding, so admission's equality
//! of bytes makes R canonical and the difference in the audit's equation zero before it is multiplied by 8. S and k are
//! the same in both. The converse does not hold: an audit passes a signature whose R has a part of small order, which only
//! the holder of the secret key can make, and which says nothing that the holder did not sign.
//!
//! **Why audits use another rule.** Without the factor 8 the verdict of a batch depends on the random coefficients as soon
//! as an R has a part of small order; with it, [`crate::key`] gives the verdict of [`verify_audit`].

use std::fmt;

use crate::{hex, key::PublicKey};

/// An Ed25519 signature as it was found: 64 bytes that may or may not verify.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

/// Why bytes are not the form of a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeSignatureError {
    /// Another number of bytes.
    #[error("a signature of {got} bytes, want 64")]
    Length {
        /// Bytes found.
        got: usize,
    },
}

/// The signature is not one of this key over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

impl Signature {
    /// The signature that these 64 bytes are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes R || S.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// R, the encoded point.
    fn r(&self) -> &[u8; 32] {
        let (r, _) = self.0.split_first_chunk().expect("64 bytes begin with 32");
        r
    }

    /// Whether R is the canonical encoding of a point, if it is an encoding of one at all.
    ///
    /// The library that audits use decodes other encodings too (ZIP 215); RFC 8032 §5.1.3 does not.
    pub(crate) fn r_is_canonical(&self) -> bool {
        point_is_canonical(self.r())
    }
}

impl TryFrom<&[u8]> for Signature {
    type Error = DecodeSignatureError;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| DecodeSignatureError::Length { got: bytes.len() })
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(&self.0))
    }
}

/// Whether bytes that encode a point are the one canonical encoding of it (RFC 8032 §5.1.3).
///
/// Only two things can be wrong: y is not reduced modulo p = 2^255 − 19, or the sign of x is set although x is 0, which
/// it is where y is 1 or −1.
pub(crate) fn point_is_canonical(encoding: &[u8; 32]) -> bool {
    const SIGN: u8 = 0x80;
    let [lowest, between @ .., highest] = encoding;
    let y_starts_like_p = (*highest | SIGN) == 0xff && between.iter().all(|byte| *byte == 0xff);
    let y_is_reduced = !(y_starts_like_p && *lowest >= 0xed);
    let y_is_one = *lowest == 1 && between.iter().all(|byte| *byte == 0) && (*highest & !SIGN) == 0;
    let y_is_minus_one = y_starts_like_p && *lowest == 0xec;
    y_is_reduced && (*highest & SIGN == 0 || !(y_is_one || y_is_minus_one))
}

/// Verifies a signature by the strict rule, which a ledger applies before it admits an entry.
///
/// # Errors
/// [`BadSignature`], for whatever reason: which check failed would tell an honest caller nothing.
pub fn verify_admission(key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
    key.dalek()
        .verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0))
        .map_err(|_| BadSignature)
}

/// Verifies a signature by the rule that audits apply, alone or in a [`crate::key::Batch`].
///
/// # Errors
/// [`BadSignature`], for whatever reason.
pub fn verify_audit(key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
    if !signature.r_is_canonical() {
        return Err(BadSignature);
    }
    ed25519_zebra::VerificationKey::try_from(*key.as_bytes())
        .and_then(|key| key.verify(&ed25519_zebra::Signature::from_bytes(&signature.0), message))
        .map_err(|_| BadSignature)
}

#[cfg(test)]
pub(crate) mod tests;
