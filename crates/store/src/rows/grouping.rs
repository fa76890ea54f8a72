//! What the engine is told of the store's rows.

use prova_rows::{Grouping, KeyValueRef};

use crate::rows::schema;

/// The rows of a term, and the facts of a kind about a subject, are looked for together; two rows of a term are one if it has room.
#[derive(Debug)]
pub(super) struct StoreGrouping;

impl Grouping for StoreGrouping {
    fn group_length(&self, key: &[u8]) -> Option<usize> {
        schema::group_length(key)
    }

    fn join(&self, row: KeyValueRef<'_>, next: KeyValueRef<'_>) -> Option<Vec<u8>> {
        schema::joined(row, next)
    }
}
