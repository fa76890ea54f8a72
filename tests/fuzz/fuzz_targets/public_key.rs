//! A public key has one text, one DER and 32 bytes, and all name the same point.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::key::PublicKey;
use prova_fuzz::{assert_one_text, assert_printable};

fn check(key: &PublicKey) {
    assert_eq!(PublicKey::from_bytes(key.as_bytes()).as_ref(), Ok(key));
    assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()).as_ref(), Ok(key));
    assert_eq!(PublicKey::from_spki_pem(&key.to_spki_pem()).as_ref(), Ok(key));
    assert_one_text::<PublicKey>(&key.to_string());
}

fuzz_target!(|bytes: &[u8]| {
    match PublicKey::from_spki_der(bytes) {
        Ok(key) => {
            assert_eq!(key.to_spki_der(), bytes, "a second DER of one key");
            check(&key);
        }
        Err(error) => assert_printable(&error),
    }
    if let Some(point) = bytes.first_chunk() {
        match PublicKey::from_bytes(point) {
            Ok(key) => {
                assert_eq!(key.as_bytes(), point);
                check(&key);
            }
            Err(error) => assert_printable(&error),
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_one_text::<PublicKey>(text);
        match PublicKey::from_spki_pem(text) {
            Ok(key) => check(&key),
            Err(error) => assert_printable(&error),
        }
    }
});
