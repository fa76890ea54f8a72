//! What a ledger's entries add up to, at one size.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use prova_core::{
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    index::term::Term,
    ledger::Placing,
    lifecycle::{Chain, Fact, FactKey, FactKind, Finding, View, distrusted, facts},
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::Unverified,
};

use crate::{
    disk::lock::Lock,
    log::{open_error::OpenError, snapshot::Snapshot, tiles::ReadError},
    progress::Progress,
    rows::{RowError, StoreRows},
    scratch::Scratch,
    state::{proving::Proving, replay::replay},
};

/// Registry, chains and indices after some number of entries: in the store, or in memory and temporary files.
#[derive(Debug)]
pub struct State {
    size: TreeSize,
    registry: Registry,
    rows: StateRows,
    /// The index of the last seal, once it was asked for.
    proving: Mutex<Option<Proving>>,
    /// Last, so that the store is closed before it is free. The writer has its own.
    _lock: Option<Lock>,
}

#[derive(Debug)]
pub(crate) enum StateRows {
    Store(Box<StoreRows>),
    Scratch(Box<Scratch>),
}

impl State {
    pub(crate) fn in_store(size: TreeSize, registry: Registry, rows: StoreRows, lock: Option<Lock>) -> Self {
        Self {
            size,
            registry,
            rows: StateRows::Store(Box::new(rows)),
            proving: Mutex::default(),
            _lock: lock,
        }
    }

    pub(crate) fn in_scratch(size: TreeSize, registry: Registry, rows: Scratch) -> Self {
        Self {
            size,
            registry,
            rows: StateRows::Scratch(Box::new(rows)),
            proving: Mutex::default(),
            _lock: None,
        }
    }

    /// The rows of the writer.
    pub(crate) fn store(&self) -> Result<&StoreRows, RowError> {
        match &self.rows {
            StateRows::Store(rows) => Ok(rows),
            StateRows::Scratch(_) => Err(RowError::Store {
                reason: "the rows are not in it".to_owned(),
            }),
        }
    }

    pub(crate) fn advance(&mut self, size: TreeSize, registry: Registry) {
        self.size = size;
        self.registry = registry;
        self.proving = Mutex::default();
    }

    pub(crate) fn kept(&self) -> &StateRows {
        &self.rows
    }

    pub(crate) fn proving(&self) -> MutexGuard<'_, Option<Proving>> {
        // What a panic may leave there proves nothing: each proof is verified.
        self.proving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// Who may say what.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What was found wrong with an entry about a subject, when it was recorded.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn findings(&self, id: &SubjectId, index: EntryIndex) -> Result<Vec<Finding>, ReadError> {
        facts::findings_at(self, id, index)
    }

    /// Where an entry stands.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.index_of(leaf)?,
            StateRows::Scratch(rows) => rows.index_of(leaf)?,
        })
    }

    /// The entries under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.posting(term)?,
            StateRows::Scratch(rows) => rows.posting(term)?,
        })
    }

    /// The subjects whose text begins with `prefix` (`""`: all), and their chains, in order of the text.
    #[must_use]
    pub fn subjects<'a>(
        &'a self,
        prefix: &'a str,
    ) -> Box<dyn Iterator<Item = Result<(SubjectId, Chain), ReadError>> + 'a> {
        match &self.rows {
            StateRows::Store(rows) => Box::new(rows.chains(prefix).map(|row| Ok(row?))),
            StateRows::Scratch(rows) => Box::new(rows.subjects(prefix).map(|row| Ok(row?))),
        }
    }

    /// Statements by keys that were later revoked with distrust from an earlier entry: a finding for each subject.
    ///
    /// These are not among the findings of the chains, since a revocation does not touch history.
    ///
    /// # Errors
    /// A row or an entry that cannot be read.
    pub fn distrusted(&self, snapshot: &Snapshot) -> Result<Vec<Finding>, ReadError> {
        let named = distrusted(&self.registry, |key| self.posting(&Term::Key(*key)))?;
        let mut findings = Vec::new();
        for (index, key, detail) in named {
            let entry = snapshot.entry(index)?;
            // An entry of the ledger decodes: it was admitted, and is held against its leaf hash. One of the registry stands under the
            // keys that it names, too, which did not sign it.
            let signed = Unverified::decode(&entry)
                .ok()
                .filter(|entry| entry.is_signed_by(&key));
            let subjects = signed.iter().flat_map(|entry| &entry.claim().subjects);
            findings.extend(subjects.map(|subject| Finding {
                subject: subject.id.clone(),
                entry: index,
                detail: detail.clone(),
            }));
        }
        Ok(findings)
    }
}

impl Placing for State {
    type Failure = ReadError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, ReadError> {
        self.index_of(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.under(term, entries),
            StateRows::Scratch(rows) => rows.under(term, entries),
        }?)
    }
}

impl View for State {
    type Error = ReadError;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.chain(id),
            StateRows::Scratch(rows) => rows.chain(id),
        }?)
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.alias_holder(by, alias),
            StateRows::Scratch(rows) => rows.alias_holder(by, alias),
        }?)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.fact(of, key),
            StateRows::Scratch(rows) => rows.fact(of, key),
        }?)
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, ReadError> {
        Ok(match &self.rows {
            StateRows::Store(rows) => rows.facts(of, kind),
            StateRows::Scratch(rows) => rows.facts(of, kind),
        }?)
    }
}

impl Snapshot {
    /// What the entries of this snapshot add up to.
    ///
    /// From the store, if no other process has it open, this one may write to it, and it is at the snapshot's size: then
    /// the ledger's lock is held until the state is dropped. Otherwise every entry is read and checked again, and the
    /// state is in memory and, of a large ledger, in temporary files.
    ///
    /// # Errors
    /// Entries that are missing, changed, or never should have been admitted.
    pub fn state(&self, progress: &dyn Progress) -> Result<State, OpenError> {
        if let Some(state) = self.state_in_store() {
            return Ok(state);
        }
        let mut rows = Scratch::default();
        let replayed = replay(self, &mut rows, progress)?;
        let registry = replayed.registry.ok_or(OpenError::NoCharter)?;
        Ok(State::in_scratch(self.size(), registry, rows))
    }

    fn state_in_store(&self) -> Option<State> {
        let lock = Lock::read(&self.layout.lock())?;
        let rows = StoreRows::open_existing(&self.disk, &self.layout.store()).ok()??;
        let row = rows.state().ok()??;
        let last = self.size().last().and_then(|last| self.leaf(last).ok())?;
        let fits = row.origin == self.origin() && row.size == self.size() && row.last == last;
        let registry = rows.registry().ok()??;
        fits.then(|| State::in_store(self.size(), registry, rows, Some(lock)))
    }
}
