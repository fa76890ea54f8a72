//! Beginning, parts, places and end of components.

use super::{Chain, Detail, Fact, FactKey, Life, MAX_NESTING, Neighbours, Passage, View, applying::Applying};
use crate::{
    id::{ComponentId, Kind, SubjectId},
    statement::{
        Subject,
        event::{
            Event, EventKind,
            make::{Manifest, Manufacture, Part},
            operation::{Install, Maintain, MaintenanceAction},
        },
    },
};

impl<V: View> Applying<'_, V> {
    /// Appends the entry to a subject's chain: link, time, aliases; what holds for every event.
    pub(super) fn link(&mut self, subject: &Subject, chain: Option<Chain>) -> Result<(), V::Error> {
        let Subject {
            id, from, aliases, ..
        } = subject;
        let comes_from_elsewhere = from.is_some();
        let is_first = chain.is_none();
        let before = chain.as_ref().map(|chain| chain.time);
        let ended = chain.as_ref().and_then(|chain| chain.ended);
        let chain = match chain {
            None => Chain::begin(
                id,
                self.leaf,
                self.index,
                self.event.time,
                from.as_ref().map(|link| link.origin.clone()),
            ),
            Some(mut chain) => {
                chain.head = self.leaf;
                chain.last = self.index;
                chain.length = chain.length.saturating_add(1);
                chain.time = chain.time.max(self.event.time);
                chain
            }
        };
        self.changes.chains.insert(id.clone(), chain);
        if is_first && !comes_from_elsewhere {
            self.check_birth(id);
        }
        if let Some(reached) = before.filter(|before| *before > self.event.time) {
            let got = self.event.time;
            self.find(id, Detail::TimeBackwards { got, reached });
        }
        if let Some(ended) = ended.filter(|_| !self.is_comment()) {
            let event = self.event.event.kind();
            self.find(id, Detail::AfterEnd { event, ended });
        }
        for alias in aliases {
            let is_unit = id
                .component()
                .is_some_and(|component| component.kind() == Kind::Unit);
            if is_unit && alias.names_an_instance() {
                let holder = match self.changes.aliases.get(alias) {
                    Some(holder) => Some(holder.clone()),
                    None => self.view.alias_holder(alias)?,
                };
                match holder {
                    None => {
                        self.changes.aliases.insert(alias.clone(), id.clone());
                    }
                    Some(holder) if holder == *id => {}
                    Some(holder) => {
                        let alias = alias.clone();
                        self.find(id, Detail::Clone { alias, holder });
                    }
                }
            }
            let key = FactKey::Alias(alias.clone());
            self.changes.facts.insert(id.clone(), key, Some(Fact::Holds));
        }
        Ok(())
    }

    /// Statements about the record, not about the thing: they may come after the end.
    fn is_comment(&self) -> bool {
        matches!(
            self.event.event,
            Event::Correct(_) | Event::Evidence(_) | Event::Finding(_) | Event::Notice(_) | Event::Recall(_)
        )
    }

    fn check_birth(&mut self, id: &SubjectId) {
        let want = match id.component().map(ComponentId::kind) {
            Some(Kind::Unit) => EventKind::Manufacture,
            Some(Kind::Type | Kind::Artefact) => EventKind::Manifest,
            Some(Kind::Slot) | None => return,
        };
        let got = self.event.event.kind();
        if got != want {
            self.find(id, Detail::NoBirth { got, want });
        }
    }

    pub(super) fn event(&mut self) -> Result<(), V::Error> {
        let event = self.event;
        match &event.event {
            Event::Manifest(manifest) => self.manifest(manifest),
            Event::Manufacture(manufacture) => self.manufacture(manufacture)?,
            Event::Assemble(assemble) => {
                for Part { component, position } in &assemble.parts {
                    self.insert_part(&assemble.parent, component, position.as_deref())?;
                }
            }
            Event::Ship(ship) => self.ship(ship)?,
            Event::Receive(receive) => self.receive(receive)?,
            Event::Store(_) => {
                for unit in self.subjects(Kind::Unit) {
                    self.check_custodian(&unit)?;
                }
            }
            Event::Install(install) => self.install(install)?,
            Event::Update(update) => {
                self.runs(&update.to, update.from.as_ref())?;
            }
            Event::Measure(measure) => self.measured(&measure.found)?,
            Event::Maintain(maintain) => self.maintain(maintain)?,
            Event::Recall(_) => {
                let index = self.index;
                for unit in self.subjects(Kind::Unit) {
                    if let Some(life) = self.unit_mut(&unit) {
                        life.recalled = Some(index);
                    }
                }
            }
            Event::Decommission(_) => self.decommission()?,
            Event::Restrict(restrict) => {
                for chain in self.changes.chains.values_mut() {
                    chain.life = Life::Act(Some(restrict.status));
                }
            }
            Event::Test(_)
            | Event::Certify(_)
            | Event::Notice(_)
            | Event::Correct(_)
            | Event::Evidence(_)
            | Event::Finding(_) => {}
        }
        Ok(())
    }

    /// A manifest counts if the maker says it; by anybody else it is a finding and changes nothing.
    fn manifest(&mut self, manifest: &Manifest) {
        let (index, by) = (self.index, &self.event.by);
        let mut foreign = Vec::new();
        for (id, chain) in &mut self.changes.chains {
            let maker = match &chain.life {
                Life::Type(_) => id.component().and_then(ComponentId::org),
                Life::Artefact(life) => life.producer.as_ref().or(manifest.producer.as_ref()).or(Some(by)),
                Life::Unit(_) | Life::Slot(_) | Life::Act(_) | Life::Index(_) => None,
            };
            if let Some(maker) = maker.filter(|maker| *maker != by) {
                foreign.push((id.clone(), maker.clone()));
                continue;
            }
            match &mut chain.life {
                Life::Type(life) => {
                    life.manifest = Some(index);
                    life.name = Some(manifest.name.clone());
                    life.category = manifest.category.or(life.category);
                    let suppliers = manifest.supplies.iter();
                    let suppliers = suppliers.filter_map(|supply| supply.supplier.clone());
                    let manufacturers = manifest.manufacturers.iter().cloned();
                    let named = manufacturers.map(FactKey::Manufacturer);
                    for key in named.chain(suppliers.map(FactKey::Supplier)) {
                        self.changes.facts.insert(id.clone(), key, Some(Fact::Holds));
                    }
                }
                Life::Artefact(life) => {
                    life.manifest = Some(index);
                    life.name = Some(manifest.name.clone());
                    life.version.clone_from(&manifest.version);
                    life.released = life.released.or(Some(index));
                    life.producer = Some(by.clone());
                    life.is_limited |= !manifest.runs_on.is_empty();
                    for of_type in &manifest.runs_on {
                        let key = FactKey::RunsOn(of_type.clone());
                        self.changes.facts.insert(id.clone(), key, Some(Fact::Holds));
                    }
                }
                Life::Unit(_) | Life::Slot(_) | Life::Act(_) | Life::Index(_) => {}
            }
        }
        for (id, maker) in foreign {
            let by = by.clone();
            self.find(&id, Detail::ForeignManifest { by, maker });
        }
    }

    fn manufacture(&mut self, manufacture: &Manufacture) -> Result<(), V::Error> {
        let (index, by) = (self.index, self.event.by.clone());
        let of_type = &manufacture.of_type;
        let named = self.component(of_type, |_| ())?.is_some()
            && self.fact(of_type, &FactKey::Manufacturer(by.clone()))?.is_some();
        let maker = of_type.org().cloned();
        for unit in self.subjects(Kind::Unit) {
            let id = SubjectId::from(unit.clone());
            if maker.as_ref() != Some(&by) && !named {
                let (by, of_type) = (by.clone(), of_type.clone());
                self.find(&id, Detail::UnnamedManufacturer { by, of_type });
            }
            if unit.org().is_some_and(|org| Some(org) != maker.as_ref()) {
                let of_type = of_type.clone();
                self.find(&id, Detail::ForeignType { of_type });
            }
            let Some(life) = self.unit_mut(&unit) else {
                continue;
            };
            if let Some(born) = life.born {
                self.find(&id, Detail::SecondBirth { born });
                continue;
            }
            life.born = Some(index);
            life.of_type = Some(of_type.clone());
            life.title = Some(by.clone());
            self.passes(&unit, Some(by.clone()), Passage::Birth);
        }
        match &manufacture.firmware {
            Some(firmware) => self.runs(firmware, None),
            None => Ok(()),
        }
    }

    fn insert_part(
        &mut self,
        parent: &ComponentId,
        part: &ComponentId,
        position: Option<&str>,
    ) -> Result<(), V::Error> {
        let id = SubjectId::from(part.clone());
        if self.is_inside(parent, part)? {
            let parent = parent.clone();
            self.find(&id, Detail::Cycle { parent });
            return Ok(());
        }
        let (held, holder) = (self.custodian_of(part)?, self.custodian_of(parent)?);
        let known = self.unit(part, |life| life.parent().cloned())?;
        if known.as_ref() != Some(parent) {
            let parent = parent.clone();
            self.passes(part, None, Passage::Insertion { parent });
        }
        match known {
            Some(known) if known != *parent => {
                let parent = parent.clone();
                self.find(&id, Detail::TwoParents { parent, known });
            }
            _ => {
                if let (Some(held), Some(holder)) = (held, holder)
                    && held != holder
                {
                    let parent = parent.clone();
                    let detail = Detail::PartOfAnother { parent, holder, held };
                    self.find(&id, detail);
                }
            }
        }
        if self.unit_mut(parent).is_some() {
            let position = Fact::Position(position.map(str::to_owned));
            self.set_fact(parent, FactKey::Part(part.clone()), Some(position));
        }
        Ok(())
    }

    fn remove_part(&mut self, parent: &ComponentId, part: &ComponentId) -> Result<(), V::Error> {
        let custodian = self.custodian_of(parent)?;
        let known = self.unit(part, |life| life.parent().cloned())?;
        if known.as_ref() != Some(parent) {
            let parent = parent.clone();
            let detail = match known {
                None => Detail::NotInParent { parent },
                Some(known) => Detail::InAnotherParent { parent, known },
            };
            self.find(&part.clone().into(), detail);
        }
        let how = Passage::Removal {
            parent: parent.clone(),
        };
        self.passes(part, custodian, how);
        if self.unit_mut(parent).is_some() {
            self.set_fact(parent, FactKey::Part(part.clone()), None);
        }
        Ok(())
    }

    /// Whether `inner` is `outer` or inside it, at any depth that is followed.
    fn is_inside(&self, inner: &ComponentId, outer: &ComponentId) -> Result<bool, V::Error> {
        let mut at = inner.clone();
        for _ in 0..MAX_NESTING {
            if at == *outer {
                return Ok(true);
            }
            match self.unit(&at, |life| life.parent().cloned())? {
                Some(parent) => at = parent,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn install(&mut self, install: &Install) -> Result<(), V::Error> {
        let operator = install.operator.clone().unwrap_or_else(|| self.event.by.clone());
        let units = self.subjects(Kind::Unit);
        for slot in self.subjects(Kind::Slot) {
            let id = SubjectId::from(slot.clone());
            if slot.org().is_some_and(|org| *org != operator) {
                let by = operator.clone();
                self.find(&id, Detail::ForeignSlot { by });
            }
            for unit in &units {
                if let Some(occupant) = self.other_occupant(&slot, unit)? {
                    let unit = unit.clone();
                    self.find(&id, Detail::SlotOccupied { unit, occupant });
                }
                let known = self.unit(unit, |life| life.slot.clone())?;
                if let Some(known) = known.filter(|known| *known != slot) {
                    let slot = slot.clone();
                    self.find(&unit.clone().into(), Detail::TwoPlaces { slot, known });
                }
                self.take_custody(unit, &operator)?;
                if let Some(life) = self.unit_mut(unit) {
                    life.slot = Some(slot.clone());
                }
            }
            let artefacts = self.subjects(Kind::Artefact);
            if let Some(life) = self.slot_mut(&slot) {
                life.category = Some(install.category);
                life.area = Some(install.area);
            }
            for unit in &units {
                self.enter_slot(&slot, unit)?;
            }
            for artefact in &artefacts {
                self.set_fact(&slot, FactKey::Occupant(artefact.clone()), Some(Fact::Holds));
                self.check_release(&slot, artefact)?;
            }
        }
        match &install.firmware {
            Some(firmware) => {
                for unit in &units {
                    if let Some(known) = self
                        .firmware_of(unit)?
                        .filter(|known| *known != firmware.artefact)
                    {
                        let got = firmware.artefact.clone();
                        self.find(&unit.clone().into(), Detail::InstalledWith { got, known });
                    }
                }
                self.runs(firmware, None)
            }
            None => Ok(()),
        }
    }

    fn maintain(&mut self, maintain: &Maintain) -> Result<(), V::Error> {
        if let Some(parent) = &maintain.parent {
            for part in &maintain.parts_out {
                self.remove_part(parent, part)?;
            }
            for part in &maintain.parts_in {
                self.insert_part(parent, part, None)?;
            }
        }
        if maintain.action != MaintenanceAction::Remove {
            return Ok(());
        }
        for unit in self.subjects(Kind::Unit) {
            if !maintain.parts_out.contains(&unit) && !maintain.parts_in.contains(&unit) {
                self.leave_slot(&unit)?;
            }
        }
        Ok(())
    }

    /// Takes a unit out of the slot that is a subject of the same statement.
    fn leave_slot(&mut self, unit: &ComponentId) -> Result<(), V::Error> {
        let slots = self.subjects(Kind::Slot);
        let known = self.unit(unit, |life| life.slot.clone())?;
        match known.filter(|known| slots.contains(known)) {
            Some(slot) => {
                self.clear_slot(&slot, unit)?;
                if let Some(life) = self.unit_mut(unit) {
                    life.slot = None;
                }
            }
            None => {
                self.find(&unit.clone().into(), Detail::NotInSlot {});
            }
        }
        Ok(())
    }

    /// The neighbours of a unit in a slot, if it is in it.
    fn neighbours(&self, slot: &ComponentId, unit: &ComponentId) -> Result<Option<Neighbours>, V::Error> {
        let fact = self.fact(slot, &FactKey::Occupant(unit.clone()))?;
        Ok(fact.and_then(|fact| match fact {
            Fact::Between(neighbours) => Some(*neighbours),
            _ => None,
        }))
    }

    fn set_neighbours(&mut self, slot: &ComponentId, unit: &ComponentId, neighbours: Neighbours) {
        let fact = Fact::Between(Box::new(neighbours));
        self.set_fact(slot, FactKey::Occupant(unit.clone()), Some(fact));
    }

    fn newest_in(&self, slot: &ComponentId) -> Result<Option<ComponentId>, V::Error> {
        let newest = self.component(slot, |chain| chain.slot()?.newest.clone())?;
        Ok(newest.flatten())
    }

    /// The last unit beside this one that was put into a slot and is in it.
    fn other_occupant(
        &self,
        slot: &ComponentId,
        unit: &ComponentId,
    ) -> Result<Option<ComponentId>, V::Error> {
        match self.newest_in(slot)? {
            Some(newest) if newest == *unit => {
                let neighbours = self.neighbours(slot, unit)?;
                Ok(neighbours.and_then(|neighbours| neighbours.before))
            }
            newest => Ok(newest),
        }
    }

    /// Adds a unit to those in a slot, if it is none of them.
    fn enter_slot(&mut self, slot: &ComponentId, unit: &ComponentId) -> Result<(), V::Error> {
        if self.neighbours(slot, unit)?.is_some() {
            return Ok(());
        }
        let before = self.newest_in(slot)?;
        if let Some(before) = &before
            && let Some(mut neighbours) = self.neighbours(slot, before)?
        {
            neighbours.after = Some(unit.clone());
            self.set_neighbours(slot, before, neighbours);
        }
        self.set_neighbours(slot, unit, Neighbours { before, after: None });
        if let Some(life) = self.slot_mut(slot) {
            life.newest = Some(unit.clone());
        }
        Ok(())
    }

    /// Takes a unit from those in a slot.
    fn clear_slot(&mut self, slot: &ComponentId, unit: &ComponentId) -> Result<(), V::Error> {
        let Some(Neighbours { before, after }) = self.neighbours(slot, unit)? else {
            return Ok(());
        };
        self.set_fact(slot, FactKey::Occupant(unit.clone()), None);
        if let Some(before) = &before
            && let Some(mut neighbours) = self.neighbours(slot, before)?
        {
            neighbours.after.clone_from(&after);
            self.set_neighbours(slot, before, neighbours);
        }
        match &after {
            Some(after) => {
                if let Some(mut neighbours) = self.neighbours(slot, after)? {
                    neighbours.before = before;
                    self.set_neighbours(slot, after, neighbours);
                }
            }
            None => {
                if let Some(life) = self.slot_mut(slot) {
                    life.newest = before;
                }
            }
        }
        Ok(())
    }

    fn decommission(&mut self) -> Result<(), V::Error> {
        let index = self.index;
        for unit in self.subjects(Kind::Unit) {
            self.check_custodian(&unit)?;
            if !self.subjects(Kind::Slot).is_empty() {
                self.leave_slot(&unit)?;
            }
        }
        for chain in self.changes.chains.values_mut() {
            chain.ended = chain.ended.or(Some(index));
        }
        Ok(())
    }
}
