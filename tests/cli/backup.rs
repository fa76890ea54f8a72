//! `prova backup` and `prova restore`.

use snapbox::str;

use crate::{Sandbox, assert_transcript};

#[test]
fn a_backup_is_read_like_a_ledger_and_restored_to_one_that_can_be_written() {
    let sandbox = Sandbox::with_life();
    let lines = [
        "backup copy",
        "verify --ledger copy",
        "restore copy again",
        "verify --ledger again",
        "fsck --ledger again",
        "registry suspend dns:lab.example --reason unpaid --sign keys/root-a.pem --sign keys/root-b.pem --ledger again",
        "backup json --format json",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova backup copy
copied 14 entries to copy
[0]
$ prova verify --ledger copy
a test ledger: its entries mean nothing
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cannot be decided: consistent, acceptable
[0]
$ prova restore copy again
restored 14 entries to again
[0]
$ prova verify --ledger again
a test ledger: its entries mean nothing
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cannot be decided: consistent, acceptable
[0]
$ prova fsck --ledger again
nothing is wrong with the files
[0]
$ prova registry suspend dns:lab.example --reason unpaid --sign keys/root-a.pem --sign keys/root-b.pem --ledger again
entry 14 with leaf hash 613fbd7a3c7cb1547c0714e10d644a5e699a5b23c7edd35b346130ebbc309543
[0]
$ prova backup json --format json
{
  "size": 14,
  "directory": "json"
}
[0]

"#]]
    );
    assert_eq!(
        sandbox.files(),
        ["aau.cdx.json", "again", "copy", "json", "ledger"]
    );
}

#[test]
fn nothing_is_overwritten_and_a_damaged_backup_is_not_restored() {
    let sandbox = Sandbox::with_life();
    sandbox.ok("backup copy");
    let mut transcript = sandbox.transcript(&["backup copy", "restore copy ledger", "restore missing again"]);
    sandbox.flip("copy/tile/entries/000.p/14", 4000);
    transcript.push_str(&sandbox.transcript(&["restore copy again", "backup copy2 --ledger copy"]));
    assert_transcript!(
        transcript,
        str![[r#"
$ prova backup copy
error: copy is a ledger already
[2]
$ prova restore copy ledger
error: ledger is a ledger already
[2]
$ prova restore missing again
error: missing does not exist
[2]
$ prova restore copy again
error: entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
[1]
$ prova backup copy2 --ledger copy
error: entry 3 in tile/entries/000.p/14 has the leaf hash 160bf042cb234aec8043817df2e2551ae9b1a4f4173d6704a2a2f177c6e1252e, want 8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b by tile/0/000.p/14
[1]

"#]]
    );
    assert_eq!(sandbox.files(), ["aau.cdx.json", "copy", "ledger"]);
}
