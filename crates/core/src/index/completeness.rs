//! Whether the entries that somebody lists are all that there are under a term.

use super::{
    accumulator::Accumulator,
    proof::{IndexProof, IndexProofError},
};
use crate::{
    hash::{LeafHash, MapHash},
    index::term::Term,
    position::{EntryIndex, TreeSize},
    text::excerpt,
};

/// Why a list of entries is not all that a seal counted under a term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompletenessError {
    /// The proof is about another term.
    #[error("index proof of «{}», want one of «{}»", excerpt(&got.to_string()), excerpt(&want.to_string()))]
    Term {
        /// The proof's term.
        got: Box<Term>,
        /// The term asked about.
        want: Box<Term>,
    },
    /// The proof is about another map.
    #[error(transparent)]
    Proof(#[from] IndexProofError),
    /// The list is not in ascending order, or names an entry twice.
    #[error("entry {got} is listed after entry {after}, want ascending order")]
    Order {
        /// The entry.
        got: EntryIndex,
        /// The one before it.
        after: EntryIndex,
    },
    /// The seal does not cover the entry.
    #[error("entry {got} is listed, but the seal covers the first {size} entries only")]
    NotSealed {
        /// The entry.
        got: EntryIndex,
        /// Entries that the seal covers.
        size: TreeSize,
    },
    /// Entries were left out or added.
    #[error("{got} entries are listed under «{}», but the seal counts {want}", excerpt(&term.to_string()))]
    Count {
        /// The term whose entries were counted.
        term: Box<Term>,
        /// Entries listed.
        got: u64,
        /// Entries that the seal counts.
        want: u64,
    },
    /// As many entries, but not the same.
    #[error("the entries listed under «{}» are not those that the seal counts", excerpt(&term.to_string()))]
    Entries {
        /// The term whose entries were folded.
        term: Box<Term>,
    },
}

/// Shows that `listed` is every entry under `term` among the first `size`, by the map with this root: none, if the proof is one of absence.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn check_complete(
    term: &Term,
    listed: impl IntoIterator<Item = (EntryIndex, LeafHash)>,
    proof: &IndexProof,
    size: TreeSize,
    root: &MapHash,
) -> Result<(), CompletenessError> {
    if proof.term() != term {
        return Err(CompletenessError::Term {
            got: Box::new(proof.term().clone()),
            want: Box::new(term.clone()),
        });
    }
    proof.verify(root)?;
    let mut folded = Accumulator::EMPTY;
    let mut last: Option<EntryIndex> = None;
    for (index, leaf) in listed {
        if let Some(after) = last.filter(|after| *after >= index) {
            return Err(CompletenessError::Order { got: index, after });
        }
        if !size.has(index) {
            return Err(CompletenessError::NotSealed { got: index, size });
        }
        folded = folded.with(index, &leaf);
        last = Some(index);
    }
    let (got, want) = (folded, proof.accumulator());
    let term = || Box::new(term.clone());
    if got.count() != want.count() {
        Err(CompletenessError::Count {
            term: term(),
            got: got.count(),
            want: want.count(),
        })
    } else if got == want {
        Ok(())
    } else {
        Err(CompletenessError::Entries { term: term() })
    }
}
