use ed25519_dalek::{Signer as _, SigningKey};

use super::*;

/// C2SP `signed-note` v1.0.0, "Example".
const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
";

fn parse(text: &str) -> Result<Note, ParseNoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn the_published_note_verifies_under_the_published_key() {
    let note = parse(NOTE).unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(note.text().as_str(), "This is an example message.\n");
    let keys = [VKEY.parse().unwrap()];
    assert_eq!(
        note.verify(&keys),
        Ok(vec![VerifiedSignature {
            key: &keys[0],
            time: None
        }])
    );
}

#[test]
fn a_checkpoint_of_the_go_checksum_database_verifies_under_its_key() {
    let note = parse(
        "go.sum database tree
35225469
vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=

— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=
",
    )
    .unwrap();
    let keys = [
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
            .parse()
            .unwrap(),
    ];
    assert_eq!(note.verify(&keys).map(|verified| verified.len()), Ok(1));
    // Its origin has spaces, which is allowed and unwise; no policy could name a key for it.
    let checkpoint = crate::log::Checkpoint::parse(note.text());
    assert!(matches!(
        checkpoint,
        Err(crate::log::ParseCheckpointError::Origin(_))
    ));
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_note_is_refused() {
    let keys = [VKEY.parse().unwrap()];
    let refused = |bytes: &[u8]| match Note::parse(bytes) {
        Ok(note) => note.verify(&keys).is_err(),
        Err(_) => true,
    };
    for end in 0..NOTE.len() {
        assert!(refused(&NOTE.as_bytes()[..end]), "{end}");
    }
    for bit in 0..NOTE.len() * 8 {
        let mut bytes = NOTE.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(&bytes), "{bit}");
    }
}

#[test]
fn a_signature_made_here_is_the_published_kind() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let name: KeyName = "example.com/log".parse().unwrap();
    for text in ["\n", "a\n", "a\n\n", "\n\n\nb\n", "é — x\n— a b\n"] {
        let text: NoteText = text.parse().unwrap();
        let line = NoteSignature::sign(&name, &key.verifying_key(), &text, |message| key.sign(message));
        let note = Note::new(text, vec![line]).unwrap();
        assert_eq!(parse(&note.to_string()), Ok(note.clone()));
        let keys = [Vkey::new(
            name.clone(),
            SignatureType::Ed25519,
            key.verifying_key(),
        )];
        assert!(note.verify(&keys).is_ok());
        let witness = [Vkey::new(
            name.clone(),
            SignatureType::CosignatureV1,
            key.verifying_key(),
        )];
        assert_eq!(
            note.verify(&witness),
            Err(VerifyNoteError::Unknown {
                signatures: 1,
                keys: 1
            })
        );
    }
}

#[test]
fn signatures_by_strangers_are_ignored_and_bad_ones_by_known_keys_refuse_the_note() {
    let known: [Vkey; 1] = [VKEY.parse().unwrap()];
    let line = NOTE.lines().nth(2).unwrap();
    let bad = line.replace("aQM=", "aQI=");
    let other_name = line.replace("example.com/foo", "example.com/bar");
    let other_id = line.replace("Uw2QOk", "Uw2QOU");
    let short = "— example.com/foo Uw2QOgA=".to_owned();
    let body = "This is an example message.\n\n";
    let verify = |lines: &[&str]| {
        let note = parse(&format!("{body}{}\n", lines.join("\n"))).unwrap();
        note.verify(&known).map(|verified| verified.len())
    };
    let unknown = |signatures| Err(VerifyNoteError::Unknown { signatures, keys: 1 });
    let refused = |reason| {
        let (name, id) = (known[0].name().clone(), known[0].id());
        Err(VerifyNoteError::Signature { name, id, reason })
    };
    assert_eq!(verify(&[&other_name, &other_id, line]), Ok(1));
    assert_eq!(verify(&[line, line]), Ok(1));
    assert_eq!(verify(&[&other_name, &other_id]), unknown(2));
    assert_eq!(verify(&[line, &bad]), refused(VerifySignatureError::Refused));
    assert_eq!(verify(&[&bad, line]), refused(VerifySignatureError::Refused));
    assert_eq!(
        verify(&[&short]),
        refused(VerifySignatureError::Length { got: 1 })
    );
    assert_eq!(
        parse(NOTE).unwrap().verify(&[]),
        Err(VerifyNoteError::Unknown {
            signatures: 1,
            keys: 0
        })
    );
}

#[test]
fn other_bytes_are_no_note() {
    use ParseSignatureLineError as Line;
    let signature = |line, reason| ParseNoteError::SignatureLine { line, reason };
    for (text, want) in [
        ("", ParseNoteError::NoNewline),
        ("a", ParseNoteError::NoNewline),
        ("a\n", ParseNoteError::NoEmptyLine),
        ("\n— a AAAAAAA=\n", ParseNoteError::NoEmptyLine),
        ("a\n\n", ParseNoteError::Assemble(AssembleNoteError::NoSignature)),
        ("a\n\n— a AAAAAAA=", ParseNoteError::NoNewline),
        (
            "a\n\n— a AAAAAAA=\n\n",
            ParseNoteError::Assemble(AssembleNoteError::NoSignature),
        ),
        (
            "a\r\n\n— a AAAAAAA=\n",
            ParseNoteError::Control { line: 1, got: 13 },
        ),
        (
            "a\n\n— a AAAAAAA=\n\0\n",
            ParseNoteError::Control { line: 4, got: 0 },
        ),
        (
            "a\nb\n\n— a AAAAAAA=\n-- a AAAAAAA=\n",
            signature(5, Line::NoDash),
        ),
        ("a\n\n—a AAAAAAA=\n", signature(3, Line::NoDash)),
        ("a\n\n— aAAAAAAA=\n", signature(3, Line::NoSignature)),
        (
            "a\n\n—  AAAAAAA=\n",
            signature(3, Line::Name(ParseKeyNameError::Empty)),
        ),
        ("a\n\n— a AAAAAAA\n", signature(3, Line::Base64)),
        ("a\n\n— a AAAAAAB=\n", signature(3, Line::Base64)),
        ("a\n\n— a  AAAAAAA=\n", signature(3, Line::Base64)),
        ("a\n\n— a AAAAAAA= \n", signature(3, Line::Base64)),
        ("a\n\n— a AAAAAA==\n", signature(3, Line::TooShort { got: 4 })),
    ] {
        assert_eq!(parse(text), Err(want), "{text:?}");
    }
    assert_eq!(Note::parse(b"a\n\xff\n"), Err(ParseNoteError::Utf8 { offset: 2 }));
}

#[test]
fn a_note_has_at_most_100_signatures_and_a_million_bytes() {
    let note = |lines: usize| parse(&format!("a\n\n{}", "— a AAAAAAA=\n".repeat(lines)));
    assert_eq!(note(100).unwrap().signatures().len(), 100);
    let too_many = AssembleNoteError::TooManySignatures { got: 101 };
    assert_eq!(note(101), Err(ParseNoteError::Assemble(too_many.clone())));
    let line: NoteSignature = "— b AAAAAAA=".parse().unwrap();
    assert_eq!(note(100).unwrap().with_signature(line.clone()), Err(too_many));
    let replaced = note(100)
        .unwrap()
        .with_signature("— a AAAAAAA=".parse().unwrap())
        .unwrap();
    assert_eq!(replaced.signatures().len(), 1);

    let text: NoteText = format!("{}\n", "a".repeat(MAX_NOTE_BYTES - 1)).parse().unwrap();
    let too_large = Note::new(text.clone(), vec![line]).unwrap_err();
    assert!(matches!(too_large, AssembleNoteError::TooLarge { got } if got > MAX_NOTE_BYTES));
    let got = MAX_NOTE_BYTES + 1;
    let refused = format!("{}a", text.as_str()).parse::<NoteText>();
    assert_eq!(refused, Err(ParseNoteTextError::TooLarge { got }));
    let refused = Note::parse(&vec![b'a'; got]);
    assert_eq!(
        refused,
        Err(ParseNoteError::Assemble(AssembleNoteError::TooLarge { got }))
    );
}

#[test]
fn a_text_ends_in_a_newline_and_has_no_other_control_characters() {
    assert_eq!("".parse::<NoteText>(), Err(ParseNoteTextError::NoNewline));
    assert_eq!("a\nb".parse::<NoteText>(), Err(ParseNoteTextError::NoNewline));
    let control = "a\nb\tc\n".parse::<NoteText>();
    assert_eq!(control, Err(ParseNoteTextError::Control { line: 2, got: 9 }));
}
