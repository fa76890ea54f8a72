use serde_json::{Value, json};

use super::*;
use crate::{
    statement::event::role::Role,
    tests::scene::{Reading, Scene, component, id},
};

const RACK: &str = "unit:dns:nordlys.example/RACK/1";
const CARD: &str = "unit:dns:nordlys.example/CARD/1";
const CARD_TYPE: &str = "type:dns:nordlys.example/CARD/R1";
const SLOT: &str = "slot:dns:operator-north.example/gNB-1";
const FIRMWARE: &str = "artefact:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn event(event: Value) -> Event {
    serde_json::from_value(event).unwrap()
}

fn bom() -> Value {
    json!({"format": "CycloneDX", "version": "1.6", "components": 3, "document": {
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "mediaType": "application/json"}})
}

/// A rack with two cards of one type, installed with firmware.
fn scene() -> Scene {
    let mut scene = Scene::new();
    let manifest = json!({"manifest": {"name": "Card", "category": "hw.board", "boms": [bom()],
        "supplies": [{"what": "FPGA", "countryOfOrigin": "DE"}], "knownUnknowns": ["resistors"]}});
    let say = |scene: &mut Scene, by, role, said: Value, about: &[&str]| {
        scene.say(by, role, event(said), about).unwrap();
    };
    say(&mut scene, "nordlys", Role::Designer, manifest, &[CARD_TYPE]);
    let release = json!({"manifest": {"name": "CardOS", "version": "3.1"}});
    say(&mut scene, "meridian", Role::Producer, release, &[FIRMWARE]);
    let made = json!({"manufacture": {"type": CARD_TYPE, "site": {"country": "SE"}, "date": "2026-01-01"}});
    let cards = [CARD, "unit:dns:nordlys.example/CARD/2"];
    say(&mut scene, "nordlys", Role::Manufacturer, made, &cards);
    let made = json!({"manufacture": {"type": "type:dns:nordlys.example/RACK/R1", "site": {"country": "SE"}, "date": "2026-01-01"}});
    say(&mut scene, "nordlys", Role::Manufacturer, made, &[RACK]);
    let parts = json!({"assemble": {"parent": RACK, "parts": [
        {"component": cards[0], "position": "bay 1"}, {"component": cards[1]}]}});
    say(
        &mut scene,
        "nordlys",
        Role::Manufacturer,
        parts,
        &[RACK, cards[0], cards[1]],
    );
    let ship = json!({"ship": {"to": "dns:operator-north.example"}});
    say(&mut scene, "nordlys", Role::Manufacturer, ship, &[RACK]);
    let received = json!({"receive": {"from": "dns:nordlys.example", "ship": scene.head(&id(RACK)),
        "seals": "none", "inspection": "accepted"}});
    say(&mut scene, "operator-north", Role::Operator, received, &[RACK]);
    let install =
        json!({"install": {"category": "ran.du", "area": "sensitive", "firmware": {"artefact": FIRMWARE}}});
    say(
        &mut scene,
        "operator-north",
        Role::Operator,
        install,
        &[RACK, SLOT],
    );
    scene
}

fn drawn(node: &TraceNode, depth: usize, lines: &mut Vec<String>) {
    let relation = serde_json::to_value(node.relation).unwrap();
    let shown = serde_json::to_value(node.shown).unwrap();
    lines.push(format!(
        "{}{} {} {}",
        "  ".repeat(depth),
        relation.as_str().unwrap(),
        node.component,
        shown.as_str().unwrap()
    ));
    for child in &node.children {
        drawn(child, depth + 1, lines);
    }
}

#[test]
fn a_unit_is_traced_down_to_the_manifests_of_its_parts_and_up_to_its_place() {
    let scene = scene();
    let reading = Reading::of(&scene);
    let registry = scene.registry.as_ref().unwrap();
    let trace = Trace::new(&reading, &component(RACK), registry).unwrap().unwrap();
    let mut lines = Vec::new();
    drawn(&trace.tree, 0, &mut lines);
    assert_eq!(
        lines,
        [
            "root unit:dns:nordlys.example/RACK/1 whole".to_owned(),
            "  type type:dns:nordlys.example/RACK/R1 unknown".to_owned(),
            format!("  firmware {FIRMWARE} whole"),
            "  part unit:dns:nordlys.example/CARD/1 whole".to_owned(),
            "    type type:dns:nordlys.example/CARD/R1 whole".to_owned(),
            "  part unit:dns:nordlys.example/CARD/2 whole".to_owned(),
            "    type type:dns:nordlys.example/CARD/R1 elsewhere".to_owned(),
        ]
    );
    let nodes = trace.tree.walk();
    let of_type = nodes
        .iter()
        .find(|node| node.relation == Relation::Type && node.shown == Shown::Whole)
        .unwrap();
    assert_eq!(serde_json::to_value(&of_type.boms).unwrap(), json!([bom()]));
    assert_eq!(of_type.supplies[0].what, "FPGA");
    assert_eq!(of_type.known_unknowns, ["resistors"]);
    assert_eq!(of_type.name.as_deref(), Some("Card"));
    let firmware = nodes
        .iter()
        .find(|node| node.relation == Relation::Firmware)
        .unwrap();
    assert_eq!(firmware.maker.as_ref().unwrap().shown(), "meridian (invented)");
    assert_eq!(
        (firmware.version.as_deref(), firmware.released),
        (Some("3.1"), Some(true))
    );
    assert_eq!(trace.tree.findings, [FindingCode::UnreleasedFirmware]);

    let card = Trace::new(&reading, &component(CARD), registry).unwrap().unwrap();
    assert_eq!(card.inside, [component(RACK)]);
    let slot = card.slot.unwrap();
    assert_eq!(
        (slot.component, slot.area),
        (component(SLOT), Some(AreaClass::Sensitive))
    );
    assert_eq!(slot.category.unwrap().to_string(), "ran.du");
    assert_eq!(card.holder.unwrap().id.as_str(), "dns:operator-north.example");
}

#[test]
fn a_slot_shows_what_is_in_it_and_a_stranger_is_not_traced() {
    let scene = scene();
    let reading = Reading::of(&scene);
    let registry = scene.registry.as_ref().unwrap();
    let slot = Trace::new(&reading, &component(SLOT), registry).unwrap().unwrap();
    let children: Vec<_> = slot
        .tree
        .children
        .iter()
        .map(|node| (node.relation, node.component.to_string()))
        .collect();
    assert_eq!(children[0], (Relation::Occupant, RACK.to_owned()));
    assert_eq!(
        Trace::new(&reading, &component("unit:dns:a.example/P/S"), registry).unwrap(),
        None
    );
}

#[test]
fn a_part_that_moved_is_traced_where_it_went() {
    let mut scene = scene();
    let made = json!({"manufacture": {"type": CARD_TYPE, "site": {"country": "SE"}, "date": "2026-01-01"}});
    let other = "unit:dns:nordlys.example/RACK/2";
    scene
        .say("nordlys", Role::Manufacturer, event(made), &[other])
        .unwrap();
    let parts = json!({"assemble": {"parent": other, "parts": [{"component": RACK}, {"component": CARD}]}});
    let about = [other, RACK, CARD];
    let ship = json!({"ship": {"to": "dns:nordlys.example"}});
    scene
        .say("operator-north", Role::Operator, event(ship), &[RACK])
        .unwrap();
    let back = json!({"receive": {"from": "dns:operator-north.example", "ship": scene.head(&id(RACK)),
        "seals": "none", "inspection": "accepted"}});
    scene
        .say("nordlys", Role::Manufacturer, event(back), &[RACK])
        .unwrap();
    scene
        .say("nordlys", Role::Manufacturer, event(parts), &about)
        .unwrap();
    let reading = Reading::of(&scene);
    let registry = scene.registry.as_ref().unwrap();
    let trace = Trace::new(&reading, &component(other), registry)
        .unwrap()
        .unwrap();
    let cards: Vec<_> = trace
        .tree
        .walk()
        .into_iter()
        .filter(|node| node.component == component(CARD))
        .map(|node| node.shown)
        .collect();
    assert_eq!(cards, [Shown::Whole]);
}
