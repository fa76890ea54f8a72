//! `prova seal`, the proofs that it makes possible, and what is refused of them.

use std::fs;

use snapbox::str;

use crate::{Sandbox, assert_transcript};

const UNIT: &str = "unit:dns:nordlys.example/AAU/S1";

fn sealed() -> Sandbox {
    let sandbox = Sandbox::with_life();
    sandbox.ok("seal");
    sandbox.ok("trust policy -o policy");
    sandbox
}

#[test]
fn a_seal_is_an_entry_and_is_made_once() {
    let sandbox = Sandbox::with_life();
    let lines = ["seal", "seal --format json", "log --from 14", "verify", "fsck"];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova seal
entry 14 seals the first 14 entries with 30 terms; root 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f
[0]
$ prova seal --format json
{
  "index": 14,
  "leaf": "0d5138edbbf4716441a1478c0aec6507b9a9af59cd5575958fe4cd6022beb09d",
  "size": 14,
  "terms": 30,
  "root": "6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f"
}
[0]
$ prova log --from 14
14  2026-03-01T08:00:00Z  seal                              seals the index over the first 14 entries: 30 terms, root 6aed273cc716…
[0]
$ prova verify
a test ledger: its entries mean nothing
holds: ledger.example/2026, 15 entries, 22 signatures, 5 components, no findings; checkpoint of size 15 with root 0d1ef62a4790c640f865b7ef7a405ecfb9309296619947911544b9a2a237ce16; cannot be decided: consistent, acceptable
[0]
$ prova fsck
nothing is wrong with the files
[0]

"#]]
    );
}

#[test]
fn completeness_and_absence_are_proved_without_the_ledger() {
    let sandbox = sealed();
    sandbox.ok(&format!("prove --all-about {UNIT} -o all.json"));
    sandbox.ok("prove --none-about by:dns:nobody.example -o none.json");
    sandbox.ok(&format!("prove --all-about {UNIT} --without-entry -o bare.json"));
    fs::rename(sandbox.path("ledger"), sandbox.path("elsewhere")).unwrap();
    let lines = [
        "verify all.json --trust policy",
        "verify bare.json --trust policy --format json",
        "verify none.json --trust policy",
        "verify none.json",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify all.json --trust policy
holds: 5 entries about id:unit:dns:nordlys.example/AAU/S1 among the first 14 of ledger.example/2026, and no other: 9, 10, 11, 12, 13
sealed in entry 14 with root 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f; checkpoint of size 15 with root 0d1ef62a4790c640f865b7ef7a405ecfb9309296619947911544b9a2a237ce16; cosigned by no witness
[0]
$ prova verify bare.json --trust policy --format json
{
  "origin": "ledger.example/2026",
  "term": "id:unit:dns:nordlys.example/AAU/S1",
  "entries": [
    {
      "index": 9,
      "leaf": "57b02e54d505363dd0132a3067d9a42607715f20545ed832b5eb37cdef848822"
    },
    {
      "index": 10,
      "leaf": "00e551c9112aa03ff8e8d0a0e5850ed137d34956f2526ae9e6e2c8f48b1cb588"
    },
    {
      "index": 11,
      "leaf": "48bdaadafda96736a8a13dca37ed667ff767f069764974d08ce5ac6ebf63f858"
    },
    {
      "index": 12,
      "leaf": "207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1"
    },
    {
      "index": 13,
      "leaf": "1cfa4f29bf1917391573b27c4934b0c134944fe6e092f1b7bd8c2c96cf756a68"
    }
  ],
  "seal": {
    "index": 14,
    "time": "2026-03-01T08:00:00Z",
    "size": 14,
    "root": "6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f"
  },
  "size": 15,
  "root": "0d1ef62a4790c640f865b7ef7a405ecfb9309296619947911544b9a2a237ce16",
  "cosigned": []
}
[0]
$ prova verify none.json --trust policy
holds: none of the first 14 entries of ledger.example/2026 is about by:dns:nobody.example
sealed in entry 14 with root 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f; checkpoint of size 15 with root 0d1ef62a4790c640f865b7ef7a405ecfb9309296619947911544b9a2a237ce16; cosigned by no witness
[0]
$ prova verify none.json
holds: none of the first 14 entries of ledger.example/2026 is about by:dns:nobody.example
sealed in entry 14 with root 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f; checkpoint of size 15 with root 0d1ef62a4790c640f865b7ef7a405ecfb9309296619947911544b9a2a237ce16; cosigned by no witness
[0]

"#]]
    );
    let length = |name: &str| fs::metadata(sandbox.path(name)).unwrap().len();
    assert!(length("bare.json") < length("all.json"));
}

#[test]
fn a_proof_that_hides_an_entry_or_is_of_something_else_is_refused() {
    let sandbox = sealed();
    sandbox.ok(&format!("prove --all-about {UNIT} --without-entry -o all.json"));
    sandbox.ok("prove --none-about by:dns:nobody.example -o none.json");
    let all = fs::read_to_string(sandbox.path("all.json")).unwrap();
    let none = fs::read_to_string(sandbox.path("none.json")).unwrap();
    let part = |text: &str, from: &str, to: &str| {
        let begin = text.find(from).unwrap();
        let end = begin + text[begin..].find(to).unwrap();
        text[begin..end].to_owned()
    };
    let last = all.rfind(",{\"index\"").unwrap();
    sandbox.write("hidden.json", format!("{}]}}\n", &all[..last]));
    let (proof, other) = (
        part(&all, "\"proof\":", ",\"entries\""),
        part(&none, "\"proof\":", ",\"entries\""),
    );
    sandbox.write("other-proof.json", all.replacen(&proof, &other, 1));
    let term = part(&all, "\"term\":", ",\"seal\"");
    sandbox.write(
        "other-term.json",
        all.replacen(&term, "\"term\":\"by:dns:nordlys.example\"", 1),
    );
    sandbox.write("spaced.json", all.replacen(':', ": ", 1));
    sandbox.write("cut.json", &all[..all.len() - 20]);

    // Another tree: the same life with an entry more before the seal.
    let elsewhere = Sandbox::with_life();
    elsewhere.ok("seal");
    elsewhere.write("again", "");
    elsewhere.ok(&format!(
        "attest ship {UNIT} --to dns:nordlys.example --key keys/operator-north.pem --by dns:north.example --role operator"
    ));
    elsewhere.ok("seal");
    elsewhere.ok(&format!("prove --all-about {UNIT} --without-entry -o all.json"));
    let foreign = fs::read_to_string(elsewhere.path("all.json")).unwrap();
    let foreign = part(&foreign, "\"proof\":", ",\"entries\"");
    sandbox.write("other-tree.json", all.replacen(&proof, &foreign, 1));
    let lines = [
        "verify hidden.json --trust policy",
        "verify other-proof.json --trust policy",
        "verify other-term.json --trust policy",
        "verify other-tree.json --trust policy",
        "verify spaced.json --trust policy",
        "verify cut.json --trust policy",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify hidden.json --trust policy
error: hidden.json does not show which entries there are about «id:unit:dns:nordlys.example/AAU/S1»
  caused by: 4 entries are listed under «id:unit:dns:nordlys.example/AAU/S1», but the seal counts 5
[1]
$ prova verify other-proof.json --trust policy
error: other-proof.json does not show which entries there are about «id:unit:dns:nordlys.example/AAU/S1»
  caused by: index proof of «by:dns:nobody.example», want one of «id:unit:dns:nordlys.example/AAU/S1»
[1]
$ prova verify other-term.json --trust policy
error: other-term.json does not show which entries there are about «by:dns:nordlys.example»
  caused by: index proof of «id:unit:dns:nordlys.example/AAU/S1», want one of «by:dns:nordlys.example»
[1]
$ prova verify other-tree.json --trust policy
error: other-tree.json does not show which entries there are about «id:unit:dns:nordlys.example/AAU/S1»
  caused by: the index proof of «id:unit:dns:nordlys.example/AAU/S1» leads to root b77b9c03ccb495b689c137831921122f69aaeea006afa80e50b1cf440d03480a, want 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f
[1]
$ prova verify spaced.json --trust policy
error: no proof in spaced.json
  caused by: listing is not the text that its content is written as
[1]
$ prova verify cut.json --trust policy
error: no proof in cut.json
  caused by: no listing: EOF while parsing a string at line 1 column 2313
[1]

"#]]
    );
}

#[test]
fn what_is_not_so_or_not_sealed_cannot_be_proved() {
    let sandbox = Sandbox::with_life();
    let unsealed = format!("prove --all-about {UNIT} -o proof");
    let lines = [
        unsealed.as_str(),
        "seal",
        "prove --none-about dns:nordlys.example -o proof",
        "prove --all-about dns:nobody.example -o proof",
        "prove --all-about sku:AAU -o proof",
        "prove 3 --none-about dns:nobody.example",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova prove --all-about unit:dns:nordlys.example/AAU/S1 -o proof
error: the ledger was never sealed
hint: `prova seal` states which entries there are under every term
[2]
$ prova seal
entry 14 seals the first 14 entries with 30 terms; root 6aed273cc716e81675df8e7920cdc5552d68e5b46a3d67cb25e8dbfdb75c580f
[0]
$ prova prove --none-about dns:nordlys.example -o proof
error: there are 4 entries about «by:dns:nordlys.example» among the first 14, want none
hint: `--all-about` proves which
[2]
$ prova prove --all-about dns:nobody.example -o proof
error: there is no entry about «by:dns:nobody.example» among the first 14
hint: `--none-about` proves it
[2]
$ prova prove --all-about sku:AAU -o proof
error: invalid value 'sku:AAU' for '--all-about <TERM>': no term: want id:, by:, key:, ref:, alias: or about:

For more information, try '--help'.
[2]
$ prova prove 3 --none-about dns:nobody.example
error: the argument '[INDEX]' cannot be used with '--none-about <TERM>'

Usage: prova prove --ledger <DIR> <INDEX>

For more information, try '--help'.
[2]

"#]]
    );
    assert!(!sandbox.path("proof").exists());
    sandbox.ok("registry suspend dns:lab.example --reason x --sign keys/root-a.pem --sign keys/root-b.pem");
    let lines = ["prove --none-about dns:nobody.example -o proof"];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova prove --none-about dns:nobody.example -o proof
note: 1 entry came after the seal in entry 14 and may be about «by:dns:nobody.example» too; `prova seal` covers them
[0]

"#]]
    );
}
