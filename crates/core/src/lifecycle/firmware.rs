//! Which firmware runs where, and whether it may.

use super::{Detail, Fact, FactKey, FactKind, FoundAt, Register, View, applying::Applying};
use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::event::{
        Firmware,
        operation::{Measure, Update},
    },
};

impl<V: View> Applying<'_, V> {
    /// Beside a unit, a slot is where it runs, not what is checked.
    pub(super) fn update(&mut self, update: &Update) -> Result<(), V::Error> {
        let units = self.subjects(Kind::Unit);
        for unit in &units {
            let Some(line) = self.acts_on(unit)? else {
                self.claim(unit)?;
                continue;
            };
            let known = self.line(unit, line, |life| life.firmware.clone())?.flatten();
            if let (Some(claimed), Some(known)) = (&update.from, known)
                && *claimed != known
            {
                let got = claimed.clone();
                self.find(
                    &unit.clone().into(),
                    FoundAt::Line(line),
                    Detail::UpdatedFrom { got, known },
                )?;
            }
            self.unit_runs(unit, line, &update.to.artefact, update.approved_by.as_ref())?;
        }
        for slot in self.subjects(Kind::Slot) {
            if !self.is_signed_by_owner(&slot) {
                self.claim(&slot)?;
                continue;
            }
            let known = self.slot_firmware(&slot)?;
            if let (Some(claimed), Some(known)) = (&update.from, known)
                && *claimed != known
            {
                let got = claimed.clone();
                self.find(
                    &slot.clone().into(),
                    FoundAt::Chain,
                    Detail::UpdatedFrom { got, known },
                )?;
            }
            self.tells_time(&slot.clone().into(), FoundAt::Chain)?;
            self.slot_runs(&slot, &update.to, units.is_empty())?;
        }
        Ok(())
    }

    /// Who measures what it does not decide about says what it saw: that changes nothing, and what differs is told at the entry.
    pub(super) fn measured(&mut self, measure: &Measure) -> Result<(), V::Error> {
        let found = &measure.found;
        for unit in self.subjects(Kind::Unit) {
            let held = self.held(&unit)?;
            let shown = self.unit(&unit, |life| life.began)?;
            let known = match held.or(shown) {
                Some(line) => self.line(&unit, line, |life| life.firmware.clone())?.flatten(),
                None => None,
            };
            let differs = known.filter(|known| *known != found.artefact);
            if let Some(known) = differs.clone() {
                let got = found.artefact.clone();
                let on = held.map_or(FoundAt::Entry, FoundAt::Line);
                self.find(&unit.clone().into(), on, Detail::Measured { got, known })?;
            }
            if let Some(line) = held {
                let runs = self.line(&unit, line, |life| life.firmware.clone())?.flatten();
                if runs.as_ref() != Some(&found.artefact) {
                    self.unit_runs(&unit, line, &found.artefact, None)?;
                }
            }
        }
        for slot in self.subjects(Kind::Slot) {
            let is_own = self.is_signed_by_owner(&slot);
            let known = self.slot_firmware(&slot)?;
            if known.as_ref() == Some(&found.artefact) {
                continue;
            }
            if let Some(known) = known {
                let got = found.artefact.clone();
                let on = if is_own { FoundAt::Chain } else { FoundAt::Entry };
                self.find(&slot.clone().into(), on, Detail::Measured { got, known })?;
            }
            if is_own {
                self.slot_runs(&slot, found, true)?;
            }
        }
        Ok(())
    }

    fn slot_firmware(&self, slot: &ComponentId) -> Result<Option<ComponentId>, V::Error> {
        let firmware = self.component(slot, |chain| chain.slot()?.firmware.clone())?;
        Ok(firmware.flatten())
    }

    /// A unit runs an artefact from now on, on a line that the signers decide about.
    pub(super) fn unit_runs(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        artefact: &ComponentId,
        approved: Option<&OrgId>,
    ) -> Result<(), V::Error> {
        self.check_release((unit, FoundAt::Line(line)), artefact, approved)?;
        if self.may_change(unit, line, Register::Firmware)? {
            self.change(unit, line, |life| life.firmware = Some(artefact.clone()))?;
        }
        Ok(())
    }

    /// The same of a slot, by its own organisation.
    pub(super) fn slot_runs(
        &mut self,
        slot: &ComponentId,
        firmware: &Firmware,
        is_checked: bool,
    ) -> Result<(), V::Error> {
        if is_checked {
            self.check_release((slot, FoundAt::Chain), &firmware.artefact, None)?;
        }
        if let Some(life) = self.slot_mut(slot) {
            life.firmware = Some(firmware.artefact.clone());
        }
        Ok(())
    }

    /// Whether somebody released an artefact who may for this unit: the maker of its type, or a supplier whom the maker names; if not, whether
    /// at least those did who stand by the statement or approved it. Others' releases are no matter.
    pub(super) fn check_release(
        &mut self,
        (id, on): (&ComponentId, FoundAt),
        artefact: &ComponentId,
        approved: Option<&OrgId>,
    ) -> Result<(), V::Error> {
        let of_type = match on {
            FoundAt::Line(line) => self.line(id, line, |life| life.of_type.clone())?.flatten(),
            FoundAt::Chain | FoundAt::Entry => None,
        };
        if id.kind() != Kind::Unit {
            let is_released = self.component(artefact, |chain| chain.artefact()?.released)?;
            return match is_released.flatten() {
                Some(_) => Ok(()),
                None => self.unreleased(id, on, artefact),
            };
        }
        let mut producers: Vec<OrgId> = id.org().cloned().into_iter().collect();
        if let Some(of_type) = &of_type {
            producers.extend(of_type.org().cloned());
            producers.extend(self.suppliers(of_type)?);
        }
        // The chain is asked for before its facts are.
        self.component(artefact, |_| ())?;
        let (mut is_released, mut fits) = (false, false);
        for producer in producers {
            if let Some(is_limited) = self.release(artefact, &producer)? {
                is_released = true;
                fits |= match &of_type {
                    Some(of_type) if is_limited => {
                        let runs_on = FactKey::RunsOn(producer, of_type.clone());
                        self.known(artefact, &runs_on)?.is_some()
                    }
                    _ => true,
                };
            }
        }
        let subject = SubjectId::from(id.clone());
        match (is_released, fits, of_type) {
            (true, true, _) | (true, _, None) => Ok(()),
            (true, false, Some(of_type)) => {
                let artefact = artefact.clone();
                self.find(&subject, on, Detail::WrongFirmware { artefact, of_type })
            }
            (false, _, of_type) => {
                let vouchers: Vec<_> = self.signers().chain(approved).cloned().collect();
                for producer in vouchers {
                    if let (Some(of_type), Some(_)) = (&of_type, self.release(artefact, &producer)?) {
                        let (artefact, of_type) = (artefact.clone(), of_type.clone());
                        let foreign = Detail::ForeignFirmware {
                            artefact,
                            producer,
                            of_type,
                        };
                        return self.find(&subject, on, foreign);
                    }
                }
                self.unreleased(id, on, artefact)
            }
        }
    }

    fn unreleased(&mut self, id: &ComponentId, on: FoundAt, artefact: &ComponentId) -> Result<(), V::Error> {
        let artefact = artefact.clone();
        self.find(&id.clone().into(), on, Detail::UnreleasedFirmware { artefact })
    }

    /// Whether a producer released an artefact, and if so whether for some types only.
    fn release(&self, artefact: &ComponentId, producer: &OrgId) -> Result<Option<bool>, V::Error> {
        let fact = self.known(artefact, &FactKey::Release(producer.clone()))?;
        Ok(match fact {
            Some(Fact::Release { is_limited }) => Some(is_limited),
            _ => None,
        })
    }

    /// Whom the maker of a type names as suppliers: as many as it said itself.
    fn suppliers(&self, of_type: &ComponentId) -> Result<Vec<OrgId>, V::Error> {
        self.component(of_type, |_| ())?;
        let facts = self
            .facts(&of_type.clone().into(), FactKind::Supplier)?
            .into_iter();
        let named = facts.filter_map(|(key, _)| match key {
            FactKey::Supplier(supplier) => Some(supplier),
            _ => None,
        });
        Ok(named.collect())
    }
}
