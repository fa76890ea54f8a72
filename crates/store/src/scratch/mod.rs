//! Rows of a replay without a store: in memory while they are few, beyond that in temporary files that nobody else sees.
//!
//! ```text
//! chains, aliases   written back when they have not been used for a while      → log
//! places            where in the log a row is; where in the ledger a leaf is   → sorted runs
//! postings          the entries under a term                                   → sorted runs
//! index             the leaves of the map that seals state                     → buckets
//! fingerprint       128 bits of a keyed hash, the keys made anew by each process: nobody can prepare two texts with one fingerprint
//! ```
//! Memory is bounded, whatever the size of the ledger, but for what contradicts itself: findings are kept as a list.

mod buckets;
mod cache;
mod log;
mod places;
mod run;
mod subjects;
mod unfolded;

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::LeafHash,
    index::{Index, Sealed},
    lifecycle::{Chain, Changes, Finding, View},
    position::EntryIndex,
    replay::Rows,
    term::Term,
};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::buckets::Buckets;
pub(crate) use self::subjects::Subjects;
use self::{cache::Cache, log::Log, places::Places, run::Runs, unfolded::Unfolded};
use crate::{codec, rows::RowError};

/// Where memory ends and files begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Chains of usual length in the younger half of those kept in memory.
    chains: usize,
    /// Aliases in the younger half of those kept in memory.
    aliases: usize,
    /// Postings in memory, and places under terms that wait to be folded into the index.
    postings: usize,
    /// Leaves of the index in memory.
    terms: usize,
    /// Places of rows, and of leaves, in memory.
    places: usize,
    /// Bytes of rows in memory before they are written to the log.
    log: usize,
    /// Subjects whose names are put in order at a time.
    names: usize,
}

impl Limits {
    /// Some 100 MiB in all.
    const USUAL: Self = Self {
        chains: 12_000,
        aliases: 12_000,
        postings: 400_000,
        terms: 200_000,
        places: 200_000,
        log: 4 << 20,
        names: 100_000,
    };
}

/// Rows of a replay.
#[derive(Debug)]
pub(crate) struct Scratch {
    limits: Limits,
    /// Reading moves rows between memory and files.
    rows: Mutex<Kept>,
    findings: Vec<Finding>,
    /// How many chains there are of components, and of other subjects.
    components: u64,
    others: u64,
}

#[derive(Debug)]
struct Kept {
    fingerprints: Fingerprints,
    chains: Cache<SubjectId, Chain>,
    aliases: Cache<Alias, SubjectId>,
    log: Log,
    /// Where rows stand in the log.
    places: Places,
    /// Where leaves stand in the ledger.
    leaves: Places,
    postings: Runs,
    /// The index at the last seal.
    index: Index,
    buckets: Buckets,
    /// What the next seal folds into it.
    unfolded: Unfolded,
}

/// Two keyed hashes of 64 bits (`SipHash`).
#[derive(Debug, Default)]
struct Fingerprints(RandomState, RandomState);

impl Fingerprints {
    fn of(&self, key: &impl Hash) -> u128 {
        (u128::from(self.0.hash_one(key)) << 64) | u128::from(self.1.hash_one(key))
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new(Limits::USUAL)
    }
}

impl Scratch {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            rows: Mutex::new(Kept {
                fingerprints: Fingerprints::default(),
                chains: Cache::new(limits.chains),
                aliases: Cache::new(limits.aliases),
                log: Log::new(limits.log),
                places: Places::new(limits.places),
                leaves: Places::new(limits.places),
                postings: Runs::default(),
                index: Index::new(),
                buckets: Buckets::new(limits.terms),
                unfolded: Unfolded::default(),
            }),
            findings: Vec::new(),
            components: 0,
            others: 0,
        }
    }

    fn rows(&self) -> MutexGuard<'_, Kept> {
        // A row is in memory until it is in the log, so that a panic between the two loses none.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many components have chains.
    pub(crate) fn components(&self) -> u64 {
        self.components
    }

    /// How many chains there are.
    pub(crate) fn chains(&self) -> u64 {
        self.components.saturating_add(self.others)
    }

    /// The findings that were recorded, in no order; they are not kept twice.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Where an entry stands.
    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        let mut rows = self.rows();
        let key = rows.fingerprints.of(leaf);
        Ok(rows.leaves.find(key)?.map(EntryIndex::new))
    }

    /// What `look` makes of the index at the last seal.
    pub(crate) fn index<T>(
        &self,
        look: impl FnOnce(&Index, &Buckets) -> Result<T, RowError>,
    ) -> Result<T, RowError> {
        let rows = self.rows();
        look(&rows.index, &rows.buckets)
    }

    /// The subjects whose text begins with `prefix` (`""`: all), and their chains, in order of the text.
    pub(crate) fn subjects<'a>(&'a self, prefix: &'a str) -> Subjects<'a> {
        Subjects::new(self, prefix)
    }
}

impl Kept {
    fn chain(&mut self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        if let Some(chain) = self.chains.get(id) {
            return Ok(Some(chain.clone()));
        }
        let Some(chain) = self.read::<_, Chain>("chain", id)? else {
            return Ok(None);
        };
        self.keep_chain(id.clone(), chain.clone(), false)?;
        Ok(Some(chain))
    }

    fn keep_chain(&mut self, id: SubjectId, chain: Chain, changed: bool) -> Result<(), RowError> {
        let weight = weight(&chain);
        match self.chains.insert(id, chain, weight, changed) {
            Some(unused) => self.write(unused),
            None => Ok(()),
        }
    }

    fn alias_holder(&mut self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        if let Some(holder) = self.aliases.get(alias) {
            return Ok(Some(holder.clone()));
        }
        let Some(holder) = self.read::<_, SubjectId>("alias", alias)? else {
            return Ok(None);
        };
        self.keep_alias(alias.clone(), holder.clone(), false)?;
        Ok(Some(holder))
    }

    fn keep_alias(&mut self, alias: Alias, holder: SubjectId, changed: bool) -> Result<(), RowError> {
        match self.aliases.insert(alias, holder, 1, changed) {
            Some(unused) => self.write(unused),
            None => Ok(()),
        }
    }

    /// A row in the log.
    fn read<K: Hash, V: DeserializeOwned>(
        &mut self,
        kind: &'static str,
        key: &K,
    ) -> Result<Option<V>, RowError> {
        let key = self.fingerprints.of(&(kind, key));
        let Some(place) = self.places.find(key)? else {
            return Ok(None);
        };
        let (_, row) = self.log.read(place)?;
        codec::decode(&row).map(Some).map_err(RowError::row(kind))
    }

    fn write<K: Row>(&mut self, rows: HashMap<K, K::Value>) -> Result<(), RowError> {
        for (key, value) in rows {
            let row = codec::encode(&value).map_err(RowError::row(K::KIND))?;
            let place = self.log.append(&key.name(), &row)?;
            self.places
                .insert(self.fingerprints.of(&(K::KIND, &key)), place)?;
        }
        Ok(())
    }

    /// Writes every changed chain to the log, so that it can be gone through.
    fn settle(&mut self) -> Result<(), RowError> {
        let changed = self.chains.settle();
        self.write(changed)
    }
}

/// A key of a row in the log.
trait Row: Hash + Eq {
    const KIND: &'static str;
    type Value: Serialize;

    /// The text by which the log can be gone through; empty where it is not.
    fn name(&self) -> String;
}

impl Row for SubjectId {
    const KIND: &'static str = "chain";
    type Value = Chain;

    fn name(&self) -> String {
        self.to_string()
    }
}

impl Row for Alias {
    const KIND: &'static str = "alias";
    type Value = SubjectId;

    fn name(&self) -> String {
        String::new()
    }
}

/// How many usual chains a chain takes the room of.
fn weight(chain: &Chain) -> usize {
    let of_life = match &chain.life {
        prova_core::lifecycle::Life::Type(life) => life.manufacturers.len().max(life.suppliers.len()),
        prova_core::lifecycle::Life::Artefact(life) => life.runs_on.len(),
        prova_core::lifecycle::Life::Unit(life) => life.transfers.len().max(life.parts.len()),
        prova_core::lifecycle::Life::Slot(life) => life.occupants.len(),
        prova_core::lifecycle::Life::Act(_) | prova_core::lifecycle::Life::Index(_) => 0,
    };
    let most = of_life.max(chain.findings.len()).max(chain.aliases.len());
    most.saturating_div(4).saturating_add(1)
}

impl View for Scratch {
    type Error = RowError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        self.rows().chain(id)
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.rows().alias_holder(alias)
    }
}

impl Rows for Scratch {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), RowError> {
        self.findings.extend(changes.findings(index).cloned());
        let rows = self.rows.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (id, chain) in changes.chains {
            if chain.length == 1 {
                let count = match id.component() {
                    Some(_) => &mut self.components,
                    None => &mut self.others,
                };
                *count = count.saturating_add(1);
            }
            rows.keep_chain(id, chain, true)?;
        }
        for (alias, holder) in changes.aliases {
            rows.keep_alias(alias, holder, true)?;
        }
        rows.leaves.insert(rows.fingerprints.of(&leaf), index.get())?;
        rows.unfolded.push(index, &leaf, &terms)?;
        for term in &terms {
            rows.postings.push(rows.fingerprints.of(term), index.get());
        }
        if rows.postings.waiting() >= self.limits.postings {
            rows.postings.spill()?;
        }
        Ok(())
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        let mut rows = self.rows();
        let key = rows.fingerprints.of(term);
        let found = rows.postings.find(key)?;
        Ok(found.into_iter().map(EntryIndex::new).collect())
    }

    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        let rows = self.rows.get_mut().unwrap_or_else(PoisonError::into_inner);
        rows.unfolded
            .fold_into(&mut rows.index, &mut rows.buckets, self.limits.postings)?;
        Ok(rows.index.sealed())
    }
}

#[cfg(test)]
mod tests;
