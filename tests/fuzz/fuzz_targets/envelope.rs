//! An envelope's bytes are a function of its content, and its content one of its bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{hash::Digest, key::{KeyId, Signature}, statement::{Envelope, EnvelopeSignature}};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    match Envelope::decode(bytes) {
        Ok(envelope) => {
            assert_eq!(
                envelope.encode(),
                bytes,
                "what is decoded is encoded to the same bytes"
            );
            let made = Envelope::new(envelope.payload().to_vec(), envelope.signatures().to_vec());
            assert_eq!(made, Ok(envelope));
        }
        Err(error) => assert_printable(&error),
    }
    // The other way: any payload, some signatures.
    let Some((count, payload)) = bytes.split_first() else {
        return;
    };
    let signatures = (0..count % 40).map(|number| EnvelopeSignature {
        key: KeyId::from_bytes(*Digest::of(&[number % 36]).as_bytes()),
        signature: Signature::from_bytes([number; 64]),
    });
    match Envelope::new(payload.to_vec(), signatures.collect()) {
        Ok(envelope) => assert_eq!(Envelope::decode(&envelope.encode()), Ok(envelope)),
        Err(error) => assert_printable(&error),
    }
});
