use serde_json::{Value, json};

use super::*;
use crate::{
    index::term::Term,
    lifecycle::{FindingCode, distrusted},
    statement::event::{Event, role::Role},
    tests::scene::{self, Reading, Scene, id, public},
};

const UNIT: &str = "unit:dns:nordlys.example/AAU/1";
const TYPE: &str = "type:dns:nordlys.example/AAU/R1";

fn event(event: Value) -> Event {
    serde_json::from_value(event).unwrap()
}

fn leaf(scene: &Scene, index: EntryIndex) -> String {
    let bytes = &scene.entries[usize::try_from(index.get()).unwrap()];
    LeafHash::of_entry(bytes).to_string()
}

/// A unit that is made, shipped, installed by a third party (an account beside the record), and about which its carrier's revoked key spoke.
fn life() -> Scene {
    let mut scene = Scene::new();
    let manifest = json!({"manifest": {"name": "AAU 3900", "category": "ran.aau"}});
    scene
        .say("nordlys", Role::Designer, event(manifest), &[TYPE])
        .unwrap();
    let manufacture = json!({"manufacture": {"type": TYPE, "site": {"country": "SE", "name": "Works"}, "date": "2026-01-02"}});
    scene
        .say("nordlys", Role::Manufacturer, event(manufacture), &[UNIT])
        .unwrap();
    let ship = json!({"ship": {"to": "dns:operator-north.example", "carrier": "dns:carrier.example",
        "titleTo": "dns:operator-north.example"}});
    let statement = scene.event("nordlys", Role::Manufacturer, event(ship), &[UNIT]);
    let (shipped, _) = scene.submit(&statement, &["nordlys"]).unwrap();
    let receive = |ship: String| {
        event(
            json!({"receive": {"from": "dns:nordlys.example", "ship": ship, "seals": "intact", "inspection": "accepted"}}),
        )
    };
    let arrived = receive(leaf(&scene, shipped));
    let statement = scene.event("carrier", Role::Carrier, arrived, &[UNIT]);
    let (received, _) = scene.submit(&statement, &["carrier"]).unwrap();
    let install = json!({"install": {"category": "ran.aau", "area": "general"}});
    let slot = "slot:dns:operator-south.example/gNB-1";
    scene
        .say("operator-south", Role::Operator, event(install), &[UNIT, slot])
        .unwrap();
    let dispute = json!({"correct": {"target": leaf(&scene, received), "kind": "dispute", "reason": "it never arrived"}});
    scene
        .say("operator-north", Role::Operator, event(dispute), &[TYPE])
        .unwrap();
    let untrue = scene::distrust("carrier", public("carrier").key_id(), Some(received));
    scene.act(untrue, &["root-a", "root-b"]).unwrap();
    scene
}

fn timeline(scene: &Scene, subject: &str) -> Timeline {
    let reading = Reading::of(scene);
    let mut entries = reading.under(&Term::Id(id(subject)));
    let refs: Vec<_> = entries
        .values()
        .map(|entry| Term::Ref(crate::hash::Digest::from_bytes(*entry.leaf().as_bytes())))
        .collect();
    for term in refs {
        entries.extend(reading.under(&term));
    }
    Timeline::new(&reading, &id(subject), &entries, &reading.history).unwrap()
}

#[test]
fn a_life_is_told_entry_by_entry_with_what_is_wrong_and_who_contradicts() {
    let scene = life();
    let timeline = timeline(&scene, UNIT);
    let told: Vec<_> = timeline
        .rows
        .iter()
        .map(|row| {
            let by = row.by.as_ref().unwrap().shown();
            let codes: Vec<_> = row.findings.iter().map(|finding| finding.code().name()).collect();
            let corrected: Vec<_> = row
                .corrected_by
                .iter()
                .map(|correction| {
                    assert!(!correction.is_own);
                    correction.entry.get()
                })
                .collect();
            (
                row.index.get(),
                by.to_owned(),
                row.event.as_str(),
                codes,
                corrected,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (11, "nordlys (invented)".to_owned(), "manufacture", vec![], vec![]),
            (12, "nordlys (invented)".to_owned(), "ship", vec![], vec![]),
            (
                13,
                "carrier (invented)".to_owned(),
                "receive",
                vec!["distrusted-key"],
                vec![15]
            ),
            (
                14,
                "operator-south (invented)".to_owned(),
                "install",
                vec!["other-account"],
                vec![]
            ),
        ]
    );
    assert_eq!(timeline.rows[0].country.unwrap().to_string(), "SE");
    assert_eq!(timeline.rows[3].subjects, 2);
    let mentions: Vec<_> = timeline
        .mentions
        .iter()
        .map(|row| (row.index.get(), row.event.as_str()))
        .collect();
    assert_eq!(mentions, [(15, "correct")]);
    let findings: Vec<_> = timeline
        .findings()
        .into_iter()
        .map(|finding| (finding.entry.get(), finding.code()))
        .collect();
    assert_eq!(
        findings,
        [(13, FindingCode::DistrustedKey), (14, FindingCode::OtherAccount)]
    );
    let revoked = distrusted(scene.registry.as_ref().unwrap(), |key| scene.signed_by(key)).unwrap();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0].2, timeline.rows[2].findings[0]);
}

#[test]
fn the_standing_says_who_holds_it_where_it_is_and_which_transfers_are_open() {
    let standing = timeline(&life(), UNIT).standing.unwrap();
    let shown = serde_json::to_value(&standing).unwrap();
    let carrier = json!({"id": "dns:carrier.example", "name": "carrier (invented)"});
    assert_eq!(shown["holder"], carrier);
    // A stranger says where it is.
    assert_eq!(shown["slot"], json!(null));
    assert_eq!(shown["type"], TYPE);
    assert_eq!(shown["name"], "AAU 3900");
    assert_eq!(shown["category"], "ran.aau");
    assert_eq!(
        shown["transfers"],
        json!([{
            "from": {"id": "dns:nordlys.example", "name": "nordlys (invented)"},
            "to": {"id": "dns:operator-north.example", "name": "operator-north (invented)"},
            "carrier": {"id": "dns:carrier.example", "name": "carrier (invented)"},
            "titleTo": {"id": "dns:operator-north.example", "name": "operator-north (invented)"},
            "shipped": 12, "received": 13, "state": "open",
        }])
    );
}

#[test]
fn a_part_is_held_and_placed_with_the_unit_that_it_is_in() {
    let mut scene = life();
    let part = "unit:dns:nordlys.example/PSU/7";
    let manufacture = json!({"manufacture": {"type": TYPE, "site": {"country": "SE"}, "date": "2026-01-02"}});
    scene
        .say("nordlys", Role::Manufacturer, event(manufacture), &[part])
        .unwrap();
    let assemble = json!({"assemble": {"parent": UNIT, "parts": [{"component": part, "position": "bay 2"}]}});
    let signers = ["integrator", "nordlys"];
    let together = scene.event_with(
        signers[0],
        &signers[1..],
        Role::Integrator,
        event(assemble),
        &[UNIT, part],
    );
    scene.submit(&together, &signers).unwrap();
    let receive = json!({"receive": {"from": "dns:nordlys.example", "ship": leaf(&scene, EntryIndex::new(12)),
        "seals": "intact", "inspection": "accepted"}});
    scene
        .say("operator-north", Role::Operator, event(receive), &[UNIT])
        .unwrap();
    let slot = "slot:dns:operator-north.example/gNB-1";
    let install = json!({"install": {"category": "ran.aau", "area": "general"}});
    scene
        .say("operator-north", Role::Operator, event(install), &[UNIT, slot])
        .unwrap();
    let standing = timeline(&scene, part).standing.unwrap();
    assert_eq!(standing.holder.unwrap().id.as_str(), "dns:operator-north.example");
    assert_eq!(standing.slot.unwrap().to_string(), slot);
    assert_eq!(standing.parent.unwrap().to_string(), UNIT);
    let parent = timeline(&scene, UNIT).standing.unwrap();
    assert_eq!(parent.parts[0].position.as_deref(), Some("bay 2"));
}

#[test]
fn what_is_only_mentioned_has_mentions_and_no_standing() {
    let timeline = timeline(&life(), "type:dns:nordlys.example/OTHER/R1");
    assert_eq!(
        (timeline.standing, timeline.rows, timeline.mentions),
        (None, vec![], vec![])
    );
}

#[test]
fn who_corrects_is_told_from_who_contradicts() {
    let mut scene = Scene::new();
    let made = json!({"manufacture": {"type": TYPE, "site": {"country": "SE"}, "date": "2026-03-01"}});
    scene
        .say("nordlys", Role::Manufacturer, event(made), &[UNIT])
        .unwrap();
    let target = leaf(&scene, EntryIndex::new(scene.entries.len() as u64 - 1));
    for (by, role) in [
        ("nordlys", Role::Manufacturer),
        ("operator-north", Role::Operator),
    ] {
        let correct = json!({"correct": {"target": target, "kind": "error", "reason": "another date"}});
        scene.say(by, role, event(correct), &[UNIT]).unwrap();
    }
    let timeline = timeline(&scene, UNIT);
    let told: Vec<_> = timeline.rows[0]
        .corrected_by
        .iter()
        .map(|correction| {
            let by = correction.by.as_ref().unwrap().shown().to_owned();
            (correction.entry.get(), by, correction.is_own)
        })
        .collect();
    assert_eq!(
        told,
        [
            (11, "nordlys (invented)".to_owned(), true),
            (12, "operator-north (invented)".to_owned(), false),
        ]
    );
    assert!(
        timeline.rows[1]
            .sentence
            .starts_with("says that an error is in the entry ")
    );
}
