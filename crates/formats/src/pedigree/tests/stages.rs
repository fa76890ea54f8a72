//! Units as they were built and as they are installed.

use std::collections::BTreeSet;

use prova_core::statement::event::{
    Event,
    operation::{Maintain, MaintenanceAction, Update},
    role::Role,
};
use prova_testkit::builder::{TestLedger, component, unit};

use super::{
    super::{Pedigree, Stage},
    scene::{FIRST, SECOND, Scene, board, firmware, install, manufacture, scene},
};

#[test]
fn a_unit_as_built_has_the_parts_and_firmware_it_was_shipped_with() {
    let scene = scene();
    let parts = |stage| {
        scene.documents(&unit("SN1"), stage).map(|(_, bom)| {
            let references = bom.components.iter().filter_map(|component| {
                let hardware = component.hardware.as_ref();
                let serial = hardware.and_then(|hardware| hardware.serial_numbers.first().cloned());
                let digest = component.digests.first().map(ToString::to_string);
                serial.or(digest).or_else(|| {
                    component
                        .reference
                        .as_ref()
                        .map(|reference| reference.id.to_string())
                })
            });
            references.collect::<BTreeSet<_>>()
        })
    };
    let [built, built_spdx] = parts(Stage::AsBuilt);
    let [installed, installed_spdx] = parts(Stage::AsInstalled);
    let has = |set: &BTreeSet<String>, text: &str| set.iter().any(|one| one.contains(text));
    let element = |id: &str| component(id).digest().to_string();
    for (id, serial, in_built, in_installed) in [
        ("unit:dns:nordlys.example/BB7/B1", "B1", true, false),
        ("unit:dns:nordlys.example/BB7/B2", "B2", false, true),
        (FIRST, FIRST.rsplit(':').next().unwrap(), true, false),
        (SECOND, SECOND.rsplit(':').next().unwrap(), false, true),
    ] {
        assert_eq!(has(&built, serial), in_built, "{id}");
        assert_eq!(has(&installed, serial), in_installed, "{id}");
        let element = element(id);
        assert_eq!(has(&built_spdx, &element), in_built, "{id}");
        assert_eq!(has(&installed_spdx, &element), in_installed, "{id}");
    }
    let entries = |stage| {
        let pedigree = scene.pedigree(&unit("SN1"), stage);
        pedigree.items[0]
            .rows
            .iter()
            .map(|row| row.event.clone())
            .collect::<Vec<_>>()
    };
    let life = [
        "manufacture",
        "assemble",
        "store",
        "ship",
        "receive",
        "install",
        "update",
        "maintain",
    ];
    assert_eq!(entries(Stage::AsBuilt), life[..3]);
    assert_eq!(entries(Stage::AsInstalled), life);
}

#[test]
fn what_is_not_known_is_said_and_does_not_stop_the_document() {
    let mut ledger = TestLedger::new("ledger.example/2026");
    let mut entries = vec![ledger.charter()];
    entries.extend(ledger.enrolments());
    // Installed before the ledger was, with firmware that nobody described; the board in it has the same.
    let (event, subjects) = install("slot:dns:north.example/site-2/aau-1", &unit("OLD"));
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        event,
        subjects,
        &["operator-north"],
    ));
    let born = manufacture("type:dns:nordlys.example/BB7/R1", Some(FIRST));
    entries.push(ledger.event(
        "dns:nordlys.example",
        Role::Manufacturer,
        born,
        vec![board("B9")],
        &["nordlys"],
    ));
    let update = Event::Update(Update {
        from: None,
        to: firmware(FIRST),
        method: None,
        approved_by: None,
    });
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        update,
        vec![unit("OLD")],
        &["operator-north"],
    ));
    let work = Event::Maintain(Maintain {
        action: MaintenanceAction::Replace,
        employer: None,
        remote_from: None,
        parent: Some(unit("OLD")),
        parts_in: vec![board("B9")],
        parts_out: Vec::new(),
        data_carriers_removed: None,
    });
    let subjects = vec![unit("OLD"), board("B9")];
    entries.push(ledger.event(
        "dns:north.example",
        Role::Operator,
        work,
        subjects,
        &["operator-north"],
    ));
    let scene = Scene::new(entries);

    let built = scene.pedigree(&unit("OLD"), Stage::AsBuilt);
    assert_eq!(built.items.len(), 1);
    assert!(built.items[0].rows.is_empty());
    assert_eq!(built.items[0].name, "AAU3900");
    assert_eq!(built.time.to_string(), "1970-01-01T00:00:00Z");
    for stage in [Stage::AsBuilt, Stage::AsInstalled] {
        scene.documents(&unit("OLD"), stage);
    }
    // The firmware of two units is one component, and so is a type that has no manifest.
    let installed = scene.pedigree(&unit("OLD"), Stage::AsInstalled);
    let names: Vec<_> = installed
        .items
        .iter()
        .map(|item| item.node.component.to_string())
        .collect();
    assert_eq!(
        names,
        [
            unit("OLD").to_string().as_str(),
            FIRST,
            board("B9").to_string().as_str(),
            "type:dns:nordlys.example/BB7/R1",
        ]
    );
    let codes = installed.items[0]
        .findings
        .iter()
        .map(|finding| finding.code().name());
    assert!(codes.collect::<Vec<_>>().contains(&"no-birth"));
    let unknown = Pedigree::new(
        &scene,
        &unit("NEW"),
        Stage::AsBuilt,
        &scene.checkpoint,
        &scene.history,
        None,
    );
    assert!(unknown.unwrap().is_none());
}
