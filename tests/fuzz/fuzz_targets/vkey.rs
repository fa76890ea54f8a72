//! A verifier key has one text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{id::KeyName, log::{KeyId, Vkey}};
use prova_fuzz::assert_one_text;

fuzz_target!(|text: &str| {
    assert_one_text::<Vkey>(text);
    assert_one_text::<KeyName>(text);
    assert_one_text::<KeyId>(text);
    if let Ok(vkey) = text.parse::<Vkey>() {
        assert_eq!(
            vkey.id(),
            KeyId::of(vkey.name(), vkey.signature_type(), vkey.key())
        );
        assert_eq!(
            Vkey::new(vkey.name().clone(), vkey.signature_type(), *vkey.key()),
            vkey
        );
    }
});
