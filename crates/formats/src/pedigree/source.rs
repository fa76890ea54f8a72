//! The ledger, as far as a pedigree asks it.

use prova_core::{index::term::Term, position::EntryIndex, view::trace::Entries};

/// Where entries come from, and how they are found.
pub trait PedigreeSource: Entries {
    /// The entries under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, Self::Error>;
}
