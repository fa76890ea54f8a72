//! What a statement says is not changed by encoding it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{json, statement::{Predicate, Statement}};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    let statement = match Statement::decode(bytes) {
        Ok(statement) => statement,
        Err(error) => return assert_printable(&error),
    };
    assert!(json::check(bytes).is_ok(), "a statement is strict JSON");
    let encoded = statement.encode();
    let again = Statement::decode(&encoded).expect("what is encoded is decoded");
    assert_eq!(again, statement);
    assert_eq!(again.encode(), encoded);
    assert_eq!(statement.check(), Ok(()));
    if let Predicate::Event(predicate) = &statement.predicate {
        let _ = (
            predicate.components(),
            predicate.documents(),
            predicate.entries(),
            predicate.event.name(),
        );
    }
});
