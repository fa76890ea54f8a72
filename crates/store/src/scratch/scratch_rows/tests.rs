use std::collections::BTreeMap;

use prova_core::{ledger::MemoryRows, time::Timestamp};
use prova_testkit::{builder::unit, chance::Chance};

use super::*;

const TIGHT: ScratchLimits = ScratchLimits {
    chains: 5,
    aliases: 3,
    facts: 3,
    facts_of: 8,
    postings: 20,
    unfolded: 7,
    terms: 20,
    places: 7,
    log: 700,
    names: 9,
};

fn chain(index: u64, before: Option<Chain>) -> Chain {
    let first = before.as_ref().map_or(index, |before| before.first.get());
    Chain {
        head: LeafHash::of_entry(&index.to_be_bytes()),
        last: EntryIndex::new(index),
        first: EntryIndex::new(first),
        length: before.map_or(0, |before| before.length) + 1,
        time: Timestamp::from_unix(1_772_352_000).unwrap(),
        from: None,
        found: BTreeMap::new(),
        said: None,
        accounts: 0,
        ended: None,
        life: Life::Unit(Box::default()),
    }
}

/// The same random rows in memory and in scratch files, compared after each.
fn compare(seed: u64, limits: ScratchLimits, entries: u32) {
    let mut chance = Chance::new(seed);
    let (mut scratch, mut memory) = (Scratch::new(limits), MemoryRows::default());
    let alias = |number: usize| format!("sku:{number}").parse::<Alias>();
    for index in 0..u64::from(entries) {
        let leaf = LeafHash::of_entry(&index.to_be_bytes());
        let mut changes = Changes::default();
        let mut terms = Vec::new();
        for _ in 0..=chance.below(2) {
            let id = SubjectId::from(unit(&format!("SN{}", chance.below(60))));
            let before = scratch.chain(&id).unwrap();
            assert_eq!(
                before,
                memory.chain(&id).unwrap(),
                "chain of {id} before entry {index}"
            );
            changes.chains.insert(id.clone(), chain(index, before));
            if let Ok(alias) = alias(chance.below(40)) {
                let by: prova_core::id::OrgId = "dns:nordlys.example".parse().unwrap();
                let holder = scratch.alias_holder(&by, &alias).unwrap();
                assert_eq!(holder, memory.alias_holder(&by, &alias).unwrap());
                if holder.is_none() {
                    changes.aliases.insert((by, alias), id.clone());
                }
            }
            let part = FactKey::Part(EntryIndex::new(0), unit(&format!("SN{}", chance.below(30))));
            assert_eq!(
                scratch.fact(&id, &part).unwrap(),
                memory.fact(&id, &part).unwrap()
            );
            let position = Fact::Position(Some(index.to_string()));
            changes
                .facts
                .insert(id.clone(), part, Some(position).filter(|_| chance.below(3) > 0));
            changes.facts.insert(
                id.clone(),
                FactKey::Alias(format!("sku:{index}").parse().unwrap()),
                Some(Fact::Holds),
            );
            let other = SubjectId::from(unit(&format!("SN{}", chance.below(60))));
            for kind in FactKind::ALL {
                assert_eq!(
                    scratch.facts(&other, kind).unwrap(),
                    memory.facts(&other, kind).unwrap()
                );
            }
            terms.push(Term::Id(id));
        }
        terms.sort();
        terms.dedup();
        let term = terms[0].clone();
        scratch
            .record(index.into_index(), leaf, changes.clone(), terms.clone())
            .unwrap();
        memory.record(index.into_index(), leaf, changes, terms).unwrap();
        assert_eq!(scratch.posting(&term).unwrap(), memory.posting(&term));
        let other = LeafHash::of_entry(&(chance.below(2 * entries as usize) as u64).to_be_bytes());
        assert_eq!(scratch.index_of(&other).unwrap(), memory.index_of(&other));
    }
    for prefix in ["", "unit:dns:nordlys.example/AAU3900/SN1", "slot:"] {
        let got: Vec<_> = scratch.subjects(prefix).map(Result::unwrap).collect();
        let want: BTreeMap<_, _> = memory
            .chains()
            .into_iter()
            .map(|(id, chain)| (id.to_string(), (id.clone(), chain.clone())))
            .filter(|(text, _)| text.starts_with(prefix))
            .collect();
        assert_eq!(got, want.into_values().collect::<Vec<_>>(), "subjects «{prefix}»");
    }
    let mut facts = 0;
    scratch
        .each_fact(|of, key, fact| {
            facts += 1;
            assert_eq!(
                memory.fact(of, key).unwrap().as_ref(),
                Some(fact),
                "{key:?} of {of}"
            );
        })
        .unwrap();
    let of_all = memory
        .chains()
        .into_iter()
        .flat_map(|(id, _)| FactKind::ALL.map(|kind| memory.facts(id, kind).unwrap()));
    assert_eq!(facts, of_all.map(|facts| facts.len()).sum::<usize>());
    assert_eq!(scratch.chains(), memory.chains().len() as u64);
    assert_eq!(scratch.components(), scratch.chains());
}

trait IntoIndex {
    fn into_index(self) -> EntryIndex;
}

impl IntoIndex for u64 {
    fn into_index(self) -> EntryIndex {
        EntryIndex::new(self)
    }
}

#[test]
fn files_answer_as_memory_does() {
    for seed in 0..6 {
        compare(seed, TIGHT, 700);
    }
    // Enough runs for merged ones to be merged again.
    compare(
        6,
        ScratchLimits {
            postings: 3,
            unfolded: 5,
            terms: 3,
            places: 1,
            ..TIGHT
        },
        400,
    );
}

#[test]
fn few_rows_make_no_file() {
    let mut scratch = Scratch::default();
    let id = SubjectId::from(unit("SN1"));
    let mut changes = Changes::default();
    changes.chains.insert(id.clone(), chain(0, None));
    let leaf = LeafHash::of_entry(b"x");
    scratch
        .record(EntryIndex::new(0), leaf, changes, Vec::new())
        .unwrap();
    assert_eq!(scratch.subjects("").count(), 1);
    assert!(scratch.rows().log.is_in_memory());
}
