//! Rows of the store, by the store's own codec: whatever is read is the row that would be written, but for what the
//! encoding leaves open (a set or map in another order, a text that is not normal), which reads back as the same value.
#![no_main]
#![allow(dead_code, unreachable_pub, clippy::pedantic, reason = "files of the store as they are")]

#[path = "../../../crates/store/src/codec.rs"]
mod codec;
#[path = "../../../crates/store/src/schema.rs"]
mod schema;

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use prova_core::{
    component::SubjectId,
    lifecycle::{Chain, Fact},
    position::EntryIndex,
    registry::Registry,
};
use prova_fuzz::assert_printable;
use serde::{Serialize, de::DeserializeOwned};

/// The row that a value is written as, if the bytes are a row.
fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(row: &[u8]) -> Option<Vec<u8>> {
    match codec::decode::<T>(row) {
        Ok(value) => {
            let written = codec::encode(&value).expect("what was read can be written");
            assert_eq!(codec::decode::<T>(&written).as_ref(), Ok(&value));
            Some(written)
        }
        Err(error) => {
            assert_printable(&error);
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    // The first byte says which kind of row, as that of a key does.
    let Some((kind, row)) = bytes.split_first() else {
        return;
    };
    match kind {
        b's' => {
            if let Some(written) = read::<schema::StateRow>(row) {
                assert_eq!(written, row, "a second row of one state");
            }
        }
        b'l' => {
            if let Some(written) = read::<EntryIndex>(row) {
                assert_eq!(written, row, "a second row of one index");
            }
        }
        b'a' => drop(read::<SubjectId>(row)),
        b'c' => drop(read::<Chain>(row)),
        b'f' => drop(read::<Fact>(row)),
        b'r' => drop(read::<Registry>(row)),
        _ => {}
    }
});
