//! Rows that wait to be written, above those of the store.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use prova_core::{
    hash::LeafHash,
    index::term::Term,
    ledger::{Placing, Rows, SealedView},
    lifecycle::{Changes, Layer, Lives},
    position::{EntryIndex, TreeSize, within},
    registry::Registry,
    statement::seal::Sealed,
};

use crate::{
    rows::{
        RowBatch, RowError, StoreRows,
        schema::{self, StateRow},
    },
    state::folding::Folding,
};

/// The store as it will be once the waiting rows are written.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    below: &'a StoreRows,
    lives: Lives,
    leaves: HashMap<LeafHash, EntryIndex>,
    postings: HashMap<Term, Vec<EntryIndex>>,
    /// The index, while it is at hand.
    folding: Option<Folding>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(below: &'a StoreRows) -> Self {
        Self {
            below,
            lives: Lives::default(),
            leaves: HashMap::new(),
            postings: HashMap::new(),
            folding: None,
        }
    }

    /// The same, with the index at hand: every entry so far is in it.
    pub(crate) fn with_index(mut self, folding: Folding) -> Self {
        self.folding = Some(folding);
        self
    }

    /// Lets go of the index, which is as it was in the store.
    pub(crate) fn drop_index(&mut self) {
        self.folding = None;
    }

    /// How many entries wait.
    pub(crate) fn entries(&self) -> usize {
        self.leaves.len()
    }

    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        match self.leaves.get(leaf) {
            Some(index) => Ok(Some(*index)),
            None => self.below.index_of(leaf),
        }
    }

    /// Takes the waiting rows as a batch.
    pub(crate) fn take_batch(&mut self) -> Result<RowBatch, RowError> {
        let mut batch = RowBatch::default();
        for (subject, chain) in self.lives.chains.drain() {
            batch.insert("chain", &schema::chain_key(&subject), &chain)?;
        }
        for ((by, alias), holder) in self.lives.aliases.drain() {
            batch.insert("alias", &schema::alias_key(&by, &alias), &holder)?;
        }
        for (of, key, fact) in std::mem::take(&mut self.lives.facts).iter() {
            let row = schema::fact_key(of, key);
            match fact {
                Some(fact) => batch.insert("fact", &row, fact)?,
                None => batch.remove(&row),
            }
        }
        for (leaf, index) in self.leaves.drain() {
            batch.insert("leaf", &schema::leaf_key(&leaf), &index)?;
        }
        for (term, indices) in self.postings.drain() {
            batch.post(&term, &indices);
        }
        if let Some(folding) = &mut self.folding {
            folding.write(&mut batch)?;
        }
        Ok(batch)
    }
}

/// Adds the registry, which is refused if it is too large to be read again.
pub(crate) fn insert_registry(batch: &mut RowBatch, registry: &Registry) -> Result<(), RowError> {
    batch.insert("registry", schema::REGISTRY, registry)
}

/// Adds how far the store is, once the rest of the batch is written.
pub(crate) fn finish(batch: &mut RowBatch, state: &StateRow) -> Result<(), RowError> {
    batch.insert("state", schema::STATE, state)
}

impl Layer for Overlay<'_> {
    type Below = StoreRows;
    type Error = RowError;

    fn below(&self) -> &StoreRows {
        self.below
    }

    fn lives(&self) -> Option<&Lives> {
        Some(&self.lives)
    }
}

impl Placing for Overlay<'_> {
    type Failure = RowError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.index_of(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, RowError> {
        let mut under = self.below.under(term, entries.clone())?;
        let waiting = self.postings.get(term).map_or(&[][..], Vec::as_slice);
        under.extend(within(waiting, entries));
        Ok(under)
    }
}

impl SealedView for Overlay<'_> {
    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        if self.folding.is_none() {
            let first_waiting = self.leaves.values().min().copied();
            let size = match first_waiting {
                Some(first) => TreeSize::new(first.get()),
                None => TreeSize::new(self.below.count(schema::LEAVES)?),
            };
            let mut folding = Folding::load(self.below)?;
            folding.fold_postings(self.below, size)?;
            let mut waiting: BTreeMap<EntryIndex, Vec<Term>> = BTreeMap::new();
            for (term, indices) in &self.postings {
                for index in indices {
                    waiting.entry(*index).or_default().push(term.clone());
                }
            }
            let leaves: BTreeMap<_, _> = self.leaves.iter().map(|(leaf, index)| (index, leaf)).collect();
            for (index, leaf) in leaves {
                folding.record(*index, *leaf, waiting.get(index).map_or(&[], Vec::as_slice));
            }
            self.folding = Some(folding);
        }
        match &mut self.folding {
            Some(folding) => folding.fold(self.below),
            None => Err(RowError::Store {
                reason: "the index is not at hand".to_owned(),
            }),
        }
    }
}

impl Rows for Overlay<'_> {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), RowError> {
        self.lives.extend(changes);
        self.leaves.insert(leaf, index);
        if let Some(folding) = &mut self.folding {
            folding.record(index, leaf, &terms);
        }
        self.folding.take_if(|folding| folding.is_full());
        for term in terms {
            self.postings.entry(term).or_default().push(index);
        }
        Ok(())
    }
}
