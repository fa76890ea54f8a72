//! The rows, in memory or in their files.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use prova_core::{
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    index::{Index, TermKey, term::Term},
    ledger::{Placing, Rows, SealedView},
    lifecycle::{Chain, Changes, Fact, FactKey, FactKind, Facts, Finding, FindingCode, Life, View},
    position::EntryIndex,
    statement::seal::Sealed,
};
use prova_rows::cache::Cache;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    buckets::Buckets,
    fingerprint::{AsItIs, Fingerprints},
    log::Log,
    pairs::Pairs,
    places::Places,
    subjects::Subjects,
    unfolded::Unfolded,
};
use crate::rows::{RowError, codec};

/// Where memory ends and files begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScratchLimits {
    /// Chains of usual length in the younger half of those kept in memory.
    chains: usize,
    /// Aliases in the younger half of those kept in memory.
    aliases: usize,
    /// Facts that were looked up, in the younger half of those kept in memory.
    facts: usize,
    /// Places of facts by subject, in memory.
    facts_of: usize,
    /// Postings in memory.
    postings: usize,
    /// Places under terms in memory that wait to be folded into the index.
    unfolded: usize,
    /// Leaves of the index in memory.
    terms: usize,
    /// Places of rows, and of leaves, in memory.
    places: usize,
    /// Bytes of rows in memory before they are written to the log.
    log: usize,
    /// Subjects whose names are put in order at a time.
    pub(super) names: usize,
}

impl ScratchLimits {
    /// Some 100 MiB in all.
    const USUAL: Self = Self {
        chains: 12_000,
        aliases: 12_000,
        facts: 6_000,
        facts_of: 100_000,
        postings: 400_000,
        unfolded: 100_000,
        terms: 200_000,
        places: 200_000,
        log: 4 << 20,
        names: 100_000,
    };
}

/// Rows of a replay.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(super) limits: ScratchLimits,
    /// Reading moves rows between memory and files.
    rows: Mutex<ScratchRows>,
    findings: Vec<Finding>,
    /// Those of lives without a beginning, which may come later.
    unborn: BTreeMap<SubjectId, Finding>,
    /// How many chains there are of components, and of other subjects.
    components: u64,
    others: u64,
}

#[derive(Debug)]
pub(super) struct ScratchRows {
    fingerprints: Fingerprints,
    chains: Cache<u128, (SubjectId, Chain), AsItIs>,
    aliases: Cache<u128, SubjectId, AsItIs>,
    facts: Cache<u128, Option<Fact>, AsItIs>,
    pub(super) log: Log,
    /// Facts; a later one with the same key replaces those before.
    fact_log: Log,
    /// Where rows stand in the log, and facts in theirs.
    places: Places,
    /// Where the facts of each kind about a subject stand in their log.
    facts_of: Pairs,
    /// Where leaves stand in the ledger.
    leaves: Pairs,
    postings: Pairs,
    /// The index at the last seal.
    index: Index,
    buckets: Buckets,
    /// What the next seal folds into it.
    unfolded: Unfolded,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new(ScratchLimits::USUAL)
    }
}

impl Scratch {
    fn new(limits: ScratchLimits) -> Self {
        Self {
            limits,
            rows: Mutex::new(ScratchRows {
                fingerprints: Fingerprints::default(),
                chains: Cache::new(limits.chains),
                aliases: Cache::new(limits.aliases),
                facts: Cache::new(limits.facts),
                log: Log::new(limits.log),
                fact_log: Log::new(limits.log),
                places: Places::new(limits.places),
                facts_of: Pairs::default(),
                leaves: Pairs::default(),
                postings: Pairs::default(),
                index: Index::new(),
                buckets: Buckets::new(limits.terms),
                unfolded: Unfolded::new(limits.unfolded),
            }),
            findings: Vec::new(),
            unborn: BTreeMap::new(),
            components: 0,
            others: 0,
        }
    }

    pub(super) fn rows(&self) -> MutexGuard<'_, ScratchRows> {
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
        let mut findings = std::mem::take(&mut self.findings);
        findings.extend(std::mem::take(&mut self.unborn).into_values());
        findings
    }

    /// Where an entry stands.
    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        let mut rows = self.rows();
        let key = rows.fingerprints.of(leaf);
        Ok(rows.leaves.find(key)?.last().copied().map(EntryIndex::new))
    }

    /// The entries under a term, ascending.
    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        let mut rows = self.rows();
        let key = rows.fingerprints.of(&TermKey::of(term));
        let found = rows.postings.find(key)?;
        Ok(found.into_iter().map(EntryIndex::new).collect())
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
        let (places, fingerprints) = (&mut rows.places, rows.fingerprints);
        rows.fact_log.go_through(|met| {
            let (of, key, fact) = read_fact(&met.row)?;
            let last = places.find(fingerprints.of(&(FACT, &of, &key)))?;
            if let Some(fact) = fact.filter(|_| last == Some(met.place)) {
                look(&of, &key, &fact);
            }
            Ok(())
        })
    }

    /// The subjects whose text begins with `prefix` (`""`: all), and their chains, in order of the text.
    pub(crate) fn subjects<'a>(&'a self, prefix: &'a str) -> Subjects<'a> {
        Subjects::new(self, prefix)
    }
}

impl ScratchRows {
    fn chain(&mut self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        let key = self.fingerprints.of(&(CHAIN, id));
        if let Some((_, chain)) = self.chains.get(&key) {
            return Ok(Some(chain.clone()));
        }
        let Some(chain) = self.read::<Chain>(CHAIN, key)? else {
            return Ok(None);
        };
        let unused = self
            .chains
            .insert(key, (id.clone(), chain.clone()), weight(&chain));
        self.write_chains(unused)?;
        Ok(Some(chain))
    }

    fn change_chain(&mut self, id: SubjectId, chain: Chain) -> Result<(), RowError> {
        let key = self.fingerprints.of(&(CHAIN, &id));
        let weight = weight(&chain);
        let unused = self.chains.insert_changed(key, (id, chain), weight);
        self.write_chains(unused)
    }

    fn write_chains(&mut self, chains: Vec<(u128, (SubjectId, Chain))>) -> Result<(), RowError> {
        chains
            .into_iter()
            .try_for_each(|(key, (id, chain))| self.write(CHAIN, key, &id.to_string(), &chain))
    }

    fn alias_holder(&mut self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        let key = self.fingerprints.of(&(ALIAS, by, alias));
        if let Some(holder) = self.aliases.get(&key) {
            return Ok(Some(holder.clone()));
        }
        let Some(holder) = self.read::<SubjectId>(ALIAS, key)? else {
            return Ok(None);
        };
        let unused = self.aliases.insert(key, holder.clone(), 1);
        self.write_aliases(unused)?;
        Ok(Some(holder))
    }

    fn change_alias(&mut self, by: &OrgId, alias: &Alias, holder: SubjectId) -> Result<(), RowError> {
        let key = self.fingerprints.of(&(ALIAS, by, alias));
        let unused = self.aliases.insert_changed(key, holder, 1);
        self.write_aliases(unused)
    }

    fn write_aliases(&mut self, aliases: Vec<(u128, SubjectId)>) -> Result<(), RowError> {
        aliases
            .into_iter()
            .try_for_each(|(key, holder)| self.write(ALIAS, key, "", &holder))
    }

    fn fact(&mut self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        let key = self.fingerprints.of(&(FACT, of, key));
        if let Some(fact) = self.facts.get(&key) {
            return Ok(fact.clone());
        }
        let fact = match self.places.find(key)? {
            Some(place) => read_fact(&self.fact_log.read(place)?.1)?.2,
            None => None,
        };
        // It is in its log as it is, so that none of those without room needs to be written.
        self.facts.insert(key, fact.clone(), 1);
        Ok(fact)
    }

    fn facts(&mut self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        let mut facts = BTreeMap::new();
        for place in self.facts_of.find(self.fingerprints.of(&(of, kind)))? {
            let (_, key, fact) = read_fact(&self.fact_log.read(place)?.1)?;
            match fact {
                Some(fact) => facts.insert(key, fact),
                None => facts.remove(&key),
            };
        }
        Ok(facts.into_iter().collect())
    }

    fn keep_facts(&mut self, facts: &Facts) -> Result<(), RowError> {
        for (of, key, fact) in facts.iter() {
            let row = codec::encode(&(of, key, fact)).map_err(RowError::row(FACT))?;
            let place = self.fact_log.append("", &row)?;
            let print = self.fingerprints.of(&(FACT, of, key));
            self.facts.forget(&print);
            self.places.insert(print, place)?;
            self.facts_of.push(self.fingerprints.of(&(of, key.kind())), place);
        }
        Ok(())
    }

    /// A row in the log.
    fn read<V: DeserializeOwned>(&mut self, kind: &'static str, key: u128) -> Result<Option<V>, RowError> {
        let Some(place) = self.places.find(key)? else {
            return Ok(None);
        };
        let (_, row) = self.log.read(place)?;
        codec::decode(&row).map(Some).map_err(RowError::row(kind))
    }

    /// Adds a row to the log. The log can be gone through by `name`; it is empty for rows that it is not gone through for.
    fn write<V: Serialize>(
        &mut self,
        kind: &'static str,
        key: u128,
        name: &str,
        value: &V,
    ) -> Result<(), RowError> {
        let row = codec::encode(value).map_err(RowError::row(kind))?;
        let place = self.log.append(name, &row)?;
        self.places.insert(key, place)
    }

    /// Writes every changed chain to the log, so that it can be gone through.
    pub(super) fn settle(&mut self) -> Result<(), RowError> {
        let changed = self.chains.settle();
        self.write_chains(changed)
    }
}

/// The kinds of rows in the log.
const CHAIN: &str = "chain";
const ALIAS: &str = "alias";
/// The kind of rows in the log of facts.
const FACT: &str = "fact";

/// A fact in its log: whose it is, which, and what it says; `None`: it is gone.
type Entry = (SubjectId, FactKey, Option<Fact>);

fn read_fact(row: &[u8]) -> Result<Entry, RowError> {
    codec::decode(row).map_err(RowError::row(FACT))
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

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.rows().alias_holder(by, alias)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        self.rows().fact(of, key)
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        self.rows().facts(of, kind)
    }
}

impl Placing for Scratch {
    type Failure = RowError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.index_of(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, RowError> {
        let mut rows = self.rows();
        let key = rows.fingerprints.of(&TermKey::of(term));
        let numbers = entries.start.get()..entries.end.get();
        let found = rows.postings.find_in(key, numbers)?;
        Ok(found.into_iter().map(EntryIndex::new).collect())
    }
}

impl SealedView for Scratch {
    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        let rows = self.rows.get_mut().unwrap_or_else(PoisonError::into_inner);
        rows.unfolded.fold_into(&mut rows.index, &mut rows.buckets)?;
        Ok(rows.index.sealed())
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
        for finding in changes.findings() {
            if finding.code() == FindingCode::NoBirth {
                self.unborn.insert(finding.subject.clone(), finding);
            } else {
                self.findings.push(finding);
            }
        }
        for (of, _, _) in changes
            .facts
            .iter()
            .filter(|(_, key, fact)| **key == FactKey::Unborn && fact.is_none())
        {
            self.unborn.remove(of);
        }
        let rows = self.rows.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (id, chain) in changes.chains {
            if chain.length == 1 {
                let count = match id.component() {
                    Some(_) => &mut self.components,
                    None => &mut self.others,
                };
                *count = count.saturating_add(1);
            }
            rows.change_chain(id, chain)?;
        }
        for ((by, alias), holder) in changes.aliases {
            rows.change_alias(&by, &alias, holder)?;
        }
        rows.keep_facts(&changes.facts)?;
        if rows.facts_of.waiting() >= self.limits.facts_of {
            rows.facts_of.spill()?;
        }
        rows.leaves.push(rows.fingerprints.of(&leaf), index.get());
        if rows.leaves.waiting() >= self.limits.places {
            rows.leaves.spill()?;
        }
        let terms: Vec<_> = terms.iter().map(TermKey::of).collect();
        rows.unfolded.push(index, leaf, &terms)?;
        for term in &terms {
            rows.postings.push(rows.fingerprints.of(term), index.get());
        }
        if rows.postings.waiting() >= self.limits.postings {
            rows.postings.spill()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
