//! The store against what the entries add up to.

use std::{collections::BTreeSet, ops::Range};

use prova_core::{
    hash::{Digest, LeafHash},
    id::SubjectId,
    index::term::Term,
    ledger::{Placing, Rows, SealedView},
    lifecycle::{Changes, Layer, View},
    position::{EntryIndex, TreeSize},
    statement::seal::Sealed,
};
use prova_rows::cache::Cache;

use super::{Fault, FaultKind, attachment_file};
use crate::{
    log::snapshot::Snapshot,
    rows::{RowError, StoreRows, schema},
    scratch::Scratch,
    state::state_row::signed_size,
};

/// Entries in a row of postings from which on it is worth to keep it, and in the younger half of the rows that are kept.
const SHARED: usize = 16;
const POSTED: usize = 250_000;
/// More rows than this are not listed one by one.
const MAX_ROW_FAULTS: usize = 100;

/// Rows that are held against those of the store as they are made.
pub(super) struct Comparison<'a> {
    snapshot: &'a Snapshot,
    derived: Scratch,
    store: Option<StoreRows>,
    kept: BTreeSet<Digest>,
    /// Rows of postings that were read from the store not long ago.
    posted: Cache<Term, Vec<EntryIndex>>,
    aliases: u64,
    postings: u64,
    entries: u64,
    faults: Vec<Fault>,
}

impl<'a> Comparison<'a> {
    /// Without the lock, the store is not looked at.
    pub(super) fn new(snapshot: &'a Snapshot, has_lock: bool) -> Self {
        let kept = snapshot.attachments().map(Iterator::collect).unwrap_or_default();
        let mut comparison = Self {
            snapshot,
            derived: Scratch::default(),
            store: None,
            kept,
            posted: Cache::new(POSTED),
            aliases: 0,
            postings: 0,
            entries: 0,
            faults: Vec::new(),
        };
        if has_lock {
            comparison.store = comparison.open();
        } else if snapshot.layout.lock().exists() {
            comparison.note(FaultKind::InUse);
        }
        comparison
    }

    fn open(&mut self) -> Option<StoreRows> {
        let want = self.snapshot.size();
        let opened = StoreRows::open_existing(&self.snapshot.disk, &self.snapshot.layout.store());
        let state = opened.and_then(|rows| match rows {
            Some(rows) => Ok(rows.state()?.map(|state| (rows, state))),
            None => Ok(None),
        });
        match state {
            Ok(Some((rows, state))) if state.size == want && state.origin == self.snapshot.origin() => {
                Some(rows)
            }
            Ok(Some((_, state))) => {
                match signed_size(self.snapshot, &state) {
                    Some(signed) => self.faults.push(Fault::new(
                        "checkpoint",
                        None,
                        FaultKind::RolledBack {
                            got: want,
                            want: signed,
                        },
                    )),
                    None if state.size < want => self.note(FaultKind::Behind {
                        got: state.size,
                        want,
                    }),
                    None => self.row("the state row is of another ledger or size".to_owned()),
                }
                None
            }
            Ok(None) => {
                self.note(FaultKind::Behind {
                    got: TreeSize::EMPTY,
                    want,
                });
                None
            }
            Err(error) => {
                self.row(error.to_string());
                None
            }
        }
    }

    fn note(&mut self, kind: FaultKind) {
        self.faults.push(Fault::new("store", None, kind));
    }

    fn row(&mut self, reason: String) {
        if self.faults.len() < MAX_ROW_FAULTS {
            self.note(FaultKind::Row { reason });
        }
    }

    /// Notes a row that is not as wanted, or cannot be read.
    fn expect<T: PartialEq>(&mut self, got: Result<T, RowError>, want: &T, what: impl FnOnce() -> String) {
        match got {
            Ok(got) if got == *want => {}
            Ok(_) => self.row(format!("{} is not what the entries add up to", what())),
            Err(error) => self.row(format!("{}: {error}", what())),
        }
    }

    /// Whether the store has an entry under a term. Neighbours are in one row.
    fn is_posted(&mut self, store: &StoreRows, term: &Term, index: EntryIndex) -> Result<bool, RowError> {
        let has = |row: &Vec<EntryIndex>| row.binary_search(&index).is_ok();
        if self.posted.get(term).is_some_and(has) {
            return Ok(true);
        }
        let row = store.posted_with(term, index)?;
        let found = has(&row);
        if row.len() >= SHARED {
            let weight = row.len();
            self.posted.insert(term.clone(), row, weight);
        }
        Ok(found)
    }

    /// What was found, after the last entry.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        let Some(store) = self.store.take() else {
            return self.faults;
        };
        let derived = std::mem::take(&mut self.derived);
        for row in derived.subjects("") {
            match row {
                Ok((subject, chain)) => self.expect(store.chain(&subject), &Some(chain), || {
                    format!("the chain of {subject}")
                }),
                Err(error) => self.row(format!("not looked at to the end: {error}")),
            }
        }
        let mut facts = 0_u64;
        let gone_through = derived.each_fact(|of, key, fact| {
            facts = facts.saturating_add(1);
            self.expect(store.fact(of, key), &Some(fact.clone()), || {
                format!("a fact about {of}")
            });
        });
        if let Err(error) = gone_through {
            self.row(format!("not looked at to the end: {error}"));
        }
        for (prefix, want, kind) in [
            (schema::CHAINS, derived.chains(), "chains"),
            (schema::FACTS, facts, "facts"),
            (schema::ALIASES, self.aliases, "aliases"),
            (schema::LEAVES, self.entries, "leaves"),
        ] {
            self.expect(store.count(prefix), &want, || format!("the number of {kind}"));
        }
        let postings = self.postings;
        self.expect(store.posted(), &postings, || "the number of postings".to_owned());
        let seals = SubjectId::Index(self.snapshot.founding().origin().clone());
        let seal = derived.chain(&seals).ok().flatten();
        let compared =
            derived.index(|index, buckets| super::index::compare(&store, index, buckets, seal.as_ref()));
        match compared {
            Ok(wrong) => wrong.into_iter().for_each(|reason| self.row(reason)),
            Err(error) => self.row(error.to_string()),
        }
        self.faults
    }
}

impl Layer for Comparison<'_> {
    type Below = Scratch;
    type Error = RowError;

    fn below(&self) -> &Scratch {
        &self.derived
    }
}

impl Placing for Comparison<'_> {
    type Failure = RowError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.derived.place(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, RowError> {
        self.derived.under(term, entries)
    }
}

impl SealedView for Comparison<'_> {
    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        self.derived.fold_index()
    }
}

impl Rows for Comparison<'_> {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), RowError> {
        for term in &terms {
            if let Term::Ref(digest) = term {
                // A reference may be to an entry, by its leaf hash.
                let leaf = LeafHash::from_bytes(*digest.as_bytes());
                if !self.kept.contains(digest) && self.derived.index_of(&leaf)?.is_none() {
                    let kind = FaultKind::AttachmentAbsent;
                    self.faults
                        .push(Fault::new(attachment_file(digest), Some(index), kind));
                }
            }
        }
        if let Some(store) = self.store.take() {
            self.expect(store.index_of(&leaf), &Some(index), || {
                format!("the place of entry {index}")
            });
            for ((by, alias), holder) in &changes.aliases {
                self.expect(store.alias_holder(by, alias), &Some(holder.clone()), || {
                    format!("the holder of {alias} by {by}")
                });
            }
            for term in &terms {
                let is_posted = self.is_posted(&store, term, index);
                self.expect(is_posted, &true, || format!("entry {index} under {term}"));
            }
            self.store = Some(store);
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.entries = self.entries.saturating_add(1);
        self.aliases = self.aliases.saturating_add(count(changes.aliases.len()));
        self.postings = self.postings.saturating_add(count(terms.len()));
        self.derived.record(index, leaf, changes, terms)
    }
}
