//! Names and public keys of those who sign notes (C2SP `signed-note` v1.0.0, "Verifier keys").
//!
//! ```text
//! vkey   = name "+" hex(key id) "+" base64(type || public key)       type: 0x01 or 0x04     public key: 32 bytes
//! key id = SHA-256(name || 0x0A || type || public key)[:4]
//! ```

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

use crate::{
    hash::sha256,
    hex::{self, ParseHexError},
    id::{KeyName, Origin, ParseKeyNameError},
    key::PublicKey,
    text::serde_as_text,
};

/// The short number that, with a name, tells keys apart. It is no proof of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// The id that these bytes are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The id of a key of this name and type.
    #[must_use]
    pub fn of(name: &KeyName, signature_type: SignatureType, key: &VerifyingKey) -> Self {
        let [a, b, c, d, ..] = sha256(&[
            name.as_str().as_bytes(),
            b"\n",
            &[signature_type.byte()],
            key.as_bytes(),
        ]);
        Self([a, b, c, d])
    }

    /// The four bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl FromStr for KeyId {
    type Err = ParseHexError;

    fn from_str(text: &str) -> Result<Self, ParseHexError> {
        hex::decode(text).map(Self)
    }
}

/// What a key's signatures are made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureType {
    /// 0x01: Ed25519 over the text of the note.
    Ed25519,
    /// 0x04: Ed25519 over a checkpoint and the time, as C2SP `tlog-cosignature` v1.0.1 has it.
    CosignatureV1,
}

impl SignatureType {
    /// The byte that stands for it in vkeys and key ids.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

impl fmt::Display for SignatureType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519 (0x01)",
            Self::CosignatureV1 => "cosignature/v1 (0x04)",
        })
    }
}

/// A public key that signatures of notes are checked against: its name, type and key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Vkey {
    name: KeyName,
    signature_type: SignatureType,
    key: VerifyingKey,
}

/// Why a text is not a vkey.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseVkeyError {
    /// There are not three parts.
    #[error("vkey has {got} parts, want 3: name+id+key")]
    Parts {
        /// Parts found.
        got: usize,
    },
    /// The first part is not a name.
    #[error(transparent)]
    Name(#[from] ParseKeyNameError),
    /// The second part is not a key id.
    #[error("key id of the vkey has {0}")]
    Id(ParseHexError),
    /// The third part is not base64.
    #[error("key of the vkey is not canonical base64 with padding")]
    Base64,
    /// The type is none that is known here.
    #[error("vkey has signature type {got:#04x}, want 0x01 (Ed25519) or 0x04 (cosignature/v1)")]
    Type {
        /// The byte found.
        got: u8,
    },
    /// The key has another length.
    #[error("public key of the vkey has {got} bytes, want 32")]
    KeyLength {
        /// Bytes found.
        got: usize,
    },
    /// The key is not safe to verify with.
    #[error("public key of the vkey is not a canonical Ed25519 key of prime order")]
    Key,
    /// The id belongs to another name, type or key.
    #[error("vkey states key id {got}, want {want} for its name and key")]
    IdMismatch {
        /// The id stated.
        got: KeyId,
        /// The id computed.
        want: KeyId,
    },
}

impl Vkey {
    /// The vkey of a key.
    #[must_use]
    pub const fn new(name: KeyName, signature_type: SignatureType, key: VerifyingKey) -> Self {
        Self {
            name,
            signature_type,
            key,
        }
    }

    /// What the checkpoints of a log with this origin and key are verified with.
    #[must_use]
    pub fn of_log(origin: &Origin, key: &PublicKey) -> Self {
        let key =
            VerifyingKey::from_bytes(key.as_bytes()).expect("a public key was checked when it was made");
        Self::new(origin.as_key_name().clone(), SignatureType::Ed25519, key)
    }

    /// Who signs.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// What its signatures are made over.
    #[must_use]
    pub const fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The public key.
    #[must_use]
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The key id, computed.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.name, self.signature_type, &self.key)
    }
}

impl FromStr for Vkey {
    type Err = ParseVkeyError;

    fn from_str(text: &str) -> Result<Self, ParseVkeyError> {
        // Base64 has plus signs of its own: only the first two separate.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ParseVkeyError::Parts {
                got: text.splitn(3, '+').count(),
            });
        };
        let name = KeyName::from_str(name)?;
        let got: KeyId = id.parse().map_err(ParseVkeyError::Id)?;
        let bytes = STANDARD.decode(key).map_err(|_| ParseVkeyError::Base64)?;
        let (signature_type, key) = match bytes.split_first() {
            Some((0x01, key)) => (SignatureType::Ed25519, key),
            Some((0x04, key)) => (SignatureType::CosignatureV1, key),
            Some((got, _)) => return Err(ParseVkeyError::Type { got: *got }),
            None => return Err(ParseVkeyError::KeyLength { got: 0 }),
        };
        let key = <&[u8; 32]>::try_from(key).map_err(|_| ParseVkeyError::KeyLength { got: key.len() })?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| ParseVkeyError::Key)?;
        let point = key.to_edwards();
        if point.compress().as_bytes() != key.as_bytes() || !point.is_torsion_free() || key.is_weak() {
            return Err(ParseVkeyError::Key);
        }
        let vkey = Self {
            name,
            signature_type,
            key,
        };
        let want = vkey.id();
        if got != want {
            return Err(ParseVkeyError::IdMismatch { got, want });
        }
        Ok(vkey)
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.signature_type.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, self.id(), STANDARD.encode(bytes))
    }
}

serde_as_text!(KeyId, Vkey);

#[cfg(test)]
mod tests {
    use super::*;

    /// C2SP `signed-note` v1.0.0, "Example".
    const EXAMPLE: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn the_published_vkey_is_read_and_written() {
        let vkey: Vkey = EXAMPLE.parse().unwrap();
        assert_eq!(vkey.name().as_str(), "example.com/foo");
        assert_eq!(vkey.signature_type(), SignatureType::Ed25519);
        assert_eq!(vkey.to_string(), EXAMPLE);
        let witness = Vkey::new(vkey.name().clone(), SignatureType::CosignatureV1, *vkey.key());
        assert_ne!(witness.id(), vkey.id());
        assert_eq!(witness.to_string().parse(), Ok(witness));
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_of_a_vkey_is_refused() {
        for end in 0..EXAMPLE.len() {
            assert!(EXAMPLE[..end].parse::<Vkey>().is_err(), "{}", &EXAMPLE[..end]);
        }
        for bit in 0..EXAMPLE.len() * 8 {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let parsed = std::str::from_utf8(&bytes).ok().map(str::parse::<Vkey>);
            assert!(!matches!(parsed, Some(Ok(_))), "{bit}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let with_key =
            |bytes: &[u8]| format!("example.com/foo+530d903a+{}", STANDARD.encode(bytes)).parse::<Vkey>();
        let mut identity = [0; 33];
        identity[..2].copy_from_slice(&[1, 1]);
        // RFC 8032 §5.1.3: y = 2^255 − 18 is 1 mod p, but not its canonical encoding.
        let mut not_canonical = [0xff; 33];
        not_canonical[..2].copy_from_slice(&[1, 0xee]);
        not_canonical[32] = 0x7f;
        for (got, want) in [
            ("".parse(), ParseVkeyError::Parts { got: 1 }),
            ("a+00000000".parse(), ParseVkeyError::Parts { got: 2 }),
            (
                "+00000000+AQ==".parse(),
                ParseVkeyError::Name(ParseKeyNameError::Empty),
            ),
            (
                "a+0000000+AQ==".parse(),
                ParseVkeyError::Id(ParseHexError::Length { got: 7, want: 8 }),
            ),
            (
                "a+0000000A+AQ==".parse(),
                ParseVkeyError::Id(ParseHexError::Digit { position: 7 }),
            ),
            ("a+00000000+AQ".parse(), ParseVkeyError::Base64),
            ("a+00000000+AR==".parse(), ParseVkeyError::Base64),
            ("a+00000000+".parse(), ParseVkeyError::KeyLength { got: 0 }),
            (with_key(&[1; 33][..32]), ParseVkeyError::KeyLength { got: 31 }),
            (with_key(&[6; 33]), ParseVkeyError::Type { got: 6 }),
            (with_key(&identity), ParseVkeyError::Key),
            (with_key(&not_canonical), ParseVkeyError::Key),
        ] {
            assert_eq!(got, Err(want));
        }
        let other = EXAMPLE
            .replace("530d903a", "530d903b")
            .parse::<Vkey>()
            .unwrap_err();
        assert_eq!(
            other.to_string(),
            "vkey states key id 530d903b, want 530d903a for its name and key"
        );
    }
}
