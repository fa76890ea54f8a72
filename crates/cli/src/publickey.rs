//! Public keys as people name them: the text `ed25519:…`, or a file with the public or private key.

use std::path::Path;

use ed25519_dalek::VerifyingKey;
use prova_core::{
    checkpoint::Origin,
    keys::{KeyId, PublicKey},
    test_keys,
    vkey::{SignatureType, Vkey},
};

use crate::{
    error::{Blaming as _, CommandError},
    input, keyfile,
    passphrase::PassphraseSource,
    ui::Ui,
};

/// Longest file with a public key, in bytes: that of a private key, which it may be too.
const LONGEST_FILE: u64 = 16 * 1024;

/// The public key that a text or file holds. Of an encrypted private key it takes the passphrase to know it.
pub(crate) fn read(named: &str, passphrase: &PassphraseSource, ui: &Ui) -> Result<PublicKey, CommandError> {
    if named.starts_with("ed25519:") {
        return named
            .parse()
            .or_caller()
            .map_err(|error| error.context("no public key"));
    }
    let path = Path::new(named);
    let content = input::read(path, LONGEST_FILE)?;
    let text = String::from_utf8_lossy(&content);
    let no_key = |error: CommandError| error.context(format!("no public key from {}", input::shown(path)));
    if text.contains("PRIVATE KEY-----") && path != Path::new("-") {
        let opened = keyfile::read(path, passphrase)?;
        if let Some(warning) = &opened.warning {
            ui.warn(&warning.to_string());
        }
        Ok(opened.key.public())
    } else if text.contains("-----BEGIN ") {
        PublicKey::from_spki_pem(&text).or_caller().map_err(no_key)
    } else {
        text.trim().parse().or_caller().map_err(no_key)
    }
}

/// The name under which the private half of a key is published, if it is.
pub(crate) fn published_name(id: &KeyId) -> Option<&'static str> {
    let id = id.to_string();
    test_keys::PUBLISHED
        .iter()
        .find(|(_, published)| *published == id)
        .map(|(name, _)| *name)
}

/// The verifier key of a log with this origin and key.
pub(crate) fn vkey(origin: &Origin, key: &PublicKey) -> Vkey {
    let key = VerifyingKey::from_bytes(key.as_bytes()).expect("a public key is a point of the curve");
    Vkey::new(origin.as_key_name().clone(), SignatureType::Ed25519, key)
}
