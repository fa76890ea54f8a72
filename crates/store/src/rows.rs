//! The store: sled behind a wall.
//!
//! sled 0.34 panics on damaged files, so every call runs under `catch_unwind`, and no error or type of sled's leaves this
//! module. Its `flush` is no fsync, so nothing is kept here only.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::LeafHash,
    index::TermKey,
    lifecycle::{Chain, Fact, FactKey, FactKind},
    position::EntryIndex,
    registry::Registry,
    term::Term,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    blame::Blame,
    codec::{self, CodecError},
    schema::{self, StateRow},
};

/// sled's own threads may keep its file for a moment after it was closed. The ledger's lock keeps everybody else away.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Entries whose rows may be lost in a crash. Catching up with so many takes a tenth of a second.
const MAX_UNFLUSHED: u64 = 1_000;

/// What sled may keep in memory, by its own account, which is a third of the truth.
const CACHE_BYTES: u64 = 16 << 20;

/// Why a row cannot be read or written. All rows can be made again from the tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The store's files cannot be read or written.
    #[error("the store failed: {reason}; «reindex» makes it again from the entries")]
    Store {
        /// What the store says.
        reason: String,
    },
    /// The store's files hold what cannot be.
    #[error("the store is damaged: {reason}; «reindex» makes it again from the entries")]
    Damaged {
        /// What was found.
        reason: String,
    },
    /// A temporary file for rows cannot be read or written.
    #[error("a temporary file in {} failed: {reason}; «TMPDIR» names another directory", directory.display())]
    Scratch {
        /// Where it is.
        directory: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A row that is not one of its kind.
    #[error("the store's {kind} row is damaged: {reason}; «reindex» makes it again from the entries")]
    Row {
        /// Which kind of row.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl RowError {
    /// Always the program's: what is in the store is in the entries too.
    #[must_use]
    pub fn blame(&self) -> Blame {
        Blame::Program
    }

    pub(crate) fn row(kind: &'static str) -> impl FnOnce(CodecError) -> Self {
        move |error| Self::Row {
            kind,
            reason: error.to_string(),
        }
    }
}

/// Rows in sled.
pub(crate) struct StoreRows {
    /// Absent only while it is dropped.
    db: Option<sled::Db>,
    /// Entries whose rows were written since the last flush.
    unflushed: AtomicU64,
}

/// Rows to be written together.
#[derive(Debug, Default)]
pub(crate) struct RowBatch(sled::Batch);

impl RowBatch {
    pub(crate) fn insert<T: Serialize>(
        &mut self,
        kind: &'static str,
        key: &[u8],
        value: &T,
    ) -> Result<(), RowError> {
        let row = codec::encode(value).map_err(RowError::row(kind))?;
        self.0.insert(key, row);
        Ok(())
    }

    pub(crate) fn insert_bytes(&mut self, key: &[u8], row: Vec<u8>) {
        self.0.insert(key, row);
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.0.remove(key);
    }

    /// The entries under a term, ascending, none of which is in a row yet.
    pub(crate) fn post(&mut self, term: &Term, indices: &[EntryIndex]) {
        if let Some(first) = indices.first() {
            let key = schema::posting_key(term, *first);
            self.0.insert(key, schema::posting_row(indices));
        }
    }
}

impl std::fmt::Debug for StoreRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreRows")
    }
}

impl Drop for StoreRows {
    fn drop(&mut self) {
        // What cannot be flushed is made again from the tiles.
        let _ = guarded(|| {
            drop(self.db.take());
            Ok(())
        });
    }
}

impl StoreRows {
    /// Opens the store in a directory, or makes one.
    pub(crate) fn open(directory: &Path) -> Result<Self, RowError> {
        let started = Instant::now();
        loop {
            let opened = guarded(|| {
                let opened = sled::Config::new()
                    .path(directory)
                    .cache_capacity(CACHE_BYTES)
                    .flush_every_ms(None)
                    .open();
                match opened {
                    Err(error) if is_held(&error) && started.elapsed() < PATIENCE => Ok(None),
                    other => other.map(Some),
                }
            })?;
            if opened.is_some() {
                return Ok(Self {
                    db: opened,
                    unflushed: AtomicU64::new(0),
                });
            }
            sleep(PAUSE);
        }
    }

    /// Opens the store in a directory, if there is one.
    pub(crate) fn open_existing(directory: &Path) -> Result<Option<Self>, RowError> {
        if directory.join("db").is_file() {
            Self::open(directory).map(Some)
        } else {
            Ok(None)
        }
    }

    fn db(&self) -> Result<&sled::Db, RowError> {
        self.db.as_ref().ok_or_else(|| RowError::Store {
            reason: "it is closed".to_owned(),
        })
    }

    /// A row as it is.
    pub(crate) fn bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowError> {
        let db = self.db()?;
        guarded(|| Ok(db.get(key)?.map(|row| row.to_vec())))
    }

    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &[u8],
    ) -> Result<Option<T>, RowError> {
        let db = self.db()?;
        guarded(|| db.get(key))?
            .map(|row| codec::decode(&row).map_err(RowError::row(kind)))
            .transpose()
    }

    /// Writes all rows or none.
    pub(crate) fn apply(&self, batch: RowBatch) -> Result<(), RowError> {
        let db = self.db()?;
        guarded(|| db.apply_batch(batch.0))
    }

    /// Writes the rows of so many entries, and flushes now and then: what a crash takes is made again from the tiles.
    pub(crate) fn apply_lazily(&self, batch: RowBatch, entries: usize) -> Result<(), RowError> {
        self.apply(batch)?;
        let more = u64::try_from(entries).unwrap_or(u64::MAX);
        if self
            .unflushed
            .fetch_add(more, Ordering::Relaxed)
            .saturating_add(more)
            < MAX_UNFLUSHED
        {
            return Ok(());
        }
        self.unflushed.store(0, Ordering::Relaxed);
        self.flush()
    }

    pub(crate) fn flush(&self) -> Result<(), RowError> {
        let db = self.db()?;
        guarded(|| db.flush()).map(|_| ())
    }

    pub(crate) fn state(&self) -> Result<Option<StateRow>, RowError> {
        self.get("state", schema::STATE)
    }

    pub(crate) fn registry(&self) -> Result<Option<Registry>, RowError> {
        self.get("registry", schema::REGISTRY)
    }

    pub(crate) fn chain(&self, subject: &SubjectId) -> Result<Option<Chain>, RowError> {
        self.get("chain", &schema::chain_key(subject))
    }

    pub(crate) fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.get("alias", &schema::alias_key(alias))
    }

    pub(crate) fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        self.get("fact", &schema::fact_key(of, key))
    }

    pub(crate) fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        let prefix = schema::facts_prefix(of, kind);
        let length = prefix.len();
        let rows = self.scan(prefix).map(|row| {
            let (key, value) = row?;
            let rest = key.get(length..).unwrap_or_default();
            let key = schema::fact_of(kind, rest).ok_or_else(|| RowError::Row {
                kind: "fact",
                reason: "its key is no fact's".to_owned(),
            })?;
            Ok((key, codec::decode(&value).map_err(RowError::row("fact"))?))
        });
        rows.collect()
    }

    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.get("leaf", &schema::leaf_key(leaf))
    }

    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        let mut posting = Vec::new();
        for row in self.scan(schema::posting_prefix(term)) {
            posting.extend(indices(&row?)?);
        }
        Ok(posting)
    }

    /// Whether an entry is under a term.
    pub(crate) fn is_posted(&self, term: &Term, index: EntryIndex) -> Result<bool, RowError> {
        let db = self.db()?;
        let range = schema::posting_prefix(term)..=schema::posting_key(term, index);
        let row = guarded(|| db.range(range).next_back().transpose())?;
        row.map_or(Ok(false), |(key, value)| {
            let indices = indices(&(key.to_vec(), value.to_vec()))?;
            Ok(indices.binary_search(&index).is_ok())
        })
    }

    /// How many entries are under all terms together.
    pub(crate) fn posted(&self) -> Result<u64, RowError> {
        let mut count = 0_u64;
        for row in self.scan(vec![schema::POSTINGS]) {
            let more = u64::try_from(indices(&row?)?.len()).unwrap_or(u64::MAX);
            count = count.saturating_add(more);
        }
        Ok(count)
    }

    /// The chains whose subject's text begins with `prefix`, in order of the text.
    pub(crate) fn chains(
        &self,
        prefix: &str,
    ) -> impl Iterator<Item = Result<(SubjectId, Chain), RowError>> + use<> {
        self.scan(schema::chains_prefix(prefix)).map(|row| {
            let (key, value) = row?;
            let subject = schema::key_text(&key).and_then(|text| text.parse().ok());
            let subject = subject.ok_or_else(|| RowError::Row {
                kind: "chain",
                reason: "its key is no subject".to_owned(),
            })?;
            let chain = codec::decode(&value).map_err(RowError::row("chain"))?;
            Ok((subject, chain))
        })
    }

    /// Every entry's leaf hash and place, in order of the hashes.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = Result<(LeafHash, EntryIndex), RowError>> + use<> {
        self.scan(vec![schema::LEAVES]).map(|row| {
            let (key, value) = row?;
            let leaf = schema::hash_in(&key).ok_or_else(|| RowError::Row {
                kind: "leaf",
                reason: "its key is no leaf hash".to_owned(),
            })?;
            let index = codec::decode(&value).map_err(RowError::row("leaf"))?;
            Ok((LeafHash::from_bytes(leaf), index))
        })
    }

    /// Every place under a term, in order of the terms' keys and then of the entries.
    pub(crate) fn postings(&self) -> impl Iterator<Item = Result<(TermKey, EntryIndex), RowError>> + use<> {
        self.scan(vec![schema::POSTINGS]).flat_map(|row| {
            let (places, error) = match row.and_then(|row| places(&row)) {
                Ok(places) => (places, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            places.into_iter().map(Ok).chain(error)
        })
    }

    /// How many rows have keys that begin with this byte.
    pub(crate) fn count(&self, prefix: u8) -> Result<u64, RowError> {
        let mut count = 0_u64;
        for row in self.scan(vec![prefix]) {
            row?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    fn scan(&self, prefix: Vec<u8>) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), RowError>> + use<> {
        let rows = self.db().and_then(|db| guarded(|| Ok(db.scan_prefix(prefix))));
        let (mut rows, mut error) = match rows {
            Ok(rows) => (Some(rows), None),
            Err(error) => (None, Some(error)),
        };
        std::iter::from_fn(move || {
            if let Some(error) = error.take() {
                return Some(Err(error));
            }
            let next = guarded(|| rows.as_mut().and_then(Iterator::next).transpose()).transpose()?;
            if next.is_err() {
                rows = None;
            }
            Some(next.map(|(key, value)| (key.to_vec(), value.to_vec())))
        })
    }
}

thread_local! {
    static IN_STORE: Cell<u32> = const { Cell::new(0) };
}
static HOOK: Once = Once::new();

/// Runs something of sled's; a panic becomes an error, and says nothing on the terminal.
fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, RowError> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IN_STORE.get() == 0 {
                before(panic);
            }
        }));
    });
    IN_STORE.set(IN_STORE.get().saturating_add(1));
    let outcome = catch_unwind(AssertUnwindSafe(act));
    IN_STORE.set(IN_STORE.get().saturating_sub(1));
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ sled::Error::Corruption { .. })) => Err(RowError::Damaged {
            reason: one_line(&error.to_string()),
        }),
        Ok(Err(error)) => Err(RowError::Store {
            reason: one_line(&error.to_string()),
        }),
        Err(panic) => Err(RowError::Damaged {
            reason: one_line(panic_text(panic.as_ref())),
        }),
    }
}

/// The term of a posting's row, with each of its entries.
fn places(row: &(Vec<u8>, Vec<u8>)) -> Result<Vec<(TermKey, EntryIndex)>, RowError> {
    let term = schema::hash_in(&row.0).ok_or_else(|| RowError::Row {
        kind: "posting",
        reason: "its key is no term and index".to_owned(),
    })?;
    let term = TermKey::from_bytes(term);
    Ok(indices(row)?.into_iter().map(|index| (term, index)).collect())
}

/// The entries of a posting's row.
fn indices((key, row): &(Vec<u8>, Vec<u8>)) -> Result<Vec<EntryIndex>, RowError> {
    schema::posting_indices(key, row).ok_or_else(|| RowError::Row {
        kind: "posting",
        reason: "no ascending list of entries".to_owned(),
    })
}

/// Whether the store's file is still locked; sled has no error kind of its own for this.
fn is_held(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("its reader gave up")
}

fn one_line(text: &str) -> String {
    prova_core::text::escape(text.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_errors() {
        let error = guarded::<()>(|| panic!("bad page\nmore")).unwrap_err();
        assert_eq!(
            error,
            RowError::Damaged {
                reason: "bad page".to_owned()
            }
        );
    }

    #[test]
    fn batches_are_kept_and_scanned_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let term: Term = "by:dns:nordlys.example".parse().unwrap();
        let rows = StoreRows::open(directory.path()).unwrap();
        let mut batch = RowBatch::default();
        let other: Term = "by:dns:north.example".parse().unwrap();
        for indices in [&[300, 301][..], &[2], &[70_000, 1_000_000]] {
            batch.post(
                &term,
                &indices.iter().copied().map(EntryIndex::new).collect::<Vec<_>>(),
            );
        }
        batch.post(&other, &[EntryIndex::new(301)]);
        let leaf = LeafHash::of_entry(b"x");
        batch
            .insert("leaf", &schema::leaf_key(&leaf), &EntryIndex::new(2))
            .unwrap();
        rows.apply(batch).unwrap();
        rows.flush().unwrap();
        drop(rows);
        let rows = StoreRows::open_existing(directory.path()).unwrap().unwrap();
        assert_eq!(
            rows.posting(&term).unwrap(),
            [2, 300, 301, 70_000, 1_000_000].map(EntryIndex::new)
        );
        for (index, want) in [
            (0, false),
            (2, true),
            (301, true),
            (302, false),
            (1_000_000, true),
        ] {
            assert_eq!(rows.is_posted(&term, EntryIndex::new(index)), Ok(want), "{index}");
        }
        assert_eq!(rows.index_of(&leaf), Ok(Some(EntryIndex::new(2))));
        assert_eq!(rows.posted(), Ok(6));
    }

    /// Whether bytes are a row, and if so the one that its value is written as.
    fn read<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(row: &[u8]) -> Option<Vec<u8>> {
        let value: T = codec::decode(row).ok()?;
        let written = codec::encode(&value).unwrap();
        assert_eq!(codec::decode::<T>(&written).unwrap(), value);
        Some(written)
    }

    fn read_as(kind: u8, row: &[u8]) -> Option<Vec<u8>> {
        match kind {
            b's' => read::<StateRow>(row),
            b'r' => read::<Registry>(row),
            schema::CHAINS => read::<Chain>(row),
            schema::FACTS => read::<Fact>(row),
            schema::ALIASES => read::<SubjectId>(row),
            schema::LEAVES => read::<EntryIndex>(row),
            _ => None,
        }
    }

    #[test]
    fn every_row_is_written_as_it_was_read_and_no_damaged_row_is_a_panic() {
        let directory = tempfile::tempdir().unwrap();
        let mut statements = prova_testkit::builder::TestLedger::new("ledger.example/2026");
        let log_key = prova_core::test_keys::published_test_key("log").unwrap();
        let mut ledger = crate::Ledger::create(directory.path(), &statements.charter(), log_key).unwrap();
        let mut entries = statements.enrolments();
        entries.extend(statements.units(0, 2, 0));
        entries.extend([
            statements.ship("SN0"),
            statements.ship("LOST"),
            statements.rotate("spare-1"),
        ]);
        ledger.append(None, &entries).unwrap();
        let mut chance = prova_testkit::chance::Chance::new(1);
        let mut kinds = std::collections::BTreeMap::new();
        for row in ledger.state().store().unwrap().scan(Vec::new()) {
            let (key, row) = row.unwrap();
            let kind = key[0];
            *kinds.entry(char::from(kind)).or_insert(0) += 1;
            if kind == schema::POSTINGS {
                let indices = schema::posting_indices(&key, &row).unwrap();
                assert_eq!(schema::posting_row(&indices), row);
                for cut in 0..key.len() {
                    schema::posting_indices(&key[..cut], &row);
                }
                continue;
            }
            assert_eq!(read_as(kind, &row).as_ref(), Some(&row), "{}", char::from(kind));
            assert_eq!(read_as(kind, &row[..row.len() - 1]), None);
            for _ in 0..200 {
                let mut damaged = row.clone();
                for _ in 0..=chance.below(3) {
                    let at = chance.below(damaged.len());
                    damaged[at] ^= 1 << chance.below(8);
                }
                read_as(kind, &damaged);
            }
        }
        let kinds: Vec<_> = kinds.into_keys().collect();
        assert_eq!(kinds, ['c', 'f', 'l', 'r', 's', 't']);
    }

    /// A ledger with so many shipments of a unit that nobody receives, each a finding.
    fn shipments(directory: &Path, count: usize) -> (crate::Ledger, prova_testkit::builder::TestLedger) {
        let mut statements = prova_testkit::builder::TestLedger::new("ledger.example/2026");
        let log_key = prova_core::test_keys::published_test_key("log").unwrap();
        let mut ledger = crate::Ledger::create(directory, &statements.charter(), log_key).unwrap();
        let mut entries = statements.enrolments();
        entries.extend((0..count).map(|_| statements.ship("SN0")));
        ledger.append(None, &entries).unwrap();
        (ledger, statements)
    }

    #[test]
    fn no_row_grows_with_the_entries_about_a_subject() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ledger, mut statements) = shipments(directory.path(), 10);
        // How many rows there are of chains and facts, and the bytes of the largest.
        let measured = |ledger: &crate::Ledger| {
            let rows = ledger.state().store().unwrap();
            [schema::CHAINS, schema::FACTS].map(|kind| {
                let lengths = rows.scan(vec![kind]).map(|row| row.unwrap().1.len());
                let lengths: Vec<_> = lengths.collect();
                (lengths.len(), lengths.into_iter().max())
            })
        };
        let [(1, chain), (few, fact)] = measured(&ledger) else {
            panic!("{:?}", measured(&ledger));
        };
        let more: Vec<_> = (0..400).map(|_| statements.ship("SN0")).collect();
        ledger.append(None, &more).unwrap();
        // A shipment that ends and the finding at it are a row each; texts have a digit or two more.
        let [(1, longer_chain), (many, longer_fact)] = measured(&ledger) else {
            panic!("{:?}", measured(&ledger));
        };
        assert_eq!(many, few + 2 * more.len());
        assert_eq!(longer_chain, chain);
        assert!(
            longer_fact.unwrap() < fact.unwrap() + 8,
            "{longer_fact:?}, before {fact:?}"
        );
    }

    #[test]
    fn a_store_of_an_older_version_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let (ledger, _) = shipments(directory.path(), 5);
        // Which entries share a posting's row depends on which were written together.
        let all = |ledger: &crate::Ledger| -> Vec<_> {
            let rows = ledger.state().store().unwrap().scan(Vec::new());
            let rows = rows.map(Result::unwrap);
            rows.filter(|(key, _)| key[0] != schema::POSTINGS).collect()
        };
        let rows = all(&ledger);
        let mut older = RowBatch::default();
        for (key, row) in &rows {
            let mut row = row.clone();
            row[0] = codec::ROW_VERSION - 1;
            older.insert_bytes(key, row);
        }
        let store = ledger.state().store().unwrap();
        store.apply(older).unwrap();
        store.flush().unwrap();
        drop(ledger);
        let snapshot = crate::Snapshot::open(directory.path()).unwrap();
        let state = snapshot.state(&crate::NoProgress).unwrap();
        assert!(
            state.store().is_err(),
            "whoever only reads must not read these rows"
        );
        drop(state);
        let log_key = prova_core::test_keys::published_test_key("log").unwrap();
        let ledger = crate::Ledger::open(directory.path(), log_key, &crate::NoProgress).unwrap();
        assert!(all(&ledger) == rows);
    }

    #[test]
    fn fsck_finds_facts_that_are_changed_gone_or_too_many() {
        let directory = tempfile::tempdir().unwrap();
        let (ledger, _) = shipments(directory.path(), 5);
        let store = ledger.state().store().unwrap();
        let facts: Vec<_> = store.scan(vec![schema::FACTS]).map(Result::unwrap).collect();
        let mut batch = RowBatch::default();
        batch.insert("fact", &facts[0].0, &Fact::Holds).unwrap();
        batch.remove(&facts[1].0);
        let id: SubjectId = "unit:dns:nordlys.example/AAU3900/SN0".parse().unwrap();
        for sku in ["sku:1", "sku:2"] {
            let key = FactKey::Alias(sku.parse().unwrap());
            let row = schema::fact_key(&id, &key);
            batch.insert("fact", &row, &Fact::Holds).unwrap();
        }
        store.apply(batch).unwrap();
        store.flush().unwrap();
        drop(ledger);
        let faults = crate::fsck(directory.path(), &crate::NoProgress).unwrap();
        let reasons: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let about = |what: &str| reasons.iter().filter(|reason| reason.contains(what)).count();
        assert_eq!(
            (about("a fact about"), about("the number of facts")),
            (2, 1),
            "{reasons:?}"
        );
        assert_eq!(faults.len(), 3);
    }
}
