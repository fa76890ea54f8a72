//! Places in a log: which entry, and how many there are.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

/// Zero-based position of an entry in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryIndex(u64);

/// Number of entries in a log; the first index that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TreeSize(u64);

impl EntryIndex {
    /// The entry after `index` others.
    #[must_use]
    pub const fn new(index: u64) -> Self {
        Self(index)
    }

    /// How many entries stand before it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The index before it, if there is one.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(index) => Some(Self(index)),
            None => None,
        }
    }

    /// The index after it.
    #[must_use]
    pub const fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The size of the smallest log that has this entry.
    #[must_use]
    pub const fn size_with_it(self) -> TreeSize {
        TreeSize(self.0.saturating_add(1))
    }
}

impl TreeSize {
    /// The size of a log without entries.
    pub const EMPTY: Self = Self(0);

    /// A log of `size` entries.
    #[must_use]
    pub const fn new(size: u64) -> Self {
        Self(size)
    }

    /// The number of entries.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The index that the next entry gets.
    #[must_use]
    pub const fn next(self) -> EntryIndex {
        EntryIndex(self.0)
    }

    /// Whether a log of this size has the entry.
    #[must_use]
    pub const fn has(self, index: EntryIndex) -> bool {
        index.0 < self.0
    }

    /// The index of the last entry, if there is any.
    #[must_use]
    pub const fn last(self) -> Option<EntryIndex> {
        match self.0.checked_sub(1) {
            Some(index) => Some(EntryIndex(index)),
            None => None,
        }
    }
}

/// Those of ascending entries that lie in a range.
#[must_use]
pub fn within(entries: &[EntryIndex], range: Range<EntryIndex>) -> &[EntryIndex] {
    let from = entries.partition_point(|index| *index < range.start);
    let until = entries.partition_point(|index| *index < range.end);
    entries.get(from..until).unwrap_or_default()
}

impl fmt::Display for EntryIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
