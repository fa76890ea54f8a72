//! `prova export --as`: the same bytes every time, and no file where nothing was exported.

use std::io::Read as _;

use prova_core::{hash::Digest, statement::Envelope};
use prova_formats::{bom, limits::Limits};
use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{FIRMWARE, GAPPED, SOUND, TYPE},
};

fn read(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::fs::File::open(sandbox.path(name))
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

#[test]
fn each_format_has_these_bytes() {
    let sandbox = Sandbox::with_life();
    let transcript = sandbox.transcript(&[
        "export 1 9 --as sigstore -o one.sigstore.jsonl --format json",
        &format!("export {SOUND} 0 --as intoto -o life.intoto.jsonl --format json"),
        &format!("export 0 {FIRMWARE} --as cose -o receipts.cose --format json"),
        &format!("export {SOUND} --as cyclonedx --stage as-built -o built.cdx.json --format json"),
        &format!("export {SOUND} --as cyclonedx -o installed.cdx.json --format json"),
        &format!("export {SOUND} --as spdx --at 2026-04-01T00:00:00Z -o installed.spdx.json --format json"),
        &format!("export {TYPE} --as spdx -o type.spdx.json"),
    ]);
    assert_transcript!(
        transcript,
        str![[r#"
$ prova export 1 9 --as sigstore -o one.sigstore.jsonl --format json
{
  "form": "sigstore",
  "entries": [
    1,
    9
  ],
  "bytes": 3564,
  "sha256": "3bf8c4ff887fbd5f56b5a22770ecb270cb2d9eab6792bc4c21b57d0b11c1210a"
}
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 0 --as intoto -o life.intoto.jsonl --format json
{
  "form": "intoto",
  "entries": [
    0,
    9,
    10,
    11,
    12,
    13
  ],
  "bytes": 7092,
  "sha256": "47e1cc5b4b433f1aa73ea0671c00106a869e15f5b80a19f0cc714f697110f2ec"
}
[0]
$ prova export 0 artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 --as cose -o receipts.cose --format json
{
  "form": "cose",
  "entries": [
    0,
    8
  ],
  "bytes": 698,
  "sha256": "81963ad6bf74640ef95bb1736cef0ea320c753f91adbbe6cf79112c6fb5e4308"
}
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --as cyclonedx --stage as-built -o built.cdx.json --format json
{
  "form": "cyclonedx",
  "bytes": 4047,
  "sha256": "7c77b7aedf78614787357a632d572d1c4a2190c3752737e27b698c1b125eb8d5"
}
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --as cyclonedx -o installed.cdx.json --format json
{
  "form": "cyclonedx",
  "bytes": 5722,
  "sha256": "fb0e18b29427bce48100520f71dc1ec384a256a2528e8c2c9bdd2c8779ee7c6c"
}
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --as spdx --at 2026-04-01T00:00:00Z -o installed.spdx.json --format json
{
  "form": "spdx",
  "bytes": 4789,
  "sha256": "73663a3696e98a3d2751d0e35063c61f4f47d14145426005a5639dde6bb0baa5"
}
[0]
$ prova export type:dns:nordlys.example/AAU/R1 --as spdx -o type.spdx.json
[0]

"#]]
    );
    for (file, components) in [
        ("built.cdx.json", 2),
        ("installed.cdx.json", 2),
        ("installed.spdx.json", 2),
        ("type.spdx.json", 1),
    ] {
        let reading = bom::read(read(&sandbox, file).as_slice(), &Limits::default()).unwrap();
        assert_eq!(reading.warnings, []);
        assert_eq!(reading.bom.components.len(), components, "{file}");
    }
}

#[test]
fn envelopes_go_out_as_they_were_signed() {
    let sandbox = Sandbox::with_life();
    sandbox.ok(&format!("export {SOUND} 1 --as intoto -o life.intoto.jsonl"));
    let bundle = String::from_utf8(read(&sandbox, "life.intoto.jsonl")).unwrap();
    let mut wanted = String::new();
    for index in [1, 9, 10, 11, 12, 13] {
        sandbox.ok(&format!("prove {index} -o proof --entry-out entry"));
        wanted.push_str(&String::from_utf8(read(&sandbox, "entry")).unwrap());
        wanted.push('\n');
    }
    assert_eq!(bundle, wanted);
    sandbox.ok("export 1 --as sigstore -o one.sigstore.jsonl");
    let bundles = String::from_utf8(read(&sandbox, "one.sigstore.jsonl")).unwrap();
    let first = Envelope::decode(bundle.lines().next().unwrap().as_bytes()).unwrap();
    let hints: Vec<_> = bundles
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|bundle| {
            bundle["verificationMaterial"]["publicKey"]["hint"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let keys: Vec<_> = first
        .signatures()
        .iter()
        .map(|signature| signature.key.to_string())
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(hints, keys);
    assert_eq!(sandbox.ok("export 1 --as sigstore -o -"), bundles);
}

#[test]
fn what_cannot_be_exported_leaves_no_file() {
    let sandbox = Sandbox::with_life();
    let before = sandbox.files();
    let transcript = sandbox.transcript(&[
        "export 14 --as intoto -o out",
        "export unit:dns:nordlys.example/AAU/S9 --as sigstore -o out",
        "export unit:dns:nordlys.example/AAU/S9 --as spdx -o out",
        &format!("export {SOUND} {GAPPED} --as cyclonedx -o out"),
        "export 12 --as cyclonedx -o out",
        "export slot:dns:north.example/gNB-1 --as cyclonedx -o out",
        "export 12 --as cose --log-key keys/nordlys.pem -o out",
        "export 12 --as cose --log-key nowhere.pem -o out",
        "export -1 --as cose -o out",
        "export 12 --as cose",
    ]);
    assert_transcript!(
        transcript,
        str![[r#"
$ prova export 14 --as intoto -o out
error: there is no entry 14 in a ledger of size 14
[2]
$ prova export unit:dns:nordlys.example/AAU/S9 --as sigstore -o out
error: the ledger has no entry about unit:dns:nordlys.example/AAU/S9
hint: `prova show --heads` lists what it has entries about
[2]
$ prova export unit:dns:nordlys.example/AAU/S9 --as spdx -o out
error: the ledger has no entry about unit:dns:nordlys.example/AAU/S9
hint: `prova show --heads` lists what it has entries about
[2]
$ prova export unit:dns:nordlys.example/AAU/S1 unit:dns:nordlys.example/AAU/S2 --as cyclonedx -o out
error: a bill of materials is of one component, want one unit, type or artefact
[2]
$ prova export 12 --as cyclonedx -o out
error: a bill of materials is of one component, want one unit, type or artefact
[2]
$ prova export slot:dns:north.example/gNB-1 --as cyclonedx -o out
error: a bill of materials is of a unit, type or artefact, found the slot slot:dns:north.example/gNB-1
hint: `prova trace` says what is in a slot
[2]
$ prova export 12 --as cose --log-key keys/nordlys.pem -o out
error: keys/nordlys.pem is ed25519:uNn8jcT1pxGDKvOSsTf4dSgtrRGHAwJFMYzmCYUr1No=, want ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=, the key of this ledger's checkpoints
[2]
$ prova export 12 --as cose --log-key nowhere.pem -o out
error: cannot read the key file nowhere.pem
  caused by: No such file or directory (os error 2)
[2]
$ prova export -1 --as cose -o out
error: unexpected argument '-1' found

  tip: to pass '-1' as a value, use '-- -1'

Usage: prova export [OPTIONS] --output <FILE> <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

For more information, try '--help'.
[2]
$ prova export 12 --as cose
error: the following required arguments were not provided:
  --output <FILE>

Usage: prova export --output <FILE> --as <FORMAT> --log-key <FILE> --ledger <DIR> <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

For more information, try '--help'.
[2]

"#]]
    );
    assert_eq!(sandbox.files(), before);
}

#[test]
fn a_ledger_of_one_entry_has_no_receipt() {
    let sandbox = Sandbox::new();
    sandbox.ok(
        "init ledger --origin ledger.example/2026 --test --log-key keys/log.pem --threshold 1 \
         --root-key dns:ministry.example=keys/root-a.pem",
    );
    assert_transcript!(
        sandbox.transcript(&["export 0 --as cose -o out"]),
        str![[r#"
$ prova export 0 --as cose -o out
error: a tree of one entry has no receipt, as its proof has no hash; want a ledger of two entries at least
[2]

"#]]
    );
}

#[test]
fn a_changed_entry_is_not_handed_on() {
    let sandbox = Sandbox::with_life();
    sandbox.flip("ledger/tile/entries/000.p/14", 700);
    let before = sandbox.files();
    let transcript = sandbox.transcript(&["export 0 --as sigstore -o out"]);
    assert!(transcript.ends_with("[1]\n"), "{transcript}");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    let digests = [(), ()].map(|()| {
        let sandbox = Sandbox::with_faults();
        sandbox.ok(&format!("export {GAPPED} --as cyclonedx -o a"));
        sandbox.ok(&format!("export {GAPPED} --as spdx -o b"));
        sandbox.ok(&format!("export {GAPPED} --as cose -o c"));
        ["a", "b", "c"].map(|name| Digest::of(&read(&sandbox, name)))
    });
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0][0], digests[0][1]);
}
