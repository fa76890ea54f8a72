//! A ledger from its first entry on: every check of admission again, on bytes alone.
//!
//! Signatures are verified in batches by the audit rule; everything else runs the code of admission. Memory is that of one batch and of the
//! rows, which the caller keeps where it likes. Entries can be read ahead on other threads (see [`crate::ledger`]); whichever way they come,
//! the error is that of the first entry that is wrong.

use std::{collections::HashMap, convert::Infallible, ops::Range};

use super::{
    admission::{AdmitError, Placing, SealedView, step},
    fault::{EntryFault, EntryRefusal},
};
use crate::{
    hash::{LeafHash, NodeHash},
    id::SubjectId,
    index::{
        Index, IndexProof, MemoryBuckets,
        term::{Term, sorted_terms},
    },
    ledger::{Ahead, ReadAhead},
    lifecycle::{Chain, Changes, Finding, Layer, Lives},
    log::merkle::Frontier,
    position::{EntryIndex, TreeSize, within},
    registry::Registry,
    statement::{Unverified, Verified, VerifyEntryError, seal::Sealed},
};

/// Entries whose signatures are verified together.
pub const BATCH_ENTRIES: usize = 512;

/// Rows that a replay reads and writes.
pub trait Rows: SealedView {
    /// Keeps what an entry changes: chains, aliases and facts, its leaf hash, its place under each of its terms.
    ///
    /// # Errors
    /// A row that cannot be written.
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), Self::Error>;
}

/// Why a replay stops: the ledger holds an entry that never should have entered, or rows cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError<E: std::error::Error> {
    /// The ledger holds an entry that it should not hold.
    #[error(transparent)]
    Entry(#[from] EntryFault),
    /// Rows cannot be read or written.
    #[error("the rows of entry {index} cannot be kept")]
    Rows {
        /// The entry that was being decided on.
        index: EntryIndex,
        /// Why its rows cannot be read or written.
        source: E,
    },
}

impl<E: std::error::Error> ReplayError<E> {
    /// The entry at which the replay stopped.
    #[must_use]
    pub fn index(&self) -> EntryIndex {
        match self {
            Self::Entry(fault) => fault.index,
            Self::Rows { index, .. } => *index,
        }
    }
}

/// A replay under way.
#[derive(Debug, Default)]
pub struct Replay {
    registry: Option<Registry>,
    size: u64,
    tree: Frontier,
    signatures: u64,
    waiting: ReadAhead,
}

/// What a whole ledger adds up to, beside its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The registry at the end; absent for an empty ledger.
    pub registry: Option<Registry>,
    /// Number of entries.
    pub size: TreeSize,
    /// Root of the tree over them.
    pub root: NodeHash,
    /// Signatures that were verified, those of a replay that this one went on from not among them.
    pub signatures: u64,
}

impl Replay {
    /// A replay from the first entry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A replay that goes on after entries that were replayed before.
    #[must_use]
    pub fn resume(registry: Option<Registry>, tree: Frontier) -> Self {
        Self {
            registry,
            size: tree.size().get(),
            tree,
            ..Self::default()
        }
    }

    /// The registry after the entries that were decided on.
    #[must_use]
    pub fn registry(&self) -> Option<&Registry> {
        self.registry.as_ref()
    }

    /// Takes the next entry. Its verdict may come with a later call.
    ///
    /// # Errors
    /// The first entry, this one or one just before, that the ledger should not hold.
    pub fn push<R: Rows>(&mut self, rows: &mut R, entry: &[u8]) -> Result<(), ReplayError<R::Error>>
    where
        R::Error: std::error::Error,
    {
        self.waiting.push(entry);
        // An entry that brings keys must be applied before those after it can be verified.
        if self.waiting.wants_verdict() || self.waiting.len() >= BATCH_ENTRIES {
            self.flush(rows)
        } else {
            Ok(())
        }
    }

    fn flush<R: Rows>(&mut self, rows: &mut R) -> Result<(), ReplayError<R::Error>>
    where
        R::Error: std::error::Error,
    {
        let waiting = std::mem::take(&mut self.waiting);
        self.take(rows, waiting)
    }

    /// Takes the next entries, which were read ahead of their turn.
    ///
    /// # Errors
    /// The first entry that the ledger should not hold.
    pub fn take<R: Rows>(&mut self, rows: &mut R, ahead: ReadAhead) -> Result<(), ReplayError<R::Error>>
    where
        R::Error: std::error::Error,
    {
        let (entries, failed) = ahead.into_entries();
        let mut entries = entries.into_iter().peekable();
        while let Some(next) = entries.next() {
            let entry = match next {
                // A key's id is a hash of it, so that a key which is still known is the one that was verified with.
                Ahead::Verified(entry) => {
                    let registry = self.registry.as_ref();
                    if let Some(key) = registry.and_then(|registry| entry.unknown_key(registry)) {
                        // It was a root key when the signature was verified, and is none now.
                        return Err(self.refuse(VerifyEntryError::UnknownKey(key)).into());
                    }
                    self.admit(rows, &entry)?;
                    continue;
                }
                Ahead::Waiting(entry) => entry,
            };
            // Together with those after it, up to the next that can bring keys.
            let mut run = vec![entry];
            while run.last().is_some_and(|last| !last.changes_keys())
                && let Some(Ahead::Waiting(entry)) = entries.next_if(|next| matches!(next, Ahead::Waiting(_)))
            {
                run.push(entry);
            }
            for verified in Unverified::verify_each(run, self.registry.as_ref()) {
                let entry = verified.map_err(|(_, error)| self.refuse(error))?;
                self.admit(rows, &entry)?;
            }
        }
        match failed {
            None => Ok(()),
            Some(error) => Err(self.refuse(error).into()),
        }
    }

    fn refuse(&self, refusal: impl Into<EntryRefusal>) -> EntryFault {
        let index = TreeSize::new(self.size).next();
        let refusal = refusal.into();
        EntryFault { index, refusal }
    }

    fn admit<R: Rows>(&mut self, rows: &mut R, entry: &Verified) -> Result<(), ReplayError<R::Error>>
    where
        R::Error: std::error::Error,
    {
        let size = TreeSize::new(self.size);
        let index = size.next();
        let changes = step(rows, &mut self.registry, size, entry).map_err(|error| match error {
            AdmitError::Refused(refusal) => ReplayError::Entry(EntryFault { index, refusal }),
            AdmitError::View(source) => ReplayError::Rows { index, source },
        })?;
        let terms = match &self.registry {
            Some(registry) => sorted_terms(index, entry, registry),
            None => Vec::new(),
        };
        rows.record(index, entry.leaf(), changes, terms)
            .map_err(|source| ReplayError::Rows { index, source })?;
        self.tree.push(entry.leaf());
        let signatures = u64::try_from(entry.signers().len()).unwrap_or(u64::MAX);
        self.signatures = self.signatures.saturating_add(signatures);
        self.size = self.size.saturating_add(1);
        Ok(())
    }

    /// Decides on the entries that wait, and ends.
    ///
    /// # Errors
    /// An entry that the ledger should not hold.
    pub fn finish<R: Rows>(mut self, rows: &mut R) -> Result<Replayed, ReplayError<R::Error>>
    where
        R::Error: std::error::Error,
    {
        self.flush(rows)?;
        Ok(Replayed {
            registry: self.registry,
            size: TreeSize::new(self.size),
            root: self.tree.root(),
            signatures: self.signatures,
        })
    }
}

/// Rows in memory: for ledgers and bundles that fit.
#[derive(Clone, Debug, Default)]
pub struct MemoryRows {
    lives: Lives,
    leaves: HashMap<LeafHash, EntryIndex>,
    postings: HashMap<Term, Vec<EntryIndex>>,
    index: Index,
    buckets: MemoryBuckets,
}

impl MemoryRows {
    /// All chains, in order of their subjects.
    #[must_use]
    pub fn chains(&self) -> Vec<(&SubjectId, &Chain)> {
        let mut chains: Vec<_> = self.lives.chains.iter().collect();
        chains.sort_by_key(|(id, _)| *id);
        chains
    }

    /// Where an entry stands.
    #[must_use]
    pub fn index_of(&self, leaf: &LeafHash) -> Option<EntryIndex> {
        self.leaves.get(leaf).copied()
    }

    /// The entries under a term, ascending.
    #[must_use]
    pub fn posting(&self, term: &Term) -> &[EntryIndex] {
        self.postings.get(term).map_or(&[], Vec::as_slice)
    }

    /// The index as the last seal states it, and where its leaves are.
    #[must_use]
    pub fn index(&self) -> (&Index, &MemoryBuckets) {
        (&self.index, &self.buckets)
    }

    /// The proof, under the root of the last seal, of which entries there are under a term.
    #[must_use]
    pub fn index_proof(&self, term: &Term) -> IndexProof {
        match self.index.prove(&self.buckets, term) {
            Ok(proof) => proof,
            Err(never) => match never {},
        }
    }

    /// The findings that were recorded, in their order.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<_> = self.lives.facts.findings().collect();
        findings.sort();
        findings
    }
}

impl Layer for MemoryRows {
    type Below = Lives;
    type Error = Infallible;

    fn below(&self) -> &Lives {
        &self.lives
    }
}

impl Placing for MemoryRows {
    type Failure = Infallible;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, Infallible> {
        Ok(self.index_of(leaf))
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, Infallible> {
        Ok(within(self.posting(term), entries).to_vec())
    }
}

impl SealedView for MemoryRows {
    fn fold_index(&mut self) -> Result<Sealed, Self::Error> {
        self.index.fold(&mut self.buckets)
    }
}

impl Rows for MemoryRows {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), Self::Error> {
        self.lives.extend(changes);
        self.leaves.insert(leaf, index);
        self.index.record(index, leaf, &terms);
        for term in terms {
            self.postings.entry(term).or_default().push(index);
        }
        Ok(())
    }
}
