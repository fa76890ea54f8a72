use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::{
    id::{Origin, ParseKeyNameError, ParseOriginError},
    log::SignatureType,
    text::is_unprintable,
};

/// C2SP `tlog-checkpoint` v1.0.0.
const EXAMPLE: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
";
const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

#[test]
fn the_published_checkpoint_is_read_and_written() {
    let signed = SignedCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
    let checkpoint = signed.checkpoint();
    assert_eq!(checkpoint.origin().as_str(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size(), TreeSize::new(20_852_163));
    assert_eq!(hash_line(checkpoint.root()), ROOT);
    assert!(checkpoint.extensions().is_empty());
    assert_eq!(signed.to_string(), EXAMPLE);
}

#[test]
fn extension_lines_are_kept() {
    let text: NoteText = format!("a\n7\n{ROOT}\nx y\n \n").parse().unwrap();
    let checkpoint = Checkpoint::parse(&text).unwrap();
    assert_eq!(checkpoint.extensions(), ["x y", " "]);
    assert_eq!(checkpoint.to_text(), text);
}

#[test]
fn other_texts_are_refused() {
    let size = |got: &str| ParseCheckpointError::Size { got: got.to_owned() };
    let name = |reason| ParseCheckpointError::Origin(ParseOriginError::Name(reason));
    let empty = NodeHash::of_empty_tree();
    let got = parse_hash(ROOT).unwrap();
    for (text, want) in [
        ("\n".to_owned(), ParseCheckpointError::Lines { got: 1 }),
        ("a\n7\n".to_owned(), ParseCheckpointError::Lines { got: 2 }),
        (format!("\n7\n{ROOT}\n"), name(ParseKeyNameError::Empty)),
        (
            format!("a b\n7\n{ROOT}\n"),
            name(ParseKeyNameError::Character {
                got: ' ',
                position: 1,
            }),
        ),
        (
            format!("a+b\n7\n{ROOT}\n"),
            name(ParseKeyNameError::Character {
                got: '+',
                position: 1,
            }),
        ),
        (format!("a\n07\n{ROOT}\n"), size("07")),
        (format!("a\n\n{ROOT}\n"), size("")),
        (format!("a\n+7\n{ROOT}\n"), size("+7")),
        (format!("a\n-7\n{ROOT}\n"), size("-7")),
        (format!("a\n7 \n{ROOT}\n"), size("7 ")),
        (
            format!("a\n9223372036854775808\n{ROOT}\n"),
            size("9223372036854775808"),
        ),
        (
            format!("a\n18446744073709551616\n{ROOT}\n"),
            size("18446744073709551616"),
        ),
        ("a\n7\n\n".to_owned(), ParseCheckpointError::Root),
        (format!("a\n7\n{}\n", &ROOT[..43]), ParseCheckpointError::Root),
        (format!("a\n7\n{}J=\n", &ROOT[..42]), ParseCheckpointError::Root),
        (format!("a\n7\n{ROOT}{ROOT}\n"), ParseCheckpointError::Root),
        ("a\n7\nAAAA\n".to_owned(), ParseCheckpointError::Root),
        (
            format!("a\n0\n{ROOT}\n"),
            ParseCheckpointError::EmptyRoot { got, want: empty },
        ),
        (
            format!("a\n7\n{ROOT}\n\n"),
            ParseCheckpointError::EmptyLine { line: 4 },
        ),
        (
            format!("a\n7\n{ROOT}\nx\n\ny\n"),
            ParseCheckpointError::EmptyLine { line: 5 },
        ),
    ] {
        assert_eq!(Checkpoint::parse(&text.parse().unwrap()), Err(want), "{text:?}");
    }
    let largest = format!("a\n9223372036854775807\n{ROOT}\n");
    assert!(Checkpoint::parse(&largest.parse().unwrap()).is_ok());
    let start = format!("a\n0\n{}\n", hash_line(&empty));
    assert!(Checkpoint::parse(&start.parse().unwrap()).is_ok());
}

#[test]
fn a_log_signs_under_its_origin_and_nobody_else_can() {
    let (key, other) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
    let origin: Origin = "ledger.example/x".parse().unwrap();
    let root = parse_hash(ROOT).unwrap();
    let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(9), root).unwrap();
    let signed =
        SignedCheckpoint::sign(checkpoint, &key.verifying_key(), |message| key.sign(message)).unwrap();
    assert_eq!(
        SignedCheckpoint::parse(signed.to_string().as_bytes()),
        Ok(signed.clone())
    );

    let vkey = |name: &KeyName, key: &SigningKey| {
        Vkey::new(name.clone(), SignatureType::Ed25519, key.verifying_key())
    };
    let log = vkey(origin.as_key_name(), &key);
    assert_eq!(signed.verify(&log), Ok(signed.checkpoint()));
    let stranger = vkey(origin.as_key_name(), &other);
    assert_eq!(
        signed.verify(&stranger),
        Err(VerifyCheckpointError::NotSigned {
            name: stranger.name().clone(),
            id: stranger.id()
        })
    );
    let elsewhere: KeyName = "ledger.example/y".parse().unwrap();
    let want = VerifyCheckpointError::Origin {
        got: origin,
        want: elsewhere.clone(),
    };
    assert_eq!(signed.verify(&vkey(&elsewhere, &key)), Err(want));

    let bytes = signed.to_string().into_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let accepted = SignedCheckpoint::parse(&changed).is_ok_and(|signed| signed.verify(&log).is_ok());
        assert!(!accepted, "{bit}");
    }
    for end in 0..bytes.len() {
        assert!(SignedCheckpoint::parse(&bytes[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_key_name_in_an_error_hides_nothing() {
    for name in [
        "example.com/\u{7f}",
        "example.com\u{9b}31m",
        "gpj\u{202e}moc.elpmaxe",
        "é\u{200b}",
    ] {
        let error = VerifyCheckpointError::NotSigned {
            name: name.parse().unwrap(),
            id: KeyId::from_bytes([1, 2, 3, 4]),
        };
        assert!(!error.to_string().chars().any(is_unprintable), "{error:?}");
    }
}
