//! Every BOM of `fixtures/boms`, and what is in it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::{
    bom::{BomReading, ElementRef, SpecVersion, read},
    limits::Limits,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/boms")
}

fn fixture(name: &str) -> BomReading {
    let file = fs::File::open(folder().join(name)).unwrap();
    read(file, &Limits::default()).unwrap()
}

#[test]
fn every_fixture_is_read_without_a_warning() {
    // Name, components, relationships, gaps.
    let want = [
        ("aau-firmware.spdx.json", SpecVersion::Spdx23, 7, 9, 2),
        ("amf.cdx.json", SpecVersion::CycloneDx17, 7, 7, 2),
        ("antenna-unit.cdx.json", SpecVersion::CycloneDx17, 9, 10, 2),
        ("core-server.cdx.json", SpecVersion::CycloneDx16, 10, 10, 1),
        ("frr.cdx.json", SpecVersion::CycloneDx17, 122, 310, 0),
        ("frr.spdx.json", SpecVersion::Spdx23, 122, 302, 0),
        ("kamailio.cdx.json", SpecVersion::CycloneDx16, 72, 162, 1),
        ("kamailio.spdx.json", SpecVersion::Spdx23, 138, 373, 28),
        ("linked-router.spdx.json", SpecVersion::Spdx22, 2, 4, 2),
        ("linked-tls.spdx.json", SpecVersion::Spdx22, 2, 3, 0),
        ("strongswan.cdx.json", SpecVersion::CycloneDx14, 69, 160, 1),
        ("strongswan.spdx.json", SpecVersion::Spdx22, 135, 362, 32),
    ];
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let got: Vec<_> = names
        .iter()
        .map(|name| {
            let BomReading { bom, warnings, .. } = fixture(name);
            assert_eq!(warnings, [], "{name}");
            (
                name.as_str(),
                bom.document.version,
                bom.components.len(),
                bom.relationships.len(),
                bom.unknowns.len(),
            )
        })
        .collect();
    assert_eq!(got, want);
}

#[test]
fn small_fixtures_cut_anywhere_are_refused() {
    for name in ["linked-tls.spdx.json", "linked-router.spdx.json", "amf.cdx.json"] {
        let bytes = fs::read(folder().join(name)).unwrap();
        let text = bytes.trim_ascii_end();
        for end in 0..text.len() {
            assert!(
                read(&text[..end], &Limits::default()).is_err(),
                "{end} bytes of {name}"
            );
        }
    }
}

#[test]
fn the_same_packages_are_found_in_both_formats() {
    for name in ["frr", "kamailio", "strongswan"] {
        let purls = |suffix: &str| -> BTreeSet<String> {
            let bom = fixture(&format!("{name}.{suffix}.json")).bom;
            bom.components
                .iter()
                .flat_map(|component| &component.purls)
                .map(ToString::to_string)
                .collect()
        };
        let (cyclonedx, spdx) = (purls("cdx"), purls("spdx"));
        assert_eq!(cyclonedx, spdx, "{name}");
        assert!(
            cyclonedx
                .iter()
                .any(|purl| purl.starts_with(&format!("pkg:deb/debian/{name}@"))),
            "{name}"
        );
    }
}

#[test]
fn the_antenna_unit_says_what_it_is_made_of() {
    let bom = fixture("antenna-unit.cdx.json").bom;
    let roots = bom.roots();
    let [root] = roots.as_slice() else {
        panic!("{} roots", roots.len())
    };
    let hardware = root.hardware.as_deref().unwrap();
    assert_eq!(hardware.serial_numbers, ["NR3900-000417"]);
    assert_eq!(hardware.mac_addresses.len(), 2);
    assert_eq!(hardware.gs1_ids.len(), 2);
    assert_eq!(root.manufacturer.as_ref().unwrap().country.as_deref(), Some("SE"));
    let countries: BTreeSet<&str> = bom
        .components
        .iter()
        .filter_map(|component| component.manufacturer.as_ref()?.country.as_deref())
        .collect();
    assert_eq!(
        countries.into_iter().collect::<Vec<_>>(),
        ["CZ", "FI", "JP", "NL", "PT", "SE", "TW"]
    );
    let board = bom.find(&ElementRef::local("aau-3900/board")).unwrap();
    let parts = bom.parts();
    let names: Vec<&str> = parts[&board.index]
        .iter()
        .map(|index| bom.component(*index).unwrap().name.as_str())
        .collect();
    assert_eq!(names, ["WS-9100", "HL-7K", "SC-OCXO-10", "HL-TPM2"]);
    assert_eq!(bom.document.properties.values("prova:synthetic"), ["true"]);
}

#[test]
fn links_of_fixtures_state_the_digests_of_their_documents() {
    for (from, to) in [
        ("linked-router.spdx.json", "linked-tls.spdx.json"),
        ("antenna-unit.cdx.json", "aau-firmware.spdx.json"),
    ] {
        let want = fixture(to).digest;
        let links = fixture(from).bom.document.links;
        let mut stated = links.iter().flat_map(|link| &link.digests);
        assert!(stated.any(|digest| digest.sha256() == Some(want)), "{from}");
    }
}
