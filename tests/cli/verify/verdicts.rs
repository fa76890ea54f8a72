//! What is said of a ledger and of a component.

use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{GAPPED, SOUND},
};

#[test]
fn a_sound_ledger_takes_one_line() {
    let sandbox = Sandbox::with_life();
    assert_transcript!(
        sandbox.transcript(&["verify"]),
        str![[r#"
$ prova verify
a test ledger: its entries mean nothing
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cannot be decided: consistent, acceptable
[0]

"#]]
    );
}

#[test]
fn findings_are_listed_by_component_and_end_with_4() {
    let sandbox = Sandbox::with_faults();
    let gapped = format!("verify {GAPPED}");
    let lines = ["verify", gapped.as_str()];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify
a test ledger: its entries mean nothing
ledger.example/2026, 17 entries, 25 signatures, 6 components; checkpoint of size 17 with root b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127
  authentic   holds              all signatures on 17 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows an entry of its subjects' chains, and all that its own keys had signed there
  complete    holds              all 17 entries that the checkpoint covers were read, and give its root
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
4 findings in 2 components

unit:dns:nordlys.example/AAU/S1
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 14: custody-gap: taken into use by dns:north.example, who had not received it
  entry 15: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[4]
$ prova verify unit:dns:nordlys.example/AAU/S2
a test ledger: its entries mean nothing
unit:dns:nordlys.example/AAU/S2 in ledger.example/2026; checkpoint of size 17 with root b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127
  authentic   holds              all signatures on its 5 statements are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows an earlier one of the chain, and all that its own keys had signed there
  complete    holds              of the 17 entries that the checkpoint covers, all of which were read, 5 are about it and 0 mention it
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
3 findings in 1 component

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 14: other-account: dns:north.example has an account of its own
  entry 15: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[4]

"#]]
    );
}

#[test]
fn a_component_gets_the_answers_to_six_questions() {
    let sandbox = Sandbox::with_life();
    let text = format!("verify {SOUND}");
    let json = format!("verify {SOUND} --format json");
    let none = "verify unit:dns:nordlys.example/AAU/NONE";
    assert_transcript!(
        sandbox.transcript(&[&text, &json, none]),
        str![[r#"
$ prova verify unit:dns:nordlys.example/AAU/S1
a test ledger: its entries mean nothing
unit:dns:nordlys.example/AAU/S1 in ledger.example/2026; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   holds              all signatures on its 5 statements are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows an earlier one of the chain, and all that its own keys had signed there
  complete    holds              of the 14 entries that the checkpoint covers, all of which were read, 5 are about it and 0 mention it
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
[0]
$ prova verify unit:dns:nordlys.example/AAU/S1 --format json
{
  "format": "prova-verdict/1",
  "scope": {
    "subject": "unit:dns:nordlys.example/AAU/S1"
  },
  "origin": "ledger.example/2026",
  "purpose": "test",
  "size": 14,
  "root": "7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a",
  "trust": "4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282",
  "answers": [
    {
      "question": "authentic",
      "answer": "holds",
      "code": "signatures-good",
      "reason": "all signatures on its 5 statements are good",
      "entries": [
        9,
        10,
        11,
        12,
        13
      ]
    },
    {
      "question": "entitled",
      "answer": "holds",
      "code": "signers-entitled",
      "reason": "every signer was enrolled in its role where it spoke",
      "entries": [
        1,
        4,
        5
      ]
    },
    {
      "question": "unbroken",
      "answer": "holds",
      "code": "links-hold",
      "reason": "every statement follows an earlier one of the chain, and all that its own keys had signed there",
      "entries": [
        9,
        10,
        11,
        12,
        13
      ]
    },
    {
      "question": "complete",
      "answer": "holds",
      "code": "every-entry-read",
      "reason": "of the 14 entries that the checkpoint covers, all of which were read, 5 are about it and 0 mention it",
      "entries": []
    },
    {
      "question": "consistent",
      "answer": "cannotBeDecided",
      "code": "no-witness",
      "reason": "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known",
      "entries": []
    },
    {
      "question": "acceptable",
      "answer": "cannotBeDecided",
      "code": "no-rules",
      "reason": "no rule pack was given",
      "entries": []
    }
  ],
  "findings": [],
  "withheld": 0,
  "gaps": []
}
[0]
$ prova verify unit:dns:nordlys.example/AAU/NONE
error: the ledger has no entry about unit:dns:nordlys.example/AAU/NONE
hint: `prova show --heads` lists what it has entries about
[2]

"#]]
    );
}

#[test]
fn the_json_of_a_verdict_on_a_ledger_lists_the_findings() {
    let sandbox = Sandbox::with_faults();
    assert_transcript!(
        sandbox.transcript(&["verify --format json"]),
        str![[r#"
$ prova verify --format json
{
  "format": "prova-verdict/1",
  "scope": "ledger",
  "origin": "ledger.example/2026",
  "purpose": "test",
  "size": 17,
  "root": "b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127",
  "trust": "4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282",
  "answers": [
    {
      "question": "authentic",
      "answer": "holds",
      "code": "signatures-good",
      "reason": "all signatures on 17 entries are good",
      "entries": []
    },
    {
      "question": "entitled",
      "answer": "holds",
      "code": "signers-entitled",
      "reason": "every signer was enrolled in its role where it spoke",
      "entries": []
    },
    {
      "question": "unbroken",
      "answer": "holds",
      "code": "links-hold",
      "reason": "every statement follows an entry of its subjects' chains, and all that its own keys had signed there",
      "entries": []
    },
    {
      "question": "complete",
      "answer": "holds",
      "code": "every-entry-read",
      "reason": "all 17 entries that the checkpoint covers were read, and give its root",
      "entries": []
    },
    {
      "question": "consistent",
      "answer": "cannotBeDecided",
      "code": "no-witness",
      "reason": "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known",
      "entries": []
    },
    {
      "question": "acceptable",
      "answer": "cannotBeDecided",
      "code": "no-rules",
      "reason": "no rule pack was given",
      "entries": []
    }
  ],
  "findings": [
    {
      "code": "distrusted-key",
      "severity": "notice",
      "subject": "unit:dns:nordlys.example/AAU/S1",
      "entry": 11,
      "detail": {
        "distrustedKey": {
          "key": "61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c",
          "organisation": "dns:carrier.example",
          "from": 11,
          "reason": "stolen"
        }
      },
      "message": "signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen"
    },
    {
      "code": "distrusted-key",
      "severity": "notice",
      "subject": "unit:dns:nordlys.example/AAU/S2",
      "entry": 11,
      "detail": {
        "distrustedKey": {
          "key": "61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c",
          "organisation": "dns:carrier.example",
          "from": 11,
          "reason": "stolen"
        }
      },
      "message": "signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen"
    },
    {
      "code": "custody-gap",
      "severity": "gap",
      "subject": "unit:dns:nordlys.example/AAU/S2",
      "entry": 14,
      "detail": {
        "notReceived": {
          "by": "dns:north.example"
        }
      },
      "message": "taken into use by dns:north.example, who had not received it"
    },
    {
      "code": "distrusted-key",
      "severity": "notice",
      "subject": "unit:dns:nordlys.example/AAU/S2",
      "entry": 15,
      "detail": {
        "distrustedKey": {
          "key": "61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c",
          "organisation": "dns:carrier.example",
          "from": 11,
          "reason": "stolen"
        }
      },
      "message": "signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen"
    }
  ],
  "withheld": 0,
  "gaps": [],
  "signatures": 25,
  "components": 6,
  "participants": 6
}
[4]

"#]]
    );
}
