//! Rows to be written together.

use prova_core::{index::term::Term, position::EntryIndex};
use serde::Serialize;

use super::{RowError, block::Row};
use crate::{codec, schema};

/// Rows, of which a later one replaces those before it; all of them are written, or none.
#[derive(Debug, Default)]
pub(crate) struct RowBatch {
    pub(super) rows: Vec<Row>,
    pub(super) postings: Vec<(Vec<u8>, Vec<EntryIndex>)>,
}

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
        self.rows.push((key.to_owned(), Some(row)));
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.rows.push((key.to_owned(), None));
    }

    /// The entries under a term, ascending, none of which is in a row yet.
    pub(crate) fn post(&mut self, term: &Term, indices: Vec<EntryIndex>) {
        self.postings.push((schema::posting_prefix(term), indices));
    }
}
