//! Which entries a bundle has: all about the components in its scope, and all that following their lives needs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    convert::Infallible,
};

use super::{
    description::{ClosureLists, MAX_ALIASES, MAX_SUBJECTS, SealReference},
    gather::{self, Gather},
    sparse::{Followed, Sparse, Want},
};
use crate::{
    hash::Digest,
    id::SubjectId,
    index::term::{Term, terms_of_admitted},
    ledger::{EntryFault, EntryRefusal},
    lifecycle::Chain,
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Subject, Unverified},
    verdict::{BundleScope, bundle_scope::ScopeError},
};

/// Most entries that a bundle has.
pub const MAX_ENTRIES: usize = 1_000_000;
/// Entries that are kept decoded between two rounds; those beyond are read again.
const MAX_KEPT: usize = 20_000;

/// A ledger that bundles are made from. It is trusted: its entries were replayed before.
pub trait ClosureSource {
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
    /// Indices of all entries that it needs, in order.
    pub entries: BTreeSet<EntryIndex>,
    /// The terms that it needs an index proof for; none where it has every entry.
    pub terms: BTreeSet<Term>,
    /// The documents that must be in it or be listed as withheld, each with the first entry that names it.
    pub documents: BTreeMap<Digest, EntryIndex>,
}

/// Why there is no closure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClosureError<E: std::error::Error + 'static> {
    /// Nothing can be about this.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Too much.
    #[error("the bundle would have more than {limit} {what}; narrow its scope")]
    TooLarge {
        /// What there is too much of, in words.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The ledger holds an entry that it should not hold.
    #[error(transparent)]
    Entry(#[from] EntryFault),
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Source(#[source] E),
}

/// A computation under way.
struct Closing<'a, S> {
    source: &'a S,
    registry: &'a Registry,
    size: TreeSize,
    kept: BTreeMap<EntryIndex, Unverified>,
}

fn fault(index: EntryIndex, refusal: impl Into<EntryRefusal>) -> EntryFault {
    let refusal = refusal.into();
    EntryFault { index, refusal }
}

impl Closure {
    /// The closure of a scope over the first `size` entries of a ledger, whose index `seal` commits to. `registry` is the one after them.
    ///
    /// It reads what it needs and no more: a scope of claimed time reads every entry, others the entries under their terms.
    ///
    /// # Errors
    /// See [`ClosureError`].
    pub fn compute<S: ClosureSource>(
        source: &S,
        registry: &Registry,
        scope: &BundleScope,
        size: TreeSize,
        seal: Option<&SealReference>,
    ) -> Result<Self, ClosureError<S::Error>>
    where
        S::Error: std::error::Error + 'static,
    {
        scope.check(size)?;
        let mut closing = Closing {
            source,
            registry,
            size,
            kept: BTreeMap::new(),
        };
        let primary = closing.primary(scope)?;
        if gather::is_whole(scope, seal.map(|seal| seal.size), size) {
            closing.whole(primary)
        } else {
            let seal = seal.map_or(TreeSize::EMPTY, |seal| seal.size);
            closing.part(scope, primary, seal)
        }
    }
}

impl<S: ClosureSource> Closing<'_, S>
where
    S::Error: std::error::Error + 'static,
{
    fn all(&self) -> impl Iterator<Item = EntryIndex> + use<S> {
        (0..self.size.get()).map(EntryIndex::new)
    }

    fn posting(&self, term: &Term) -> Result<Vec<EntryIndex>, ClosureError<S::Error>> {
        let mut posting = self.source.posting(term).map_err(ClosureError::Source)?;
        posting.retain(|index| self.size.has(*index));
        check("entries", posting.len(), MAX_ENTRIES)?;
        Ok(posting)
    }

    fn entry(&mut self, index: EntryIndex) -> Result<Cow<'_, Unverified>, ClosureError<S::Error>> {
        if !self.kept.contains_key(&index) {
            let bytes = self.source.bytes(index).map_err(ClosureError::Source)?;
            let entry = Unverified::decode(&bytes).map_err(|error| fault(index, error))?;
            if self.kept.len() >= MAX_KEPT {
                return Ok(Cow::Owned(entry));
            }
            self.kept.insert(index, entry);
        }
        let kept = self
            .kept
            .get(&index)
            .expect("it was kept, or there was no room and it is returned above");
        Ok(Cow::Borrowed(kept))
    }

    fn primary(&mut self, scope: &BundleScope) -> Result<BTreeSet<SubjectId>, ClosureError<S::Error>> {
        let indices: Vec<_> = match scope {
            BundleScope::Components(_) => Vec::new(),
            BundleScope::Range(range) => self.all().filter(|index| range.has(*index)).collect(),
            BundleScope::Time(_) => self.all().collect(),
            BundleScope::Organisation(_) | BundleScope::Type(_) | BundleScope::Slot(_) => {
                let mut indices = Vec::new();
                for term in scope.terms() {
                    indices.append(&mut self.posting(&term)?);
                }
                indices
            }
        };
        let mut gather = Gather::new(scope.clone());
        let registry = self.registry;
        for index in indices {
            let entry = self.entry(index)?;
            let terms = terms_of_admitted(index, &entry, registry);
            gather.see(index, entry.claim(), &terms);
            check("components", gather.found().len(), MAX_SUBJECTS)?;
        }
        Ok(gather.found().clone())
    }

    /// Every entry: nothing needs to be looked for.
    fn whole(mut self, primary: BTreeSet<SubjectId>) -> Result<Closure, ClosureError<S::Error>> {
        let count = usize::try_from(self.size.get()).unwrap_or(usize::MAX);
        check("entries", count, MAX_ENTRIES)?;
        let entries: BTreeSet<_> = self.all().collect();
        let (sparse, _) = self.replay(&entries, Followed::All)?;
        let traced = gather::traced(&sparse, &primary).into_keys().collect();
        let lists = ClosureLists {
            primary: primary.into_iter().collect(),
            traced,
            ..ClosureLists::default()
        };
        self.closed(lists, entries, BTreeSet::new())
    }

    /// What is asked for, and what following it needs: until nothing more is wanted.
    fn part(
        mut self,
        scope: &BundleScope,
        primary: BTreeSet<SubjectId>,
        sealed: TreeSize,
    ) -> Result<Closure, ClosureError<S::Error>> {
        let mut subjects = primary.clone();
        let mut aliases = BTreeSet::new();
        let traced: BTreeSet<_>;
        let mut chains: BTreeSet<EntryIndex> = BTreeSet::new();
        let mut new: Vec<Term> = primary.iter().map(Term::chain).collect();
        loop {
            for term in new.drain(..) {
                chains.extend(self.posting(&term)?);
                check("entries", chains.len(), MAX_ENTRIES)?;
            }
            let followed = Followed::These {
                subjects: subjects.clone(),
                aliases: aliases.clone(),
            };
            let (sparse, wanted) = self.replay(&chains, followed)?;
            for want in wanted {
                match want {
                    Want::Chain(id) => {
                        new.push(Term::chain(&id));
                        subjects.insert(id);
                    }
                    Want::Alias(alias) => {
                        new.push(Term::Alias(alias.clone()));
                        aliases.insert(alias);
                    }
                }
            }
            if new.is_empty() {
                let reached: BTreeSet<_> = gather::traced(&sparse, &primary).into_keys().collect();
                let unknown: Vec<_> = reached.difference(&subjects).cloned().collect();
                if unknown.is_empty() {
                    traced = reached;
                    break;
                }
                new.extend(unknown.iter().map(Term::chain));
                subjects.extend(unknown);
            }
            check("components", subjects.len(), MAX_SUBJECTS)?;
            check("aliases", aliases.len(), MAX_ALIASES)?;
        }
        let consulted = subjects
            .into_iter()
            .filter(|id| !primary.contains(id) && !traced.contains(id));
        let consulted: Vec<_> = consulted.collect();
        let lists = ClosureLists {
            primary: primary.into_iter().collect(),
            consulted,
            traced: traced.into_iter().collect(),
            aliases: aliases.into_iter().collect(),
        };
        let terms = gather::required(scope, self.registry.origin(), &lists);
        let mut entries = chains;
        for term in &terms {
            entries.extend(self.posting(term)?);
        }
        entries.extend((sealed.get()..self.size.get()).map(EntryIndex::new));
        if let BundleScope::Range(range) = scope {
            entries.extend(self.all().filter(|index| range.has(*index)));
        }
        check("entries", entries.len(), MAX_ENTRIES)?;
        self.closed(lists, entries, terms)
    }

    fn replay(
        &mut self,
        entries: &BTreeSet<EntryIndex>,
        followed: Followed,
    ) -> Result<(Sparse, BTreeSet<Want>), ClosureError<S::Error>> {
        let mut sparse = Sparse::new(followed);
        let mut wanted = BTreeSet::new();
        let mut places = HashMap::new();
        for index in entries.iter().copied() {
            let entry = self.entry(index)?;
            let (statement, leaf) = (entry.claim(), entry.leaf());
            places.insert(leaf, index);
            let Some(event) = statement.event() else { continue };
            let seen = |subject: &Subject, _: Option<&Chain>| {
                let place = subject.prev.and_then(|prev| places.get(&prev).copied());
                Ok::<_, Infallible>(place)
            };
            match sparse.apply((index, leaf), (&statement.subjects, event), seen) {
                Ok(mut more) => wanted.append(&mut more),
                Err(never) => match never {},
            }
        }
        Ok((sparse, wanted))
    }

    fn closed(
        mut self,
        lists: ClosureLists,
        entries: BTreeSet<EntryIndex>,
        terms: BTreeSet<Term>,
    ) -> Result<Closure, ClosureError<S::Error>> {
        let subjects: BTreeSet<_> = lists.subjects().cloned().collect();
        let mut documents = BTreeMap::new();
        for index in entries.iter().copied() {
            let entry = self.entry(index)?;
            let statement = entry.claim();
            if statement
                .subjects
                .iter()
                .any(|subject| subjects.contains(&subject.id))
            {
                for digest in gather::documents(statement) {
                    documents.entry(digest).or_insert(index);
                }
            }
        }
        Ok(Closure {
            lists,
            entries,
            terms,
            documents,
        })
    }
}

fn check<E: std::error::Error + 'static>(
    what: &'static str,
    got: usize,
    limit: usize,
) -> Result<(), ClosureError<E>> {
    if got > limit {
        Err(ClosureError::TooLarge { what, limit })
    } else {
        Ok(())
    }
}
