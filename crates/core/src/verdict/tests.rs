use super::*;
use crate::{
    lifecycle::FindingCode,
    log::{
        checkpoint::Checkpoint,
        vkey::{SignatureType, Vkey},
    },
    scene::{Scene, id, key},
};

fn verifying() -> ed25519_dalek::VerifyingKey {
    ed25519_dalek::VerifyingKey::from_bytes(key("log").public().as_bytes()).unwrap()
}

fn signed() -> SignedCheckpoint {
    let log = key("log");
    let checkpoint = Checkpoint::new(
        "scene.example/ledger".parse().unwrap(),
        TreeSize::new(3),
        NodeHash::from_bytes([7; 32]),
    )
    .unwrap();
    SignedCheckpoint::sign(checkpoint, &verifying(), |message| {
        ed25519_dalek::Signature::from_bytes(log.sign(message).as_bytes())
    })
    .unwrap()
}

fn policy(origin: &str, rest: &str) -> Policy {
    let name = origin.parse::<Origin>().unwrap();
    let vkey = Vkey::new(name.as_key_name().clone(), SignatureType::Ed25519, verifying());
    Policy::parse(format!("log {vkey}\n{rest}").as_bytes()).unwrap()
}

fn finding(entry: u64) -> Finding {
    Finding {
        code: FindingCode::CustodyGap,
        subject: id("unit:dns:nordlys.example/AAU/1"),
        entry: EntryIndex::new(entry),
        detail: "a gap".to_owned(),
    }
}

#[test]
fn a_replayed_ledger_holds_but_for_what_nobody_else_vouches_for() {
    let verdict = Verdict::on_ledger(&signed(), None, vec![finding(2), finding(1)]);
    let answers: Vec<_> = verdict
        .answers
        .iter()
        .map(|answered| (answered.question.name(), answered.answer))
        .collect();
    let (holds, open) = (Answer::Holds, Answer::CannotBeDecided);
    assert_eq!(
        answers,
        [
            ("authentic", holds),
            ("entitled", holds),
            ("unbroken", holds),
            ("complete", holds),
            ("consistent", open),
            ("acceptable", open)
        ]
    );
    assert_eq!(verdict.findings, [finding(1), finding(2)]);
    assert_eq!(verdict.failed().count(), 0);
}

#[test]
fn a_policy_decides_whether_everybody_sees_the_same() {
    let refused = "the policy refuses the checkpoint: policy lists no log with origin scene.example/ledger";
    for (policy, answer, reason) in [
        (
            policy("scene.example/ledger", "quorum none\n"),
            Answer::CannotBeDecided,
            "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known",
        ),
        (
            policy("other.example/ledger", "quorum none\n"),
            Answer::Fails,
            refused,
        ),
    ] {
        let answered = consistent(&signed(), Some(&policy));
        assert_eq!((answered.answer, answered.reason.as_str()), (answer, reason));
    }
}

#[test]
fn witnesses_decide_whether_others_see_the_same() {
    let witness = key("auditor");
    let public = ed25519_dalek::VerifyingKey::from_bytes(witness.public().as_bytes()).unwrap();
    let name: crate::id::key_name::KeyName = "witness.example".parse().unwrap();
    let vkey = Vkey::new(name.clone(), SignatureType::CosignatureV1, public);
    let policy = policy("scene.example/ledger", &format!("witness w {vkey}\nquorum w\n"));
    let alone = consistent(&signed(), Some(&policy));
    assert_eq!(
        (alone.answer, alone.reason.as_str()),
        (
            Answer::Fails,
            "the policy refuses the checkpoint: quorum is not met: 0 of 1 known witnesses cosigned"
        )
    );
    let time = crate::log::cosignature::CosignatureTime::new(1_767_225_600).unwrap();
    let line =
        crate::log::cosignature::Cosignature::sign(&name, &public, time, signed().checkpoint(), |message| {
            ed25519_dalek::Signature::from_bytes(witness.sign(message).as_bytes())
        });
    let seen = consistent(&signed().with_signature(line).unwrap(), Some(&policy));
    assert_eq!(
        (seen.answer, seen.reason.as_str()),
        (
            Answer::Holds,
            "the policy's log signed the checkpoint and 1 of its witnesses cosigned it"
        )
    );
}

#[test]
fn the_json_of_a_verdict_is_stable() {
    let grounds = Grounds {
        chain: vec![EntryIndex::new(1)],
        mentions: Vec::new(),
        enrolments: vec![EntryIndex::new(0)],
    };
    let subject = id("unit:dns:nordlys.example/AAU/1");
    let verdict = Verdict::on_subject(subject, &signed(), None, &grounds, vec![finding(1)]);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(
        json["scope"],
        serde_json::json!({"subject": "unit:dns:nordlys.example/AAU/1"})
    );
    assert_eq!(json["size"], 3);
    assert_eq!(json["root"], "07".repeat(32));
    assert_eq!(
        json["answers"][0],
        serde_json::json!({"question": "authentic", "answer": "holds", "code": "signatures-good",
            "reason": "all signatures on its 1 statement are good", "entries": [1]})
    );
    assert_eq!(json["answers"][1]["entries"], serde_json::json!([0]));
    assert_eq!(json["answers"][5]["answer"], "cannotBeDecided");
    assert_eq!(
        json["findings"],
        serde_json::json!([{"code": "custody-gap", "subject": "unit:dns:nordlys.example/AAU/1", "entry": 1, "detail": "a gap"}])
    );
    assert_eq!(json["format"], "prova-verdict/1");
    let bytes = verdict.to_canonical();
    assert_eq!(Verdict::parse(&bytes), Ok(verdict));
    let spaced = String::from_utf8(bytes).unwrap().replacen(':', ": ", 1);
    assert_eq!(
        Verdict::parse(spaced.as_bytes()),
        Err(ParseVerdictError::NotCanonical { position: 10 })
    );
    let newer = spaced.replacen("verdict/1", "verdict/2", 1);
    let got = "prova-verdict/2".to_owned();
    assert_eq!(
        Verdict::parse(newer.as_bytes()),
        Err(ParseVerdictError::Format { got })
    );
}

#[test]
fn where_an_audit_stops_one_question_fails_and_the_others_stay_open() {
    let scene = Scene::new();
    let mut replay = crate::ledger::replay::Replay::new();
    let mut rows = crate::ledger::replay::MemoryRows::default();
    let mut entries = scene.entries.iter().chain(&scene.entries[1..2]);
    let error = entries
        .find_map(|entry| replay.push(&mut rows, entry).err())
        .unwrap();
    let question = Question::failed_by(&error).unwrap();
    assert_eq!(question, Question::Unbroken);
    let at = Some(EntryIndex::new(10));
    let why = (question, ReasonCode::of_replay(&error));
    assert_eq!(why.1, ReasonCode::LinkBroken);
    let verdict = Verdict::stopped(Scope::Ledger, &signed(), None, why, at, &error.to_string());
    let failed: Vec<_> = verdict.failed().collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].reason, "entry 10 should not have been admitted");
    assert_eq!(failed[0].entries, [EntryIndex::new(10)]);
    let open = verdict.answer(Question::Authentic).unwrap();
    assert_eq!(
        (open.answer, open.reason.as_str()),
        (Answer::CannotBeDecided, "the audit stopped at entry 10")
    );
}
