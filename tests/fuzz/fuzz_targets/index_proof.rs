//! An index proof's bytes are a function of its content, and it leads to one root; what it proves of a term, no other proof denies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{hash::MapHash, index::IndexProof};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    let proof = match IndexProof::parse(bytes) {
        Ok(proof) => proof,
        Err(error) => return assert_printable(&error),
    };
    assert_eq!(proof.to_string().as_bytes(), bytes);
    let made = IndexProof::new(proof.term().clone(), *proof.outcome(), proof.siblings().to_vec());
    assert_eq!(made.as_ref(), Ok(&proof), "a proof is its parts");
    assert_eq!(proof.verify(&proof.root()), Ok(()));
    match proof.verify(&MapHash::from_bytes([0x5a; 32])) {
        Ok(()) => panic!("a proof leads to a root that nothing hashes to"),
        Err(error) => assert_printable(&error),
    }
});
