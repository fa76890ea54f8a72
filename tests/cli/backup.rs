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
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e; cannot be decided: consistent, acceptable
[0]
$ prova restore copy again
restored 14 entries to again
[0]
$ prova verify --ledger again
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e; cannot be decided: consistent, acceptable
[0]
$ prova fsck --ledger again
nothing is wrong with the files
[0]
$ prova registry suspend dns:lab.example --reason unpaid --sign keys/root-a.pem --sign keys/root-b.pem --ledger again
entry 14 with leaf hash e33f4ff99c00679ab156e1d5737b8c280cab84a33807b877fe9435166cb3b7d2
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
error: entry 3 in tile/entries/000.p/14 has the leaf hash cd5186a8ce472032f1e15999541848419fc1a1cd48a651ee9b3e55753d3fb47d, want 6a6f13f19ece8fe85b272fe4d303f050111320433026cabc7c453adcdac7f427 by tile/0/000.p/14
[1]
$ prova backup copy2 --ledger copy
error: entry 3 in tile/entries/000.p/14 has the leaf hash cd5186a8ce472032f1e15999541848419fc1a1cd48a651ee9b3e55753d3fb47d, want 6a6f13f19ece8fe85b272fe4d303f050111320433026cabc7c453adcdac7f427 by tile/0/000.p/14
[1]

"#]]
    );
    assert_eq!(sandbox.files(), ["aau.cdx.json", "copy", "ledger"]);
}
