//! A proof's bytes are a function of its content, and nothing but its one entry is proved by it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use prova_core::{hash::LeafHash, log::{Policy, TlogProof}};
use prova_fuzz::assert_printable;

fn policies() -> &'static [Policy; 2] {
    static POLICIES: OnceLock<[Policy; 2]> = OnceLock::new();
    POLICIES.get_or_init(|| {
        [
            include_bytes!("../../../fixtures/vectors/policy/accept/log-only.policy").as_slice(),
            include_bytes!("../../../fixtures/vectors/policy/accept/any-of-two-witnesses.policy"),
        ]
        .map(|bytes| Policy::parse(bytes).expect("a vector"))
    })
}

fuzz_target!(|bytes: &[u8]| {
    let proof = match TlogProof::parse(bytes) {
        Ok(proof) => proof,
        Err(error) => return assert_printable(&error),
    };
    assert_eq!(proof.to_string().as_bytes(), bytes);
    let made = TlogProof::new(proof.inclusion().clone(), proof.checkpoint().clone())
        .and_then(|made| made.with_extra(proof.extra().to_vec()));
    assert_eq!(made.as_ref().ok(), Some(&proof), "a proof is its parts");
    for policy in policies() {
        match proof.verify(&LeafHash::of_entry(bytes), policy) {
            Ok(_) => panic!("an entry was proved that cannot be in the log"),
            Err(error) => assert_printable(&error),
        }
    }
});
