//! The examples in FORMAT.md are what this code makes. `PROVA_WRITE_EXAMPLES=1` writes them into the page.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "a test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use prova_core::{
    hash::{Digest, LeafHash},
    index::{Index, MemoryBuckets, check_complete, term::Term},
    key::published_test_key,
    lifecycle::FindingCode,
    log::{
        Checkpoint, SignatureType, SignedCheckpoint, TlogProof, Vkey,
        merkle::{Frontier, InclusionProof},
    },
    position::{EntryIndex, TreeSize},
    statement::{
        Envelope, Predicate, Statement, Subject,
        event::{
            Event, EventPredicate, Firmware, Measurement, Place,
            category::{AreaClass, Category},
            operation::Install,
            role::Role,
        },
    },
    verdict::ReasonCode,
};

fn install() -> Statement {
    let firmware = Firmware {
        artefact: format!("artefact:sha256:{}", Digest::of(b"firmware image"))
            .parse()
            .unwrap(),
        version: Some("4.2.1".into()),
        measured: Some(Measurement {
            tool: "aau-inspect".into(),
            tool_version: "1.3".into(),
            method: "image".into(),
        }),
    };
    let event = Event::Install(Install {
        category: "ran.aau".parse().unwrap(),
        area: AreaClass::General,
        operator: None,
        firmware: Some(firmware),
    });
    let unit = "unit:dns:nordlys.example/AAU-3900/SN0017"
        .parse::<prova_core::id::ComponentId>()
        .unwrap();
    let slot = "slot:dns:north.example/site-12/aau-1"
        .parse::<prova_core::id::ComponentId>()
        .unwrap();
    Statement {
        subjects: vec![
            Subject::new(unit, Some(LeafHash::of_entry(b"an earlier entry"))),
            Subject::new(slot, None),
        ],
        predicate: Predicate::Event(Box::new(EventPredicate {
            ledger: "ledger.example/2026".parse().unwrap(),
            by: "dns:north.example".parse().unwrap(),
            role: Role::Operator,
            with: Vec::new(),
            time: "2026-03-01T08:00:00Z".parse().unwrap(),
            place: Some(Place {
                country: "SE".parse().ok(),
                locode: Some("SESTO".into()),
                name: None,
            }),
            disclosure: None,
            evidence: Vec::new(),
            critical: Vec::new(),
            event,
        })),
    }
}

fn examples() -> BTreeMap<&'static str, String> {
    let statement = install();
    let envelope = Envelope::sign(
        statement.encode(),
        &[&published_test_key("operator-north").unwrap()],
    )
    .unwrap();
    let entry = envelope.encode();
    assert_eq!(Envelope::decode(&entry), Ok(envelope));
    assert_eq!(Statement::decode(&statement.encode()), Ok(statement.clone()));
    let leaf = LeafHash::of_entry(&entry);

    let log_key = published_test_key("log").unwrap();
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(log_key.public().as_bytes()).unwrap();
    let origin: prova_core::id::Origin = "ledger.example/2026".parse().unwrap();
    let vkey = Vkey::new(origin.as_key_name().clone(), SignatureType::Ed25519, verifying);
    let mut tree = Frontier::default();
    tree.push(leaf);
    let checkpoint = Checkpoint::new(origin, TreeSize::new(1), tree.root()).unwrap();
    let sign = |message: &[u8]| ed25519_dalek::Signature::from_bytes(log_key.sign(message).as_bytes());
    let signed = SignedCheckpoint::sign(checkpoint, &verifying, sign).unwrap();
    let inclusion = InclusionProof::new(EntryIndex::new(0), TreeSize::new(1), Vec::new()).unwrap();
    let proof = TlogProof::new(inclusion, signed.clone()).unwrap();
    let policy = prova_core::log::Policy::parse(format!("log {vkey}\nquorum none\n").as_bytes()).unwrap();
    proof.verify(&leaf, &policy).unwrap();

    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    let terms: BTreeSet<Term> = [
        "id:unit:dns:nordlys.example/AAU-3900/SN0017".to_owned(),
        "id:slot:dns:north.example/site-12/aau-1".to_owned(),
        format!("id:artefact:sha256:{}", Digest::of(b"firmware image")),
        "by:dns:north.example".to_owned(),
        format!(
            "key:{}",
            published_test_key("operator-north").unwrap().public().key_id()
        ),
    ]
    .into_iter()
    .map(|text| text.parse().unwrap())
    .collect();
    let at = EntryIndex::new(0);
    index.record(at, leaf, &terms);
    let sealed = index.fold(&mut buckets).unwrap();
    let unit: Term = "id:unit:dns:nordlys.example/AAU-3900/SN0017".parse().unwrap();
    let index_proof = index.prove(&buckets, &unit).unwrap();
    check_complete(&unit, [(at, leaf)], &index_proof, TreeSize::new(1), &sealed.root).unwrap();

    let categories = Category::all().map(|(category, what)| {
        let eu: Vec<_> = category
            .eu_categories()
            .iter()
            .map(|category| format!("{category:?}"))
            .collect();
        format!("{:<16}{:<8}{what}\n", category.to_string(), eu.join(" "))
    });
    let codes: Vec<_> = FindingCode::ALL
        .iter()
        .map(|code| {
            let (name, severity) = (code.name(), code.severity().to_string());
            format!("{name:<20}{severity:<14}{}\n", code.meaning())
        })
        .collect();
    let reasons: Vec<_> = ReasonCode::ALL
        .iter()
        .map(|code| format!("{:<22}{}\n", code.name(), code.meaning()))
        .collect();
    BTreeMap::from([
        (
            "key-id",
            format!("{}\n", published_test_key("nordlys").unwrap().public().key_id()),
        ),
        ("entry", format!("{}\n", String::from_utf8(entry).unwrap())),
        (
            "payload",
            format!("{}\n", String::from_utf8(statement.encode()).unwrap()),
        ),
        ("leaf-hash", format!("{leaf}\n")),
        ("checkpoint", signed.to_string()),
        ("vkey", format!("{vkey}\n")),
        ("tlog-proof", proof.to_string()),
        ("index-proof", index_proof.to_string()),
        ("index-root", format!("{}\n", sealed.root)),
        ("categories", categories.collect()),
        ("finding-codes", codes.concat()),
        ("reason-codes", reasons.concat()),
    ])
}

#[test]
fn the_examples_in_the_format_document_are_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FORMAT.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    let mut examples = examples();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        written.push_str(line);
        written.push('\n');
        if let Some(name) = line.strip_prefix("```example ") {
            written.push_str(
                &examples
                    .remove(name)
                    .unwrap_or_else(|| panic!("no example «{name}»")),
            );
            written.push_str("```\n");
            lines.by_ref().find(|line| *line == "```").unwrap();
        }
    }
    assert!(examples.is_empty(), "not in the page: {:?}", examples.keys());
    if std::env::var_os("PROVA_WRITE_EXAMPLES").is_some() {
        fs::write(&path, &written).unwrap();
    }
    for (position, (got, want)) in page.lines().zip(written.lines()).enumerate() {
        assert_eq!(got, want, "line {}", position + 1);
    }
    assert_eq!(page.len(), written.len());
}
