use std::collections::{BTreeMap, BTreeSet};

use super::{FindingCode, FindingCode as F, TransferState, facts};
use crate::{
    admission::Inadmissible,
    event::{
        Event, Firmware, Site,
        assurance::{Correct, CorrectionKind},
        category::AreaClass,
        custody::{Inspection, Receive, SealState, Ship, Store},
        make::{Assemble, Manifest, Manufacture, Part, Supply},
        notice::{ActStatus, Restrict, Scope},
        operation::{Decommission, Destination, Install, Maintain, MaintenanceAction, Measure, Update},
        role::Role,
    },
    hash::{Digest, LeafHash},
    replay::{MemoryRows, Replay, distrusted},
    scene::{Refused, Scene, component, id, org},
};

const TYPE: &str = "type:dns:nordlys.example/AAU-3900/R1";
const U1: &str = "unit:dns:nordlys.example/AAU-3900/SN1";
const U2: &str = "unit:dns:nordlys.example/AAU-3900/SN2";
const PART: &str = "unit:dns:nordlys.example/BOARD/B1";
const SLOT: &str = "slot:dns:operator-north.example/site-1/aau-1";
const SLOT_2: &str = "slot:dns:operator-north.example/site-1/aau-2";
const NORTH: &str = "operator-north";

fn firmware_id(version: &str) -> String {
    format!("artefact:sha256:{}", Digest::of(version.as_bytes()))
}

fn firmware(version: &str) -> Firmware {
    Firmware {
        artefact: component(&firmware_id(version)),
        version: Some(version.into()),
        measured: None,
    }
}

fn manifest(name: &str) -> Manifest {
    Manifest {
        name: name.into(),
        version: None,
        category: None,
        producer: None,
        runs_on: Vec::new(),
        replaces: None,
        manufacturers: Vec::new(),
        design_countries: Vec::new(),
        supplies: Vec::new(),
        boms: Vec::new(),
        known_unknowns: Vec::new(),
        support_until: None,
    }
}

fn manufacture(version: Option<&str>) -> Event {
    Event::Manufacture(Manufacture {
        of_type: component(TYPE),
        site: Site {
            country: "SE".parse().unwrap(),
            name: None,
            id: None,
        },
        date: "2026-01-01".parse().unwrap(),
        lot: None,
        firmware: version.map(firmware),
    })
}

fn ship(to: &str) -> Event {
    Event::Ship(Ship {
        to: org(to),
        carrier: Some(org("carrier")),
        title_to: Some(org(to)),
        seals: Vec::new(),
        waybill: None,
        export_control: None,
    })
}

fn receive(from: &str, ship: Option<LeafHash>, seals: SealState) -> Event {
    Event::Receive(Receive {
        from: org(from),
        ship,
        seals,
        inspection: Inspection::Accepted,
        remarks: None,
    })
}

fn install(version: Option<&str>) -> Event {
    Event::Install(Install {
        category: "ran.aau".parse().unwrap(),
        area: AreaClass::General,
        operator: None,
        firmware: version.map(firmware),
    })
}

fn maintain(action: MaintenanceAction, parent: Option<&str>, parts_in: &[&str], parts_out: &[&str]) -> Event {
    Event::Maintain(Maintain {
        action,
        employer: None,
        remote_from: None,
        parent: parent.map(component),
        parts_in: parts_in.iter().map(|id| component(id)).collect(),
        parts_out: parts_out.iter().map(|id| component(id)).collect(),
        data_carriers_removed: None,
    })
}

fn assemble(parent: &str, parts: &[&str]) -> Event {
    let parts = parts.iter().map(|id| Part {
        component: component(id),
        position: None,
    });
    Event::Assemble(Assemble {
        parent: component(parent),
        parts: parts.collect(),
    })
}

fn decommission() -> Event {
    Event::Decommission(Decommission {
        reason: "end of life".into(),
        sanitisation: None,
        destination: Destination::Recycling,
        to: None,
    })
}

/// A scene with a type, firmware 1.0 released for it, and units at their maker.
fn made(units: &[&str]) -> Scene {
    let mut scene = Scene::new();
    scene.clean(
        "nordlys",
        Role::Designer,
        Event::Manifest(manifest("AAU 3900")),
        &[TYPE],
    );
    let release = Manifest {
        runs_on: vec![component(TYPE)],
        ..manifest("AAU firmware")
    };
    scene.clean(
        "nordlys",
        Role::Producer,
        Event::Manifest(release),
        &[&firmware_id("1.0")],
    );
    if !units.is_empty() {
        scene.clean("nordlys", Role::Manufacturer, manufacture(Some("1.0")), units);
    }
    scene
}

/// The same, with the units delivered to the operator in the north.
fn delivered(units: &[&str]) -> Scene {
    let mut scene = made(units);
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), units);
    let shipment = scene.head(&id(units[0]));
    scene.clean(
        NORTH,
        Role::Operator,
        receive("nordlys", shipment, SealState::Intact),
        units,
    );
    scene
}

impl Scene {
    #[track_caller]
    fn clean(&mut self, by: &str, role: Role, event: Event, subjects: &[&str]) {
        assert_eq!(self.say(by, role, event, subjects), Ok(Vec::new()));
    }

    #[track_caller]
    fn finds(&mut self, by: &str, role: Role, event: Event, subjects: &[&str], want: &[FindingCode]) {
        assert_eq!(self.say(by, role, event, subjects), Ok(want.to_vec()));
    }
}

#[test]
fn a_whole_life_without_fault_has_no_finding() {
    let mut scene = delivered(&[U1, U2]);
    let operator = Role::Operator;
    scene.clean(NORTH, operator, install(Some("1.0")), &[U1, SLOT]);
    let release = Manifest {
        replaces: Some(component(&firmware_id("1.0"))),
        ..manifest("AAU firmware")
    };
    scene.clean(
        "nordlys",
        Role::Producer,
        Event::Manifest(release),
        &[&firmware_id("1.1")],
    );
    let update = Update {
        from: Some(component(&firmware_id("1.0"))),
        to: firmware("1.1"),
        method: None,
        approved_by: None,
    };
    scene.clean(NORTH, operator, Event::Update(update), &[U1]);
    let measure = Measure {
        found: firmware("1.1"),
        nonce: None,
        verifier: None,
    };
    scene.clean("auditor", Role::Auditor, Event::Measure(measure), &[U1]);
    scene.clean(
        "integrator",
        Role::Maintainer,
        maintain(MaintenanceAction::Remove, None, &[], &[]),
        &[U1, SLOT],
    );
    scene.clean(NORTH, operator, install(None), &[U2, SLOT]);
    scene.clean(NORTH, operator, decommission(), &[U1]);
    let unit = scene.unit(U1);
    assert_eq!(
        (unit.custodian, unit.title, unit.slot),
        (Some(org(NORTH)), Some(org(NORTH)), None)
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Accepted);
    assert_eq!(unit.firmware, Some(component(&firmware_id("1.1"))));
    // An audit of the bytes comes to the same rows.
    let (mut replay, mut rows) = (Replay::new(), MemoryRows::default());
    for entry in &scene.entries {
        replay.push(&mut rows, entry).unwrap();
    }
    let replayed = replay.finish(&mut rows).unwrap();
    assert_eq!(rows.chains(), scene.rows.chains());
    assert_eq!(replayed.registry, scene.registry);
    assert_eq!(
        distrusted(&rows, scene.registry.as_ref().unwrap()),
        Ok(Vec::new())
    );
}

#[test]
fn the_first_statement_is_the_birth_or_a_gap() {
    let mut scene = made(&[]);
    scene.finds(NORTH, Role::Operator, install(None), &[U1, SLOT], &[F::NoBirth]);
}

#[test]
fn births_are_the_makers_and_happen_once() {
    let mut scene = made(&[U1]);
    scene.finds(
        "nordlys",
        Role::Manufacturer,
        manufacture(None),
        &[U1],
        &[F::SecondBirth],
    );
    scene.finds(
        "meridian",
        Role::Manufacturer,
        manufacture(None),
        &[U2],
        &[F::ForeignMaker],
    );
    let contract = Manifest {
        manufacturers: vec![org("meridian")],
        ..manifest("AAU 3900")
    };
    scene.clean("nordlys", Role::Designer, Event::Manifest(contract), &[TYPE]);
    scene.clean("meridian", Role::Manufacturer, manufacture(None), &[PART]);
    scene.finds(
        "meridian",
        Role::Designer,
        Event::Manifest(manifest("AAU")),
        &[TYPE],
        &[F::ForeignMaker],
    );
}

#[test]
fn one_instance_alias_in_two_chains_is_a_clone() {
    let mut scene = made(&[]);
    let with_alias = |scene: &mut Scene, unit: &str, alias: &str| {
        let mut statement = scene.event("nordlys", Role::Manufacturer, manufacture(None), &[unit]);
        statement.subjects[0].aliases = vec![alias.parse().unwrap()];
        scene.submit(&statement, &["nordlys"]).unwrap().1
    };
    assert_eq!(with_alias(&mut scene, U1, "mac:00005e005301"), []);
    assert_eq!(with_alias(&mut scene, U2, "mac:00005e005301"), [F::Clone]);
    assert_eq!(with_alias(&mut scene, PART, "sku:AAU-3900"), []);
    assert_eq!(
        with_alias(&mut scene, "unit:dns:nordlys.example/BOARD/B2", "sku:AAU-3900"),
        []
    );
}

#[test]
fn custody_is_handed_from_one_to_the_next() {
    let units = [U1];
    let manufacturer = Role::Manufacturer;
    // Through the carrier's hands.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    scene.clean(
        "carrier",
        Role::Carrier,
        receive("nordlys", shipment, SealState::Intact),
        &units,
    );
    assert_eq!(scene.unit(U1).custodian, Some(org("carrier")));
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Open);
    scene.clean(
        NORTH,
        Role::Operator,
        receive("carrier", shipment, SealState::Intact),
        &units,
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Accepted);
    // Handed over in person: both sign one statement.
    let mut scene = made(&units);
    let statement = scene.event(
        NORTH,
        Role::Operator,
        receive("nordlys", None, SealState::None),
        &units,
    );
    assert_eq!(scene.submit(&statement, &[NORTH, "nordlys"]).unwrap().1, []);
    assert_eq!(scene.unit(U1).custodian, Some(org(NORTH)));
    // Without a shipment or a signature of the other side.
    let mut scene = made(&units);
    scene.finds(
        NORTH,
        Role::Operator,
        receive("nordlys", None, SealState::None),
        &units,
        &[F::CustodyGap],
    );
    // By somebody to whom it was not sent.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    let event = receive("nordlys", shipment, SealState::Intact);
    scene.finds(
        "operator-south",
        Role::Operator,
        event,
        &units,
        &[F::NotConsignee],
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Disputed);
    // With broken seals.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    let event = receive("nordlys", shipment, SealState::Broken);
    scene.finds(NORTH, Role::Operator, event, &units, &[F::DisputedTransfer]);
    assert_eq!(scene.unit(U1).title, Some(org("nordlys")));
    // Shipped twice.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    scene.finds(
        "nordlys",
        manufacturer,
        ship("operator-south"),
        &units,
        &[F::DoubleTransfer],
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Double);
    // Shipped, stored or installed by somebody who does not hold it.
    let mut scene = made(&units);
    scene.finds(
        "operator-south",
        Role::Operator,
        ship(NORTH),
        &units,
        &[F::NotCustodian],
    );
    let store = Event::Store(Store {
        site: Site {
            country: "SE".parse().unwrap(),
            name: None,
            id: None,
        },
        from: "2026-02-01".parse().unwrap(),
        until: None,
        access: None,
    });
    scene.finds(NORTH, Role::Operator, store, &units, &[F::NotCustodian]);
    scene.finds(
        NORTH,
        Role::Operator,
        install(None),
        &[U1, SLOT],
        &[F::CustodyGap],
    );
}

#[test]
fn a_part_moves_with_its_parent() {
    let mut scene = made(&[U1, U2, PART]);
    let manufacturer = Role::Manufacturer;
    scene.clean("nordlys", manufacturer, assemble(U1, &[PART]), &[U1, PART]);
    scene.clean("nordlys", manufacturer, ship(NORTH), &[U1]);
    let shipment = scene.head(&id(U1));
    scene.clean(
        NORTH,
        Role::Operator,
        receive("nordlys", shipment, SealState::Intact),
        &[U1],
    );
    scene.finds(
        "nordlys",
        manufacturer,
        ship(NORTH),
        &[PART],
        &[F::NotCustodian, F::NotInParent],
    );
    // Taken out, it stays with whoever held the parent.
    let replace = MaintenanceAction::Replace;
    scene.clean(
        NORTH,
        Role::Operator,
        maintain(replace, Some(U1), &[], &[PART]),
        &[U1, PART],
    );
    assert_eq!(scene.unit(PART).custodian, Some(org(NORTH)));
    assert_eq!(facts::parts(&scene.rows, &id(U1)), Ok(BTreeMap::new()));
    let out = maintain(replace, Some(U1), &[], &[PART]);
    scene.finds(NORTH, Role::Operator, out, &[U1, PART], &[F::NotInParent]);
    let gap = assemble(U2, &[PART]);
    scene.finds("nordlys", manufacturer, gap, &[U2, PART], &[F::CustodyGap]);
}

#[test]
fn parts_have_one_parent_and_contain_no_circle() {
    let mut scene = made(&[U1, U2, PART]);
    let manufacturer = Role::Manufacturer;
    scene.clean("nordlys", manufacturer, assemble(U1, &[PART]), &[U1, PART]);
    scene.finds(
        "nordlys",
        manufacturer,
        assemble(U2, &[PART]),
        &[U2, PART],
        &[F::TwoParents],
    );
    scene.clean("nordlys", manufacturer, assemble(U1, &[U2]), &[U1, U2]);
    scene.finds(
        "nordlys",
        manufacturer,
        assemble(PART, &[U1]),
        &[U1, PART],
        &[F::Cycle],
    );
    assert_eq!(scene.unit(U1).parent, None);
}

#[test]
fn a_unit_is_in_one_slot_and_a_slot_has_one_unit() {
    let mut scene = delivered(&[U1, U2]);
    let operator = Role::Operator;
    scene.clean(NORTH, operator, install(None), &[U1, SLOT]);
    scene.finds(NORTH, operator, install(None), &[U2, SLOT], &[F::SlotOccupied]);
    scene.finds(NORTH, operator, install(None), &[U1, SLOT_2], &[F::TwoPlaces]);
    let remove = || maintain(MaintenanceAction::Remove, None, &[], &[]);
    scene.finds(NORTH, operator, remove(), &[U1, SLOT], &[F::NotInSlot]);
    scene.clean(NORTH, operator, remove(), &[U1, SLOT_2]);
    let foreign = "slot:dns:operator-south.example/site-9/aau-1";
    scene.finds(NORTH, operator, install(None), &[U1, foreign], &[F::ForeignSlot]);
}

#[test]
fn firmware_is_released_by_its_producer_for_the_type() {
    let mut scene = delivered(&[U1]);
    let operator = Role::Operator;
    let want = [F::FirmwareMismatch, F::UnreleasedFirmware];
    scene.finds(NORTH, operator, install(Some("0.9-leaked")), &[U1, SLOT], &want);
    let other = Manifest {
        runs_on: vec![component("type:dns:nordlys.example/OTHER/R1")],
        ..manifest("other firmware")
    };
    scene.clean(
        "nordlys",
        Role::Producer,
        Event::Manifest(other),
        &[&firmware_id("2.0")],
    );
    let update = |from: &str, to| {
        Event::Update(Update {
            from: Some(component(&firmware_id(from))),
            to: firmware(to),
            method: None,
            approved_by: None,
        })
    };
    scene.finds(
        NORTH,
        operator,
        update("0.9-leaked", "2.0"),
        &[U1],
        &[F::WrongFirmware],
    );
    scene.finds(
        NORTH,
        operator,
        update("1.0", "1.0"),
        &[U1],
        &[F::FirmwareMismatch],
    );
    let measure = Event::Measure(Measure {
        found: firmware("2.0"),
        nonce: None,
        verifier: None,
    });
    scene.finds(
        "auditor",
        Role::Auditor,
        measure,
        &[U1],
        &[F::FirmwareMismatch, F::WrongFirmware],
    );
    // A release by somebody whom the maker does not name.
    scene.clean(
        "meridian",
        Role::Producer,
        Event::Manifest(manifest("third-party")),
        &[&firmware_id("9.0")],
    );
    scene.finds(
        NORTH,
        operator,
        update("2.0", "9.0"),
        &[U1],
        &[F::ForeignFirmware],
    );
    let supply = Supply {
        what: "firmware".into(),
        category: None,
        supplier: Some(org("meridian")),
        country_of_origin: None,
        second_source: None,
    };
    let named = Manifest {
        supplies: vec![supply],
        ..manifest("AAU 3900")
    };
    scene.clean("nordlys", Role::Designer, Event::Manifest(named), &[TYPE]);
    scene.clean(NORTH, operator, update("9.0", "9.0"), &[U1]);
    // A release in another's name is none.
    let forged = Manifest {
        producer: Some(org("nordlys")),
        ..manifest("forged")
    };
    scene.finds(
        "meridian",
        Role::Producer,
        Event::Manifest(forged),
        &[&firmware_id("3.0")],
        &[F::ForeignMaker],
    );
    scene.finds(
        NORTH,
        operator,
        update("9.0", "3.0"),
        &[U1],
        &[F::UnreleasedFirmware],
    );
}

#[test]
fn nothing_but_comments_comes_after_the_end_and_time_goes_forward() {
    let mut scene = delivered(&[U1]);
    scene.clean(NORTH, Role::Operator, decommission(), &[U1]);
    scene.finds(NORTH, Role::Operator, install(None), &[U1, SLOT], &[F::AfterEnd]);
    let target = scene.head(&id(U1)).unwrap();
    let correct = Correct {
        target,
        kind: CorrectionKind::Error,
        reason: "wrong serial".into(),
    };
    scene.clean(NORTH, Role::Operator, Event::Correct(correct), &[U1]);
    let mut statement = scene.event("lab", Role::Laboratory, decommission(), &[U1]);
    let crate::statement::Predicate::Event(event) = &mut statement.predicate else {
        unreachable!()
    };
    event.by = org(NORTH);
    event.role = Role::Operator;
    event.time = "2025-01-01T00:00:00Z".parse().unwrap();
    let found = scene.submit(&statement, &[NORTH]).unwrap().1;
    assert_eq!(found, [F::TimeBackwards, F::AfterEnd]);
}

#[test]
fn a_statement_that_missed_an_entry_is_refused_with_the_head() {
    let mut scene = made(&[U1]);
    let mut statement = scene.event("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    statement.subjects[0].prev = None;
    let want = scene.head(&id(U1));
    let stale = Inadmissible::StalePrev {
        subject: id(U1),
        got: None,
        want,
    };
    assert_eq!(
        scene.submit(&statement, &["nordlys"]),
        Err(Refused::Inadmissible(stale))
    );
}

#[test]
fn an_act_is_amended_by_its_authority_only() {
    let mut scene = Scene::new();
    let act = "act:dns:regulator.example/2026-17";
    let restrict = |status| {
        Event::Restrict(Restrict {
            status,
            legal_basis: "invented act".into(),
            scope: Scope {
                suppliers: vec![org("meridian")],
                ..Scope::default()
            },
            from: "2026-06-01".parse().unwrap(),
            deadline: None,
            exemptions: Vec::new(),
        })
    };
    scene.clean(
        "regulator",
        Role::Regulator,
        restrict(ActStatus::Proposed),
        &[act],
    );
    scene.clean("regulator", Role::Regulator, restrict(ActStatus::InForce), &[act]);
    let statement = scene.event(
        "regulator",
        Role::Regulator,
        restrict(ActStatus::Repealed),
        &["act:dns:lab.example/1"],
    );
    assert!(matches!(
        statement.check(),
        Err(crate::statement::StatementError::Shape(_))
    ));
}

#[test]
fn entries_of_a_distrusted_key_become_findings() {
    use crate::registry::action::{Action, Revoke};
    let mut scene = made(&[U1]);
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    let last = scene.entries.len() as u64 - 1;
    let key = crate::scene::public("nordlys").key_id();
    let from = Some(crate::position::EntryIndex::new(last));
    let revoke = Revoke {
        key,
        reason: "stolen".into(),
        distrust_from: from,
    };
    scene.act(Action::Revoke(revoke), &["root-a", "root-b"]).unwrap();
    let found = distrusted(&scene.rows, scene.registry.as_ref().unwrap()).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|(index, code, _)| (index.get(), *code))
        .collect();
    assert_eq!(found, [(last, F::DistrustedKey)]);
}

#[test]
fn units_enter_slots_and_leave_them_in_any_order() {
    let units: Vec<_> = (0..5)
        .map(|number| format!("unit:dns:nordlys.example/AAU-3900/SN{number}"))
        .collect();
    let units: Vec<_> = units.iter().map(String::as_str).collect();
    let slots = [SLOT, SLOT_2];
    let mut scene = delivered(&units);
    let mut occupants = [BTreeSet::new(), BTreeSet::new()];
    let mut slot_of = [None; 5];
    let mut chance = 7_usize;
    for _ in 0..300 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (unit, slot) = ((chance >> 33) % 5, (chance >> 40) % 2);
        let about = [units[unit], slots[slot]];
        let found = if (chance >> 50).is_multiple_of(2) {
            let moved = slot_of[unit].filter(|known| *known != slot).map(|_| F::TwoPlaces);
            let others = occupants[slot].iter().any(|other| *other != units[unit]);
            let want: Vec<_> = moved
                .into_iter()
                .chain(others.then_some(F::SlotOccupied))
                .collect();
            scene.finds(NORTH, Role::Operator, install(None), &about, &want);
            occupants[slot].insert(units[unit]);
            slot_of[unit] = Some(slot);
            want
        } else {
            let removal = maintain(MaintenanceAction::Remove, None, &[], &[]);
            let want = if slot_of[unit] == Some(slot) {
                occupants[slot].remove(units[unit]);
                slot_of[unit] = None;
                Vec::new()
            } else {
                vec![F::NotInSlot]
            };
            scene.finds("integrator", Role::Maintainer, removal, &about, &want);
            want
        };
        if found.contains(&F::SlotOccupied) {
            let said = facts::findings(&scene.rows, &id(slots[slot])).unwrap();
            let other = said
                .last()
                .unwrap()
                .detail
                .split("while ")
                .nth(1)
                .unwrap()
                .to_owned();
            let other = other.trim_end_matches(" is in it");
            assert!(other != units[unit] && occupants[slot].contains(other), "{other}");
        }
        for (slot, want) in slots.iter().zip(&occupants) {
            let got = facts::occupants(&scene.rows, &id(slot)).unwrap();
            let got: BTreeSet<_> = got.iter().map(ToString::to_string).collect();
            assert_eq!(got, want.iter().map(ToString::to_string).collect());
        }
    }
}

#[test]
fn what_an_entry_writes_does_not_grow_with_the_chains_that_it_is_appended_to() {
    let mut scene = delivered(&[U1]);
    let firmware = firmware_id("1.0");
    let mut rounds = Vec::new();
    for round in 1000..1080 {
        let other = format!("unit:dns:nordlys.example/AAU-3900/SN{round}");
        let maker = format!("maker-{round}");
        let of_type = Manifest {
            manufacturers: vec![org(&maker)],
            supplies: vec![Supply {
                what: "radio".into(),
                category: None,
                supplier: Some(org(&maker)),
                country_of_origin: None,
                second_source: None,
            }],
            ..manifest("AAU 3900")
        };
        let release = Manifest {
            runs_on: vec![component(&format!("type:dns:nordlys.example/AAU-3900/R{round}"))],
            ..manifest("AAU firmware")
        };
        let said: [(&str, Role, Event, &[&str]); 11] = [
            ("nordlys", Role::Designer, Event::Manifest(of_type), &[TYPE]),
            ("nordlys", Role::Producer, Event::Manifest(release), &[&firmware]),
            ("nordlys", Role::Manufacturer, manufacture(Some("9.9")), &[&other]),
            (
                "nordlys",
                Role::Manufacturer,
                assemble(U1, &[&other]),
                &[U1, &other],
            ),
            ("carrier", Role::Carrier, ship(NORTH), &[U1]),
            ("carrier", Role::Carrier, ship(NORTH), &[U1]),
            (
                "carrier",
                Role::Carrier,
                receive("lab", None, SealState::Broken),
                &[U1],
            ),
            (
                "operator-south",
                Role::Operator,
                install(Some("8.8")),
                &[&other, SLOT],
            ),
            ("operator-south", Role::Operator, install(None), &[U1, SLOT]),
            ("operator-south", Role::Operator, decommission(), &[U1]),
            ("nordlys", Role::Manufacturer, manufacture(None), &[U1]),
        ];
        let mut written = Vec::new();
        for (by, role, event, subjects) in said {
            let mut statement = scene.event(by, role, event, subjects);
            let mac = format!("mac:00005e{:06x}", 100 * round + written.len());
            statement.subjects[0].aliases.push(mac.parse().unwrap());
            scene.submit(&statement, &[by]).unwrap();
            written.push(scene.written);
        }
        rounds.push(written);
    }
    let life = facts::findings(&scene.rows, &id(U1)).unwrap();
    assert!(life.len() > 500, "{}", life.len());
    assert!(facts::transfers(&scene.rows, &id(U1)).unwrap().len() > 200);
    assert!(facts::occupants(&scene.rows, &id(SLOT)).unwrap().len() > 80);
    assert!(facts::parts(&scene.rows, &id(U1)).unwrap().len() >= 80);
    // Numbers get longer, and the first rounds are about an emptier slot.
    for (step, (early, late)) in rounds[5].iter().zip(rounds.last().unwrap()).enumerate() {
        assert!(
            late.abs_diff(*early) < 64,
            "step {step}: {early} bytes, then {late}"
        );
    }
}
