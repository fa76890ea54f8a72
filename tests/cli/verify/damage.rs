//! Bytes that were changed, and files that are missing.

use std::fs;

use snapbox::str;

use crate::{Sandbox, assert_transcript, scene::SOUND};

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
  "trust": "4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282",
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
