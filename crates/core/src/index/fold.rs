//! The index over a growing ledger: entries wait under their terms until a seal folds them.

use std::{collections::HashMap, convert::Infallible, iter::Peekable, vec::IntoIter};

use super::{
    accumulator::{Accumulator, TermKey},
    map::{MapLeaf, Subtree},
    proof::IndexProof,
    row::{Bucket, BucketRow, ROW_BITS},
};
use crate::{hash::LeafHash, index::term::Term, position::EntryIndex, statement::seal::Sealed};

/// Where the leaves of the map are kept, a bucket at a time.
pub trait BucketStore {
    /// Why a bucket cannot be read or written.
    type Error;

    /// The leaves of a bucket, ascending; none if it was never put.
    ///
    /// # Errors
    /// A bucket that cannot be read.
    fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, Self::Error>;

    /// Keeps the leaves of a bucket in place of those it had.
    ///
    /// # Errors
    /// A bucket that cannot be written.
    fn put(&mut self, bucket: Bucket, leaves: Vec<MapLeaf>) -> Result<(), Self::Error>;
}

/// An entry under a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The term's key.
    pub key: TermKey,
    /// Where the entry stands.
    pub index: EntryIndex,
    /// Its leaf hash.
    pub leaf: LeafHash,
}

impl Posting {
    /// What postings are put in order by: key, then index. (Two numbers are compared faster than 32 bytes.)
    #[must_use]
    pub fn order(&self) -> (u128, u128, EntryIndex) {
        let (high, low) = self.key.as_bytes().split_at(16);
        let number = |half: &[u8]| half.try_into().map(u128::from_be_bytes).unwrap_or_default();
        (number(high), number(low), self.index)
    }
}

/// The map of the entries that were folded, and the entries that wait.
#[derive(Clone, Debug, Default)]
pub struct Index {
    row: BucketRow,
    terms: u64,
    waiting: Vec<Posting>,
}

impl Index {
    /// The index of a ledger without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The index whose row and number of terms were kept from before.
    #[must_use]
    pub fn resume(row: BucketRow, terms: u64) -> Self {
        Self {
            row,
            terms,
            waiting: Vec::new(),
        }
    }

    /// What was folded so far.
    #[must_use]
    pub fn sealed(&self) -> Sealed {
        Sealed {
            terms: self.terms,
            root: self.row.root(),
        }
    }

    /// The subtrees of the buckets.
    #[must_use]
    pub fn row(&self) -> &BucketRow {
        &self.row
    }

    /// How many places under terms wait to be folded.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes the next entry of the ledger; it waits until all are folded.
    pub fn record<'a>(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        terms: impl IntoIterator<Item = &'a Term>,
    ) {
        self.record_keys(index, leaf, terms.into_iter().map(TermKey::of));
    }

    /// The same, with the terms' keys.
    pub fn record_keys(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        keys: impl IntoIterator<Item = TermKey>,
    ) {
        let postings = keys.into_iter().map(|key| Posting { key, index, leaf });
        self.waiting.extend(postings);
    }

    /// Folds all that waits: the index over every entry recorded.
    ///
    /// # Errors
    /// A bucket that cannot be read or written; some may have been put then, and the index is of no use any more.
    pub fn fold<B: BucketStore>(&mut self, buckets: &mut B) -> Result<Sealed, B::Error> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_unstable_by_key(Posting::order);
        self.fold_sorted(buckets, waiting.into_iter().map(Ok))
    }

    /// Folds entries that come in order of the terms' keys and then of their indices, in memory of one bucket; what waits goes on waiting.
    ///
    /// # Errors
    /// As [`Index::fold`].
    pub fn fold_sorted<B: BucketStore>(
        &mut self,
        buckets: &mut B,
        postings: impl IntoIterator<Item = Result<Posting, B::Error>>,
    ) -> Result<Sealed, B::Error> {
        let (mut changed, mut open) = (Vec::new(), None::<Folded>);
        for posting in postings {
            let posting = posting?;
            let bucket = Bucket::of(&posting.key);
            let mut folded = match open.take() {
                Some(folded) if folded.bucket == bucket => folded,
                done => {
                    if let Some(folded) = done {
                        changed.push(self.close(buckets, folded)?);
                    }
                    Folded::new(bucket, self.leaves(buckets, bucket)?)
                }
            };
            folded.push(&posting);
            open = Some(folded);
        }
        if let Some(folded) = open {
            changed.push(self.close(buckets, folded)?);
        }
        if !changed.is_empty() {
            self.row.update(changed);
        }
        Ok(self.sealed())
    }

    /// The leaves of a bucket as they are.
    fn leaves<B: BucketStore>(&self, buckets: &B, bucket: Bucket) -> Result<Vec<MapLeaf>, B::Error> {
        match self.row.bucket(bucket) {
            Subtree::Empty => Ok(Vec::new()),
            _ => buckets.bucket(bucket),
        }
    }

    /// Puts a bucket that is folded.
    fn close<B: BucketStore>(
        &mut self,
        buckets: &mut B,
        folded: Folded,
    ) -> Result<(Bucket, Subtree), B::Error> {
        let Folded {
            bucket,
            before,
            mut after,
            new,
        } = folded;
        after.extend(before);
        self.terms = self.terms.saturating_add(new);
        let subtree = Subtree::of(&after, ROW_BITS);
        buckets.put(bucket, after)?;
        Ok((bucket, subtree))
    }

    /// The proof of which entries were folded under a term, or that there is none.
    ///
    /// # Errors
    /// A bucket that cannot be read.
    pub fn prove<B: BucketStore>(&self, buckets: &B, term: &Term) -> Result<IndexProof, B::Error> {
        self.row.prove(buckets, term)
    }
}

/// A bucket whose postings are being folded: in memory are its leaves, however many entries a term has.
struct Folded {
    bucket: Bucket,
    /// Leaves that no posting has come to.
    before: Peekable<IntoIter<MapLeaf>>,
    after: Vec<MapLeaf>,
    /// Terms that the bucket did not have.
    new: u64,
}

impl Folded {
    fn new(bucket: Bucket, leaves: Vec<MapLeaf>) -> Self {
        Self {
            bucket,
            before: leaves.into_iter().peekable(),
            after: Vec::new(),
            new: 0,
        }
    }

    /// Folds the next posting.
    fn push(&mut self, Posting { key, index, leaf }: &Posting) {
        if let Some(last) = self.after.last_mut().filter(|last| last.key == *key) {
            last.accumulator = last.accumulator.with(*index, leaf);
            return;
        }
        while let Some(passed) = self.before.next_if(|passed| passed.key < *key) {
            self.after.push(passed);
        }
        let begun = self.before.next_if(|begun| begun.key == *key);
        self.new = self.new.saturating_add(u64::from(begun.is_none()));
        let begun = begun.map_or(Accumulator::EMPTY, |begun| begun.accumulator);
        self.after.push(MapLeaf {
            key: *key,
            accumulator: begun.with(*index, leaf),
        });
    }
}

/// Leaves of the map in a table, none of them on a disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryBuckets(HashMap<Bucket, Vec<MapLeaf>>);

impl BucketStore for MemoryBuckets {
    type Error = Infallible;

    fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, Infallible> {
        Ok(self.0.get(&bucket).cloned().unwrap_or_default())
    }

    fn put(&mut self, bucket: Bucket, leaves: Vec<MapLeaf>) -> Result<(), Infallible> {
        self.0.insert(bucket, leaves);
        Ok(())
    }
}
