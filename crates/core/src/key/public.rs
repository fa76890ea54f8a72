//! Ed25519 keys: public keys that were checked when they were parsed, and secret keys that leave by one door.
//!
//! ```text
//! SPKI   = 30 2a 30 05 06 03 2b 65 70 03 21 00 || A       A: 32 bytes; 44 in all              (RFC 8410 §4)
//! key id = SHA-256(SPKI)
//! text   = "ed25519:" || base64(A)                        standard alphabet, padded           (RFC 4648 §4)
//! ```

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{
    Signer as _, SigningKey, VerifyingKey,
    pkcs8::{Document, spki},
};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    hash::{digest_type, sha256},
    key::signature::{self, Signature},
    text,
};

digest_type! {
    /// Name of a key: SHA-256 of its DER `SubjectPublicKeyInfo`. DSSE's `keyid` is its text.
    KeyId
}

/// The DER of a `SubjectPublicKeyInfo` up to the key itself.
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The algorithm's name in front of a key's text.
const ALGORITHM: &str = "ed25519";

/// An Ed25519 public key, canonically encoded and of prime order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

/// Why 32 bytes are not a public key that may be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// A second encoding of a point that has a canonical one: two key ids would name one key.
    #[error("the key is not the canonical encoding of its point")]
    NotCanonical,
    /// The bytes encode no point of the curve.
    #[error("the key is not a point of the curve")]
    NotOnCurve,
    /// One of the eight points of small order, the identity among them: there are signatures that fit every message.
    #[error("the key is weak: its point has small order")]
    SmallOrder,
    /// The sum of a point of prime order and one of small order: verifiers disagree about its signatures.
    #[error("the key's point is not in the subgroup of prime order")]
    MixedOrder,
}

/// Why bytes are not the `SubjectPublicKeyInfo` of a public key that may be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeSpkiError {
    /// The PEM armour is damaged or missing (RFC 7468).
    #[error("not a PEM document, want one between «-----BEGIN PUBLIC KEY-----» and its end")]
    NotPem,
    /// PEM, but of something else.
    #[error("a PEM document labelled «{got}», want «PUBLIC KEY»")]
    Label {
        /// The label found, escaped.
        got: String,
    },
    /// The bytes are not the DER of a `SubjectPublicKeyInfo`.
    #[error("not a DER SubjectPublicKeyInfo")]
    NotSpki,
    /// The key is of another algorithm.
    #[error("a key of algorithm {got}, want 1.3.101.112 (Ed25519)")]
    Algorithm {
        /// The object identifier found.
        got: String,
    },
    /// An Ed25519 key with parameters, or not 32 bytes long.
    #[error("a malformed Ed25519 key: want 32 bytes and no parameters")]
    Malformed,
    /// Well-formed, but not a key that may be enrolled.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
}

/// Why a text is not that of a public key that may be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePublicKeyError {
    /// There is no colon.
    #[error("want an algorithm, a colon and the key in base64, as in «ed25519:…»")]
    NoAlgorithm,
    /// An algorithm that this version does not know.
    #[error("a key of algorithm «{got}», want «ed25519»")]
    Algorithm {
        /// The name found, escaped.
        got: String,
    },
    /// What follows is not padded standard base64.
    #[error("the key is not padded standard base64")]
    Base64,
    /// Another number of bytes.
    #[error("a key of {got} bytes, want 32")]
    Length {
        /// Bytes found.
        got: usize,
    },
    /// Well-formed, but not a key that may be enrolled.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
}

impl PublicKey {
    /// The key with this encoding, if it may be enrolled.
    ///
    /// # Errors
    /// The encoding is not canonical, or the point not of prime order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        if !signature::point_is_canonical(bytes) {
            return Err(PublicKeyError::NotCanonical);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::NotOnCurve)?;
        if key.is_weak() {
            return Err(PublicKeyError::SmallOrder);
        }
        if !key.to_edwards().is_torsion_free() {
            return Err(PublicKeyError::MixedOrder);
        }
        Ok(Self(key))
    }

    /// The key in a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// Anything but the 44 bytes of an Ed25519 key that may be enrolled.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, DecodeSpkiError> {
        if let Some(key) = der.strip_prefix(&SPKI_PREFIX) {
            let key = key.try_into().map_err(|_| DecodeSpkiError::Malformed)?;
            return Ok(Self::from_bytes(key)?);
        }
        let Ok(other) = spki::SubjectPublicKeyInfoRef::try_from(der) else {
            return Err(DecodeSpkiError::NotSpki);
        };
        if other.algorithm.oid == ed25519_dalek::pkcs8::spki::ObjectIdentifier::new_unwrap("1.3.101.112") {
            return Err(DecodeSpkiError::Malformed);
        }
        Err(DecodeSpkiError::Algorithm {
            got: other.algorithm.oid.to_string(),
        })
    }

    /// The key in a PEM document labelled `PUBLIC KEY`, as OpenSSL writes it (RFC 7468 §13).
    ///
    /// # Errors
    /// Anything else, a private key in particular.
    pub fn from_spki_pem(pem: &str) -> Result<Self, DecodeSpkiError> {
        let (label, document) = Document::from_pem(pem).map_err(|_| DecodeSpkiError::NotPem)?;
        if label != "PUBLIC KEY" {
            return Err(DecodeSpkiError::Label {
                got: text::escape(label),
            });
        }
        Self::from_spki_der(document.as_bytes())
    }

    /// The 32 bytes of the encoded point.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The 44 bytes of the DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn to_spki_der(&self) -> [u8; 44] {
        let mut der = [0; 44];
        for (target, byte) in der.iter_mut().zip(SPKI_PREFIX.iter().chain(self.as_bytes())) {
            *target = *byte;
        }
        der
    }

    /// The PEM document, three lines with line feeds.
    #[must_use]
    pub fn to_spki_pem(&self) -> String {
        let der = STANDARD.encode(self.to_spki_der());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    /// The key's name.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        KeyId::from_bytes(sha256(&[&SPKI_PREFIX, self.as_bytes()]))
    }

    pub(crate) fn dalek(&self) -> &VerifyingKey {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ALGORITHM}:{}", STANDARD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = ParsePublicKeyError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (algorithm, key) = text.split_once(':').ok_or(ParsePublicKeyError::NoAlgorithm)?;
        if algorithm != ALGORITHM {
            return Err(ParsePublicKeyError::Algorithm {
                got: text::escape(algorithm),
            });
        }
        let key = STANDARD.decode(key).map_err(|_| ParsePublicKeyError::Base64)?;
        let key = key
            .as_slice()
            .try_into()
            .map_err(|_| ParsePublicKeyError::Length { got: key.len() })?;
        Ok(Self::from_bytes(key)?)
    }
}

impl serde::Serialize for PublicKey {
    /// Text in formats for people, 32 raw bytes elsewhere.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.as_bytes().serialize(serializer)
        }
    }
}

impl<'de> serde::Deserialize<'de> for PublicKey {
    /// Checks the key like every other constructor, which costs nearly as much as verifying a signature.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            text::deserialize(deserializer)
        } else {
            let bytes = <[u8; 32]>::deserialize(deserializer)?;
            Self::from_bytes(&bytes).map_err(serde::de::Error::custom)
        }
    }
}

/// An Ed25519 secret key; overwritten with zeros when it is dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key that a 32-byte seed stands for (RFC 8032 §5.1.5). Every seed is one; it must be unpredictable.
    #[must_use]
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        Self(key)
    }

    /// The signature over `message`: always the same one, no randomness is involved (RFC 8032 §5.1.6).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }

    /// The public key.
    ///
    /// It passes every check of [`PublicKey::from_bytes`]: it is a multiple of the base point, which has prime order L, and
    /// not the identity, because the factor is a multiple of 8 below 2^255, and so below 8L.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Hands out the seed, which is the whole secret: who has it can sign as this key for ever.
    ///
    /// For writing the key to a file. The copy is overwritten when it is dropped; copies of it are not.
    #[must_use]
    pub fn expose_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

#[cfg(test)]
mod tests;
