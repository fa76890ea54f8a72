//! `prova fsck` and `prova reindex`.

use std::fs;

use snapbox::str;

use crate::{Sandbox, assert_transcript};

#[test]
fn sound_files_take_one_line() {
    let sandbox = Sandbox::with_life();
    assert_transcript!(
        sandbox.transcript(&["fsck", "fsck --format json"]),
        str![[r#"
$ prova fsck
nothing is wrong with the files
[0]
$ prova fsck --format json
{
  "faults": [],
  "notes": []
}
[0]

"#]]
    );
}

#[test]
fn every_fault_is_listed_with_its_file_and_entry() {
    let sandbox = Sandbox::with_life();
    sandbox.flip("ledger/tile/entries/000.p/14", 4000);
    let attachment = sandbox
        .ledger_files()
        .into_iter()
        .find(|(path, _)| path.to_string_lossy().contains("attachments/"));
    let (attachment, _) = attachment.unwrap();
    fs::write(attachment, "changed").unwrap();
    let before = sandbox.ledger_files();
    assert_transcript!(
        sandbox.transcript(&["fsck", "fsck --format json"]),
        str![[r#"
$ prova fsck
2 faults
  tile/entries/000.p/14, entry 3: has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b
  attachments/40/40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd: has the digest d67e2e944994496c8d8ec76eed0cf9f09679448d584b532bebf941852a37f5ed, want 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd
[1]
$ prova fsck --format json
{
  "faults": [
    {
      "file": "tile/entries/000.p/14",
      "entry": 3,
      "problem": "has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b"
    },
    {
      "file": "attachments/40/40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd",
      "problem": "has the digest d67e2e944994496c8d8ec76eed0cf9f09679448d584b532bebf941852a37f5ed, want 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd"
    }
  ],
  "notes": []
}
[1]

"#]]
    );
    assert_eq!(sandbox.ledger_files(), before);
}

#[test]
fn a_lost_store_is_made_again_and_nothing_else_changes() {
    let sandbox = Sandbox::with_life();
    let before = sandbox.ledger_files();
    let log = sandbox.ok("log");
    fs::remove_dir_all(sandbox.path("ledger/store")).unwrap();
    let lines = [
        "fsck",
        "reindex",
        "reindex --format json",
        "fsck",
        "reindex --ledger keys",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova fsck
nothing is wrong with the files
  note: store: has 0 of 14 entries
[0]
$ prova reindex
the store was made again from 14 entries
[0]
$ prova reindex --format json
{
  "size": 14
}
[0]
$ prova fsck
nothing is wrong with the files
[0]
$ prova reindex --ledger keys
error: keys is not a ledger: it has no file «format»
hint: name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one
[2]

"#]]
    );
    assert_eq!(sandbox.ledger_files(), before);
    assert_eq!(sandbox.ok("log"), log);
}
