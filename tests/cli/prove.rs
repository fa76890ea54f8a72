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
        "prove 3 -o nowhere/proof",
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
$ prova prove 3 -o nowhere/proof
error: cannot write nowhere/proof
  caused by: No such file or directory (os error 2) at path "/tmp/.tmp29p9VW/nowhere/.prova-PYUMoT"
[2]
$ prova policy --format json
{
  "log": "ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF",
  "policy": "log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF\nquorum none\n"
}
[0]

"#]]
    );
    assert_eq!(sandbox.files(), ["aau.cdx.json", "ledger"]);
}
