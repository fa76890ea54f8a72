use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{
    position::EntryIndex,
    statement::event::role::Role,
    tests::scene::{Reading, Scene, component, id},
    view::{component_state::ComponentState, trace::Trace},
};

const TYPE: &str = "type:dns:nordlys.example/AAU/R1";
const SLOT: &str = "slot:dns:operator-north.example/gNB-1";
const HOLDERS: [(&str, Role); 3] = [
    ("nordlys", Role::Manufacturer),
    ("operator-north", Role::Operator),
    ("operator-south", Role::Operator),
];

fn unit(number: usize) -> String {
    format!("unit:dns:nordlys.example/AAU/{number}")
}

fn say(scene: &mut Scene, (by, role): (&str, Role), event: Value, about: &[&str]) {
    let event = serde_json::from_value(event).unwrap();
    scene.say(by, role, event, about).unwrap();
}

fn made() -> Value {
    json!({"manufacture": {"type": TYPE, "site": {"country": "SE"}, "date": "2026-01-01"}})
}

fn moved(parent: &str, parts_in: &[&str], parts_out: &[&str]) -> Value {
    json!({"maintain": {"action": "replace", "parent": parent, "partsIn": parts_in, "partsOut": parts_out}})
}

fn received(from: &str, ship: Option<crate::hash::LeafHash>) -> Value {
    let mut receive =
        json!({"from": format!("dns:{from}.example"), "seals": "none", "inspection": "accepted"});
    if let Some(ship) = ship {
        receive["ship"] = json!(ship);
    }
    json!({ "receive": receive })
}

/// Who holds a unit now, by the state of chains alone.
fn now(scene: &Scene, unit: &str) -> Option<String> {
    let Ok(path) = crate::view::component_state::within(&scene.rows, &component(unit));
    let (_, outermost) = path.last()?;
    outermost.unit()?.custodian().map(ToString::to_string)
}

/// The line of a unit that is shown now.
fn shown_line(scene: &Scene, unit: &str) -> Option<EntryIndex> {
    scene.rows.chain(&id(unit)).unwrap()?.unit()?.began
}

fn told(scene: &Scene, unit: &str) -> CustodyLine {
    let Ok(line) = CustodyLine::of(&scene.rows, &component(unit), scene.registry.as_ref().unwrap());
    line
}

/// Every span as holder, entry, unit that it came with, how it came.
fn shown(line: &CustodyLine) -> Vec<(String, u64, String)> {
    let spans = line.spans.iter();
    spans
        .map(|span| {
            let holder = span.holder.as_ref().map_or("?", |party| party.id.as_str());
            (holder.to_owned(), span.from.entry.get(), span.passage())
        })
        .collect()
}

fn at(line: &CustodyLine, index: EntryIndex) -> Option<String> {
    let lasts =
        |span: &&CustodySpan| span.from.entry <= index && span.until.is_none_or(|until| index < until.entry);
    let holder = line.spans.iter().find(lasts)?.holder.as_ref()?;
    Some(holder.id.to_string())
}

#[test]
fn a_part_is_held_with_the_unit_that_it_is_in_and_after_it_was_taken_out() {
    let mut scene = Scene::new();
    let [nordlys, north, south] = HOLDERS;
    let (parent, part) = (unit(1), unit(2));
    let (parent, part) = (parent.as_str(), part.as_str());
    say(&mut scene, nordlys, made(), &[parent, part]);
    let assemble = json!({"assemble": {"parent": parent, "parts": [{"component": part}]}});
    say(&mut scene, nordlys, assemble, &[parent, part]);
    say(
        &mut scene,
        nordlys,
        json!({"ship": {"to": "dns:operator-north.example"}}),
        &[parent],
    );
    let ship = scene.head(&id(parent));
    say(&mut scene, north, received("nordlys", ship), &[parent]);
    say(&mut scene, north, moved(parent, &[], &[part]), &[parent, part]);
    let install = || json!({"install": {"category": "ran.aau", "area": "general"}});
    say(&mut scene, north, install(), &[part, SLOT]);
    // By somebody who does not hold it: an account beside the record, which stays as it is.
    let foreign = "slot:dns:operator-south.example/gNB-1";
    say(&mut scene, south, install(), &[part, foreign]);
    let want = [
        ("dns:nordlys.example", 10, "made it"),
        (
            "dns:nordlys.example",
            11,
            "put into unit:dns:nordlys.example/AAU/1",
        ),
        (
            "dns:operator-north.example",
            13,
            "with unit:dns:nordlys.example/AAU/1; handed over, signed by both sides",
        ),
        (
            "dns:operator-north.example",
            14,
            "taken out of unit:dns:nordlys.example/AAU/1",
        ),
    ];
    let want = want.map(|(holder, entry, how)| (holder.to_owned(), entry, how.to_owned()));
    assert_eq!(shown(&told(&scene, part)), want);
    assert!(!told(&scene, part).has_earlier);
}

#[test]
fn units_that_come_and_go_are_held_as_the_chains_said_at_every_entry() {
    for seed in 0..6_usize {
        let mut scene = Scene::new();
        let units: Vec<_> = (0..5).map(unit).collect();
        let mut chance = seed.wrapping_mul(7_919).wrapping_add(1);
        let mut draw = |below: usize| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (chance >> 33) % below
        };
        let mut seen: Vec<(EntryIndex, BTreeMap<&String, _>)> = Vec::new();
        let mut ships = BTreeMap::new();
        for _ in 0..90 {
            let (one, two) = (draw(5), draw(5));
            let (unit, other) = (units[one].as_str(), units[two].as_str());
            let (holder, to) = (HOLDERS[draw(3)], HOLDERS[draw(3)].0);
            let operator = HOLDERS[1 + draw(2)];
            match draw(10) {
                0 => say(&mut scene, HOLDERS[0], made(), &[unit]),
                1 => {
                    let ship = json!({"ship": {"to": format!("dns:{to}.example")}});
                    say(&mut scene, holder, ship, &[unit]);
                    ships.insert(one, scene.head(&id(unit)));
                }
                2 | 3 => {
                    let ship = ships.get(&one).copied().flatten().filter(|_| draw(4) > 0);
                    let from = now(&scene, unit).filter(|_| draw(3) > 0);
                    let from = from.as_deref().and_then(|text| text.split([':', '.']).nth(1));
                    say(&mut scene, holder, received(from.unwrap_or(to), ship), &[unit]);
                }
                4 => {
                    let install = json!({"install": {"category": "ran.aau", "area": "general"}});
                    say(&mut scene, operator, install, &[unit, SLOT]);
                }
                _ if one == two => {}
                5..=7 => say(&mut scene, operator, moved(unit, &[other], &[]), &[unit, other]),
                8 => {
                    let parts = scene.rows.chain(&id(unit)).unwrap();
                    let parent = parts.and_then(|chain| chain.unit()?.parent().cloned());
                    if let Some(parent) = parent.map(|parent| parent.to_string()) {
                        say(
                            &mut scene,
                            operator,
                            moved(&parent, &[], &[unit]),
                            &[&parent, unit],
                        );
                    }
                }
                _ => say(&mut scene, operator, moved(unit, &[], &[other]), &[unit, other]),
            }
            let last = EntryIndex::new(scene.entries.len() as u64 - 1);
            let mut held = BTreeMap::new();
            for unit in &units {
                held.insert(unit, (shown_line(&scene, unit), now(&scene, unit)));
            }
            seen.push((last, held));
        }
        let registry = scene.registry.as_ref().unwrap();
        for unit in &units {
            let line = told(&scene, unit);
            for (entry, holders) in &seen {
                // A birth that counts puts another line in the place of what was shown before.
                if holders[unit].0 == shown_line(&scene, unit) {
                    assert_eq!(
                        at(&line, *entry),
                        holders[unit].1,
                        "{unit} at {entry}, seed {seed}"
                    );
                }
            }
            for (span, next) in line.spans.iter().zip(line.spans.iter().skip(1)) {
                assert!(span.from.entry < next.from.entry && span.until == Some(next.from));
            }
            let Ok(standing) = ComponentState::of(&scene.rows, &id(unit), registry);
            let Ok(trace) = Trace::new(&Reading::of(&scene), &component(unit), registry);
            let holder = now(&scene, unit);
            let shown = |party: Option<Party>| party.map(|party| party.id.to_string());
            assert_eq!(shown(standing.unwrap().holder), holder);
            assert_eq!(shown(trace.unwrap().holder), holder);
        }
    }
}

#[test]
fn of_very_many_holders_the_latest_are_told() {
    let mut rows = crate::ledger::MemoryRows::default();
    let scene = Scene::new();
    let unit = unit(1);
    let mut changes = crate::lifecycle::Changes::default();
    let change = |entry: u64| CustodyChange {
        line: EntryIndex::new(0),
        at: Moment {
            entry: EntryIndex::new(entry),
            time: crate::time::Timestamp::from_unix(1_767_225_600).unwrap(),
        },
        holder: Some(format!("dns:holder-{entry}.example").parse().unwrap()),
        how: Passage::Installation,
    };
    let last = MAX_SPANS as u64 + 50;
    for entry in 0..=last {
        let key = crate::lifecycle::FactKey::Custody(EntryIndex::new(entry));
        let fact = crate::lifecycle::Fact::Custody(Box::new(change(entry)));
        changes.facts.insert(id(&unit), key, Some(fact));
    }
    let leaf = crate::hash::LeafHash::of_entry(b"entry");
    crate::ledger::Rows::record(&mut rows, EntryIndex::new(0), leaf, changes, Vec::new()).unwrap();
    let Ok(line) = CustodyLine::of(&rows, &component(&unit), scene.registry.as_ref().unwrap());
    assert_eq!((line.spans.len(), line.has_earlier), (MAX_SPANS, true));
    assert_eq!(line.spans[0].from.entry.get(), 51);
    assert_eq!(line.spans[0].hand_over, Some(HandOverState::Missing));
    let holder = format!("dns:holder-{last}.example");
    assert_eq!(line.holder().unwrap().id.as_str(), holder);
}
