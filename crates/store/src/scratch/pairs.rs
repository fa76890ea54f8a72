//! Pairs of a fingerprint and a number: many are written, few are looked up.
//!
//! ```text
//! row = fingerprint u128 || number u64 → nothing           big-endian; in sorted runs
//! ```

use prova_rows::TemporaryRuns;

use super::log::{failed_run, new_file};
use crate::rows::RowError;

const KEY_BYTES: usize = 24;
/// Eight runs of one rank are merged into one of the next, so that there are few at any time.
const SAME_RANK: usize = 8;

/// Pairs, the newest in memory.
#[derive(Debug)]
pub(super) struct Pairs {
    waiting: Vec<(u128, u64)>,
    /// Whether those in memory are in order.
    sorted: bool,
    written: TemporaryRuns,
}

impl Default for Pairs {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            sorted: true,
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
        self.sorted = false;
    }

    /// How many pairs are in memory.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The numbers of a fingerprint, ascending.
    pub(super) fn find(&mut self, key: u128) -> Result<Vec<u64>, RowError> {
        self.sort();
        let from = self.waiting.partition_point(|(other, _)| *other < key);
        let waiting = self
            .waiting
            .iter()
            .skip(from)
            .take_while(|(other, _)| *other == key);
        let mut found: Vec<_> = waiting.map(|(_, number)| *number).collect();
        let look = |(key, _): (&[u8], &[u8])| {
            found.extend(key.last_chunk().map(|number| u64::from_be_bytes(*number)));
        };
        self.written.find(&key.to_be_bytes(), look).map_err(failed_run)?;
        found.sort_unstable();
        Ok(found)
    }

    /// Writes what is in memory to a run of its own.
    pub(super) fn spill(&mut self) -> Result<(), RowError> {
        self.sort();
        let rows = self.waiting.drain(..).map(|pair| (key_of(pair), []));
        self.written.write(rows.len(), rows).map_err(failed_run)
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.waiting.sort_unstable();
            self.sorted = true;
        }
    }
}
