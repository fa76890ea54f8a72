//! `prova show`.

use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{FIRMWARE, GAPPED, SOUND, TYPE},
};

#[test]
fn a_life_is_told_with_custody_findings_and_contradictions() {
    let sandbox = Sandbox::with_faults();
    let lines = [format!("show {GAPPED}"), format!("show {SOUND}")];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova show unit:dns:nordlys.example/AAU/S2
unit:dns:nordlys.example/AAU/S2
  name        AAU
  category    ran.aau
  type        type:dns:nordlys.example/AAU/R1
  holder      Carrier (dns:carrier.example)
  title       Nordlys (dns:nordlys.example)
  custody     Nordlys from entry 9 to 11: made it
  custody     Carrier from entry 11: handed over, signed by both sides
  transfer    open: Nordlys to North, carried by Carrier, title to North, shipped in entry 10, in the carrier's hands since entry 11
  chain       5 entries, head c4317c0a9e8658b66929942911ec8f9b3ce8c0db3066857c4ebcb44ff92ecf0b

 9  2026-03-01T08:00:00Z  manufacture   Nordlys, manufacturer
    makes it as type:dns:nordlys.example/AAU/R1 at Kiruna, SE on 2026-03-01; lot L7
    the same statement is about 1 other component
10  2026-03-01T08:00:00Z  ship          Nordlys, manufacturer
    ships it to North; carried by Carrier; title goes to North; seals S-1
    the same statement is about 1 other component
11  2026-03-01T08:00:00Z  receive       Carrier, carrier
    receives it from Nordlys; against the shipment 00e551c9112a…; seals intact; accepted
    the same statement is about 1 other component
    ! distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
14  2026-03-01T08:00:00Z  install       North, operator
    installs it as ran.aau in a general area
    the same statement is about 1 other component
    ! other-account: dns:north.example has an account of its own
    · at the entry alone: custody-gap: taken into use by dns:north.example, who had not received it
    ! contradicted by entry 15, by Carrier
15  2026-03-01T08:00:00Z  correct       Carrier, carrier
    disputes the entry 2842997f2b36…: ours\u{1b}[2J\u{202e}still
    ! distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[0]
$ prova show unit:dns:nordlys.example/AAU/S1
unit:dns:nordlys.example/AAU/S1
  name        AAU
  category    ran.aau
  type        type:dns:nordlys.example/AAU/R1
  holder      North (dns:north.example)
  title       North (dns:north.example)
  slot        slot:dns:north.example/gNB-1
  custody     Nordlys from entry 9 to 11: made it
  custody     Carrier from entry 11 to 12: handed over, signed by both sides
  custody     North from entry 12: handed over, signed by both sides
  transfer    accepted: Nordlys to North, carried by Carrier, title to North, shipped in entry 10, received in entry 12
  chain       5 entries, head 1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68

 9  2026-03-01T08:00:00Z  manufacture   Nordlys, manufacturer
    makes it as type:dns:nordlys.example/AAU/R1 at Kiruna, SE on 2026-03-01; lot L7
    the same statement is about 1 other component
10  2026-03-01T08:00:00Z  ship          Nordlys, manufacturer
    ships it to North; carried by Carrier; title goes to North; seals S-1
    the same statement is about 1 other component
11  2026-03-01T08:00:00Z  receive       Carrier, carrier
    receives it from Nordlys; against the shipment 00e551c9112a…; seals intact; accepted
    the same statement is about 1 other component
    ! distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
12  2026-03-01T08:00:00Z  receive       North, operator
    receives it from Carrier; against the shipment 00e551c9112a…; seals intact; accepted
    place: Narvik, NO
13  2026-03-01T08:00:00Z  install       North, operator
    installs it as ran.aau in a sensitive area
    the same statement is about 1 other component
[0]

"#]]
    );
}

#[test]
fn types_artefacts_slots_and_the_ledger_itself_have_lives_too() {
    let sandbox = Sandbox::with_life();
    let lines = [
        format!("show {TYPE}"),
        format!("show {FIRMWARE}"),
        "show slot:dns:north.example/gNB-1".to_owned(),
        "show ledger:ledger.example/2026".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova show type:dns:nordlys.example/AAU/R1
type:dns:nordlys.example/AAU/R1
  name        AAU
  category    ran.aau
  chain       1 entry, head 90f702e4a0ccbdbcf2f8e40e60ce1815c92fe8250567fa84efac02e61c2873d9

7  2026-03-01T08:00:00Z  manifest      Nordlys, designer
   describes AAU; category ran.aau; bills of materials: CycloneDX 1.6 with 4 components; not known: capacitors
   document: aau.cdx.json, sha256 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd

mentioned by
8  2026-03-01T08:00:00Z  manifest      Fjordos, producer
   describes FjordOS 3.1; produced by Fjordos; runs on type:dns:nordlys.example/AAU/R1
9  2026-03-01T08:00:00Z  manufacture   Nordlys, manufacturer
   makes it as type:dns:nordlys.example/AAU/R1 at Kiruna, SE on 2026-03-01; lot L7
   the same statement is about 1 other component
[0]
$ prova show artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
  name        FjordOS 3.1
  producer    Fjordos (dns:fjordos.example)
  released    in entry 8
  chain       1 entry, head bc2c81ee4e71c9034c7adfe7dafc752b1aabdc06bc7a72c7f78515f3574a7ec0

8  2026-03-01T08:00:00Z  manifest      Fjordos, producer
   describes FjordOS 3.1; produced by Fjordos; runs on type:dns:nordlys.example/AAU/R1
[0]
$ prova show slot:dns:north.example/gNB-1
slot:dns:north.example/gNB-1
  category    ran.aau
  area        sensitive
  occupant    unit:dns:nordlys.example/AAU/S1
  chain       1 entry, head 1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68

13  2026-03-01T08:00:00Z  install       North, operator
    installs it as ran.aau in a sensitive area
    the same statement is about 1 other component
[0]
$ prova show ledger:ledger.example/2026
ledger:ledger.example/2026

0  2026-03-01T08:00:00Z  charter       dns:ministry.example
   founds the test ledger ledger.example/2026 under 2 root keys, of which 2 must sign
   countersigned by dns:union.example

mentioned by
1  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols Nordlys (dns:nordlys.example), SE; as manufacturer, designer; with 1 key
   countersigned by dns:union.example
2  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols Fjordos (dns:fjordos.example), SE; as producer; with 1 key
   countersigned by dns:union.example
3  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols Lab (dns:lab.example), SE; as laboratory, certifier; with 1 key
   countersigned by dns:union.example
4  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols Carrier (dns:carrier.example), SE; as carrier; with 1 key
   countersigned by dns:union.example
5  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols North (dns:north.example), SE; as operator; with 1 key
   countersigned by dns:union.example
6  2026-03-01T08:00:00Z  enrol         dns:ministry.example
   enrols Regulator (dns:regulator.example), SE; as regulator; with 1 key
   countersigned by dns:union.example
[0]

"#]]
    );
}

#[test]
fn an_entry_is_shown_whole_and_its_control_characters_are_escaped() {
    let sandbox = Sandbox::with_faults();
    let lines = ["show 15", "show 12 --format json"];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova show 15
entry 15, 1020 bytes, leaf hash c4317c0a9e8658b66929942911ec8f9b3ce8c0db3066857c4ebcb44ff92ecf0b
Carrier disputes the entry 2842997f2b36…: ours\u{1b}[2J\u{202e}still
signature by Carrier with key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c: good
  ! distrusted: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
! distrusted-key of unit:dns:nordlys.example/AAU/S2: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "unit:dns:nordlys.example/AAU/S2",
      "digest": {
        "sha256": "a7377140dbaba2b9938d1311090a579bef79c94a9dd206a6a8cebed37c5c666c"
      },
      "annotations": {
        "prev": "2842997f2b36ba55b4d905f660a02b5fb8a9848c23aa7825288ce56785f01e6d"
      }
    }
  ],
  "predicateType": "urn:prova:event:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "by": "dns:carrier.example",
    "role": "carrier",
    "time": "2026-03-01T08:00:00Z",
    "event": {
      "correct": {
        "target": "2842997f2b36ba55b4d905f660a02b5fb8a9848c23aa7825288ce56785f01e6d",
        "kind": "dispute",
        "reason": "ours\u001b[2J\u202estill"
      }
    }
  }
}
[0]
$ prova show 12 --format json
{
  "index": 12,
  "leaf": "207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1",
  "bytes": 1096,
  "sentence": "North receives it from Carrier; against the shipment 00e551c9112a…; seals intact; accepted",
  "signatures": [
    {
      "key": "91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe",
      "organisation": "dns:north.example",
      "name": "North",
      "status": "good"
    }
  ],
  "findings": [],
  "statement": {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"unit:dns:nordlys.example/AAU/S1","digest":{"sha256":"de872d0100f39ccef53ff72d320207b059aa06a4148f473f9e022e406c040165"},"annotations":{"prev":"48bdaadafda96736a8a13dca37ed667ff767f069764974d08ce5ac6ebf63f858"}}],"predicateType":"urn:prova:event:1","predicate":{"ledger":"ledger.example/2026","by":"dns:north.example","role":"operator","time":"2026-03-01T08:00:00Z","place":{"country":"NO","name":"Narvik"},"event":{"receive":{"from":"dns:carrier.example","ship":"00e551c9112aa03ff8e8d0a0e5850ed137d34956f2526ae9e6e2c8f48b1cb588","seals":"intact","inspection":"accepted"}}}}
}
[0]

"#]]
    );
}

#[test]
fn heads_list_every_chain() {
    let sandbox = Sandbox::with_faults();
    let lines = ["show --heads", "show --heads slot: --format json"];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova show --heads
artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  1 entry, last 8, head bc2c81ee4e71c9034c7adfe7dafc752b1aabdc06bc7a72c7f78515f3574a7ec0
slot:dns:north.example/gNB-1  1 entry, last 13, head 1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68
slot:dns:north.example/gNB-2  1 entry, last 14, head 2842997f2b36ba55b4d905f660a02b5fb8a9848c23aa7825288ce56785f01e6d
type:dns:nordlys.example/AAU/R1  1 entry, last 7, head 90f702e4a0ccbdbcf2f8e40e60ce1815c92fe8250567fa84efac02e61c2873d9
unit:dns:nordlys.example/AAU/S1  5 entries, last 13, head 1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68  ! 1 finding
unit:dns:nordlys.example/AAU/S2  5 entries, last 15, head c4317c0a9e8658b66929942911ec8f9b3ce8c0db3066857c4ebcb44ff92ecf0b  ! 2 findings
[0]
$ prova show --heads slot: --format json
{"subject":"slot:dns:north.example/gNB-1","entries":1,"last":13,"head":"1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68","findings":0}
{"subject":"slot:dns:north.example/gNB-2","entries":1,"last":14,"head":"2842997f2b36ba55b4d905f660a02b5fb8a9848c23aa7825288ce56785f01e6d","findings":0}
[0]

"#]]
    );
}

#[test]
fn the_json_of_a_life_has_standing_rows_and_mentions() {
    let sandbox = Sandbox::with_life();
    let line = format!("show {SOUND} --format json");
    assert_transcript!(
        sandbox.transcript(&[&line]),
        str![[r#"
$ prova show unit:dns:nordlys.example/AAU/S1 --format json
{
  "subject": "unit:dns:nordlys.example/AAU/S1",
  "standing": {
    "entries": 5,
    "first": 9,
    "last": 13,
    "head": "1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68",
    "time": "2026-03-01T08:00:00Z",
    "name": "AAU",
    "category": "ran.aau",
    "type": "type:dns:nordlys.example/AAU/R1",
    "holder": {
      "id": "dns:north.example",
      "name": "North"
    },
    "custody": {
      "spans": [
        {
          "holder": {
            "id": "dns:nordlys.example",
            "name": "Nordlys"
          },
          "from": {
            "entry": 9,
            "time": "2026-03-01T08:00:00Z"
          },
          "until": {
            "entry": 11,
            "time": "2026-03-01T08:00:00Z"
          },
          "how": "birth"
        },
        {
          "holder": {
            "id": "dns:carrier.example",
            "name": "Carrier"
          },
          "from": {
            "entry": 11,
            "time": "2026-03-01T08:00:00Z"
          },
          "until": {
            "entry": 12,
            "time": "2026-03-01T08:00:00Z"
          },
          "how": {
            "receipt": {
              "from": "dns:nordlys.example",
              "given": 10,
              "state": "open"
            }
          },
          "handOver": "confirmed"
        },
        {
          "holder": {
            "id": "dns:north.example",
            "name": "North"
          },
          "from": {
            "entry": 12,
            "time": "2026-03-01T08:00:00Z"
          },
          "how": {
            "receipt": {
              "from": "dns:carrier.example",
              "given": 10,
              "state": "accepted"
            }
          },
          "handOver": "confirmed"
        }
      ]
    },
    "title": {
      "id": "dns:north.example",
      "name": "North"
    },
    "transfers": [
      {
        "from": {
          "id": "dns:nordlys.example",
          "name": "Nordlys"
        },
        "to": {
          "id": "dns:north.example",
          "name": "North"
        },
        "carrier": {
          "id": "dns:carrier.example",
          "name": "Carrier"
        },
        "titleTo": {
          "id": "dns:north.example",
          "name": "North"
        },
        "shipped": 10,
        "received": 12,
        "state": "accepted"
      }
    ],
    "slot": "slot:dns:north.example/gNB-1"
  },
  "rows": [
    {
      "index": 9,
      "leaf": "57b02e54d505363dd0132a3067d9a42607715f20545ed832b5eb37cdef848822",
      "time": "2026-03-01T08:00:00Z",
      "by": {
        "id": "dns:nordlys.example",
        "name": "Nordlys"
      },
      "role": "manufacturer",
      "event": "manufacture",
      "sentence": "makes it as type:dns:nordlys.example/AAU/R1 at Kiruna, SE on 2026-03-01; lot L7",
      "subjects": 2,
      "country": "SE"
    },
    {
      "index": 10,
      "leaf": "00e551c9112aa03ff8e8d0a0e5850ed137d34956f2526ae9e6e2c8f48b1cb588",
      "time": "2026-03-01T08:00:00Z",
      "by": {
        "id": "dns:nordlys.example",
        "name": "Nordlys"
      },
      "role": "manufacturer",
      "event": "ship",
      "sentence": "ships it to North; carried by Carrier; title goes to North; seals S-1",
      "subjects": 2
    },
    {
      "index": 11,
      "leaf": "48bdaadafda96736a8a13dca37ed667ff767f069764974d08ce5ac6ebf63f858",
      "time": "2026-03-01T08:00:00Z",
      "by": {
        "id": "dns:carrier.example",
        "name": "Carrier"
      },
      "role": "carrier",
      "event": "receive",
      "sentence": "receives it from Nordlys; against the shipment 00e551c9112a…; seals intact; accepted",
      "subjects": 2
    },
    {
      "index": 12,
      "leaf": "207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1",
      "time": "2026-03-01T08:00:00Z",
      "by": {
        "id": "dns:north.example",
        "name": "North"
      },
      "role": "operator",
      "event": "receive",
      "sentence": "receives it from Carrier; against the shipment 00e551c9112a…; seals intact; accepted",
      "subjects": 1,
      "place": "Narvik, NO",
      "country": "NO"
    },
    {
      "index": 13,
      "leaf": "1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68",
      "time": "2026-03-01T08:00:00Z",
      "by": {
        "id": "dns:north.example",
        "name": "North"
      },
      "role": "operator",
      "event": "install",
      "sentence": "installs it as ran.aau in a sensitive area",
      "subjects": 2
    }
  ],
  "mentions": []
}
[0]

"#]]
    );
}

#[test]
fn what_is_not_there_is_the_callers_mistake() {
    let sandbox = Sandbox::with_life();
    let lines = [
        "show",
        "show unit:dns:nordlys.example/AAU/NONE",
        "show 99",
        "show 99999999999999999999",
        "show box:x",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova show
error: the following required arguments were not provided:
  <COMPONENT|INDEX>

Usage: prova show --ledger <DIR> <COMPONENT|INDEX>

For more information, try '--help'.
[2]
$ prova show unit:dns:nordlys.example/AAU/NONE
error: the ledger has no entry about unit:dns:nordlys.example/AAU/NONE
hint: `prova show --heads` lists what it has entries about
[2]
$ prova show 99
error: there is no entry 99 in a ledger of size 14
[2]
$ prova show 99999999999999999999
error: no entry has the index 99999999999999999999
[2]
$ prova show box:x
error: «box:x» is neither a component nor the index of an entry
  caused by: no component: want type:, artefact:, unit: or slot:
[2]

"#]]
    );
}
