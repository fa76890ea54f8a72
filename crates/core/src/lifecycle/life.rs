//! Beginning and end of components, and which rule each event is.

use super::{Detail, Fact, FactKey, FoundAt, Life, Passage, Register, View, applying::Applying};
use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::event::{
        Event,
        make::{Manifest, Manufacture},
        operation::{Decommission, Destination, Maintain, MaintenanceAction},
        role::Role,
    },
};

impl<V: View> Applying<'_, V> {
    pub(super) fn event(&mut self) -> Result<(), V::Error> {
        let event = self.event;
        match &event.event {
            Event::Manifest(manifest) => self.manifest(manifest),
            Event::Manufacture(manufacture) => self.manufacture(manufacture),
            Event::Assemble(assemble) => self.assemble(assemble),
            Event::Ship(ship) => self.ship(ship),
            Event::Receive(receive) => self.receive(receive),
            Event::Store(_) => {
                for unit in self.subjects(Kind::Unit) {
                    self.acts_as_holder(&unit)?;
                }
                Ok(())
            }
            Event::Install(install) => self.install(install),
            Event::Update(update) => self.update(update),
            Event::Measure(measure) => self.measured(measure),
            Event::Maintain(maintain) => self.maintain(maintain),
            Event::Recall(_) => {
                self.recall();
                Ok(())
            }
            Event::Decommission(decommission) => self.decommission(decommission),
            Event::Restrict(restrict) => {
                for chain in self.changes.chains.values_mut() {
                    chain.life = Life::Act(Some(restrict.status));
                }
                Ok(())
            }
            Event::Test(_)
            | Event::Certify(_)
            | Event::Notice(_)
            | Event::Correct(_)
            | Event::Evidence(_)
            | Event::Finding(_) => Ok(()),
        }
    }

    /// Statements about the record, not about the thing: they may come after the end.
    pub(super) fn is_comment(&self) -> bool {
        matches!(
            self.event.event,
            Event::Correct(_) | Event::Evidence(_) | Event::Finding(_) | Event::Notice(_) | Event::Recall(_)
        )
    }

    /// A type is described by the organisation in its id, a release by whoever makes it: two producers of one artefact make two releases.
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), V::Error> {
        let by = self.event.by.clone();
        for of_type in self.subjects(Kind::Type) {
            if self.is_signed_by_owner(&of_type) {
                self.describe(&of_type, manifest)?;
            } else if let Some(maker) = of_type.org().cloned() {
                let by = by.clone();
                self.find(
                    &of_type.into(),
                    FoundAt::Entry,
                    Detail::ForeignManifest { by, maker },
                )?;
            }
        }
        for artefact in self.subjects(Kind::Artefact) {
            match manifest.producer.clone().filter(|producer| *producer != by) {
                Some(maker) => {
                    let by = by.clone();
                    self.find(
                        &artefact.into(),
                        FoundAt::Entry,
                        Detail::ForeignManifest { by, maker },
                    )?;
                }
                None => self.release_by(&by, &artefact, manifest)?,
            }
        }
        Ok(())
    }

    fn describe(&mut self, of_type: &ComponentId, manifest: &Manifest) -> Result<(), V::Error> {
        let (id, index) = (SubjectId::from(of_type.clone()), self.index);
        self.tells_time(&id, FoundAt::Chain)?;
        if let Some(chain) = self.changes.chains.get_mut(&id)
            && let Life::Type(life) = &mut chain.life
        {
            life.manifest = Some(index);
            life.name = Some(manifest.name.clone());
            life.category = manifest.category.or(life.category);
        }
        let suppliers = manifest.supplies.iter();
        let suppliers = suppliers.filter_map(|supply| supply.supplier.clone());
        let manufacturers = manifest.manufacturers.iter().cloned();
        let named = manufacturers.map(FactKey::Manufacturer);
        for key in named.chain(suppliers.map(FactKey::Supplier)) {
            self.set_fact(of_type, key, Some(Fact::Holds));
        }
        Ok(())
    }

    fn release_by(
        &mut self,
        by: &OrgId,
        artefact: &ComponentId,
        manifest: &Manifest,
    ) -> Result<(), V::Error> {
        let (id, index) = (SubjectId::from(artefact.clone()), self.index);
        let release = FactKey::Release(by.clone());
        let was_limited = matches!(
            self.known(artefact, &release)?,
            Some(Fact::Release { is_limited: true })
        );
        let is_limited = was_limited || !manifest.runs_on.is_empty();
        self.set_fact(artefact, release, Some(Fact::Release { is_limited }));
        for of_type in &manifest.runs_on {
            let key = FactKey::RunsOn(by.clone(), of_type.clone());
            self.set_fact(artefact, key, Some(Fact::Holds));
        }
        let Some(chain) = self.changes.chains.get_mut(&id) else {
            return Ok(());
        };
        let Life::Artefact(life) = &mut chain.life else {
            return Ok(());
        };
        // What is shown is that of who released it first.
        if *life.producer.get_or_insert_with(|| by.clone()) == *by {
            life.manifest = Some(index);
            life.name = Some(manifest.name.clone());
            life.version.clone_from(&manifest.version);
            life.released = life.released.or(Some(index));
            self.tells_time(&id, FoundAt::Chain)?;
        }
        Ok(())
    }

    fn manufacture(&mut self, manufacture: &Manufacture) -> Result<(), V::Error> {
        let of_type = &manufacture.of_type;
        let type_maker = of_type.org().cloned();
        // The type's chain is asked for before its facts are.
        self.component(of_type, |_| ())?;
        for unit in self.subjects(Kind::Unit) {
            let id = SubjectId::from(unit.clone());
            let owner = unit.org().filter(|owner| self.is_signed_by(owner)).cloned();
            let maker = owner.unwrap_or_else(|| self.event.by.clone());
            if unit.org().is_some_and(|owner| Some(owner) != type_maker.as_ref()) {
                let of_type = of_type.clone();
                self.find(&id, FoundAt::Entry, Detail::ForeignType { of_type })?;
                continue;
            }
            if let Some((line, born)) = self.made_by(&unit, &maker)? {
                self.find(&id, FoundAt::Line(line), Detail::SecondBirth { born })?;
                continue;
            }
            // Whoever holds what another made does not make it again by saying so.
            let held = self.held_by(&unit, &maker)?;
            let is_born = match held {
                Some(line) => self.line(&unit, line, |life| life.born)?.flatten().is_some(),
                None => false,
            };
            let line = match held.filter(|_| !is_born) {
                Some(line) => {
                    self.speaks_on(&unit, line)?;
                    line
                }
                None => match self.begin(&unit, &maker, Passage::Birth)? {
                    Some(line) => line,
                    None => continue,
                },
            };
            self.born(&unit, line, &maker, of_type)?;
            if let Some(firmware) = &manufacture.firmware {
                self.unit_runs(&unit, line, &firmware.artefact, None)?;
            }
        }
        Ok(())
    }

    /// The line on which an organisation made a unit, and the entry of that birth.
    fn made_by(
        &self,
        unit: &ComponentId,
        maker: &OrgId,
    ) -> Result<Option<(EntryIndex, EntryIndex)>, V::Error> {
        let made = |life: &super::UnitLife| {
            let is_its = life.maker.as_ref() == Some(maker);
            life.began.zip(life.born.filter(|_| is_its))
        };
        for line in self.lines(unit)? {
            if let Some(made) = self.line(unit, line, made)?.flatten() {
                return Ok(Some(made));
            }
        }
        Ok(None)
    }

    /// A line has a birth. It counts if the maker is the organisation in the id, or one whom the type names; then it makes the line the record,
    /// unless an earlier one that counts comes before it.
    fn born(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        maker: &OrgId,
        of_type: &ComponentId,
    ) -> Result<(), V::Error> {
        let index = self.index;
        let is_own = unit.org().is_none_or(|owner| owner == maker);
        let is_named = of_type.org() == Some(maker)
            || self
                .known(of_type, &FactKey::Manufacturer(maker.clone()))?
                .is_some();
        self.change(unit, line, |life| {
            life.born = Some(index);
            life.maker = Some(maker.clone());
            life.of_type = Some(of_type.clone());
            life.title = Some(maker.clone());
        })?;
        self.changes_now(unit, line, Register::Title)?;
        if !is_named {
            let (by, of_type) = (maker.clone(), of_type.clone());
            let unnamed = Detail::UnnamedManufacturer { by, of_type };
            self.find(&unit.clone().into(), FoundAt::Line(line), unnamed)?;
        }
        let record = self.unit(unit, |life| {
            life.is_record.then(|| (life.began, life.maker.clone()))
        })?;
        let counts = match record {
            None => is_own || is_named,
            Some((_, ref earlier)) => unit.org() == Some(maker) && earlier.as_ref() != Some(maker),
        };
        if counts {
            if let Some(earlier) = record.and_then(|(began, _)| began).filter(|began| *began != line) {
                self.change(unit, earlier, |life| life.is_record = false)?;
            }
            self.show(unit, line)?;
            self.change(unit, line, |life| life.is_record = true)?;
        }
        Ok(())
    }

    fn maintain(&mut self, maintain: &Maintain) -> Result<(), V::Error> {
        let parts = || maintain.parts_out.iter().chain(&maintain.parts_in);
        if let Some(parent) = &maintain.parent
            && let Some(up) = self.acts_as_holder(parent)?
        {
            for part in &maintain.parts_out {
                self.taken_out(parent, up, part)?;
            }
            for part in &maintain.parts_in {
                self.goes_in((parent, up), part, None)?;
            }
        }
        for unit in self.subjects(Kind::Unit) {
            if parts().any(|part| *part == unit) || maintain.parent.as_ref() == Some(&unit) {
                continue;
            }
            let line = self.acts_on(&unit)?;
            if maintain.action == MaintenanceAction::Remove {
                self.removed(&unit, line)?;
            } else if line.is_none() {
                self.claim(&unit)?;
            }
        }
        Ok(())
    }

    /// A unit is recalled by who made it, by the organisation in its id, or by an authority.
    fn recall(&mut self) {
        let index = self.index;
        let is_authority = matches!(self.event.role, Role::Regulator | Role::Coordinator);
        for unit in self.subjects(Kind::Unit) {
            let is_owner = unit.org().is_none_or(|owner| self.is_signed_by(owner));
            let by = self.event.by.clone();
            if let Some(life) = self.unit_mut(&unit)
                && (is_authority || is_owner || life.maker.as_ref() == Some(&by))
            {
                life.recalled = Some(index);
            }
        }
    }

    /// What is handed on is not at its end; return and resale end the use alone.
    fn decommission(&mut self, decommission: &Decommission) -> Result<(), V::Error> {
        let index = self.index;
        let ends = decommission.to.is_none()
            && !matches!(
                decommission.destination,
                Destination::Resale | Destination::Return
            );
        let units = self.subjects(Kind::Unit);
        for unit in &units {
            let Some(line) = self.acts_as_holder(unit)? else {
                continue;
            };
            if !self.subjects(Kind::Slot).is_empty() {
                self.removed(unit, Some(line))?;
            }
            if let Some(to) = decommission.to.clone() {
                self.open_transfer(unit, line, (to, None, None))?;
            } else if ends && self.may_change(unit, line, Register::End)? {
                self.change(unit, line, |life| life.ended = life.ended.or(Some(index)))?;
            }
        }
        let artefacts = self.subjects(Kind::Artefact);
        for slot in self.subjects(Kind::Slot) {
            if !self.is_signed_by_owner(&slot) {
                continue;
            }
            for artefact in &artefacts {
                self.set_fact(&slot, FactKey::Occupant(artefact.clone()), None);
            }
            // With something in it, that ends there; alone, the slot does.
            let is_end = units.is_empty() && artefacts.is_empty();
            if let Some(chain) = self.changes.chains.get_mut(&slot.into()).filter(|_| is_end) {
                chain.ended = chain.ended.or(Some(index));
            }
        }
        Ok(())
    }
}
