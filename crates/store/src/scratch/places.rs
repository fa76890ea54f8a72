//! One number for each fingerprint, the newest.

use std::collections::HashMap;

use super::{fingerprint::AsItIs, pairs::Pairs};
use crate::rows::RowError;

/// Numbers that only grow, by fingerprint.
#[derive(Debug)]
pub(super) struct Places {
    recent: HashMap<u128, u64, AsItIs>,
    limit: usize,
    runs: Pairs,
}

impl Places {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            recent: HashMap::default(),
            limit,
            runs: Pairs::default(),
        }
    }

    /// Replaces the number of a fingerprint by a larger one.
    pub(super) fn insert(&mut self, key: u128, number: u64) -> Result<(), RowError> {
        self.recent.insert(key, number);
        if self.recent.len() < self.limit {
            return Ok(());
        }
        for (key, number) in self.recent.drain() {
            self.runs.push(key, number);
        }
        self.runs.spill()
    }

    pub(super) fn find(&mut self, key: u128) -> Result<Option<u64>, RowError> {
        match self.recent.get(&key) {
            Some(number) => Ok(Some(*number)),
            None => Ok(self.runs.find(key)?.last().copied()),
        }
    }
}
