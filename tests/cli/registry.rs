//! `prova registry`.

use snapbox::str;

use crate::{Sandbox, assert_transcript};

const ROOT: &str = "--sign keys/root-a.pem --sign keys/root-b.pem";

#[test]
fn participants_come_change_and_go() {
    let sandbox = Sandbox::with_ledger();
    for change in [
        format!("registry change dns:lab.example --jurisdiction FI --parent dns:union.example --role laboratory {ROOT}"),
        "registry rotate dns:carrier.example --add keys/spare-1.pub.pem --retire keys/carrier.pub.pem --sign keys/carrier.pem"
            .to_owned(),
        "registry rotate dns:north.example --add keys/spare-2.pub.pem --sign keys/operator-north.pem".to_owned(),
        format!("registry revoke keys/spare-2.pub.pem --reason stolen --distrust-from 9 {ROOT}"),
        format!("registry suspend dns:nordlys.example --reason audit {ROOT}"),
        format!("registry suspend dns:fjordos.example --reason audit {ROOT}"),
        format!("registry reinstate dns:fjordos.example --reason passed {ROOT}"),
    ] {
        sandbox.ok(&change);
    }
    sandbox
        .run("registry show")
        .code(0)
        .stdout_eq(str![[r#"
ledger.example/2026, a test, 14 entries
log key  ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=
root     2 of these organisations must agree
  dns:ministry.example  key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9
  dns:union.example  key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3

dns:carrier.example  Carrier (SE)
  carrier, since entry 4
  key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c since entry 4, laid down at entry 8
  key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 since entry 8

dns:fjordos.example  Fjordos (SE)
  producer, since entry 2
  key 77dc9ef59cfb858240c06874b6dbb83ef7150217fd43849a078dca33ac00e467 since entry 2

dns:lab.example  Lab (FI)
  laboratory, since entry 3
  controlled by dns:union.example
  key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 since entry 3

dns:nordlys.example  Nordlys (SE)
  designer, manufacturer, since entry 1
  SUSPENDED since entry 11
  key be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54 since entry 1

dns:north.example  North (SE)
  operator, since entry 5
  key 91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe since entry 5
  key eead2ff631b723e1cf19950fbe75cc6cee63a29166dc4f36e116317fadd3f0d8 since entry 9, REVOKED at entry 10: stolen; distrusted from entry 9 on: stolen

dns:regulator.example  Regulator (SE)
  regulator, since entry 6
  key 8178aa41c26ee557f4da6b8ff036c792ab8de7ff7e010d15ec6b392a72beb1d4 since entry 6

"#]])
        .stderr_eq("");
    sandbox
        .run("registry show dns:north.example --format json")
        .code(0)
        .stdout_eq(str![[r#"
{
  "origin": "ledger.example/2026",
  "purpose": "test",
  "logKey": "ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=",
  "size": 14,
  "root": {
    "threshold": 2,
    "keys": [
      {
        "organisation": "dns:ministry.example",
        "keyId": "7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9",
        "key": "ed25519:VmONOk6S669BiDnYVD+/svxTTN/fgReXL7AmQToc/bQ="
      },
      {
        "organisation": "dns:union.example",
        "keyId": "be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3",
        "key": "ed25519:74+fe+fe08Two7CO1qOfKDPvJ5b49DYNfEKbzoQutEk="
      }
    ]
  },
  "participants": [
    {
      "organisation": "dns:north.example",
      "name": "North",
      "jurisdiction": "SE",
      "roles": [
        "operator"
      ],
      "enrolled": 5,
      "keys": [
        {
          "keyId": "91ba5f0a3479ccc3f7c5e6b1372581abdb8c307a6698c2015284cf69009756fe",
          "key": "ed25519:K6VDD63LgPtgBrvMZUlBRQfnox9Y4qVM8nHHLuTF2H0=",
          "enrolled": 5
        },
        {
          "keyId": "eead2ff631b723e1cf19950fbe75cc6cee63a29166dc4f36e116317fadd3f0d8",
          "key": "ed25519:mroyGe7V26vc4UXn5VG4yq0Ne9yv+mbRQtT6yoU3gAw=",
          "enrolled": 9,
          "ended": 10,
          "reason": "stolen",
          "distrustFrom": 9,
          "distrustReason": "stolen"
        }
      ]
    }
  ]
}

"#]])
        .stderr_eq("");
}

#[test]
fn the_root_changes_with_the_old_and_the_new_threshold() {
    let sandbox = Sandbox::with_ledger();
    let new = "--root-key dns:union.example=keys/root-b.pem --root-key dns:court.example=keys/root-c.pem";
    sandbox
        .run(&format!("registry root {new} --sign keys/root-b.pem"))
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: signed by 1 of the present root's organisations, want 2
hint: sign with more root keys: --sign FILE several times, or --sign-only and `prova sign` elsewhere

"#]]);
    sandbox
        .run(&format!("registry root {new} --sign keys/root-a.pem"))
        .code(0)
        .stdout_eq(str![[r#"
entry 7 with leaf hash 16eb8b8d352415e1493c4ab1f7017b830a48a70081b19541428a4a7a57a0b076

"#]])
        .stderr_eq("");
    sandbox
        .run(&format!("registry suspend dns:lab.example --reason x {ROOT}"))
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 is not enrolled
hint: `prova registry show` lists the keys in use; `prova registry enrol` and `prova registry rotate` add some

"#]]);
    sandbox.ok("registry suspend dns:lab.example --reason x --sign keys/root-b.pem --sign keys/root-c.pem");
}

#[test]
fn a_threshold_is_collected_from_machine_to_machine() {
    let sandbox = Sandbox::with_ledger();
    let suspend = "registry suspend dns:lab.example --reason audit --sign-only";
    sandbox
        .run(&format!("{suspend} --sign keys/root-a.pem -o one"))
        .code(0)
        .stdout_eq("")
        .stderr_eq(str![[r#"
note: signed by 1 of the present root's organisations, want 2; `prova sign` adds signatures

"#]]);
    sandbox
        .run("append one")
        .code(2)
        .stdout_eq(str![[r#"
appended 0, known 0, refused 1; the ledger has 7 entries
line 1: signed by 1 of the present root's organisations, want 2

"#]])
        .stderr_eq("");
    sandbox
        .run(&format!(
            "sign one --key keys/root-a.pem {}",
            sandbox.digests("one")
        ))
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
suspends Lab: audit
payload f6941a218a5a19d731ec32cdd4508cb341a005d22c62daed175f70e09a8f8893
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "org:dns:lab.example",
      "digest": {
        "sha256": "bb8ccec78f3145ff8377f0f460d03eaa050241aa6ed63aeb663265b1d83633af"
      },
      "annotations": {
        "number": 1
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "suspend": {
          "organisation": "dns:lab.example",
          "reason": "audit"
        }
      }
    ]
  }
}
error: key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 has signed this envelope already

"#]]);
    sandbox.ok(&format!(
        "sign one --key keys/root-b.pem -o two {}",
        sandbox.digests("one")
    ));
    sandbox
        .run("append two")
        .code(0)
        .stdout_eq(str![[r#"
appended 1, known 0, refused 0; the ledger has 8 entries

"#]])
        .stderr_eq("");
    let heads = sandbox.ok("heads dns:lab.example");
    sandbox.write("heads.json", heads);
    sandbox.ok(&format!(
        "registry reinstate dns:lab.example --reason passed --sign-only --heads heads.json -o three {ROOT}"
    ));
    std::fs::rename(sandbox.path("ledger"), sandbox.path("away")).unwrap();
    sandbox
        .run("append three --ledger away")
        .code(0)
        .stdout_eq(str![[r#"
appended 1, known 0, refused 0; the ledger has 9 entries

"#]])
        .stderr_eq("");
}

#[test]
fn mistakes_are_told_and_nothing_is_written() {
    let sandbox = Sandbox::with_ledger();
    let enrol = "registry enrol dns:new.example --name New --jurisdiction SE --role operator";
    let before = sandbox.acknowledged();
    assert_transcript!(
        sandbox.transcript(&[
            &format!("{enrol} --key keys/spare-1.pub.pem --sign keys/root-a.pem"),
            &format!("{enrol} --key keys/spare-1.pub.pem --sign keys/spare-1.pem"),
            &format!("{enrol} --key keys/nordlys.pub.pem {ROOT}"),
            &format!("{enrol} --key ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= {ROOT}"),
            &format!("registry enrol dns:lab.example --name Lab --jurisdiction SE --role operator --key keys/spare-1.pem {ROOT}"),
            &format!("registry enrol lei:529900T8BM49AURSDO56 --name L --jurisdiction SE --role operator --key keys/spare-1.pem {ROOT}"),
            &format!("registry enrol dns:new.example --name N --jurisdiction XX --role operator --key keys/spare-1.pem {ROOT}"),
            &format!("registry enrol dns:new.example --name N --jurisdiction SE --role king --key keys/spare-1.pem {ROOT}"),
            "registry rotate dns:lab.example --add keys/spare-1.pem --sign keys/carrier.pem",
            &format!("registry revoke keys/spare-1.pem --reason x {ROOT}"),
            &format!("registry revoke keys/lab.pem --reason x --distrust-from 99 {ROOT}"),
            &format!("registry reinstate dns:lab.example --reason x {ROOT}"),
            "registry change dns:lab.example --sign keys/root-a.pem",
            "registry show dns:new.example",
        ]),
        str![[r#"
$ prova registry enrol dns:new.example --name New --jurisdiction SE --role operator --key keys/spare-1.pub.pem --sign keys/root-a.pem
error: signed by 1 of the present root's organisations, want 2
hint: sign with more root keys: --sign FILE several times, or --sign-only and `prova sign` elsewhere
[2]
$ prova registry enrol dns:new.example --name New --jurisdiction SE --role operator --key keys/spare-1.pub.pem --sign keys/spare-1.pem
error: key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 is not enrolled
hint: `prova registry show` lists the keys in use; `prova registry enrol` and `prova registry rotate` add some
[2]
$ prova registry enrol dns:new.example --name New --jurisdiction SE --role operator --key keys/nordlys.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem
error: key be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54 is or was in use in this ledger; every key is enrolled once
[2]
$ prova registry enrol dns:new.example --name New --jurisdiction SE --role operator --key ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= --sign keys/root-a.pem --sign keys/root-b.pem
error: no public key
  caused by: the key is weak: its point has small order
[2]
$ prova registry enrol dns:lab.example --name Lab --jurisdiction SE --role operator --key keys/spare-1.pem --sign keys/root-a.pem --sign keys/root-b.pem
error: dns:lab.example is enrolled already; want «change» or «rotate»
[2]
$ prova registry enrol lei:529900T8BM49AURSDO56 --name L --jurisdiction SE --role operator --key keys/spare-1.pem --sign keys/root-a.pem --sign keys/root-b.pem
error: invalid value 'lei:529900T8BM49AURSDO56' for '<ORG>': LEI check digits are 56, want 55

For more information, try '--help'.
[2]
$ prova registry enrol dns:new.example --name N --jurisdiction XX --role operator --key keys/spare-1.pem --sign keys/root-a.pem --sign keys/root-b.pem
error: invalid value 'XX' for '--jurisdiction <COUNTRY>': no country: want an ISO 3166-1 alpha-2 code such as «SE»

For more information, try '--help'.
[2]
$ prova registry enrol dns:new.example --name N --jurisdiction SE --role king --key keys/spare-1.pem --sign keys/root-a.pem --sign keys/root-b.pem
error: invalid value 'king' for '--role <ROLE>': no role: want one of designer, manufacturer, supplier, laboratory, certifier, carrier, distributor, operator, integrator, maintainer, producer, coordinator, regulator, recycler, auditor

For more information, try '--help'.
[2]
$ prova registry rotate dns:lab.example --add keys/spare-1.pem --sign keys/carrier.pem
error: the subjects are not what the actions are about; want org:dns:lab.example
[2]
$ prova registry revoke keys/spare-1.pem --reason x --sign keys/root-a.pem --sign keys/root-b.pem
error: it is not known whose key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 is
hint: say whose it is with --org; `prova registry show` lists keys
[2]
$ prova registry revoke keys/lab.pem --reason x --distrust-from 99 --sign keys/root-a.pem --sign keys/root-b.pem
error: distrust from entry 99, but this is entry 7
[2]
$ prova registry reinstate dns:lab.example --reason x --sign keys/root-a.pem --sign keys/root-b.pem
error: dns:lab.example is not suspended
[2]
$ prova registry change dns:lab.example --sign keys/root-a.pem
error: the following required arguments were not provided:
  <--name <NAME>|--jurisdiction <COUNTRY>|--parent <ORG>|--role <ROLE>>

Usage: prova registry change --sign <FILE> --ledger <DIR> --log-key <FILE> <--name <NAME>|--jurisdiction <COUNTRY>|--parent <ORG>|--role <ROLE>> <ORG>

For more information, try '--help'.
[2]
$ prova registry show dns:new.example
error: dns:new.example is not enrolled
hint: `prova registry show` without arguments lists all participants
[2]

"#]]
    );
    assert_eq!(sandbox.acknowledged(), before);
}

#[test]
fn control_characters_in_names_are_shown_escaped() {
    let sandbox = Sandbox::with_ledger();
    sandbox
        .command("registry enrol dns:evil.example --jurisdiction SE --role operator --key keys/spare-1.pem")
        .args(ROOT.split_whitespace())
        .args(["--name", "\u{1b}[2JEvil\u{202e}\n"])
        .assert()
        .code(0);
    sandbox
        .run("registry show dns:evil.example")
        .code(0)
        .stdout_eq(str![[r#"
ledger.example/2026, a test, 8 entries
log key  ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=
root     2 of these organisations must agree
  dns:ministry.example  key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9
  dns:union.example  key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3

dns:evil.example  \u{1b}[2JEvil\u{202e}\u{a} (SE)
  operator, since entry 7
  key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 since entry 7

"#]]);
}

#[test]
fn the_root_confirms_keys_and_is_heard_about_those_that_others_ended() {
    let sandbox = Sandbox::with_ledger();
    let lines = [
        "registry rotate dns:lab.example --add keys/spare-1.pub.pem --sign keys/lab.pem".to_owned(),
        format!("registry rotate dns:lab.example {ROOT}"),
        "registry revoke keys/spare-1.pub.pem --reason sold --distrust-from 0 --sign keys/spare-1.pem"
            .to_owned(),
        "registry show dns:lab.example".to_owned(),
        format!("registry revoke keys/lab.pub.pem --reason stolen --distrust-from 7 {ROOT}"),
        "registry show dns:lab.example".to_owned(),
        "verify".to_owned(),
        format!("registry revoke keys/lab.pub.pem --reason found {ROOT}"),
        "verify".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova registry rotate dns:lab.example --add keys/spare-1.pub.pem --sign keys/lab.pem
entry 7 with leaf hash 7120b91b3f4a715d9e0eb41dd323c1b74ab47e6510c08604c31955d58ab8159f
[0]
$ prova registry rotate dns:lab.example --sign keys/root-a.pem --sign keys/root-b.pem
entry 8 with leaf hash 989cfa17550afcfb93646dc5357c0a4ab413d31f4cd3969394d8463e71dd6eb3
[0]
$ prova registry revoke keys/spare-1.pub.pem --reason sold --distrust-from 0 --sign keys/spare-1.pem
entry 9 with leaf hash ee59dc97ee5f10bb95b8333658bb685bb1d8fe58509a2112803e8679deb218b5
[0]
$ prova registry show dns:lab.example
ledger.example/2026, a test, 10 entries
log key  ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=
root     2 of these organisations must agree
  dns:ministry.example  key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9
  dns:union.example  key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3

dns:lab.example  Lab (SE)
  laboratory, certifier, since entry 3
  key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 since entry 3
  key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 since entry 7, REVOKED at entry 9: sold; its owner asks that it be distrusted from entry 0 on
[0]
$ prova registry revoke keys/lab.pub.pem --reason stolen --distrust-from 7 --sign keys/root-a.pem --sign keys/root-b.pem
entry 10 with leaf hash f67813fd389f551c962d7cffbccc4f9a650c247827635d6d6bca9d833784cd06
[0]
$ prova registry show dns:lab.example
ledger.example/2026, a test, 11 entries
log key  ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=
root     2 of these organisations must agree
  dns:ministry.example  key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9
  dns:union.example  key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3

dns:lab.example  Lab (SE)
  laboratory, certifier, since entry 3
  key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 since entry 3, REVOKED at entry 10: stolen; distrusted from entry 7 on: stolen
  key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 since entry 7, REVOKED at entry 9: sold; distrusted from entry 7 on: stolen
[0]
$ prova verify
a test ledger: its entries mean nothing
ledger.example/2026, 11 entries, 20 signatures, 0 components; checkpoint of size 11 with root 3dcda96171672631f45a605822411b394627618f8f5d3b032e23ec6af502241d
  authentic   holds              all signatures on 11 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows an entry of its subjects' chains, and all that its own keys had signed there
  complete    holds              all 11 entries that the checkpoint covers were read, and give its root
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
2 findings in 1 component

org:dns:lab.example
  entry 7: distrusted-key: signed by key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 of dns:lab.example, which is distrusted from entry 7 on: stolen
  entry 9: distrusted-key: signed by key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 of dns:lab.example, which is distrusted from entry 7 on: stolen
[4]
$ prova registry revoke keys/lab.pub.pem --reason found --sign keys/root-a.pem --sign keys/root-b.pem
error: key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 is not a key in use
[2]
$ prova verify
a test ledger: its entries mean nothing
ledger.example/2026, 11 entries, 20 signatures, 0 components; checkpoint of size 11 with root 3dcda96171672631f45a605822411b394627618f8f5d3b032e23ec6af502241d
  authentic   holds              all signatures on 11 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows an entry of its subjects' chains, and all that its own keys had signed there
  complete    holds              all 11 entries that the checkpoint covers were read, and give its root
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
2 findings in 1 component

org:dns:lab.example
  entry 7: distrusted-key: signed by key 555e956d2ebcc35f94ab9815337bedc02823cecf8d5ca745552adcf266301421 of dns:lab.example, which is distrusted from entry 7 on: stolen
  entry 9: distrusted-key: signed by key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 of dns:lab.example, which is distrusted from entry 7 on: stolen
[4]

"#]]
    );
}
