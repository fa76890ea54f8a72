//! Rows of several sources in one order; of rows with the same key, that of the newest source.

use crate::{EngineError, block::RowRef};

/// Rows in order, one at a time. After an error it is of no use.
pub(crate) trait Cursor {
    /// The row that it is at; `None`: it is after the last.
    fn current(&self) -> Option<RowRef<'_>>;

    /// Goes on to the next row.
    fn advance(&mut self) -> Result<(), EngineError>;
}

/// Rows in memory.
#[derive(Debug)]
pub(crate) struct MemoryCursor<I, K, V> {
    rows: I,
    row: Option<(K, Option<V>)>,
}

impl<I: Iterator<Item = (K, Option<V>)>, K, V> MemoryCursor<I, K, V> {
    pub(crate) fn new(mut rows: I) -> Self {
        let row = rows.next();
        Self { rows, row }
    }
}

impl<I, K, V> Cursor for MemoryCursor<I, K, V>
where
    I: Iterator<Item = (K, Option<V>)>,
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    fn current(&self) -> Option<RowRef<'_>> {
        let (key, value) = self.row.as_ref()?;
        Some((key.as_ref(), value.as_ref().map(AsRef::as_ref)))
    }

    fn advance(&mut self) -> Result<(), EngineError> {
        self.row = self.rows.next();
        Ok(())
    }
}

impl<C: Cursor + ?Sized> Cursor for Box<C> {
    fn current(&self) -> Option<RowRef<'_>> {
        self.as_ref().current()
    }

    fn advance(&mut self) -> Result<(), EngineError> {
        self.as_mut().advance()
    }
}

/// The rows of several sources, each of which has a key once. Those that are gone are among them.
#[derive(Debug)]
pub(crate) struct Merge<C> {
    /// The newest first.
    sources: Vec<C>,
    /// Those of the sources that have a row, as a heap: the one with the least key first, and of equal keys the newest.
    heap: Vec<usize>,
}

impl<C: Cursor> Merge<C> {
    /// Of sources, the newest first.
    pub(crate) fn new(sources: Vec<C>) -> Self {
        let mut merge = Self {
            heap: Vec::with_capacity(sources.len()),
            sources,
        };
        for source in 0..merge.sources.len() {
            if merge.key(source).is_some() {
                merge.heap.push(source);
            }
        }
        for at in (0..merge.heap.len().div_ceil(2)).rev() {
            merge.sink(at);
        }
        merge
    }

    fn key(&self, source: usize) -> Option<&[u8]> {
        let (key, _) = self.sources.get(source)?.current()?;
        Some(key)
    }

    /// Whether the source at a place of the heap comes before that at another; a place that is not there comes after all.
    fn is_before(&self, at: usize, other: usize) -> bool {
        let (Some(one), Some(two)) = (self.heap.get(at), self.heap.get(other)) else {
            return self.heap.get(at).is_some();
        };
        (self.key(*one), one) < (self.key(*two), two)
    }

    /// Brings the source at a place of the heap to where it belongs below.
    fn sink(&mut self, mut at: usize) {
        loop {
            let left = at.saturating_mul(2).saturating_add(1);
            let right = left.saturating_add(1);
            let least = if self.is_before(right, left) { right } else { left };
            if !self.is_before(least, at) {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    /// Advances the source at the top of the heap.
    fn advance_top(&mut self) -> Result<(), EngineError> {
        let Some(top) = self.heap.first().copied() else {
            return Ok(());
        };
        if let Some(source) = self.sources.get_mut(top) {
            source.advance()?;
        }
        if self.key(top).is_none() {
            self.heap.swap_remove(0);
        }
        self.sink(0);
        Ok(())
    }
}

impl<C: Cursor> Cursor for Merge<C> {
    fn current(&self) -> Option<RowRef<'_>> {
        self.sources.get(*self.heap.first()?)?.current()
    }

    fn advance(&mut self) -> Result<(), EngineError> {
        // Rows with the current key in other sources are older.
        let Some(top) = self.heap.first().copied() else {
            return Ok(());
        };
        loop {
            let (left, right) = (1, 2);
            let next = if self.is_before(right, left) { right } else { left };
            let Some(other) = self.heap.get(next).copied() else {
                break;
            };
            if self.key(other) != self.key(top) {
                break;
            }
            if let Some(source) = self.sources.get_mut(other) {
                source.advance()?;
            }
            if self.key(other).is_none() {
                self.heap.swap_remove(next);
            }
            self.sink(next);
        }
        self.advance_top()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Row;

    type Rows = Vec<Row>;

    /// What is gone has no value; what comes of a source has its number.
    fn source(number: u8, keys: &[u8]) -> Rows {
        let row = |key: &u8| (vec![*key], (!key.is_multiple_of(5)).then(|| vec![number]));
        keys.iter().map(row).collect()
    }

    fn all<C: Cursor>(mut cursor: C) -> Result<Rows, EngineError> {
        let mut rows = Vec::new();
        while let Some((key, value)) = cursor.current() {
            rows.push((key.to_vec(), value.map(<[u8]>::to_vec)));
            cursor.advance()?;
        }
        Ok(rows)
    }

    #[test]
    fn each_key_comes_once_from_the_newest_source() {
        let sources = [&[1, 4, 9][..], &[], &[0, 1, 4, 5, 10], &[4, 10], &[10, 11]];
        let sources = (0..).zip(sources).map(|(number, keys)| source(number, keys));
        let merged = Merge::new(sources.map(|rows| MemoryCursor::new(rows.into_iter())).collect());
        let want = [
            (0, None),
            (1, Some(0)),
            (4, Some(0)),
            (5, None),
            (9, Some(0)),
            (10, None),
            (11, Some(4)),
        ];
        let want = want.map(|(key, of): (u8, Option<u8>)| (vec![key], of.map(|of| vec![of])));
        assert_eq!(all(merged).unwrap(), want);
    }

    /// Rows, after which it fails.
    struct Failing(MemoryCursor<std::vec::IntoIter<Row>, Vec<u8>, Vec<u8>>);

    impl Cursor for Failing {
        fn current(&self) -> Option<RowRef<'_>> {
            self.0.current()
        }

        fn advance(&mut self) -> Result<(), EngineError> {
            self.0.advance()?;
            let reason = "gone".to_owned();
            let is_at_end = self.0.current().is_none();
            if is_at_end {
                Err(EngineError::Failed { reason })
            } else {
                Ok(())
            }
        }
    }

    #[test]
    fn a_source_that_fails_ends_it_with_an_error() {
        for keys in [&[1, 2][..], &[7]] {
            let sources = [source(0, keys), source(1, &[1, 7])];
            let sources = sources.map(|rows| Failing(MemoryCursor::new(rows.into_iter())));
            let reason = "gone".to_owned();
            assert_eq!(
                all(Merge::new(sources.into())),
                Err(EngineError::Failed { reason })
            );
        }
    }
}
