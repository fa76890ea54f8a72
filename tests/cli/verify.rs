//! `prova verify`.

use std::fs;

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
ledger.example/2026, 17 entries, 25 signatures, 6 components; checkpoint of size 17 with root b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127
  authentic   holds              all signatures on 17 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows the last one in the chains of its subjects
  complete    holds              all 17 entries that the checkpoint covers were read, and give its root
  consistent  cannot be decided  the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
4 findings in 2 components

unit:dns:nordlys.example/AAU/S1
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 14: custody-gap: installed by dns:north.example, but the last known holder is dns:carrier.example
  entry 15: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[4]
$ prova verify unit:dns:nordlys.example/AAU/S2
unit:dns:nordlys.example/AAU/S2 in ledger.example/2026; checkpoint of size 17 with root b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127
  authentic   holds              all signatures on its 5 statements are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows the one before it in the chain
  complete    holds              of the 17 entries that the checkpoint covers, all of which were read, 5 are about it and 0 mention it
  consistent  cannot be decided  the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
3 findings in 1 component

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 14: custody-gap: installed by dns:north.example, but the last known holder is dns:carrier.example
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
unit:dns:nordlys.example/AAU/S1 in ledger.example/2026; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   holds              all signatures on its 5 statements are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows the one before it in the chain
  complete    holds              of the 14 entries that the checkpoint covers, all of which were read, 5 are about it and 0 mention it
  consistent  cannot be decided  the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
[0]
$ prova verify unit:dns:nordlys.example/AAU/S1 --format json
{
  "format": "prova-verdict/1",
  "scope": {
    "subject": "unit:dns:nordlys.example/AAU/S1"
  },
  "origin": "ledger.example/2026",
  "size": 14,
  "root": "7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a",
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
      "reason": "every statement follows the one before it in the chain",
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
      "code": "no-policy",
      "reason": "the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is not known",
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
  "size": 17,
  "root": "b1a5d98a8b9948706b6fbdc208406eb581a485671204a983dfef261bd40ba127",
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
      "reason": "every statement follows the last one in the chains of its subjects",
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
      "code": "no-policy",
      "reason": "the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is not known",
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
        "installedByAnother": {
          "by": "dns:north.example",
          "holder": "dns:carrier.example"
        }
      },
      "message": "installed by dns:north.example, but the last known holder is dns:carrier.example"
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

#[test]
fn a_changed_entry_is_named_with_its_file_and_ends_with_1() {
    let sandbox = Sandbox::with_life();
    sandbox.flip("ledger/tile/entries/000.p/14", 4000);
    let component = format!("verify {SOUND}");
    let lines = [
        "verify",
        &component,
        "verify --format json",
        "log --from 2 --limit 1",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify
ledger.example/2026; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   fails              entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
  entitled    cannot be decided  the audit stopped at entry 3
  unbroken    cannot be decided  the audit stopped at entry 3
  complete    cannot be decided  the audit stopped at entry 3
  consistent  cannot be decided  the audit stopped at entry 3
  acceptable  cannot be decided  the audit stopped at entry 3
error: entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
hint: `prova fsck` lists everything that is wrong with the files
[1]
$ prova verify unit:dns:nordlys.example/AAU/S1
unit:dns:nordlys.example/AAU/S1 in ledger.example/2026; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   fails              entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
  entitled    cannot be decided  the audit stopped at entry 3
  unbroken    cannot be decided  the audit stopped at entry 3
  complete    cannot be decided  the audit stopped at entry 3
  consistent  cannot be decided  the audit stopped at entry 3
  acceptable  cannot be decided  the audit stopped at entry 3
error: entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
hint: `prova fsck` lists everything that is wrong with the files
[1]
$ prova verify --format json
{
  "format": "prova-verdict/1",
  "scope": "ledger",
  "origin": "ledger.example/2026",
  "size": 14,
  "root": "7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a",
  "answers": [
    {
      "question": "authentic",
      "answer": "fails",
      "code": "not-in-log",
      "reason": "entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14",
      "entries": [
        3
      ]
    },
    {
      "question": "entitled",
      "answer": "cannotBeDecided",
      "code": "stopped",
      "reason": "the audit stopped at entry 3",
      "entries": []
    },
    {
      "question": "unbroken",
      "answer": "cannotBeDecided",
      "code": "stopped",
      "reason": "the audit stopped at entry 3",
      "entries": []
    },
    {
      "question": "complete",
      "answer": "cannotBeDecided",
      "code": "stopped",
      "reason": "the audit stopped at entry 3",
      "entries": []
    },
    {
      "question": "consistent",
      "answer": "cannotBeDecided",
      "code": "stopped",
      "reason": "the audit stopped at entry 3",
      "entries": []
    },
    {
      "question": "acceptable",
      "answer": "cannotBeDecided",
      "code": "stopped",
      "reason": "the audit stopped at entry 3",
      "entries": []
    }
  ],
  "findings": [],
  "withheld": 0,
  "gaps": []
}
{"error":{"blame":"evidence","message":"entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14","hint":"`prova fsck` lists everything that is wrong with the files"}}
[1]
$ prova log --from 2 --limit 1
error: entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
[1]

"#]]
    );
}

#[test]
fn a_changed_hash_and_a_missing_bundle_are_named_too() {
    let sandbox = Sandbox::with_life();
    sandbox.flip("ledger/tile/0/000.p/14", 70);
    let mut transcript = sandbox.transcript(&["verify"]);
    sandbox.flip("ledger/tile/0/000.p/14", 70);
    fs::remove_file(sandbox.path("ledger/tile/entries/000.p/14")).unwrap();
    transcript.push_str(&sandbox.transcript(&["verify"]));
    assert_transcript!(
        transcript,
        str![[r#"
$ prova verify
ledger.example/2026; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   fails              entry 2 in tile/entries/000.p/14 has the leaf hash d910c9b5d02c929483da112d59913089b84b2d6f919ba2a6237e671e9dde52d3, want d910c9b5d02c939483da112d59913089b84b2d6f919ba2a6237e671e9dde52d3 by tile/0/000.p/14
  entitled    cannot be decided  the audit stopped at entry 2
  unbroken    cannot be decided  the audit stopped at entry 2
  complete    cannot be decided  the audit stopped at entry 2
  consistent  cannot be decided  the audit stopped at entry 2
  acceptable  cannot be decided  the audit stopped at entry 2
error: entry 2 in tile/entries/000.p/14 has the leaf hash d910c9b5d02c929483da112d59913089b84b2d6f919ba2a6237e671e9dde52d3, want d910c9b5d02c939483da112d59913089b84b2d6f919ba2a6237e671e9dde52d3 by tile/0/000.p/14
hint: `prova fsck` lists everything that is wrong with the files
[1]
$ prova verify
error: tile/entries/000.p/14 is missing, which holds entry 0
hint: `prova fsck` lists everything that is wrong with the files
[1]

"#]]
    );
}

#[test]
fn a_policy_of_another_log_refuses_the_checkpoint() {
    let sandbox = Sandbox::with_life();
    sandbox.ok("policy -o policy.txt");
    let other = sandbox.ok("key export keys/spare-1.pem --as vkey --origin ledger.example/2026");
    sandbox.write("stale.txt", format!("log {other}quorum none\n"));
    let other = sandbox.ok("key export keys/log.pem --as vkey --origin other.example/2026");
    sandbox.write("other.txt", format!("log {other}quorum none\n"));
    sandbox.write("broken.txt", "log\n");
    let lines = [
        "verify --trust policy.txt",
        "verify --trust stale.txt",
        "verify --trust other.txt",
        "verify --trust broken.txt",
        "verify --trust missing.txt",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify --trust policy.txt
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cannot be decided: consistent, acceptable
[0]
$ prova verify --trust stale.txt
ledger.example/2026, 14 entries, 21 signatures, 5 components; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   holds              all signatures on 14 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows the last one in the chains of its subjects
  complete    holds              all 14 entries that the checkpoint covers were read, and give its root
  consistent  fails              the policy refuses the checkpoint: checkpoint has no signature by a listed key of ledger.example/2026
  acceptable  cannot be decided  no rule pack was given
error: the policy refuses the checkpoint: checkpoint has no signature by a listed key of ledger.example/2026
[1]
$ prova verify --trust other.txt
ledger.example/2026, 14 entries, 21 signatures, 5 components; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   holds              all signatures on 14 entries are good
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement follows the last one in the chains of its subjects
  complete    holds              all 14 entries that the checkpoint covers were read, and give its root
  consistent  fails              the policy refuses the checkpoint: policy lists no log with origin ledger.example/2026
  acceptable  cannot be decided  no rule pack was given
error: the policy refuses the checkpoint: policy lists no log with origin ledger.example/2026
[1]
$ prova verify --trust broken.txt
error: no policy in broken.txt
  caused by: line 1 of the policy
  caused by: 1 items, want log <vkey> [<url>]
[2]
$ prova verify --trust missing.txt
error: cannot read missing.txt
  caused by: No such file or directory (os error 2)
[2]

"#]]
    );
}

#[test]
fn whoever_only_reads_works_beside_a_writer() {
    let sandbox = Sandbox::with_life();
    let show = format!("show {SOUND}");
    let trace = format!("trace {SOUND}");
    let of_unit = format!("verify {SOUND}");
    let lines = [
        "log",
        "show 12",
        "show --heads",
        show.as_str(),
        trace.as_str(),
        "verify",
        of_unit.as_str(),
        "prove 12",
        "prove --consistency 7",
        "policy",
        "fsck",
        "backup copy",
    ];
    let alone = sandbox.transcript(&lines);
    fs::remove_dir_all(sandbox.path("copy")).unwrap();
    let writer = sandbox.writer();
    let beside = sandbox.transcript(&lines);
    let refused = sandbox.transcript(&["reindex"]);
    drop(writer);
    let note = "  note: store: in use, not looked at\n";
    assert_eq!(beside.matches(note).count(), 1, "{beside}");
    assert_eq!(beside.replace(note, ""), alone);
    let refused: Vec<_> = refused.lines().skip(2).collect();
    assert_eq!(
        refused,
        [
            "hint: wait until it has ended; commands that only read work beside it",
            "[2]"
        ]
    );
}

#[test]
fn a_report_is_a_page_about_one_component_and_the_same_each_time() {
    let sandbox = Sandbox::with_life();
    let sound = format!("verify {SOUND} --report sound.html");
    sandbox.run(&sound).code(0);
    let sound = fs::read_to_string(sandbox.path("sound.html")).unwrap();
    assert!(sound.contains(SOUND) && !sound.contains("class=\"detail\""));

    let sandbox = Sandbox::with_faults();
    let gapped = format!("verify {GAPPED} --report gapped.html");
    let again = format!("verify {GAPPED} --report again.html");
    sandbox.run(&gapped).code(4);
    sandbox.run(&again).code(4);
    let read = |name: &str| fs::read_to_string(sandbox.path(name)).unwrap();
    let gapped = read("gapped.html");
    assert!(gapped == read("again.html"));
    assert!(gapped.contains(GAPPED) && gapped.contains("Gap in custody"));

    sandbox.ok("prove 12 -o some.tlog-proof");
    assert_transcript!(
        sandbox.transcript(&[
            "verify some.tlog-proof --report report.html",
            "verify --report report.html"
        ]),
        str![[r#"
$ prova verify some.tlog-proof --report report.html
error: a report is about a component or a bundle, not about a proof
[2]
$ prova verify --report report.html
error: the following required arguments were not provided:
  <COMPONENT|FILE>

Usage: prova verify --report <FILE> --ledger <DIR> <COMPONENT|FILE>

For more information, try '--help'.
[2]

"#]]
    );
    assert!(!sandbox.path("report.html").exists());
}
