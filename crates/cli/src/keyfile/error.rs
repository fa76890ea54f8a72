//! What goes wrong with key files, whose fault it is, and what to do.

use std::{io, path::PathBuf};

use pkcs8::ObjectIdentifier;

use super::{ED25519, LONGEST_FILE, MOST_ITERATIONS, MOST_SCRYPT_LANES, MOST_SCRYPT_MEMORY};
use crate::{
    error::{Blame, Blamed, blame_of_io},
    output::OutputError,
    passphrase::PassphraseError,
};

/// Why no key was generated.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no randomness")]
pub(crate) struct GenerateKeyError {
    pub(super) source: getrandom::Error,
}

/// Why a key file was not written. Unless the variant says otherwise, the directory is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CreateKeyError {
    /// Something of that name is there already; keys are never overwritten.
    #[error("{} exists already, and keys are never overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no passphrase to encrypt it with.
    #[error("cannot encrypt the new key")]
    Passphrase(#[from] PassphraseError),
    /// There is no salt to encrypt it with.
    #[error("the system gives no randomness")]
    Random {
        /// The cause.
        source: getrandom::Error,
    },
    /// The key could not be put in its form.
    #[error("cannot encode the new key")]
    Encode {
        /// The cause.
        source: pkcs8::Error,
    },
    /// The file cannot be written; a temporary file may be left, with the protection of the final one. Or it is there, and not durable.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Why a file gave no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ReadKeyError {
    /// The file cannot be read.
    #[error("cannot read the key file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Too long for a key.
    #[error("{} is longer than {LONGEST_FILE} bytes: not a key file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It has no Ed25519 private key that can be opened.
    #[error("no private key from {}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: DecodeKeyError,
    },
}

/// Why a document is no Ed25519 private key that can be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DecodeKeyError {
    /// No PEM at all.
    #[error("not a key: want a PEM document labelled «PRIVATE KEY» or «ENCRYPTED PRIVATE KEY»")]
    NotAKey,
    /// The public half.
    #[error("this is a public key («{label}»), want the private key")]
    PublicKey {
        /// The PEM label, escaped.
        label: String,
    },
    /// PEM of something else, or a private key in another format.
    #[error("a PEM document labelled «{label}», want «PRIVATE KEY» or «ENCRYPTED PRIVATE KEY» (PKCS#8)")]
    Label {
        /// The PEM label, escaped.
        label: String,
    },
    /// The label is right, the content is damaged.
    #[error("the key is damaged: its content is not PKCS#8")]
    Damaged,
    /// A key of another algorithm.
    #[error("a key of algorithm {name} ({oid}), want Ed25519 ({ED25519})")]
    Algorithm {
        /// What the algorithm is called.
        name: &'static str,
        /// Its object identifier.
        oid: ObjectIdentifier,
    },
    /// Version 2 documents carry the public key too.
    #[error("the key is damaged: the public key beside it is that of another")]
    AnotherPublicKey,
    /// Encrypted in a way that is not supported.
    #[error(
        "encrypted with an unsupported algorithm ({oid}), want PBES2 with AES and scrypt or PBKDF2-HMAC-SHA2"
    )]
    Encryption {
        /// Its object identifier.
        oid: ObjectIdentifier,
    },
    /// Parameters that could keep the machine busy for hours or exhaust its memory, or that make no sense.
    #[error(
        "the passphrase's derivation is out of bounds: want at most {MOST_ITERATIONS} iterations of PBKDF2, or scrypt with at most \
         {MOST_SCRYPT_MEMORY} bytes and {MOST_SCRYPT_LANES} lanes"
    )]
    Cost,
    /// Encrypted, and there is no passphrase.
    #[error("the key is encrypted")]
    Passphrase(#[from] PassphraseError),
    /// Does not decrypt: encryption in PKCS#8 has no checksum that would tell the two apart.
    #[error("the passphrase is wrong, or the file is damaged")]
    WrongPassphrase,
}

impl Blamed for GenerateKeyError {
    fn blame(&self) -> Blame {
        Blame::Program
    }
}

impl Blamed for CreateKeyError {
    fn blame(&self) -> Blame {
        match self {
            Self::Exists { .. } => Blame::Caller,
            Self::Passphrase(error) => error.blame(),
            Self::Output(error) => error.blame(),
            Self::Random { .. } | Self::Encode { .. } => Blame::Program,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { .. } => Some("choose another name, or move that file away".to_owned()),
            Self::Passphrase(error) => error.hint(),
            _ => None,
        }
    }
}

impl Blamed for ReadKeyError {
    fn blame(&self) -> Blame {
        match self {
            Self::Read { source, .. } => blame_of_io(source),
            Self::TooLong { .. } | Self::Decode { .. } => Blame::Caller,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Decode {
                source: DecodeKeyError::Passphrase(error),
                ..
            } => error.hint(),
            _ => None,
        }
    }
}
