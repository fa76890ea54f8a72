//! The verifiable index from the rows of the store.

use std::collections::{BTreeMap, HashMap};

use prova_core::{
    hash::LeafHash,
    index::{Accumulator, Builder, Sealed, TermKey},
    position::EntryIndex,
    term::Term,
};

use crate::rows::{RowError, StoreRows};

/// The index over all entries in the store and those that wait above it.
pub(crate) fn fold_all(
    rows: &StoreRows,
    waiting: &[(Term, EntryIndex)],
    leaves: &HashMap<LeafHash, EntryIndex>,
) -> Result<Sealed, RowError> {
    let mut by_index: HashMap<EntryIndex, LeafHash> = HashMap::new();
    for row in rows.leaves() {
        let (leaf, index) = row?;
        by_index.insert(index, leaf);
    }
    by_index.extend(leaves.iter().map(|(leaf, index)| (*index, *leaf)));
    let mut waiting_by_key: BTreeMap<TermKey, Vec<EntryIndex>> = BTreeMap::new();
    for (term, index) in waiting {
        waiting_by_key.entry(TermKey::of(term)).or_default().push(*index);
    }
    let mut accumulators: BTreeMap<TermKey, Accumulator> = BTreeMap::new();
    let mut fold = |key: TermKey, index: EntryIndex| -> Result<(), RowError> {
        let leaf = by_index.get(&index).ok_or_else(|| RowError::Row {
            kind: "posting",
            reason: format!("entry {index} has no leaf row"),
        })?;
        let accumulator = accumulators.entry(key).or_insert(Accumulator::EMPTY);
        *accumulator = accumulator.with(index, leaf);
        Ok(())
    };
    for row in rows.postings() {
        let (key, index) = row?;
        fold(key, index)?;
    }
    for (key, indices) in waiting_by_key {
        for index in indices {
            fold(key, index)?;
        }
    }
    let mut builder = Builder::new();
    for (key, accumulator) in &accumulators {
        // A map's keys ascend.
        let _ = builder.push(*key, &accumulator.value());
    }
    Ok(Sealed {
        terms: builder.leaves(),
        root: builder.finish(),
    })
}
