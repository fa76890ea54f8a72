//! `prova append`, and `prova sign` as far as it makes no ledger.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
};

use snapbox::str;

use crate::{Sandbox, assert_transcript};

/// Signed statements that follow each other, one a line.
fn three_statements(sandbox: &Sandbox) -> Vec<String> {
    let mut lines = Vec::new();
    for serial in ["S1", "S2", "S3"] {
        lines.push(sandbox.ok(&format!(
            "attest manufacture unit:dns:nordlys.example/AAU/{serial} --type type:dns:nordlys.example/AAU/R1 --site-country SE \
             --key keys/nordlys.pem --sign-only"
        )));
    }
    lines
}

#[test]
fn good_lines_are_durable_and_bad_ones_are_listed_with_their_reason() {
    let sandbox = Sandbox::with_ledger();
    let [one, two, three] = three_statements(&sandbox).try_into().unwrap();
    let heads = sandbox.ok("heads unit:dns:nordlys.example/AAU/S4");
    sandbox.write("heads.json", heads);
    let stranger = sandbox.ok(
        "attest manufacture unit:dns:nordlys.example/AAU/S4 --type type:dns:nordlys.example/AAU/R1 --site-country SE \
         --key keys/spare-1.pem --by dns:nordlys.example --role manufacturer --sign-only --heads heads.json",
    );
    let mut stream = Vec::new();
    for line in [
        one.as_bytes(),
        b"\n",
        one.as_bytes(),
        b"{}\n",
        b"\xff\n",
        one.replace(":[", ": [").as_bytes(),
        one.replacen("{\"payload\"", "{\"payload\":\"\",\"payload\"", 1)
            .as_bytes(),
        format!("{}1{}\n", "[".repeat(40), "]".repeat(40)).as_bytes(),
        &[b'x'; 70_000],
        b"\n",
        stranger.as_bytes(),
        two.replace("\"sig\":\"", "\"sig\":\"AAAA").as_bytes(),
        two.as_bytes(),
        three.trim_end().as_bytes(),
    ] {
        stream.extend_from_slice(line);
    }
    sandbox.write("stream", stream);
    sandbox
        .run("append stream")
        .code(2)
        .stdout_eq(str![[r#"
appended 3, known 1, refused 8; the ledger has 10 entries
line 3: the ledger has it already, as entry 7
line 4: no DSSE envelope: missing field `payload` at line 1 column 2
line 5: no DSSE envelope: invalid UTF-8 at byte 0
line 6: not in canonical form from byte 680; want compact JSON in the order payload, payloadType, signatures
line 7: no DSSE envelope: member «payload» stands twice in one object at line 1 column 634
line 8: no DSSE envelope: nested deeper than 32 levels at line 1 column 33
line 9: an envelope of 70000 bytes, want 65535 at most; large documents are attachments, long lists of units several statements
line 10: key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 is not enrolled
line 11: the signature is not base64 of 64 bytes

"#]])
        .stderr_eq("");
    sandbox
        .run("append stream --format json")
        .code(2)
        .stdout_eq(str![[r#"
{
  "appended": 0,
  "known": [
    {
      "line": 1,
      "index": 7
    },
    {
      "line": 3,
      "index": 7
    },
    {
      "line": 12,
      "index": 8
    },
    {
      "line": 13,
      "index": 9
    }
  ],
  "refused": 8,
  "refusals": [
    {
      "line": 4,
      "reason": "no DSSE envelope: missing field `payload` at line 1 column 2"
    },
    {
      "line": 5,
      "reason": "no DSSE envelope: invalid UTF-8 at byte 0"
    },
    {
      "line": 6,
      "reason": "not in canonical form from byte 680; want compact JSON in the order payload, payloadType, signatures"
    },
    {
      "line": 7,
      "reason": "no DSSE envelope: member «payload» stands twice in one object at line 1 column 634"
    },
    {
      "line": 8,
      "reason": "no DSSE envelope: nested deeper than 32 levels at line 1 column 33"
    },
    {
      "line": 9,
      "reason": "an envelope of 70000 bytes, want 65535 at most; large documents are attachments, long lists of units several statements"
    },
    {
      "line": 10,
      "reason": "key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 is not enrolled"
    },
    {
      "line": 11,
      "reason": "the signature is not base64 of 64 bytes"
    }
  ],
  "withFindings": 0,
  "attachments": [],
  "size": 10
}

"#]])
        .stderr_eq("");
    sandbox.write("good", [one, two, three].concat());
    sandbox
        .run("append good")
        .code(0)
        .stdout_eq(str![[r#"
appended 0, known 3, refused 0; the ledger has 10 entries
line 1: the ledger has it already, as entry 7
line 2: the ledger has it already, as entry 8
line 3: the ledger has it already, as entry 9

"#]])
        .stderr_eq("");
}

#[test]
fn a_statement_that_missed_what_its_own_key_said_is_refused_with_that_entry() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("one", &three_statements(&sandbox)[0]);
    sandbox.ok(
        "attest manufacture unit:dns:nordlys.example/AAU/S1 --type type:dns:nordlys.example/AAU/R1 --site-country FI \
         --key keys/nordlys.pem",
    );
    sandbox.run("append one").code(2).stdout_eq(str![[r#"
appended 0, known 0, refused 1; the ledger has 8 entries
line 1: unit:dns:nordlys.example/AAU/S1: the key be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54 signed entry 7 about it, which comes after the one that the statement follows

"#]]).stderr_eq("");
}

#[test]
fn thousands_of_lines_come_through_a_pipe() {
    let sandbox = Sandbox::with_ledger();
    let mut list = String::from("component\n");
    for number in 0..2_500 {
        writeln!(list, "unit:dns:nordlys.example/AAU/S{number}").unwrap();
    }
    sandbox.write("units.csv", list);
    let lines = sandbox.ok(
        "attest manufacture --units units.csv --type type:dns:nordlys.example/AAU/R1 --site-country SE --key keys/nordlys.pem \
         --sign-only",
    );
    assert!(lines.lines().count() > 5);
    sandbox
        .command("append -")
        .stdin(lines)
        .assert()
        .code(0)
        .stdout_eq(str![[r#"
appended 10, known 0, refused 0; the ledger has 17 entries

"#]])
        .stderr_eq("");
}

#[test]
fn batches_are_acknowledged_as_soon_as_they_are_durable() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("three", three_statements(&sandbox).concat());
    sandbox
        .run("append three --batch 2 --acknowledge")
        .code(0)
        .stdout_eq(str![[r#"
line 2 and those before it are answered; the ledger has 9 entries
line 3 and those before it are answered; the ledger has 10 entries
appended 3, known 0, refused 0; the ledger has 10 entries

"#]])
        .stderr_eq("");
    let json = sandbox.ok("append three --batch 2 --acknowledge --format json");
    assert!(
        json.starts_with("{\"line\":2,\"size\":10}\n{\"line\":3,\"size\":10}\n{\n"),
        "{json}"
    );
}

#[test]
fn documents_are_stored_beside_the_envelopes_that_name_them() {
    let sandbox = Sandbox::with_ledger();
    sandbox.write("report.pdf", "%PDF-1.7");
    sandbox
        .run("append --attach report.pdf")
        .code(0)
        .stdout_eq(str![[r#"
appended 0, known 0, refused 0; the ledger has 7 entries
stored document 86edbaa24831badfa0a8b04bb410141e2ee4182b6d0014493fe262a7a331c20b

"#]])
        .stderr_eq("");
    assert_transcript!(
        sandbox.transcript(&[
            "append",
            "append absent",
            "append keys",
            "append keys/log.pem --attach absent"
        ]),
        str![[r#"
$ prova append
error: the following required arguments were not provided:
  <FILE>

Usage: prova append --ledger <DIR> --log-key <FILE> <FILE>

For more information, try '--help'.
[2]
$ prova append absent
error: cannot read absent
  caused by: No such file or directory (os error 2)
[2]
$ prova append keys
error: cannot read keys
  caused by: is a directory
[2]
$ prova append keys/log.pem --attach absent
error: cannot read the document absent
  caused by: No such file or directory (os error 2)
[2]

"#]]
    );
}

#[test]
fn one_process_writes_at_a_time_and_others_read_beside_it() {
    let sandbox = Sandbox::with_ledger();
    let mut writer = Command::new(env!("CARGO_BIN_EXE_prova"))
        .env_clear()
        .current_dir(sandbox.path("."))
        .args(["append", "-", "--ledger", "ledger", "--log-key", "keys/log.pem"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The writer has the lock once the second one is refused; before that the second finishes.
    let refused = loop {
        let output = sandbox.command("append keys/README.md").output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        if stderr.contains("in use") || stderr.contains("lock") {
            break (output.status.code(), stderr);
        }
        assert_eq!(writer.try_wait().unwrap(), None, "{stderr}");
    };
    assert_eq!(refused.0, Some(2));
    assert!(
        refused.1.contains("hint: wait until it has ended"),
        "{}",
        refused.1
    );
    sandbox.ok("registry show");
    drop(writer.stdin.take());
    assert!(writer.wait().unwrap().success());
    fs::remove_dir_all(sandbox.path("ledger")).unwrap();
}
