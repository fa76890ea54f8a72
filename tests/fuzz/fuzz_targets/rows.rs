//! Rows of the store, by the store's own codec: whatever is read is the row that would be written, but for what the
//! encoding leaves open (a set or map in another order, a text that is not normal), which reads back as the same value. And the
//! blocks that rows are kept in: what is read is packed again into a block with the same rows.
#![no_main]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::pedantic,
    reason = "files of rows and of the store as they are"
)]

#[path = "../../../crates/rows/src/block.rs"]
mod block;
#[path = "../../../crates/store/src/rows/codec.rs"]
mod codec;
#[path = "../../../crates/rows/src/error.rs"]
mod error;
#[path = "../../../crates/store/src/rows/schema.rs"]
mod schema;

use std::fmt::Debug;

use block::{Block, Builder, RunKind};
use error::EngineError;
use libfuzzer_sys::fuzz_target;
use prova_core::{id::SubjectId, lifecycle::{Chain, Fact}, position::EntryIndex, registry::Registry};
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

/// What a block says, again in a block, packed and not.
fn read_block(bytes: &[u8]) {
    let block = match Block::decode(bytes.to_vec()) {
        Ok(block) => block,
        Err(error) => return assert_printable(&error),
    };
    let Ok(rows) = block.rows().collect::<Result<Vec<_>, _>>() else {
        return;
    };
    for kind in [RunKind::Durable, RunKind::Temporary] {
        let mut builder = Builder::default();
        for (key, value) in &rows {
            builder.push(key, *value).expect("it was in a block");
        }
        let (_, written) = builder.take(kind).expect("it was in a block");
        let again = Block::decode(written).expect("what was written can be read");
        let found: Result<Vec<_>, _> = again.rows().collect();
        assert_eq!(found.as_ref(), Ok(&rows));
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
        b'b' => read_block(row),
        _ => {}
    }
});
