//! `prova prove` and `prova policy`.

use std::fs;

use snapbox::str;

use crate::{Sandbox, assert_transcript};

#[test]
fn a_proof_is_a_tlog_proof_file() {
    let sandbox = Sandbox::with_life();
    let lines = ["prove 3 --without-entry", "prove 3 --without-entry --format json"];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova prove 3 --without-entry
c2sp.org/tlog-proof@v1
index 3
jiZTh+hu1KX4cobN/2KNhBJqJiKc+stiMN6h34ky8QA=
LULrYTn1T7XwgedNElFPDEhrj9rGSb/j2eAfuGoCMhg=
8hgIQriH4EpArZMB1Q5XB1XfNjKf1J/D/hqshVZqwDA=
K8Qud9NAX4tiUBnpbf1T3rWxVfmr27OevLOGT2HZ0Lk=

ledger.example/2026
14
k6bqEXqDLBv4VNbl0Q4QSOYjKLPRbKdmD8ZQg6ttvi4=

— ledger.example/2026 IotLKw1lCymf+rx7pYlj+ti0a/L3ZPOb7iqX9j7QkNo1PKE0UtY5G+uqEI6m65cP7ph8gY6T5/EMKi9PnZ/BJd/Qtgc=
[0]
$ prova prove 3 --without-entry --format json
{
  "index": 3,
  "leaf": "6a6f13f19ece8fe85b272fe4d303f050111320433026cabc7c453adcdac7f427",
  "size": 14,
  "path": [
    "8e265387e86ed4a5f87286cdff628d84126a26229cfacb6230dea1df8932f100",
    "2d42eb6139f54fb5f081e74d12514f0c486b8fdac649bfe3d9e01fb86a023218",
    "f2180842b887e04a40ad9301d50e570755df36329fd49fc3fe1aac85566ac030",
    "2bc42e77d3405f8b625019e96dfd53deb5b155f9abdbb39ebcb3864f61d9d0b9"
  ],
  "proof": "c2sp.org/tlog-proof@v1\nindex 3\njiZTh+hu1KX4cobN/2KNhBJqJiKc+stiMN6h34ky8QA=\nLULrYTn1T7XwgedNElFPDEhrj9rGSb/j2eAfuGoCMhg=\n8hgIQriH4EpArZMB1Q5XB1XfNjKf1J/D/hqshVZqwDA=\nK8Qud9NAX4tiUBnpbf1T3rWxVfmr27OevLOGT2HZ0Lk=\n\nledger.example/2026\n14\nk6bqEXqDLBv4VNbl0Q4QSOYjKLPRbKdmD8ZQg6ttvi4=\n\n— ledger.example/2026 IotLKw1lCymf+rx7pYlj+ti0a/L3ZPOb7iqX9j7QkNo1PKE0UtY5G+uqEI6m65cP7ph8gY6T5/EMKi9PnZ/BJd/Qtgc=\n"
}
[0]

"#]]
    );
}

#[test]
fn consistency_is_proven_in_the_form_that_witnesses_take() {
    let sandbox = Sandbox::with_life();
    let lines = [
        "prove --consistency 7",
        "prove --consistency 0",
        "prove --consistency 14 --format json",
        "prove --consistency 15",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova prove --consistency 7
old 7
2KBx18hZ3nqnSLu2cPNgRu6g8nxDVGuvwfjfygYVW7I=
eiBTL2XlDYTRkLORhVgcIGxjTtaoKuddNQnYWDUMuzE=
RtMcORY5TQNHXmeombyjPCT457uOdfpLOCeWo9lWFSM=
08D5K370O3XmXaGeyytwpPI+v/knEh5StjAWuJPZNUI=
K8Qud9NAX4tiUBnpbf1T3rWxVfmr27OevLOGT2HZ0Lk=

ledger.example/2026
14
k6bqEXqDLBv4VNbl0Q4QSOYjKLPRbKdmD8ZQg6ttvi4=

— ledger.example/2026 IotLKw1lCymf+rx7pYlj+ti0a/L3ZPOb7iqX9j7QkNo1PKE0UtY5G+uqEI6m65cP7ph8gY6T5/EMKi9PnZ/BJd/Qtgc=
[0]
$ prova prove --consistency 0
old 0

ledger.example/2026
14
k6bqEXqDLBv4VNbl0Q4QSOYjKLPRbKdmD8ZQg6ttvi4=

— ledger.example/2026 IotLKw1lCymf+rx7pYlj+ti0a/L3ZPOb7iqX9j7QkNo1PKE0UtY5G+uqEI6m65cP7ph8gY6T5/EMKi9PnZ/BJd/Qtgc=
[0]
$ prova prove --consistency 14 --format json
{
  "from": 14,
  "size": 14,
  "path": [],
  "checkpoint": "ledger.example/2026\n14\nk6bqEXqDLBv4VNbl0Q4QSOYjKLPRbKdmD8ZQg6ttvi4=\n\n— ledger.example/2026 IotLKw1lCymf+rx7pYlj+ti0a/L3ZPOb7iqX9j7QkNo1PKE0UtY5G+uqEI6m65cP7ph8gY6T5/EMKi9PnZ/BJd/Qtgc=\n"
}
[0]
$ prova prove --consistency 15
error: the ledger has 14 entries, want at least 15
[2]

"#]]
    );
}

#[test]
fn files_are_written_whole_and_the_entry_is_the_one_in_the_ledger() {
    let sandbox = Sandbox::with_life();
    let quiet = sandbox.transcript(&["prove 12 -o proof --entry-out entry", "policy -o policy"]);
    assert_transcript!(
        quiet,
        str![[r#"
$ prova prove 12 -o proof --entry-out entry
[0]
$ prova policy -o policy
[0]

"#]]
    );
    assert_eq!(
        sandbox.files(),
        ["aau.cdx.json", "entry", "ledger", "policy", "proof"]
    );
    assert_eq!(
        fs::read_to_string(sandbox.path("proof")).unwrap(),
        sandbox.ok("prove 12")
    );
    assert_eq!(
        fs::read_to_string(sandbox.path("policy")).unwrap(),
        sandbox.ok("policy")
    );
    let entry = fs::read(sandbox.path("entry")).unwrap();
    let leaf = prova_core::hash::LeafHash::of_entry(&entry).to_string();
    assert!(sandbox.ok("show 12").contains(&leaf));
}

#[test]
fn what_cannot_be_proven_writes_nothing() {
    let sandbox = Sandbox::with_life();
    let lines = [
        "prove",
        "prove 14 -o proof",
        "prove 3 --consistency 2",
        "policy --format json",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova prove
error: the following required arguments were not provided:
  <INDEX>

Usage: prova prove --ledger <DIR> <INDEX>

For more information, try '--help'.
[2]
$ prova prove 14 -o proof
error: there is no entry 14 in a ledger of size 14
[2]
$ prova prove 3 --consistency 2
error: the argument '[INDEX]' cannot be used with '--consistency <N>'

Usage: prova prove --ledger <DIR> <INDEX>

For more information, try '--help'.
[2]
$ prova policy --format json
{
  "log": "ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF",
  "policy": "log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nquorum none\n"
}
[0]

"#]]
    );
    sandbox.run("prove 3 -o nowhere/proof").code(2).stdout_eq("");
    assert_eq!(sandbox.files(), ["aau.cdx.json", "ledger"]);
}

#[test]
fn a_proof_is_verified_without_the_ledger() {
    let sandbox = Sandbox::with_life();
    sandbox.ok("policy -o policy.txt");
    sandbox.ok("prove 12 -o whole.tlog-proof");
    sandbox.ok("prove 12 -o bare.tlog-proof --without-entry --entry-out entry.json");
    sandbox.ok("prove 11 -o other.tlog-proof --entry-out other.json");
    let proof = fs::read_to_string(sandbox.path("bare.tlog-proof")).unwrap();
    sandbox.write("cut.tlog-proof", &proof[..proof.len() / 2]);
    sandbox.write("moved.tlog-proof", proof.replace("index 12", "index 13"));
    let other = sandbox.ok("key export keys/spare-1.pem --as vkey --origin ledger.example/2026");
    sandbox.write("stale.txt", format!("log {other}quorum none\n"));
    fs::remove_dir_all(sandbox.path("ledger")).unwrap();
    let lines = [
        "verify whole.tlog-proof --trust policy.txt",
        "verify bare.tlog-proof --trust policy.txt --entry entry.json --format json",
        "verify bare.tlog-proof --trust policy.txt",
        "verify bare.tlog-proof --trust policy.txt --entry other.json",
        "verify moved.tlog-proof --trust policy.txt --entry entry.json",
        "verify cut.tlog-proof --trust policy.txt --entry entry.json",
        "verify whole.tlog-proof --trust stale.txt",
        "verify whole.tlog-proof",
        "verify missing.tlog-proof --trust policy.txt",
        "verify unit:nonsense --trust policy.txt",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova verify whole.tlog-proof --trust policy.txt
holds: entry 12 of ledger.example/2026 has the leaf hash dd557218d68341bb4b974388fa5a5a0b85c4ce0fc0d0d5db9e6150eb8308a0af; checkpoint of size 14 with root 93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e; cosigned by no witness
[0]
$ prova verify bare.tlog-proof --trust policy.txt --entry entry.json --format json
{
  "index": 12,
  "leaf": "dd557218d68341bb4b974388fa5a5a0b85c4ce0fc0d0d5db9e6150eb8308a0af",
  "origin": "ledger.example/2026",
  "size": 14,
  "root": "93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e",
  "logKey": "ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF",
  "quorum": "notRequired",
  "cosigned": [],
  "claimsAbout": [
    "unit:dns:nordlys.example/AAU/S1"
  ]
}
[0]
$ prova verify bare.tlog-proof --trust policy.txt
error: the proof does not carry its entry
hint: name the file with the entry's bytes with --entry
[2]
$ prova verify bare.tlog-proof --trust policy.txt --entry other.json
error: the proof does not show that this is entry 12 of a log that the policy trusts
  caused by: entry 12 leads to root 0d9142237b021feabebd7f8b5b3f27ccd5fad10e0a8c3be7d7dbb8c7f8dcdcc9, want 93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e
[1]
$ prova verify moved.tlog-proof --trust policy.txt --entry entry.json
error: the proof does not show that this is entry 13 of a log that the policy trusts
  caused by: entry 13 leads to root de4334f4751004e5196c114336bdacfdef556bd64669a6867d268cf4d5e3c7c3, want 93a6ea117a832c1bf854d6e5d10e1048e62328b3d16ca7660fc65083ab6dbe2e
[1]
$ prova verify cut.tlog-proof --trust policy.txt --entry entry.json
error: no proof in cut.tlog-proof
  caused by: note does not end in a newline
[1]
$ prova verify whole.tlog-proof --trust stale.txt
error: the proof does not show that this is entry 12 of a log that the policy trusts
  caused by: checkpoint has no signature by a listed key of ledger.example/2026
[1]
$ prova verify whole.tlog-proof
error: a proof shows nothing without the log's key that you trust
hint: give a policy file with --trust; `prova policy` makes one beside the ledger
[2]
$ prova verify missing.tlog-proof --trust policy.txt
error: cannot read missing.tlog-proof
  caused by: No such file or directory (os error 2)
[2]
$ prova verify unit:nonsense --trust policy.txt
error: «unit:nonsense» is no component
  caused by: want unit:<org>/<part>/<serial>, unit:idevid:<hex> or unit:sgtin:<gtin>.<serial>
[2]

"#]]
    );
}
