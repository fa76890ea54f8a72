//! What must be refused, each for one reason.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prova_core::{
    hash::{Digest, LeafHash},
    key::published_test_key,
    log::{
        Checkpoint, SignatureType, SignedCheckpoint, TlogProof, Vkey,
        merkle::{Frontier, InclusionProof},
    },
    position::{EntryIndex, TreeSize},
    statement::Envelope,
};

type Vector = (&'static str, String, Vec<u8>);

/// Accept-vectors of the C2SP formats.
pub(crate) fn proofs_and_policies() -> Vec<Vector> {
    let (proof, vkey) = proof();
    let policy = format!(
        "# One log and two witnesses, one of which must have seen it.\nlog {vkey}\nwitness w1 {}\nwitness w2 {}\ngroup any-witness any w1 w2\nquorum any-witness\n",
        witness("spare-1"),
        witness("spare-2"),
    );
    vec![
        ("tlog-proof", "entry-2-of-5.tlog-proof".into(), proof.into_bytes()),
        (
            "policy",
            "log-only.policy".into(),
            format!("log {vkey}\nquorum none\n").into_bytes(),
        ),
        (
            "policy",
            "any-of-two-witnesses.policy".into(),
            policy.into_bytes(),
        ),
    ]
}

fn verifying(name: &str) -> ed25519_dalek::VerifyingKey {
    ed25519_dalek::VerifyingKey::from_bytes(published_test_key(name).unwrap().public().as_bytes()).unwrap()
}

fn witness(name: &str) -> Vkey {
    Vkey::new(
        format!("{name}.example").parse().unwrap(),
        SignatureType::CosignatureV1,
        verifying(name),
    )
}

/// A proof of entry 2 in a tree of 5, and the log's key.
fn proof() -> (String, Vkey) {
    let log = published_test_key("log").unwrap();
    let origin: prova_core::id::Origin = "ledger.example/2026".parse().unwrap();
    let vkey = Vkey::new(
        origin.as_key_name().clone(),
        SignatureType::Ed25519,
        verifying("log"),
    );
    let leaves: Vec<_> = (0..5_u8).map(|entry| LeafHash::of_entry(&[entry])).collect();
    let mut tree = Frontier::default();
    for leaf in &leaves {
        tree.push(*leaf);
    }
    let node = |at: usize| prova_core::hash::NodeHash::from(leaves[at]);
    let pair = prova_core::hash::NodeHash::of_children(&node(0), &node(1));
    let path = vec![node(3), pair, node(4)];
    let inclusion = InclusionProof::new(EntryIndex::new(2), TreeSize::new(5), path).unwrap();
    let checkpoint = Checkpoint::new(origin, TreeSize::new(5), tree.root()).unwrap();
    inclusion.verify(&leaves[2], checkpoint.root()).unwrap();
    let sign = |message: &[u8]| ed25519_dalek::Signature::from_bytes(log.sign(message).as_bytes());
    let signed = SignedCheckpoint::sign(checkpoint, &verifying("log"), sign).unwrap();
    (TlogProof::new(inclusion, signed).unwrap().to_string(), vkey)
}

/// Every reject-vector.
pub(crate) fn all() -> Vec<Vector> {
    let mut all = payloads();
    all.extend(entries());
    all.extend(keys());
    all.extend(c2sp());
    all
}

fn payloads() -> Vec<Vector> {
    let statements = super::samples::statements();
    let find = |name: &str| {
        statements
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .to_string()
    };
    let (ship, install, charter, restrict) = (
        find("event-ship"),
        find("event-install"),
        find("charter"),
        find("event-restrict"),
    );
    let replaced = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1).into_bytes()
    };
    let deep = format!("\"x\":{}{},\"_type\"", "[".repeat(40), "]".repeat(40));
    let mut not_utf8 = ship.clone().into_bytes();
    let place = ship.find("W-77").unwrap();
    not_utf8[place] = 0xff;
    let prev = LeafHash::of_entry(b"the last entry").to_string();
    let subject_twice = {
        let mut value: serde_json::Value = serde_json::from_str(&ship).unwrap();
        let subject = value["subject"][0].clone();
        value["subject"].as_array_mut().unwrap().push(subject);
        value.to_string().into_bytes()
    };
    let without_slot = {
        let mut value: serde_json::Value = serde_json::from_str(&install).unwrap();
        value["subject"]
            .as_array_mut()
            .unwrap()
            .retain(|subject| !subject["name"].to_string().contains("slot:"));
        value.to_string().into_bytes()
    };
    [
        ("not-json", b"statement".to_vec()),
        ("empty", Vec::new()),
        ("invalid-utf8", not_utf8),
        (
            "duplicate-key",
            replaced(&ship, "\"_type\"", "\"predicateType\":\"x\",\"_type\""),
        ),
        ("too-deep", replaced(&ship, "\"_type\"", &deep)),
        ("trailing-bytes", [ship.as_bytes(), b"{}"].concat()),
        (
            "other-statement-type",
            replaced(&ship, "Statement/v1", "Statement/v0.1"),
        ),
        (
            "unknown-predicate-type",
            replaced(&ship, "urn:prova:event:1", "urn:prova:event:2"),
        ),
        (
            "seal-about-the-ledger",
            find("seal")
                .replace("\"index:", "\"ledger:")
                .replace(
                    &Digest::of(b"index:ledger.example/2026").to_string(),
                    &Digest::of(b"ledger:ledger.example/2026").to_string(),
                )
                .into_bytes(),
        ),
        (
            "seal-with-negative-terms",
            replaced(&find("seal"), "\"terms\":40", "\"terms\":-40"),
        ),
        ("unknown-event", replaced(&ship, "\"ship\":", "\"teleport\":")),
        ("unknown-role", replaced(&ship, "\"manufacturer\"", "\"owner\"")),
        (
            "unknown-critical-member",
            replaced(&ship, "\"by\"", "\"critical\":[\"x-quantum\"],\"by\""),
        ),
        (
            "text-too-long",
            replaced(
                &ship,
                "\"by\"",
                &format!("\"x-note\":\"{}\",\"by\"", "é".repeat(1_025)),
            ),
        ),
        (
            "name-too-long",
            replaced(&ship, "\"by\"", &format!("\"{}\":1,\"by\"", "x".repeat(2_049))),
        ),
        (
            "list-too-long",
            replaced(
                &ship,
                "\"by\"",
                &format!("\"x-notes\":[{}],\"by\"", ["1"; 257].join(",")),
            ),
        ),
        ("missing-member", replaced(&ship, "\"to\":", "\"too\":")),
        ("wrong-time-form", replaced(&ship, "08:00:00Z", "08:00:00+00:00")),
        (
            "wrong-lei-check-digits",
            replaced(&find("event-manifest"), "KL24", "KL42"),
        ),
        ("unknown-country", replaced(&ship, "\"SE\"", "\"XX\"")),
        (
            "no-subject",
            serde_json::to_vec(&{
                let mut value: serde_json::Value = serde_json::from_str(&ship).unwrap();
                value["subject"] = serde_json::json!([]);
                value
            })
            .unwrap(),
        ),
        ("subject-twice", subject_twice),
        ("subject-not-normal", replaced(&ship, "SN0017", "sn-0017")),
        (
            "subject-control-character",
            replaced(&ship, "SN0017", "SN\\u001b17"),
        ),
        (
            "wrong-digest",
            ship.replace(
                &prova_core::hash::Digest::of(b"unit:dns:nordlys.example/AAU-3900/SN0017").to_string(),
                &"0".repeat(64),
            )
            .into_bytes(),
        ),
        (
            "prev-upper-case",
            ship.replace(&prev, &prev.to_uppercase()).into_bytes(),
        ),
        (
            "event-of-other-kind",
            replaced(&find("event-certify"), "\"certify\":", "\"ship\":"),
        ),
        (
            "ship-of-a-type",
            find("event-ship")
                .replace(
                    "unit:dns:nordlys.example/AAU-3900/SN0017",
                    "type:dns:nordlys.example/AAU-3900/R1",
                )
                .replace(
                    &prova_core::hash::Digest::of(b"unit:dns:nordlys.example/AAU-3900/SN0017").to_string(),
                    &prova_core::hash::Digest::of(b"type:dns:nordlys.example/AAU-3900/R1").to_string(),
                )
                .into_bytes(),
        ),
        ("install-without-slot", without_slot),
        (
            "restrict-by-another-authority",
            replaced(
                &restrict,
                "\"by\":\"dns:regulator.example\"",
                "\"by\":\"dns:other.example\"",
            ),
        ),
        (
            "no-ledger",
            replaced(&ship, "\"ledger\":\"ledger.example/2026\",", ""),
        ),
        (
            "with-the-speaker",
            replaced(&ship, "[\"dns:carrier.example\"]", "[\"dns:nordlys.example\"]"),
        ),
        (
            "with-out-of-order",
            replaced(
                &ship,
                "[\"dns:carrier.example\"]",
                "[\"dns:carrier.example\",\"dns:a.example\"]",
            ),
        ),
        ("with-of-nine", {
            let nine: Vec<_> = ('a'..='i')
                .map(|name| format!("\"dns:{name}.example\""))
                .collect();
            replaced(&ship, "\"dns:carrier.example\"", &nine.join(","))
        }),
        (
            "with-about-a-type",
            replaced(
                &find("event-test"),
                "\"role\"",
                "\"with\":[\"dns:carrier.example\"],\"role\"",
            ),
        ),
        (
            "event-with-a-number",
            replaced(&ship, "\"annotations\":{", "\"annotations\":{\"number\":3,"),
        ),
        (
            "registry-of-the-root-without-number",
            replaced(&find("registry-suspend"), "\"number\":3", ""),
        ),
        (
            "registry-of-the-root-with-prev",
            replaced(
                &find("registry-suspend"),
                "\"number\":3",
                &format!("\"number\":3,\"prev\":\"{prev}\""),
            ),
        ),
        (
            "registry-own-with-a-number",
            replaced(&find("registry-own"), "\"prev\":", "\"number\":3,\"prev\":"),
        ),
        (
            "registry-own-suspension",
            replaced(
                &find("registry-suspend"),
                "\"time\"",
                "\"by\":\"dns:nordlys.example\",\"time\"",
            ),
        ),
        (
            "registry-about-another",
            replaced(
                &find("registry-suspend"),
                "{\"suspend\":{\"organisation\":\"dns:nordlys.example\"",
                "{\"suspend\":{\"organisation\":\"dns:other.example\"",
            ),
        ),
        ("registry-subjects-out-of-order", {
            let mut value: serde_json::Value = serde_json::from_str(&find("registry-four-actions")).unwrap();
            value["subject"].as_array_mut().unwrap().reverse();
            value.to_string().into_bytes()
        }),
        ("registry-without-action", {
            let mut value: serde_json::Value = serde_json::from_str(&find("registry-suspend")).unwrap();
            value["predicate"]["actions"] = serde_json::json!([]);
            value.to_string().into_bytes()
        }),
        ("registry-of-65-actions", {
            let mut value: serde_json::Value = serde_json::from_str(&find("registry-suspend")).unwrap();
            let action = value["predicate"]["actions"][0].clone();
            value["predicate"]["actions"] = vec![action; 65].into();
            value.to_string().into_bytes()
        }),
        (
            "charter-about-a-unit",
            charter
                .replace("ledger:ledger.example/2026", "unit:dns:a.example/P/S")
                .replace(
                    &prova_core::hash::Digest::of(b"ledger:ledger.example/2026").to_string(),
                    &prova_core::hash::Digest::of(b"unit:dns:a.example/P/S").to_string(),
                )
                .into_bytes(),
        ),
        ("charter-weak-log-key", {
            let log = published_test_key("log").unwrap().public().to_string();
            charter
                .replace(&log, &format!("ed25519:{}", BASE64.encode([0_u8; 32])))
                .into_bytes()
        }),
    ]
    .into_iter()
    .map(|(reason, bytes)| ("payload", format!("{reason}.json"), bytes))
    .collect()
}

fn entries() -> Vec<Vector> {
    let key = published_test_key("nordlys").unwrap();
    let second = published_test_key("carrier").unwrap();
    let statements = super::samples::statements();
    let (_, payload) = statements.iter().find(|(name, _)| name == "event-ship").unwrap();
    let payload = payload.to_string().into_bytes();
    let envelope = Envelope::sign(payload, &[&key, &second]).unwrap();
    let entry = String::from_utf8(envelope.encode()).unwrap();
    let array = entry.find('[').unwrap();
    let (one, two) = entry[array + 1..entry.len() - 2].split_once("},").unwrap();
    let swapped = format!("{}[{two},{one}}}]}}", &entry[..array]);
    let twice = format!("{}[{one}}},{one}}}]}}", &entry[..array]);
    [
        (
            "space",
            entry.replacen("\",\"payloadType", "\", \"payloadType", 1),
        ),
        ("other-member-order", {
            let (payload, rest) = entry[1..].split_once(',').unwrap();
            let (kind, signatures) = rest.split_once(',').unwrap();
            format!("{{{kind},{payload},{signatures}")
        }),
        ("unknown-member", entry.replacen('{', "{\"x\":1,", 1)),
        (
            "duplicate-member",
            entry.replacen('{', "{\"payloadType\":\"application/vnd.in-toto+json\",", 1),
        ),
        (
            "escaped-character",
            entry.replacen("application/vnd", "application\\/vnd", 1),
        ),
        (
            "other-payload-type",
            entry.replacen("vnd.in-toto", "vnd.other", 1),
        ),
        ("no-signature", format!("{}[]}}", &entry[..array])),
        ("signatures-out-of-order", swapped),
        ("signature-twice", twice),
        ("key-id-upper-case", {
            let id = one.split('"').nth(3).unwrap();
            entry.replacen(id, &id.to_uppercase(), 1)
        }),
        (
            "signature-short",
            entry.replacen("\"sig\":\"", "\"sig\":\"AAAA", 1),
        ),
        ("payload-without-padding", {
            let payload = BASE64.encode(b"{}");
            format!(
                "{{\"payload\":\"{}\"{}",
                payload.trim_end_matches('='),
                &entry[entry.find(",\"payloadType").unwrap()..]
            )
        }),
        (
            "payload-no-statement",
            format!(
                "{{\"payload\":\"{}\"{}",
                BASE64.encode(b"{}"),
                &entry[entry.find(",\"payloadType").unwrap()..]
            ),
        ),
        ("trailing-newline", format!("{entry}\n")),
        (
            "over-65535-bytes",
            entry.replacen(
                "\"payload\":\"",
                &format!("\"payload\":\"{}", "AAAA".repeat(16_384)),
                1,
            ),
        ),
    ]
    .into_iter()
    .map(|(reason, text)| ("entry", format!("{reason}.json"), text.into_bytes()))
    .collect()
}

fn keys() -> Vec<Vector> {
    let encode = |bytes: [u8; 32]| format!("ed25519:{}", BASE64.encode(bytes));
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut field_prime = [0xff; 32];
    (field_prime[0], field_prime[31]) = (0xed, 0x7f);
    [
        ("identity", encode(identity)),
        ("small-order", encode([0; 32])),
        ("not-canonical", encode(field_prime)),
        (
            "not-on-the-curve",
            encode({
                let mut bytes = [0; 32];
                bytes[0] = 2;
                bytes
            }),
        ),
        (
            "other-algorithm",
            format!("ml-dsa-65:{}", BASE64.encode([0_u8; 32])),
        ),
        ("short", format!("ed25519:{}", BASE64.encode([0_u8; 31]))),
        ("no-prefix", BASE64.encode([0_u8; 32])),
    ]
    .into_iter()
    .map(|(reason, text)| ("public-key", format!("{reason}.txt"), text.into_bytes()))
    .collect()
}

fn c2sp() -> Vec<Vector> {
    let (proof, vkey) = proof();
    let path_line = proof.lines().nth(2).unwrap();
    let proofs = [
        ("other-version", proof.replacen("@v1", "@v2", 1)),
        ("index-leading-zero", proof.replacen("index 2", "index 02", 1)),
        ("index-outside", proof.replacen("index 2", "index 5", 1)),
        ("path-too-short", proof.replacen(&format!("{path_line}\n"), "", 1)),
        ("path-hash-short", proof.replacen(path_line, &path_line[4..], 1)),
        (
            "without-signature",
            proof[..proof.find("\n— ").unwrap() + 1].to_owned(),
        ),
        ("size-leading-zero", proof.replacen("\n5\n", "\n05\n", 1)),
        ("cut", proof[..proof.len() - 1].to_owned()),
    ];
    let w1 = witness("spare-1");
    let policies = [
        (
            "unknown-word",
            format!("log {vkey}\nbelieve everything\nquorum none\n"),
        ),
        ("no-quorum", format!("log {vkey}\n")),
        ("two-quorums", format!("log {vkey}\nquorum none\nquorum none\n")),
        ("unknown-member", format!("log {vkey}\nquorum w1\n")),
        (
            "witness-twice",
            format!("log {vkey}\nwitness w1 {w1}\nwitness w1 {w1}\nquorum w1\n"),
        ),
        (
            "threshold-too-high",
            format!("log {vkey}\nwitness w1 {w1}\ngroup g 2 w1\nquorum g\n"),
        ),
        ("witness-key-as-log", format!("log {w1}\nquorum none\n")),
        ("no-final-newline", format!("log {vkey}\nquorum none")),
    ];
    let proofs = proofs
        .into_iter()
        .map(|(reason, text)| ("tlog-proof", format!("{reason}.tlog-proof"), text.into_bytes()));
    let policies = policies
        .into_iter()
        .map(|(reason, text)| ("policy", format!("{reason}.policy"), text.into_bytes()));
    proofs.chain(policies).collect()
}
