//! An event as it is applied to the chains of its subjects, and what the rules ask while it is.
//!
//! Nobody's words change what is another's. Each rule asks first whose the thing is; what somebody says of another's is a *claim*: it is recorded
//! at its entry, and changes nothing.

use std::{borrow::Borrow, collections::BTreeMap};

use super::{
    chain::{Chain, Life, Said, SlotLife, UnitLife},
    detail::Detail,
    facts::{self, Fact, FactKey, FactKind, FoundAt, FoundDetail},
    finding::FindingCode,
    view::{Changes, View},
};
use crate::{
    hash::LeafHash,
    id::{Alias, ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::{
        Subject,
        event::{Event, EventPredicate},
    },
};

/// Deepest nesting of parts that is followed; deeper ones are a `cycle` finding.
pub const MAX_NESTING: usize = 64;

/// An event that is being applied: the chains of its subjects, taken out of the view.
pub(super) struct Applying<'a, V: View> {
    pub(super) view: &'a V,
    pub(super) index: EntryIndex,
    pub(super) leaf: LeafHash,
    pub(super) event: &'a EventPredicate,
    /// The last entry of each subject that the signers had seen, where they had seen one.
    pub(super) seen: BTreeMap<SubjectId, EntryIndex>,
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
        seen: BTreeMap::new(),
        changes: Changes::default(),
    };
    let mut stated = Vec::with_capacity(subjects.len());
    for (subject, chain, seen) in subjects {
        let id = subject.borrow().id.clone();
        applying.link(&id, chain);
        applying.seen.extend(seen.map(|seen| (id, seen)));
        stated.push(subject);
    }
    applying.event()?;
    for subject in &stated {
        applying.conclude(subject.borrow())?;
    }
    Ok(applying.changes)
}

impl<V: View> View for Applying<'_, V> {
    type Error = V::Error;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, V::Error> {
        match self.changes.chains.get(id) {
            Some(chain) => Ok(Some(chain.clone())),
            None => self.view.chain(id),
        }
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, V::Error> {
        match self.changes.aliases.get(&(by.clone(), alias.clone())) {
            Some(holder) => Ok(Some(holder.clone())),
            None => self.view.alias_holder(by, alias),
        }
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, V::Error> {
        match self.changes.facts.get(of, key) {
            Some(fact) => Ok(fact.cloned()),
            None => self.view.fact(of, key),
        }
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, V::Error> {
        let below = self.view.facts(of, kind)?;
        Ok(self.changes.facts.over(of, kind, below))
    }
}

impl<V: View> Applying<'_, V> {
    /// Appends the entry to a subject's chain.
    fn link(&mut self, id: &SubjectId, chain: Option<Chain>) {
        let time = self.event.time;
        let chain = match chain {
            None => Chain::begin(id, self.leaf, self.index, time),
            Some(chain) => Chain {
                head: self.leaf,
                last: self.index,
                length: chain.length.saturating_add(1),
                time,
                ..chain
            },
        };
        self.changes.chains.insert(id.clone(), chain);
    }

    /// What holds for every event, once it was applied: where the subject comes from, its other names, whether it was born.
    fn conclude(&mut self, subject: &Subject) -> Result<(), V::Error> {
        let Subject {
            id, from, aliases, ..
        } = subject;
        let own = self.own_place(id)?;
        if let Some(from) = from {
            let (origin, index) = (from.origin.clone(), from.index);
            let on = own.unwrap_or(FoundAt::Entry);
            self.find(id, on, Detail::UnprovenOrigin { origin, index })?;
            if let Some(chain) = self.changes.chains.get_mut(id).filter(|_| own.is_some()) {
                chain.from.get_or_insert_with(|| from.origin.clone());
            }
        }
        if own.is_some() {
            for alias in aliases {
                let key = FactKey::Alias(alias.clone());
                self.changes.facts.insert(id.clone(), key, Some(Fact::Holds));
            }
        }
        if let Event::Manufacture(_) = self.event.event {
            self.check_clones(subject)?;
        }
        let ended = self.changes.chains.get(id).and_then(|chain| chain.ended);
        if let Some(ended) = ended.filter(|ended| *ended != self.index)
            && own == Some(FoundAt::Chain)
            && !self.is_comment()
        {
            let event = self.event.event.kind();
            self.find(id, FoundAt::Chain, Detail::AfterEnd { event, ended })?;
        }
        let Some(chain) = self.changes.chains.get(id) else {
            return Ok(());
        };
        let is_born = match &chain.life {
            Life::Unit(life) => life.is_record,
            Life::Type(life) => life.manifest.is_some(),
            Life::Artefact(life) => life.released.is_some(),
            Life::Slot(_) | Life::Act(_) | Life::Index(_) => return Ok(()),
        };
        let is_first = chain.length == 1;
        if is_first && !is_born && facts::birth(id).is_some() {
            let unborn = Fact::Unborn(self.index, self.event.event.kind());
            self.changes
                .facts
                .insert(id.clone(), FactKey::Unborn, Some(unborn));
            self.counts_unborn(id, true);
        } else if is_born && !is_first && self.view.fact(id, &FactKey::Unborn)?.is_some() {
            self.changes.facts.insert(id.clone(), FactKey::Unborn, None);
            self.counts_unborn(id, false);
        }
        Ok(())
    }

    fn counts_unborn(&mut self, id: &SubjectId, is_unborn: bool) {
        if let Some(chain) = self.changes.chains.get_mut(id) {
            if is_unborn {
                chain.found.insert(FindingCode::NoBirth, 1);
            } else {
                chain.found.remove(&FindingCode::NoBirth);
            }
        }
    }

    /// Where findings at the signers' own count, if the subject is theirs, or a line of it.
    pub(super) fn own_place(&self, id: &SubjectId) -> Result<Option<FoundAt>, V::Error> {
        let Some(component) = id.component() else {
            return Ok(Some(FoundAt::Chain));
        };
        Ok(match component.kind() {
            Kind::Unit => self.held(component)?.map(FoundAt::Line),
            Kind::Type | Kind::Slot => self.is_signed_by_owner(component).then_some(FoundAt::Chain),
            Kind::Artefact => {
                let shown = self.component(component, |chain| chain.artefact()?.producer.clone())?;
                (shown.flatten().as_ref() == Some(&self.event.by)).then_some(FoundAt::Chain)
            }
        })
    }

    /// One organisation gave one name to two units that it made.
    fn check_clones(&mut self, subject: &Subject) -> Result<(), V::Error> {
        let (id, by) = (&subject.id, &self.event.by);
        for alias in subject.aliases.iter().filter(|alias| alias.names_an_instance()) {
            match self.alias_holder(by, alias)? {
                None => {
                    let key = (by.clone(), alias.clone());
                    self.changes.aliases.insert(key, id.clone());
                }
                Some(holder) if holder == *id => {}
                Some(holder) => {
                    let alias = alias.clone();
                    let on = self.own_place(id)?.unwrap_or(FoundAt::Entry);
                    self.find(id, on, Detail::Clone { alias, holder })?;
                }
            }
        }
        Ok(())
    }

    /// The organisations that signed: the speaker first.
    pub(super) fn signers(&self) -> impl Iterator<Item = &OrgId> + use<'_, V> {
        std::iter::once(&self.event.by).chain(&self.event.with)
    }

    /// Whether an organisation stands by the event.
    pub(super) fn is_signed_by(&self, organisation: &OrgId) -> bool {
        self.signers().any(|signer| signer == organisation)
    }

    /// Whether the organisation in an id stands by the event, if there is one in it.
    pub(super) fn is_signed_by_owner(&self, id: &ComponentId) -> bool {
        id.org().is_some_and(|owner| self.is_signed_by(owner))
    }

    pub(super) fn find(&mut self, subject: &SubjectId, on: FoundAt, detail: Detail) -> Result<(), V::Error> {
        if !self.changes.chains.contains_key(subject) {
            return Ok(());
        }
        let (code, key) = (detail.code(), FactKey::Findings(self.index));
        let found = FoundDetail { on, detail };
        let facts = &mut self.changes.facts;
        match facts.get_mut(subject, &key) {
            Some(Fact::Findings(all)) if all.contains(&found) => return Ok(()),
            Some(Fact::Findings(all)) => all.push(found),
            _ => facts.insert(subject.clone(), key, Some(Fact::Findings(vec![found]))),
        }
        let count = match (on, subject.component()) {
            (FoundAt::Entry, _) => return Ok(()),
            (FoundAt::Line(line), Some(unit)) => self.kept_with(unit, line)?.map(|kept| kept.0),
            (FoundAt::Line(_) | FoundAt::Chain, _) => {
                let chain = self.changes.chains.get_mut(subject);
                chain.map(|chain| &mut chain.found)
            }
        };
        if let Some(found) = count {
            let count = found.entry(code).or_default();
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    /// Records at the entry alone that its speaker says something of another's.
    pub(super) fn claim(&mut self, id: &ComponentId) -> Result<(), V::Error> {
        let (by, event) = (self.event.by.clone(), self.event.event.kind());
        self.find(&id.clone().into(), FoundAt::Entry, Detail::Claim { by, event })
    }

    /// Keeps when the speaker claims to speak; a time before the one that it claimed just before is a finding.
    pub(super) fn tells_time(&mut self, subject: &SubjectId, on: FoundAt) -> Result<(), V::Error> {
        let (by, time) = (self.event.by.clone(), self.event.time);
        let said = match (on, subject.component()) {
            (FoundAt::Line(line), Some(unit)) => self.kept_with(unit, line)?.map(|kept| kept.1),
            _ => {
                let chain = self.changes.chains.get_mut(subject);
                chain.map(|chain| &mut chain.said)
            }
        };
        let Some(said) = said else { return Ok(()) };
        let before = said.take().filter(|said| said.by == by).map(|said| said.time);
        let latest = before.map_or(time, |before| before.max(time));
        *said = Some(Said { by, time: latest });
        if let Some(reached) = before.filter(|reached| *reached > time) {
            self.find(subject, on, Detail::TimeBackwards { got: time, reached })?;
        }
        Ok(())
    }

    /// A fact about a component as this entry leaves it so far, or as the view has it.
    pub(super) fn known(&self, of: &ComponentId, key: &FactKey) -> Result<Option<Fact>, V::Error> {
        self.fact(&of.clone().into(), key)
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

    /// What `look` finds in the life of a unit, on the line that is shown.
    pub(super) fn unit<T>(
        &self,
        id: &ComponentId,
        look: impl FnOnce(&UnitLife) -> Option<T>,
    ) -> Result<Option<T>, V::Error> {
        let found = self.component(id, |chain| chain.unit().and_then(look))?;
        Ok(found.flatten())
    }

    /// The chain of a unit that is a subject, and its life on the line that is shown.
    pub(super) fn unit_mut(&mut self, id: &ComponentId) -> Option<&mut UnitLife> {
        let id = SubjectId::Component(id.clone());
        match &mut self.changes.chains.get_mut(&id)?.life {
            Life::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    pub(super) fn slot_mut(&mut self, id: &ComponentId) -> Option<&mut SlotLife> {
        let id = SubjectId::Component(id.clone());
        match &mut self.changes.chains.get_mut(&id)?.life {
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
