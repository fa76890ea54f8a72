//! What statements add up to: the life of components.
//!
//! *Structure is refused, substance is recorded.* Whether an entry may enter the ledger is decided at its admission; here its event is
//! applied to the chains of its subjects, and what contradicts the past becomes a [`Finding`]. Admission and audit run this same code.
//!
//! **May use** ground files, names, keys, statements and the registry. **Promises** that what an entry changes is a function of the entry and of
//! the rows that a [`View`] has before it.

mod chain;
mod custody;
mod detail;
mod distrust;
pub mod facts;
mod finding;
mod firmware;
mod life;
mod passage;
mod view;

use std::borrow::Borrow;

pub use self::{
    chain::{ArtefactLife, Chain, Life, SlotLife, Transfer, TransferState, TypeLife, UnitLife},
    detail::Detail,
    distrust::{distrust, distrusted},
    facts::{Fact, FactKey, FactKind, Facts, Neighbours},
    finding::{Finding, FindingCode, FindingGroup, ParseFindingCodeError, Severity},
    passage::{CustodyChange, Moment, Passage},
    view::{Changes, Layer, Lives, View},
};
use crate::{
    hash::LeafHash,
    id::{ComponentId, OrgId, SubjectId},
    position::EntryIndex,
    statement::{Subject, event::EventPredicate},
};

/// Deepest nesting of parts that is followed; deeper ones are a `cycle` finding.
pub const MAX_NESTING: usize = 64;

/// An event that is being applied: the chains of its subjects, taken out of the view.
struct Applying<'a, V: View> {
    view: &'a V,
    index: EntryIndex,
    leaf: LeafHash,
    event: &'a EventPredicate,
    /// The organisations that signed.
    signed: &'a [OrgId],
    changes: Changes,
}

/// Applies an admitted event to the chains of its subjects. `chains` holds each subject with its chain before the event.
///
/// # Errors
/// A row that cannot be read; nothing is changed then.
pub(crate) fn apply<V: View>(
    view: &V,
    index: EntryIndex,
    leaf: LeafHash,
    event: &EventPredicate,
    signed: &[OrgId],
    subjects: Vec<(impl Borrow<Subject>, Option<Chain>)>,
) -> Result<Changes, V::Error> {
    let mut applying = Applying {
        view,
        index,
        leaf,
        event,
        signed,
        changes: Changes::default(),
    };
    for (subject, chain) in subjects {
        applying.link(subject.borrow(), chain)?;
    }
    applying.event()?;
    Ok(applying.changes)
}

impl<V: View> Applying<'_, V> {
    fn find(&mut self, subject: &SubjectId, detail: Detail) {
        let Some(chain) = self.changes.chains.get_mut(subject) else {
            return;
        };
        let count = chain.found.entry(detail.code()).or_default();
        let key = FactKey::Findings(self.index);
        let facts = &mut self.changes.facts;
        match facts.get_mut(subject, &key) {
            Some(Fact::Findings(details)) if details.contains(&detail) => return,
            Some(Fact::Findings(details)) => details.push(detail),
            _ => facts.insert(subject.clone(), key, Some(Fact::Findings(vec![detail]))),
        }
        *count = count.saturating_add(1);
    }

    /// A fact as this entry leaves it so far, or as the view has it.
    fn fact(&self, of: &ComponentId, key: &FactKey) -> Result<Option<Fact>, V::Error> {
        let of = SubjectId::from(of.clone());
        match self.changes.facts.get(&of, key) {
            Some(fact) => Ok(fact.cloned()),
            None => self.view.fact(&of, key),
        }
    }

    fn set_fact(&mut self, of: &ComponentId, key: FactKey, fact: Option<Fact>) {
        self.changes.facts.insert(of.clone().into(), key, fact);
    }

    /// What `look` makes of a chain as this entry leaves it so far, or as the view has it.
    fn component<T>(&self, id: &ComponentId, look: impl FnOnce(&Chain) -> T) -> Result<Option<T>, V::Error> {
        let id = SubjectId::Component(id.clone());
        match self.changes.chains.get(&id) {
            Some(chain) => Ok(Some(look(chain))),
            None => Ok(self.view.chain(&id)?.as_ref().map(look)),
        }
    }

    /// What `look` finds in the life of a unit.
    fn unit<T>(
        &self,
        id: &ComponentId,
        look: impl FnOnce(&UnitLife) -> Option<T>,
    ) -> Result<Option<T>, V::Error> {
        let found = self.component(id, |chain| chain.unit().and_then(look))?;
        Ok(found.flatten())
    }

    fn unit_mut(&mut self, id: &ComponentId) -> Option<&mut UnitLife> {
        match &mut self
            .changes
            .chains
            .get_mut(&SubjectId::Component(id.clone()))?
            .life
        {
            Life::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    fn slot_mut(&mut self, id: &ComponentId) -> Option<&mut SlotLife> {
        match &mut self
            .changes
            .chains
            .get_mut(&SubjectId::Component(id.clone()))?
            .life
        {
            Life::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    /// The subjects of one kind.
    fn subjects(&self, kind: crate::id::Kind) -> Vec<ComponentId> {
        let components = self.changes.chains.keys().filter_map(SubjectId::component);
        components
            .filter(|component| component.kind() == kind)
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests;
