//! A ledger at one size: entries whose bytes are held against their leaf hashes and whose signatures are verified again, and the rows that
//! they add up to.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

use prova_core::{
    hash::Digest,
    id::{Alias, OrgId, SubjectId},
    index::term::Term,
    lifecycle::{Chain, Fact, FactKey, FactKind, Finding, FindingCode, FoundAt, FoundDetail, View},
    position::EntryIndex,
    registry::{
        Registry,
        history::{History, HistoryError},
    },
    statement::{Verified, event::Event},
    view::{timeline::Timeline, trace::Entries},
};
use prova_formats::pedigree::PedigreeSource;
use prova_store::{Audit, Blame, OpenError, Progress, ReadError, Snapshot, State};

/// Why a ledger cannot be opened for reading.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenReadingError {
    /// The directory holds no ledger that can be opened, or its entries do not add up.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The registry cannot be read.
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

impl OpenReadingError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Open(error) => error.blame(),
            Self::Reading(error) => error.blame(),
        }
    }
}

/// Why an entry or a row of a ledger that was opened cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadingError {
    /// Bytes are missing or changed, or there are no such.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The bytes are not an entry that is signed as it claims.
    #[error(transparent)]
    History(#[from] HistoryError),
}

impl ReadingError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame(),
            Self::History(_) => Blame::Evidence,
        }
    }
}

/// Why nothing can be told about a subject.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// No entry is about it.
    #[error("the ledger has no entry about {subject}")]
    NoEntry {
        /// The subject that was asked for.
        subject: SubjectId,
    },
    /// What there is cannot be read.
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

impl SubjectError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::NoEntry { .. } => Blame::Caller,
            Self::Reading(error) => error.blame(),
        }
    }
}

/// A ledger, read at one size.
#[derive(Debug)]
pub struct Reading {
    snapshot: Snapshot,
    history: History,
    state: State,
    /// Statements by keys that were distrusted later; chains do not record these.
    distrusted: BTreeMap<SubjectId, Vec<Finding>>,
}

impl Reading {
    /// The ledger in a directory as it was last acknowledged, beside whoever writes it.
    ///
    /// # Errors
    /// See [`OpenReadingError`].
    pub fn open(directory: &Path, progress: &dyn Progress) -> Result<Self, OpenReadingError> {
        let snapshot = Snapshot::open(directory)?;
        let state = snapshot.state(progress)?;
        let distrusted = state.distrusted(&snapshot).map_err(ReadingError::from)?;
        Ok(Self::new(snapshot, state, distrusted)?)
    }

    /// The ledger as it was just audited.
    ///
    /// # Errors
    /// The registry's entries cannot be read again.
    pub fn audited(snapshot: Snapshot, audit: Audit) -> Result<Self, ReadingError> {
        let is_distrusted = |finding: &Finding| finding.code() == FindingCode::DistrustedKey;
        let distrusted = audit.findings.into_iter().filter(is_distrusted).collect();
        Self::new(snapshot, audit.state, distrusted)
    }

    fn new(snapshot: Snapshot, state: State, findings: Vec<Finding>) -> Result<Self, ReadingError> {
        let origin = state.registry().origin().clone();
        let registry_entries = state
            .posting(&Term::Id(SubjectId::Ledger(origin)))?
            .into_iter()
            .map(|index| Ok((index, snapshot.entry(index)?)))
            .collect::<Result<Vec<_>, ReadError>>()?;
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

    /// The entries and the checkpoint, as they lie on the disk.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The registry over time.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The registry at the end.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        self.history.now()
    }

    /// The entries under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, ReadingError> {
        Ok(self.state.posting(term)?)
    }

    /// An entry, with its signatures verified again.
    ///
    /// # Errors
    /// See [`ReadingError`].
    pub fn read(&self, index: EntryIndex) -> Result<Verified, ReadingError> {
        let bytes = self.snapshot.entry(index)?;
        Ok(self.history.verify(index, &bytes)?)
    }

    /// The entries that state something about a subject, without those that only mention it.
    ///
    /// # Errors
    /// See [`SubjectError`]; one that no entry is about is one of them.
    pub fn about(&self, subject: &SubjectId) -> Result<BTreeMap<EntryIndex, Verified>, SubjectError> {
        let mut entries = BTreeMap::new();
        for index in self.posting(&Term::Id(subject.clone()))? {
            let entry = self.read(index)?;
            if states(&entry, subject) {
                entries.insert(index, entry);
            }
        }
        if entries.is_empty() {
            let subject = subject.clone();
            return Err(SubjectError::NoEntry { subject });
        }
        Ok(entries)
    }

    /// The entries about a subject, and those that mention it, or judge one of its entries.
    ///
    /// # Errors
    /// See [`ReadingError`].
    pub fn related(&self, subject: &SubjectId) -> Result<BTreeMap<EntryIndex, Verified>, ReadingError> {
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

    /// The life of a subject: how it stands, the entries about it and those that mention it.
    ///
    /// # Errors
    /// See [`SubjectError`]; one that no entry names is one of them.
    pub fn life(&self, subject: &SubjectId) -> Result<Timeline, SubjectError> {
        let timeline = Timeline::new(self, subject, &self.related(subject)?, &self.history)?;
        if timeline.rows.is_empty() && timeline.mentions.is_empty() {
            let subject = subject.clone();
            return Err(SubjectError::NoEntry { subject });
        }
        Ok(timeline)
    }

    /// What is wrong with an entry: findings in the chains of its subjects, and distrust of its keys.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn findings(&self, index: EntryIndex, entry: &Verified) -> Result<Vec<Finding>, ReadingError> {
        let mut findings = Vec::new();
        for subject in &entry.statement().subjects {
            findings.extend(self.state.findings(&subject.id, index)?);
            let distrusted = self.distrusted_of(&subject.id);
            findings.extend(distrusted.filter(|finding| finding.entry == index).cloned());
        }
        Ok(findings)
    }

    /// The chains of the subjects whose text begins with `prefix`, in order of the text.
    pub fn chains<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = Result<(SubjectId, Chain), ReadingError>> + 'a {
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
            let count = chain.found.entry(finding.code()).or_default();
            *count = count.saturating_add(1);
        }
        chain
    }
}

/// Whether an entry states something about a subject.
pub(crate) fn states(entry: &Verified, subject: &SubjectId) -> bool {
    let mut stated = entry.statement().subjects.iter();
    stated.any(|stated| stated.id == *subject)
}

impl View for Reading {
    type Error = ReadingError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, ReadingError> {
        let chain = self.state.chain(id)?;
        Ok(chain.map(|chain| self.with_distrust(id, chain)))
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, ReadingError> {
        Ok(self.state.alias_holder(by, alias)?)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, ReadingError> {
        if key.kind() != FactKind::Findings {
            return Ok(self.state.fact(of, key)?);
        }
        let mut facts = self.facts(of, FactKind::Findings)?.into_iter();
        Ok(facts.find(|(other, _)| other == key).map(|(_, fact)| fact))
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, ReadingError> {
        let facts = self.state.facts(of, kind)?;
        if kind != FactKind::Findings {
            return Ok(facts);
        }
        let mut by_entry: BTreeMap<_, _> = facts.into_iter().collect();
        for finding in self.distrusted_of(of) {
            let key = FactKey::Findings(finding.entry);
            if let Fact::Findings(details) = by_entry.entry(key).or_insert(Fact::Findings(Vec::new())) {
                details.push(FoundDetail {
                    on: FoundAt::Chain,
                    detail: finding.detail.clone(),
                });
            }
        }
        Ok(by_entry.into_iter().collect())
    }
}

impl Entries for Reading {
    fn entry(&self, index: EntryIndex) -> Result<Verified, ReadingError> {
        self.read(index)
    }
}

impl PedigreeSource for Reading {
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, ReadingError> {
        Reading::posting(self, term)
    }
}

#[cfg(test)]
mod tests;
