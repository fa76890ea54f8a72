//! `prova prove` and `prova trust policy`.

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
2RDJtdAskpSD2hEtWZEwibhLLW+Rm6KmI35nHp3eUtM=
cySgjatHsJSW5N44lAjYsznnb1Q5nnsrDu4/fuVyCOQ=
EBTIOpMNXS1p0vY+/JZ2A763r7Zaa05WwqQ6dIqFGZo=
uFHmjtIu3YPI481gPvVTdOvIWLC+IBpj4gGYdBELGhA=

ledger.example/2026
14
fmsPW6EI4dxnLSyZLXKRGOjKK0zbzpEdFyxqK/g+5Wo=

— ledger.example/2026 IotLK3aPlEnnThKbe3S4FMZOOpekc/dBwUYVS1mcRlO6b+m2cBfuMgr5p32aLJMSfqkyxXfZqmji0R+VcY5oVozKrgc=
[0]
$ prova prove 3 --without-entry --format json
{
  "index": 3,
  "leaf": "8b75d99208da8c3c55df4b5c78fc5be347ed70bf9bd4b2935844c81ef699ec4b",
  "size": 14,
  "path": [
    "d910c9b5d02c929483da112d59913089b84b2d6f919ba2a6237e671e9dde52d3",
    "7324a08dab47b09496e4de389408d8b339e76f54399e7b2b0eee3f7ee57208e4",
    "1014c83a930d5d2d69d2f63efc967603beb7afb65a6b4e56c2a43a748a85199a",
    "b851e68ed22edd83c8e3cd603ef55374ebc858b0be201a63e2019874110b1a10"
  ],
  "proof": "c2sp.org/tlog-proof@v1\nindex 3\n2RDJtdAskpSD2hEtWZEwibhLLW+Rm6KmI35nHp3eUtM=\ncySgjatHsJSW5N44lAjYsznnb1Q5nnsrDu4/fuVyCOQ=\nEBTIOpMNXS1p0vY+/JZ2A763r7Zaa05WwqQ6dIqFGZo=\nuFHmjtIu3YPI481gPvVTdOvIWLC+IBpj4gGYdBELGhA=\n\nledger.example/2026\n14\nfmsPW6EI4dxnLSyZLXKRGOjKK0zbzpEdFyxqK/g+5Wo=\n\n— ledger.example/2026 IotLK3aPlEnnThKbe3S4FMZOOpekc/dBwUYVS1mcRlO6b+m2cBfuMgr5p32aLJMSfqkyxXfZqmji0R+VcY5oVozKrgc=\n"
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
ZVR22lWhev25xPJFHKhTWCkHbrJMofeiQEr7x25b2y8=
kPcC5KDMvbzy+OQOYM4YFckv6CUFZ/qE76wC5hwoc9k=
OF6sBYeH1QLIl+/GxWKpsrrTXkyfR2KG6qHB5sVtXSc=
OM+wy6XVPLKVHSouEYG3RxcUEWUJeQ8ZLEQbhqxZdzk=
uFHmjtIu3YPI481gPvVTdOvIWLC+IBpj4gGYdBELGhA=

ledger.example/2026
14
fmsPW6EI4dxnLSyZLXKRGOjKK0zbzpEdFyxqK/g+5Wo=

— ledger.example/2026 IotLK3aPlEnnThKbe3S4FMZOOpekc/dBwUYVS1mcRlO6b+m2cBfuMgr5p32aLJMSfqkyxXfZqmji0R+VcY5oVozKrgc=
[0]
$ prova prove --consistency 0
old 0

ledger.example/2026
14
fmsPW6EI4dxnLSyZLXKRGOjKK0zbzpEdFyxqK/g+5Wo=

— ledger.example/2026 IotLK3aPlEnnThKbe3S4FMZOOpekc/dBwUYVS1mcRlO6b+m2cBfuMgr5p32aLJMSfqkyxXfZqmji0R+VcY5oVozKrgc=
[0]
$ prova prove --consistency 14 --format json
{
  "from": 14,
  "size": 14,
  "path": [],
  "checkpoint": "ledger.example/2026\n14\nfmsPW6EI4dxnLSyZLXKRGOjKK0zbzpEdFyxqK/g+5Wo=\n\n— ledger.example/2026 IotLK3aPlEnnThKbe3S4FMZOOpekc/dBwUYVS1mcRlO6b+m2cBfuMgr5p32aLJMSfqkyxXfZqmji0R+VcY5oVozKrgc=\n"
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
    let quiet = sandbox.transcript(&["prove 12 -o proof --entry-out entry", "trust policy -o policy"]);
    assert_transcript!(
        quiet,
        str![[r#"
$ prova prove 12 -o proof --entry-out entry
[0]
$ prova trust policy -o policy
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
        sandbox.ok("trust policy")
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
        "trust policy --format json",
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
$ prova trust policy --format json
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
    sandbox.ok("trust policy -o policy.txt");
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
holds: entry 12 of ledger.example/2026 has the leaf hash 207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cosigned by no witness
[0]
$ prova verify bare.tlog-proof --trust policy.txt --entry entry.json --format json
{
  "index": 12,
  "leaf": "207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1",
  "origin": "ledger.example/2026",
  "size": 14,
  "root": "7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a",
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
  caused by: entry 12 leads to root dab7d9c0659e4f39460bd89282f6cb76bf08f9c5d13a54c16b0a454ab25f4f7e, want 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
[1]
$ prova verify moved.tlog-proof --trust policy.txt --entry entry.json
error: the proof does not show that this is entry 13 of a log that the policy trusts
  caused by: entry 13 leads to root 8926e5cbdc26fac8d33d69fff112e5448046b076ffd02c48b9424efd190fae5f, want 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
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
holds: entry 12 of ledger.example/2026 has the leaf hash 207dc57745d5a90b4cb904cae486fb6c89d395c1488ce1d7591c0168c60580d1; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cosigned by no witness
[0]
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
