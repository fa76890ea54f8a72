//! The store: sled behind a wall.
//!
//! sled 0.34 panics on damaged files, so every call runs under `catch_unwind`, and no error or type of sled's leaves this
//! module. Its `flush` is no fsync, so nothing is kept here only.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Once,
    thread::sleep,
    time::{Duration, Instant},
};

use prova_core::{
    alias::Alias, component::SubjectId, hash::LeafHash, index::TermKey, lifecycle::Chain,
    position::EntryIndex, registry::Registry, term::Term,
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

/// What sled may keep in memory.
const CACHE_BYTES: u64 = 64 << 20;

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

    fn row(kind: &'static str) -> impl FnOnce(CodecError) -> Self {
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

    pub(crate) fn mark(&mut self, key: &[u8]) {
        self.0.insert(key, &[]);
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
                return Ok(Self { db: opened });
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

    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.get("leaf", &schema::leaf_key(leaf))
    }

    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        self.scan(schema::posting_prefix(term))
            .map(|row| {
                let (key, _) = row?;
                schema::posting_index(&key).ok_or_else(|| RowError::Row {
                    kind: "posting",
                    reason: "its key is too short".to_owned(),
                })
            })
            .collect()
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
        self.scan(vec![schema::POSTINGS]).map(|row| {
            let (key, _) = row?;
            let (term, index) = schema::hash_in(&key)
                .zip(schema::posting_index(&key))
                .ok_or_else(|| RowError::Row {
                    kind: "posting",
                    reason: "its key is no term and index".to_owned(),
                })?;
            Ok((TermKey::from_bytes(term), index))
        })
    }

    /// Whether there is a row with this key.
    pub(crate) fn has(&self, key: &[u8]) -> Result<bool, RowError> {
        let db = self.db()?;
        guarded(|| db.contains_key(key))
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
        for index in [300, 2, 70_000] {
            batch.mark(&schema::posting_key(&term, EntryIndex::new(index)));
        }
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
            [2, 300, 70_000].map(EntryIndex::new)
        );
        assert_eq!(rows.index_of(&leaf), Ok(Some(EntryIndex::new(2))));
        assert_eq!(rows.count(schema::POSTINGS), Ok(3));
    }
}
