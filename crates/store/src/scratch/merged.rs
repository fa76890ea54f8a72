//! Sorted sources as one.

use std::{cmp::Reverse, collections::BinaryHeap, io};

/// What comes next of several sources, each of which is in order of a key.
#[derive(Debug)]
pub(super) struct Merged<S, T, K> {
    key: fn(&T) -> K,
    sources: Vec<S>,
    /// What each source has next.
    heads: Vec<Option<T>>,
    /// The keys of those, and whose they are.
    next: BinaryHeap<Reverse<(K, usize)>>,
    /// Why a source has nothing next.
    failed: Option<io::Error>,
}

impl<S: Iterator<Item = io::Result<T>>, T, K: Ord> Merged<S, T, K> {
    pub(super) fn new(sources: Vec<S>, key: fn(&T) -> K) -> Self {
        let mut merged = Self {
            key,
            heads: sources.iter().map(|_| None).collect(),
            next: BinaryHeap::with_capacity(sources.len()),
            sources,
            failed: None,
        };
        for at in 0..merged.sources.len() {
            merged.advance(at);
        }
        merged
    }

    fn advance(&mut self, at: usize) {
        let (Some(source), Some(head)) = (self.sources.get_mut(at), self.heads.get_mut(at)) else {
            return;
        };
        match source.next() {
            Some(Ok(item)) => {
                self.next.push(Reverse(((self.key)(&item), at)));
                *head = Some(item);
            }
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }
}

impl<S: Iterator<Item = io::Result<T>>, T, K: Ord> Iterator for Merged<S, T, K> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        if let Some(error) = self.failed.take() {
            self.next.clear();
            return Some(Err(error));
        }
        let Reverse((_, at)) = self.next.pop()?;
        let item = self.heads.get_mut(at)?.take()?;
        self.advance(at);
        Some(Ok(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_one_in_order_up_to_the_first_that_fails() {
        let source = |items: &[u32]| items.iter().copied().map(Ok).collect::<Vec<_>>().into_iter();
        let sources = || vec![source(&[1, 4, 4, 9]), source(&[]), source(&[0, 4, 10])];
        let merged: Vec<_> = Merged::new(sources(), |item| *item).map(Result::unwrap).collect();
        assert_eq!(merged, [0, 1, 4, 4, 4, 9, 10]);
        let mut failing = sources();
        failing.push(vec![Ok(5), Err(io::Error::other("gone")), Ok(6)].into_iter());
        let merged: Vec<_> = Merged::new(failing, |item| *item).map(Result::ok).collect();
        assert_eq!(
            merged,
            [0, 1, 4, 4, 4, 5]
                .map(Some)
                .into_iter()
                .chain([None])
                .collect::<Vec<_>>()
        );
    }
}
