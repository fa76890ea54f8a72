use std::{fs, path::PathBuf};

use prova_core::key::published_test_key;

use super::*;
use crate::tests::scene::Scene;

fn fixtures(path: &str) -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut files = Vec::new();
    let mut waiting = vec![root.join(path)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push((path.display().to_string(), fs::read(path).unwrap()));
        }
    }
    files
}

/// The name that a program is shown for what a file is.
fn kind(file: &InspectedFile) -> String {
    let shown = serde_json::to_value(file).unwrap();
    shown["kind"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_accepted_is_told_by_its_kind() {
    for (vectors, want) in [
        ("vectors/entry/accept", "envelopes"),
        ("vectors/payload/accept", "statement"),
        ("vectors/index-proof/accept", "indexProof"),
        ("vectors/public-key/accept", "publicKey"),
        ("vectors/tlog-proof/accept", "inclusionProof"),
        ("vectors/policy/accept", "policy"),
        ("ledgers/v1/checkpoint", "checkpoint"),
        ("bundles/v1/unit.zip", "bundle"),
    ] {
        let files = fixtures(vectors);
        assert!(!files.is_empty(), "{vectors}");
        for (name, bytes) in files {
            let told = InspectedFile::read(&bytes, None).map(|file| kind(&file));
            assert_eq!(told.as_deref().ok(), Some(want), "{name}: {told:?}");
        }
    }
}

#[test]
fn nothing_that_is_refused_or_cut_short_ends_the_program() {
    for (name, bytes) in fixtures("vectors")
        .into_iter()
        .chain(fixtures("ledgers/v1/checkpoint"))
    {
        for length in (0..bytes.len()).step_by(7) {
            if let Ok(file) = InspectedFile::read(&bytes[..length], None) {
                assert!(!kind(&file).is_empty(), "{name}");
            }
        }
    }
}

#[test]
fn a_key_file_is_told_by_its_label_and_nothing_of_a_private_key_is_read() {
    for (label, encrypted) in [("PRIVATE KEY", false), ("ENCRYPTED PRIVATE KEY", true)] {
        let text = format!("-----BEGIN {label}-----\nsecret\n-----END {label}-----\n");
        let file = InspectedFile::read(text.as_bytes(), None).unwrap();
        let want = serde_json::json!({"kind": "privateKey", "encrypted": encrypted});
        assert_eq!(serde_json::to_value(&file).unwrap(), want);
    }
    let key = published_test_key("lab").unwrap().public();
    for text in [key.to_string(), format!("{key}\n"), key.to_spki_pem()] {
        let file = InspectedFile::read(text.as_bytes(), None).unwrap();
        assert_eq!(kind(&file), "publicKey", "{text}");
    }
    let more = InspectedFile::read(format!("{key}\n{key}\n").as_bytes(), None);
    assert!(matches!(more, Err(InspectFileError::UnknownKind)));
}

#[test]
fn the_line_of_a_file_that_is_no_envelope_is_named() {
    let scene = Scene::new();
    let entry = |index| scene.writer.snapshot().entry(EntryIndex::new(index)).unwrap();
    let lines = [entry(1), b"\n".to_vec(), entry(2), b"\n".to_vec()].concat();
    let registry = scene.reading().registry().clone();
    match InspectedFile::read(&lines, Some(&registry)).unwrap() {
        InspectedFile::Envelopes { envelopes } => assert_eq!(envelopes.len(), 2),
        other => panic!("{other:?}"),
    }
    let damaged = [lines, b"{\"payload\"\n".to_vec()].concat();
    match InspectedFile::read(&damaged, None) {
        Err(InspectFileError::Envelope { line: 3, .. }) => {}
        other => panic!("{other:?}"),
    }
}
