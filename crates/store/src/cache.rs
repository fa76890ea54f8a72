//! Rows in memory: a younger and an older half.
//!
//! What is used moves to the younger half. When that is full, whatever is in the older half has not been used for long and goes; the
//! younger half becomes the older.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
};

/// Rows that were used not long ago.
#[derive(Debug)]
pub(crate) struct Cache<K, V, S = RandomState> {
    young: HashMap<K, Kept<V>, S>,
    old: HashMap<K, Kept<V>, S>,
    /// What the rows of the younger half weigh, and may weigh.
    weight: usize,
    limit: usize,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    weight: usize,
    /// Not in the log as it is.
    changed: bool,
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default> Cache<K, V, S> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            weight: 0,
            limit,
        }
    }

    /// A row in memory.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        if let Some((key, kept)) = self.old.remove_entry(key) {
            // The younger half may become a little too heavy until the next row comes.
            self.weight = self.weight.saturating_add(kept.weight);
            self.young.insert(key, kept);
        }
        self.young.get(key).map(|kept| &kept.value)
    }

    /// Lets go of a row that is not as it was.
    pub(crate) fn forget(&mut self, key: &K) {
        self.old.remove(key);
        let weight = self.young.remove(key).map_or(0, |kept| kept.weight);
        self.weight = self.weight.saturating_sub(weight);
    }

    /// Keeps a row; returns those changed ones that have no room any more.
    pub(crate) fn insert(&mut self, key: K, value: V, weight: usize, changed: bool) -> Option<Vec<(K, V)>> {
        self.old.remove(&key);
        let kept = Kept {
            value,
            weight,
            changed,
        };
        let replaced = self.young.insert(key, kept).map_or(0, |kept| kept.weight);
        self.weight = self.weight.saturating_sub(replaced).saturating_add(weight);
        if self.weight < self.limit {
            return None;
        }
        self.weight = 0;
        // The younger half takes over the table, so that it need not grow again.
        std::mem::swap(&mut self.old, &mut self.young);
        let changed = self.young.drain().filter(|(_, kept)| kept.changed);
        Some(changed.map(|(key, kept)| (key, kept.value)).collect())
    }

    /// All changed rows, which are changed no more.
    pub(crate) fn settle(&mut self) -> Vec<(K, V)> {
        let all = self.young.iter_mut().chain(&mut self.old);
        all.filter_map(|(key, kept)| {
            let changed = std::mem::take(&mut kept.changed);
            changed.then(|| (key.clone(), kept.value.clone()))
        })
        .collect()
    }
}
