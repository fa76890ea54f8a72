//! Units as they left their makers: rows with only what came before.

use std::{cell::RefCell, collections::BTreeMap};

use prova_core::{
    id::{Alias, ComponentId, Kind, OrgId, SubjectId},
    index::term::Term,
    lifecycle::{Chain, Detail, Fact, FactKey, FactKind, FoundAt, FoundDetail, Life, UnitLife, View, facts},
    position::EntryIndex,
    statement::{Verified, event::Event},
    view::trace::Entries,
};

use super::PedigreeSource;

/// The rows of a source with every unit as it was built.
pub(super) struct AsBuilt<'a, S> {
    source: &'a S,
    units: RefCell<BTreeMap<ComponentId, BuiltUnit>>,
}

/// A unit as it was built.
#[derive(Clone)]
struct BuiltUnit {
    chain: Chain,
    parts: PartPlaces,
    /// What is wrong, by entry.
    findings: BTreeMap<EntryIndex, Vec<Detail>>,
}

type PartPlaces = BTreeMap<ComponentId, Option<String>>;

impl<'a, S: PedigreeSource> AsBuilt<'a, S> {
    pub(super) fn new(source: &'a S) -> Self {
        Self {
            source,
            units: RefCell::default(),
        }
    }

    /// Cuts a unit's chain where it first left whoever built it.
    fn built(&self, unit: &ComponentId, now: Chain) -> Result<BuiltUnit, S::Error> {
        let subject = SubjectId::from(unit.clone());
        let (mut life, mut parts) = (UnitLife::default(), PartPlaces::new());
        let mut last = None;
        let mut length: u64 = 0;
        let maker = now.unit().and_then(|life| life.maker.as_ref()).or(unit.org());
        for index in self.source.posting(&Term::Id(subject.clone()))? {
            let entry = self.source.entry(index)?;
            let is_about = entry
                .statement()
                .subjects
                .iter()
                .any(|stated| stated.id == subject);
            // What others say of it builds nothing.
            let event = entry.statement().event().filter(|_| is_about);
            let Some(event) = event.filter(|event| maker.is_none_or(|maker| event.by == *maker)) else {
                continue;
            };
            if !life.build(&mut parts, unit, index, &event.event) {
                break;
            }
            last = Some(index);
            length = length.saturating_add(1);
        }
        let mut findings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut found: BTreeMap<_, u64> = BTreeMap::new();
        for finding in facts::findings(self.source, &subject)? {
            if Some(finding.entry) <= last {
                let count = found.entry(finding.code()).or_default();
                *count = count.saturating_add(1);
                findings.entry(finding.entry).or_default().push(finding.detail);
            }
        }
        let chain = Chain {
            // Without any, the length says that this entry is not one of them.
            last: last.unwrap_or(now.first),
            length,
            found,
            ended: None,
            life: Life::Unit(Box::new(life)),
            ..now
        };
        Ok(BuiltUnit {
            chain,
            parts,
            findings,
        })
    }

    /// A unit as it was built; absent for what is no unit.
    fn unit(&self, id: &SubjectId) -> Result<Option<BuiltUnit>, S::Error> {
        let Some(unit) = id.component().filter(|id| id.kind() == Kind::Unit) else {
            return Ok(None);
        };
        if let Some(built) = self.units.borrow().get(unit) {
            return Ok(Some(built.clone()));
        }
        let Some(now) = self.source.chain(id)? else {
            return Ok(None);
        };
        let built = self.built(unit, now)?;
        self.units.borrow_mut().insert(unit.clone(), built.clone());
        Ok(Some(built))
    }
}

/// What building adds to a unit.
trait Build {
    /// Applies an event; `false`: the unit leaves its maker.
    fn build(&mut self, parts: &mut PartPlaces, unit: &ComponentId, index: EntryIndex, event: &Event)
    -> bool;
}

impl Build for UnitLife {
    fn build(
        &mut self,
        parts: &mut PartPlaces,
        unit: &ComponentId,
        index: EntryIndex,
        event: &Event,
    ) -> bool {
        match event {
            Event::Manufacture(made) if self.born.is_none() => {
                self.born = Some(index);
                self.of_type = Some(made.of_type.clone());
                self.firmware = made.firmware.as_ref().map(|firmware| firmware.artefact.clone());
            }
            Event::Assemble(assembled) if assembled.parent == *unit => {
                let added = assembled.parts.iter();
                parts.extend(added.map(|part| (part.component.clone(), part.position.clone())));
            }
            Event::Update(update) => self.firmware = Some(update.to.artefact.clone()),
            Event::Maintain(work) if work.parent.as_ref() == Some(unit) => {
                for part in &work.parts_out {
                    parts.remove(part);
                }
                parts.extend(work.parts_in.iter().map(|part| (part.clone(), None)));
            }
            Event::Ship(_) | Event::Receive(_) | Event::Install(_) | Event::Decommission(_) => return false,
            _ => {}
        }
        true
    }
}

impl<S: PedigreeSource> View for AsBuilt<'_, S> {
    type Error = S::Error;

    fn chain(&self, id: &SubjectId) -> Result<Option<Chain>, S::Error> {
        match self.unit(id)? {
            Some(built) => Ok(Some(built.chain)),
            None => self.source.chain(id),
        }
    }

    fn alias_holder(&self, by: &OrgId, alias: &Alias) -> Result<Option<SubjectId>, S::Error> {
        self.source.alias_holder(by, alias)
    }

    fn fact(&self, of: &SubjectId, key: &FactKey) -> Result<Option<Fact>, S::Error> {
        let facts = self.facts(of, key.kind())?;
        Ok(facts
            .into_iter()
            .find(|(other, _)| other == key)
            .map(|(_, fact)| fact))
    }

    fn facts(&self, of: &SubjectId, kind: FactKind) -> Result<Vec<(FactKey, Fact)>, S::Error> {
        let Some(built) = self.unit(of)? else {
            return self.source.facts(of, kind);
        };
        Ok(match kind {
            FactKind::Findings => {
                let findings = built.findings.into_iter();
                let found = |detail| FoundDetail {
                    on: FoundAt::Chain,
                    detail,
                };
                findings
                    .map(|(at, findings)| {
                        let all = findings.into_iter().map(found).collect();
                        (FactKey::Findings(at), Fact::Findings(all))
                    })
                    .collect()
            }
            FactKind::Part => {
                let parts = built.parts.into_iter();
                parts
                    .map(|(part, position)| {
                        (FactKey::Part(EntryIndex::new(0), part), Fact::Position(position))
                    })
                    .collect()
            }
            // It was shipped later, and others' accounts began later; that it was never made is among the findings.
            FactKind::Transfer
            | FactKind::Custody
            | FactKind::Account
            | FactKind::Joined
            | FactKind::Unborn => Vec::new(),
            _ => self.source.facts(of, kind)?,
        })
    }
}

impl<S: PedigreeSource> Entries for AsBuilt<'_, S> {
    fn entry(&self, index: EntryIndex) -> Result<Verified, S::Error> {
        self.source.entry(index)
    }
}
