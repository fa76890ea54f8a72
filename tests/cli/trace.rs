//! `prova trace`.

use std::fs;

use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{GAPPED, SOUND, TYPE},
};

#[test]
fn a_unit_is_traced_to_its_place_and_down_to_the_parts_of_its_bill_of_materials() {
    let sandbox = Sandbox::with_faults();
    let lines = [
        format!("trace {SOUND}"),
        "trace slot:dns:north.example/gNB-2".to_owned(),
        "trace unit:dns:nordlys.example/AAU/NONE".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova trace unit:dns:nordlys.example/AAU/S1
unit:dns:nordlys.example/AAU/S1 (Nordlys)  ! distrusted-key
├─ in slot:dns:north.example/gNB-1 (North, ran.aau, sensitive area)
├─ held by North
└─ type type:dns:nordlys.example/AAU/R1 (AAU, Nordlys, ran.aau)
   ├─ bill of materials, CycloneDX 1.6, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
   │  ├─ AAU, device, supplied by Nordlys
   │  │  ├─ zlib 1.3.1, library, supplied by zlib \u{1b}[31mauthors
   │  │  └─ libyang 2.1, library
   │  ├─ boot 2, firmware, supplied by Fjordos
   │  └─ not known: 1 component without a supplier
   └─ not known: capacitors
[0]
$ prova trace slot:dns:north.example/gNB-2
slot:dns:north.example/gNB-2 (North, ran.aau)
└─ occupied by unit:dns:nordlys.example/AAU/S2 (Nordlys)  ! distrusted-key
   └─ type type:dns:nordlys.example/AAU/R1 (AAU, Nordlys, ran.aau)
      ├─ bill of materials, CycloneDX 1.6, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
      │  ├─ AAU, device, supplied by Nordlys
      │  │  ├─ zlib 1.3.1, library, supplied by zlib \u{1b}[31mauthors
      │  │  └─ libyang 2.1, library
      │  ├─ boot 2, firmware, supplied by Fjordos
      │  └─ not known: 1 component without a supplier
      └─ not known: capacitors
[0]
$ prova trace unit:dns:nordlys.example/AAU/NONE
error: the ledger has no entry about unit:dns:nordlys.example/AAU/NONE
hint: `prova show --heads` lists what it has entries about
[2]

"#]]
    );
}

#[test]
fn parts_are_nested_and_firmware_that_nobody_released_is_said_to_be_so() {
    let sandbox = Sandbox::with_life();
    let stray = "artefact:sha256:0000000000000000000000000000000000000000000000000000000000000000";
    for line in [
        "attest manufacture unit:dns:nordlys.example/PSU/P1 --type type:dns:nordlys.example/PSU/R1 --site-country SE --key keys/nordlys.pem".to_owned(),
        "attest ship unit:dns:nordlys.example/PSU/P1 --to dns:north.example --key keys/nordlys.pem".to_owned(),
        "attest receive unit:dns:nordlys.example/PSU/P1 --seals none --inspection accepted --key keys/operator-north.pem".to_owned(),
        format!("attest maintain {SOUND} unit:dns:nordlys.example/PSU/P1 --action replace --parent {SOUND} --part-in unit:dns:nordlys.example/PSU/P1 --key keys/operator-north.pem"),
        format!("attest update {SOUND} --firmware {stray} --key keys/operator-north.pem"),
    ] {
        sandbox.ok(&line);
    }
    let lines = [
        format!("trace {SOUND}"),
        "trace unit:dns:nordlys.example/PSU/P1".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova trace unit:dns:nordlys.example/AAU/S1
unit:dns:nordlys.example/AAU/S1 (Nordlys)  ! unreleased-firmware
├─ in slot:dns:north.example/gNB-1 (North, ran.aau, sensitive area)
├─ held by North
├─ type type:dns:nordlys.example/AAU/R1 (AAU, Nordlys, ran.aau)
│  ├─ bill of materials, CycloneDX 1.6, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
│  │  ├─ AAU, device, supplied by Nordlys
│  │  │  ├─ zlib 1.3.1, library, supplied by zlib \u{1b}[31mauthors
│  │  │  └─ libyang 2.1, library
│  │  ├─ boot 2, firmware, supplied by Fjordos
│  │  └─ not known: 1 component without a supplier
│  └─ not known: capacitors
├─ firmware artefact:sha256:0000000000000000000000000000000000000000000000000000000000000000, of which the ledger has no entry
└─ part unit:dns:nordlys.example/PSU/P1 (Nordlys)
   └─ type type:dns:nordlys.example/PSU/R1 (Nordlys), of which the ledger has no entry
[0]
$ prova trace unit:dns:nordlys.example/PSU/P1
unit:dns:nordlys.example/PSU/P1 (Nordlys)
├─ in unit:dns:nordlys.example/AAU/S1
├─ in slot:dns:north.example/gNB-1 (North, ran.aau, sensitive area)
├─ held by North
└─ type type:dns:nordlys.example/PSU/R1 (Nordlys), of which the ledger has no entry
[0]

"#]]
    );
}

#[test]
fn a_bill_of_materials_that_is_absent_or_changed_is_named_and_not_believed() {
    let sandbox = Sandbox::with_life();
    let attachment = sandbox
        .ledger_files()
        .into_iter()
        .find(|(path, _)| path.to_string_lossy().contains("attachments/"));
    let (path, _) = attachment.unwrap();
    let line = format!("trace {GAPPED}");
    let mut transcript = String::new();
    fs::write(&path, r#"{"bomFormat":"CycloneDX","specVersion":"1.6"}"#).unwrap();
    transcript.push_str(&sandbox.transcript(&[&line]));
    fs::remove_file(&path).unwrap();
    transcript.push_str(&sandbox.transcript(&[&line]));
    assert_transcript!(
        transcript,
        str![[r#"
$ prova trace unit:dns:nordlys.example/AAU/S2
unit:dns:nordlys.example/AAU/S2 (Nordlys)
├─ held by Carrier
└─ type type:dns:nordlys.example/AAU/R1 (AAU, Nordlys, ran.aau)
   ├─ bill of materials, CycloneDX 1.6, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
   │  └─ the kept document was changed: it has the digest 20b5397e8c658dd61fca0ec2ea9a3841f979716daace2ab4ff747648d9bf9d18
   └─ not known: capacitors
[1]
$ prova trace unit:dns:nordlys.example/AAU/S2
unit:dns:nordlys.example/AAU/S2 (Nordlys)
├─ held by Carrier
└─ type type:dns:nordlys.example/AAU/R1 (AAU, Nordlys, ran.aau)
   ├─ bill of materials, CycloneDX 1.6, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
   │  └─ the ledger does not keep the document
   └─ not known: capacitors
[0]

"#]]
    );
}

#[test]
fn a_long_bill_of_materials_is_cut_unless_all_of_it_is_asked_for() {
    let sandbox = Sandbox::with_ledger();
    let components: Vec<_> = (0..25)
        .map(|at| format!(r#"{{"type": "library", "name": "lib{at}", "supplier": {{"name": "Fjordos"}}}}"#))
        .collect();
    sandbox.write(
        "long.cdx.json",
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]}}"#,
            components.join(",")
        ),
    );
    sandbox.ok(&format!(
        "attest manifest {TYPE} --name AAU --bom long.cdx.json --key keys/nordlys.pem"
    ));
    let cut = sandbox.ok(&format!("trace {TYPE}"));
    assert_eq!(cut.matches(", library, supplied by Fjordos").count(), 20);
    assert!(cut.ends_with("   └─ and 5 more; --all shows them\n"), "{cut}");
    let all = sandbox.ok(&format!("trace {TYPE} --all"));
    assert_eq!(all.matches(", library, supplied by Fjordos").count(), 25);
}

#[test]
fn the_json_of_a_trace_joins_the_tree_and_the_materials_by_digest() {
    let sandbox = Sandbox::with_life();
    let line = format!("trace {SOUND} --format json");
    assert_transcript!(
        sandbox.transcript(&[&line]),
        str![[r#"
$ prova trace unit:dns:nordlys.example/AAU/S1 --format json
{
  "slot": {
    "component": "slot:dns:north.example/gNB-1",
    "operator": {
      "id": "dns:north.example",
      "name": "North"
    },
    "category": "ran.aau",
    "area": "sensitive"
  },
  "holder": {
    "id": "dns:north.example",
    "name": "North"
  },
  "tree": {
    "relation": "root",
    "component": "unit:dns:nordlys.example/AAU/S1",
    "shown": "whole",
    "maker": {
      "id": "dns:nordlys.example",
      "name": "Nordlys"
    },
    "children": [
      {
        "relation": "type",
        "component": "type:dns:nordlys.example/AAU/R1",
        "shown": "whole",
        "name": "AAU",
        "maker": {
          "id": "dns:nordlys.example",
          "name": "Nordlys"
        },
        "category": "ran.aau",
        "manifest": 7,
        "boms": [
          {
            "format": "CycloneDX",
            "version": "1.6",
            "components": 4,
            "document": {
              "sha256": "40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd",
              "mediaType": "application/vnd.cyclonedx+json",
              "name": "aau.cdx.json"
            }
          }
        ],
        "knownUnknowns": [
          "capacitors"
        ]
      }
    ]
  },
  "materials": {
    "40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd": {
      "version": "CycloneDX 1.6",
      "components": [
        {
          "index": 0,
          "parts": [
            1,
            2
          ],
          "kind": "device",
          "name": "AAU",
          "supplier": "Nordlys"
        },
        {
          "index": 1,
          "kind": "library",
          "name": "zlib",
          "version": "1.3.1",
          "supplier": "zlib \u001b[31mauthors"
        },
        {
          "index": 2,
          "kind": "library",
          "name": "libyang",
          "version": "2.1"
        },
        {
          "index": 3,
          "kind": "firmware",
          "name": "boot",
          "version": "2",
          "supplier": "Fjordos"
        }
      ],
      "unknowns": [
        {
          "component": 2,
          "kind": "supplierMissing",
          "text": "no supplier of libyang is stated"
        }
      ],
      "warnings": []
    }
  }
}
[0]

"#]]
    );
}
