//! A ledger as commands read it: entries whose bytes are held against their leaf hashes and whose signatures are verified again.

use std::collections::{BTreeMap, btree_map::Entry};

use prova_core::{
    hash::Digest,
    id::{alias::Alias, component::SubjectId},
    index::term::Term,
    lifecycle::{Chain, Fact, FactKey, FactKind, Finding, FindingCode, View},
    position::EntryIndex,
    registry::{
        Registry,
        history::{History, HistoryError},
    },
    statement::{entry::Verified, event::Event},
    view::{timeline::Timeline, trace::Entries},
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
    state: State,
    /// Statements by keys that were distrusted later; chains do not record these.
    distrusted: BTreeMap<SubjectId, Vec<Finding>>,
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
        let distrusted = state.distrusted(&snapshot)?;
        Self::new(snapshot, state, distrusted)
    }

    /// The ledger as it was just audited.
    pub(crate) fn audited(snapshot: Snapshot, audit: Audit) -> Result<Self, CommandError> {
        let is_distrusted = |finding: &Finding| finding.code == FindingCode::DistrustedKey;
        let distrusted = audit.findings.into_iter().filter(is_distrusted).collect();
        Self::new(snapshot, audit.state, distrusted)
    }

    fn new(snapshot: Snapshot, state: State, findings: Vec<Finding>) -> Result<Self, CommandError> {
        let origin = state.registry().origin().clone();
        let registry_entries = state
            .posting(&Term::Id(SubjectId::Ledger(origin)))?
            .into_iter()
            .map(|index| Ok((index, snapshot.entry(index)?)))
            .collect::<Result<Vec<_>, CommandError>>()?;
        let history = History::replay(registry_entries)?;
        let mut distrusted: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in findings {
            distrusted
                .entry(finding.subject.clone())
                .or_default()
                .push(finding);
        }
        Ok(Self {
            snapshot,
            history,
            state,
            distrusted,
        })
    }

    /// The registry at the end.
    pub(crate) fn registry(&self) -> &Registry {
        self.history.now()
    }

    /// The entries under a term, ascending.
    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, CommandError> {
        Ok(self.state.posting(term)?)
    }

    /// A verified entry.
    pub(crate) fn read(&self, index: EntryIndex) -> Result<Verified, CommandError> {
        let bytes = self.snapshot.entry(index)?;
        Ok(self.history.verify(index, &bytes)?)
    }

    /// The entries about a subject, and those that mention it, or judge one of its entries.
    pub(crate) fn related(
        &self,
        subject: &SubjectId,
    ) -> Result<BTreeMap<EntryIndex, Verified>, CommandError> {
        let mut entries = BTreeMap::new();
        for index in self.posting(&Term::Id(subject.clone()))? {
            entries.insert(index, self.read(index)?);
        }
        let leaves: Vec<_> = entries.values().map(Verified::leaf).collect();
        for leaf in leaves {
            for index in self.posting(&Term::Ref(Digest::from_bytes(*leaf.as_bytes())))? {
                if let Entry::Vacant(vacant) = entries.entry(index) {
                    let entry = self.read(index)?;
                    // Of a consignment, the receipts of its other units name the same shipment.
                    if matches!(
                        entry.statement().event().map(|event| &event.event),
                        Some(Event::Correct(_) | Event::Finding(_))
                    ) {
                        vacant.insert(entry);
                    }
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
        for subject in &entry.statement().subjects {
            findings.extend(self.state.findings(&subject.id, index)?);
            let distrusted = self.distrusted_of(&subject.id);
            findings.extend(distrusted.filter(|finding| finding.entry == index).cloned());
        }
        Ok(findings)
    }

    /// The chains of the subjects that begin with `prefix`.
    pub(crate) fn chains<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = Result<(SubjectId, Chain), CommandError>> + 'a {
        self.state.subjects(prefix).map(|row| {
            let (id, chain) = row?;
            let chain = self.with_distrust(&id, chain);
            Ok((id, chain))
        })
    }

    fn distrusted_of(&self, id: &SubjectId) -> impl Iterator<Item = &Finding> {
        self.distrusted.get(id).into_iter().flatten()
    }

    fn with_distrust(&self, id: &SubjectId, mut chain: Chain) -> Chain {
        for finding in self.distrusted_of(id) {
            let count = chain.found.entry(finding.code).or_default();
            *count = count.saturating_add(1);
        }
        chain
    }
}

impl View for Reading {
    type Error = CommandError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, CommandError> {
        let chain = self.state.chain(id)?;
        Ok(chain.map(|chain| self.with_distrust(id, chain)))
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, CommandError> {
        Ok(self.state.alias_holder(alias)?)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, CommandError> {
        if key.kind() != FactKind::Findings {
            return Ok(self.state.fact(of, key)?);
        }
        let mut facts = self.facts(of, FactKind::Findings)?.into_iter();
        Ok(facts.find(|(other, _)| other == key).map(|(_, fact)| fact))
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, CommandError> {
        let facts = self.state.facts(of, kind)?;
        if kind != FactKind::Findings {
            return Ok(facts);
        }
        let mut by_entry: BTreeMap<_, _> = facts.into_iter().collect();
        for finding in self.distrusted_of(of) {
            let key = FactKey::Findings(finding.entry);
            if let Fact::Findings(findings) = by_entry.entry(key).or_insert(Fact::Findings(Vec::new())) {
                findings.push(finding.clone());
            }
        }
        Ok(by_entry.into_iter().collect())
    }
}

impl Entries for Reading {
    fn entry(&self, index: EntryIndex) -> Result<Verified, CommandError> {
        self.read(index)
    }
}
