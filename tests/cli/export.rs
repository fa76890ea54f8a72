//! `prova export`, `prova bundle receive` and bundles in `prova verify`.

use std::fs;

use snapbox::str;

use crate::{Sandbox, assert_transcript};

const ENROL: &str = "registry enrol dns:auditor.example --name Auditor --jurisdiction NO --role auditor --key keys/auditor.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem";
const EXPORT: &str =
    "export unit:dns:nordlys.example/AAU/S1 --case 2026-17 --key keys/auditor.pem -o evidence.zip";

/// The life of two units, and the regulator as an auditor too.
fn with_auditor() -> Sandbox {
    let sandbox = Sandbox::with_life();
    sandbox.ok(ENROL);
    sandbox
}

#[test]
fn a_bundle_is_exported_verified_without_the_ledger_and_received() {
    let sandbox = with_auditor();
    let lines = [
        "trust policy -o policy.txt",
        EXPORT,
        "verify evidence.zip --trust policy.txt --ledger nowhere",
        "bundle receive evidence.zip --key keys/operator-north.pem --remark intact",
        "verify evidence.zip --trust policy.txt --ledger nowhere",
        "verify evidence.zip --trust policy.txt --format json",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova trust policy -o policy.txt
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --case 2026-17 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 3 components, 15 entries, 0 index proofs, 1 document, 0 withheld; 38786 bytes
  authentic   holds              all 23 signatures on 15 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              all 15 entries that the checkpoint covers are here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 15 entries, 23 signatures, no findings; checkpoint of size 15 with root c2aba1c52fd83fd3a8fcedc445490a8f0f19a6c4211c925ce531aab9ba90a295; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z for case «2026-17»
[0]
$ prova bundle receive evidence.zip --key keys/operator-north.pem --remark intact
evidence.zip: hand-over 1, received by dns:north.example at 2026-03-01T08:00:00Z
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 15 entries, 23 signatures, no findings; checkpoint of size 15 with root c2aba1c52fd83fd3a8fcedc445490a8f0f19a6c4211c925ce531aab9ba90a295; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z for case «2026-17»
  received by dns:north.example at 2026-03-01T08:00:00Z: intact
[0]
$ prova verify evidence.zip --trust policy.txt --format json
{"format":"prova-verdict/1","scope":{"bundle":{"components":["unit:dns:nordlys.example/AAU/S1"]}},"origin":"ledger.example/2026","purpose":"test","size":15,"root":"c2aba1c52fd83fd3a8fcedc445490a8f0f19a6c4211c925ce531aab9ba90a295","trust":"4871ce603e12b1d33510173d593aea216c655c4b93aad1953df5d9bb0e98f282","answers":[{"question":"authentic","answer":"holds","code":"signatures-good","reason":"all 23 signatures on 15 entries are good, and the entries are in the log","entries":[7,9,10,11,12,13]},{"question":"entitled","answer":"holds","code":"signers-entitled","reason":"every signer was enrolled in its role where it spoke","entries":[1,4,5]},{"question":"unbroken","answer":"holds","code":"links-hold","reason":"every statement about the components follows an earlier one, and all that its own keys had signed there","entries":[7,9,10,11,12,13]},{"question":"complete","answer":"holds","code":"every-entry-read","reason":"all 15 entries that the checkpoint covers are here","entries":[]},{"question":"consistent","answer":"cannotBeDecided","code":"no-witness","reason":"the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known","entries":[]},{"question":"acceptable","answer":"cannotBeDecided","code":"no-rules","reason":"no rule pack was given","entries":[]}],"findings":[],"withheld":0,"gaps":[]}
[0]

"#]]
    );
}

#[test]
fn the_same_scope_and_time_give_the_same_bytes() {
    let sandbox = with_auditor();
    sandbox.transcript(&[EXPORT]);
    let first = fs::read(sandbox.path("evidence.zip")).unwrap();
    sandbox.transcript(&[EXPORT]);
    assert!(first == fs::read(sandbox.path("evidence.zip")).unwrap());
}

#[test]
fn what_cannot_be_exported_is_said_and_no_file_is_left() {
    let sandbox = with_auditor();
    let lines = [
        "export --range 0..3 --key keys/nordlys.pem -o no.zip",
        "export --range 0..3 --key keys/spare-2.pem -o no.zip",
        "export --range 0..999 --key keys/auditor.pem -o no.zip",
        "export --key keys/auditor.pem -o no.zip",
        "export --range 0..3 --org dns:nordlys.example --key keys/auditor.pem -o no.zip",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova export --range 0..3 --key keys/nordlys.pem -o no.zip
error: this key may not sign an export
  caused by: dns:nordlys.example has not the role auditor in the ledger
hint: `prova registry show` lists who has the role auditor; `prova registry change --role` gives it
[2]
$ prova export --range 0..3 --key keys/spare-2.pem -o no.zip
error: the key in keys/spare-2.pem is of no participant
hint: an exporter is enrolled with the role auditor: `prova registry enrol … --role auditor`
[2]
$ prova export --range 0..999 --key keys/auditor.pem -o no.zip
error: the range 0..999 is empty or goes beyond the ledger of 15 entries
[2]
$ prova export --key keys/auditor.pem -o no.zip
error: the following required arguments were not provided:
  <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

Usage: prova export --output <FILE> --key <FILE> --log-key <FILE> --ledger <DIR> <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

For more information, try '--help'.
[2]
$ prova export --range 0..3 --org dns:nordlys.example --key keys/auditor.pem -o no.zip
error: the argument '--range <A..B>' cannot be used with '--org <ORG>'

Usage: prova export --output <FILE> --key <FILE> --log-key <FILE> --ledger <DIR> <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

For more information, try '--help'.
[2]

"#]]
    );
    let left = fs::read_dir(sandbox.path("")).unwrap();
    assert!(
        left.map(|name| name.unwrap().file_name())
            .all(|name| name != "no.zip" && !name.to_string_lossy().starts_with(".prova-"))
    );
}

#[test]
fn a_changed_bundle_is_refused_at_the_place() {
    let sandbox = with_auditor();
    sandbox.transcript(&[EXPORT]);
    let whole = fs::read(sandbox.path("evidence.zip")).unwrap();
    let middle = whole.len() / 4;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    fs::write(sandbox.path("flipped.zip"), &flipped).unwrap();
    fs::write(sandbox.path("cut.zip"), &whole[..middle]).unwrap();
    fs::write(sandbox.path("other.zip"), "no archive").unwrap();
    let lines = [
        "verify flipped.zip",
        "verify cut.zip",
        "verify other.zip",
        "verify missing.zip",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify flipped.zip
error: flipped.zip does not hold
  caused by: data/entries/000000000008.json does not inflate to the 948 bytes that it claims to have
hint: ask whoever exported it for the bundle as it was, and compare the two files
[1]
$ prova verify cut.zip
error: cut.zip does not hold
  caused by: the bundle does not end with the end record of a ZIP archive in the form of a bundle
hint: ask for the file as it was exported: unpacking and packing again makes another archive
[1]
$ prova verify other.zip
error: other.zip does not hold
  caused by: the bundle does not end with the end record of a ZIP archive in the form of a bundle
hint: ask for the file as it was exported: unpacking and packing again makes another archive
[1]
$ prova verify missing.zip
error: cannot read missing.zip
  caused by: No such file or directory (os error 2)
[2]

"#]]
    );
}

#[test]
fn what_is_no_file_to_verify_or_does_not_go_with_it_is_the_callers_mistake() {
    let sandbox = with_auditor();
    sandbox.transcript(&[
        EXPORT,
        "trust policy -o policy.txt",
        "prove 7 -o entry.tlog-proof",
    ]);
    fs::create_dir(sandbox.path("directory.zip")).unwrap();
    let lines = [
        "verify directory.zip",
        "verify evidence.zip --entry entry.tlog-proof",
        "verify entry.tlog-proof --trust policy.txt --seen ledger/checkpoint",
        "verify unit:dns:nordlys.example/AAU/S1 --seen ledger/checkpoint",
        "verify --entry entry.tlog-proof",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify directory.zip
error: cannot read directory.zip
  caused by: is a directory
[2]
$ prova verify evidence.zip --entry entry.tlog-proof
error: a bundle has its entries in it, want no --entry
[2]
$ prova verify entry.tlog-proof --trust policy.txt --seen ledger/checkpoint
error: only a bundle is held against a checkpoint that was seen before, want no --seen
[2]
$ prova verify unit:dns:nordlys.example/AAU/S1 --seen ledger/checkpoint
error: --entry, --seen and --consistency are about a file, not about the ledger
[2]
$ prova verify --entry entry.tlog-proof
error: --entry, --seen and --consistency are about a file, not about the ledger
[2]

"#]]
    );
    let mut command = sandbox.command("verify - --trust policy.txt");
    let bundle = fs::read(sandbox.path("evidence.zip")).unwrap();
    command = command.stdin(bundle);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("a bundle cannot be read from stdin"), "{said}");
}

#[test]
fn documents_are_withheld_by_digest_as_missing_or_all_and_the_bundle_counts_them() {
    let sandbox = with_auditor();
    for line in ["seal", "trust policy -o policy.txt"] {
        sandbox.ok(line);
    }
    let attachments = sandbox.path("ledger/attachments");
    let kept = sandbox.path("kept");
    let digest = {
        let shelf = fs::read_dir(&attachments)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let document = fs::read_dir(shelf).unwrap().next().unwrap().unwrap();
        document.file_name().into_string().unwrap()
    };
    let export = "export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem";
    let withheld = |what: &str| format!("{export} -o {what}.zip --withhold {what} --reason confidential");
    let one = format!("{export} -o one.zip --withhold {digest} --reason confidential --authority «Act»");
    let lines = [
        withheld("missing"),
        withheld("all"),
        one,
        format!(
            "{export} -o no.zip --withhold {} --reason confidential",
            "0".repeat(64)
        ),
        format!("{export} -o no.zip --withhold none --reason confidential"),
        format!("{export} -o no.zip --withhold all"),
    ];
    // Without answers and exporter, which do not depend on documents.
    let transcript = |lines: &[String]| -> String {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let printed = sandbox.transcript(&lines);
        let told = printed
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("  ") || line.contains("withheld: "));
        told.collect()
    };
    assert_transcript!(
        transcript(&lines),
        str![[r#"
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o missing.zip --withhold missing --reason confidential
a test ledger: its entries mean nothing
missing.zip: 3 components, 15 entries, 4 index proofs, 1 document, 0 withheld; 41581 bytes
0 findings
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o all.zip --withhold all --reason confidential
a test ledger: its entries mean nothing
all.zip: 3 components, 15 entries, 4 index proofs, 0 documents, 1 withheld; 41220 bytes
0 findings
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o one.zip --withhold 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd --reason confidential --authority «Act»
a test ledger: its entries mean nothing
one.zip: 3 components, 15 entries, 4 index proofs, 0 documents, 1 withheld; 41250 bytes
0 findings
[0]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o no.zip --withhold 0000000000000000000000000000000000000000000000000000000000000000 --reason confidential
error: no entry in the scope names the document 0000000000000000000000000000000000000000000000000000000000000000, so it cannot be withheld
[2]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o no.zip --withhold none --reason confidential
error: invalid value 'none' for '--withhold <DIGEST|missing|all>': 4 characters, want 64 lower-case hexadecimal digits; or «missing», or «all»

For more information, try '--help'.
[2]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o no.zip --withhold all
error: the following required arguments were not provided:

Usage: prova export --output <FILE> --withhold <DIGEST|missing|all> --reason <TEXT> --key <FILE> --log-key <FILE> --ledger <DIR> <COMPONENT|INDEX|--org <ORG>|--type <TYPE>|--slot <SLOT>|--range <A..B>|--from <TIME>>

For more information, try '--help'.
[2]

"#]]
    );
    // Somebody else keeps the document.
    fs::rename(&attachments, &kept).unwrap();
    let lines = [
        format!("{export} -o no.zip"),
        withheld("missing"),
        "verify missing.zip --trust policy.txt".to_owned(),
        "verify one.zip --trust policy.txt".to_owned(),
    ];
    assert_transcript!(
        transcript(&lines),
        str![[r#"
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o no.zip
error: entry 7 names the document 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd, which the ledger does not have
hint: give the ledger the document, or say why the bundle does not have it: --withhold 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd --reason TEXT; `--withhold missing` is for all that the ledger does not have
[2]
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o missing.zip --withhold missing --reason confidential
a test ledger: its entries mean nothing
missing.zip: 3 components, 15 entries, 4 index proofs, 0 documents, 1 withheld; 41220 bytes
0 findings
[0]
$ prova verify missing.zip --trust policy.txt
a test ledger: its entries mean nothing
holds: ledger.example/2026, 15 entries, 23 signatures, no findings; checkpoint of size 16 with root 10bba83e69a870537d7360e86f8aaa6f08521339751530e16c77b9cb9fc7aa4a; cannot be decided: consistent, acceptable
  withheld: document 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd: confidential
[0]
$ prova verify one.zip --trust policy.txt
a test ledger: its entries mean nothing
holds: ledger.example/2026, 15 entries, 23 signatures, no findings; checkpoint of size 16 with root 10bba83e69a870537d7360e86f8aaa6f08521339751530e16c77b9cb9fc7aa4a; cannot be decided: consistent, acceptable
  withheld: document 40fdbb2642f2ba4e5d34a03b6fa25b6abf86a8594db0c4296e9e6eae9c93efcd: confidential, by «Act»
[0]

"#]]
    );
    for name in ["missing", "all", "one"] {
        let verdict = sandbox.ok(&format!("verify {name}.zip --trust policy.txt --format json"));
        assert!(verdict.contains("\"withheld\":1"), "{verdict}");
    }
}
