mod births;
mod chains;
mod custody;
mod firmware;
mod lines;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use super::{Detail, FindingCode, FindingCode as F, TransferState, facts};
use crate::{
    hash::{Digest, LeafHash},
    ledger::{Inadmissible, MemoryRows, Replay},
    lifecycle::distrusted,
    statement::event::{
        Event, Firmware, Site,
        assurance::{Correct, CorrectionKind},
        category::AreaClass,
        custody::{Inspection, Receive, SealState, Ship, Store},
        make::{Assemble, Manifest, Manufacture, Part, Supply},
        notice::{ActStatus, Restrict, Scope},
        operation::{Decommission, Destination, Install, Maintain, MaintenanceAction, Measure, Update},
        role::Role,
    },
    tests::scene::{Refused, Scene, component, id, org},
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

    /// The same of an event that others sign beside the first.
    #[track_caller]
    fn together(
        &mut self,
        signers: &[&str],
        role: Role,
        event: Event,
        subjects: &[&str],
        want: &[FindingCode],
    ) {
        let statement = self.event_with(signers[0], &signers[1..], role, event, subjects);
        let (_, found) = self.submit(&statement, signers).unwrap();
        assert_eq!(found, want);
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
    scene.together(
        &["integrator", NORTH],
        Role::Maintainer,
        maintain(MaintenanceAction::Remove, None, &[], &[]),
        &[U1, SLOT],
        &[],
    );
    scene.clean(NORTH, operator, install(None), &[U2, SLOT]);
    scene.clean(NORTH, operator, decommission(), &[U1]);
    let unit = scene.unit(U1);
    assert_eq!(
        (unit.custodian().cloned(), unit.title, unit.slot),
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
        distrusted(scene.registry.as_ref().unwrap(), |key| scene.signed_by(key)),
        Ok(Vec::new())
    );
}
