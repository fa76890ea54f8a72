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
pub struct Cache<K, V, S = RandomState> {
    young: HashMap<K, CacheEntry<V>, S>,
    old: HashMap<K, CacheEntry<V>, S>,
    /// What the rows of the younger half weigh, and may weigh.
    weight: usize,
    limit: usize,
}

#[derive(Debug)]
struct CacheEntry<V> {
    value: V,
    weight: usize,
    /// Nowhere else as it is.
    changed: bool,
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Default> Cache<K, V, S> {
    /// A cache whose younger half may weigh so much.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            weight: 0,
            limit,
        }
    }

    /// A row in memory.
    pub fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        if let Some((key, entry)) = self.old.remove_entry(key) {
            // The younger half may become a little too heavy until the next row comes.
            self.weight = self.weight.saturating_add(entry.weight);
            self.young.insert(key, entry);
        }
        self.young.get(key).map(|entry| &entry.value)
    }

    /// Lets go of a row that is not as it was.
    pub fn forget(&mut self, key: &K) {
        self.old.remove(key);
        let weight = self.young.remove(key).map_or(0, |entry| entry.weight);
        self.weight = self.weight.saturating_sub(weight);
    }

    /// Takes a row that can be read again as it is; returns those changed ones that have no room any more.
    pub fn insert(&mut self, key: K, value: V, weight: usize) -> Vec<(K, V)> {
        self.insert_entry(key, value, weight, false)
    }

    /// Takes a row that is nowhere else; returns those changed ones that have no room any more.
    pub fn insert_changed(&mut self, key: K, value: V, weight: usize) -> Vec<(K, V)> {
        self.insert_entry(key, value, weight, true)
    }

    fn insert_entry(&mut self, key: K, value: V, weight: usize, changed: bool) -> Vec<(K, V)> {
        self.old.remove(&key);
        let entry = CacheEntry {
            value,
            weight,
            changed,
        };
        let replaced = self.young.insert(key, entry).map_or(0, |entry| entry.weight);
        self.weight = self.weight.saturating_sub(replaced).saturating_add(weight);
        if self.weight < self.limit {
            return Vec::new();
        }
        self.weight = 0;
        // The younger half takes over the table, so that it need not grow again.
        std::mem::swap(&mut self.old, &mut self.young);
        let changed = self.young.drain().filter(|(_, entry)| entry.changed);
        changed.map(|(key, entry)| (key, entry.value)).collect()
    }

    /// All changed rows, which count as unchanged from here on: the caller writes them.
    pub fn settle(&mut self) -> Vec<(K, V)> {
        let all = self.young.iter_mut().chain(&mut self.old);
        all.filter_map(|(key, entry)| {
            let changed = std::mem::take(&mut entry.changed);
            changed.then(|| (key.clone(), entry.value.clone()))
        })
        .collect()
    }
}
