//! A ledger as commands read it: entries whose bytes are held against their leaf hashes and whose signatures are verified again.

use std::{collections::BTreeMap, convert::Infallible};

use prova_core::{
    alias::Alias,
    checkpoint::Origin,
    component::SubjectId,
    entry::Verified,
    hash::Digest,
    history::{History, HistoryError},
    lifecycle::{Chain, Finding, View},
    position::EntryIndex,
    registry::Registry,
    replay::{MemoryRows, Rows as _},
    term::Term,
    timeline::{Timeline, distrusted},
    trace::Entries,
};
use prova_store::{Audit, Snapshot, State};

use crate::{
    error::{Blame, Blamed, CommandError},
    ledger::LedgerArgs,
    ui::Ui,
};

/// A ledger, read at one size.
pub(crate) struct Reading {
    /// Its files.
    pub(crate) snapshot: Snapshot,
    /// Its registry, over time.
    pub(crate) history: History,
    rows: Kept,
}

/// What the entries add up to.
enum Kept {
    /// As the store has it, or a replay.
    State(State),
    /// As an audit derived it.
    Audited(Box<MemoryRows>),
}

impl Blamed for HistoryError {
    fn blame(&self) -> Blame {
        Blame::Evidence
    }
}

impl Reading {
    /// The ledger as it was last acknowledged.
    pub(crate) fn open(ledger: &LedgerArgs, ui: &Ui) -> Result<Self, CommandError> {
        let (snapshot, state) = ledger.read(ui)?;
        let origin = state.registry().origin().clone();
        Self::new(snapshot, Kept::State(state), origin)
    }

    /// The ledger as it was just audited.
    pub(crate) fn audited(snapshot: Snapshot, audit: Audit) -> Result<Self, CommandError> {
        let origin = audit.registry.origin().clone();
        Self::new(snapshot, Kept::Audited(Box::new(audit.rows)), origin)
    }

    fn new(snapshot: Snapshot, rows: Kept, origin: Origin) -> Result<Self, CommandError> {
        let registry_entries = rows
            .posting(&Term::Id(SubjectId::Ledger(origin)))?
            .into_iter()
            .map(|index| Ok((index, snapshot.entry(index)?)))
            .collect::<Result<Vec<_>, CommandError>>()?;
        let history = History::replay(registry_entries)?;
        Ok(Self {
            snapshot,
            history,
            rows,
        })
    }

    /// The registry at the end.
    pub(crate) fn registry(&self) -> &Registry {
        self.history.now()
    }

    /// The state, unless an audit derived it.
    pub(crate) fn state(&self) -> Option<&State> {
        match &self.rows {
            Kept::State(state) => Some(state),
            Kept::Audited(_) => None,
        }
    }

    /// The entries under a term, ascending.
    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, CommandError> {
        self.rows.posting(term)
    }

    /// A verified entry.
    pub(crate) fn read(&self, index: EntryIndex) -> Result<Verified, CommandError> {
        let bytes = self.snapshot.entry(index)?;
        Ok(self.history.verify(index, &bytes)?)
    }

    /// The entries about a subject, and those that mention it or correct one of its entries.
    pub(crate) fn related(
        &self,
        subject: &SubjectId,
    ) -> Result<BTreeMap<EntryIndex, Verified>, CommandError> {
        let mut entries = BTreeMap::new();
        for index in self.posting(&Term::Id(subject.clone()))? {
            entries.insert(index, self.read(index)?);
        }
        let terms: Vec<_> = entries
            .values()
            .map(|entry| Term::Ref(Digest::from_bytes(*entry.leaf().as_bytes())))
            .collect();
        for term in terms {
            for index in self.posting(&term)? {
                if !entries.contains_key(&index) {
                    entries.insert(index, self.read(index)?);
                }
            }
        }
        Ok(entries)
    }

    /// The life of a subject, from the entries related to it.
    pub(crate) fn timeline(
        &self,
        subject: &SubjectId,
        related: &BTreeMap<EntryIndex, Verified>,
    ) -> Result<Timeline, CommandError> {
        Timeline::new(self, subject, related, &self.history)
    }

    /// What is wrong with an entry: findings in the chains of its subjects, and distrust of its keys.
    pub(crate) fn findings(&self, index: EntryIndex, entry: &Verified) -> Result<Vec<Finding>, CommandError> {
        let mut findings = Vec::new();
        let distrusted = distrusted(index, entry, &self.history);
        for subject in &entry.statement().subjects {
            let recorded = self.chain(&subject.id)?.map(|chain| chain.findings);
            let recorded = recorded.into_iter().flatten();
            findings.extend(recorded.filter(|finding| finding.entry == index));
            findings.extend(distrusted.iter().map(|found| Finding {
                code: found.code,
                subject: subject.id.clone(),
                entry: index,
                detail: found.detail.clone(),
            }));
        }
        Ok(findings)
    }
}

impl Kept {
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, CommandError> {
        match self {
            Self::State(state) => Ok(state.posting(term)?),
            Self::Audited(rows) => Ok(in_memory(rows.posting(term))),
        }
    }
}

fn in_memory<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl View for Reading {
    type Error = CommandError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, CommandError> {
        match &self.rows {
            Kept::State(state) => Ok(state.chain(id)?),
            Kept::Audited(rows) => Ok(in_memory(rows.chain(id))),
        }
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, CommandError> {
        match &self.rows {
            Kept::State(state) => Ok(state.alias_holder(alias)?),
            Kept::Audited(rows) => Ok(in_memory(rows.alias_holder(alias))),
        }
    }
}

impl Entries for Reading {
    fn entry(&self, index: EntryIndex) -> Result<Verified, CommandError> {
        self.read(index)
    }
}
