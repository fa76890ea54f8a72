//! What entries would do to a ledger, found out before anybody signs or appends them.

use std::{collections::BTreeSet, ops::Range};

use prova_core::{
    hash::LeafHash,
    index::term::{Term, terms},
    ledger::{AdmitError, EntryRefusal, Inadmissible, Placing, admit},
    lifecycle::{Finding, Layer, Lives},
    position::{EntryIndex, TreeSize},
    registry::{EntitlementError, Registry, RegistryError},
    statement::Unverified,
};
use prova_store::{Blame, ReadError, State};

/// Why an entry was not tried to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The ledger would refuse it, whoever else signs.
    #[error(transparent)]
    Refused(#[from] EntryRefusal),
    /// What is known before it cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl RehearsalError {
    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Refused(_) => Blame::Caller,
            Self::Read(error) => error.blame(),
        }
    }
}

/// What would become of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rehearsed {
    /// The ledger takes it, and records these findings.
    Taken(Vec<Finding>),
    /// The ledger takes it once more organisations have signed.
    TooFewSigned(Inadmissible),
}

/// Entries tried on a ledger's state, one after the other, without being recorded.
#[derive(Debug)]
pub struct Rehearsal<'a> {
    rows: RehearsalRows<'a>,
    registry: Option<Registry>,
    size: TreeSize,
}

/// The state, with the changes of the entries tried so far on top.
#[derive(Debug)]
struct RehearsalRows<'a> {
    state: &'a State,
    changes: Lives,
    tried: Vec<Tried>,
}

/// Where an entry that was tried would stand.
#[derive(Debug)]
struct Tried {
    index: EntryIndex,
    leaf: LeafHash,
    terms: BTreeSet<Term>,
}

impl Placing for RehearsalRows<'_> {
    type Failure = ReadError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, ReadError> {
        match self.tried.iter().find(|tried| tried.leaf == *leaf) {
            Some(tried) => Ok(Some(tried.index)),
            None => self.state.place(leaf),
        }
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, ReadError> {
        let mut under = self.state.under(term, entries.clone())?;
        let tried = self.tried.iter().filter(|tried| tried.terms.contains(term));
        under.extend(
            tried
                .map(|tried| tried.index)
                .filter(|index| entries.contains(index)),
        );
        Ok(under)
    }
}

impl Layer for RehearsalRows<'_> {
    type Below = State;
    type Error = ReadError;

    fn below(&self) -> &State {
        self.state
    }

    fn lives(&self) -> Option<&Lives> {
        Some(&self.changes)
    }
}

impl<'a> Rehearsal<'a> {
    /// Nothing tried yet.
    #[must_use]
    pub fn new(state: &'a State) -> Self {
        Self {
            rows: RehearsalRows {
                state,
                changes: Lives::default(),
                tried: Vec::new(),
            },
            registry: Some(state.registry().clone()),
            size: state.size(),
        }
    }

    /// What would become of the next entry.
    ///
    /// # Errors
    /// See [`RehearsalError`]. The entry counts as not tried then.
    pub fn try_entry(&mut self, entry: &[u8]) -> Result<Rehearsed, RehearsalError> {
        let entry = Unverified::decode(entry).map_err(EntryRefusal::from)?;
        let entry = entry.verify(self.registry.as_ref()).map_err(EntryRefusal::from)?;
        let changes = match admit(&self.rows, &mut self.registry, self.size, &entry) {
            Ok(changes) => changes,
            Err(AdmitError::Refused(EntryRefusal::Inadmissible(reason))) if is_unsigned(&reason) => {
                return Ok(Rehearsed::TooFewSigned(*reason));
            }
            Err(AdmitError::Refused(refusal)) => return Err(refusal.into()),
            Err(AdmitError::View(error)) => return Err(error.into()),
        };
        let mut findings: Vec<_> = changes.findings().collect();
        findings.sort();
        self.rows.changes.extend(changes);
        if let Some(registry) = &self.registry {
            let index = self.size.next();
            self.rows.tried.push(Tried {
                index,
                leaf: entry.leaf(),
                terms: terms(index, &entry, registry),
            });
        }
        self.size = self.size.next().size_with_it();
        Ok(Rehearsed::Taken(findings))
    }
}

/// Whether others who are to sign have not signed yet.
fn is_unsigned(reason: &Inadmissible) -> bool {
    matches!(
        reason,
        Inadmissible::Registry(RegistryError::Threshold { .. })
            | Inadmissible::Entitlement(EntitlementError::NotSigned { .. })
    )
}

#[cfg(test)]
mod tests {
    use prova_core::{
        lifecycle::FindingCode,
        statement::{
            action::Action,
            charter::{Root, RootKey},
        },
    };
    use prova_testkit::builder::{key, org};

    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn an_entry_is_tried_on_those_tried_before_it_and_leaves_no_trace() {
        let mut scene = Scene::new();
        let (ship, receive) = (scene.statements.ship("S2"), scene.statements.receive("S2", None));
        let mut rehearsal = Rehearsal::new(scene.writer.state());
        assert_eq!(rehearsal.try_entry(&ship).unwrap(), Rehearsed::Taken(Vec::new()));
        let Rehearsed::Taken(_) = rehearsal.try_entry(&receive).unwrap() else {
            panic!("an entry that follows the one tried before it")
        };
        let mut anew = Rehearsal::new(scene.writer.state());
        let error = anew.try_entry(&receive).unwrap_err();
        assert!(
            matches!(&error, RehearsalError::Refused(EntryRefusal::Inadmissible(reason)) if matches!(**reason, Inadmissible::OtherPrev { .. })),
            "{error}"
        );
        assert_eq!(error.blame(), Blame::Caller);
        assert_eq!(scene.writer.snapshot().size().get(), 8);
    }

    #[test]
    fn what_an_entry_contradicts_is_known_before() {
        let mut scene = Scene::new();
        let again = scene.statements.manufacture("S1", 0);
        let mut rehearsal = Rehearsal::new(scene.writer.state());
        let Rehearsed::Taken(findings) = rehearsal.try_entry(&again).unwrap() else {
            panic!("a contradiction is recorded")
        };
        assert!(
            findings
                .iter()
                .any(|finding| finding.code() == FindingCode::SecondBirth),
            "{findings:?}"
        );
    }

    #[test]
    fn bytes_that_are_none_and_signatures_below_the_threshold_are_told_apart() {
        let mut scene = Scene::new();
        let state = scene.writer.state();
        let error = Rehearsal::new(state).try_entry(b"{}").unwrap_err();
        assert!(
            matches!(error, RehearsalError::Refused(EntryRefusal::Decode(_))),
            "{error}"
        );
        let root_key = |organisation, name| RootKey {
            organisation: org(organisation),
            key: key(name).public(),
        };
        let root = Action::Root(Root {
            threshold: 2,
            keys: vec![
                root_key("dns:root.example", "root-a"),
                root_key("dns:second.example", "root-b"),
            ],
        });
        let entry = scene.statements.registry(root, &["root-a"]);
        let tried = Rehearsal::new(scene.writer.state()).try_entry(&entry).unwrap();
        assert!(matches!(tried, Rehearsed::TooFewSigned(_)), "{tried:?}");
    }
}
