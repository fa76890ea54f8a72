//! Bundles of a sealed ledger: every scope, comparison with earlier checkpoints, and proofs of misbehaviour.

use std::{fs, io::Cursor};

use prova_bundle::{bag::BagWriter, name::FileName, zip::Archive};
use prova_core::{
    bundle::{Description, Verifier, custody::Export},
    hash::Digest,
    id::SubjectId,
    index::{IndexProof, TermKey, term::Term},
    key::published_test_key,
    log::SignedCheckpoint,
    position::EntryIndex,
};
use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{GAPPED, TYPE},
};

const ENROL: &str = "registry enrol dns:auditor.example --name Auditor --jurisdiction NO --role auditor --key keys/auditor.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem";
const SUSPEND: &str =
    "registry suspend dns:nordlys.example --reason audit --sign keys/root-a.pem --sign keys/root-b.pem";

/// The life of two units, sealed, with one entry after the seal.
fn sealed() -> Sandbox {
    let sandbox = Sandbox::with_life();
    for line in [ENROL, "seal", SUSPEND, "trust policy -o policy.txt"] {
        sandbox.ok(line);
    }
    sandbox
}

#[test]
fn every_scope_gives_a_bundle_that_holds() {
    let sandbox = sealed();
    let mut lines = Vec::new();
    for scope in [
        "unit:dns:nordlys.example/AAU/S1",
        "--org dns:nordlys.example",
        "--type type:dns:nordlys.example/AAU/R1",
        "--slot slot:dns:north.example/gNB-1",
        "--range 0..17",
        "--range 9..12",
        "--from 2026-01-01T00:00:00Z --to 2026-12-31T00:00:00Z",
    ] {
        lines.push(format!("export {scope} --key keys/auditor.pem -o evidence.zip"));
        lines.push("verify evidence.zip --trust policy.txt --ledger nowhere".to_owned());
    }
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 3 components, 16 entries, 4 index proofs, 1 document, 0 withheld; 43592 bytes
  authentic   holds              all 25 signatures on 16 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 4 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 16 entries, 25 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --org dns:nordlys.example --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 4 components, 16 entries, 6 index proofs, 1 document, 0 withheld; 45227 bytes
  authentic   holds              all 25 signatures on 16 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 6 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 16 entries, 25 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --type type:dns:nordlys.example/AAU/R1 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 4 components, 17 entries, 6 index proofs, 1 document, 0 withheld; 46659 bytes
  authentic   holds              all 26 signatures on 17 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 6 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 17 entries, 26 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --slot slot:dns:north.example/gNB-1 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 3 components, 16 entries, 4 index proofs, 1 document, 0 withheld; 43620 bytes
  authentic   holds              all 25 signatures on 16 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 4 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 16 entries, 25 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --range 0..17 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 5 components, 17 entries, 0 index proofs, 1 document, 0 withheld; 42949 bytes
  authentic   holds              all 26 signatures on 17 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              all 17 entries that the checkpoint covers are here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 17 entries, 26 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --range 9..12 --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 4 components, 16 entries, 5 index proofs, 1 document, 0 withheld; 44590 bytes
  authentic   holds              all 25 signatures on 16 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 5 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 16 entries, 25 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]
$ prova export --from 2026-01-01T00:00:00Z --to 2026-12-31T00:00:00Z --key keys/auditor.pem -o evidence.zip
a test ledger: its entries mean nothing
evidence.zip: 5 components, 17 entries, 6 index proofs, 1 document, 0 withheld; 47385 bytes
  authentic   holds              all 26 signatures on 17 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    cannot be decided  components were chosen by claimed times, so whether one is left out is not known; of those that are here, under 6 terms the entries are all that the ledger's seal in entry 15 counts, and the 2 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova verify evidence.zip --trust policy.txt --ledger nowhere
a test ledger: its entries mean nothing
holds: ledger.example/2026, 17 entries, 26 signatures, no findings; checkpoint of size 17 with root 5f16a4f3bb0e727d4e109645438cdf9870c2c820ffb2b74811e3fb8d6ef7060e; cannot be decided: complete, consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
[0]

"#]]
    );
}

/// The files of a bundle below `data/`.
fn payload(bundle: &[u8]) -> Vec<(FileName, Vec<u8>)> {
    let mut archive = Archive::open(Cursor::new(bundle)).unwrap();
    let records = archive.records().to_vec();
    records
        .iter()
        .map(|record| (record.name, archive.read(record).unwrap()))
        .filter(|(name, _)| name.is_payload())
        .collect()
}

fn of(files: &[(FileName, Vec<u8>)], name: FileName) -> Vec<u8> {
    let found = files.iter().find(|(other, _)| *other == name);
    found.unwrap().1.clone()
}

/// The bundle of these files, listed and signed by the auditor.
fn signed(files: &[(FileName, Vec<u8>)]) -> Vec<u8> {
    let description = Description::parse(&of(files, FileName::Description)).unwrap();
    let mut bag = BagWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, content) in files {
        bag.add(*name, content).unwrap();
    }
    let export = Export::of(&description);
    let key = published_test_key("auditor").unwrap();
    let made = bag.finish(
        description.exporter.clone(),
        description.at.date(),
        None,
        |tags| Ok::<_, Box<dyn std::error::Error>>(export.sign(tags, &key)?),
    );
    made.unwrap().into_inner()
}

/// The bundle without one component that lives depend on, and without the entry and documents that only its chain asks for; judged, listed and
/// signed anew by the auditor: what an exporter would do whose findings are unwelcome.
fn without(bundle: &[u8], hidden: &SubjectId, entry: EntryIndex) -> Vec<u8> {
    let mut files = payload(bundle);
    let key = TermKey::of(&Term::chain(hidden));
    let proof = FileName::IndexProof(Digest::from_bytes(*key.as_bytes()));
    files.retain(|(name, _)| {
        *name != proof
            && *name != FileName::Entry(entry)
            && *name != FileName::Proof(entry)
            && !matches!(
                name,
                FileName::Attachment(_) | FileName::Report | FileName::TrustPolicy
            )
    });
    let mut description = Description::parse(&of(&files, FileName::Description)).unwrap();
    description.closure.traced.retain(|id| id != hidden);
    description.entries -= 1;
    let checkpoint = SignedCheckpoint::parse(&of(&files, FileName::Checkpoint)).unwrap();
    let mut verifier = Verifier::new(description.clone(), checkpoint).unwrap();
    for (name, content) in &files {
        if let FileName::IndexProof(_) = name {
            let proof = IndexProof::parse(content).unwrap();
            verifier.index_proof(&proof).unwrap();
        }
    }
    for (name, content) in &files {
        if let FileName::Entry(index) = *name {
            let proof = of(&files, FileName::Proof(index));
            verifier.entry(index, content, &proof).unwrap();
        }
    }
    let verdict = verifier.finish().unwrap().verdict(None).to_canonical();
    for (name, content) in &mut files {
        match name {
            FileName::Description => *content = description.to_canonical(),
            FileName::Verdict => content.clone_from(&verdict),
            _ => {}
        }
    }
    signed(&files)
}

#[test]
fn a_bundle_with_gaps_is_not_one_without_findings() {
    let sandbox = Sandbox::with_faults();
    for line in [
        ENROL,
        "seal",
        &format!("export {GAPPED} --key keys/auditor.pem -o whole.zip"),
    ] {
        sandbox.ok(line);
    }
    let whole = fs::read(sandbox.path("whole.zip")).unwrap();
    let hidden = without(&whole, &TYPE.parse().unwrap(), EntryIndex::new(7));
    sandbox.write("hidden.zip", hidden);
    assert_transcript!(
        sandbox.transcript(&["verify whole.zip", "verify hidden.zip"]),
        str![[r#"
$ prova verify whole.zip
a test ledger: its entries mean nothing
whole.zip: ledger.example/2026, 16 entries, 25 signatures; checkpoint of size 19 with root 0f8f3e2efd84e4f05a424cbed5b2640bbc384811f45bdb25b9a180511c63e5c2
  authentic   holds              all 25 signatures on 16 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 3 terms the entries are all that the ledger's seal in entry 18 counts, and the 1 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
3 findings in 1 component

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 14: other-account: dns:north.example has an account of its own
  entry 15: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[4]
$ prova verify hidden.zip
a test ledger: its entries mean nothing
hidden.zip: ledger.example/2026, 15 entries, 24 signatures; checkpoint of size 19 with root 0f8f3e2efd84e4f05a424cbed5b2640bbc384811f45bdb25b9a180511c63e5c2
  authentic   holds              all 24 signatures on 15 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    cannot be decided  2 places depend on entries that are not here, first entry 9 on those under «about:type:dns:nordlys.example/AAU/R1»
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
2 gaps: findings from entry 9 on are not told, but for distrusted keys, since what they rest on is not here
  entry 9: what is under «about:type:dns:nordlys.example/AAU/R1»
  entry 15: what is under «about:type:dns:nordlys.example/AAU/R1»
2 findings in 1 component

unit:dns:nordlys.example/AAU/S2
  entry 11: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
  entry 15: distrusted-key: signed by key 61f106581b7a8b0968a6a8d636c0cfbd9c6de3ea7cc35bd83e318530e1e4b37c of dns:carrier.example, which is distrusted from entry 11 on: stolen
[4]

"#]]
    );
}

#[test]
fn a_reader_makes_a_report_of_ones_own_whatever_the_exporter_wrote() {
    let sandbox = Sandbox::with_faults();
    for line in [
        ENROL,
        "seal",
        "trust policy -o policy.txt",
        &format!("export {GAPPED} --key keys/auditor.pem --trust policy.txt -o evidence.zip"),
    ] {
        sandbox.ok(line);
    }
    let bundle = fs::read(sandbox.path("evidence.zip")).unwrap();
    let mut files = payload(&bundle);
    let report = |name: &str| {
        let line = format!("verify {name}.zip --trust policy.txt --ledger nowhere --report {name}.html");
        let code = sandbox.command(&line).output().unwrap().status.code();
        (code, fs::read(sandbox.path(&format!("{name}.html"))).ok())
    };
    // By the same policy it is the page that an honest exporter makes.
    let honest = (Some(4), Some(of(&files, FileName::Report)));
    assert!(report("evidence") == honest);
    for (name, content) in &mut files {
        if *name == FileName::Report {
            *content = b"All is well.".to_vec();
        }
    }
    sandbox.write("lying.zip", signed(&files));
    assert!(report("lying") == honest);
    // Of what does not hold there is none.
    sandbox.write("cut.zip", &bundle[..bundle.len() / 2]);
    assert!(report("cut") == (Some(1), None));
    // With gaps it tells them.
    sandbox.write(
        "gaps.zip",
        without(&bundle, &TYPE.parse().unwrap(), EntryIndex::new(7)),
    );
    let (code, page) = report("gaps");
    assert_eq!(code, Some(4));
    let page = String::from_utf8(page.unwrap()).unwrap();
    assert!(page.contains("2 gaps") && page.contains("about:type:dns:nordlys.example/AAU/R1"));
}

#[test]
fn a_bundle_is_compared_with_what_was_seen_before() {
    let sandbox = sealed();
    let checkpoint = sandbox.path("ledger/checkpoint");
    fs::copy(&checkpoint, sandbox.path("seen")).unwrap();
    // Two histories go on from the same state.
    sandbox.ok("backup fork");
    sandbox.ok(
        "registry suspend dns:auditor.example --reason one --sign keys/root-a.pem --sign keys/root-b.pem",
    );
    sandbox.ok("registry suspend dns:north.example --reason another --sign keys/root-a.pem --sign keys/root-b.pem --ledger fork");
    fs::copy(&checkpoint, sandbox.path("one")).unwrap();
    fs::copy(sandbox.path("fork/checkpoint"), sandbox.path("another")).unwrap();
    let lines = [
        "export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o fork.zip --ledger fork",
        "export --range 0..18 --key keys/auditor.pem -o whole.zip --ledger fork",
        "prove --consistency 17 -o grown --ledger fork",
        "verify fork.zip --trust policy.txt --seen seen --consistency grown",
        "verify whole.zip --trust policy.txt --seen seen",
        "verify fork.zip --trust policy.txt --seen seen",
        "verify fork.zip --trust policy.txt --seen one",
        "verify whole.zip --trust policy.txt --seen one",
        "equivocation one another --trust policy.txt -o misbehaviour",
        "verify misbehaviour --trust policy.txt",
        "equivocation one one --trust policy.txt -o none",
        "equivocation one seen --trust policy.txt -o none",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o fork.zip --ledger fork
a test ledger: its entries mean nothing
fork.zip: 3 components, 17 entries, 4 index proofs, 1 document, 0 withheld; 45082 bytes
  authentic   holds              all 27 signatures on 17 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              under 4 terms the entries are all that the ledger's seal in entry 15 counts, and the 3 from there on are all here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova export --range 0..18 --key keys/auditor.pem -o whole.zip --ledger fork
a test ledger: its entries mean nothing
whole.zip: 5 components, 18 entries, 0 index proofs, 1 document, 0 withheld; 44434 bytes
  authentic   holds              all 28 signatures on 18 entries are good, and the entries are in the log
  entitled    holds              every signer was enrolled in its role where it spoke
  unbroken    holds              every statement about the components follows an earlier one, and all that its own keys had signed there
  complete    holds              all 18 entries that the checkpoint covers are here
  consistent  cannot be decided  the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known
  acceptable  cannot be decided  no rule pack was given
0 findings
[0]
$ prova prove --consistency 17 -o grown --ledger fork
[0]
$ prova verify fork.zip --trust policy.txt --seen seen --consistency grown
a test ledger: its entries mean nothing
holds: ledger.example/2026, 17 entries, 27 signatures, no findings; checkpoint of size 18 with root 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
note: the ledger only grew from size 17 to 18
[0]
$ prova verify whole.zip --trust policy.txt --seen seen
a test ledger: its entries mean nothing
holds: ledger.example/2026, 18 entries, 28 signatures, no findings; checkpoint of size 18 with root 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
note: the ledger only grew from size 17 to 18
[0]
$ prova verify fork.zip --trust policy.txt --seen seen
a test ledger: its entries mean nothing
holds: ledger.example/2026, 17 entries, 27 signatures, no findings; checkpoint of size 18 with root 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7; cannot be decided: consistent, acceptable
  exported by dns:auditor.example at 2026-03-01T08:00:00Z
warning: whether the ledger only grew from size 17 to 18 cannot be decided without a consistency proof: `prova prove --consistency 17` makes one, --consistency FILE reads it
[0]
$ prova verify fork.zip --trust policy.txt --seen one
error: the ledger signed two roots of size 18: 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7 in the bundle, 843352f62f4d4efb738234ef4a9b5999dd11983369847147a0a931cbdfdca53b seen before
hint: the ledger's key signed both: `prova equivocation` makes a proof of it that others can check, where the sizes are the same
[1]
$ prova verify whole.zip --trust policy.txt --seen one
error: the ledger signed two roots of size 18: 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7 in the bundle, 843352f62f4d4efb738234ef4a9b5999dd11983369847147a0a931cbdfdca53b seen before
hint: the ledger's key signed both: `prova equivocation` makes a proof of it that others can check, where the sizes are the same
[1]
$ prova equivocation one another --trust policy.txt -o misbehaviour
note: ledger.example/2026 signed two roots of size 18: 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7 and 843352f62f4d4efb738234ef4a9b5999dd11983369847147a0a931cbdfdca53b
[0]
$ prova verify misbehaviour --trust policy.txt
holds: ledger.example/2026 signed two roots of size 18: 526a7ec2d30904add413524bb9868a17ab1bab11625d95c6beaf8c4fca204bd7 and 843352f62f4d4efb738234ef4a9b5999dd11983369847147a0a931cbdfdca53b
[0]
$ prova equivocation one one --trust policy.txt -o none
error: the statements agree
[2]
$ prova equivocation one seen --trust policy.txt -o none
error: the checkpoints are of sizes 18 and 17, want one size
[2]

"#]]
    );
}

#[test]
fn a_proof_comes_through_a_pipe_and_a_bundle_does_not() {
    let sandbox = sealed();
    for line in [
        "prove 12 -o entry.tlog-proof",
        "prove --all-about unit:dns:nordlys.example/AAU/S1 -o listing.json",
        "export unit:dns:nordlys.example/AAU/S1 --key keys/auditor.pem -o evidence.zip",
        "backup fork",
        "registry suspend dns:auditor.example --reason one --sign keys/root-a.pem --sign keys/root-b.pem",
        "registry suspend dns:north.example --reason another --sign keys/root-a.pem --sign keys/root-b.pem --ledger fork",
        "equivocation ledger/checkpoint fork/checkpoint --trust policy.txt -o misbehaviour",
    ] {
        sandbox.ok(line);
    }
    let piped = |line: &str, file: &str| {
        let content = fs::read(sandbox.path(file)).unwrap();
        sandbox.command(line).stdin(content).output().unwrap()
    };
    for file in ["entry.tlog-proof", "listing.json", "misbehaviour"] {
        let want = sandbox.ok(&format!("verify {file} --trust policy.txt"));
        // As a shell names the pipe of «<(…)».
        for stream in ["-", "/dev/stdin"] {
            let got = piped(&format!("verify {stream} --trust policy.txt"), file);
            assert_eq!(
                String::from_utf8_lossy(&got.stderr),
                "",
                "{file} through {stream}"
            );
            assert_eq!(
                String::from_utf8_lossy(&got.stdout),
                want,
                "{file} through {stream}"
            );
            assert_eq!(got.status.code(), Some(0));
        }
    }
    for (line, stream) in [
        ("verify -", "stdin"),
        ("verify /dev/stdin --trust policy.txt", "/dev/stdin"),
        (
            "bundle receive /dev/stdin --key keys/operator-north.pem -o new.zip",
            "/dev/stdin",
        ),
    ] {
        let got = piped(line, "evidence.zip");
        let said = String::from_utf8_lossy(&got.stderr);
        let want = format!("error: a bundle cannot be read from {stream}\nhint: save it as a file");
        assert!(said.starts_with(&want), "{line}: {said}");
        assert_eq!(got.status.code(), Some(2));
    }
    assert!(!sandbox.path("new.zip").exists());
}

#[test]
fn the_readmes_walk_from_the_demonstration_to_a_bundle_is_what_is_printed() {
    let sandbox = Sandbox::new();
    sandbox.ok("demo demo");
    for name in ["ledger", "keys", "trust"] {
        let _ = fs::remove_dir_all(sandbox.path(name));
        fs::rename(sandbox.path(&format!("demo/{name}")), sandbox.path(name)).unwrap();
    }
    let printed = sandbox.transcript(&[
        "registry change dns:regulator.example --role regulator --role auditor --sign keys/root-a.pem --sign keys/root-b.pem",
        "seal",
        "export unit:dns:nordlys.example/AAU-3900/SN0003 --case 2026-17 --key keys/regulator.pem -o evidence.zip",
        "trust policy -o trust.policy",
        "verify evidence.zip --trust trust.policy",
    ]);
    let walk: String = printed
        .split_inclusive('\n')
        .filter(|line| !line.starts_with('['))
        .collect();
    let readme = include_str!("../../README.md");
    assert!(readme.contains(walk.trim_end()), "{walk}");
}
