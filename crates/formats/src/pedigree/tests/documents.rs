//! What both formats make of a pedigree, byte for byte and read again.

use std::{collections::BTreeSet, path::Path};

use prova_core::{
    log::Checkpoint,
    statement::event::{
        Event,
        make::{Assemble, Manifest, Part},
        role::Role,
    },
    text::escape,
};
use prova_testkit::builder::{TestLedger, component, unit};

use super::{
    super::{Pedigree, Stage},
    scene::{FIRST, HOSTILE, Scene, TYPE, board, manifest, manufacture, scene},
};
use crate::bom::{Bom, Kind as BomKind};

fn fixture(name: &str, got: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/pedigree")
        .join(name);
    let want = snapbox::Data::read_from(&path, Some(snapbox::data::DataFormat::Text));
    let got = String::from_utf8(got.to_vec()).unwrap();
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(got, want.raw());
}

fn listed(bom: &Bom) -> Vec<(String, Option<String>)> {
    let mut listed: Vec<_> = bom
        .components
        .iter()
        .map(|component| (component.name.clone(), component.version.clone()))
        .collect();
    listed.sort();
    listed
}

#[test]
fn the_documents_of_a_unit_are_these_bytes() {
    let scene = scene();
    for (stage, name) in [(Stage::AsBuilt, "as-built"), (Stage::AsInstalled, "as-installed")] {
        let [(cyclonedx, _), (spdx, _)] = scene.documents(&unit("SN1"), stage);
        fixture(&format!("{name}.cdx.json"), &cyclonedx);
        fixture(&format!("{name}.spdx.json"), &spdx);
        let [again, _] = scene.documents(&unit("SN1"), stage);
        assert_eq!(again.0, cyclonedx);
    }
}

#[test]
fn both_formats_list_the_same_and_hostile_text_stays_data() {
    let scene = scene();
    let [(cyclonedx, first), (spdx, second)] = scene.documents(&unit("SN1"), Stage::AsInstalled);
    assert_eq!(listed(&first), listed(&second));
    let hostile = |bom: &Bom| {
        let component = bom
            .components
            .iter()
            .find(|component| component.kind == BomKind::Firmware);
        let component = component.unwrap();
        assert_eq!(component.name, HOSTILE);
        assert_eq!(component.purls.len(), 1);
        assert_eq!(component.cpes.len(), 1);
        component.supplier.clone().unwrap().name
    };
    assert_eq!(hostile(&first), HOSTILE);
    assert_eq!(
        hostile(&second),
        escape(HOSTILE).replace('(', "[").replace(')', "]")
    );
    for bytes in [cyclonedx, spdx] {
        assert!(bytes.iter().all(|byte| *byte == b'\n' || *byte >= 0x20));
    }
    // A note that somebody else wrote cannot pass for a line of its own.
    let notes = scene.pedigree(&unit("SN1"), Stage::AsInstalled).items[0].notes();
    assert!(notes.lines().all(|line| line.starts_with("entry ")), "{notes}");
}

#[test]
fn a_document_has_a_name_that_no_other_has() {
    let scene = scene();
    let other = Checkpoint::new(
        "other.example".parse().unwrap(),
        scene.checkpoint.size(),
        *scene.checkpoint.root(),
    );
    let at = Some("2026-04-01T00:00:00Z".parse().unwrap());
    let (this, other) = (&scene.checkpoint, &other.unwrap());
    let mut names = BTreeSet::new();
    for (component, stage, checkpoint, at) in [
        (unit("SN1"), Stage::AsBuilt, this, None),
        (unit("SN1"), Stage::AsInstalled, this, None),
        (unit("SN1"), Stage::AsInstalled, other, None),
        (unit("SN1"), Stage::AsInstalled, this, at),
        (board("B1"), Stage::AsInstalled, this, None),
    ] {
        let pedigree = Pedigree::new(&scene, &component, stage, checkpoint, &scene.history, at);
        let pedigree = pedigree.unwrap().unwrap();
        for format in ["CycloneDX 1.7", "SPDX 2.3"] {
            let name = pedigree.uuid(format);
            assert_eq!(name.len(), 36);
            assert_eq!(name.as_bytes()[14], b'8');
            assert!(names.insert(name));
        }
    }
}

#[test]
fn parts_deeper_than_readers_go_stand_beside_the_others() {
    let mut ledger = TestLedger::new("ledger.example/2026");
    let mut entries = vec![ledger.charter()];
    entries.extend(ledger.enrolments());
    let names: Vec<_> = (0..40).map(|number| unit(&format!("D{number}"))).collect();
    let event = manufacture(TYPE, None);
    entries.push(ledger.event(
        "dns:nordlys.example",
        Role::Manufacturer,
        event,
        names.clone(),
        &["nordlys"],
    ));
    for pair in names.windows(2).rev() {
        let event = Event::Assemble(Assemble {
            parent: pair[0].clone(),
            parts: vec![Part {
                component: pair[1].clone(),
                position: None,
            }],
        });
        entries.push(ledger.event(
            "dns:nordlys.example",
            Role::Manufacturer,
            event,
            pair.to_vec(),
            &["nordlys"],
        ));
    }
    let scene = Scene::new(entries);
    for (_, bom) in scene.documents(&names[0], Stage::AsBuilt) {
        assert_eq!(bom.components.len(), 41);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_in_records_is_data_in_documents(
        name in proptest::string::string_regex("(?s).{1,24}").unwrap(),
        text in proptest::string::string_regex("(?s)[\\\\\"<>(){}\\[\\]:,\\x00-\\x1f\\u{2028}a-c]{0,24}").unwrap(),
    ) {
        let mut ledger = TestLedger::new("ledger.example/2026");
        let mut entries = vec![ledger.charter()];
        entries.extend(ledger.enrolments());
        let described = Manifest { known_unknowns: vec![text.clone()], ..manifest(&name, Some(&text)) };
        let event = Event::Manifest(described);
        let subjects = vec![component(FIRST)];
        entries.push(ledger.event("dns:nordlys.example", Role::Producer, event, subjects, &["nordlys"]));
        let scene = Scene::new(entries);
        for (bytes, bom) in scene.documents(&component(FIRST), Stage::AsInstalled) {
            proptest::prop_assert!(bytes.iter().all(|byte| *byte == b'\n' || *byte >= 0x20));
            proptest::prop_assert_eq!(bom.components.len(), 1);
            proptest::prop_assert_eq!(&bom.components[0].name, &name);
            proptest::prop_assert_eq!(bom.components[0].version.as_deref(), Some(text.as_str()).filter(|text| !text.is_empty()));
        }
    }
}
