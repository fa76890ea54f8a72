//! Units as they left their makers: rows with only what came before.

use std::{cell::RefCell, collections::BTreeMap};

use prova_core::{
    alias::Alias,
    component::{ComponentId, SubjectId},
    entry::Verified,
    event::Event,
    lifecycle::{Chain, Life, UnitLife, View},
    position::EntryIndex,
    term::Term,
    trace::Entries,
};

use super::Source;

/// The rows of a source with every unit as it was built.
pub(super) struct AsBuilt<'a, S> {
    source: &'a S,
    units: RefCell<BTreeMap<ComponentId, Chain>>,
}

impl<'a, S: Source> AsBuilt<'a, S> {
    pub(super) fn new(source: &'a S) -> Self {
        Self {
            source,
            units: RefCell::default(),
        }
    }

    /// Cuts a unit's chain where it first left whoever built it.
    fn built(&self, unit: &ComponentId, now: Chain) -> Result<Chain, S::Error> {
        let subject = SubjectId::from(unit.clone());
        let mut life = UnitLife::default();
        let mut last = None;
        let mut length: u64 = 0;
        for index in self.source.posting(&Term::Id(subject.clone()))? {
            let entry = self.source.entry(index)?;
            let is_about = entry
                .statement()
                .subjects
                .iter()
                .any(|stated| stated.id == subject);
            let Some(event) = entry.statement().event().filter(|_| is_about) else {
                continue;
            };
            if !life.build(unit, index, &event.event) {
                break;
            }
            last = Some(index);
            length = length.saturating_add(1);
        }
        let findings = now.findings.into_iter();
        Ok(Chain {
            // Without any, the length says that this entry is not one of them.
            last: last.unwrap_or(now.first),
            length,
            findings: findings.filter(|finding| Some(finding.entry) <= last).collect(),
            ended: None,
            life: Life::Unit(Box::new(life)),
            ..now
        })
    }
}

/// What building adds to a unit.
trait Build {
    /// Applies an event; `false`: the unit leaves its maker.
    fn build(&mut self, unit: &ComponentId, index: EntryIndex, event: &Event) -> bool;
}

impl Build for UnitLife {
    fn build(&mut self, unit: &ComponentId, index: EntryIndex, event: &Event) -> bool {
        match event {
            Event::Manufacture(made) if self.born.is_none() => {
                self.born = Some(index);
                self.of_type = Some(made.of_type.clone());
                self.firmware = made.firmware.as_ref().map(|firmware| firmware.artefact.clone());
            }
            Event::Assemble(assembled) if assembled.parent == *unit => {
                let parts = assembled.parts.iter();
                self.parts
                    .extend(parts.map(|part| (part.component.clone(), part.position.clone())));
            }
            Event::Update(update) => self.firmware = Some(update.to.artefact.clone()),
            Event::Maintain(work) if work.parent.as_ref() == Some(unit) => {
                for part in &work.parts_out {
                    self.parts.remove(part);
                }
                self.parts
                    .extend(work.parts_in.iter().map(|part| (part.clone(), None)));
            }
            Event::Ship(_) | Event::Receive(_) | Event::Install(_) | Event::Decommission(_) => return false,
            _ => {}
        }
        true
    }
}

impl<S: Source> View for AsBuilt<'_, S> {
    type Error = S::Error;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, S::Error> {
        let Some(unit) = id.component() else {
            return self.source.chain(id);
        };
        if let Some(chain) = self.units.borrow().get(unit) {
            return Ok(Some(chain.clone()));
        }
        let Some(now) = self.source.chain(id)? else {
            return Ok(None);
        };
        if now.unit().is_none() {
            return Ok(Some(now));
        }
        let chain = self.built(unit, now)?;
        self.units.borrow_mut().insert(unit.clone(), chain.clone());
        Ok(Some(chain))
    }

    fn alias_holder(&self, alias: &Alias) -> Result<Option<SubjectId>, S::Error> {
        self.source.alias_holder(alias)
    }
}

impl<S: Source> Entries for AsBuilt<'_, S> {
    fn entry(&self, index: EntryIndex) -> Result<Verified, S::Error> {
        self.source.entry(index)
    }
}
