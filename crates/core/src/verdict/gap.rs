//! What a verdict could not look at.

use crate::{index::term::Term, position::EntryIndex};

/// Where a life could not be followed, because the chain of a component that it depends on is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The entry that depends on it.
    pub entry: EntryIndex,
    /// The term whose entries are missing.
    pub missing: Term,
}
