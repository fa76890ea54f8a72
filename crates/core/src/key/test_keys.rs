//! The published test keys: everybody has their secrets, so only a test ledger may enrol them.
//!
//! ```text
//! seed = SHA-256("prova published test key: " || name)
//! ```
//!
//! `keys/` at the top of the repository holds them as PEM files.

use crate::{
    hash::sha256,
    key::{KeyId, SecretKey},
};

const PREFIX: &[u8] = b"prova published test key: ";

/// Every published test key: its name and the text of its key id.
pub const PUBLISHED: [(&str, &str); 18] = [
    (
        "root-a",
        "7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9",
    ),
    (
        "root-b",
        "be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3",
    ),
    (
        "root-c",
        "f51e98221da9c72b9f7edab484485407a29b4500eb2b8d3a97d97fb7abb0133c",
    ),
    (
        "log",
        "940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a",
    ),
    (
        "nordlys",
        "be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54",
    ),
    (
        "meridian",
        "1673f7d40674a4c15d2298796b4fe80de576e79b1b2d91836646690cbde898d3",
    ),
    (
        "lab",
        "555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421",
    ),
    (
        "carrier",
        "61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c",
    ),
    (
        "operator-north",
        "91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe",
    ),
    (
        "operator-south",
        "02db128161df43430a52c6da0c637e8bdbe4f6133a81f6da5568cbc72fb788b8",
    ),
    (
        "regulator",
        "8178aa41c26ee557f4da6b8ff036c792ab8de7ff7e010d15ec6b392a72beb1d4",
    ),
    (
        "integrator",
        "818a3bd750cdc9df4ce60b94f9d136b17ac0dd8b1c7990da24da81285654542c",
    ),
    (
        "producer",
        "77dc9ef59cfb858240c06874b6dbb83ef7150217fd43849a078dca33ac00e467",
    ),
    (
        "auditor",
        "53ab79cfc2cf4e4a201b842165be2dff56a4459efe862c2e7ec89f3eacb6ab97",
    ),
    (
        "spare-1",
        "71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90",
    ),
    (
        "spare-2",
        "eead2ff631b723e1cf19950fbe75cc6cee63a29166dc4f36e116317fadd3f0d8",
    ),
    (
        "spare-3",
        "98a7de0aaa12b15d4f5aaee8b0450f39f5b96f628cf2697e0e61ee1fb1013121",
    ),
    (
        "spare-4",
        "b03b79c28567399b0c6a610cae474671b6b6437f9ee1de57fbba109971e184c4",
    ),
];

/// Whether everybody has the secret of this key.
#[must_use]
pub fn is_published_test_key(id: &KeyId) -> bool {
    let text = id.to_string();
    PUBLISHED.iter().any(|(_, published)| *published == text)
}

/// The published test key of this name, if there is one.
#[must_use]
pub fn published_test_key(name: &str) -> Option<SecretKey> {
    PUBLISHED
        .iter()
        .any(|(published, _)| *published == name)
        .then(|| SecretKey::from_seed(sha256(&[PREFIX, name.as_bytes()])))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn the_list_agrees_with_the_derivation() {
        for (name, id) in PUBLISHED {
            let key_id = published_test_key(name).unwrap().public().key_id();
            assert_eq!(key_id.to_string(), id, "{name}");
            assert!(is_published_test_key(&key_id), "{name}");
        }
        assert!(published_test_key("nobody").is_none());
        assert!(!is_published_test_key(
            &SecretKey::from_seed([1; 32]).public().key_id()
        ));
    }

    #[test]
    fn the_directory_agrees_with_the_derivation() {
        // PrivateKeyInfo version 1 up to the seed (RFC 8410 §7).
        const PKCS8_PREFIX: [u8; 16] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys");
        let mut want = BTreeSet::from(["README.md".to_owned()]);
        for (name, _) in PUBLISHED {
            let secret = published_test_key(name).unwrap();
            let der = STANDARD.encode([&PKCS8_PREFIX[..], &secret.expose_seed()[..]].concat());
            let private = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
            for (file, pem) in [
                (format!("{name}.pem"), private),
                (format!("{name}.pub.pem"), secret.public().to_spki_pem()),
            ] {
                assert_eq!(fs::read_to_string(directory.join(&file)).unwrap(), pem, "{file}");
                want.insert(file);
            }
        }
        let got: BTreeSet<_> = fs::read_dir(&directory)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(got, want);
    }
}
