//! Who held a unit, from when to when, as its chain tells it.
//!
//! The rules of custody are those of `prova_core::lifecycle`; here its entries are read again for the steps between, and the transfers and
//! findings that the lifecycle recorded say how each hand-over stands.

use std::collections::BTreeMap;

use prova_core::{
    id::{
        component::{ComponentId, SubjectId},
        organisation::OrgId,
    },
    lifecycle::{Chain, FindingCode, Transfer, TransferState, View, facts},
    position::EntryIndex,
    registry::Registry,
    statement::{
        entry::Verified,
        event::{
            Event, EventPredicate,
            custody::{Receive, Ship},
        },
    },
    time::Timestamp,
    view::component_state::Party,
};

/// An entry about the unit: a step on the picture's axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The entry.
    pub index: EntryIndex,
    /// When it happened, as its signer claims.
    pub time: Timestamp,
    /// The event's name.
    pub event: &'static str,
    /// Who speaks.
    pub by: OrgId,
    /// Whether there is a finding at this entry in the unit's chain.
    pub found: bool,
}

/// A holder, from one mark to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Who held the unit.
    pub holder: OrgId,
    /// The mark at which it begins, counted from 0.
    pub from: usize,
    /// The mark at which it ends; absent while it lasts.
    pub until: Option<usize>,
    /// The unit that it went into when the span ended: from there on, who holds that one holds it.
    pub into: Option<ComponentId>,
}

/// How a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverState {
    /// Both sides signed for it.
    Confirmed,
    /// Sent; nobody signed for its arrival.
    Pending,
    /// Received, and objected to: broken seals, a dispute, another receiver than the consignee, a second shipment.
    Disputed,
    /// No record by both sides: somebody else just has it.
    Missing,
}

/// The unit passes, or should pass, from one organisation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Who gave it; where the record is missing, the last known holder.
    pub from: OrgId,
    /// Who has it, or was to get it.
    pub to: OrgId,
    /// The mark at which it left, or at which the last holder was last seen.
    pub left: usize,
    /// The mark at which it arrived.
    pub arrived: Option<usize>,
    /// How it stands.
    pub state: HandOverState,
}

/// The custody of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// Who is in it, in order of appearance.
    pub parties: Vec<Party>,
    /// The entries about the unit, oldest first.
    pub marks: Vec<Mark>,
    /// Who held it.
    pub spans: Vec<Span>,
    /// How it passed.
    pub hand_overs: Vec<HandOver>,
    /// Whether its life is over.
    pub ended: bool,
}

/// A shipment that nobody received yet.
struct Shipment {
    index: EntryIndex,
    mark: usize,
    from: OrgId,
    to: OrgId,
}

struct Walk<'a> {
    unit: &'a ComponentId,
    chain: &'a Chain,
    transfers: Vec<Transfer>,
    /// What is wrong with its entries.
    found: BTreeMap<EntryIndex, Vec<FindingCode>>,
    custody: Custody,
    holder: Option<OrgId>,
    /// The last mark at which the present holder was seen.
    seen: usize,
    shipments: Vec<Shipment>,
}

impl Custody {
    /// The custody of a unit, from its chain and the entries about it; others are passed over.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn new<V: View>(
        view: &V,
        unit: &ComponentId,
        chain: &Chain,
        entries: &BTreeMap<EntryIndex, Verified>,
        registry: &Registry,
    ) -> Result<Self, V::Error> {
        let subject = SubjectId::from(unit.clone());
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in facts::findings(view, &subject)? {
            found.entry(finding.entry).or_default().push(finding.code());
        }
        let mut walk = Walk {
            unit,
            chain,
            transfers: facts::transfers(view, &subject)?,
            found,
            custody: Self {
                parties: Vec::new(),
                marks: Vec::new(),
                spans: Vec::new(),
                hand_overs: Vec::new(),
                ended: chain.ended.is_some(),
            },
            holder: None,
            seen: 0,
            shipments: Vec::new(),
        };
        let is_about = |entry: &Verified| {
            let subjects = &entry.statement().subjects;
            subjects
                .iter()
                .any(|subject| subject.id.component() == Some(unit))
        };
        for (index, entry) in entries.iter().filter(|(_, entry)| is_about(entry)) {
            if let Some(event) = entry.statement().event() {
                walk.step(*index, event);
            }
        }
        Ok(walk.end(registry))
    }

    /// Whether anything is known of who held the unit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.hand_overs.is_empty()
    }
}

impl Walk<'_> {
    fn step(&mut self, index: EntryIndex, event: &EventPredicate) {
        let mark = self.custody.marks.len();
        self.custody.marks.push(Mark {
            index,
            time: event.time,
            event: event.event.name(),
            by: event.by.clone(),
            found: self.found.contains_key(&index),
        });
        match &event.event {
            Event::Manufacture(_) if self.is_birth(index) => self.holds(&event.by, mark),
            Event::Ship(ship) => self.ship(index, mark, &event.by, ship),
            Event::Receive(receive) => self.receive(index, mark, &event.by, receive),
            Event::Install(install) => {
                let holder = install.operator.as_ref().unwrap_or(&event.by).clone();
                self.take(&holder, mark);
            }
            Event::Assemble(assemble) if assemble.parts.iter().any(|part| part.component == *self.unit) => {
                self.close(mark, Some(assemble.parent.clone()));
            }
            Event::Maintain(maintain) => {
                if let Some(parent) = &maintain.parent
                    && maintain.parts_in.contains(self.unit)
                {
                    self.close(mark, Some(parent.clone()));
                }
            }
            _ => {}
        }
        if self.holder.as_ref() == Some(&event.by) {
            self.seen = mark;
        }
    }

    fn is_birth(&self, index: EntryIndex) -> bool {
        self.chain.unit().and_then(|life| life.born) == Some(index)
    }

    fn transfer(&self, is_it: impl Fn(&Transfer) -> bool) -> Option<&Transfer> {
        self.transfers.iter().find(|transfer| is_it(transfer))
    }

    fn ship(&mut self, index: EntryIndex, mark: usize, by: &OrgId, ship: &Ship) {
        if self.holder.is_none() {
            self.holds(by, mark);
        }
        self.shipments.push(Shipment {
            index,
            mark,
            from: by.clone(),
            to: ship.to.clone(),
        });
    }

    fn receive(&mut self, index: EntryIndex, mark: usize, by: &OrgId, receive: &Receive) {
        let found = self.found.get(&index);
        let has_gap = found.is_some_and(|codes| codes.contains(&FindingCode::CustodyGap));
        let shipped = receive.ship.and_then(|leaf| {
            self.transfer(|transfer| transfer.shipped.map(|(_, shipped)| shipped) == Some(leaf))
        });
        let disputed = shipped
            .or_else(|| self.transfer(|transfer| transfer.received == Some(index)))
            .is_some_and(|transfer| {
                transfer.received == Some(index) && transfer.state == TransferState::Disputed
            });
        let shipment = shipped
            .and_then(|transfer| transfer.shipped)
            .and_then(|(index, _)| self.shipments.iter().position(|shipment| shipment.index == index));
        let arrives = shipment
            .and_then(|position| self.shipments.get(position))
            .is_some_and(|shipment| shipment.to == *by || disputed);
        // What a carrier takes is under way still: its shipment stays open, and goes on from the carrier.
        let shipment = match shipment {
            Some(position) if arrives => Some(self.shipments.remove(position)),
            Some(position) => self.shipments.get_mut(position).map(|shipment| {
                let taken = Shipment {
                    index: shipment.index,
                    mark: shipment.mark,
                    from: shipment.from.clone(),
                    to: shipment.to.clone(),
                };
                shipment.mark = mark;
                shipment.from = by.clone();
                taken
            }),
            None => None,
        };
        let state = match (has_gap, disputed) {
            (true, _) => HandOverState::Missing,
            (false, true) => HandOverState::Disputed,
            (false, false) => HandOverState::Confirmed,
        };
        let (from, left) = match (shipment, state) {
            (Some(shipment), _) => (shipment.from, shipment.mark),
            (None, HandOverState::Missing) => (
                self.holder.clone().unwrap_or_else(|| receive.from.clone()),
                self.seen,
            ),
            (None, _) => (receive.from.clone(), mark),
        };
        if self.holder.is_none() {
            self.holds(&from, left);
        }
        self.custody.hand_overs.push(HandOver {
            from,
            to: by.clone(),
            left,
            arrived: Some(mark),
            state,
        });
        self.holds(by, mark);
    }

    /// `holder` has it from here on; if somebody else had it, nobody recorded how it passed.
    fn take(&mut self, holder: &OrgId, mark: usize) {
        match self.holder.clone() {
            Some(known) if known != *holder => {
                self.custody.hand_overs.push(HandOver {
                    from: known,
                    to: holder.clone(),
                    left: self.seen,
                    arrived: Some(mark),
                    state: HandOverState::Missing,
                });
                self.holds(holder, mark);
            }
            Some(_) => {}
            None => self.holds(holder, mark),
        }
    }

    fn holds(&mut self, holder: &OrgId, mark: usize) {
        if self.holder.as_ref() == Some(holder) {
            return;
        }
        self.close(mark, None);
        self.holder = Some(holder.clone());
        self.seen = mark;
        self.custody.spans.push(Span {
            holder: holder.clone(),
            from: mark,
            until: None,
            into: None,
        });
    }

    fn close(&mut self, mark: usize, into: Option<ComponentId>) {
        if let Some(span) = self.custody.spans.last_mut()
            && span.until.is_none()
        {
            span.until = Some(mark);
            span.into = into;
        }
        self.holder = None;
    }

    fn end(mut self, registry: &Registry) -> Custody {
        for shipment in std::mem::take(&mut self.shipments) {
            let double = self.transfer(|transfer| {
                transfer.shipped.map(|(index, _)| index) == Some(shipment.index)
                    && transfer.state == TransferState::Double
            });
            let state = if double.is_some() {
                HandOverState::Disputed
            } else {
                HandOverState::Pending
            };
            self.custody.hand_overs.push(HandOver {
                from: shipment.from,
                to: shipment.to,
                left: shipment.mark,
                arrived: None,
                state,
            });
        }
        let mut custody = self.custody;
        custody.hand_overs.sort_by_key(|hand_over| hand_over.left);
        let holders = custody.spans.iter().map(|span| (span.from, &span.holder));
        let ends = custody.hand_overs.iter().flat_map(|hand_over| {
            [
                (hand_over.left, &hand_over.from),
                (hand_over.arrived.unwrap_or(usize::MAX), &hand_over.to),
            ]
        });
        let mut order: Vec<_> = holders.chain(ends).collect();
        order.sort();
        for (_, org) in order {
            if !custody.parties.iter().any(|party| party.id == *org) {
                custody.parties.push(Party::new(org, registry));
            }
        }
        custody
    }
}

#[cfg(test)]
mod tests;
