//! Private keys in files: PKCS#8 in PEM, encrypted unless somebody insists otherwise.
//!
//! ```text
//! PEM «PRIVATE KEY»             PrivateKeyInfo version 1                  (RFC 5208 §5, RFC 8410 §7, RFC 7468 §10)
//! PEM «ENCRYPTED PRIVATE KEY»   the same under PBES2: AES-256-CBC, key from scrypt (RFC 8018 §6.2, RFC 7914 §7)
//! ```
//!
//! Version 1, because OpenSSL 3.0 reads no other. The scrypt parameters are N = 2^14, r = 8, p = 5: OpenSSL refuses more than 32 MiB,
//! which excludes a larger N, and p = 5 makes up for the work.

mod error;

use std::{
    fmt,
    fs::{self, File, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef,
    SecretDocument,
    der::{self, Decode as _, Reader as _, asn1::OctetStringRef},
    pkcs5::{
        self, EncryptionScheme,
        pbes2::{self, Kdf},
    },
};
use prova_core::{key::SecretKey, text};
use zeroize::Zeroizing;

pub(crate) use self::error::{CreateKeyError, DecodeKeyError, GenerateKeyError, ReadKeyError};
use crate::{
    output::{self, OutputError},
    passphrase::{PassphrasePurpose, PassphraseSource},
};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Longest key file, in bytes. An Ed25519 key takes some 300; the rest is room for comments.
const LONGEST_FILE: usize = 16 * 1024;

/// Most iterations of PBKDF2: RFC 8018 §4.2 calls ten million appropriate for especially critical keys.
const MOST_ITERATIONS: u32 = 10_000_000;

/// Most memory that scrypt may ask for (128·N·r), in bytes: eight times what OpenSSL allows.
const MOST_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;

/// Most parallelisation of scrypt, which multiplies its time.
const MOST_SCRYPT_LANES: u16 = 16;

/// What protects a new key file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protection<'a> {
    /// Encryption under a passphrase from this source.
    Encrypted(&'a PassphraseSource),
    /// Nothing but the file's mode.
    Plain,
}

/// A key read from a file.
pub(crate) struct OpenedKey {
    /// The private half, which signs.
    pub(crate) key: SecretKey,
    /// What its keeper should change.
    pub(crate) warning: Option<KeyFileWarning>,
}

/// Something about a key file that its keeper should change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum KeyFileWarning {
    /// Others than the owner may read it.
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl fmt::Display for KeyFileWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadableByOthers { path, mode } => {
                let path = text::escape(&path.to_string_lossy());
                write!(
                    f,
                    "{path} has mode {mode:04o}: others can read this private key, want 0600"
                )
            }
        }
    }
}

/// A new key from the system's randomness.
pub(crate) fn generate() -> Result<SecretKey, GenerateKeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|source| GenerateKeyError { source })?;
    Ok(SecretKey::from_seed(*seed))
}

/// Writes a key to a new file of mode 0600 and makes it durable.
///
/// The file appears complete or not at all. Whether the name is free is asked before the passphrase is, and again by the
/// system when the file gets its name.
pub(crate) fn create(path: &Path, key: &SecretKey, protection: Protection<'_>) -> Result<(), CreateKeyError> {
    let exists = || CreateKeyError::Exists {
        path: path.to_owned(),
    };
    let cannot_write = |source| OutputError::Write {
        path: path.to_owned(),
        source,
    };
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists());
    }
    let pem = encode(path, key, protection)?;
    let mut file = tempfile::Builder::new()
        .prefix(".prova-key-")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(output::directory_of(path))
        .map_err(cannot_write)?;
    file.write_all(pem.as_bytes()).map_err(cannot_write)?;
    file.as_file().sync_all().map_err(cannot_write)?;
    file.persist_noclobber(path)
        .map_err(|failure| match failure.error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => cannot_write(failure.error).into(),
        })?;
    Ok(output::sync_directory_of(path)?)
}

fn encode(
    path: &Path,
    key: &SecretKey,
    protection: Protection<'_>,
) -> Result<Zeroizing<String>, CreateKeyError> {
    let failed = |source: pkcs8::Error| CreateKeyError::Encode { source };
    // An OCTET STRING of 32 bytes inside the OCTET STRING that PKCS#8 provides (RFC 8410 §7).
    let mut inner = Zeroizing::new([0_u8; 34]);
    for (target, byte) in inner
        .iter_mut()
        .zip([0x04, 0x20].iter().chain(key.expose_seed().iter()))
    {
        *target = *byte;
    }
    let algorithm = AlgorithmIdentifierRef {
        oid: ED25519,
        parameters: None,
    };
    let inner = OctetStringRef::new(inner.as_slice()).map_err(|error| failed(error.into()))?;
    let document = PrivateKeyInfoRef::new(algorithm, inner);
    let (label, der) = match protection {
        Protection::Plain => (
            "PRIVATE KEY",
            SecretDocument::encode_msg(&document).map_err(|error| failed(error.into()))?,
        ),
        Protection::Encrypted(source) => {
            let passphrase = source.passphrase(PassphrasePurpose::Protect, path)?;
            let parameters = new_parameters()?;
            let der = document.encrypt_with_params(parameters, passphrase.expose());
            ("ENCRYPTED PRIVATE KEY", der.map_err(failed)?)
        }
    };
    der.to_pem(label, LineEnding::LF)
        .map_err(|error| failed(error.into()))
}

fn new_parameters() -> Result<pbes2::Parameters, CreateKeyError> {
    let mut salt = [0; 16];
    let mut iv = [0; 16];
    getrandom::fill(&mut salt)
        .and_then(|()| getrandom::fill(&mut iv))
        .map_err(|source| CreateKeyError::Random { source })?;
    let kdf = Kdf::Scrypt(pbes2::ScryptParams {
        salt: pbes2::Salt::new(salt).map_err(|error| CreateKeyError::Encode { source: error.into() })?,
        cost_parameter: 1 << 14,
        block_size: 8,
        parallelization: 5,
        key_length: None,
    });
    let encryption = pbes2::EncryptionScheme::Aes256Cbc { iv };
    Ok(pbes2::Parameters { kdf, encryption })
}

/// Reads a key from a file; `passphrase` is consulted only if the file is encrypted.
pub(crate) fn read(path: &Path, passphrase: &PassphraseSource) -> Result<OpenedKey, ReadKeyError> {
    let cannot_read = |source| ReadKeyError::Read {
        path: path.to_owned(),
        source,
    };
    let not_decoded = |source| ReadKeyError::Decode {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(cannot_read)?;
    let metadata = file.metadata().map_err(cannot_read)?;
    let mode = metadata.permissions().mode() & 0o7777;
    let warning = (metadata.is_file() && mode & 0o044 != 0).then(|| KeyFileWarning::ReadableByOthers {
        path: path.to_owned(),
        mode,
    });
    // Larger than what is read, so that it is never reallocated and no copy stays behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * LONGEST_FILE));
    let limit = u64::try_from(LONGEST_FILE + 1).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() > LONGEST_FILE {
        return Err(ReadKeyError::TooLong {
            path: path.to_owned(),
        });
    }
    let key = str::from_utf8(&bytes)
        .map_err(|_| DecodeKeyError::NotAKey)
        .and_then(|pem| decode(path, pem, passphrase))
        .map_err(not_decoded)?;
    Ok(OpenedKey { key, warning })
}

fn decode(path: &Path, pem: &str, passphrase: &PassphraseSource) -> Result<SecretKey, DecodeKeyError> {
    let label = label(pem).ok_or(DecodeKeyError::NotAKey)?;
    match label {
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {}
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => {
            return Err(DecodeKeyError::PublicKey {
                label: label.to_owned(),
            });
        }
        _ => {
            return Err(DecodeKeyError::Label {
                label: text::escape(label),
            });
        }
    }
    let (_, document) = SecretDocument::from_pem(pem).map_err(|_| DecodeKeyError::Damaged)?;
    if label == "PRIVATE KEY" {
        let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| DecodeKeyError::Damaged)?;
        return decode_info(&info);
    }
    let encrypted = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
        .map_err(|error| undecodable(error, document.as_bytes()))?;
    check_cost(&encrypted.encryption_algorithm)?;
    let passphrase = passphrase.passphrase(PassphrasePurpose::Unlock, path)?;
    let document = encrypted
        .decrypt(passphrase.expose())
        .map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(
                pkcs5::Error::UnsupportedAlgorithm { oid } | pkcs5::Error::AlgorithmParametersInvalid { oid },
            ) => DecodeKeyError::Encryption { oid },
            _ => DecodeKeyError::WrongPassphrase,
        })?;
    let info =
        PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| DecodeKeyError::WrongPassphrase)?;
    decode_info(&info)
}

/// The label of the first PEM document in a text.
fn label(pem: &str) -> Option<&str> {
    pem.lines()
        .find_map(|line| line.strip_prefix("-----BEGIN ")?.trim_end().strip_suffix("-----"))
}

/// Why a document is no encrypted key that the library understands: what it is encrypted with, if that can be told.
fn undecodable(error: pkcs8::Error, document: &[u8]) -> DecodeKeyError {
    if let pkcs8::Error::Asn1(error) = error
        && let der::ErrorKind::OidUnknown { oid } = error.kind()
    {
        return DecodeKeyError::Encryption { oid };
    }
    let scheme = der::SliceReader::new(document).and_then(|mut reader| {
        reader.sequence(|reader| {
            let scheme = AlgorithmIdentifierRef::decode(reader)?;
            <&OctetStringRef>::decode(reader)?;
            Ok::<_, der::Error>(scheme.oid)
        })
    });
    match scheme {
        Ok(oid) if oid != pbes2::PBES2_OID => DecodeKeyError::Encryption { oid },
        _ => DecodeKeyError::Damaged,
    }
}

/// Refuses a derivation that would cost too much, and the N = 0 that the library would take for granted.
fn check_cost(scheme: &EncryptionScheme) -> Result<(), DecodeKeyError> {
    let parameters = match scheme {
        EncryptionScheme::Pbes2(parameters) => parameters,
        other => return Err(DecodeKeyError::Encryption { oid: other.oid() }),
    };
    let affordable = match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) => (1..=MOST_ITERATIONS).contains(&pbkdf2.iteration_count),
        Kdf::Scrypt(scrypt) => {
            let memory = scrypt
                .cost_parameter
                .saturating_mul(u64::from(scrypt.block_size))
                .saturating_mul(128);
            scrypt.cost_parameter.is_power_of_two()
                && memory <= MOST_SCRYPT_MEMORY
                && (1..=MOST_SCRYPT_LANES).contains(&scrypt.parallelization)
        }
        other => return Err(DecodeKeyError::Encryption { oid: other.oid() }),
    };
    if affordable {
        Ok(())
    } else {
        Err(DecodeKeyError::Cost)
    }
}

fn decode_info(info: &PrivateKeyInfoRef<'_>) -> Result<SecretKey, DecodeKeyError> {
    let oid = info.algorithm.oid;
    if oid != ED25519 {
        let name = algorithm_name(oid);
        return Err(DecodeKeyError::Algorithm { name, oid });
    }
    let seed = match info.private_key.as_bytes() {
        [0x04, 0x20, seed @ ..] if info.algorithm.parameters.is_none() => seed,
        _ => return Err(DecodeKeyError::Damaged),
    };
    let key = SecretKey::from_seed(seed.try_into().map_err(|_| DecodeKeyError::Damaged)?);
    match info.public_key {
        Some(public) if public.as_bytes() != Some(key.public().as_bytes()) => {
            Err(DecodeKeyError::AnotherPublicKey)
        }
        _ => Ok(key),
    }
}

fn algorithm_name(oid: ObjectIdentifier) -> &'static str {
    const NAMES: [(&str, &str); 10] = [
        ("1.2.840.113549.1.1.1", "RSA"),
        ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
        ("1.2.840.10040.4.1", "DSA"),
        ("1.2.840.10045.2.1", "ECDSA"),
        ("1.3.101.110", "X25519"),
        ("1.3.101.111", "X448"),
        ("1.3.101.113", "Ed448"),
        ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
        ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
        ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ];
    let oid = oid.to_string();
    NAMES
        .iter()
        .find(|(known, _)| *known == oid)
        .map_or("unknown", |(_, name)| name)
}

#[cfg(test)]
mod tests;
