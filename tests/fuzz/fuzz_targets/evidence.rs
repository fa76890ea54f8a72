//! No bytes make the verification of a bundle panic, and what verifies gives the same verdict twice.
#![no_main]

use prova_core::progress::NoProgress;
use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use prova_bundle::{bag::Bag, verify::verify};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    let look = || {
        let mut bag = match Bag::open(Cursor::new(bytes)) {
            Ok(bag) => bag,
            Err(error) => {
                assert_printable(&error);
                return None;
            }
        };
        match verify(&mut bag, &NoProgress) {
            Ok(verified) => Some(verified.dossier.verdict(None).to_canonical()),
            Err(error) => {
                assert_printable(&error);
                None
            }
        }
    };
    if let Some(verdict) = look() {
        assert_eq!(Some(verdict), look());
    }
});
