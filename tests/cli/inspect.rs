//! `prova inspect`, and that nobody signs unseen.

use prova_core::key::published_test_key;
use prova_core::statement::{Envelope, Statement};
use snapbox::str;

use crate::{Sandbox, assert_transcript, scene::TYPE};

const HANDOVER: &str = "registry root --threshold 1 --root-key dns:union.example=keys/root-b.pub.pem --sign-only -o root.jsonl --sign keys/root-a.pem";

#[test]
fn a_root_that_signs_its_own_removal_sees_it() {
    let sandbox = Sandbox::with_ledger();
    sandbox.ok(HANDOVER);
    assert_transcript!(
        sandbox.transcript(&[
            "inspect root.jsonl",
            "sign root.jsonl --key keys/root-b.pem -o out"
        ]),
        str![[r#"
$ prova inspect root.jsonl
1 envelope

hands the root to 1 key with threshold 1
payload d99c6abfddce6b84a93330a557d277a9fb29a29809cba8ab04f0be9258cda9e6
root key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3 of dns:union.example, a test key: everybody has its private half
takes out of the root key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example, a test key: everybody has its private half
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
wants 1 signature of the new root: nobody has signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "ledger:ledger.example/2026",
      "digest": {
        "sha256": "383d950179ef3cfa2b5f20fb545e325c512a3be6f8fdf67ae989d4cc87a33fa0"
      },
      "annotations": {
        "number": 0
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "root": {
          "threshold": 1,
          "keys": [
            {
              "organisation": "dns:union.example",
              "key": "ed25519:74+fe+fe08Two7CO1qOfKDPvJ5b49DYNfEKbzoQutEk="
            }
          ]
        }
      }
    ]
  }
}
[0]
$ prova sign root.jsonl --key keys/root-b.pem -o out
hands the root to 1 key with threshold 1
payload d99c6abfddce6b84a93330a557d277a9fb29a29809cba8ab04f0be9258cda9e6
root key be773608a851c85ebb0911b81644fbaf97cacd11fa4f409b25d76482e9c551a3 of dns:union.example, a test key: everybody has its private half
takes out of the root key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example, a test key: everybody has its private half
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
wants 1 signature of the new root: nobody has signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "ledger:ledger.example/2026",
      "digest": {
        "sha256": "383d950179ef3cfa2b5f20fb545e325c512a3be6f8fdf67ae989d4cc87a33fa0"
      },
      "annotations": {
        "number": 0
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "root": {
          "threshold": 1,
          "keys": [
            {
              "organisation": "dns:union.example",
              "key": "ed25519:74+fe+fe08Two7CO1qOfKDPvJ5b49DYNfEKbzoQutEk="
            }
          ]
        }
      }
    ]
  }
}
error: nobody has agreed to sign 1 envelope, and there is no terminal to ask on
hint: read what is shown above, and give the digest of each payload with --digest HEX
[2]

"#]]
    );
    assert!(!sandbox.path("out").exists());
}

#[test]
fn what_is_signed_is_named_payload_by_payload() {
    let sandbox = Sandbox::with_ledger();
    for (reason, file) in [("audit", "one"), ("fraud", "two")] {
        sandbox.ok(&format!(
            "registry suspend dns:lab.example --reason {reason} --sign-only --sign keys/root-a.pem -o {file}"
        ));
    }
    let both = ["one", "two"]
        .map(|file| std::fs::read(sandbox.path(file)).unwrap())
        .concat();
    sandbox.write("both", both);
    let one = sandbox.digests("one");
    let lines = [
        format!("sign both --key keys/root-b.pem {one} -o out"),
        format!("sign two --key keys/root-b.pem {one} -o out"),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova sign both --key keys/root-b.pem --digest f6941a218a5a19d731ec32cdd4508cb341a005d22c62daed175f70e09a8f8893 -o out
suspends Lab: audit
payload f6941a218a5a19d731ec32cdd4508cb341a005d22c62daed175f70e09a8f8893
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "org:dns:lab.example",
      "digest": {
        "sha256": "bb8ccec78f3145ff8377f0f460d03eaa050241aa6ed63aeb663265b1d83633af"
      },
      "annotations": {
        "number": 1
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "suspend": {
          "organisation": "dns:lab.example",
          "reason": "audit"
        }
      }
    ]
  }
}
suspends Lab: fraud
payload 4e660fcca96d8162501974d2b50f791c4663b8655f24f846826aef5cc6f24777
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "org:dns:lab.example",
      "digest": {
        "sha256": "bb8ccec78f3145ff8377f0f460d03eaa050241aa6ed63aeb663265b1d83633af"
      },
      "annotations": {
        "number": 1
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "suspend": {
          "organisation": "dns:lab.example",
          "reason": "fraud"
        }
      }
    ]
  }
}
error: nobody has agreed to sign 1 envelope, and there is no terminal to ask on
hint: read what is shown above, and give the digest of each payload with --digest HEX
[2]
$ prova sign two --key keys/root-b.pem --digest f6941a218a5a19d731ec32cdd4508cb341a005d22c62daed175f70e09a8f8893 -o out
suspends Lab: fraud
payload 4e660fcca96d8162501974d2b50f791c4663b8655f24f846826aef5cc6f24777
signature by key 7ad489bde70c69917f5dc3a4242bf2f190a6a8199d7949476adce9f6719b4bf9 of dns:ministry.example: good
wants 2 signatures of the present root: dns:ministry.example signed; still to sign: dns:union.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "org:dns:lab.example",
      "digest": {
        "sha256": "bb8ccec78f3145ff8377f0f460d03eaa050241aa6ed63aeb663265b1d83633af"
      },
      "annotations": {
        "number": 1
      }
    }
  ],
  "predicateType": "urn:prova:registry:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "time": "2026-03-01T08:00:00Z",
    "actions": [
      {
        "suspend": {
          "organisation": "dns:lab.example",
          "reason": "fraud"
        }
      }
    ]
  }
}
error: no envelope here has a payload of digest f6941a218a5a19d731ec32cdd4508cb341a005d22c62daed175f70e09a8f8893
[2]

"#]]
    );
    assert!(!sandbox.path("out").exists());
    sandbox.ok(&format!(
        "sign both --key keys/root-b.pem {} -o out",
        sandbox.digests("both")
    ));
}

#[test]
fn a_member_that_nobody_knows_is_shown_before_it_is_signed() {
    let sandbox = Sandbox::with_ledger();
    sandbox.ok(&format!(
        "attest manifest {TYPE} --name AAU --category ran.aau --key keys/nordlys.pem --sign-only -o one"
    ));
    let bytes = std::fs::read(sandbox.path("one")).unwrap();
    let payload = Envelope::decode(bytes.trim_ascii_end())
        .unwrap()
        .payload()
        .to_vec();
    let payload = String::from_utf8(payload).unwrap();
    let hidden = payload.replacen(
        "\"manifest\":{",
        "\"manifest\":{\"x-licence\":\"\\u001b[8mall rights\",",
        1,
    );
    assert!(Statement::decode(hidden.as_bytes()).is_ok());
    let key = published_test_key("nordlys").unwrap();
    let envelope = Envelope::sign(hidden.clone().into_bytes(), &[&key]).unwrap();
    sandbox.write("hidden", [envelope.encode(), vec![b'\n']].concat());
    sandbox.write("statement.json", hidden);
    assert_transcript!(
        sandbox.transcript(&["inspect hidden", "inspect statement.json --ledger ledger"]),
        str![[r#"
$ prova inspect hidden
1 envelope

Nordlys describes AAU; category ran.aau
payload f13328095d53c119b70112cbe0e5f9cf2973290cf8f7527704621d80588e3a07
! not known to this version: predicate.event.manifest.x-licence
signature by key be7b50bbef7ffa8310674a9b80a53bbcbd80d23175209b82fe6f766702766d54 of dns:nordlys.example: good
wants 1 signature of the speaker: dns:nordlys.example signed; enough
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "type:dns:nordlys.example/AAU/R1",
      "digest": {
        "sha256": "b616979fcb982f726f0f28847f7724357d6fafb16b1729f0bcc608519e585cdd"
      }
    }
  ],
  "predicateType": "urn:prova:event:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "by": "dns:nordlys.example",
    "role": "designer",
    "time": "2026-03-01T08:00:00Z",
    "event": {
      "manifest": {
        "x-licence": "\u001b[8mall rights",
        "name": "AAU",
        "category": "ran.aau"
      }
    }
  }
}
[0]
$ prova inspect statement.json --ledger ledger
a statement that nobody has signed

Nordlys describes AAU; category ran.aau
payload f13328095d53c119b70112cbe0e5f9cf2973290cf8f7527704621d80588e3a07
! not known to this version: predicate.event.manifest.x-licence
wants 1 signature of the speaker: nobody has signed; still to sign: dns:nordlys.example
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "type:dns:nordlys.example/AAU/R1",
      "digest": {
        "sha256": "b616979fcb982f726f0f28847f7724357d6fafb16b1729f0bcc608519e585cdd"
      }
    }
  ],
  "predicateType": "urn:prova:event:1",
  "predicate": {
    "ledger": "ledger.example/2026",
    "by": "dns:nordlys.example",
    "role": "designer",
    "time": "2026-03-01T08:00:00Z",
    "event": {
      "manifest": {
        "x-licence": "\u001b[8mall rights",
        "name": "AAU",
        "category": "ran.aau"
      }
    }
  }
}
[0]

"#]]
    );
}

#[test]
fn every_kind_of_file_is_told() {
    let sandbox = Sandbox::with_life();
    for line in [
        "registry enrol dns:auditor.example --name Auditor --jurisdiction NO --role auditor --key keys/auditor.pub.pem --sign keys/root-a.pem --sign keys/root-b.pem",
        "seal",
        "trust policy -o policy.txt",
        "prove 3 -o proof.tlog-proof",
        "prove --all-about unit:dns:nordlys.example/AAU/S1 -o listing.json",
        "export unit:dns:nordlys.example/AAU/S1 --case 2026-17 --key keys/auditor.pem -o evidence.zip",
    ] {
        sandbox.ok(line);
    }
    sandbox.write("nothing", "nothing\n");
    sandbox.write("damaged.zip", "PK\u{3}\u{4}nothing");
    let lines = [
        "inspect ledger/checkpoint",
        "inspect policy.txt",
        "inspect listing.json",
        "inspect evidence.zip",
        "inspect evidence.zip --format json",
        "inspect keys/auditor.pem",
        "inspect keys/auditor.pub.pem --format json",
        "inspect nothing",
        "inspect damaged.zip",
        "inspect missing",
    ];
    assert_transcript!(
        sandbox.transcript(&lines),
        str![[r#"
$ prova inspect ledger/checkpoint
a checkpoint of ledger.example/2026 at size 16 with root 10bba83e69a870537d7360e86f8aaa6f08521339751530e16c77b9cb9fc7aa4a, signed under ledger.example/2026
[0]
$ prova inspect policy.txt
a trust policy
log ledger.example/2026+228b4b2b+ARblHiqNjKZCNUQtzQSWhO/xYZoXBrKtWAxC+pNjNIcF
[0]
$ prova inspect listing.json
a list of 5 entries under id:unit:dns:nordlys.example/AAU/S1, and the proof that these are all
[0]
$ prova inspect evidence.zip
an evidence bundle of ledger.example/2026, exported by dns:auditor.example at 2026-03-01T08:00:00Z
case 2026-17
15 entries of a ledger of 16, 0 documents withheld
about {
  "components": [
    "unit:dns:nordlys.example/AAU/S1"
  ]
}
[0]
$ prova inspect evidence.zip --format json
{
  "kind": "bundle",
  "origin": "ledger.example/2026",
  "size": 16,
  "scope": {
    "components": [
      "unit:dns:nordlys.example/AAU/S1"
    ]
  },
  "entries": 15,
  "withheld": 0,
  "case": "2026-17",
  "exporter": "dns:auditor.example",
  "at": "2026-03-01T08:00:00Z"
}
[0]
$ prova inspect keys/auditor.pem
a private key, not encrypted: whoever reads the file can sign with it
[0]
$ prova inspect keys/auditor.pub.pem --format json
{
  "kind": "publicKey",
  "key": "ed25519:LofCu6kpoMMmF3M27RQYBNceJqxknt5xKVtjcxtVJIY=",
  "keyId": "53ab79cfc2cf4e4a201b842165be2dff56a4459efe862c2e7ec89f3eacb6ab97",
  "published": true
}
[0]
$ prova inspect nothing
error: cannot tell what nothing is
  caused by: not a file of a known kind; want envelopes, a statement, a checkpoint, a proof, a listing, a bundle, a policy or a key
[2]
$ prova inspect damaged.zip
error: cannot tell what damaged.zip is
  caused by: it begins like an evidence bundle, but is none
  caused by: the bundle does not end with the end record of a ZIP archive in the form of a bundle
[2]
$ prova inspect missing
error: cannot read missing
  caused by: No such file or directory (os error 2)
[2]

"#]]
    );
    let proof = sandbox.ok("inspect proof.tlog-proof");
    assert!(
        proof.starts_with("a proof that something is entry 3 of ledger.example/2026 at size "),
        "{proof}"
    );
    assert!(proof.contains("\nsignature by key "), "{proof}");
}
