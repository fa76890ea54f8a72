//! Who holds a unit. A transfer has two sides: the holder ships, the next holder receives against it.
//!
//! ```text
//! ship ──▶ open ──▶ (receive by the carrier: open, in the carrier's hands) ──▶ receive by the consignee ──▶ accepted
//!           │                                                    broken seals, dispute, other receiver ──▶ disputed
//!           └──▶ another ship ──▶ double
//! ```
//! Without a `ship` entry, one `receive` that both organisations signed is a transfer too: handed over in person.

use super::{Applying, Fact, FactKey, FindingCode, MAX_NESTING, Transfer, TransferState, View};
use crate::{
    id::{
        component::{ComponentId, Kind, SubjectId},
        organisation::OrgId,
    },
    statement::event::custody::{Inspection, Receive, SealState, Ship},
};

impl<V: View> Applying<'_, V> {
    /// Who holds a unit: a part is held by whoever holds the unit that it is in.
    pub(super) fn custodian_of(&self, unit: &ComponentId) -> Result<Option<OrgId>, V::Error> {
        let mut at = unit.clone();
        for _ in 0..MAX_NESTING {
            match self.unit(&at, |life| Some((life.parent.clone(), life.custodian.clone())))? {
                Some((Some(parent), _)) => at = parent,
                Some((None, custodian)) => return Ok(custodian),
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Notes when the speaker acts as holder of a unit that somebody else holds.
    pub(super) fn check_custodian(&mut self, unit: &ComponentId, what: &str) -> Result<(), V::Error> {
        let by = &self.event.by;
        if let Some(holder) = self.custodian_of(unit)?.filter(|holder| holder != by) {
            let detail = format!("{by} {what} it, but {holder} holds it");
            self.find(&unit.clone().into(), FindingCode::NotCustodian, detail);
        }
        Ok(())
    }

    /// `holder` has the unit now, whoever had it; somebody else having had it is a gap.
    pub(super) fn take_custody(
        &mut self,
        unit: &ComponentId,
        holder: &OrgId,
        what: &str,
    ) -> Result<(), V::Error> {
        if let Some(known) = self.custodian_of(unit)?.filter(|known| known != holder) {
            let detail = format!("{what} by {holder}, but the last known holder is {known}");
            self.find(&unit.clone().into(), FindingCode::CustodyGap, detail);
        }
        if let Some(life) = self.unit_mut(unit) {
            life.custodian = Some(holder.clone());
        }
        Ok(())
    }

    pub(super) fn ship(&mut self, ship: &Ship) -> Result<(), V::Error> {
        let (index, leaf, by) = (self.index, self.leaf, self.event.by.clone());
        for unit in self.subjects(Kind::Unit) {
            self.check_custodian(&unit, "ships")?;
            let id = SubjectId::from(unit.clone());
            if let Some(parent) = self.unit(&unit, |life| life.parent.clone())? {
                self.find(
                    &id,
                    FindingCode::NotInParent,
                    format!("shipped alone, but it is in {parent}"),
                );
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
            if let Some(mut open) = open {
                let entry = open.began().unwrap_or(index);
                let detail = format!("shipped again while the shipment of entry {entry} is open");
                self.find(&id, FindingCode::DoubleTransfer, detail);
                open.state = TransferState::Double;
                self.transfer_ends(&unit, open);
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
        let countersigned = self.signed.contains(&receive.from);
        let Some(life) = self.unit_mut(unit) else {
            return Ok(());
        };
        let answers = |transfer: &mut Transfer| {
            receive.ship.is_some() && transfer.shipped.map(|(_, leaf)| leaf) == receive.ship
        };
        let mut findings = Vec::new();
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
                    findings.push((
                        FindingCode::NotConsignee,
                        format!("received by {by}, but sent to {}", transfer.to),
                    ));
                } else if disputed {
                    transfer.state = TransferState::Disputed;
                }
                transfer
            }
            None => {
                let in_person = receive.ship.is_none() && countersigned;
                if !in_person {
                    let detail = if receive.ship.is_some() {
                        format!("received by {by} against an entry that is no open shipment of it")
                    } else {
                        format!(
                            "received by {by} without a shipment or a signature of {}",
                            receive.from
                        )
                    };
                    findings.push((FindingCode::CustodyGap, detail));
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
        life.custodian = Some(by.clone());
        if transfer.state == TransferState::Open {
            life.shipment = Some(transfer);
        } else {
            self.transfer_ends(unit, transfer);
        }
        if let Some(holder) = holder.filter(|holder| *holder != receive.from) {
            findings.push((
                FindingCode::CustodyGap,
                format!("received from {}, but {holder} held it", receive.from),
            ));
        }
        if disputed {
            let detail = match receive.seals {
                SealState::Broken => "received with broken seals",
                SealState::Intact | SealState::None => "received under dispute",
            };
            findings.push((FindingCode::DisputedTransfer, detail.to_owned()));
        }
        for (code, detail) in findings {
            self.find(&id, code, detail);
        }
        Ok(())
    }

    /// A transfer that is not open decides about nothing any more.
    fn transfer_ends(&mut self, unit: &ComponentId, transfer: Transfer) {
        let key = FactKey::Transfer(transfer.began().unwrap_or(self.index));
        self.set_fact(unit, key, Some(Fact::Transfer(Box::new(transfer))));
    }
}
