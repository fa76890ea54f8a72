use serde_json::json;

use super::*;
use crate::{
    key::SecretKey,
    statement::{
        Envelope,
        action::{Rotate, StandingChange},
        event::{Event, role::Role},
    },
    tests::scene::{Scene, key, org, public, revocation},
};

const UNIT: &str = "unit:dns:nordlys.example/AAU/1";

fn store() -> Event {
    let site = json!({"country": "SE"});
    serde_json::from_value(json!({"store": {"site": site, "from": "2026-03-01"}})).unwrap()
}

fn signed(payload: Vec<u8>, signers: &[&str]) -> Unverified {
    let keys: Vec<SecretKey> = signers.iter().map(|name| key(name)).collect();
    let keys: Vec<&SecretKey> = keys.iter().collect();
    Unverified::decode(&Envelope::sign(payload, &keys).unwrap().encode()).unwrap()
}

fn act(scene: &mut Scene, action: Action, signers: &[&str]) -> Unverified {
    let statement = scene.registry_statement(vec![action], signers);
    signed(statement.encode(), signers)
}

fn statuses(inspection: &StatementInspection) -> Vec<(Option<OrgId>, SignatureStatus)> {
    let signatures = inspection.signatures.iter();
    signatures
        .map(|signature| (signature.organisation.clone(), signature.status))
        .collect()
}

#[test]
fn members_that_this_version_does_not_know_are_named_and_the_payload_is_whole() {
    let mut scene = Scene::new();
    let statement = scene.event("nordlys", Role::Manufacturer, store(), &[UNIT]);
    let payload = String::from_utf8(statement.encode()).unwrap();
    let payload = payload
        .replacen("\"store\":{", "\"store\":{\"x-rent\":[1],\"access\":null,", 1)
        .replacen("\"sha256\":", "\"sha3\":\"00\",\"sha256\":", 1);
    let entry = signed(payload.clone().into_bytes(), &["nordlys"]);
    let inspection = StatementInspection::new(&entry, scene.registry.as_ref());
    assert_eq!(
        inspection.unknown,
        ["predicate.event.store.x-rent", "subject[0].digest.sha3"]
    );
    assert_eq!(inspection.statement.get(), payload);
    assert_eq!(inspection.payload, Digest::of(payload.as_bytes()));
    assert!(
        inspection.sentence.starts_with("nordlys (invented) "),
        "{}",
        inspection.sentence
    );
    assert_eq!(inspection.keys, []);
    assert_eq!(
        statuses(&inspection),
        [(Some(org("nordlys")), SignatureStatus::Good)]
    );
    let [wanted] = inspection.wanted.as_slice() else {
        panic!("one party speaks")
    };
    assert_eq!((wanted.of, wanted.still()), (SigningParty::Speaker, 0));
    // Alone, nothing is known of the key, and so not that the speaker signed.
    let alone = StatementInspection::new(&entry, None);
    assert!(
        alone.sentence.starts_with("dns:nordlys.example "),
        "{}",
        alone.sentence
    );
    assert_eq!(statuses(&alone), [(None, SignatureStatus::UnknownKey)]);
    assert_eq!(alone.wanted[0].missing, [org("nordlys")]);
}

#[test]
fn a_statement_of_the_known_alone_has_no_unknown_member() {
    let mut scene = Scene::new();
    let statement = scene.event("nordlys", Role::Manufacturer, store(), &[UNIT]);
    let entries = scene
        .entries
        .iter()
        .map(|bytes| Unverified::decode(bytes).unwrap());
    for entry in entries.chain([signed(statement.encode(), &["nordlys"])]) {
        assert_eq!(StatementInspection::new(&entry, None).unknown, [""; 0]);
    }
}

#[test]
fn a_change_of_the_root_wants_the_present_and_the_new_one_and_shows_every_key() {
    let mut scene = Scene::new();
    let new = Scene::root(&["root-c", "spare-1"], 2);
    let entry = act(&mut scene, Action::Root(new), &["root-a", "spare-1"]);
    let inspection = StatementInspection::new(&entry, scene.registry.as_ref());
    let wanted: Vec<_> = inspection
        .wanted
        .iter()
        .map(|wanted| {
            (
                wanted.of,
                wanted.still(),
                wanted.signed.clone(),
                wanted.missing.clone(),
            )
        })
        .collect();
    assert_eq!(
        wanted,
        [
            (
                SigningParty::PresentRoot,
                1,
                vec![org("root-a")],
                vec![org("root-b"), org("root-c")]
            ),
            (
                SigningParty::NewRoot,
                1,
                vec![org("spare-1")],
                vec![org("root-c")]
            ),
        ]
    );
    let keys: Vec<_> = inspection
        .keys
        .iter()
        .map(|key| (key.organisation.clone(), key.part, key.published))
        .collect();
    assert_eq!(
        keys,
        [
            (Some(org("root-c")), KeyPart::Root, true),
            (Some(org("spare-1")), KeyPart::Root, true),
            (Some(org("root-a")), KeyPart::LeavesRoot, true),
            (Some(org("root-b")), KeyPart::LeavesRoot, true),
        ]
    );
}

#[test]
fn a_charter_is_known_without_a_ledger() {
    let scene = Scene::new();
    let entry = Unverified::decode(&scene.entries[0]).unwrap();
    let inspection = StatementInspection::new(&entry, None);
    assert_eq!(
        statuses(&inspection),
        [
            (Some(org("root-a")), SignatureStatus::Good),
            (Some(org("root-b")), SignatureStatus::Good)
        ]
        .into_iter()
        .collect::<Vec<_>>()
    );
    assert_eq!(inspection.wanted[0].still(), 0);
    assert_eq!(inspection.wanted[0].missing, [org("root-c")]);
    let parts: Vec<_> = inspection.keys.iter().map(|key| key.part).collect();
    assert_eq!(parts, [KeyPart::Root, KeyPart::Root, KeyPart::Root, KeyPart::Log]);
}

#[test]
fn what_an_organisation_does_with_its_own_keys_wants_its_own_signature() {
    let mut scene = Scene::new();
    let rotate = Rotate {
        organisation: org("lab"),
        add: vec![public("spare-1")],
        retire: vec![public("lab").key_id()],
    };
    let entry = act(&mut scene, Action::Rotate(rotate), &["lab"]);
    let inspection = StatementInspection::new(&entry, scene.registry.as_ref());
    assert_eq!(inspection.wanted.len(), 1);
    assert_eq!(
        (inspection.wanted[0].of, inspection.wanted[0].still()),
        (SigningParty::Speaker, 0)
    );
    let parts: Vec<_> = inspection
        .keys
        .iter()
        .map(|key| (key.part, key.organisation.clone()))
        .collect();
    assert_eq!(
        parts,
        [
            (KeyPart::BroughtIn, Some(org("lab"))),
            (KeyPart::Retired, Some(org("lab")))
        ]
    );
    let entry = act(&mut scene, revocation("lab", public("lab").key_id()), &["root-b"]);
    let inspection = StatementInspection::new(&entry, scene.registry.as_ref());
    assert_eq!(
        (inspection.wanted[0].of, inspection.wanted[0].still()),
        (SigningParty::PresentRoot, 1)
    );
}

#[test]
fn a_signature_that_does_not_count_is_told_from_one_that_does() {
    let mut scene = Scene::new();
    let statement = scene.event("nordlys", Role::Manufacturer, store(), &[UNIT]);
    let other = scene.event("nordlys", Role::Manufacturer, store(), &[UNIT]);
    let envelope = Envelope::sign(other.encode(), &[&key("meridian")]).unwrap();
    let mut signatures = envelope.signatures().to_vec();
    let good = Envelope::sign(
        statement.encode(),
        &[&key("nordlys"), &key("lab"), &key("spare-1")],
    )
    .unwrap();
    signatures.extend(good.signatures().to_vec());
    let entry = Envelope::new(statement.encode(), signatures).unwrap().encode();
    let entry = Unverified::decode(&entry).unwrap();
    let revoke = revocation("nordlys", public("nordlys").key_id());
    scene.act(revoke, &["root-a", "root-b"]).unwrap();
    let suspend = StandingChange {
        organisation: org("lab"),
        reason: "audit".to_owned(),
    };
    scene
        .act(Action::Suspend(suspend), &["root-a", "root-b"])
        .unwrap();
    let inspection = StatementInspection::new(&entry, scene.registry.as_ref());
    let mut statuses = statuses(&inspection);
    statuses.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        statuses,
        [
            (None, SignatureStatus::UnknownKey),
            (Some(org("lab")), SignatureStatus::Suspended),
            (Some(org("meridian")), SignatureStatus::Wrong),
            (Some(org("nordlys")), SignatureStatus::KeyEnded),
        ]
    );
    assert_eq!(inspection.wanted[0].still(), 1);
}
