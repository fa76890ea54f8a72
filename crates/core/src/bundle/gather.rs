//! What a scope and a closure ask for: the primary components, what they consist of, the terms and the documents.

use std::collections::{BTreeMap, BTreeSet};

use super::{description::ClosureLists, sparse::Sparse};
use crate::{
    hash::Digest,
    id::{Kind, Origin, SubjectId},
    index::term::Term,
    lifecycle::{Life, MAX_NESTING, facts},
    position::{EntryIndex, TreeSize},
    statement::Statement,
    verdict::BundleScope,
    view::trace::MAX_NODES,
};

/// Collects the primary components of a scope from entries.
#[derive(Clone, Debug)]
pub(super) struct Gather {
    scope: BundleScope,
    found: BTreeSet<SubjectId>,
}

impl Gather {
    pub(super) fn new(scope: BundleScope) -> Self {
        let found = match &scope {
            BundleScope::Components(ids) => ids.iter().cloned().collect(),
            BundleScope::Type(id) | BundleScope::Slot(id) => BTreeSet::from([id.clone().into()]),
            BundleScope::Organisation(_) | BundleScope::Range(_) | BundleScope::Time(_) => BTreeSet::new(),
        };
        Self { scope, found }
    }

    /// Looks at an entry and its terms.
    pub(super) fn see(&mut self, index: EntryIndex, statement: &Statement, terms: &BTreeSet<Term>) {
        let of_kinds: &[Kind] = match &self.scope {
            BundleScope::Components(_) => return,
            BundleScope::Organisation(org) => {
                if !terms.contains(&Term::By(org.clone())) {
                    return;
                }
                &[]
            }
            BundleScope::Type(id) => {
                if !terms.contains(&Term::Id(id.clone().into())) {
                    return;
                }
                &[Kind::Unit]
            }
            BundleScope::Slot(id) => {
                if !terms.contains(&Term::Id(id.clone().into())) {
                    return;
                }
                &[Kind::Unit, Kind::Artefact]
            }
            BundleScope::Range(range) => {
                if !range.has(index) {
                    return;
                }
                &[]
            }
            BundleScope::Time(period) => {
                if !statement.event().is_some_and(|event| period.has(event.time)) {
                    return;
                }
                &[]
            }
        };
        let wanted = |id: &&SubjectId| match id {
            SubjectId::Component(id) => of_kinds.is_empty() || of_kinds.contains(&id.kind()),
            SubjectId::Act { .. } => of_kinds.is_empty(),
            SubjectId::Ledger(_) | SubjectId::Organisation(_) | SubjectId::Index(_) => false,
        };
        let ids = statement.subjects.iter().map(|subject| &subject.id);
        self.found.extend(ids.filter(wanted).cloned());
    }

    /// The primary components.
    pub(super) fn found(&self) -> &BTreeSet<SubjectId> {
        &self.found
    }
}

/// The terms that must be complete: those of the scope, of the registry, of every chain that is followed and of their aliases.
pub(super) fn required(scope: &BundleScope, origin: &Origin, lists: &ClosureLists) -> BTreeSet<Term> {
    let mut terms: BTreeSet<_> = scope.terms().into_iter().collect();
    terms.insert(Term::Id(SubjectId::Ledger(origin.clone())));
    terms.extend(lists.primary.iter().map(Term::chain));
    terms.extend(lists.consulted.iter().chain(&lists.traced).map(Term::chain));
    terms.extend(lists.aliases.iter().cloned().map(Term::Alias));
    terms
}

/// The documents that an entry asks for: all that it names, if it is about a component that is followed.
pub(super) fn documents(statement: &Statement) -> BTreeSet<Digest> {
    let named = statement.event().into_iter().flat_map(|event| event.documents());
    let mut documents: BTreeSet<_> = named.map(|document| document.sha256).collect();
    let links = statement
        .subjects
        .iter()
        .filter_map(|subject| subject.from.as_ref());
    documents.extend(links.filter_map(|link| link.proof));
    documents
}

/// What the primary components consist of, run and are in, as [`crate::view::trace`] walks; those known to be followed or not.
pub(super) fn traced(sparse: &Sparse, primary: &BTreeSet<SubjectId>) -> BTreeMap<SubjectId, EntryIndex> {
    let mut reached: BTreeMap<SubjectId, EntryIndex> = BTreeMap::new();
    let mut level: Vec<(SubjectId, EntryIndex)> = Vec::new();
    for id in primary {
        let Some(chain) = sparse.of(id) else { continue };
        level.extend(below(sparse, id).into_iter().map(|id| (id, chain.last)));
        let mut at = id.clone();
        for _ in 0..MAX_NESTING {
            let Some(life) = sparse.of(&at).and_then(|chain| chain.unit()) else {
                break;
            };
            // What is above is shown as a path, not as a tree.
            if let Some(slot) = &life.slot {
                reached.entry(slot.clone().into()).or_insert(chain.last);
            }
            let Some(parent) = life.parent() else { break };
            at = parent.clone().into();
            reached.entry(at.clone()).or_insert(chain.last);
        }
    }
    let mut walked: BTreeSet<SubjectId> = BTreeSet::new();
    for _ in 0..=MAX_NESTING {
        let mut next = Vec::new();
        for (id, entry) in std::mem::take(&mut level) {
            reached.entry(id.clone()).or_insert(entry);
            if primary.contains(&id) || walked.len() >= MAX_NODES || !walked.insert(id.clone()) {
                continue;
            }
            next.extend(below(sparse, &id).into_iter().map(|id| (id, entry)));
        }
        level = next;
    }
    reached.retain(|id, _| !primary.contains(id));
    reached
}

fn below(sparse: &Sparse, id: &SubjectId) -> Vec<SubjectId> {
    let Some(chain) = sparse.of(id) else {
        return Vec::new();
    };
    match &chain.life {
        Life::Unit(life) => {
            let Ok(parts) = facts::parts(sparse, id);
            let named = life.of_type.iter().chain(&life.firmware).cloned();
            named.chain(parts.into_keys()).map(SubjectId::from).collect()
        }
        Life::Slot(life) => {
            let Ok(occupants) = facts::occupants(sparse, id);
            let named = occupants.into_iter().chain(life.firmware.clone());
            named.map(SubjectId::from).collect()
        }
        Life::Type(_) | Life::Artefact(_) | Life::Act(_) | Life::Index(_) => Vec::new(),
    }
}

/// Whether a bundle with this seal and scope has every entry of the ledger.
pub(super) fn is_whole(scope: &BundleScope, seal: Option<TreeSize>, size: TreeSize) -> bool {
    let tail_from = seal.unwrap_or(TreeSize::EMPTY);
    match scope {
        _ if tail_from == TreeSize::EMPTY => true,
        BundleScope::Range(range) => range.from.get() == 0 && range.to >= tail_from && range.to <= size,
        _ => false,
    }
}
