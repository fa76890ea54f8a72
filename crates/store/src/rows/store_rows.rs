//! Typed rows, each of which can be made again from the tiles.

use std::{ops::Range, path::Path, sync::Arc};

use prova_core::{
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    index::{TermKey, term::Term},
    ledger::Placing,
    lifecycle::{Chain, Fact, FactKey, FactKind, View},
    position::{EntryIndex, within},
    registry::Registry,
};
use prova_rows::{Engine, KeyValue, SortedRuns, disk::Disk};
use serde::de::DeserializeOwned;

use super::{
    RowBatch, RowError, codec,
    grouping::StoreGrouping,
    schema::{self, StateRow},
};

/// Rows on the disk, and those of the last few entries in memory.
#[derive(Debug)]
pub(crate) struct StoreRows(Box<dyn Engine>);

impl View for StoreRows {
    type Error = RowError;

    fn chain(&self, subject: &SubjectId) -> Result<Option<Chain>, RowError> {
        self.get("chain", &schema::chain_key(subject))
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, RowError> {
        self.get("alias", &schema::alias_key(by, alias))
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, RowError> {
        self.get("fact", &schema::fact_key(of, key))
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, RowError> {
        let prefix = schema::facts_prefix(of, kind);
        let length = prefix.len();
        let rows = self.scan(&prefix).map(|row| {
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
}

impl Placing for StoreRows {
    type Failure = RowError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.index_of(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, RowError> {
        let prefix = schema::posting_prefix(term);
        let (mut rows, mut end) = (Vec::new(), entries.end);
        // From the last row back: that of a term which is looked at is most often one of its last.
        while let Some(last) = end.before().filter(|last| *last >= entries.start)
            && let Some(row) = self.0.last(&prefix, &schema::posting_key(&prefix, last))?
        {
            let row = indices(&row)?;
            let Some(first) = row.first().copied().filter(|first| *first < end) else {
                break;
            };
            rows.push(row);
            end = first;
        }
        let posting: Vec<_> = rows.into_iter().rev().flatten().collect();
        Ok(within(&posting, entries).to_vec())
    }
}

impl StoreRows {
    /// Opens the store in a directory, or makes one.
    pub(crate) fn open(disk: &Arc<dyn Disk>, directory: &Path) -> Result<Self, RowError> {
        #[cfg(test)]
        if self::tests::is_for_oracle(directory) {
            let rows = prova_testkit::oracle::Oracle::open(disk, directory)?;
            return Ok(Self(Box::new(rows)));
        }
        let rows = SortedRuns::open(disk, directory, &StoreGrouping)?;
        Ok(Self(Box::new(rows)))
    }

    /// Opens the store in a directory, if there is one.
    pub(crate) fn open_existing(disk: &Arc<dyn Disk>, directory: &Path) -> Result<Option<Self>, RowError> {
        if SortedRuns::is_in(directory) {
            Self::open(disk, directory).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A row as it is.
    pub(crate) fn bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowError> {
        Ok(self.0.get(key)?)
    }

    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &[u8],
    ) -> Result<Option<T>, RowError> {
        let row = self.0.get(key)?;
        row.map(|row| codec::decode(&row).map_err(RowError::row(kind)))
            .transpose()
    }

    /// Writes all rows or none: to memory first, and now and then to the disk. What a crash takes is made again from the tiles.
    pub(crate) fn apply(&self, batch: RowBatch) -> Result<(), RowError> {
        Ok(self.0.apply(batch.into_batch())?)
    }

    /// Waits until every row is on the disk.
    pub(crate) fn flush(&self) -> Result<(), RowError> {
        Ok(self.0.flush()?)
    }

    pub(crate) fn state(&self) -> Result<Option<StateRow>, RowError> {
        self.get("state", schema::STATE)
    }

    pub(crate) fn registry(&self) -> Result<Option<Registry>, RowError> {
        self.get("registry", schema::REGISTRY)
    }

    pub(crate) fn index_of(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.get("leaf", &schema::leaf_key(leaf))
    }

    pub(crate) fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, RowError> {
        let mut posting = Vec::new();
        for row in self.scan(&schema::posting_prefix(term)) {
            posting.extend(indices(&row?)?);
        }
        Ok(posting)
    }

    /// The entries in the row of a term that has an entry, if any has it.
    pub(crate) fn posted_with(&self, term: &Term, index: EntryIndex) -> Result<Vec<EntryIndex>, RowError> {
        let prefix = schema::posting_prefix(term);
        let row = self.0.last(&prefix, &schema::posting_key(&prefix, index))?;
        row.map_or(Ok(Vec::new()), |row| indices(&row))
    }

    /// How many entries are under all terms together.
    pub(crate) fn posted(&self) -> Result<u64, RowError> {
        let mut count = 0_u64;
        for row in self.scan(&[schema::POSTINGS]) {
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
        self.scan(&schema::chains_prefix(prefix)).map(|row| {
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
        self.scan(&[schema::LEAVES]).map(|row| {
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
        self.scan(&[schema::POSTINGS]).flat_map(|row| {
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
        for row in self.scan(&[prefix]) {
            row?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<KeyValue, RowError>> + use<> {
        self.0.scan(prefix).map(|row| Ok(row?))
    }
}

/// The term of a posting's row, with each of its entries.
fn places(row: &KeyValue) -> Result<Vec<(TermKey, EntryIndex)>, RowError> {
    let term = schema::hash_in(&row.0).ok_or_else(|| RowError::Row {
        kind: "posting",
        reason: "its key is no term and index".to_owned(),
    })?;
    let term = TermKey::from_bytes(term);
    Ok(indices(row)?.into_iter().map(|index| (term, index)).collect())
}

/// The entries of a posting's row.
fn indices((key, row): &KeyValue) -> Result<Vec<EntryIndex>, RowError> {
    schema::posting_indices(key, row).ok_or_else(|| RowError::Row {
        kind: "posting",
        reason: "no ascending list of entries".to_owned(),
    })
}

#[cfg(test)]
mod tests;
