//! What may enter a ledger: one decision, taken on append and again by every audit.
//!
//! An entry is *inadmissible* when its structure is wrong: a signer who may not speak, a link that does not fit. What merely contradicts the
//! past is admitted and recorded as a finding (see [`crate::lifecycle`]).

use std::ops::Range;

use super::fault::EntryRefusal;
use crate::{
    hash::LeafHash,
    id::{Origin, SubjectId},
    index::term::{MAX_TERMS, Term, too_many_terms},
    key::KeyId,
    lifecycle::{self, Chain, Changes, View},
    position::{EntryIndex, TreeSize},
    registry::{EntitlementError, Registry, RegistryError},
    statement::{
        Keyring, Predicate, Subject, Verified,
        event::EventPredicate,
        seal::{SealError, Sealed},
    },
};

/// Why an entry may not enter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inadmissible {
    /// An empty ledger takes a charter only.
    #[error("the ledger is empty; want its charter first")]
    NoCharter,
    /// A ledger has one charter.
    #[error("the ledger has its charter already, in entry 0")]
    SecondCharter,
    /// The charter's subject is not the origin in it.
    #[error("the charter is about {subject}, but its origin is {origin}")]
    CharterSubject {
        /// The ledger that the charter's subject names.
        subject: SubjectId,
        /// The origin in the charter.
        origin: Origin,
    },
    /// It is meant for another ledger.
    #[error("it is meant for the ledger {got}, and this is {want}")]
    OtherLedger {
        /// The ledger that it names.
        got: Origin,
        /// This one.
        want: Origin,
    },
    /// It names an entry that is none of the chain.
    #[error("{subject}: the statement follows {got}, which is no entry about it before this one")]
    OtherPrev {
        /// The component in whose chain the statement was to follow.
        subject: SubjectId,
        /// What the statement names.
        got: LeafHash,
    },
    /// It has not seen what one of its own keys signed about the subject.
    #[error(
        "{subject}: the key {key} signed entry {entry} about it, which comes after the one that the statement follows"
    )]
    BehindOwn {
        /// The component in whose chain the statement was to follow.
        subject: SubjectId,
        /// The key that signed both.
        key: KeyId,
        /// The entry that it signed before, and that this does not follow.
        entry: EntryIndex,
    },
    /// An organisation's own statement, or a seal, does not follow the last one.
    #[error("{subject}: the statement follows {}, but the chain's head is {}", shown(*got), shown(*want))]
    StalePrev {
        /// The organisation or index in whose chain the statement was to follow.
        subject: SubjectId,
        /// What the statement names.
        got: Option<LeafHash>,
        /// The chain's head now; absent: the chain has no entry.
        want: Option<LeafHash>,
    },
    /// Its signers had not seen the root's last statement about the subject, or another came before.
    #[error("{subject}: the statement has number {}, but {want} of the root's came before", number(*got))]
    StaleNumber {
        /// The organisation, or the ledger.
        subject: SubjectId,
        /// The number that it has.
        got: Option<u64>,
        /// How many statements of the root about it there are.
        want: u64,
    },
    /// It would stand under too many terms.
    #[error(
        "it names {got} things that entries are looked up by, want {MAX_TERMS} at most; say it in several statements"
    )]
    TooManyTerms {
        /// Terms that it has.
        got: usize,
    },
    /// The signers may not say this.
    #[error(transparent)]
    Entitlement(#[from] EntitlementError),
    /// The registry does not take this.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Not a seal of this ledger.
    #[error(transparent)]
    Seal(#[from] SealError),
}

fn shown(leaf: Option<LeafHash>) -> String {
    leaf.map_or_else(|| "nothing (no «prev»)".to_owned(), |leaf| leaf.to_string())
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "none".to_owned(), |number| number.to_string())
}

/// Why an entry was not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdmitError<E> {
    /// The entry may not enter.
    Refused(EntryRefusal),
    /// What is known before it cannot be read.
    View(E),
}

impl<E> From<Inadmissible> for AdmitError<E> {
    fn from(reason: Inadmissible) -> Self {
        Self::Refused(reason.into())
    }
}

/// What can say where the entries before stand.
pub trait Placing {
    /// Why a row cannot be read.
    type Failure;

    /// Where the entry with this leaf hash stands.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, Self::Failure>;

    /// Which of these entries stand under a term, ascending.
    ///
    /// # Errors
    /// A row that cannot be read.
    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, Self::Failure>;
}

/// A view that can say what a seal of all entries before must state.
pub trait SealedView: View + Placing<Failure = <Self as View>::Error> {
    /// The index over all entries so far.
    ///
    /// # Errors
    /// A row that cannot be read or written.
    fn fold_index(&mut self) -> Result<Sealed, Self::Error>;
}

/// The step that a ledger grows by: decides on a verified entry as [`admit`] does, and holds a seal against the entries before it.
///
/// # Errors
/// An error leaves the registry as it was. After [`EntryRefusal::FalseSeal`] the view has folded its index.
pub fn step<V: SealedView>(
    view: &mut V,
    registry: &mut Option<Registry>,
    size: TreeSize,
    entry: &Verified,
) -> Result<Changes, AdmitError<V::Error>> {
    let changes = admit(view, registry, size, entry)?;
    if let Predicate::Seal(seal) = &entry.statement().predicate {
        let (got, want) = (seal.sealed(), view.fold_index().map_err(AdmitError::View)?);
        if got != want {
            return Err(AdmitError::Refused(EntryRefusal::FalseSeal { got, want }));
        }
    }
    Ok(changes)
}

/// Decides on the entry that would stand at `size.next()`, and applies it: to `registry` in place, to chains as the returned changes.
///
/// # Errors
/// An error leaves everything as it was.
pub fn admit<V: View + Placing<Failure = <V as View>::Error>>(
    view: &V,
    registry: &mut Option<Registry>,
    size: TreeSize,
    entry: &Verified,
) -> Result<Changes, AdmitError<V::Error>> {
    let index = size.next();
    let statement = entry.statement();
    let Some(registry) = registry else {
        *registry = Some(found(size, entry)?);
        return Ok(Changes::default());
    };
    match &statement.predicate {
        Predicate::Charter(_) => Err(Inadmissible::SecondCharter.into()),
        Predicate::Registry(predicate) => {
            check_ledger(&predicate.ledger, registry.origin())?;
            for subject in &statement.subjects {
                match &predicate.by {
                    Some(by) => check_link(subject, registry.own_head(by))?,
                    None => check_number(subject, registry.number(&subject.id))?,
                }
            }
            registry
                .apply(index, entry.leaf(), predicate, entry.signers())
                .map_err(Inadmissible::from)?;
            Ok(Changes::default())
        }
        Predicate::Event(event) => {
            check_speakers(registry, event, entry.signers())?;
            if let Some(got) = too_many_terms(index, entry, registry) {
                return Err(Inadmissible::TooManyTerms { got }.into());
            }
            let mut subjects = Vec::with_capacity(statement.subjects.len());
            for subject in &statement.subjects {
                let chain = view.chain(&subject.id).map_err(AdmitError::View)?;
                let seen = seen(view, subject, chain.as_ref(), entry.signers())?;
                subjects.push((subject, chain, seen));
            }
            lifecycle::apply(view, index, entry.leaf(), event, subjects).map_err(AdmitError::View)
        }
        Predicate::Seal(seal) => {
            let mut changes = Changes::default();
            for subject in &statement.subjects {
                let log_key = registry.log_key().key_id();
                seal.check(&subject.id, size, registry.origin(), log_key, entry.signers())
                    .map_err(Inadmissible::from)?;
                let chain = view.chain(&subject.id).map_err(AdmitError::View)?;
                check_link(subject, chain.as_ref().map(|chain| chain.head))?;
                let chain = Chain::sealed(chain, seal, entry.leaf(), index);
                changes.chains.insert(subject.id.clone(), chain);
            }
            Ok(changes)
        }
    }
}

/// Checks that an event is meant for this ledger, and that exactly those have signed who stand by it and may say it.
pub(crate) fn check_speakers(
    registry: &Registry,
    event: &EventPredicate,
    signers: &[KeyId],
) -> Result<(), Inadmissible> {
    check_ledger(&event.ledger, registry.origin())?;
    Ok(registry.entitle(event, signers)?)
}

fn check_ledger(got: &Origin, want: &Origin) -> Result<(), Inadmissible> {
    if got == want {
        return Ok(());
    }
    Err(Inadmissible::OtherLedger {
        got: got.clone(),
        want: want.clone(),
    })
}

fn found(size: TreeSize, entry: &Verified) -> Result<Registry, Inadmissible> {
    let Predicate::Charter(charter) = &entry.statement().predicate else {
        return Err(Inadmissible::NoCharter);
    };
    if size != TreeSize::EMPTY {
        return Err(Inadmissible::SecondCharter);
    }
    for subject in &entry.statement().subjects {
        if subject.id != SubjectId::Ledger(charter.origin.clone()) {
            let origin = charter.origin.clone();
            return Err(Inadmissible::CharterSubject {
                subject: subject.id.clone(),
                origin,
            });
        }
        check_link(subject, None)?;
    }
    Ok(Registry::found(charter, entry.signers())?)
}

/// Entries that are looked up one by one under a key, before all that it signed are.
const MAX_PROBES: usize = 32;

/// The entry of a subject's chain that those who sign an event had seen, if any: one before this, and not before one that any of their
/// keys signed there. What others said in between never makes a statement inadmissible.
pub(crate) fn seen<P: Placing>(
    places: &P,
    subject: &Subject,
    chain: Option<&Chain>,
    signers: &[KeyId],
) -> Result<Option<EntryIndex>, AdmitError<P::Failure>> {
    let (id, got) = (&subject.id, subject.prev);
    let other = |got| Inadmissible::OtherPrev {
        subject: id.clone(),
        got,
    };
    let Some(chain) = chain else {
        return got.map_or(Ok(None), |got| Err(other(got).into()));
    };
    if got == Some(chain.head) {
        return Ok(Some(chain.last));
    }
    let one = |index: EntryIndex| index..index.after();
    let under = |term: &Term, entries| places.under(term, entries).map_err(AdmitError::View);
    let of_chain = Term::chain(id);
    let seen = match got {
        None => None,
        Some(got) => {
            let place = places.place(&got).map_err(AdmitError::View)?;
            let place = place.ok_or_else(|| other(got))?;
            if under(&of_chain, one(place))?.is_empty() {
                return Err(other(got).into());
            }
            Some(place)
        }
    };
    let unseen = seen.map_or(chain.first, EntryIndex::after)..chain.last.after();
    let others = under(&of_chain, unseen.clone())?;
    for key in signers {
        let term = Term::Key(*key);
        // Many may have spoken since, or the key often of other things: neither may make this slow.
        let own = if others.len() > MAX_PROBES {
            let signed = under(&term, unseen.clone())?;
            others
                .iter()
                .find(|entry| signed.binary_search(entry).is_ok())
                .copied()
        } else {
            let mut own = None;
            for entry in &others {
                if !under(&term, one(*entry))?.is_empty() {
                    own = Some(*entry);
                    break;
                }
            }
            own
        };
        if let Some(entry) = own {
            return Err(Inadmissible::BehindOwn {
                subject: id.clone(),
                key: *key,
                entry,
            }
            .into());
        }
    }
    Ok(seen)
}

/// Checks that a statement follows the head of a subject's chain.
pub(crate) fn check_link(subject: &Subject, want: Option<LeafHash>) -> Result<(), Inadmissible> {
    if subject.prev == want {
        return Ok(());
    }
    Err(Inadmissible::StalePrev {
        subject: subject.id.clone(),
        got: subject.prev,
        want,
    })
}

fn check_number(subject: &Subject, want: u64) -> Result<(), Inadmissible> {
    if subject.number == Some(want) {
        return Ok(());
    }
    Err(Inadmissible::StaleNumber {
        subject: subject.id.clone(),
        got: subject.number,
        want,
    })
}
