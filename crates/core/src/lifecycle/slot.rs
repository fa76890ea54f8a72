//! What is in a slot. A slot is written by the organisation in its id; what moved away with its signature is not there any more.

use std::collections::BTreeSet;

use super::{
    ChangedBy, Detail, Fact, FactKey, FoundAt, Neighbours, Passage, Register, TransferState, View,
    applying::Applying, facts,
};
use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::event::operation::Install,
};

impl<V: View> Applying<'_, V> {
    pub(super) fn install(&mut self, install: &Install) -> Result<(), V::Error> {
        let units = self.subjects(Kind::Unit);
        for slot in self.subjects(Kind::Slot) {
            let id = SubjectId::from(slot.clone());
            let Some(operator) = slot.org().cloned().filter(|operator| self.is_signed_by(operator)) else {
                let by = self.event.by.clone();
                self.find(&id, FoundAt::Entry, Detail::ForeignSlot { by })?;
                continue;
            };
            self.tells_time(&id, FoundAt::Chain)?;
            if let Some(life) = self.slot_mut(&slot) {
                life.category = Some(install.category);
                life.area = Some(install.area);
            }
            for unit in &units {
                self.comes_into(&slot, unit, &operator, install)?;
            }
            for artefact in self.subjects(Kind::Artefact) {
                self.set_fact(&slot, FactKey::Occupant(artefact.clone()), Some(Fact::Holds));
                self.check_release((&slot, FoundAt::Chain), &artefact, None)?;
            }
            if let Some(firmware) = install.firmware.as_ref() {
                self.slot_runs(&slot, firmware, units.is_empty())?;
            }
        }
        Ok(())
    }

    fn comes_into(
        &mut self,
        slot: &ComponentId,
        unit: &ComponentId,
        operator: &OrgId,
        install: &Install,
    ) -> Result<(), V::Error> {
        self.check_occupant(slot, unit)?;
        self.enter_slot(slot, unit)?;
        let id = SubjectId::from(unit.clone());
        let line = match (self.held_by(unit, operator)?, self.held(unit)?) {
            (Some(line), _) => line,
            // Its holder installs it in another's slot, together with it.
            (None, Some(line)) => {
                let from = self.rights(unit, line)?.unwrap_or_else(|| self.event.by.clone());
                let (given, state) = (Some(self.index), TransferState::Accepted);
                self.hand_over(unit, line, operator, Passage::Receipt { from, given, state })?;
                line
            }
            (None, None) => match self.begin(unit, operator, Passage::Installation)? {
                Some(line) => line,
                None => return self.claim(unit),
            },
        };
        self.speaks_on(unit, line)?;
        let known = self.line(unit, line, |life| life.slot.clone())?.flatten();
        if let Some(known) = known.filter(|known| known != slot) {
            let slot = slot.clone();
            self.find(&id, FoundAt::Line(line), Detail::TwoPlaces { slot, known })?;
        }
        if self.may_change(unit, line, Register::Place)? {
            self.change(unit, line, |life| life.slot = Some(slot.clone()))?;
        }
        let Some(firmware) = &install.firmware else {
            return Ok(());
        };
        let known = self.line(unit, line, |life| life.firmware.clone())?.flatten();
        if let Some(known) = known.filter(|known| *known != firmware.artefact) {
            let got = firmware.artefact.clone();
            self.find(&id, FoundAt::Line(line), Detail::InstalledWith { got, known })?;
        }
        self.unit_runs(unit, line, &firmware.artefact, None)
    }

    /// Notes another unit that is in the slot; one that moved away is taken out of it.
    fn check_occupant(&mut self, slot: &ComponentId, unit: &ComponentId) -> Result<(), V::Error> {
        while let Some(occupant) = self.other_occupant(slot, unit)? {
            if !facts::has_left(self, slot, &occupant)? {
                let (id, unit) = (SubjectId::from(slot.clone()), unit.clone());
                return self.find(&id, FoundAt::Chain, Detail::SlotOccupied { unit, occupant });
            }
            self.clear_slot(slot, &occupant)?;
        }
        Ok(())
    }

    /// A unit leaves the slot that it is in. The slot's own list follows where its organisation signed.
    pub(super) fn leaves_place(&mut self, unit: &ComponentId, line: EntryIndex) -> Result<(), V::Error> {
        let giver = self.rights(unit, line)?;
        let (at, mut signers) = (self.index, self.signers().cloned().collect::<BTreeSet<_>>());
        signers.extend(giver);
        let slot = self.change(unit, line, |life| {
            let slot = life.slot.take()?;
            life.changed.insert(Register::Place, ChangedBy { at, signers });
            Some(slot)
        })?;
        match slot.flatten().filter(|slot| self.is_signed_by_owner(slot)) {
            Some(slot) if self.slot_mut(&slot).is_some() => self.clear_slot(&slot, unit),
            _ => Ok(()),
        }
    }

    /// Takes a unit out of the slots among the subjects: from the list of each whose organisation signed, and on the signers' line.
    pub(super) fn removed(&mut self, unit: &ComponentId, line: Option<EntryIndex>) -> Result<(), V::Error> {
        let slots = self.subjects(Kind::Slot);
        let mut is_owner = false;
        for slot in &slots {
            if self.is_signed_by_owner(slot) {
                is_owner = true;
                self.clear_slot(slot, unit)?;
                self.tells_time(&slot.clone().into(), FoundAt::Chain)?;
            }
        }
        let Some(line) = line else {
            return if is_owner { Ok(()) } else { self.claim(unit) };
        };
        let place = self.line(unit, line, |life| life.slot.clone())?.flatten();
        if !place.is_some_and(|place| slots.contains(&place)) {
            return self.find(&unit.clone().into(), FoundAt::Line(line), Detail::NotInSlot {});
        }
        if self.may_change(unit, line, Register::Place)? {
            self.change(unit, line, |life| life.slot = None)?;
        }
        Ok(())
    }

    /// The neighbours of a unit in a slot, if it is in it.
    fn neighbours(&self, slot: &ComponentId, unit: &ComponentId) -> Result<Option<Neighbours>, V::Error> {
        let fact = self.known(slot, &FactKey::Occupant(unit.clone()))?;
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
}
