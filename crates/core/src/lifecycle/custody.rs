//! Who holds a unit. A transfer has two sides: who decides about it ships, the next holder receives against it.
//!
//! ```text
//! ship ──▶ open ──▶ (receive by the carrier: open, in the carrier's hands) ──▶ receive by the consignee ──▶ accepted
//!           │                                                    broken seals, dispute ──▶ disputed
//!           └──▶ another ship ──▶ double
//! ```
//! Without a `ship` entry, one `receive` that both organisations signed is a transfer too: handed over in person. What is received from somebody
//! who does not say so begins an account of the receiver's own.

use super::{
    Detail, Fact, FactKey, FoundAt, Passage, Register, Transfer, TransferState, View, applying::Applying,
};
use crate::{
    id::{ComponentId, Kind, OrgId, SubjectId},
    position::EntryIndex,
    statement::event::custody::{Inspection, Receive, SealState, Ship},
};

impl<V: View> Applying<'_, V> {
    /// The line that the signers act on as holder; where there is none, that is a contradiction of theirs.
    pub(super) fn acts_as_holder(&mut self, unit: &ComponentId) -> Result<Option<EntryIndex>, V::Error> {
        let line = self.acts_on(unit)?;
        if line.is_none() {
            let shown = self.unit(unit, |life| life.began)?;
            let holder = match shown {
                Some(shown) => self.rights(unit, shown)?,
                None => None,
            };
            match holder {
                Some(holder) => {
                    let (by, event) = (self.event.by.clone(), self.event.event.kind());
                    let detail = Detail::NotCustodian { by, event, holder };
                    self.find(&unit.clone().into(), FoundAt::Entry, detail)?;
                }
                None => self.claim(unit)?,
            }
        }
        Ok(line)
    }

    pub(super) fn ship(&mut self, ship: &Ship) -> Result<(), V::Error> {
        for unit in self.subjects(Kind::Unit) {
            let Some(line) = self.acts_as_holder(&unit)? else {
                continue;
            };
            if let Some(parent) = self.line(&unit, line, |life| life.parent().cloned())?.flatten() {
                let alone = Detail::ShippedAlone {
                    parent: parent.clone(),
                };
                self.find(&unit.clone().into(), FoundAt::Line(line), alone)?;
                self.comes_out(&unit, line, parent)?;
            }
            let (to, carrier) = (ship.to.clone(), ship.carrier.clone());
            self.open_transfer(&unit, line, (to, carrier, ship.title_to.clone()))?;
        }
        Ok(())
    }

    /// Opens a transfer of a unit, on a line that the signers decide about.
    pub(super) fn open_transfer(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        (to, carrier, title_to): (OrgId, Option<OrgId>, Option<OrgId>),
    ) -> Result<(), V::Error> {
        let Some(from) = self.rights(unit, line)? else {
            return Ok(());
        };
        let transfer = Transfer {
            line,
            from,
            to,
            carrier,
            title_to,
            shipped: Some((self.index, self.leaf)),
            received: None,
            state: TransferState::Open,
        };
        let open = self.change(unit, line, |life| life.shipment.replace(transfer))?;
        if let Some(mut transfer) = open.flatten() {
            let open = transfer.began().unwrap_or(self.index);
            let double = Detail::DoubleTransfer { open };
            self.find(&unit.clone().into(), FoundAt::Line(line), double)?;
            transfer.state = TransferState::Double;
            self.transfer_ends(unit, transfer);
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, receive: &Receive) -> Result<(), V::Error> {
        for unit in self.subjects(Kind::Unit) {
            match self.shipped(&unit, receive)? {
                Some((line, transfer)) => self.answer(&unit, line, transfer, receive)?,
                None => self.receive_unshipped(&unit, receive)?,
            }
        }
        Ok(())
    }

    /// The shipment that a receipt answers, and the line that it is on; by somebody to whom it was not made it is answered only together with
    /// who made it.
    fn shipped(
        &self,
        unit: &ComponentId,
        receive: &Receive,
    ) -> Result<Option<(EntryIndex, Transfer)>, V::Error> {
        let Some(named) = receive.ship else {
            return Ok(None);
        };
        let by = &self.event.by;
        for line in self.lines(unit)? {
            let open = self.line(unit, line, |life| life.shipment.clone())?.flatten();
            let answered = open.filter(|transfer| {
                let is_meant = *by == transfer.to
                    || transfer.carrier.as_ref() == Some(by)
                    || self.is_signed_by(&transfer.from);
                is_meant && transfer.shipped.is_some_and(|(_, leaf)| leaf == named)
            });
            if let Some(transfer) = answered {
                return Ok(Some((line, transfer)));
            }
        }
        Ok(None)
    }

    fn answer(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        mut transfer: Transfer,
        receive: &Receive,
    ) -> Result<(), V::Error> {
        let (id, by) = (SubjectId::from(unit.clone()), self.event.by.clone());
        let is_carrier = by != transfer.to && transfer.carrier.as_ref() == Some(&by);
        let disputed = is_disputed(receive);
        transfer.received = Some(self.index);
        if disputed || (by != transfer.to && !is_carrier) {
            transfer.state = TransferState::Disputed;
        } else if !is_carrier {
            transfer.state = TransferState::Accepted;
        }
        let how = Passage::Receipt {
            from: receive.from.clone(),
            given: transfer.began(),
            state: transfer.state,
        };
        if is_carrier {
            // In its hands, and nothing more: who decides about it is who shipped it.
            self.passes(unit, line, Some(&by), how)?;
            self.change(unit, line, |life| life.shipment = Some(transfer.clone()))?;
        } else {
            self.hand_over(unit, line, &by, how)?;
            self.change(unit, line, |life| life.shipment = None)?;
            self.passes_title(unit, line, &transfer)?;
            self.transfer_ends(unit, transfer.clone());
        }
        self.speaks_on(unit, line)?;
        if !is_carrier && by != transfer.to {
            let to = transfer.to;
            self.find(&id, FoundAt::Line(line), Detail::NotConsignee { by, to })?;
        }
        self.check_dispute(unit, line, receive)
    }

    /// Title passes from who has it to who gets it, where both signed.
    fn passes_title(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        transfer: &Transfer,
    ) -> Result<(), V::Error> {
        let Some(to) = transfer
            .title_to
            .clone()
            .filter(|_| transfer.state == TransferState::Accepted)
        else {
            return Ok(());
        };
        let title = self.line(unit, line, |life| life.title.clone())?.flatten();
        match title.filter(|title| *title != transfer.from && *title != to) {
            Some(title) => self.find(
                &unit.clone().into(),
                FoundAt::Line(line),
                Detail::TitleGap { to, title },
            ),
            None => {
                self.change(unit, line, |life| life.title = Some(to))?;
                self.changes_now(unit, line, Register::Title)
            }
        }
    }

    /// Handed over in person, or an account of the receiver's own.
    fn receive_unshipped(&mut self, unit: &ComponentId, receive: &Receive) -> Result<(), V::Error> {
        let (id, by, from) = (
            SubjectId::from(unit.clone()),
            self.event.by.clone(),
            receive.from.clone(),
        );
        let giver = if self.is_signed_by(&from) && receive.ship.is_none() {
            self.held_by(unit, &from)?
        } else {
            None
        };
        let state = if is_disputed(receive) {
            TransferState::Disputed
        } else {
            TransferState::Accepted
        };
        let how = Passage::Receipt {
            from: from.clone(),
            given: giver.map(|_| self.index),
            state,
        };
        let line = match (giver, self.held_by(unit, &by)?) {
            (Some(line), _) => {
                self.hand_over(unit, line, &by, how)?;
                self.change(unit, line, |life| life.shipment = None)?;
                self.speaks_on(unit, line)?;
                line
            }
            (None, Some(line)) => {
                self.speaks_on(unit, line)?;
                line
            }
            (None, None) => match self.begin(unit, &by, how)? {
                Some(line) => line,
                None => return self.claim(unit),
            },
        };
        let transfer = Transfer {
            line,
            from: from.clone(),
            to: by.clone(),
            carrier: None,
            title_to: None,
            shipped: None,
            received: Some(self.index),
            state,
        };
        self.transfer_ends(unit, transfer);
        if giver.is_none() {
            let detail = match receive.ship {
                Some(ship) => Detail::NoShipment { by, ship },
                None => Detail::NotHandedOver { by, from },
            };
            self.find(&id, FoundAt::Line(line), detail)?;
        }
        self.check_dispute(unit, line, receive)
    }

    fn check_dispute(
        &mut self,
        unit: &ComponentId,
        line: EntryIndex,
        receive: &Receive,
    ) -> Result<(), V::Error> {
        if !is_disputed(receive) {
            return Ok(());
        }
        let (seals, inspection) = (receive.seals, receive.inspection);
        let detail = Detail::DisputedTransfer { seals, inspection };
        self.find(&unit.clone().into(), FoundAt::Line(line), detail)
    }

    /// A transfer that is not open decides about nothing any more.
    fn transfer_ends(&mut self, unit: &ComponentId, transfer: Transfer) {
        let key = FactKey::Transfer(transfer.began().unwrap_or(self.index));
        self.set_fact(unit, key, Some(Fact::Transfer(Box::new(transfer))));
    }
}

fn is_disputed(receive: &Receive) -> bool {
    receive.seals == SealState::Broken || receive.inspection == Inspection::Disputed
}
