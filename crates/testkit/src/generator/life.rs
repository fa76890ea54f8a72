//! The life of units: made, tested, sent, received, installed, looked after, taken out.
//!
//! ```text
//! made ──▶ travelling ──▶ in stock ──▶ in service ──▶ taken out ──▶ gone
//! ```
//! Only units that are somewhere on this way are kept in memory, and each place has room for so many.

use prova_core::{
    hash::LeafHash,
    id::ComponentId,
    statement::event::{
        Event, Measurement, Site,
        assurance::{Test, TestResult},
        category::AreaClass,
        custody::{Inspection, Receive, SealState, Ship, Store},
        make::Manufacture,
        notice::{CheckOutcome, RegulatorFinding},
        operation::{Decommission, Destination, Install, Maintain, MaintenanceAction, Measure, Update},
        role::Role,
    },
};

use super::{
    Generator,
    catalogue::Release,
    clerk::{Link, Speech},
};
use crate::builder::component;

/// Units of a vendor that wait to be sent.
const MAX_MADE: usize = 500;
/// Consignments under way.
const MAX_TRAVELLING: usize = 300;
/// Units in an operator's stock.
pub(super) const MAX_IN_STOCK: usize = 500;
/// Units in service, in all networks.
const MAX_IN_SERVICE: usize = 20_000;

/// A unit that has not reached its end.
pub(super) struct LiveUnit {
    pub(super) link: Link,
    model: usize,
    /// Whether it is older than the ledger, which does not know its type then.
    is_old: bool,
    /// What runs on it, if that was ever released.
    firmware: Option<Release>,
    pub(super) operator: usize,
    slot: Option<Link>,
    /// The units in it.
    pub(super) parts: Vec<LiveUnit>,
}

/// Units that travel together.
struct Consignment {
    units: Vec<LiveUnit>,
    ship: LeafHash,
    from: usize,
    to: usize,
    carriage: Carriage,
}

/// In whose hands a consignment is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carriage {
    /// The vendor delivers.
    None,
    /// A carrier will fetch it.
    Ordered,
    /// The carrier has it.
    Carried,
}

/// Where the units are.
#[derive(Default)]
pub(super) struct Units {
    serial: u64,
    slots: u64,
    /// Of the last unit that got one.
    address: Option<u64>,
    made: [Vec<LiveUnit>; 2],
    travelling: Vec<Consignment>,
    pub(super) in_stock: [Vec<LiveUnit>; 2],
    pub(super) in_service: Vec<LiveUnit>,
    taken_out: Vec<LiveUnit>,
    empty_slots: [Vec<Link>; 2],
}

impl Generator {
    /// One of those there are, taken from its place.
    pub(super) fn pick<T>(clerk: &mut super::clerk::Clerk, place: &mut Vec<T>) -> Option<T> {
        (!place.is_empty()).then(|| place.swap_remove(clerk.chance.below(place.len())))
    }

    fn next_unit(&mut self, model: usize) -> LiveUnit {
        self.units.serial += 1;
        let type_ = self.catalogue.model(model);
        let vendor = self.cast.vendors[type_.vendor].id.as_str();
        let id = format!("unit:{vendor}/{}/SN{:08}", type_.part, self.units.serial);
        LiveUnit {
            link: Link::new(component(&id)),
            model,
            is_old: false,
            firmware: Some(type_.latest()),
            operator: 0,
            slot: None,
            parts: Vec::new(),
        }
    }

    fn site(&self, vendor: usize) -> Site {
        Site {
            country: self.cast.vendors[vendor].country().parse().expect("a country"),
            name: Some("Factory 2, line 4".to_owned()),
            id: None,
        }
    }

    pub(super) fn manufacture(&mut self) -> Option<()> {
        let model = self.catalogue.choose(&mut self.clerk);
        let vendor = self.catalogue.model(model).vendor;
        if self.units.made[vendor].len() >= MAX_MADE {
            return None;
        }
        let count = self.consignment();
        let mut made: Vec<_> = (0..count).map(|_| self.next_unit(model)).collect();
        let type_ = self.catalogue.model(model);
        let event = Event::Manufacture(Manufacture {
            of_type: type_.id(),
            site: self.site(vendor),
            date: self.clerk.today(),
            lot: Some(format!("LOT{:05}", self.units.serial / 50)),
            firmware: Some(type_.firmware(type_.latest())),
        });
        let mut speech = Speech::new(&self.cast.vendors[vendor], Role::Manufacturer, event);
        if count == 1 {
            // A network address that a second device has too is found as a clone.
            let copied = self.units.address.filter(|_| self.clerk.chance.below(500) == 0);
            let address = copied.unwrap_or(self.units.serial);
            self.clerk.findings += u64::from(copied.is_some());
            self.units.address = Some(address);
            speech = speech.called(format!("mac:02{address:010x}").parse().expect("an alias"));
        }
        let mut links: Vec<_> = made.iter_mut().map(|unit| &mut unit.link).collect();
        self.clerk.say(speech, &mut links);
        self.units.made[vendor].extend(made);
        Some(())
    }

    /// How many units a statement is about: mostly one.
    fn consignment(&mut self) -> usize {
        if self.clerk.happens(6) {
            2 + self.clerk.chance.below(5)
        } else {
            1
        }
    }

    pub(super) fn test(&mut self) -> Option<()> {
        let vendor = self.clerk.chance.below(2);
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.made[vendor])?;
        let type_ = self.catalogue.model(unit.model);
        let event = Event::Test(Test {
            specification: format!("{} acceptance", type_.part),
            specification_version: Some("7".to_owned()),
            release: None,
            result: TestResult::Pass,
            artefacts: unit
                .firmware
                .map(|release| type_.artefact(release))
                .into_iter()
                .collect(),
            accreditation: None,
            accredited_until: None,
            report: None,
        });
        let speech = Speech::new(&self.cast.vendors[vendor], Role::Manufacturer, event);
        let log = self.clerk.document("text/csv", "measurements.csv");
        self.clerk.say(speech.proved_by(log), &mut [&mut unit.link]);
        self.units.made[vendor].push(unit);
        Some(())
    }

    pub(super) fn ship(&mut self) -> Option<()> {
        let (from, to) = (self.clerk.chance.below(2), self.clerk.chance.below(2));
        if self.units.travelling.len() >= MAX_TRAVELLING {
            return None;
        }
        let count = self.consignment();
        let mut units: Vec<_> = (0..count)
            .map_while(|_| Self::pick(&mut self.clerk, &mut self.units.made[from]))
            .collect();
        units.first()?;
        let carriage = if self.clerk.happens(60) {
            Carriage::Ordered
        } else {
            Carriage::None
        };
        let consignee = &self.cast.operators[to].id;
        let seal = self.clerk.chance.below(1_000_000);
        let event = Event::Ship(Ship {
            to: consignee.clone(),
            carrier: (carriage == Carriage::Ordered).then(|| self.cast.carrier.id.clone()),
            title_to: Some(consignee.clone()),
            seals: vec![format!("S-{seal:06}")],
            waybill: Some(format!("WB-{:09}", seal * 37)),
            export_control: None,
        });
        let speech = Speech::new(&self.cast.vendors[from], Role::Supplier, event);
        let mut links: Vec<_> = units.iter_mut().map(|unit| &mut unit.link).collect();
        let ship = self.clerk.say(speech, &mut links);
        self.units.travelling.push(Consignment {
            units,
            ship,
            from,
            to,
            carriage,
        });
        Some(())
    }

    pub(super) fn receive(&mut self) -> Option<()> {
        let mut consignment = Self::pick(&mut self.clerk, &mut self.units.travelling)?;
        let (from, to) = (consignment.from, consignment.to);
        let fetched = consignment.carriage == Carriage::Ordered;
        if !fetched && self.units.in_stock[to].len() >= MAX_IN_STOCK {
            self.units.travelling.push(consignment);
            return None;
        }
        let broken = !fetched && self.clerk.chance.below(400) == 0;
        let (by, role) = if fetched {
            (&self.cast.carrier, Role::Carrier)
        } else {
            (&self.cast.operators[to], Role::Operator)
        };
        let giver = if consignment.carriage == Carriage::Carried {
            &self.cast.carrier
        } else {
            &self.cast.vendors[from]
        };
        let event = Event::Receive(Receive {
            from: giver.id.clone(),
            ship: Some(consignment.ship),
            seals: if broken {
                SealState::Broken
            } else {
                SealState::Intact
            },
            inspection: if fetched {
                Inspection::NotDone
            } else {
                Inspection::Accepted
            },
            remarks: broken.then(|| "seal torn; the content was weighed and accepted".to_owned()),
        });
        let speech = Speech::new(by, role, event).at("Goods in");
        let mut links: Vec<_> = consignment.units.iter_mut().map(|unit| &mut unit.link).collect();
        self.clerk.say(speech, &mut links);
        if fetched {
            consignment.carriage = Carriage::Carried;
            self.units.travelling.push(consignment);
            return Some(());
        }
        if broken {
            self.clerk.findings += consignment.units.len() as u64;
        }
        for mut unit in consignment.units {
            unit.operator = to;
            self.units.in_stock[to].push(unit);
        }
        Some(())
    }

    /// From hand to hand: one entry that both sides sign.
    pub(super) fn hand_over(&mut self) -> Option<()> {
        let (from, to) = (self.clerk.chance.below(2), self.clerk.chance.below(2));
        if self.units.in_stock[to].len() >= MAX_IN_STOCK {
            return None;
        }
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.made[from])?;
        let (vendor, operator) = (&self.cast.vendors[from], &self.cast.operators[to]);
        let event = Event::Receive(Receive {
            from: vendor.id.clone(),
            ship: None,
            seals: SealState::None,
            inspection: Inspection::Accepted,
            remarks: None,
        });
        let speech = Speech::new(operator, Role::Operator, event).with(vendor);
        self.clerk.say(speech, &mut [&mut unit.link]);
        unit.operator = to;
        self.units.in_stock[to].push(unit);
        Some(())
    }

    pub(super) fn store(&mut self) -> Option<()> {
        let operator = self.clerk.chance.below(2);
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_stock[operator])?;
        let party = &self.cast.operators[operator];
        let event = Event::Store(Store {
            site: Site {
                country: party.country().parse().expect("a country"),
                name: Some("Central warehouse".to_owned()),
                id: None,
            },
            from: self.clerk.today(),
            until: None,
            access: Some("badge and log book".to_owned()),
        });
        self.clerk
            .say(Speech::new(party, Role::Operator, event), &mut [&mut unit.link]);
        self.units.in_stock[operator].push(unit);
        Some(())
    }

    pub(super) fn install(&mut self) -> Option<()> {
        let operator = self.clerk.chance.below(2);
        if self.units.in_service.len() >= MAX_IN_SERVICE {
            return self.take_out();
        }
        let unit = Self::pick(&mut self.clerk, &mut self.units.in_stock[operator])?;
        self.put_into_service(unit);
        Some(())
    }

    /// Equipment that was in the network before the ledger was: a life without the record of its beginning.
    pub(super) fn install_old(&mut self) {
        let model = self.catalogue.choose(&mut self.clerk);
        let operator = self.clerk.chance.below(2);
        let mut unit = self.next_unit(model);
        unit.operator = operator;
        unit.is_old = true;
        // Nor did its operator receive it.
        self.clerk.findings += 2 + u64::from(self.catalogue.model(model).is_supplied());
        self.put_into_service(unit);
    }

    fn put_into_service(&mut self, mut unit: LiveUnit) {
        let operator = &self.cast.operators[unit.operator];
        let type_ = self.catalogue.model(unit.model);
        let mut slot = match Self::pick(&mut self.clerk, &mut self.units.empty_slots[unit.operator]) {
            Some(slot) => slot,
            None => {
                self.units.slots += 1;
                let (site, position) = (self.units.slots / 6, self.units.slots % 6);
                let name = type_.part.to_ascii_lowercase();
                let org = operator.id.as_str();
                Link::new(component(&format!("slot:{org}/site-{site:05}/{name}-{position}")))
            }
        };
        let install = Install {
            category: type_.category.parse().expect("a category"),
            area: if self.units.slots.is_multiple_of(17) {
                AreaClass::Sensitive
            } else {
                AreaClass::General
            },
            operator: Some(operator.id.clone()),
            firmware: unit.firmware.map(|release| type_.firmware(release)),
        };
        let event = Event::Install(install);
        let speech = if self.clerk.happens(30) {
            Speech::new(&self.cast.integrator, Role::Integrator, event).with(operator)
        } else {
            Speech::new(operator, Role::Operator, event)
        };
        self.clerk.say(speech, &mut [&mut slot, &mut unit.link]);
        unit.slot = Some(slot);
        self.units.in_service.push(unit);
    }

    pub(super) fn update(&mut self) -> Option<()> {
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        let type_ = self.catalogue.model(unit.model);
        let before = unit.firmware;
        let release = type_.recent(&mut self.clerk);
        let mut to = type_.firmware(release);
        unit.firmware = (self.clerk.chance.below(500) > 0).then_some(release);
        if unit.firmware.is_none() {
            // Nobody has released it.
            to.artefact = ComponentId::of_artefact(&self.clerk.digest());
            to.version = None;
            self.clerk.findings += 1;
        } else if unit.is_old && type_.is_supplied() {
            // Whom its maker names as supplier is known for its type alone.
            self.clerk.findings += 1;
        }
        let operator = &self.cast.operators[unit.operator];
        let remote = self.clerk.happens(40);
        let update = Update {
            from: before.map(|release| type_.artefact(release)),
            to,
            method: Some(if remote { "remote" } else { "local" }.to_owned()),
            approved_by: remote.then(|| operator.id.clone()),
        };
        let speech = if remote {
            Speech::new(&self.cast.maintainer, Role::Maintainer, Event::Update(update)).with(operator)
        } else {
            Speech::new(operator, Role::Operator, Event::Update(update))
        };
        self.clerk.say(speech, &mut [&mut unit.link]);
        self.units.in_service.push(unit);
        Some(())
    }

    pub(super) fn maintain(&mut self) -> Option<()> {
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        let action = *self
            .clerk
            .chance
            .one_of(&[MaintenanceAction::Inspect, MaintenanceAction::Repair]);
        let operator = &self.cast.operators[unit.operator];
        let event = maintenance(action, "NO");
        let speech = if self.clerk.happens(50) {
            Speech::new(&self.cast.maintainer, Role::Maintainer, event).with(operator)
        } else {
            Speech::new(operator, Role::Operator, event)
        };
        let protocol = self.clerk.document("application/pdf", "work order.pdf");
        let speech = speech.at("on site").proved_by(protocol);
        self.clerk.say(speech, &mut [&mut unit.link]);
        self.units.in_service.push(unit);
        Some(())
    }

    /// What runs is measured, and is what should run.
    pub(super) fn measure(&mut self) -> Option<()> {
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        if let Some(release) = unit.firmware {
            let mut found = self.catalogue.model(unit.model).firmware(release);
            found.measured = Some(Measurement {
                tool: "attester".to_owned(),
                tool_version: "3.1".to_owned(),
                method: "TPM 2.0 quote over PCR 0 to 7".to_owned(),
            });
            let event = Event::Measure(Measure {
                found,
                nonce: Some(format!("{:016x}", self.clerk.chance.below(usize::MAX))),
                verifier: None,
            });
            let speech = if self.clerk.happens(20) {
                Speech::new(&self.cast.auditor, Role::Auditor, event)
            } else {
                Speech::new(&self.cast.operators[unit.operator], Role::Operator, event)
            };
            self.clerk.say(speech, &mut [&mut unit.link]);
        }
        let said = unit.firmware.map(|_| ());
        self.units.in_service.push(unit);
        said
    }

    /// The regulator looks at a unit in service.
    pub(super) fn inspect(&mut self) -> Option<()> {
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        let event = Event::Finding(RegulatorFinding {
            rule: "inventory/serial-number-on-site".to_owned(),
            outcome: CheckOutcome::Holds,
            text: "the serial number on the label is the one in the operator's inventory".to_owned(),
            entries: unit.link.head.into_iter().collect(),
            deadline: None,
        });
        let speech = Speech::new(&self.cast.regulator, Role::Regulator, event);
        self.clerk.say(speech, &mut [&mut unit.link]);
        self.units.in_service.push(unit);
        Some(())
    }

    pub(super) fn take_out(&mut self) -> Option<()> {
        if let Some(unit) = self.units.taken_out.pop() {
            self.decommission(unit);
            return Some(());
        }
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        let mut slot = unit.slot.take()?;
        let operator = &self.cast.operators[unit.operator];
        let event = maintenance(MaintenanceAction::Remove, operator.country());
        let speech = Speech::new(operator, Role::Operator, event);
        self.clerk.say(speech, &mut [&mut slot, &mut unit.link]);
        self.units.empty_slots[unit.operator].push(slot);
        self.units.taken_out.push(unit);
        Some(())
    }

    fn decommission(&mut self, mut unit: LiveUnit) {
        let event = Event::Decommission(Decommission {
            reason: "end of service".to_owned(),
            sanitisation: Some("NIST SP 800-88 purge".to_owned()),
            destination: Destination::Recycling,
            to: Some(self.cast.recycler.id.clone()),
        });
        let speech = Speech::new(&self.cast.operators[unit.operator], Role::Operator, event);
        self.clerk.say(speech, &mut [&mut unit.link]);
    }
}

pub(super) fn maintenance(action: MaintenanceAction, remote_from: &str) -> Event {
    Event::Maintain(Maintain {
        action,
        employer: None,
        remote_from: (action == MaintenanceAction::Inspect).then(|| remote_from.parse().expect("a country")),
        parent: None,
        parts_in: Vec::new(),
        parts_out: Vec::new(),
        data_carriers_removed: (action == MaintenanceAction::Remove).then_some(true),
    })
}
