use super::*;
use crate::{
    hash::{LeafHash, NodeHash},
    id::Origin,
    lifecycle::{Detail, Finding},
    log::{Checkpoint, SignatureType, SignedCheckpoint, Vkey},
    position::{EntryIndex, TreeSize},
    statement::charter::Purpose,
    tests::scene::{Scene, id, key, org, trusted},
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

fn charter() -> LeafHash {
    LeafHash::of_entry(b"a charter")
}

fn trust(origin: &str, rest: &str) -> Trust {
    let name = origin.parse::<Origin>().unwrap();
    let vkey = Vkey::new(name.as_key_name().clone(), SignatureType::Ed25519, verifying());
    Trust::parse(format!("log {vkey}\n{rest}").as_bytes()).unwrap()
}

fn finding(entry: u64) -> Finding {
    Finding {
        subject: id("unit:dns:nordlys.example/AAU/1"),
        entry: EntryIndex::new(entry),
        detail: Detail::NotHandedOver {
            by: org("carrier"),
            from: org("nordlys"),
        },
    }
}

#[test]
fn a_replayed_ledger_holds_but_for_what_nobody_else_vouches_for() {
    let verdict = Verdict::on_ledger(
        &signed(),
        charter(),
        Purpose::Test,
        Some(&trusted()),
        vec![finding(2), finding(1)],
    );
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
    let log = trust("scene.example/ledger", "quorum none\n");
    let answered = consistent(&signed(), charter(), Some(&log));
    assert_eq!(
        (answered.answer, answered.reason.as_str()),
        (
            Answer::CannotBeDecided,
            "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known"
        )
    );
    assert!(answered.vouches());
}

#[test]
fn nothing_holds_of_a_ledger_that_nobody_vouches_for() {
    let vkey = |name: &str, key_name: &str| {
        let origin: Origin = name.parse().unwrap();
        Vkey::of_log(&origin, &key(key_name).public())
    };
    let trust = |vkey| Trust::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap();
    let other = trust(vkey("other.example/ledger", "log"));
    let forged = trust(vkey("scene.example/ledger", "auditor"));
    for (trust, consistent) in [
        (None, (Answer::CannotBeDecided, ReasonCode::NoAnchor)),
        (Some(&other), (Answer::CannotBeDecided, ReasonCode::NoAnchor)),
        // Of that name, by another key.
        (Some(&forged), (Answer::Fails, ReasonCode::PolicyRefuses)),
    ] {
        let verdict = Verdict::on_ledger(&signed(), charter(), Purpose::Production, trust, Vec::new());
        assert!(!verdict.is_anchored());
        let (four, rest) = verdict.answers.split_at(4);
        for answered in four {
            assert_eq!(
                (answered.answer, answered.code),
                (Answer::CannotBeDecided, ReasonCode::NoAnchor)
            );
            assert!(
                answered
                    .reason
                    .ends_with("; but whose ledger this is, is not known"),
                "{}",
                answered.reason
            );
        }
        assert_eq!((rest[0].answer, rest[0].code), consistent);
    }
    let verdict = Verdict::on_ledger(
        &signed(),
        charter(),
        Purpose::Production,
        Some(&trusted()),
        Vec::new(),
    );
    assert!(verdict.is_anchored());
}

#[test]
fn another_charter_under_an_accepted_name_fails_whoever_signs_it() {
    let others = LeafHash::of_entry(b"another charter");
    let answers = |accepted| {
        let trust = trusted().with_charter(accepted);
        let verdict = Verdict::on_ledger(
            &signed(),
            charter(),
            Purpose::Production,
            Some(&trust),
            Vec::new(),
        );
        let codes: Vec<_> = verdict
            .answers
            .iter()
            .map(|answered| answered.code.name())
            .collect();
        (verdict.is_anchored(), codes, verdict.answers)
    };
    let (is_anchored, codes, answered) = answers(Some(others));
    assert!(!is_anchored);
    assert_eq!(
        codes,
        [
            "no-anchor",
            "no-anchor",
            "no-anchor",
            "no-anchor",
            "other-charter",
            "no-rules"
        ]
    );
    let want = format!(
        "this is another ledger under the name scene.example/ledger: its charter has the leaf hash {}, and {others} was accepted",
        charter()
    );
    assert_eq!((answered[4].answer, &answered[4].reason), (Answer::Fails, &want));
    let (is_anchored, codes, _) = answers(Some(charter()));
    assert!(is_anchored);
    assert_eq!(codes, answers(None).1);
    // Of another name, it is none that anybody accepted.
    let elsewhere = trust("other.example/ledger", "quorum none\n").with_charter(Some(others));
    let answered = consistent(&signed(), charter(), Some(&elsewhere));
    assert_eq!(answered.code, ReasonCode::NoAnchor);
}

#[test]
fn witnesses_decide_whether_others_see_the_same() {
    let witness = key("auditor");
    let public = ed25519_dalek::VerifyingKey::from_bytes(witness.public().as_bytes()).unwrap();
    let name: crate::id::KeyName = "witness.example".parse().unwrap();
    let vkey = Vkey::new(name.clone(), SignatureType::CosignatureV1, public);
    let policy = trust("scene.example/ledger", &format!("witness w {vkey}\nquorum w\n"));
    let alone = consistent(&signed(), charter(), Some(&policy));
    assert_eq!(
        (alone.answer, alone.reason.as_str()),
        (
            Answer::Fails,
            "the policy refuses the checkpoint: quorum is not met: 0 of 1 known witnesses cosigned"
        )
    );
    let time = crate::log::CosignatureTime::new(1_767_225_600).unwrap();
    let line = crate::log::Cosignature::sign(&name, &public, time, signed().checkpoint(), |message| {
        ed25519_dalek::Signature::from_bytes(witness.sign(message).as_bytes())
    });
    let seen = consistent(&signed().with_signature(line).unwrap(), charter(), Some(&policy));
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
    let verdict = Verdict::on_subject(
        subject,
        &signed(),
        charter(),
        Purpose::Test,
        Some(&trusted()),
        &grounds,
        vec![finding(1)],
    );
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
        serde_json::json!([{"code": "custody-gap", "severity": "gap", "subject": "unit:dns:nordlys.example/AAU/1", "entry": 1,
            "detail": {"notHandedOver": {"by": "dns:carrier.example", "from": "dns:nordlys.example"}}}])
    );
    let told = verdict.with_messages(serde_json::value::Serializer).unwrap();
    assert_eq!(
        told["findings"][0]["message"],
        "received by dns:carrier.example without a shipment or a signature of dns:nordlys.example"
    );
    assert_eq!(json["format"], "prova-verdict/1");
}

fn with_findings(findings: Vec<Finding>) -> (Verdict, String) {
    let subject = id("unit:dns:nordlys.example/AAU/1");
    let verdict = Verdict::on_subject(
        subject,
        &signed(),
        charter(),
        Purpose::Test,
        Some(&trusted()),
        &Grounds::default(),
        findings,
    );
    let text = String::from_utf8(verdict.to_canonical()).unwrap();
    (verdict, text)
}

#[test]
fn a_verdict_is_read_in_its_canonical_form_only() {
    let (verdict, text) = with_findings(vec![finding(2), finding(1), finding(2)]);
    assert_eq!(verdict.findings, [finding(1), finding(2)]);
    let stated = StatedVerdict::parse(text.as_bytes()).unwrap();
    assert_eq!(stated, StatedVerdict(verdict.clone()));
    assert!(stated.decides_as(&verdict));
    let parse = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        StatedVerdict::parse(text.replacen(from, to, 1).as_bytes())
    };
    assert_eq!(
        parse(":", ": "),
        Err(ParseVerdictError::NotCanonical { position: 10 })
    );
    let got = "prova-verdict/2".to_owned();
    assert_eq!(
        parse("verdict/1", "verdict/2"),
        Err(ParseVerdictError::Format { got })
    );
    let misplaced = Err(ParseVerdictError::Order {
        position: 1,
        code: finding(1).code(),
        entry: EntryIndex::new(1),
    });
    for (first, second) in [(1, 1), (2, 1)] {
        let text = text.replacen("\"entry\":2", &format!("\"entry\":{second}"), 1);
        let text = text.replacen("\"entry\":1", &format!("\"entry\":{first}"), 1);
        assert_eq!(StatedVerdict::parse(text.as_bytes()), misplaced);
    }
    for (from, to, want) in [
        (
            "\"severity\":\"gap\"",
            "\"severity\":\"notice\"",
            "a finding «custody-gap» of severity «notice», want «gap»",
        ),
        (
            "custody-gap",
            "clone",
            "a detail of «custody-gap» in a finding with the code «clone»",
        ),
        ("\"from\":", "\"giver\":", "unknown field `giver`"),
        (
            "\"notHandedOver\":",
            "\"received\":",
            "unknown variant `received`",
        ),
        (
            "\"detail\":",
            "\"message\":\"a gap\",\"detail\":",
            "not in canonical form",
        ),
    ] {
        let error = parse(from, to).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn a_verdict_decides_by_all_but_its_sentences() {
    let (verdict, text) = with_findings(vec![finding(1)]);
    let parse = |text: &str| StatedVerdict::parse(text.as_bytes()).unwrap();
    let reworded = text.replacen("cannot be decided", "is not known", 1);
    let reworded = reworded.replacen("no rule pack was given", "there are no rules", 1);
    assert_ne!(reworded, text);
    assert!(parse(&reworded).decides_as(&verdict));
    for (from, to) in [
        ("\"entry\":1", "\"entry\":2"),
        ("\"withheld\":0", "\"withheld\":1"),
        ("\"holds\"", "\"fails\""),
    ] {
        assert!(!parse(&text.replacen(from, to, 1)).decides_as(&verdict), "{to}");
    }
    assert!(!parse(&text).decides_as(&with_findings(Vec::new()).0));
}

#[test]
fn where_an_audit_stops_one_question_fails_and_the_others_stay_open() {
    let scene = Scene::new();
    let mut replay = crate::ledger::Replay::new();
    let mut rows = crate::ledger::MemoryRows::default();
    let mut entries = scene.entries.iter().chain(&scene.entries[1..2]);
    let error = entries
        .find_map(|entry| replay.push(&mut rows, entry).err())
        .unwrap();
    let crate::ledger::ReplayError::Entry(fault) = &error else {
        panic!("{error}")
    };
    let question = Question::failed_by(&fault.refusal);
    assert_eq!(question, Question::Unbroken);
    let at = Some(EntryIndex::new(10));
    let why = (question, ReasonCode::of_refusal(&fault.refusal));
    assert_eq!(why.1, ReasonCode::LinkBroken);
    let verdict = Verdict::stopped(VerdictScope::Ledger, &signed(), None, why, at, &error.to_string());
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
