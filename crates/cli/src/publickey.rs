//! Public keys as people name them: the text `ed25519:…`, or a file with the public or private key.

use std::path::Path;

use prova_core::{
    key,
    key::{KeyId, PublicKey, SecretKey},
};
use zeroize::Zeroizing;

use crate::{
    error::{Blaming as _, CommandError},
    input,
    passphrase::PassphraseSource,
    signing,
    ui::Ui,
};

/// How the text of a public key begins.
const TEXT: &str = "ed25519:";

/// Longest file with a public key, in bytes: that of a private key, which it may be too.
const LONGEST_FILE: u64 = 16 * 1024;

/// The public key that a text or file holds. Of an encrypted private key it takes the passphrase to know it.
pub(crate) fn read(named: &str, passphrase: &PassphraseSource, ui: &Ui) -> Result<PublicKey, CommandError> {
    if let Some(secret) = read_private(named, passphrase, ui)? {
        return Ok(secret.public());
    }
    if named.starts_with(TEXT) {
        return named
            .parse()
            .or_caller()
            .map_err(|error| error.context("no public key"));
    }
    let path = Path::new(named);
    let content = input::read(path, LONGEST_FILE)?;
    let text = String::from_utf8_lossy(&content);
    let key = if text.contains("-----BEGIN ") {
        PublicKey::from_spki_pem(&text).or_caller()
    } else {
        text.trim().parse().or_caller()
    };
    key.map_err(|error| error.context(format!("no public key from {}", input::shown(path))))
}

/// The private key that a file holds; none if the file or text holds something else.
pub(crate) fn read_private(
    named: &str,
    passphrase: &PassphraseSource,
    ui: &Ui,
) -> Result<Option<SecretKey>, CommandError> {
    let path = Path::new(named);
    // What comes through a pipe can be read once only, and private keys do not come that way.
    if named.starts_with(TEXT) || !path.is_file() {
        return Ok(None);
    }
    let content = Zeroizing::new(input::read(path, LONGEST_FILE)?);
    if String::from_utf8_lossy(&content).contains("PRIVATE KEY-----") {
        signing::read_key(path, passphrase, ui).map(Some)
    } else {
        Ok(None)
    }
}

/// The name under which the private half of a key is published, if it is.
pub(crate) fn published_name(id: &KeyId) -> Option<&'static str> {
    let id = id.to_string();
    key::PUBLISHED
        .iter()
        .find(|(_, published)| *published == id)
        .map(|(name, _)| *name)
}
