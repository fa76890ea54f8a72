//! `prova init`.

use snapbox::str;

use crate::{Sandbox, assert_transcript};

const INIT: &str = "init ledger --origin ledger.example/2026 --test --root-key dns:ministry.example=keys/root-a.pem \
                    --root-key dns:union.example=keys/root-b.pem";

#[test]
fn a_ledger_is_made_in_an_empty_directory() {
    let sandbox = Sandbox::new();
    sandbox
        .run(INIT)
        .code(0)
        .stdout_eq(str![[r#"
ledger   ledger.example/2026, a test: its entries mean nothing
lies in  ledger
charter  aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f
vkey     ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF

"#]])
        .stderr_eq("");
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    sandbox
        .run("init empty --origin second.example/2026 --test --root-key keys/root-a.pem --format json")
        .code(0)
        .stdout_eq(str![[r#"
{
  "directory": "empty",
  "origin": "second.example/2026",
  "purpose": "test",
  "vkey": "second.example/2026+04dff64f+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF",
  "charter": "cea99b9a8d4a77ade2b968244a725a487a0fec1b96dd5057a4f4e65f7dcd128c",
  "root": {
    "threshold": 1,
    "keys": [
      {
        "organisation": "dns:second.example",
        "key": "ed25519:VmONOk6S669BiDnYVD+/svxTTN/fgReXL7AmQToc/bQ="
      }
    ]
  }
}

"#]])
        .stderr_eq("");
    assert_eq!(sandbox.files(), ["empty", "ledger"]);
}

#[test]
fn the_charter_is_signed_from_machine_to_machine() {
    let sandbox = Sandbox::new();
    let whole = "--origin ledger.example/2026 --test --root-key dns:ministry.example=keys/root-a.pem";
    sandbox.ok(&format!(
        "init --sign-only -o one --log-key keys/log.pub.pem {whole} --root-key dns:union.example=keys/root-b.pub.pem"
    ));
    sandbox
        .run("init ledger --charter one")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: signed by 1 of the new root's organisations, want 2
hint: sign with more root keys: --sign FILE several times, or --sign-only and `prova sign` elsewhere

"#]]);
    sandbox
        .run(&format!(
            "sign one --key keys/root-b.pem -o two {}",
            sandbox.digests("one")
        ))
        .code(0)
        .stdout_eq("")
        .stderr_eq(str![[r#"
founds the test ledger ledger.example/2026 under 2 root keys, of which 2 must sign
payload 898be37127adf855d5433e01f97448c988ad524d300fe0ba0786755b512ca738
root key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example, a test key: everybody has its private half
root key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3 of dns:union.example, a test key: everybody has its private half
log key 940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a, a test key: everybody has its private half
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the new root: dns:ministry.example signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "ledger:ledger.example/2026",
      "digest": {
        "sha256": "383d950179ef3cfa2b5f20fb545e325c512a3be6f8fdf67ae989d4cc87a33fa0"
      }
    }
  ],
  "predicateType": "urn:prova:charter:1",
  "predicate": {
    "origin": "ledger.example/2026",
    "purpose": "test",
    "time": "2026-03-01T08:00:00Z",
    "logKey": "ed25519:FuUeKo2MpkI1RC3NBJaE7/FhmhcGsq1YDEL6k2M0hwU=",
    "root": {
      "threshold": 2,
      "keys": [
        {
          "organisation": "dns:ministry.example",
          "key": "ed25519:VmONOk6S669BiDnYVD+/svxTTN/fgReXL7AmQToc/bQ="
        },
        {
          "organisation": "dns:union.example",
          "key": "ed25519:74+fe+fe08Two7CO1qOfKDPvJ5b49DYNfEKbzoQutEk="
        }
      ]
    }
  }
}

"#]]);
    sandbox
        .run("init ledger --charter two")
        .code(0)
        .stdout_eq(str![[r#"
ledger   ledger.example/2026, a test: its entries mean nothing
lies in  ledger
charter  aaea1fdd235d5ccab99b82c441d1135cd5b917d3c746319203f76f8c3b98053f
vkey     ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF

"#]])
        .stderr_eq("");
    assert_eq!(sandbox.files(), ["ledger", "one", "two"]);
}

#[test]
fn nothing_is_made_where_something_is_or_of_keys_that_do_not_fit() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("full")).unwrap();
    sandbox.write("full/notes", "x");
    sandbox.write("file", "x");
    sandbox.ok("init ledger --origin ledger.example/2026 --test --root-key keys/root-a.pem");
    let before = sandbox.acknowledged();
    assert_transcript!(
        sandbox.transcript(&[
            "init ledger --origin ledger.example/2026 --test --root-key keys/root-a.pem",
            "init full --origin ledger.example/2026 --test --root-key keys/root-a.pem",
            "init file --origin ledger.example/2026 --test --root-key keys/root-a.pem",
            "init new --origin ledger.example/2026 --root-key keys/root-a.pem",
            "init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --threshold 2",
            "init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --root-key keys/root-a.pem",
            "init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --root-key dns:b.example=keys/log.pem",
            "init --origin ledger.example/2026 --test --root-key keys/log.pem --sign-only -o new",
            "init new --origin ledger.example/2026 --test --root-key keys/root-a.pub.pem",
            "init new --origin ledger.example/2026 --test --root-key dns:x=keys/root-a.pem",
            "init new --origin ledger+example --test --root-key keys/root-a.pem",
            "init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --log-key keys/log.pub.pem",
            "init new --charter keys/log.pem",
            "init new",
        ]),
        str![[r#"
$ prova init ledger --origin ledger.example/2026 --test --root-key keys/root-a.pem
error: ledger is a ledger already
[2]
$ prova init full --origin ledger.example/2026 --test --root-key keys/root-a.pem
error: full is not empty: it holds «notes»
[2]
$ prova init file --origin ledger.example/2026 --test --root-key keys/root-a.pem
error: file is not a directory
[2]
$ prova init new --origin ledger.example/2026 --root-key keys/root-a.pem
error: key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 is a published test key; this ledger is not a test
hint: make a key of your own with `prova key generate`; `prova init --test` makes a ledger that takes test keys
[2]
$ prova init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --threshold 2
error: threshold 2 over 1 organisations, want 1 to 1
[2]
$ prova init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --root-key keys/root-a.pem
error: root key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 stands twice
[2]
$ prova init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --root-key dns:b.example=keys/log.pem
error: key 940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a is the ledger's own, which signs checkpoints and seals only, so it is no root key
[2]
$ prova init --origin ledger.example/2026 --test --root-key keys/log.pem --sign-only -o new
error: key 940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a is the ledger's own, which signs checkpoints and seals only, so it is no root key
[2]
$ prova init new --origin ledger.example/2026 --test --root-key keys/root-a.pub.pem
error: none of the root keys is private, so nobody signs the charter
hint: name at least one private key with --root-key
[2]
$ prova init new --origin ledger.example/2026 --test --root-key dns:x=keys/root-a.pem
error: «dns:x=keys/root-a.pem» names no organisation
  caused by: no host name: want 2 or more labels of a-z, 0-9 and inner hyphens, at most 253 characters
[2]
$ prova init new --origin ledger+example --test --root-key keys/root-a.pem
error: invalid value 'ledger+example' for '--origin <ORIGIN>': origin is no key name has \u{2b} at byte 6, want neither spaces, plus signs nor control characters

For more information, try '--help'.
[2]
$ prova init new --origin ledger.example/2026 --test --root-key keys/root-a.pem --log-key keys/log.pub.pem
error: no private key from keys/log.pub.pem
  caused by: this is a public key («PUBLIC KEY»), want the private key
[2]
$ prova init new --charter keys/log.pem
error: no DSSE envelope: invalid number at line 1 column 2
[2]
$ prova init new
error: the following required arguments were not provided:
  --origin <ORIGIN>
  --root-key <[ORG=]KEY>

Usage: prova init --log-key <FILE> --origin <ORIGIN> --root-key <[ORG=]KEY> <DIR>

For more information, try '--help'.
[2]

"#]]
    );
    assert_eq!(sandbox.acknowledged(), before);
    assert_eq!(sandbox.files(), ["file", "full", "ledger"]);
}

#[test]
fn directories_that_are_no_ledger_are_refused_with_the_way_out() {
    let sandbox = Sandbox::with_ledger();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    std::fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.write("other/notes", "x");
    copy(&sandbox, "ledger", "newer");
    std::fs::write(sandbox.path("newer/format"), "prova ledger 99\n").unwrap();
    copy(&sandbox, "ledger", "half");
    std::fs::remove_file(sandbox.path("half/checkpoint")).unwrap();
    assert_transcript!(
        sandbox.transcript(&[
            "registry show --ledger absent",
            "registry show --ledger empty",
            "registry show --ledger other",
            "registry show --ledger newer",
            "registry show --ledger half",
            "append one --ledger empty",
            "append keys/README.md --log-key keys/spare-1.pem",
        ]),
        str![[r#"
$ prova registry show --ledger absent
error: absent does not exist
hint: name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one
[2]
$ prova registry show --ledger empty
error: empty is empty, want a ledger
hint: name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one
[2]
$ prova registry show --ledger other
error: other is not a ledger: it has no file «format»
hint: name the ledger's directory with --ledger or in the variable PROVA_LEDGER; `prova init` makes a new one
[2]
$ prova registry show --ledger newer
error: newer cannot be read
  caused by: ledger of format 99, want 1 at most; use a newer version of this program
[2]
$ prova registry show --ledger half
error: half has entries, but its file «checkpoint» is missing; put it back from a backup
[1]
$ prova append one --ledger empty
error: cannot read one
  caused by: No such file or directory (os error 2)
[2]
$ prova append keys/README.md --log-key keys/spare-1.pem
error: key 71a7981d2c0b4afe9046db97fbd7c38bd88a9cb97e3345f223e25b3f0efa2a90 does not sign this ledger's checkpoints, want key 940ac6013de4af4bc12e0646cf9b5fa613af24ffdf15d2dc140d9b3e9993425a
[2]

"#]]
    );
}

fn copy(sandbox: &Sandbox, from: &str, to: &str) {
    let mut directories = vec![std::path::PathBuf::new()];
    while let Some(directory) = directories.pop() {
        std::fs::create_dir(sandbox.path(to).join(&directory)).unwrap();
        for entry in sandbox.path(from).join(&directory).read_dir().unwrap() {
            let entry = entry.unwrap();
            let below = directory.join(entry.file_name());
            if entry.path().is_dir() {
                directories.push(below);
            } else {
                std::fs::copy(entry.path(), sandbox.path(to).join(below)).unwrap();
            }
        }
    }
}
