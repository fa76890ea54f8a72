//! Which firmware runs where, and whether it may.

use super::{Detail, FactKey, Life, View, applying::Applying};
use crate::{
    id::{ComponentId, Kind, OrgId},
    statement::event::Firmware,
};

/// What decides on where a released artefact may run.
struct Released {
    is_limited: bool,
    producer: Option<OrgId>,
}

impl<V: View> Applying<'_, V> {
    /// Every unit and slot among the subjects runs `firmware` from now on. Beside a unit, a slot is where it runs, not what is checked.
    pub(super) fn runs(&mut self, firmware: &Firmware, from: Option<&ComponentId>) -> Result<(), V::Error> {
        let units = self.subjects(Kind::Unit);
        for id in units
            .iter()
            .cloned()
            .chain(self.subjects(Kind::Slot))
            .collect::<Vec<_>>()
        {
            if let (Some(claimed), Some(known)) = (from, self.firmware_of(&id)?)
                && *claimed != known
            {
                let got = claimed.clone();
                self.find(&id.clone().into(), Detail::UpdatedFrom { got, known });
            }
            if id.kind() == Kind::Unit || units.is_empty() {
                self.check_release(&id, &firmware.artefact)?;
            }
            self.set_firmware(&id, &firmware.artefact);
        }
        Ok(())
    }

    pub(super) fn measured(&mut self, found: &Firmware) -> Result<(), V::Error> {
        for id in [self.subjects(Kind::Unit), self.subjects(Kind::Slot)].concat() {
            match self.firmware_of(&id)? {
                Some(known) if known == found.artefact => continue,
                Some(known) => {
                    let got = found.artefact.clone();
                    self.find(&id.clone().into(), Detail::Measured { got, known });
                }
                None => {}
            }
            self.check_release(&id, &found.artefact)?;
            self.set_firmware(&id, &found.artefact);
        }
        Ok(())
    }

    pub(super) fn firmware_of(&self, id: &ComponentId) -> Result<Option<ComponentId>, V::Error> {
        let firmware = self.component(id, |chain| match &chain.life {
            Life::Unit(unit) => unit.firmware.clone(),
            Life::Slot(slot) => slot.firmware.clone(),
            _ => None,
        })?;
        Ok(firmware.flatten())
    }

    fn set_firmware(&mut self, id: &ComponentId, artefact: &ComponentId) {
        if let Some(unit) = self.unit_mut(id) {
            unit.firmware = Some(artefact.clone());
        } else if let Some(slot) = self.slot_mut(id) {
            slot.firmware = Some(artefact.clone());
        }
    }

    pub(super) fn check_release(&mut self, id: &ComponentId, artefact: &ComponentId) -> Result<(), V::Error> {
        let life = self.component(artefact, |chain| {
            let life = chain.artefact()?;
            let is_released = life.released.is_some();
            is_released.then(|| Released {
                is_limited: life.is_limited,
                producer: life.producer.clone(),
            })
        })?;
        let released = life.flatten();
        let finding = match released {
            None => Some(Detail::UnreleasedFirmware {
                artefact: artefact.clone(),
            }),
            Some(life) => match self.unit(id, |life| life.of_type.clone())? {
                Some(of_type) => self.check_fit(&of_type, artefact, &life)?,
                None => None,
            },
        };
        if let Some(detail) = finding {
            self.find(&id.clone().into(), detail);
        }
        Ok(())
    }

    /// Whether a released artefact is meant for a type, and its producer somebody whom the type's maker names.
    fn check_fit(
        &self,
        of_type: &ComponentId,
        artefact: &ComponentId,
        life: &Released,
    ) -> Result<Option<Detail>, V::Error> {
        let (artefact, of_type) = (artefact.clone(), of_type.clone());
        let runs_on = FactKey::RunsOn(of_type.clone());
        if life.is_limited && self.fact(&artefact, &runs_on)?.is_none() {
            return Ok(Some(Detail::WrongFirmware { artefact, of_type }));
        }
        let Some(producer) = life
            .producer
            .as_ref()
            .filter(|producer| of_type.org() != Some(producer))
        else {
            return Ok(None);
        };
        let manifest = self.component(&of_type, |chain| chain.type_life()?.manifest)?;
        let supplier = FactKey::Supplier(producer.clone());
        if manifest.flatten().is_none() || self.fact(&of_type, &supplier)?.is_some() {
            return Ok(None);
        }
        let producer = producer.clone();
        Ok(Some(Detail::ForeignFirmware {
            artefact,
            producer,
            of_type,
        }))
    }
}
