//! SHA-256 (FIPS 180-4), one type for each meaning of 32 bytes.
//!
//! ```text
//! leaf = SHA-256(0x00 || entry)           entry: the envelope's bytes, 1..=65535
//! node = SHA-256(0x01 || left || right)   left, right: 32 bytes each          (RFC 9162 §2.1.1)
//! ```

use sha2::{Digest as _, Sha256};

/// SHA-256 over the concatenation of `parts`.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

macro_rules! digest_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The digest that these 32 bytes are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::hex::write(f, &self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::hex::ParseHexError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::decode(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            /// Text in formats for people, 32 raw bytes elsewhere.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    $crate::text::deserialize(deserializer)
                } else {
                    <[u8; 32]>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}
pub(crate) use digest_type;

digest_type! {
    /// Hash of an entry as a leaf of the log: `SHA-256(0x00 || entry)`.
    LeafHash
}
digest_type! {
    /// Hash of a subtree of the log: a leaf hash, or `SHA-256(0x01 || left || right)`. A root is one.
    NodeHash
}
digest_type! {
    /// SHA-256 of the bytes of an artefact, a document or a component's id text.
    Digest
}
digest_type! {
    /// Hash of a subtree of the map: 32 zero bytes if it is empty, a leaf's hash, or `SHA-256(0x14 || left || right)`. A root is one.
    MapHash
}

impl LeafHash {
    /// The leaf hash of an entry.
    #[must_use]
    pub fn of_entry(entry: &[u8]) -> Self {
        Self(sha256(&[&[0x00], entry]))
    }
}

impl NodeHash {
    /// The hash of the node above `left` and `right`.
    #[must_use]
    pub fn of_children(left: &Self, right: &Self) -> Self {
        Self(sha256(&[&[0x01], &left.0, &right.0]))
    }

    /// The root of the tree without leaves: `SHA-256("")`.
    #[must_use]
    pub fn of_empty_tree() -> Self {
        Self(sha256(&[]))
    }
}

impl From<LeafHash> for NodeHash {
    fn from(leaf: LeafHash) -> Self {
        Self(leaf.0)
    }
}

impl MapHash {
    /// The hash of a subtree without leaves.
    pub const EMPTY: Self = Self::from_bytes([0; 32]);

    /// The hash of the node above `left` and `right`.
    #[must_use]
    pub fn of_children(left: &Self, right: &Self) -> Self {
        Self::from_bytes(sha256(&[&[0x14], left.as_bytes(), right.as_bytes()]))
    }
}

impl Digest {
    /// SHA-256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(&[bytes]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(NodeHash::of_empty_tree().to_string(), empty);
        // RFC 6962 reference tree: the leaf hash of the empty string.
        let leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(LeafHash::of_entry(b"").to_string(), leaf);
        assert_eq!(leaf.parse(), Ok(LeafHash::of_entry(b"")));
    }
}
