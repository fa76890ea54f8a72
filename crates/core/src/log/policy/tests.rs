use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::{
    hash::NodeHash,
    id::KeyName,
    log::{Checkpoint, Cosignature, SignatureType},
    position::TreeSize,
};

const TIME: u64 = 1_700_000_000;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn log(seed: u8) -> Vkey {
    Vkey::new(
        name("ledger.example/x"),
        SignatureType::Ed25519,
        key(seed).verifying_key(),
    )
}

fn witness(seed: u8) -> Vkey {
    let public = key(seed).verifying_key();
    Vkey::new(
        name(&format!("witness.example/{seed}")),
        SignatureType::CosignatureV1,
        public,
    )
}

/// Signed by the log with key 1, cosigned by the witnesses with these keys.
fn cosigned(witnesses: &[u8]) -> SignedCheckpoint {
    let root = NodeHash::from_bytes([3; 32]);
    let checkpoint = Checkpoint::new("ledger.example/x".parse().unwrap(), TreeSize::new(5), root).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, &key(1).verifying_key(), |message| {
        key(1).sign(message)
    });
    witnesses.iter().fold(signed.unwrap(), |signed, seed| {
        let key = key(*seed);
        let time = CosignatureTime::new(TIME).unwrap();
        let line = Cosignature::sign(
            witness(*seed).name(),
            &key.verifying_key(),
            time,
            signed.checkpoint(),
            |message| key.sign(message),
        );
        signed.with_signature(line).unwrap()
    })
}

/// The example of the specification: two of three X and any of three Y.
fn example() -> String {
    let witnesses = [
        ("X1", 11),
        ("X2", 12),
        ("X3", 13),
        ("Y1", 21),
        ("Y2", 22),
        ("Y3", 23),
    ]
    .map(|(name, seed)| format!("\twitness  {name} {}\t\n", witness(seed)))
    .concat();
    format!(
        "# who is believed\nlog {} https://ledger.example/\n\n{witnesses}\
        group X-witnesses 2 X1 X2 X3\n  # and the others\ngroup Y-witnesses any Y1 Y2 Y3\n\
        group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log(1)
    )
}

#[test]
fn the_quorum_of_the_published_example_needs_two_x_and_one_y() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some(b"https://ledger.example/".as_slice())
    );
    assert_eq!(policy.witnesses()[5].name.as_bytes(), b"Y3");
    let seeds = [11, 12, 13, 21, 22, 23];
    for mask in 0..64_u32 {
        let present: Vec<u8> = seeds
            .iter()
            .enumerate()
            .filter(|(at, _)| mask >> at & 1 == 1)
            .map(|(_, seed)| *seed)
            .collect();
        let evaluation = policy.evaluate(&cosigned(&present));
        let met = (mask & 7).count_ones() >= 2 && mask & 0o70 != 0;
        assert_eq!(evaluation.quorum == QuorumOutcome::Met, met);
        assert_eq!(evaluation.log, LogOutcome::Signed { id: log(1).id() });
        let time = CosignatureTime::new(TIME).unwrap();
        for ((_, outcome), seed) in evaluation.witnesses.iter().zip(seeds) {
            let want = if present.contains(&seed) {
                WitnessOutcome::Cosigned { time }
            } else {
                WitnessOutcome::Absent
            };
            assert_eq!(*outcome, want);
        }
        let want = if met {
            Ok(())
        } else {
            Err(RefusedByPolicyError::Quorum {
                got: present.len(),
                known: 6,
            })
        };
        assert_eq!(evaluation.accept(), want);
    }
}

#[test]
fn a_log_is_accepted_only_under_its_own_origin_and_key() {
    let origin: Origin = "ledger.example/x".parse().unwrap();
    let elsewhere = Vkey::new(
        name("ledger.example/y"),
        SignatureType::Ed25519,
        key(1).verifying_key(),
    );
    let verdict = |logs: &[Vkey]| {
        let lines: Vec<String> = logs.iter().map(|log| format!("log {log}\n")).collect();
        Policy::parse(format!("{}quorum none\n", lines.concat()).as_bytes())
            .unwrap()
            .evaluate(&cosigned(&[]))
            .accept()
    };
    assert_eq!(verdict(&[log(1)]), Ok(()));
    assert_eq!(verdict(&[log(2), log(1)]), Ok(()));
    assert_eq!(
        verdict(&[log(2)]),
        Err(RefusedByPolicyError::LogNotSigned {
            origin: origin.clone()
        })
    );
    let not_listed = RefusedByPolicyError::LogNotListed { origin };
    assert_eq!(verdict(&[]), Err(not_listed.clone()));
    assert_eq!(verdict(&[elsewhere]), Err(not_listed));
}

#[test]
fn a_bad_signature_of_anybody_known_refuses_the_checkpoint() {
    let lines = format!("log {}\nwitness W {}\nquorum none\n", log(1), witness(11));
    let policy = Policy::parse(lines.as_bytes()).unwrap();
    let text = cosigned(&[11, 12]).to_string();
    // A changed root spoils all signatures; a changed time only the witness's.
    let spoilt = text.replacen("AwMDAwM", "AwMDAwQ", 1);
    let spoilt = policy.evaluate(&SignedCheckpoint::parse(spoilt.as_bytes()).unwrap());
    assert!(matches!(spoilt.log, LogOutcome::Refused { .. }));
    assert!(matches!(
        spoilt.accept(),
        Err(RefusedByPolicyError::LogSignature { .. })
    ));

    let mut signed = cosigned(&[]);
    let line = cosigned(&[11]).note().signatures()[1].clone();
    let mut bytes = line.signature().to_vec();
    bytes[7] ^= 1;
    let changed = crate::log::NoteSignature::new(line.name().clone(), line.id(), bytes);
    signed = signed.with_signature(changed).unwrap();
    let refused = policy.evaluate(&signed).accept().unwrap_err();
    assert_eq!(refused.to_string(), "cosignature of witness W is bad");
    assert_eq!(policy.evaluate(&cosigned(&[12])).accept(), Ok(()));
}

#[test]
fn lines_that_depart_from_the_format_are_refused_and_named() {
    let taken = |got: &str| PolicyLineError::NameTaken {
        got: PolicyName(got.into()),
    };
    let unknown = |got: &str| PolicyLineError::UnknownName {
        got: PolicyName(got.into()),
    };
    let twice = |got: &str| PolicyLineError::MemberTwice {
        got: PolicyName(got.into()),
    };
    let duplicate = |key: &Vkey| PolicyLineError::DuplicateKey {
        name: key.name().clone(),
        id: key.id(),
    };
    let items = |got, want| PolicyLineError::Items { got, want };
    let threshold = |got: &str, members| PolicyLineError::Threshold {
        got: got.to_owned(),
        members,
    };
    let (one, two, three) = (witness(11), witness(12), witness(13));
    let renamed = Vkey::new(name("other"), SignatureType::CosignatureV1, *one.key());
    let group_line = "group <name> all|any|<k> <name>…";
    for (line, want) in [
        (
            "logs x".to_owned(),
            PolicyLineError::Keyword {
                got: "logs".to_owned(),
            },
        ),
        (
            "Quorum none".to_owned(),
            PolicyLineError::Keyword {
                got: "Quorum".to_owned(),
            },
        ),
        ("log".to_owned(), items(1, "log <vkey> [<url>]")),
        (format!("log {} a b", log(2)), items(4, "log <vkey> [<url>]")),
        (format!("log {}", log(1)), duplicate(&log(1))),
        (
            "log a+b".to_owned(),
            PolicyLineError::Vkey(crate::log::ParseVkeyError::Parts { got: 2 }),
        ),
        (
            format!("log {three}"),
            PolicyLineError::KeyType {
                got: SignatureType::CosignatureV1,
                want: SignatureType::Ed25519,
            },
        ),
        (
            format!("witness C {}", log(2)),
            PolicyLineError::KeyType {
                got: SignatureType::Ed25519,
                want: SignatureType::CosignatureV1,
            },
        ),
        ("witness C".to_owned(), items(2, "witness <name> <vkey> [<url>]")),
        (format!("witness C {renamed}"), duplicate(&renamed)),
        (format!("witness A {three}"), taken("A")),
        (format!("witness G {three}"), taken("G")),
        (format!("witness none {three}"), taken("none")),
        ("group H all".to_owned(), items(3, group_line)),
        ("group H all C".to_owned(), unknown("C")),
        ("group H all H".to_owned(), unknown("H")),
        ("group H all none".to_owned(), unknown("none")),
        ("group H all A".to_owned(), twice("A")),
        ("group H all B B".to_owned(), twice("B")),
        ("group G all B".to_owned(), taken("G")),
        ("group none all B".to_owned(), taken("none")),
        ("group H 0 B".to_owned(), threshold("0", 1)),
        ("group H 2 B".to_owned(), threshold("2", 1)),
        ("group H 01 B".to_owned(), threshold("01", 1)),
        ("group H +1 B".to_owned(), threshold("+1", 1)),
        ("group H most B".to_owned(), threshold("most", 1)),
        ("quorum".to_owned(), items(1, "quorum <name>|none")),
        ("quorum A B".to_owned(), items(3, "quorum <name>|none")),
        ("quorum C".to_owned(), unknown("C")),
        ("quorum a".to_owned(), unknown("a")),
        (
            "quorum none\nquorum none".to_owned(),
            PolicyLineError::SecondQuorum,
        ),
        ("quorum none\r".to_owned(), PolicyLineError::Control { got: 13 }),
        ("# \u{7f}".to_owned(), PolicyLineError::Control { got: 0x7f }),
    ] {
        let text = format!(
            "log {}\nwitness A {one}\nwitness B {two}\ngroup G any A\n{line}\n",
            log(1)
        );
        let at = 4 + line.lines().count();
        assert_eq!(
            Policy::parse(text.as_bytes()),
            Err(ParsePolicyError::Line {
                line: at,
                reason: want
            }),
            "{line}"
        );
    }
}

#[test]
fn a_policy_has_one_quorum_and_ends_in_a_newline() {
    assert_eq!(Policy::parse(b""), Err(ParsePolicyError::NoQuorum));
    assert_eq!(Policy::parse(b"# quorum none\n"), Err(ParsePolicyError::NoQuorum));
    assert_eq!(
        Policy::parse(b"\nquorum none"),
        Err(ParsePolicyError::NoNewline { line: 2 })
    );
    assert!(
        Policy::parse(b"quorum none\n# after\n")
            .unwrap()
            .logs()
            .is_empty()
    );
    let got = MAX_POLICY_BYTES + 1;
    assert_eq!(
        Policy::parse(&vec![b'\n'; got]),
        Err(ParsePolicyError::TooLarge { got })
    );
}

#[test]
fn names_are_octets() {
    // The Kelvin sign is no K, and a lone 0xff is a name too.
    let line = |parts: &[&[u8]]| [parts.concat(), b"\n".to_vec()].concat();
    let vkeys: Vec<String> = [11, 12, 13].map(|seed| witness(seed).to_string()).to_vec();
    let text = [
        line(&[b"witness K ", vkeys[0].as_bytes()]),
        line(&[b"witness ", "\u{212a}".as_bytes(), b" ", vkeys[1].as_bytes()]),
        line(&[b"witness \xff ", vkeys[2].as_bytes()]),
        line(&[b"group \xc3 all K \xff"]),
        line(&[b"quorum \xc3"]),
    ]
    .concat();
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.witnesses()[2].name.as_bytes(), b"\xff");
    assert_eq!(policy.evaluate(&cosigned(&[11, 13])).quorum, QuorumOutcome::Met);
    assert_eq!(
        policy.evaluate(&cosigned(&[11, 12])).quorum,
        QuorumOutcome::NotMet
    );
}
