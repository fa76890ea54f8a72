//! Rows in memory, with the error type of rows in the store.

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::LeafHash,
    index::Sealed,
    lifecycle::{Chain, Changes, View},
    position::EntryIndex,
    replay::{MemoryRows, Rows},
    term::Term,
};

use crate::rows::RowError;

/// Rows in memory: what a replay beside a running writer needs, and what it is held against.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) MemoryRows);

fn never<T>(outcome: Result<T, std::convert::Infallible>) -> Result<T, RowError> {
    outcome.map_err(|never| match never {})
}

impl View for Memory {
    type Error = RowError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        never(self.0.chain(id))
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        never(self.0.alias_holder(alias))
    }
}

impl Rows for Memory {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), RowError> {
        never(self.0.record(index, leaf, changes, terms))
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        never(self.0.posting(term))
    }

    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        never(self.0.fold_index())
    }
}
