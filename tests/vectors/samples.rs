//! One event, registry action, charter or seal of every kind, with every member that it can have: as JSON, so that the names are those of FORMAT.md.

use prova_core::hash::{Digest, LeafHash};
use serde_json::{Value, json};

const LEDGER: &str = "ledger.example/2026";
const MAKER: &str = "dns:nordlys.example";
const OPERATOR: &str = "dns:north.example";
const TYPE: &str = "type:dns:nordlys.example/AAU-3900/R2B";
const UNIT: &str = "unit:dns:nordlys.example/AAU-3900/SN0017";
const BOARD: &str = "unit:dns:nordlys.example/BOARD-7/B0001";
const SPARE: &str = "unit:dns:nordlys.example/BOARD-7/B0002";
const SLOT: &str = "slot:dns:north.example/site-12/aau-1";
const ACT: &str = "act:dns:regulator.example/2026-17";

fn artefact(name: &str) -> String {
    format!("artefact:sha256:{}", Digest::of(name.as_bytes()))
}

fn document(name: &str) -> Value {
    json!({"sha256": Digest::of(name.as_bytes()), "mediaType": "application/pdf", "name": name, "holder": MAKER})
}

fn firmware(name: &str) -> Value {
    let measured = json!({"tool": "aau-inspect", "toolVersion": "1.3", "method": "image"});
    json!({"artefact": artefact(name), "version": name, "measured": measured})
}

fn site() -> Value {
    json!({"country": "SE", "name": "Kista 2", "id": "gln:4012345000009"})
}

fn public_key(name: &str) -> String {
    prova_core::key::published_test_key(name)
        .map(|key| key.public().to_string())
        .expect("a published key")
}

fn key_id(name: &str) -> String {
    prova_core::key::published_test_key(name)
        .map(|key| key.public().key_id().to_string())
        .expect("a published key")
}

/// Name, role, subjects and members of every event.
fn events() -> Vec<(&'static str, &'static str, Vec<String>, Value)> {
    let leaf = LeafHash::of_entry(b"an earlier entry").to_string();
    let one = |id: &str| vec![id.to_owned()];
    vec![
        (
            "manifest",
            "designer",
            one(TYPE),
            json!({
            "name": "AAU 3900", "version": "R2B", "category": "ran.aau", "producer": MAKER, "runsOn": [TYPE], "replaces": TYPE,
            "manufacturers": ["dns:ems.example"], "designCountries": ["SE", "FI"],
            "supplies": [{"what": "baseband SoC", "category": "hw.soc", "supplier": "lei:5493000IBP32UQZ0KL24", "countryOfOrigin": "TW", "secondSource": false}],
            "boms": [{"format": "CycloneDX", "version": "1.7", "components": 42, "document": document("antenna-unit.cdx.json")}],
            "knownUnknowns": ["origin of the passive parts"], "supportUntil": "2036-12-31"}),
        ),
        (
            "manufacture",
            "manufacturer",
            one(UNIT),
            json!({
            "type": TYPE, "site": site(), "date": "2026-02-01", "lot": "26W05", "firmware": firmware("4.2.0")}),
        ),
        (
            "assemble",
            "manufacturer",
            vec![UNIT.into(), BOARD.into()],
            json!({
            "parent": UNIT, "parts": [{"component": BOARD, "position": "J1"}]}),
        ),
        (
            "test",
            "laboratory",
            one(TYPE),
            json!({
            "specification": "3GPP TS 33.511", "specificationVersion": "19.0.0", "release": "19", "result": "conditional", "artefacts": [artefact("4.2.0")],
            "accreditation": "invented 17025-0001", "accreditedUntil": "2028-01-01", "report": document("report.pdf")}),
        ),
        (
            "certify",
            "certifier",
            one(TYPE),
            json!({
            "action": "issue", "scheme": "invented scheme", "certificate": "C-1", "level": "high", "artefacts": [artefact("4.2.0")], "versionRange": "4.2.x",
            "validFrom": "2026-03-01", "validUntil": "2031-02-28", "scas": [{"specification": "TS 33.511", "version": "19.0.0", "release": "19"}], "document": document("certificate.pdf")}),
        ),
        (
            "ship",
            "manufacturer",
            one(UNIT),
            json!({
            "to": OPERATOR, "carrier": "dns:carrier.example", "titleTo": OPERATOR, "seals": ["S-1", "S-2"], "waybill": "W-77", "exportControl": "5A002"}),
        ),
        (
            "receive",
            "operator",
            one(UNIT),
            json!({
            "from": MAKER, "ship": leaf, "seals": "intact", "inspection": "accepted", "remarks": "two crates"}),
        ),
        (
            "store",
            "operator",
            one(UNIT),
            json!({
            "site": site(), "from": "2026-02-10", "until": "2026-02-28", "access": "two persons"}),
        ),
        (
            "install",
            "integrator",
            vec![UNIT.into(), SLOT.into()],
            json!({
            "category": "ran.aau", "area": "sensitive", "operator": OPERATOR, "firmware": firmware("4.2.0")}),
        ),
        (
            "update",
            "operator",
            one(UNIT),
            json!({
            "from": artefact("4.2.0"), "to": firmware("4.2.1"), "method": "remote", "approvedBy": OPERATOR}),
        ),
        (
            "maintain",
            "maintainer",
            vec![UNIT.into(), BOARD.into(), SPARE.into()],
            json!({
            "action": "replace", "employer": "dns:integrator.example", "remoteFrom": "FI", "parent": UNIT, "partsIn": [SPARE], "partsOut": [BOARD], "dataCarriersRemoved": true}),
        ),
        (
            "notice",
            "producer",
            vec![artefact("4.2.0")],
            json!({
            "vulnerability": "CVE-2026-0001", "status": "not_affected", "justification": "code_not_reachable", "fixedIn": [artefact("4.2.1")],
            "awareSince": "2026-05-01T09:30:00Z", "exploited": false, "document": document("vex.json")}),
        ),
        (
            "recall",
            "manufacturer",
            one(TYPE),
            json!({
            "reason": "overheating", "lots": ["26W05"], "remedy": "replace the power supply", "from": "2026-06-01", "deadline": "2026-12-01"}),
        ),
        (
            "measure",
            "auditor",
            one(UNIT),
            json!({
            "found": firmware("4.2.1"), "nonce": "00ff", "verifier": "invented verifier"}),
        ),
        (
            "decommission",
            "operator",
            one(UNIT),
            json!({
            "reason": "end of life", "sanitisation": "NIST SP 800-88 purge", "destination": "recycling", "to": "dns:recycler.example"}),
        ),
        (
            "correct",
            "operator",
            one(UNIT),
            json!({"target": leaf, "kind": "error", "reason": "wrong date"}),
        ),
        (
            "evidence",
            "operator",
            one(UNIT),
            json!({
            "inPlaceOf": "ship", "reason": "shipped before the ledger was", "document": document("delivery-note.pdf")}),
        ),
        (
            "restrict",
            "regulator",
            one(ACT),
            json!({
            "status": "inForce", "legalBasis": "invented act, section 9",
            "scope": {"suppliers": [MAKER], "countries": ["SE"], "types": [TYPE], "categories": ["core.amf"], "areas": ["sensitive"]},
            "from": "2026-07-01", "deadline": "2029-06-30", "exemptions": [{"operator": OPERATOR, "act": "invented exemption", "until": "2027-06-30"}]}),
        ),
        (
            "finding",
            "regulator",
            one(UNIT),
            json!({
            "rule": "CUST-1", "outcome": "cannotBeDecided", "text": "the carrier's record is missing", "entries": [leaf], "deadline": "2026-09-01"}),
        ),
    ]
}

fn actions() -> Vec<(&'static str, Value)> {
    let standing = json!({"organisation": MAKER, "reason": "under review"});
    vec![
        (
            "enrol",
            json!({"organisation": MAKER, "name": "Nordlys Radio AB", "jurisdiction": "SE", "parent": "dns:holding.example",
            "roles": ["designer", "manufacturer"], "keys": [public_key("nordlys")]}),
        ),
        (
            "change",
            json!({"organisation": MAKER, "name": "Nordlys AB", "jurisdiction": "FI", "parent": MAKER, "roles": ["designer"]}),
        ),
        (
            "rotate",
            json!({"organisation": MAKER, "add": [public_key("spare-1")], "retire": [key_id("nordlys")]}),
        ),
        (
            "revoke",
            json!({"organisation": MAKER, "key": key_id("nordlys"), "reason": "stolen"}),
        ),
        (
            "distrust",
            json!({"organisation": MAKER, "key": key_id("nordlys"), "from": 17, "reason": "stolen"}),
        ),
        (
            "keys",
            json!({"organisation": MAKER, "keys": [public_key("spare-1")]}),
        ),
        ("suspend", standing.clone()),
        ("reinstate", standing),
        (
            "root",
            json!({"threshold": 1, "keys": [{"organisation": "dns:root-a.example", "key": public_key("root-a")}]}),
        ),
    ]
}

fn statement(subjects: &[String], prev: bool, predicate_type: &str, predicate: &Value) -> Value {
    let subjects: Vec<_> = subjects
        .iter()
        .map(|name| {
            let digest = name
                .strip_prefix("artefact:sha256:")
                .map_or_else(|| Digest::of(name.as_bytes()).to_string(), str::to_owned);
            let mut subject = json!({"name": name, "digest": {"sha256": digest}});
            if prev {
                subject["annotations"] = json!({"prev": LeafHash::of_entry(b"the last entry")});
            }
            subject
        })
        .collect();
    json!({"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": predicate_type, "predicate": predicate})
}

/// Every kind of statement by its name.
pub(crate) fn statements() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, role, subjects, members) in events() {
        let place = json!({"country": "SE", "locode": "SESTO", "name": "Stockholm"});
        let by = if role == "regulator" {
            "dns:regulator.example"
        } else {
            MAKER
        };
        let mut predicate = json!({"ledger": LEDGER, "by": by, "role": role, "time": "2026-03-01T08:00:00Z", "place": place,
             "disclosure": "parties", "evidence": [document("note.pdf")], "event": {name: members}});
        if name == "ship" {
            predicate["with"] = json!(["dns:carrier.example"]);
        }
        all.push((
            format!("event-{name}"),
            statement(&subjects, true, "urn:prova:event:1", &predicate),
        ));
    }
    let (ledger, maker) = ([format!("ledger:{LEDGER}")], [format!("org:{MAKER}")]);
    let of_root = |subjects: &[String], actions: Value| {
        let predicate = json!({"ledger": LEDGER, "time": "2026-01-01T08:00:00Z", "actions": actions});
        let mut statement = statement(subjects, false, "urn:prova:registry:1", &predicate);
        for subject in statement["subject"].as_array_mut().into_iter().flatten() {
            subject["annotations"] = json!({"number": 3});
        }
        statement
    };
    for (name, members) in actions() {
        let subjects = if name == "root" { &ledger } else { &maker };
        let said = of_root(subjects, json!([{ name: members }]));
        all.push((format!("registry-{name}"), said));
    }
    let distrusted =
        json!({"distrust": {"organisation": MAKER, "from": 12, "reason": "under investigation"}});
    let kept = json!({"keys": {"organisation": MAKER, "keys": [public_key("spare-1")]}});
    let other = json!({"suspend": {"organisation": OPERATOR, "reason": "unpaid"}});
    let (_, root) = actions().pop().expect("the last action is that of the root");
    let about_all = [&ledger[..], &[format!("org:{OPERATOR}")], &maker].concat();
    let mut about_all = about_all;
    about_all.sort();
    let many = json!([distrusted, kept, other, {"root": root}]);
    all.push(("registry-four-actions".into(), of_root(&about_all, many)));
    let own = json!({"ledger": LEDGER, "by": MAKER, "time": "2026-01-01T08:00:00Z", "actions": [
        {"rotate": {"organisation": MAKER, "add": [public_key("spare-1")]}},
        {"revoke": {"organisation": MAKER, "key": key_id("nordlys"), "reason": "stolen", "distrustFrom": 17}}]});
    all.push((
        "registry-own".into(),
        statement(&maker, true, "urn:prova:registry:1", &own),
    ));
    let charter = json!({"origin": "ledger.example/2026", "purpose": "test", "time": "2026-01-01T00:00:00Z", "logKey": public_key("log"), "root": root});
    all.push((
        "charter".into(),
        statement(&ledger, false, "urn:prova:charter:1", &charter),
    ));
    let seal = json!({"time": "2026-03-01T08:00:00Z", "size": 12, "terms": 40, "root": Digest::of(b"a map").to_string()});
    let index = ["index:ledger.example/2026".to_owned()];
    all.push(("seal".into(), statement(&index, true, "urn:prova:seal:1", &seal)));
    let mut aliased = all[1].1.clone();
    aliased["subject"][0]["annotations"] = json!({
        "from": {"origin": "vendor.example/ledger", "index": 12, "leaf": LeafHash::of_entry(b"there"), "proof": Digest::of(b"proof")},
        "aliases": ["mac:00005e005301", "pkg:deb/debian/frr@8.4.4?arch=amd64"]});
    all.push(("subject-from-elsewhere-with-aliases".into(), aliased));
    all
}
