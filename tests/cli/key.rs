//! `prova key`.

use snapbox::str;

use crate::{Sandbox, assert_transcript, set_mode};

#[test]
fn a_private_and_its_public_key_are_inspected_alike() {
    let sandbox = Sandbox::new();
    for file in ["keys/producer.pem", "keys/producer.pub.pem"] {
        sandbox
            .run(&format!("key inspect {file}"))
            .code(0)
            .stdout_eq(str![[r#"
key id      77dc9ef59cfb858240c06874b6dbb83ef7150217fd43849a078dca33ac00e467
public key  ed25519:5/iFT4cZjB9wFvGdaiPRufmsEjwkpeRDYln4kvausMg=
published   test key «producer»: everybody has its secret; only a test ledger enrols it
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA5/iFT4cZjB9wFvGdaiPRufmsEjwkpeRDYln4kvausMg=
-----END PUBLIC KEY-----

"#]])
            .stderr_eq("");
    }
    sandbox
        .run("key inspect keys/log.pem --format json")
        .code(0)
        .stdout_eq(str![[r#"
{
  "keyId": "940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a",
  "publicKey": "ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=",
  "pem": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAFuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=\n-----END PUBLIC KEY-----\n",
  "publishedTestKey": "log"
}

"#]])
        .stderr_eq("");
}

#[test]
fn a_public_key_leaves_in_three_forms() {
    let sandbox = Sandbox::new();
    sandbox
        .run("key export keys/log.pem --as vkey --origin ledger.example/2026")
        .code(0)
        .stdout_eq(str![[r#"
ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF

"#]])
        .stderr_eq("");
    sandbox
        .run("key export keys/log.pem --as text")
        .code(0)
        .stdout_eq(str![[r#"
ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=

"#]])
        .stderr_eq("");
    sandbox
        .run("key export keys/log.pem -o log.pem")
        .code(0)
        .stdout_eq("")
        .stderr_eq("");
    assert_eq!(
        std::fs::read_to_string(sandbox.path("log.pem")).unwrap(),
        std::fs::read_to_string(sandbox.path("keys/log.pub.pem")).unwrap()
    );
    assert_eq!(sandbox.files(), ["log.pem"]);
    sandbox
        .run("key export keys/log.pem --as vkey")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: the following required arguments were not provided:
  --origin <ORIGIN>

Usage: prova key export --as <FORM> --origin <ORIGIN> <KEY>

For more information, try '--help'.

"#]]);
    sandbox
        .run("key export keys/log.pem --as vkey --origin a+b")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: --origin names no log
  caused by: origin is no key name has \u{2b} at byte 1, want neither spaces, plus signs nor control characters

"#]]);
}

#[test]
fn a_new_key_is_encrypted_and_opens_with_its_passphrase_only() {
    let sandbox = Sandbox::new();
    sandbox.write("passphrase", "correct horse\n");
    let shown = sandbox.ok("key generate -o new.pem --passphrase-file passphrase");
    let pem = std::fs::read_to_string(sandbox.path("new.pem")).unwrap();
    assert!(
        pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
        "{pem}"
    );
    let inspected = sandbox.ok("key inspect new.pem --passphrase-file passphrase");
    assert!(inspected.starts_with(&shown), "{inspected}\n{shown}");
    sandbox
        .command("key inspect new.pem")
        .env("PROVA_PASSPHRASE", "wrong horse")
        .assert()
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: no private key from new.pem
  caused by: the passphrase is wrong, or the file is damaged

"#]]);
    sandbox
        .run("key inspect new.pem")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: no private key from new.pem
  caused by: the key is encrypted
  caused by: no passphrase was given, and there is no terminal to ask for one
hint: give one with --passphrase-file or --passphrase-env, or in the variable PROVA_PASSPHRASE

"#]]);
    sandbox
        .run("key inspect new.pem --passphrase-env NO_SUCH --format json")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
{"error":{"blame":"caller","message":"no private key from new.pem","causes":["the key is encrypted","the environment variable NO_SUCH is not set, want a passphrase in it"]}}

"#]]);
}

#[test]
fn a_key_is_never_overwritten_nor_made_without_a_passphrase() {
    let sandbox = Sandbox::new();
    sandbox
        .run("key generate -o new.pem")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: cannot encrypt the new key
  caused by: no passphrase was given, and there is no terminal to ask for one
hint: give one with --passphrase-file or --passphrase-env, or in the variable PROVA_PASSPHRASE

"#]]);
    assert!(sandbox.files().is_empty());
    sandbox.write("new.pem", "");
    sandbox
        .run("key generate -o new.pem --unencrypted")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: new.pem exists already, and keys are never overwritten
hint: choose another name, or move that file away

"#]]);
    assert_eq!(std::fs::read(sandbox.path("new.pem")).unwrap(), b"");
}

#[test]
fn what_is_no_key_is_refused_with_the_reason() {
    let sandbox = Sandbox::new();
    sandbox.write("empty", "");
    sandbox.write("binary", b"\xff\xfe\x1b[31m");
    let small_order = "ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let not_canonical = "ed25519:7v///////////////////////////////////////38=";
    let mut shown = String::new();
    for key in [
        "absent",
        "keys",
        "empty",
        "binary",
        small_order,
        not_canonical,
        "ed25519:AAAA",
    ] {
        let output = sandbox.command(&format!("key inspect {key}")).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{key}");
        shown.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    assert_transcript!(
        shown,
        str![[r#"
error: cannot read absent
  caused by: No such file or directory (os error 2)
error: cannot read keys
  caused by: is a directory
error: no public key from empty
  caused by: want an algorithm, a colon and the key in base64, as in «ed25519:…»
error: no public key from binary
  caused by: want an algorithm, a colon and the key in base64, as in «ed25519:…»
error: no public key
  caused by: the key is weak: its point has small order
error: no public key
  caused by: the key is not the canonical encoding of its point
error: no public key
  caused by: a key of 3 bytes, want 32

"#]]
    );
}

#[test]
fn a_private_key_that_others_can_read_is_mentioned() {
    let sandbox = Sandbox::new();
    set_mode(&sandbox.path("keys/log.pem"), 0o644);
    sandbox
        .run("key export keys/log.pem --as text")
        .code(0)
        .stdout_eq(str![[r#"
ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=

"#]])
        .stderr_eq(str![[r#"
warning: keys/log.pem has mode 0644: others can read this private key, want 0600

"#]]);
}

#[test]
fn several_encrypted_keys_sign_and_the_logs_has_its_own_passphrase() {
    let sandbox = Sandbox::new();
    sandbox.write("root", "correct horse\n");
    sandbox.write("log", "battery staple\n");
    sandbox.ok("key generate -o root.pem --passphrase-file root");
    sandbox.ok("key generate -o org.pem --passphrase-file root");
    sandbox.ok("key generate -o log.pem --passphrase-file log");
    let command = |line: &str| {
        sandbox
            .command(line)
            .env("PROVA_LOG_KEY", "log.pem")
            .env("PROVA_PASSPHRASE", "correct horse")
    };
    let init = "init ledger --origin ledger.example/2026 --root-key root.pem";
    command(init).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: no private key from log.pem
  caused by: the passphrase is wrong, or the file is damaged

"#]]);
    command(init)
        .env("PROVA_LOG_PASSPHRASE_FILE", "log")
        .assert()
        .code(0);
    let enrol = "registry enrol dns:a.example --name A --jurisdiction SE --role operator --key org.pem --sign root.pem";
    command(enrol).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: no private key from log.pem
  caused by: the passphrase is wrong, or the file is damaged

"#]]);
    command(enrol)
        .env("PROVA_LOG_PASSPHRASE", "battery staple")
        .assert()
        .code(0);
}
