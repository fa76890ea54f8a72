//! Notes, checkpoints, signature lines and cosignatures keep every byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{key::published_test_key, log::{Checkpoint, Cosignature, Note, NoteSignature, NoteText, SignatureType, SignedCheckpoint, Vkey}};
use prova_fuzz::{assert_one_text, assert_printable};

fn vkey(name: &str, signature_type: SignatureType) -> Option<Vkey> {
    let key = published_test_key("log")?.public();
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).ok()?;
    Some(Vkey::new(name.parse().ok()?, signature_type, key))
}

fuzz_target!(|bytes: &[u8]| {
    match Note::parse(bytes) {
        Ok(note) => {
            assert_eq!(note.to_string().as_bytes(), bytes);
            assert_eq!(
                Note::new(note.text().clone(), note.signatures().to_vec()).as_ref(),
                Ok(&note),
                "a note is its text and its signatures"
            );
            for signature in note.signatures() {
                assert_one_text::<NoteSignature>(&signature.to_string());
                match Cosignature::decode(signature.signature()) {
                    Ok(cosignature) => assert_eq!(cosignature.encode(), signature.signature()),
                    Err(error) => assert_printable(&error),
                }
            }
            let keys: Vec<_> = [SignatureType::Ed25519, SignatureType::CosignatureV1]
                .into_iter()
                .filter_map(|signature_type| vkey("ledger.example/2026", signature_type))
                .collect();
            if let Err(error) = note.verify(&keys) {
                assert_printable(&error);
            }
        }
        Err(error) => assert_printable(&error),
    }
    match SignedCheckpoint::parse(bytes) {
        Ok(signed) => {
            assert_eq!(signed.to_string().as_bytes(), bytes);
            let checkpoint = signed.checkpoint();
            assert_eq!(&checkpoint.to_text(), signed.note().text());
            assert_eq!(Checkpoint::parse(&checkpoint.to_text()).as_ref(), Ok(checkpoint));
            let origin = checkpoint.origin().as_str();
            if let Some(Err(error)) =
                vkey(origin, SignatureType::Ed25519).map(|log| signed.verify(&log).cloned())
            {
                assert_printable(&error);
            }
        }
        Err(error) => assert_printable(&error),
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_one_text::<NoteSignature>(text);
        match text.parse::<NoteText>() {
            Ok(note) => {
                assert_eq!(note.as_str(), text);
                match Checkpoint::parse(&note) {
                    Ok(checkpoint) => assert_eq!(checkpoint.to_text(), note),
                    Err(error) => assert_printable(&error),
                }
            }
            Err(error) => assert_printable(&error),
        }
    }
});
