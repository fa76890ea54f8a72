//! The store against what the entries add up to.

use std::collections::BTreeSet;

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::{Digest, LeafHash},
    index::Sealed,
    lifecycle::{Chain, Changes, View},
    position::{EntryIndex, TreeSize},
    replay::Rows,
    term::Term,
};

use super::{Fault, FaultKind, attachment_file};
use crate::{
    memory::Memory,
    recover::signed_size,
    rows::{RowError, StoreRows},
    schema,
    snapshot::Snapshot,
};

/// More rows than this are not listed one by one.
const MAX_ROW_FAULTS: usize = 100;

/// Rows in memory that are held against those of the store as they are made.
pub(super) struct Comparison<'a> {
    snapshot: &'a Snapshot,
    memory: Memory,
    store: Option<StoreRows>,
    kept: BTreeSet<Digest>,
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
            memory: Memory::default(),
            store: None,
            kept,
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
        let opened = StoreRows::open_existing(&self.snapshot.layout.store());
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

    /// What was found, after the last entry.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        let Some(store) = self.store.take() else {
            return self.faults;
        };
        let memory = std::mem::take(&mut self.memory);
        let mut chains = 0_u64;
        for (subject, chain) in memory.0.chains() {
            chains = chains.saturating_add(1);
            self.expect(store.chain(subject), &Some(chain.clone()), || {
                format!("the chain of {subject}")
            });
        }
        for (prefix, want, kind) in [
            (schema::CHAINS, chains, "chains"),
            (schema::ALIASES, self.aliases, "aliases"),
            (schema::LEAVES, self.entries, "leaves"),
            (schema::POSTINGS, self.postings, "postings"),
        ] {
            self.expect(store.count(prefix), &want, || format!("the number of {kind}"));
        }
        let seals = SubjectId::Index(self.snapshot.founding().origin().clone());
        let seal = memory.chain(&seals).ok().flatten();
        match super::index::compare(&store, &memory.0, seal.as_ref()) {
            Ok(wrong) => wrong.into_iter().for_each(|reason| self.row(reason)),
            Err(error) => self.row(error.to_string()),
        }
        self.faults
    }
}

impl View for Comparison<'_> {
    type Error = RowError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, RowError> {
        self.memory.chain(id)
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.memory.alias_holder(alias)
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
                let is_entry = self
                    .memory
                    .0
                    .index_of(&LeafHash::from_bytes(*digest.as_bytes()))
                    .is_some();
                if !is_entry && !self.kept.contains(digest) {
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
            for (alias, holder) in &changes.aliases {
                self.expect(store.alias_holder(alias), &Some(holder.clone()), || {
                    format!("the holder of {alias}")
                });
            }
            for term in &terms {
                self.expect(store.has(&schema::posting_key(term, index)), &true, || {
                    format!("entry {index} under {term}")
                });
            }
            self.store = Some(store);
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.entries = self.entries.saturating_add(1);
        self.aliases = self.aliases.saturating_add(count(changes.aliases.len()));
        self.postings = self.postings.saturating_add(count(terms.len()));
        self.memory.record(index, leaf, changes, terms)
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        self.memory.posting(term)
    }

    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        self.memory.fold_index()
    }
}
