//! Digests as a document states them.

use std::fmt;

use prova_core::hash::Digest;

use super::{Vocabulary, vocabulary};

vocabulary! {
    /// A hash algorithm, under its CycloneDX name.
    DigestAlgorithm {
        Md2 = "MD2",
        Md4 = "MD4",
        Md5 = "MD5",
        Md6 = "MD6",
        Sha1 = "SHA-1",
        Sha224 = "SHA-224",
        Sha256 = "SHA-256",
        Sha384 = "SHA-384",
        Sha512 = "SHA-512",
        Sha3_256 = "SHA3-256",
        Sha3_384 = "SHA3-384",
        Sha3_512 = "SHA3-512",
        Blake2b256 = "BLAKE2b-256",
        Blake2b384 = "BLAKE2b-384",
        Blake2b512 = "BLAKE2b-512",
        Blake3 = "BLAKE3",
        Streebog256 = "Streebog-256",
        Streebog512 = "Streebog-512",
        Adler32 = "ADLER32",
    }
}

impl DigestAlgorithm {
    /// The algorithm that an SPDX `algorithm` names: the same names without the hyphen after `SHA`.
    pub(crate) fn of_spdx(text: &str) -> Option<Self> {
        match text {
            "SHA1" => Some(Self::Sha1),
            "SHA224" => Some(Self::Sha224),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            "SHA512" => Some(Self::Sha512),
            "MD2" | "MD4" | "MD5" | "MD6" | "SHA3-256" | "SHA3-384" | "SHA3-512" | "BLAKE2b-256"
            | "BLAKE2b-384" | "BLAKE2b-512" | "BLAKE3" | "ADLER32" => Self::known(text),
            _ => None,
        }
    }

    /// The length of its digests in bytes; `None` where it can be chosen.
    #[must_use]
    pub const fn digest_bytes(&self) -> Option<usize> {
        match self {
            Self::Md2 | Self::Md4 | Self::Md5 => Some(16),
            Self::Sha1 => Some(20),
            Self::Sha224 => Some(28),
            Self::Sha256 | Self::Sha3_256 | Self::Blake2b256 | Self::Streebog256 => Some(32),
            Self::Sha384 | Self::Sha3_384 | Self::Blake2b384 => Some(48),
            Self::Sha512 | Self::Sha3_512 | Self::Blake2b512 | Self::Streebog512 => Some(64),
            Self::Adler32 => Some(4),
            Self::Md6 | Self::Blake3 | Self::Other(_) => None,
        }
    }
}

/// A digest of something outside the document. It says what the author of the document computed, no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatedDigest {
    algorithm: DigestAlgorithm,
    hex: String,
}

impl StatedDigest {
    /// `None` unless `hex` is pairs of hexadecimal digits, as many as the algorithm has.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, hex: &str) -> Option<Self> {
        let bytes = hex.len().checked_div(2)?;
        let is_hex =
            bytes > 0 && hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_long = algorithm.digest_bytes().is_none_or(|want| want == bytes);
        (is_hex && is_long).then(|| Self {
            algorithm,
            hex: hex.to_ascii_lowercase(),
        })
    }

    /// The hash function, as the document names it.
    #[must_use]
    pub const fn algorithm(&self) -> &DigestAlgorithm {
        &self.algorithm
    }

    /// The digest in lower-case hexadecimal.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The digest, if it is a SHA-256 one.
    #[must_use]
    pub fn sha256(&self) -> Option<Digest> {
        if self.algorithm == DigestAlgorithm::Sha256 {
            self.hex.parse().ok()
        } else {
            None
        }
    }
}

impl fmt::Display for StatedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_the_length_of_its_algorithm() {
        for (algorithm, hex, want) in [
            (DigestAlgorithm::Sha256, "AB".repeat(32), true),
            (DigestAlgorithm::Sha256, "ab".repeat(31), false),
            (DigestAlgorithm::Sha1, "0g".repeat(20), false),
            (DigestAlgorithm::Blake3, "ab".repeat(5), true),
            (DigestAlgorithm::Blake3, "abc".to_owned(), false),
            (DigestAlgorithm::Other("X".to_owned()), String::new(), false),
        ] {
            let digest = StatedDigest::new(algorithm.clone(), &hex);
            assert_eq!(digest.is_some(), want, "{algorithm} {hex}");
        }
        let digest = StatedDigest::new(DigestAlgorithm::Sha256, &"AB".repeat(32)).unwrap();
        assert_eq!(digest.sha256().unwrap().to_string(), "ab".repeat(32));
        assert_eq!(digest.to_string(), format!("SHA-256:{}", "ab".repeat(32)));
    }
}
