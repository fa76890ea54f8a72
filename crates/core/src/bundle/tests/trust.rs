//! Whose checkpoint, cosignatures and bundle it is.

use super::*;
use crate::verdict::BundleScope;

/// The bundle with another checkpoint in all its places.
fn with_checkpoint(good: &Exported, checkpoint: &SignedCheckpoint) -> Exported {
    let mut changed = good.clone();
    changed.checkpoint = checkpoint.clone();
    for (_, proof) in changed.entries.values_mut() {
        let inclusion = TlogProof::parse(proof).unwrap().inclusion().clone();
        *proof = TlogProof::new(inclusion, checkpoint.clone())
            .unwrap()
            .to_string()
            .into_bytes();
    }
    changed
}

fn signing_key(name: &str) -> (crate::key::SecretKey, ed25519_dalek::VerifyingKey) {
    let secret = key(name);
    let public = ed25519_dalek::VerifyingKey::from_bytes(secret.public().as_bytes()).unwrap();
    (secret, public)
}

#[test]
fn a_checkpoint_by_an_unknown_key_is_refused() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let checkpoint = good.checkpoint.checkpoint().clone();
    let (secret, public) = signing_key("nordlys");
    let signed = SignedCheckpoint::sign(checkpoint, &public, |message| {
        ed25519_dalek::Signature::from_bytes(secret.sign(message).as_bytes())
    });
    let changed = with_checkpoint(&good, &signed.unwrap());
    let fault = changed.verify().unwrap_err();
    assert!(matches!(fault, BundleFault::CheckpointSignature(_)), "{fault}");
    // It is the ledger's own key that counts; that of a reader's policy counts beside it.
    let (_, log) = signing_key("log");
    let origin = good.description.origin.as_key_name();
    for (key, want) in [(log, Answer::CannotBeDecided), (public, Answer::Fails)] {
        let vkey = crate::log::Vkey::new(origin.clone(), crate::log::SignatureType::Ed25519, key);
        let trust = crate::verdict::Trust::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap();
        let verdict = good.verify().unwrap().verdict(Some(&trust));
        assert_eq!(verdict.answer(Question::Consistent).unwrap().answer, want);
    }
}

#[test]
fn cosignatures_below_the_quorum_or_by_one_witness_twice_do_not_meet_it() {
    use crate::{
        log::{Cosignature, CosignatureTime, SignatureType, Vkey},
        verdict::Trust,
    };
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let witness = |name: &str| {
        let (secret, public) = signing_key(name);
        let vkey = Vkey::new(
            format!("{name}.example/witness").parse().unwrap(),
            SignatureType::CosignatureV1,
            public,
        );
        (secret, vkey)
    };
    let (one, other) = (witness("lab"), witness("carrier"));
    let (_, log) = signing_key("log");
    let log = Vkey::new(
        good.description.origin.as_key_name().clone(),
        SignatureType::Ed25519,
        log,
    );
    let policy = |second: &Vkey| {
        let text = format!(
            "log {log}\nwitness a {}\nwitness b {second}\ngroup both all a b\nquorum both\n",
            one.1
        );
        Trust::parse(text.as_bytes())
    };
    let trust = policy(&other.1).unwrap();
    let answer = |cosigners: &[(&(crate::key::SecretKey, Vkey), u64)]| {
        let mut checkpoint = good.checkpoint.clone();
        for ((secret, vkey), time) in cosigners {
            let time = CosignatureTime::new(*time).unwrap();
            let line = Cosignature::sign(
                vkey.name(),
                vkey.key(),
                time,
                good.checkpoint.checkpoint(),
                |message| ed25519_dalek::Signature::from_bytes(secret.sign(message).as_bytes()),
            );
            checkpoint = checkpoint.with_signature(line).unwrap();
        }
        let dossier = with_checkpoint(&good, &checkpoint).verify().unwrap();
        let verdict = dossier.verdict(Some(&trust));
        let answered = verdict.answer(Question::Consistent).unwrap();
        (answered.answer, answered.code)
    };
    let refused = (Answer::Fails, ReasonCode::PolicyRefuses);
    assert_eq!(answer(&[]), refused);
    assert_eq!(answer(&[(&one, 7)]), refused);
    assert_eq!(answer(&[(&one, 7), (&one, 8)]), refused);
    assert_eq!(
        answer(&[(&one, 7), (&other, 7)]),
        (Answer::Holds, ReasonCode::PolicyMet)
    );
    // Nor does a policy take one key for two witnesses, under whatever names.
    let again = Vkey::new(
        "another.example/witness".parse().unwrap(),
        SignatureType::CosignatureV1,
        *one.1.key(),
    );
    assert!(policy(&again).is_err());
}

#[test]
fn an_exporter_who_was_suspended_or_whose_key_was_revoked_is_refused() {
    use crate::{
        registry::EntitlementError,
        statement::action::{Action, StandingChange},
        tests::scene::revocation,
    };
    let exported = |action: Action| {
        let mut ledger = sealed();
        ledger.scene.act(action, &["root-a", "root-b"]).unwrap();
        let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
        let manifest = Digest::of(b"a tag manifest");
        let signed = custody::Export::of(&exported.description)
            .sign(manifest, &key("auditor"))
            .unwrap();
        let registry = ledger.scene.registry.as_ref().unwrap();
        let custody = custody::Export::verify(&signed, manifest, &exported.description, registry);
        (exported.verify(), custody.unwrap_err())
    };
    let (fault, custody) = exported(Action::Suspend(StandingChange {
        organisation: org("auditor"),
        reason: "asleep".to_owned(),
    }));
    assert!(matches!(
        fault.unwrap_err(),
        BundleFault::Exporter {
            problem: "is suspended",
            ..
        }
    ));
    assert!(matches!(
        custody,
        custody::CustodyError::Entitlement(EntitlementError::Suspended { .. })
    ));
    // The organisation may still export with another key, so only the signature tells.
    let (dossier, custody) = exported(revocation("auditor", key("auditor").public().key_id()));
    assert!(dossier.is_ok());
    assert!(matches!(
        custody,
        custody::CustodyError::Entitlement(EntitlementError::KeyEnded { .. })
    ));
}
