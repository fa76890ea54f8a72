//! Who holds a unit. A transfer has two sides: the holder ships, the next holder receives against it.
//!
//! ```text
//! ship ──▶ open ──▶ (receive by the carrier: open, in the carrier's hands) ──▶ receive by the consignee ──▶ accepted
//!           │                                                    broken seals, dispute, other receiver ──▶ disputed
//!           └──▶ another ship ──▶ double
//! ```
//! Without a `ship` entry, one `receive` that both organisations signed is a transfer too: handed over in person.

use super::{
    CustodyChange, Detail, Fact, FactKey, MAX_NESTING, Moment, Passage, Transfer, TransferState, View,
    applying::Applying,
};
use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    statement::event::custody::{Inspection, Receive, SealState, Ship},
};

impl<V: View> Applying<'_, V> {
    /// Who holds a unit: a part is held by whoever holds the unit that it is in.
    pub(super) fn custodian_of(&self, unit: &ComponentId) -> Result<Option<OrgId>, V::Error> {
        let mut at = unit.clone();
        for _ in 0..MAX_NESTING {
            match self.unit(&at, |life| {
                Some((life.parent().cloned(), life.custodian().cloned()))
            })? {
                Some((Some(parent), _)) => at = parent,
                Some((None, custodian)) => return Ok(custodian),
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// From this entry on `holder` has the unit. While it is in another, nothing but moving it changes who has it.
    pub(super) fn passes(&mut self, unit: &ComponentId, holder: Option<OrgId>, how: Passage) {
        let at = Moment {
            entry: self.index,
            time: self.event.time,
        };
        let is_move = matches!(how, Passage::Insertion { .. } | Passage::Removal { .. });
        let Some(life) = self
            .unit_mut(unit)
            .filter(|life| is_move || life.parent().is_none())
        else {
            return;
        };
        let before = life.custody.replace(CustodyChange { at, holder, how });
        // Of several changes by one entry the last is how it leaves the unit.
        if let Some(before) = before.filter(|before| before.at.entry != at.entry) {
            let key = FactKey::Custody(before.at.entry);
            self.set_fact(unit, key, Some(Fact::Custody(Box::new(before))));
        }
    }

    /// Notes when the speaker acts as holder of a unit that somebody else holds.
    pub(super) fn check_custodian(&mut self, unit: &ComponentId) -> Result<(), V::Error> {
        let by = &self.event.by;
        if let Some(holder) = self.custodian_of(unit)?.filter(|holder| holder != by) {
            let (by, event) = (by.clone(), self.event.event.kind());
            self.find(&unit.clone().into(), Detail::NotCustodian { by, event, holder });
        }
        Ok(())
    }

    /// The operator who installs the unit has it now, whoever had it; somebody else having had it is a gap.
    pub(super) fn take_custody(&mut self, unit: &ComponentId, operator: &OrgId) -> Result<(), V::Error> {
        let known = self.custodian_of(unit)?;
        if known.as_ref() == Some(operator) {
            return Ok(());
        }
        if let Some(holder) = known {
            let by = operator.clone();
            self.find(&unit.clone().into(), Detail::InstalledByAnother { by, holder });
        }
        self.passes(unit, Some(operator.clone()), Passage::Installation);
        Ok(())
    }

    pub(super) fn ship(&mut self, ship: &Ship) -> Result<(), V::Error> {
        let (index, leaf, by) = (self.index, self.leaf, self.event.by.clone());
        for unit in self.subjects(Kind::Unit) {
            self.check_custodian(&unit)?;
            let id = SubjectId::from(unit.clone());
            if let Some(parent) = self.unit(&unit, |life| life.parent().cloned())? {
                self.find(&id, Detail::ShippedAlone { parent });
            }
            let Some(life) = self.unit_mut(&unit) else {
                continue;
            };
            let open = life.shipment.replace(Transfer {
                from: by.clone(),
                to: ship.to.clone(),
                carrier: ship.carrier.clone(),
                title_to: ship.title_to.clone(),
                shipped: Some((index, leaf)),
                received: None,
                state: TransferState::Open,
            });
            if let Some(mut transfer) = open {
                let open = transfer.began().unwrap_or(index);
                self.find(&id, Detail::DoubleTransfer { open });
                transfer.state = TransferState::Double;
                self.transfer_ends(&unit, transfer);
            }
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, receive: &Receive) -> Result<(), V::Error> {
        for unit in self.subjects(Kind::Unit) {
            self.receive_one(&unit, receive)?;
        }
        Ok(())
    }

    fn receive_one(&mut self, unit: &ComponentId, receive: &Receive) -> Result<(), V::Error> {
        let id = SubjectId::from(unit.clone());
        let (index, by) = (self.index, self.event.by.clone());
        let holder = self.custodian_of(unit)?;
        let disputed = receive.seals == SealState::Broken || receive.inspection == Inspection::Disputed;
        let countersigned = self.is_signed_by(&receive.from);
        let Some(life) = self.unit_mut(unit) else {
            return Ok(());
        };
        let answers = |transfer: &mut Transfer| {
            receive.ship.is_some() && transfer.shipped.map(|(_, leaf)| leaf) == receive.ship
        };
        let mut findings = Vec::new();
        let mut is_given = true;
        let transfer = match life.shipment.take_if(answers) {
            Some(mut transfer) => {
                transfer.received = Some(index);
                if by == transfer.to {
                    transfer.state = if disputed {
                        TransferState::Disputed
                    } else {
                        TransferState::Accepted
                    };
                    if let Some(title) = transfer.title_to.clone().filter(|_| !disputed) {
                        life.title = Some(title);
                    }
                } else if transfer.carrier.as_ref() != Some(&by) {
                    transfer.state = TransferState::Disputed;
                    let (by, to) = (by.clone(), transfer.to.clone());
                    findings.push(Detail::NotConsignee { by, to });
                } else if disputed {
                    transfer.state = TransferState::Disputed;
                }
                transfer
            }
            None => {
                let in_person = receive.ship.is_none() && countersigned;
                is_given = in_person;
                if !in_person {
                    let (by, from) = (by.clone(), receive.from.clone());
                    findings.push(match receive.ship {
                        Some(ship) => Detail::NoShipment { by, ship },
                        None => Detail::NotHandedOver { by, from },
                    });
                }
                let state = if disputed {
                    TransferState::Disputed
                } else {
                    TransferState::Accepted
                };
                Transfer {
                    from: receive.from.clone(),
                    to: by.clone(),
                    carrier: None,
                    title_to: None,
                    shipped: None,
                    received: Some(index),
                    state,
                }
            }
        };
        let how = Passage::Receipt {
            from: receive.from.clone(),
            given: transfer.began().filter(|_| is_given),
            state: transfer.state,
        };
        if transfer.state == TransferState::Open {
            life.shipment = Some(transfer);
        } else {
            self.transfer_ends(unit, transfer);
        }
        self.passes(unit, Some(by), how);
        if let Some(holder) = holder.filter(|holder| *holder != receive.from) {
            let from = receive.from.clone();
            findings.push(Detail::ReceivedFromAnother { from, holder });
        }
        if disputed {
            let (seals, inspection) = (receive.seals, receive.inspection);
            findings.push(Detail::DisputedTransfer { seals, inspection });
        }
        for detail in findings {
            self.find(&id, detail);
        }
        Ok(())
    }

    /// A transfer that is not open decides about nothing any more.
    fn transfer_ends(&mut self, unit: &ComponentId, transfer: Transfer) {
        let key = FactKey::Transfer(transfer.began().unwrap_or(self.index));
        self.set_fact(unit, key, Some(Fact::Transfer(Box::new(transfer))));
    }
}
