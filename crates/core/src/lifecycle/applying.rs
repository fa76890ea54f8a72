//! An event as it is applied to the chains of its subjects, and what the rules ask while it is.

use std::borrow::Borrow;

use super::{
    chain::{Chain, Life, SlotLife, UnitLife},
    detail::Detail,
    facts::{Fact, FactKey},
    view::{Changes, View},
};
use crate::{
    hash::LeafHash,
    id::{ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::{Subject, event::EventPredicate},
};

/// Deepest nesting of parts that is followed; deeper ones are a `cycle` finding.
pub const MAX_NESTING: usize = 64;

/// An event that is being applied: the chains of its subjects, taken out of the view.
pub(super) struct Applying<'a, V: View> {
    pub(super) view: &'a V,
    pub(super) index: EntryIndex,
    pub(super) leaf: LeafHash,
    pub(super) event: &'a EventPredicate,
    pub(super) changes: Changes,
}

/// Applies an admitted event to the chains of its subjects. `subjects` holds each subject with its chain before the event, and the last entry
/// of it that the signers had seen.
///
/// # Errors
/// A row that cannot be read; nothing is changed then.
pub(crate) fn apply<V: View>(
    view: &V,
    index: EntryIndex,
    leaf: LeafHash,
    event: &EventPredicate,
    subjects: Vec<(impl Borrow<Subject>, Option<Chain>, Option<EntryIndex>)>,
) -> Result<Changes, V::Error> {
    let mut applying = Applying {
        view,
        index,
        leaf,
        event,
        changes: Changes::default(),
    };
    for (subject, chain, _seen) in subjects {
        applying.link(subject.borrow(), chain)?;
    }
    applying.event()?;
    Ok(applying.changes)
}

impl<V: View> Applying<'_, V> {
    /// Whether an organisation stands by the event.
    pub(super) fn is_signed_by(&self, organisation: &OrgId) -> bool {
        self.event.by == *organisation || self.event.with.contains(organisation)
    }

    pub(super) fn find(&mut self, subject: &SubjectId, detail: Detail) {
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
    pub(super) fn fact(&self, of: &ComponentId, key: &FactKey) -> Result<Option<Fact>, V::Error> {
        let of = SubjectId::from(of.clone());
        match self.changes.facts.get(&of, key) {
            Some(fact) => Ok(fact.cloned()),
            None => self.view.fact(&of, key),
        }
    }

    pub(super) fn set_fact(&mut self, of: &ComponentId, key: FactKey, fact: Option<Fact>) {
        self.changes.facts.insert(of.clone().into(), key, fact);
    }

    /// What `look` makes of a chain as this entry leaves it so far, or as the view has it.
    pub(super) fn component<T>(
        &self,
        id: &ComponentId,
        look: impl FnOnce(&Chain) -> T,
    ) -> Result<Option<T>, V::Error> {
        let id = SubjectId::Component(id.clone());
        match self.changes.chains.get(&id) {
            Some(chain) => Ok(Some(look(chain))),
            None => Ok(self.view.chain(&id)?.as_ref().map(look)),
        }
    }

    /// What `look` finds in the life of a unit.
    pub(super) fn unit<T>(
        &self,
        id: &ComponentId,
        look: impl FnOnce(&UnitLife) -> Option<T>,
    ) -> Result<Option<T>, V::Error> {
        let found = self.component(id, |chain| chain.unit().and_then(look))?;
        Ok(found.flatten())
    }

    pub(super) fn unit_mut(&mut self, id: &ComponentId) -> Option<&mut UnitLife> {
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

    pub(super) fn slot_mut(&mut self, id: &ComponentId) -> Option<&mut SlotLife> {
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
    pub(super) fn subjects(&self, kind: Kind) -> Vec<ComponentId> {
        let components = self.changes.chains.keys().filter_map(SubjectId::component);
        components
            .filter(|component| component.kind() == kind)
            .cloned()
            .collect()
    }
}
