//! Readers: whom they trust, beside whom they work, and the report that they make of their own.

use std::fs;

use snapbox::str;

use crate::{
    Sandbox, assert_transcript,
    scene::{GAPPED, SOUND},
};

#[test]
fn a_policy_of_another_log_refuses_the_checkpoint() {
    let sandbox = Sandbox::with_life();
    sandbox.ok("trust policy -o policy.txt");
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
a test ledger: its entries mean nothing
holds: ledger.example/2026, 14 entries, 21 signatures, 5 components, no findings; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a; cannot be decided: consistent, acceptable
[0]
$ prova verify --trust stale.txt
a test ledger: its entries mean nothing
ledger.example/2026, 14 entries, 21 signatures, 5 components; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   cannot be decided  all signatures on 14 entries are good; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement follows an entry of its subjects' chains, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  all 14 entries that the checkpoint covers were read, and give its root; but whose ledger this is, is not known
  consistent  fails              the policy refuses the checkpoint: checkpoint has no signature by a listed key of ledger.example/2026
  acceptable  cannot be decided  no rule pack was given
error: the policy refuses the checkpoint: checkpoint has no signature by a listed key of ledger.example/2026
[1]
$ prova verify --trust other.txt
a test ledger: its entries mean nothing
whose ledger ledger.example/2026 is, is not known, since nobody whom you trust vouches for it
ledger.example/2026, 14 entries, 21 signatures, 5 components; checkpoint of size 14 with root 7e6b0f5ba108e1dc672d2c992d729118e8ca2b4cdbce911d172c6a2bf83ee56a
  authentic   cannot be decided  all signatures on 14 entries are good; but whose ledger this is, is not known
  entitled    cannot be decided  every signer was enrolled in its role where it spoke; but whose ledger this is, is not known
  unbroken    cannot be decided  every statement follows an entry of its subjects' chains, and all that its own keys had signed there; but whose ledger this is, is not known
  complete    cannot be decided  all 14 entries that the checkpoint covers were read, and give its root; but whose ledger this is, is not known
  consistent  cannot be decided  the ledger's own key signed the checkpoint, and nobody who is trusted vouches for it
  acceptable  cannot be decided  no rule pack was given
note: `prova trust add` accepts a ledger once, --trust names a policy file; ask those who run it for both by a way that you trust
[6]
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
    assert!(gapped.contains(GAPPED) && gapped.contains("Another account of the same unit"));

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
