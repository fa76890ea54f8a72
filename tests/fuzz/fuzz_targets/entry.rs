//! An entry is an envelope around a statement, and neither more nor less.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{hash::LeafHash, key::{KeyId, Signature}, statement::{Envelope, EnvelopeSignature, Statement, Unverified, VerifyEntryError}};
use prova_fuzz::assert_printable;

fn check(entry: &[u8]) -> bool {
    match Unverified::decode(entry) {
        Ok(unverified) => {
            assert_eq!(unverified.leaf(), LeafHash::of_entry(entry));
            let envelope = Envelope::decode(entry).expect("an entry is an envelope");
            assert_eq!(
                Statement::decode(envelope.payload()).as_ref(),
                Ok(unverified.claim())
            );
            let keys: Vec<_> = unverified.claimed_keys().collect();
            assert_eq!(keys.len(), envelope.signatures().len());
            let all = Unverified::verify_all(
                vec![unverified.clone(), unverified.clone()],
                None::<&prova_core::registry::Registry>,
            );
            match unverified.verify_first() {
                Ok(_) => assert!(all.is_ok(), "admitted, but refused by an audit"),
                Err(error) => {
                    assert_printable(&error);
                    if let VerifyEntryError::UnknownKey(_) = error {
                        assert!(all.is_err(), "an unknown key was believed");
                    }
                }
            }
            true
        }
        Err(error) => {
            assert_printable(&error);
            false
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // The same bytes as a payload, in an envelope that is in order.
    let signature = EnvelopeSignature {
        key: KeyId::from_bytes([7; 32]),
        signature: Signature::from_bytes([9; 64]),
    };
    if let Ok(envelope) = Envelope::new(bytes.to_vec(), vec![signature]) {
        assert_eq!(check(&envelope.encode()), Statement::decode(bytes).is_ok());
    }
});
