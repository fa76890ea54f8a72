//! Pairs of a fingerprint and a number: many are written, few are looked up.
//!
//! ```text
//! row = fingerprint u128 || number u64 → nothing           big-endian; in sorted runs
//! ```

use std::ops::Range;

use prova_rows::TemporaryRuns;

use super::log::{failed_run, new_file};
use crate::rows::RowError;

const KEY_BYTES: usize = 24;
/// Eight runs of one rank are merged into one of the next, so that there are few at any time.
const SAME_RANK: usize = 8;

/// Pairs out of order that are looked through one by one.
const MAX_LOOSE: usize = 4_096;

/// Pairs, the newest in memory.
#[derive(Debug)]
pub(super) struct Pairs {
    waiting: Vec<(u128, u64)>,
    /// How many of those in memory are in order; the others came since.
    sorted: usize,
    written: TemporaryRuns,
}

impl Default for Pairs {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            sorted: 0,
            written: TemporaryRuns::new(new_file, fingerprint_in, SAME_RANK),
        }
    }
}

/// The fingerprint that a key begins with.
fn fingerprint_in(key: &[u8]) -> u128 {
    key.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

fn key_of((fingerprint, number): (u128, u64)) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    let (first, last) = key.split_at_mut(16);
    first.copy_from_slice(&fingerprint.to_be_bytes());
    last.copy_from_slice(&number.to_be_bytes());
    key
}

impl Pairs {
    pub(super) fn push(&mut self, key: u128, number: u64) {
        self.waiting.push((key, number));
    }

    /// How many pairs are in memory.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The numbers of a fingerprint, ascending.
    pub(super) fn find(&mut self, key: u128) -> Result<Vec<u64>, RowError> {
        self.find_in(key, 0..u64::MAX)
    }

    /// The numbers of a fingerprint that lie in a range, ascending.
    pub(super) fn find_in(&mut self, key: u128, numbers: Range<u64>) -> Result<Vec<u64>, RowError> {
        if self.waiting.len().saturating_sub(self.sorted) > MAX_LOOSE {
            self.sort();
        }
        let (first, end) = ((key, numbers.start), (key, numbers.end));
        let (sorted, loose) = self.waiting.split_at(self.sorted);
        let from = sorted.partition_point(|pair| *pair < first);
        let in_order = sorted.iter().skip(from).take_while(|pair| **pair < end);
        let loose = loose.iter().filter(|pair| (first..end).contains(pair));
        let mut found: Vec<_> = in_order.chain(loose).map(|(_, number)| *number).collect();
        let end = key_of(end);
        let look = |(key, _): (&[u8], &[u8])| {
            found.extend(key.last_chunk().map(|number| u64::from_be_bytes(*number)));
        };
        self.written
            .find_from(&key.to_be_bytes(), &key_of(first), |key| *key < end[..], look)
            .map_err(failed_run)?;
        found.sort_unstable();
        Ok(found)
    }

    /// Writes what is in memory to a run of its own.
    pub(super) fn spill(&mut self) -> Result<(), RowError> {
        self.sort();
        self.sorted = 0;
        let rows = self.waiting.drain(..).map(|pair| (key_of(pair), []));
        self.written.write(rows.len(), rows).map_err(failed_run)
    }

    #[expect(
        clippy::stable_sort_primitive,
        reason = "most of it is in order already, which a stable sort is quick with"
    )]
    fn sort(&mut self) {
        if self.sorted < self.waiting.len() {
            self.waiting.sort();
            self.sorted = self.waiting.len();
        }
    }
}
