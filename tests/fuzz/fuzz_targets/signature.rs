//! One signature, alone and among others: an audit and a batch give one verdict, and what admission takes, an audit takes.
//!
//! ```text
//! input = key || signature || message          32 bytes, 64 bytes, the rest
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::key::{Batch, PublicKey, SecretKey, Signature, verify_admission, verify_audit};

fuzz_target!(|bytes: &[u8]| {
    let Some((key, rest)) = bytes.split_first_chunk::<32>() else {
        return;
    };
    let Some((signature, message)) = rest.split_first_chunk::<64>() else {
        return;
    };
    let Ok(key) = PublicKey::from_bytes(key) else {
        return;
    };
    let signature = Signature::from_bytes(*signature);
    let audit = verify_audit(&key, message, &signature);
    if verify_admission(&key, message, &signature).is_ok() {
        assert!(audit.is_ok(), "admitted, but refused by an audit");
    }
    let good = SecretKey::from_seed([3; 32]);
    let mut batch = Batch::new();
    batch.push(&good.public(), message, &good.sign(message));
    batch.push(&key, message, &signature);
    batch.push(&good.public(), b"another", &good.sign(b"another"));
    match batch.verify() {
        Ok(()) => assert!(audit.is_ok(), "a batch took what an audit refuses"),
        Err(bad) => {
            assert!(audit.is_err(), "a batch refused what an audit takes");
            assert_eq!(bad.positions, [1]);
        }
    }
});
