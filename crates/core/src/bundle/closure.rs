//! Which entries a bundle has: all about the components in its scope, and all that following their lives needs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    description::{ClosureLists, SealReference},
    scope::{BundleScope, ScopeError},
};
use crate::{
    entry::DecodeEntryError,
    position::{EntryIndex, TreeSize},
    registry::Registry,
    term::Term,
};

/// Most entries that a bundle has.
pub const MAX_ENTRIES: usize = 1_000_000;
/// Most components that a bundle follows.
pub const MAX_SUBJECTS: usize = 200_000;

/// A ledger that bundles are made from. It is trusted: its entries were replayed before.
pub trait Source {
    /// Why something cannot be read.
    type Error;

    /// An entry's bytes.
    ///
    /// # Errors
    /// An entry that cannot be read.
    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error>;

    /// The entries under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Self::Error>;
}

/// What a bundle must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// For its description.
    pub lists: ClosureLists,
    /// Its entries.
    pub entries: BTreeSet<EntryIndex>,
    /// The terms that it needs an index proof for; none where it has every entry.
    pub terms: BTreeSet<Term>,
    /// The documents that must be in it or be listed as withheld, each with the first entry that names it.
    pub documents: BTreeMap<crate::hash::Digest, EntryIndex>,
}

/// Why there is no closure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClosureError<E: std::error::Error + 'static> {
    /// Nothing can be about this.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The ledger has no entry about it.
    #[error("the ledger has no entry about {0}")]
    Nothing(Term),
    /// Too much.
    #[error("the bundle would have more than {limit} {what}; narrow its scope")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The ledger holds what is no entry.
    #[error("entry {index} is no entry")]
    Decode {
        /// Which.
        index: EntryIndex,
        /// Why.
        source: Box<DecodeEntryError>,
    },
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Source(#[source] E),
}

impl Closure {
    /// The closure of a scope over the first `size` entries of a ledger, whose index `seal` commits to. `registry` is the one after them.
    ///
    /// # Errors
    /// See [`ClosureError`].
    pub fn compute<S: Source>(
        source: &S,
        registry: &Registry,
        scope: &BundleScope,
        size: TreeSize,
        seal: Option<&SealReference>,
    ) -> Result<Self, ClosureError<S::Error>>
    where
        S::Error: std::error::Error + 'static,
    {
        let _ = (source, registry, scope, size, seal);
        todo!()
    }
}
