//! Rows to be written together.

use prova_core::{index::term::Term, position::EntryIndex};
use prova_rows::WriteBatch;
use serde::Serialize;

use super::RowError;
use crate::rows::{codec, schema};

/// Rows, of which a later one replaces those before it; all of them are written, or none.
#[derive(Debug, Default)]
pub(crate) struct RowBatch(WriteBatch);

impl RowBatch {
    pub(crate) fn insert<T: Serialize>(
        &mut self,
        kind: &'static str,
        key: &[u8],
        value: &T,
    ) -> Result<(), RowError> {
        let row = codec::encode(value).map_err(RowError::row(kind))?;
        self.insert_bytes(key, row);
        Ok(())
    }

    pub(crate) fn insert_bytes(&mut self, key: &[u8], row: Vec<u8>) {
        self.0.put(key.to_owned(), row);
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.0.remove(key.to_owned());
    }

    /// Adds the entries that come next under a term, ascending.
    pub(crate) fn post(&mut self, term: &Term, indices: &[EntryIndex]) {
        for (key, row) in schema::posting_rows(&schema::posting_prefix(term), indices) {
            self.0.append(key, row);
        }
    }

    pub(super) fn into_batch(self) -> WriteBatch {
        self.0
    }
}
