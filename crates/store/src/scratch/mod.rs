//! Rows of a replay without a store: in memory while they are few, beyond that in temporary files that nobody else sees.
//!
//! ```text
//! chains, aliases   written back when they have not been used for a while      → log
//! facts             what subjects can have any number of, in the order in which it came to be known → journal
//! places            where in log or journal a row is; where in the ledger a leaf is   → sorted runs
//! postings          the entries under a term                                   → sorted runs
//! index             the leaves of the map that seals state                     → buckets
//! fingerprint       128 bits of a keyed hash, the keys made anew by each process: nobody can prepare two texts with one fingerprint
//! ```
//! Memory is bounded, whatever the size of the ledger, but for what contradicts itself: findings are kept as a list.

mod buckets;
mod log;
mod places;
mod run;
mod subjects;
mod unfolded;

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher as _, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::LeafHash,
    index::{Index, Sealed},
    lifecycle::{Chain, Changes, Fact, FactKey, FactKind, Facts, Finding, Life, View},
    position::EntryIndex,
    replay::Rows,
    term::Term,
};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::buckets::Buckets;
pub(crate) use self::subjects::Subjects;
use self::{log::Log, places::Places, run::Runs, unfolded::Unfolded};
use crate::{cache::Cache, codec, rows::RowError};

/// Where memory ends and files begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Chains of usual length in the younger half of those kept in memory.
    chains: usize,
    /// Aliases in the younger half of those kept in memory.
    aliases: usize,
    /// Facts that were looked up, in the younger half of those kept in memory.
    facts: usize,
    /// Places of facts by subject, in memory.
    facts_of: usize,
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
        facts: 6_000,
        facts_of: 100_000,
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
    facts: Cache<(SubjectId, FactKey), Option<Fact>>,
    log: Log,
    /// Facts; a later one with the same key replaces those before.
    journal: Log,
    /// Where rows stand in the log, and facts in the journal.
    places: Places,
    /// Where the facts of each kind about a subject stand in the journal.
    facts_of: Runs,
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
                facts: Cache::new(limits.facts),
                log: Log::new(limits.log),
                journal: Log::new(limits.log),
                places: Places::new(limits.places),
                facts_of: Runs::default(),
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

    /// Goes through the facts that hold, in no order.
    pub(crate) fn each_fact(
        &self,
        mut look: impl FnMut(&SubjectId, &FactKey, &Fact),
    ) -> Result<(), RowError> {
        let rows = &mut *self.rows();
        let (places, fingerprints) = (&mut rows.places, &rows.fingerprints);
        rows.journal.go_through(|met| {
            let (of, key, fact) = read_fact(&met.row)?;
            let both = (of, key);
            let last = places.find(fingerprints.of(&("fact", &both)))?;
            if let Some(fact) = fact.filter(|_| last == Some(met.place)) {
                look(&both.0, &both.1, &fact);
            }
            Ok(())
        })
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

    fn fact(&mut self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        let key = (of.clone(), key.clone());
        if let Some(fact) = self.facts.get(&key) {
            return Ok(fact.clone());
        }
        let fact = match self.places.find(self.fingerprints.of(&("fact", &key)))? {
            Some(place) => read_fact(&self.journal.read(place)?.1)?.2,
            None => None,
        };
        // It is in the journal as it is, so that none of those without room needs to be written.
        self.facts.insert(key, fact.clone(), 1, false);
        Ok(fact)
    }

    fn facts(&mut self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        let mut facts = BTreeMap::new();
        for place in self.facts_of.find(self.fingerprints.of(&(of, kind)))? {
            let (_, key, fact) = read_fact(&self.journal.read(place)?.1)?;
            match fact {
                Some(fact) => facts.insert(key, fact),
                None => facts.remove(&key),
            };
        }
        Ok(facts.into_iter().collect())
    }

    fn keep_facts(&mut self, facts: &Facts) -> Result<(), RowError> {
        for (of, key, fact) in facts.iter() {
            let row = codec::encode(&(of, key, fact)).map_err(RowError::row("fact"))?;
            let place = self.journal.append("", &row)?;
            let both = (of.clone(), key.clone());
            self.facts.forget(&both);
            self.places
                .insert(self.fingerprints.of(&("fact", &both)), place)?;
            self.facts_of.push(self.fingerprints.of(&(of, key.kind())), place);
        }
        Ok(())
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

/// A fact in the journal: whose it is, which, and what it says; `None`: it is gone.
type Entry = (SubjectId, FactKey, Option<Fact>);

fn read_fact(row: &[u8]) -> Result<Entry, RowError> {
    codec::decode(row).map_err(RowError::row("fact"))
}

/// How many usual chains a chain takes the room of: the name and version of a product can be as long as an entry.
fn weight(chain: &Chain) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let text = match &chain.life {
        Life::Type(life) => length(&life.name),
        Life::Artefact(life) => length(&life.name).saturating_add(length(&life.version)),
        Life::Unit(_) | Life::Slot(_) | Life::Act(_) | Life::Index(_) => 0,
    };
    text.saturating_div(1024).saturating_add(1)
}

impl View for Scratch {
    type Error = RowError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        self.rows().chain(id)
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.rows().alias_holder(alias)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        self.rows().fact(of, key)
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        self.rows().facts(of, kind)
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
        self.findings.extend(changes.findings().cloned());
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
        rows.keep_facts(&changes.facts)?;
        if rows.facts_of.waiting() >= self.limits.facts_of {
            rows.facts_of.spill()?;
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
