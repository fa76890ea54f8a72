//! All entries about something, or that there is none, proven by the last seal.

use prova_core::{
    hash::LeafHash,
    index::{ListedEntry, Listing, term::Term},
    log::{AssembleProofError, TlogProof},
    position::{EntryIndex, TreeSize},
};
use prova_store::{Blame, ReadError, Snapshot, State};
use serde::Serialize;

use crate::proof::EntryInProof;

/// What is to be shown of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermClaim {
    /// Which entries there are, and that there is no other.
    All,
    /// That there is none.
    None,
}

/// Why a term cannot be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TermListingError {
    /// Without a seal nothing says what there is under a term.
    #[error("the ledger was never sealed")]
    NeverSealed,
    /// There are entries, and none should be.
    #[error("there {} about «{term}» among the first {size}, want none", are(*count))]
    Some {
        /// The term that was asked about.
        term: Box<Term>,
        /// How many entries are about it.
        count: usize,
        /// How many entries the seal is about.
        size: TreeSize,
    },
    /// There is no entry, and some should be.
    #[error("there is no entry about «{term}» among the first {size}")]
    None {
        /// The term that was asked about.
        term: Box<Term>,
        /// How many entries the seal is about.
        size: TreeSize,
    },
    /// An entry, a row or a proof cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The seal and its proof do not fit each other.
    #[error(transparent)]
    Assemble(#[from] AssembleProofError),
}

fn are(count: usize) -> String {
    match count {
        1 => "are 1 entry".to_owned(),
        count => format!("are {count} entries"),
    }
}

impl TermListingError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::NeverSealed | Self::Some { .. } | Self::None { .. } => Blame::Caller,
            Self::Read(error) => error.blame(),
            Self::Assemble(_) => Blame::Program,
        }
    }
}

/// The entries under a term, with the proof that there is no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TermListing {
    /// What the entries are about.
    pub term: Term,
    /// The seal that counts them.
    pub seal: EntryIndex,
    /// How many entries the seal is about.
    pub size: TreeSize,
    /// Where the entries stand.
    pub entries: Vec<EntryIndex>,
    /// The listing as a file that anybody verifies without the ledger.
    #[serde(rename = "proof")]
    pub file: String,
    /// How many entries came after the seal, any of which may be about the term too.
    #[serde(skip)]
    pub later: u64,
}

impl TermListing {
    /// Lists a term.
    ///
    /// # Errors
    /// See [`TermListingError`].
    pub fn of(
        snapshot: &Snapshot,
        state: &State,
        term: &Term,
        claim: TermClaim,
        with_entries: EntryInProof,
    ) -> Result<Self, TermListingError> {
        let (seal, proof) = state.index_proof(term)?.ok_or(TermListingError::NeverSealed)?;
        let size = seal.size();
        let posting = state.posting(term)?;
        let posting: Vec<_> = posting.into_iter().filter(|index| size.has(*index)).collect();
        let about = || Box::new(term.clone());
        match (claim, posting.len()) {
            (TermClaim::None, count @ 1..) => {
                let term = about();
                return Err(TermListingError::Some { term, count, size });
            }
            (TermClaim::All, 0) => return Err(TermListingError::None { term: about(), size }),
            _ => {}
        }
        let entries = posting.iter().map(|index| {
            let entry = snapshot.entry(*index)?;
            Ok(ListedEntry {
                index: *index,
                leaf: LeafHash::of_entry(&entry),
                entry: (with_entries == EntryInProof::Carried).then_some(entry),
            })
        });
        let entries = entries.collect::<Result<Vec<_>, ReadError>>()?;
        let sealed = TlogProof::new(
            snapshot.inclusion(seal.index)?,
            snapshot.signed_checkpoint().clone(),
        )?;
        let sealed = sealed.with_extra(snapshot.entry(seal.index)?)?;
        let listing = Listing::new(term.clone(), sealed, proof, entries);
        Ok(Self {
            term: term.clone(),
            seal: seal.index,
            size,
            entries: posting,
            file: String::from_utf8_lossy(&listing.encode()).into_owned(),
            later: snapshot
                .size()
                .get()
                .saturating_sub(seal.index.size_with_it().get()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    fn listed(scene: &Scene, term: &str, claim: TermClaim) -> Result<TermListing, TermListingError> {
        let term = term.parse().unwrap();
        TermListing::of(
            scene.writer.snapshot(),
            scene.writer.state(),
            &term,
            claim,
            EntryInProof::Carried,
        )
    }

    const UNIT: &str = "id:unit:dns:nordlys.example/AAU3900/S1";
    const NOBODY: &str = "by:dns:nobody.example";

    #[test]
    fn what_a_seal_counts_is_listed_and_what_came_later_is_counted() {
        let mut scene = Scene::new();
        let unsealed = listed(&scene, UNIT, TermClaim::All).unwrap_err();
        assert!(matches!(unsealed, TermListingError::NeverSealed), "{unsealed}");
        scene
            .writer
            .seal("2026-04-01T00:00:00Z".parse().unwrap())
            .unwrap();
        let more = scene.statements.ship("S2");
        scene.append(&[more]);
        let all = listed(&scene, UNIT, TermClaim::All).unwrap();
        let at: Vec<_> = all.entries.iter().map(|index| index.get()).collect();
        assert_eq!((at, all.seal.get(), all.later), (vec![4, 6, 7], 8, 1));
        assert!(Listing::parse(all.file.as_bytes()).is_ok());
        assert_eq!(listed(&scene, NOBODY, TermClaim::None).unwrap().entries, []);
    }

    #[test]
    fn what_is_not_so_is_not_proven() {
        let mut scene = Scene::new();
        scene
            .writer
            .seal("2026-04-01T00:00:00Z".parse().unwrap())
            .unwrap();
        for (term, claim, want) in [
            (
                UNIT,
                TermClaim::None,
                format!("there are 3 entries about «{UNIT}» among the first 8, want none"),
            ),
            (
                NOBODY,
                TermClaim::All,
                format!("there is no entry about «{NOBODY}» among the first 8"),
            ),
        ] {
            let error = listed(&scene, term, claim).unwrap_err();
            assert_eq!((error.to_string(), error.blame()), (want, Blame::Caller));
        }
    }
}
