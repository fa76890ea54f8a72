//! What a page in a browser does with `prova-core`: read an entry, verify its signatures, verify its proof.
//!
//! `cargo test` runs it here; `.ci/wasm` builds the same file as a program for the browser's target and runs it in a JavaScript
//! engine. There is no console there: a check that fails ends in a trap, which is all that `main` can say.

use prova_core::{
    country::Country,
    hash::LeafHash,
    key::{Batch, PUBLISHED, Signature, published_test_key, verify_admission, verify_audit},
    log::{Policy, TlogProof},
    statement::{Envelope, Unverified, pre_authentication_encoding},
};

const ENTRY: &[u8] = include_bytes!("../../fixtures/vectors/entry/accept/two-signatures.json");
const SPACED: &[u8] = include_bytes!("../../fixtures/vectors/entry/reject/space.json");
const PROOF: &[u8] = include_bytes!("../../fixtures/vectors/tlog-proof/accept/entry-2-of-5.tlog-proof");
const POLICY: &[u8] = include_bytes!("../../fixtures/vectors/policy/accept/log-only.policy");

#[cfg(not(test))]
fn main() {
    an_entry_and_its_proof_are_verified_with_nothing_but_memory();
}

#[cfg_attr(test, test)]
fn an_entry_and_its_proof_are_verified_with_nothing_but_memory() {
    assert!(Unverified::decode(ENTRY).is_ok(), "the entry is read");
    assert!(
        Unverified::decode(SPACED).is_err(),
        "an entry in another form is refused"
    );

    let envelope = Envelope::decode(ENTRY).expect("an accepted vector");
    let message = pre_authentication_encoding(envelope.payload());
    let mut batch = Batch::new();
    for signature in envelope.signatures() {
        let key = PUBLISHED
            .iter()
            .filter_map(|(name, _)| published_test_key(name))
            .map(|secret| secret.public())
            .find(|key| key.key_id() == signature.key)
            .expect("vectors are signed by published test keys");
        assert_eq!(verify_admission(&key, &message, &signature.signature), Ok(()));
        assert_eq!(verify_audit(&key, &message, &signature.signature), Ok(()));
        assert!(verify_audit(&key, b"another", &signature.signature).is_err());
        batch.push(&key, &message, &signature.signature);
        batch.push(&key, &message, &Signature::from_bytes([0; 64]));
    }
    let refused = batch.verify().expect_err("two of the four are no signatures");
    assert_eq!(refused.positions, [1, 3]);

    let proof = TlogProof::parse(PROOF).expect("an accepted vector");
    let policy = Policy::parse(POLICY).expect("an accepted vector");
    let verified = proof.verify(&LeafHash::of_entry(&[2]), &policy);
    assert!(verified.is_ok(), "the proof is of the one byte 2");
    let elsewhere = proof.verify(&LeafHash::of_entry(b"another entry"), &policy);
    assert!(elsewhere.is_err(), "a proof of another entry is none of this");

    let country: Country = "SE".parse().expect("an assigned code");
    assert_eq!(country.name(), "Sweden");
}
