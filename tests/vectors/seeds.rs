//! Seeds of the fuzz targets, below `fixtures/seeds`: each is accepted by what its target calls, but those whose name says `refused-…`.
//!
//! A seed that was accepted once and is not any more takes the fuzzer nowhere.

use std::{fs, path::Path};

use prova_core::{
    id::KeyName,
    index::IndexProof,
    key::{KeyId, PublicKey, Signature, verify_audit},
    log::{self, Note, NoteSignature, NoteText, Policy, SignedCheckpoint, TlogProof, Vkey},
    statement::{Envelope, EnvelopeSignature, Statement, Unverified},
};

/// Whether a target accepts the content of the file of this name.
type Accept = fn(&Path, &[u8]) -> bool;

const TARGETS: &[(&str, Accept)] = &[
    ("statement", |_, bytes| Statement::decode(bytes).is_ok()),
    ("entry", |_, bytes| {
        // The same bytes as a payload, in an envelope that is in order.
        let signature = EnvelopeSignature {
            key: KeyId::from_bytes([7; 32]),
            signature: Signature::from_bytes([9; 64]),
        };
        let around = Envelope::new(bytes.to_vec(), vec![signature]);
        let is_entry = |entry: &[u8]| Unverified::decode(entry).is_ok();
        is_entry(bytes) || around.is_ok_and(|envelope| is_entry(&envelope.encode()))
    }),
    ("envelope", |_, bytes| Envelope::decode(bytes).is_ok()),
    ("index_proof", |_, bytes| IndexProof::parse(bytes).is_ok()),
    ("tlog_proof", |_, bytes| TlogProof::parse(bytes).is_ok()),
    ("policy", |_, bytes| Policy::parse(bytes).is_ok()),
    ("public_key", |name, bytes| {
        match name.extension().and_then(|end| end.to_str()) {
            Some("der") => PublicKey::from_spki_der(bytes).is_ok(),
            Some("bin") => PublicKey::from_bytes(bytes.first_chunk().unwrap()).is_ok(),
            Some("pem") => PublicKey::from_spki_pem(text(bytes)).is_ok(),
            _ => text(bytes).parse::<PublicKey>().is_ok(),
        }
    }),
    ("note", |_, bytes| {
        Note::parse(bytes).is_ok()
            || SignedCheckpoint::parse(bytes).is_ok()
            || text(bytes).parse::<NoteSignature>().is_ok()
            || text(bytes).parse::<NoteText>().is_ok()
    }),
    ("vkey", |_, bytes| {
        text(bytes).parse::<Vkey>().is_ok()
            || text(bytes).parse::<KeyName>().is_ok()
            || text(bytes).parse::<log::KeyId>().is_ok()
    }),
    ("signature", |_, bytes| {
        let (key, rest) = bytes.split_first_chunk().unwrap();
        let (signature, message) = rest.split_first_chunk().unwrap();
        let key = PublicKey::from_bytes(key);
        key.is_ok_and(|key| verify_audit(&key, message, &Signature::from_bytes(*signature)).is_ok())
    }),
];

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_seed_is_accepted_unless_its_name_says_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/seeds");
    let mut wrong = Vec::new();
    for (target, accepts) in TARGETS {
        let mut seen = 0;
        for file in fs::read_dir(folder.join(target)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_accepted = accepts(&path, &fs::read(&path).unwrap());
            if is_accepted == name.starts_with("refused-") {
                wrong.push(format!("{target}/{name} is accepted: {is_accepted}"));
            }
            seen += 1;
        }
        assert!(seen > 3, "{target} has {seen} seeds");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
