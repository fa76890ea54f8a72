//! Vectors: files under `fixtures/vectors/<kind>/{accept,reject}`, named for their reason.
//!
//! What is in `accept` must parse and be encoded to the same bytes; what is in `reject` must fail with the error in the `.error` file beside
//! it. `PROVA_WRITE_VECTORS=1` makes the files anew; a file that changes then is a change of the format.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::too_many_lines,
    clippy::range_plus_one,
    missing_docs,
    reason = "a test"
)]

mod index_proofs;
mod reject;
mod samples;
mod seeds;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use prova_core::{
    index::IndexProof,
    key::{PublicKey, published_test_key},
    log::{Policy, TlogProof},
    statement::{Envelope, Statement, Unverified},
};

/// Parses, and encodes again where there is an encoder.
type Decode = fn(&[u8]) -> Result<Option<Vec<u8>>, String>;

const KINDS: &[(&str, Decode)] = &[
    ("entry", |bytes| {
        Unverified::decode(bytes).map_err(|error| chain(&error))?;
        Ok(Some(
            Envelope::decode(bytes).map_err(|error| chain(&error))?.encode(),
        ))
    }),
    ("payload", |bytes| {
        Statement::decode(bytes)
            .map(|statement| Some(statement.encode()))
            .map_err(|error| chain(&error))
    }),
    ("public-key", |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|error| chain(&error))?;
        text.parse::<PublicKey>()
            .map(|key| Some(key.to_string().into_bytes()))
            .map_err(|error| chain(&error))
    }),
    ("tlog-proof", |bytes| {
        TlogProof::parse(bytes)
            .map(|proof| Some(proof.to_string().into_bytes()))
            .map_err(|error| chain(&error))
    }),
    ("index-proof", |bytes| {
        IndexProof::parse(bytes)
            .map(|proof| Some(proof.to_string().into_bytes()))
            .map_err(|error| chain(&error))
    }),
    ("policy", |bytes| {
        Policy::parse(bytes).map(|_| None).map_err(|error| chain(&error))
    }),
];

/// An error and what caused it, in one line. A cause whose text the error holds already is not said again.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.contains(&cause.to_string()) {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    text
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vectors")
}

/// Every accept-vector, by kind and name.
fn accepted() -> Vec<(&'static str, String, Vec<u8>)> {
    let key = published_test_key("nordlys").unwrap();
    let second = published_test_key("carrier").unwrap();
    let mut all = Vec::new();
    for (name, value) in samples::statements() {
        let statement =
            Statement::decode(value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let payload = statement.encode();
        // Nothing of the sample was lost, and no name differs.
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&payload).unwrap(),
            value,
            "{name}"
        );
        all.push(("payload", format!("{name}.json"), payload));
    }
    let payload = |name: &str| {
        let (.., payload) = all.iter().find(|(_, known, _)| known == name).unwrap();
        payload.clone()
    };
    let one = Envelope::sign(payload("event-store.json"), &[&key]).unwrap();
    let two = Envelope::sign(payload("event-ship.json"), &[&key, &second]).unwrap();
    all.push(("entry", "one-signature.json".into(), one.encode()));
    all.push(("entry", "two-signatures.json".into(), two.encode()));
    all.push((
        "public-key",
        "test-key.txt".into(),
        key.public().to_string().into_bytes(),
    ));
    all.extend(reject::proofs_and_policies());
    all.extend(index_proofs::accepted());
    all
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn files(kind: &str, verdict: &str, with_error: bool) -> BTreeMap<String, Vec<u8>> {
    let Ok(folder) = fs::read_dir(folder().join(kind).join(verdict)) else {
        return BTreeMap::new();
    };
    let files = folder
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "error") == with_error);
    files
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn accepted_vectors_parse_and_are_encoded_to_the_same_bytes() {
    if std::env::var_os("PROVA_WRITE_VECTORS").is_some() {
        for (kind, name, bytes) in accepted() {
            write(&folder().join(kind).join("accept").join(name), &bytes);
        }
    }
    let mut made = BTreeMap::<_, BTreeMap<_, _>>::new();
    for (kind, name, bytes) in accepted() {
        made.entry(kind).or_default().insert(name, bytes);
    }
    for (kind, decode) in KINDS {
        let stored = files(kind, "accept", false);
        assert!(!stored.is_empty(), "no accept-vector of kind {kind}");
        for (name, bytes) in &stored {
            match decode(bytes) {
                Ok(encoded) => assert!(
                    encoded.is_none_or(|encoded| encoded == *bytes),
                    "{kind}/{name} is encoded to other bytes"
                ),
                Err(error) => panic!("{kind}/{name}: {error}"),
            }
        }
        assert_eq!(
            stored.keys().collect::<Vec<_>>(),
            made[kind].keys().collect::<Vec<_>>()
        );
        assert!(
            stored == made[kind],
            "the vectors of kind {kind} are not those that this version makes"
        );
    }
}

#[test]
fn rejected_vectors_fail_with_the_error_named() {
    if std::env::var_os("PROVA_WRITE_VECTORS").is_some() {
        for (kind, name, bytes) in reject::all().into_iter().chain(index_proofs::rejected()) {
            let decode = KINDS.iter().find(|(known, _)| *known == kind).unwrap().1;
            let error = decode(&bytes).expect_err(&name);
            let path = folder().join(kind).join("reject").join(&name);
            write(&path, &bytes);
            write(&path.with_extension("error"), format!("{error}\n").as_bytes());
        }
    }
    for (kind, decode) in KINDS {
        let stored = files(kind, "reject", false);
        assert!(!stored.is_empty(), "no reject-vector of kind {kind}");
        for (name, bytes) in stored {
            let path = folder()
                .join(kind)
                .join("reject")
                .join(&name)
                .with_extension("error");
            let want = fs::read_to_string(&path).unwrap();
            assert_eq!(
                decode(&bytes).map_err(|error| format!("{error}\n")),
                Err(want),
                "{kind}/{name}"
            );
        }
    }
}

#[test]
fn no_cut_or_flip_of_an_accepted_vector_panics_or_is_read_as_the_same_thing() {
    for (kind, decode) in KINDS {
        for (name, bytes) in files(kind, "accept", false) {
            let step = bytes.len() / 400 + 1;
            for position in (0..bytes.len()).step_by(step) {
                let _ = decode(&bytes[..position]);
                for bit in 0..8 {
                    let mut flipped = bytes.clone();
                    flipped[position] ^= 1 << bit;
                    if let (true, Ok(Some(encoded))) =
                        (std::str::from_utf8(&flipped).is_ok(), decode(&flipped))
                    {
                        assert_ne!(
                            encoded, bytes,
                            "{kind}/{name}: bit {bit} of byte {position} makes no difference"
                        );
                    }
                }
            }
        }
    }
}
