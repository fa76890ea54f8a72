use serde_json::{Value, json};

use super::*;
use crate::{
    statement::{action::Action, charter::Purpose},
    tests::scene::{CAST, Scene},
};

const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn artefact() -> String {
    format!("artefact:sha256:{HEX}")
}

fn document(name: &str) -> Value {
    json!({"sha256": HEX, "mediaType": "application/pdf", "name": name})
}

fn said(event: &Value) -> String {
    let predicate: EventPredicate = serde_json::from_value(json!({
        "ledger": "scene.example/ledger", "by": "dns:nordlys.example", "role": "designer", "time": "2026-03-01T08:00:00Z", "event": event,
    }))
    .unwrap();
    of_event(&predicate, Scene::new().registry.as_ref())
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row an event")]
fn every_event_is_one_sentence_with_all_that_is_known() {
    let firmware = json!({"artefact": artefact(), "version": "3.1",
        "measured": {"tool": "fwscan", "toolVersion": "2", "method": "image"}});
    let table = [
        (
            json!({"manifest": {"name": "AAU 3900", "version": "R2B", "category": "ran.aau", "producer": "dns:nordlys.example",
                "runsOn": ["type:dns:nordlys.example/AAU/1"], "replaces": artefact(), "manufacturers": ["dns:meridian.example"],
                "designCountries": ["SE", "FI"], "supplies": [
                    {"what": "beamformer", "supplier": "dns:meridian.example", "countryOfOrigin": "DE"}, {"what": "screws"}],
                "boms": [{"format": "CycloneDX", "version": "1.6", "components": 12, "document": document("bom.json")}],
                "knownUnknowns": ["origin of capacitors"], "supportUntil": "2036-12-31"}}),
            "describes AAU 3900 R2B; category ran.aau; produced by nordlys (invented); runs on type:dns:nordlys.example/AAU/1; replaces \
             artefact e3b0c44298fc…; may be manufactured by meridian (invented); designed in SE, FI; bills of materials: CycloneDX 1.6 \
             with 12 components; supplied: beamformer (meridian (invented), DE), screws; not known: origin of capacitors; security support \
             until 2036-12-31",
        ),
        (
            json!({"manufacture": {"type": "type:dns:nordlys.example/AAU/1", "site": {"country": "SE", "name": "Works 2"},
                "date": "2026-02-01", "lot": "L7", "firmware": {"artefact": artefact()}}}),
            "makes it as type:dns:nordlys.example/AAU/1 at Works 2, SE on 2026-02-01; lot L7; firmware artefact e3b0c44298fc… (declared, \
             not measured)",
        ),
        (
            json!({"assemble": {"parent": "unit:dns:nordlys.example/RACK/1", "parts": [
                {"component": "unit:dns:nordlys.example/AAU/1", "position": "slot 1"}, {"component": "unit:dns:nordlys.example/AAU/2"},
                {"component": "unit:dns:nordlys.example/AAU/3"}, {"component": "unit:dns:nordlys.example/AAU/4"},
                {"component": "unit:dns:nordlys.example/AAU/5"}, {"component": "unit:dns:nordlys.example/AAU/6"}]}}),
            "puts into unit:dns:nordlys.example/RACK/1: unit:dns:nordlys.example/AAU/1 at slot 1, unit:dns:nordlys.example/AAU/2, \
             unit:dns:nordlys.example/AAU/3, unit:dns:nordlys.example/AAU/4 and 2 more",
        ),
        (
            json!({"test": {"specification": "3GPP TS 33.511", "specificationVersion": "19.0.0", "release": "19",
                "result": "conditional", "artefacts": [artefact()], "accreditation": "SWE-17", "accreditedUntil": "2027-01-01"}}),
            "tests it against 3GPP TS 33.511 19.0.0: passed on conditions; release 19; running artefact e3b0c44298fc…; accreditation \
             SWE-17; accredited until 2027-01-01",
        ),
        (
            json!({"certify": {"action": "suspend", "scheme": "EUCC", "certificate": "C-1", "level": "high", "artefacts": [artefact()],
                "versionRange": "R2*", "validFrom": "2026-01-01", "validUntil": "2031-01-01",
                "scas": [{"specification": "TS 33.511", "version": "19.0.0", "release": "19"}]}}),
            "suspends the EUCC certificate C-1; level high; for artefact e3b0c44298fc…; versions R2*; valid from 2026-01-01; valid until \
             2031-01-01; rests on TS 33.511 19.0.0 (release 19)",
        ),
        (
            json!({"ship": {"to": "dns:operator-north.example", "carrier": "dns:carrier.example", "titleTo": "dns:other.example",
                "seals": ["S1", "S2"], "waybill": "W9", "exportControl": "5A002"}}),
            "ships it to operator-north (invented); carried by carrier (invented); title goes to dns:other.example; seals S1, S2; waybill \
             W9; export control 5A002",
        ),
        (
            json!({"receive": {"from": "dns:nordlys.example", "ship": HEX, "seals": "broken", "inspection": "disputed",
                "remarks": "lid dented"}}),
            "receives it from nordlys (invented); against the shipment e3b0c44298fc…; seals broken; disputed; remarks: lid dented",
        ),
        (
            json!({"store": {"site": {"country": "SE"}, "from": "2026-03-02", "until": "2026-04-01", "access": "two-man rule"}}),
            "keeps it at SE from 2026-03-02; until 2026-04-01; access: two-man rule",
        ),
        (
            json!({"install": {"category": "ran.aau", "area": "sensitive", "operator": "dns:operator-north.example",
                "firmware": firmware}}),
            "installs it as ran.aau in a sensitive area; for operator-north (invented); running artefact e3b0c44298fc… version 3.1 \
             (measured by fwscan 2 (image))",
        ),
        (
            json!({"update": {"from": artefact(), "to": firmware, "method": "remote", "approvedBy": "dns:operator-north.example"}}),
            "updates it to artefact e3b0c44298fc… version 3.1 (measured by fwscan 2 (image)); from artefact e3b0c44298fc…; method remote; \
             approved by operator-north (invented)",
        ),
        (
            json!({"maintain": {"action": "replace", "employer": "dns:integrator.example", "remoteFrom": "NO",
                "parent": "unit:dns:nordlys.example/RACK/1", "partsIn": ["unit:dns:nordlys.example/PSU/2"],
                "partsOut": ["unit:dns:nordlys.example/PSU/1"], "dataCarriersRemoved": false}}),
            "exchanges parts; in unit:dns:nordlys.example/RACK/1; parts in: unit:dns:nordlys.example/PSU/2; parts out: \
             unit:dns:nordlys.example/PSU/1; done by people of integrator (invented); remotely from NO; no data carriers taken away",
        ),
        (
            json!({"notice": {"vulnerability": "CVE-2026-0001", "status": "not_affected", "justification": "code_not_present",
                "fixedIn": [artefact()], "awareSince": "2026-02-01T00:00:00Z", "exploited": true}}),
            "says of CVE-2026-0001: not affected; because code_not_present; fixed in artefact e3b0c44298fc…; aware since \
             2026-02-01T00:00:00Z; known to be exploited",
        ),
        (
            json!({"recall": {"reason": "fire", "lots": ["L7"], "remedy": "exchange", "from": "2026-05-01", "deadline": "2026-06-01"}}),
            "recalls it: fire; lots L7; remedy: exchange; from 2026-05-01; until 2026-06-01",
        ),
        (
            json!({"measure": {"found": firmware, "nonce": "00", "verifier": "appraiser"}}),
            "finds it running artefact e3b0c44298fc… version 3.1 (measured by fwscan 2 (image)); appraised by appraiser",
        ),
        (
            json!({"decommission": {"reason": "worn out", "sanitisation": "NIST SP 800-88 purge", "destination": "recycling",
                "to": "dns:integrator.example"}}),
            "decommissions it: worn out; for recycling; goes to integrator (invented); data removed by NIST SP 800-88 purge",
        ),
        (
            json!({"correct": {"target": HEX, "kind": "dispute", "reason": "never arrived"}}),
            "disputes the entry e3b0c44298fc…: never arrived",
        ),
        (
            json!({"evidence": {"inPlaceOf": "ship", "reason": "before the ledger", "document": document("note.pdf")}}),
            "offers note.pdf in place of a ship record: before the ledger",
        ),
        (
            json!({"restrict": {"status": "inForce", "legalBasis": "Act 1", "scope": {"suppliers": ["dns:meridian.example"],
                "countries": ["SE"], "types": ["type:dns:nordlys.example/AAU/1"], "categories": ["ran.aau"], "areas": ["general"]},
                "from": "2026-06-01", "deadline": "2029-01-01",
                "exemptions": [{"operator": "dns:operator-south.example", "act": "E-1"}]}}),
            "restricts, in force from 2026-06-01 under Act 1; suppliers meridian (invented); countries SE; types \
             type:dns:nordlys.example/AAU/1; categories ran.aau; areas general; phase-out until 2029-01-01; exempt: operator-south \
             (invented) by E-1",
        ),
        (
            json!({"finding": {"rule": "SM03", "outcome": "cannotBeDecided", "text": "no origin", "entries": [HEX],
                "deadline": "2026-07-01"}}),
            "finds that SM03 cannot be decided: no origin; rests on e3b0c44298fc…; to be mended by 2026-07-01",
        ),
    ];
    let names: Vec<_> = table
        .iter()
        .map(|(event, _)| event.as_object().unwrap().keys().next().unwrap().clone())
        .collect();
    assert_eq!(names, Event::NAMES);
    for (event, want) in table {
        assert_eq!(said(&event), want);
    }
}

#[test]
fn registry_entries_are_told_by_the_names_that_organisations_have_now() {
    let scene = Scene::new();
    let registry = scene.registry.as_ref().unwrap();
    let key = scene_key();
    for (action, want) in [
        (
            json!({"enrol": {"organisation": "dns:new.example", "name": "New AB", "jurisdiction": "SE", "parent": "dns:nordlys.example",
                "roles": ["designer", "producer"], "keys": []}}),
            "enrols New AB (dns:new.example), SE; controlled by nordlys (invented); as designer, producer; with 0 keys".to_owned(),
        ),
        (
            json!({"change": {"organisation": "dns:nordlys.example", "name": "Nordlys 2", "jurisdiction": "FI", "roles": ["carrier"]}}),
            "changes nordlys (invented); name Nordlys 2; jurisdiction FI; roles carrier".to_owned(),
        ),
        (
            json!({"rotate": {"organisation": "dns:nordlys.example", "retire": [key]}}),
            format!("rotates the keys of nordlys (invented); retired {}…", &key[..12]),
        ),
        (
            json!({"revoke": {"organisation": "dns:nordlys.example", "key": key, "reason": "stolen", "distrustFrom": 7}}),
            format!("revokes key {}… of nordlys (invented): stolen; asks that it be distrusted from entry 7", &key[..12]),
        ),
        (
            json!({"distrust": {"organisation": "dns:nordlys.example", "key": key, "from": 7, "reason": "stolen"}}),
            format!("distrusts key {}… of nordlys (invented) from entry 7: stolen", &key[..12]),
        ),
        (
            json!({"distrust": {"organisation": "dns:nordlys.example", "reason": "cleared"}}),
            "believes every key of nordlys (invented) again: cleared".to_owned(),
        ),
        (
            json!({"keys": {"organisation": "dns:nordlys.example", "keys": [scene_public()]}}),
            format!("keeps of the keys of nordlys (invented) only {}…", &key[..12]),
        ),
        (
            json!({"suspend": {"organisation": "dns:carrier.example", "reason": "unpaid"}}),
            "suspends carrier (invented): unpaid".to_owned(),
        ),
        (
            json!({"reinstate": {"organisation": "dns:carrier.example", "reason": "paid"}}),
            "reinstates carrier (invented): paid".to_owned(),
        ),
        (
            json!({"root": {"threshold": 1, "keys": []}}),
            "hands the root to 0 keys with threshold 1".to_owned(),
        ),
    ] {
        let action: Action = serde_json::from_value(action).unwrap();
        assert_eq!(of_action(&action, Some(registry)), want);
    }
    assert_eq!(
        of_charter(&Scene::charter(Purpose::Test)),
        "founds the test ledger scene.example/ledger under 3 root keys, of which 2 must sign"
    );
}

fn scene_public() -> crate::key::PublicKey {
    let (name, _) = CAST[0];
    crate::tests::scene::public(name)
}

fn scene_key() -> String {
    scene_public().key_id().to_string()
}

#[test]
fn places_are_told_by_what_is_known_of_them() {
    for (given, want) in [
        (json!({}), ""),
        (json!({"country": "SE"}), "SE"),
        (json!({"locode": "SELLA", "country": "SE"}), "SELLA, SE"),
        (json!({"name": "Luleå", "locode": "SELLA"}), "Luleå (SELLA)"),
    ] {
        assert_eq!(place(&serde_json::from_value(given).unwrap()), want);
    }
}
