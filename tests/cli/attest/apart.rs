//! Statements that travel: from a machine without the ledger, with aliases and second signatures.

use snapbox::str;

use super::{SLOT, TYPE, UNIT, born};
use crate::{Sandbox, assert_transcript};

#[test]
fn a_machine_without_the_ledger_signs_with_a_file_of_heads() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    let heads = sandbox.ok(&format!("heads {UNIT} {SLOT}"));
    sandbox.write("heads.json", &heads);
    assert_transcript!(
        heads,
        str![[r#"
{
  "unit:dns:nordlys.example/AAU/S1": "2d6e0950af88bc8316acd839bdb1034ef92c6aaef602784061cfe4e993337617",
  "slot:dns:north.example/SubNetwork=1/gNB-7": null,
  "ledger:ledger.example/2026": {
    "number": 0
  }
}

"#]]
    );
    std::fs::rename(sandbox.path("ledger"), sandbox.path("away")).unwrap();
    let install = format!(
        "attest install {SLOT} {UNIT} --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json"
    );
    let whole = format!("{install} --by dns:north.example --role operator");
    assert_transcript!(
        sandbox.transcript(&[
            &install,
            &format!("{install} --by dns:north.example"),
            &format!("{whole} unit:dns:nordlys.example/AAU/S2"),
            &format!("{whole} -o envelope"),
            "append envelope --ledger away",
        ]),
        str![[r#"
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json
error: without a ledger it is not known whose the key is
hint: say who speaks with --by ORG
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example
error: without a ledger it is not known which roles the signer has
hint: say in which role with --role
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example --role operator unit:dns:nordlys.example/AAU/S2
error: the file of heads says nothing of unit:dns:nordlys.example/AAU/S2
hint: make one beside the ledger with `prova heads COMPONENT…`
[2]
$ prova attest install slot:dns:north.example/SubNetwork=1/gNB-7 unit:dns:nordlys.example/AAU/S1 --category ran.aau --area general --key keys/operator-north.pem --sign-only --heads heads.json --by dns:north.example --role operator -o envelope
[0]
$ prova append envelope --ledger away
appended 1, known 0, refused 0; the ledger has 10 entries
1 of the entries contradict the past; `prova verify` tells how
[0]

"#]]
    );
}

#[test]
fn a_second_signature_and_aliases_travel_with_the_statement() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    sandbox
        .run(&format!(
            "attest receive {UNIT} --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem \
             --countersign keys/nordlys.pem --alias mac:001a2b3c4d5e"
        ))
        .code(0)
        .stdout_eq(str![[r#"
entry 9 with leaf hash 17307c96e8b2aff4b88a685fd954cf90d7a0293fce8fa5716ecf47bae207aca4

"#]])
        .stderr_eq("");
    let clone = "unit:dns:nordlys.example/AAU/S2";
    sandbox
        .run(&format!(
            "attest manufacture {clone} --type {TYPE} --site-country SE --key keys/nordlys.pem --alias {clone}=mac:001A2B3C4D5E"
        ))
        .code(0)
        .stdout_eq(str![[r#"
entry 10 with leaf hash 8ac4d4d1edbf1568f573e5a92f03d4333615c72500ba410b0686a8075ac25c7c

"#]])
        .stderr_eq(str![""]);
}

#[test]
fn what_no_ledger_takes_is_not_signed_apart_from_one_either() {
    let sandbox = Sandbox::with_ledger();
    let heads = sandbox.ok(&format!("heads {UNIT}"));
    sandbox.write("heads.json", heads);
    let line = format!(
        "attest correct {UNIT} --target {} --kind error --reason {} --by dns:nordlys.example --role manufacturer --key keys/nordlys.pem \
         --sign-only --heads heads.json -o out",
        "0a".repeat(32),
        "x".repeat(2_049)
    );
    sandbox.run(&line).code(2).stdout_eq("").stderr_eq(str![[r#"
error: no statement: a text of 2049 bytes, want 2048 at most at line 1 column 2515

"#]]);
    assert!(!sandbox.path("out").exists());
}

#[test]
fn who_stands_by_a_statement_is_named_before_they_sign() {
    let sandbox = Sandbox::with_ledger();
    born(&sandbox);
    let receive = format!(
        "attest receive {UNIT} --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem"
    );
    // Appended at once, it lacks a signature; apart, it waits for it.
    let transcript = sandbox.transcript(&[
        &format!("{receive} --with dns:nordlys.example"),
        &format!("{receive} --with dns:nordlys.example --sign-only -o half"),
        "append half",
        // A signature by somebody else is of no use, now or later.
        &format!("{receive} --by dns:nordlys.example --role manufacturer --sign-only -o wrong"),
    ]);
    assert_transcript!(
        transcript,
        str![[r#"
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem --with dns:nordlys.example
error: dns:nordlys.example stands by it, but none of the signatures is by a key of it
[2]
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem --with dns:nordlys.example --sign-only -o half
note: dns:nordlys.example stands by it, but none of the signatures is by a key of it; `prova sign` adds signatures
[0]
$ prova append half
appended 0, known 0, refused 1; the ledger has 9 entries
line 1: dns:nordlys.example stands by it, but none of the signatures is by a key of it
[2]
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem --by dns:nordlys.example --role manufacturer --sign-only -o wrong
error: dns:north.example signed it, but stands neither in «by» nor in «with»
[2]

"#]]
    );
    assert!(!sandbox.path("wrong").exists());
    let digests = sandbox.digests("half");
    sandbox.ok(&format!("sign half --key keys/lab.pem -o strange {digests}"));
    sandbox.ok(&format!("sign half --key keys/nordlys.pem -o both {digests}"));
    assert_transcript!(
        sandbox.transcript(&["append strange", "append both"]),
        str![[r#"
$ prova append strange
appended 0, known 0, refused 1; the ledger has 9 entries
line 1: dns:lab.example signed it, but stands neither in «by» nor in «with»
[2]
$ prova append both
appended 1, known 0, refused 0; the ledger has 10 entries
[0]

"#]]
    );
    // Without a ledger it is not known whose the second key is.
    let heads = sandbox.ok(&format!("heads {UNIT}"));
    sandbox.write("heads.json", heads);
    let apart = format!(
        "{receive} --countersign keys/nordlys.pem --by dns:north.example --role operator --sign-only --heads heads.json -o apart"
    );
    assert_transcript!(
        sandbox.transcript(&[&apart]),
        str![[r#"
$ prova attest receive unit:dns:nordlys.example/AAU/S1 --from dns:nordlys.example --seals none --inspection accepted --key keys/operator-north.pem --countersign keys/nordlys.pem --by dns:north.example --role operator --sign-only --heads heads.json -o apart
error: it is not known who stands by it beside the speaker
hint: name each organisation whose key countersigns with --with ORG, one key each
[2]

"#]]
    );
    sandbox.ok(&format!("{apart} --with dns:nordlys.example"));
}
