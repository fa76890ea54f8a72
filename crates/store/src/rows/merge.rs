//! Rows of several sources in one order; of rows with the same key, that of the newest source.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{RowError, block::Row, run::Cursor};

/// Rows whose keys begin with a prefix, ascending. The rows that are gone are among them.
#[derive(Debug)]
pub(super) struct Merged {
    prefix: Vec<u8>,
    /// The newest first.
    sources: Vec<Source>,
    /// The next key of each source.
    next: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    /// Why there is no next key.
    failed: Option<RowError>,
}

#[derive(Debug)]
struct Source {
    rows: Rows,
    /// The value of the source's next key.
    value: Option<Vec<u8>>,
}

#[derive(Debug)]
enum Rows {
    Recent(std::vec::IntoIter<Row>),
    Run(Box<Cursor>),
}

impl Merged {
    /// Of rows in memory, and of runs, the oldest first.
    pub(super) fn new(prefix: Vec<u8>, recent: Vec<Row>, runs: Vec<Cursor>) -> Self {
        let runs = runs.into_iter().rev().map(|run| Rows::Run(Box::new(run)));
        let rows = std::iter::once(Rows::Recent(recent.into_iter())).chain(runs);
        let mut merged = Self {
            prefix,
            sources: rows.map(|rows| Source { rows, value: None }).collect(),
            next: BinaryHeap::new(),
            failed: None,
        };
        for source in 0..merged.sources.len() {
            merged.advance(source);
        }
        merged
    }

    fn advance(&mut self, at: usize) {
        let Some(source) = self.sources.get_mut(at) else {
            return;
        };
        let row = match &mut source.rows {
            Rows::Recent(rows) => rows.next(),
            Rows::Run(run) => match run.next() {
                Ok(row) => row,
                Err(error) => {
                    self.failed = Some(error);
                    return;
                }
            },
        };
        if let Some((key, value)) = row.filter(|(key, _)| key.starts_with(&self.prefix)) {
            source.value = value;
            self.next.push(Reverse((key, at)));
        }
    }
}

impl Iterator for Merged {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.next.clear();
            return Some(Err(error));
        }
        let Reverse((key, at)) = self.next.pop()?;
        let value = self.sources.get_mut(at).and_then(|source| source.value.take());
        self.advance(at);
        while self.next.peek().is_some_and(|Reverse((other, _))| *other == key) {
            if let Some(Reverse((_, older))) = self.next.pop() {
                self.advance(older);
            }
        }
        Some(Ok((key, value)))
    }
}
