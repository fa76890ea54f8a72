//! Nobody's words change what is another's; ordinary life does not get stuck.

use super::*;
use crate::{
    hash::LeafHash,
    lifecycle::{FoundAt, Severity, View as _},
    position::EntryIndex,
    statement::Predicate,
};

const SOUTH: &str = "operator-south";
const FOREIGN: &str = "slot:dns:operator-south.example/site-9/aau-1";

fn update(to: &str) -> Event {
    Event::Update(Update {
        from: None,
        to: firmware(to),
        method: None,
        approved_by: None,
    })
}

fn remove() -> Event {
    maintain(MaintenanceAction::Remove, None, &[], &[])
}

impl Scene {
    /// What is told of a unit: holder, title, slot, firmware, parent, end, and what is wrong beside notices.
    fn told(&self, text: &str) -> impl PartialEq + std::fmt::Debug + use<> {
        let chain = self.rows.chain(&id(text)).unwrap().unwrap();
        let life = chain.unit().unwrap().clone();
        let shipment = life.shipment.as_ref().map(|transfer| transfer.to.clone());
        let Ok(parts) = facts::parts(&self.rows, &id(text));
        let of_unit = (life.custodian().cloned(), life.title.clone(), shipment, parts);
        let of_place = (life.slot.clone(), life.firmware.clone(), life.parent().cloned());
        (of_unit, of_place, life.ended.is_some(), self.wrong(text))
    }

    /// What is wrong with a component, beside notices.
    fn wrong(&self, text: &str) -> Vec<FindingCode> {
        let mut codes = self.shown(text);
        codes.retain(|code| code.severity() != Severity::Notice);
        codes
    }

    fn occupants(&self, slot: &str) -> Vec<String> {
        let Ok(occupants) = facts::occupants(&self.rows, &id(slot));
        occupants.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn strangers_change_nothing_of_a_unit_that_another_holds() {
    let mut scene = delivered(&[U1, PART]);
    scene.clean(NORTH, Role::Operator, install(Some("1.0")), &[U1, SLOT]);
    let before = scene.told(U1);
    let operator = Role::Operator;
    scene.finds(SOUTH, operator, update("malware"), &[U1], &[F::Claim]);
    scene.finds(SOUTH, operator, ship(SOUTH), &[U1], &[F::NotCustodian]);
    scene.finds(SOUTH, operator, remove(), &[U1, SLOT], &[F::Claim]);
    scene.finds(SOUTH, operator, decommission(), &[U1], &[F::NotCustodian]);
    scene.finds(SOUTH, operator, install(None), &[U1, SLOT], &[F::ForeignSlot]);
    scene.finds(SOUTH, operator, install(None), &[U1, FOREIGN], &[F::CustodyGap]);
    scene.finds(
        "integrator",
        Role::Integrator,
        assemble(U1, &[PART]),
        &[U1, PART],
        &[F::NotCustodian],
    );
    let taken_out = maintain(MaintenanceAction::Replace, Some(U1), &[], &[PART]);
    scene.finds(
        "integrator",
        Role::Maintainer,
        taken_out,
        &[U1, PART],
        &[F::NotCustodian],
    );
    assert_eq!(scene.told(U1), before);
    assert_eq!(scene.occupants(SLOT), [U1]);
    assert_eq!(scene.occupants(FOREIGN), [U1]);
    // What they say of it later stays on their own account.
    scene.finds(
        SOUTH,
        operator,
        update("malware"),
        &[U1],
        &[F::UnreleasedFirmware],
    );
    scene.clean(SOUTH, operator, decommission(), &[U1]);
    assert_eq!(scene.told(U1), before);
    assert_eq!(scene.shown(U1), [F::OtherAccount]);
    scene.clean(NORTH, operator, remove(), &[U1, SLOT]);
}

#[test]
fn whoever_speaks_first_does_not_make_a_record() {
    let mut scene = made(&[]);
    scene.finds(
        SOUTH,
        Role::Operator,
        install(None),
        &[U1, FOREIGN],
        &[F::NoBirth, F::CustodyGap],
    );
    let forged = manufacture(Some("malware"));
    let want = [F::ForeignMaker, F::UnreleasedFirmware];
    scene.finds("meridian", Role::Manufacturer, forged, &[U1], &want);
    assert!(!scene.unit(U1).is_record);
    assert_eq!(scene.shown(U1), [F::NoBirth, F::CustodyGap, F::OtherAccount]);
    scene.clean("nordlys", Role::Manufacturer, manufacture(Some("1.0")), &[U1]);
    let unit = scene.unit(U1);
    assert_eq!((unit.is_record, unit.custodian()), (true, Some(&org("nordlys"))));
    assert_eq!(unit.firmware, Some(component(&firmware_id("1.0"))));
    assert_eq!(scene.shown(U1), [F::OtherAccount, F::OtherAccount]);
    // A release by a stranger is no release for it, and none of the maker's is needed to make one.
    scene.clean(
        "meridian",
        Role::Producer,
        Event::Manifest(manifest("malware")),
        &[&firmware_id("malware")],
    );
    scene.finds(
        "nordlys",
        Role::Manufacturer,
        manufacture(Some("malware")),
        &[U2],
        &[F::UnreleasedFirmware],
    );
}

#[test]
fn an_account_joins_the_record_when_both_sides_sign() {
    // A distributor that is not enrolled: the operator's own account, which it lives with.
    let mut scene = made(&[U1]);
    let own = receive("distributor", None, SealState::Intact);
    scene.finds(NORTH, Role::Operator, own, &[U1], &[F::CustodyGap]);
    scene.clean(NORTH, Role::Operator, install(Some("1.0")), &[U1, SLOT]);
    assert_eq!(scene.unit(U1).slot, None);
    assert_eq!(scene.occupants(SLOT), [U1]);
    // The paper arrives: the maker ships, the operator receives.
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    let shipment = scene.head(&id(U1));
    scene.clean(
        NORTH,
        Role::Operator,
        receive("nordlys", shipment, SealState::Intact),
        &[U1],
    );
    let unit = scene.unit(U1);
    assert_eq!(
        (unit.custodian(), &unit.slot),
        (Some(&org(NORTH)), &Some(component(SLOT)))
    );
    assert_eq!(unit.title, Some(org(NORTH)));
    assert_eq!(scene.shown(U1), []);
    assert_eq!(scene.rows.chain(&id(U1)).unwrap().unwrap().accounts, 0);
    scene.clean(NORTH, Role::Operator, remove(), &[U1, SLOT]);
    assert_eq!(scene.occupants(SLOT), Vec::<String>::new());
}

#[test]
fn what_moved_leaves_where_it_was() {
    let mut scene = delivered(&[U1, U2]);
    scene.clean(NORTH, Role::Operator, install(None), &[U1, SLOT]);
    scene.finds(
        NORTH,
        Role::Operator,
        install(None),
        &[U1, SLOT_2],
        &[F::TwoPlaces],
    );
    assert_eq!(scene.occupants(SLOT), Vec::<String>::new());
    scene.clean(NORTH, Role::Operator, install(None), &[U2, SLOT]);
    // Sold to another operator: what its slot's organisation shipped is not there any more.
    scene.clean(NORTH, Role::Operator, ship(SOUTH), &[U2]);
    let shipment = scene.head(&id(U2));
    scene.clean(
        SOUTH,
        Role::Operator,
        receive(NORTH, shipment, SealState::Intact),
        &[U2],
    );
    assert_eq!(scene.unit(U2).slot, None);
    assert_eq!(scene.occupants(SLOT), Vec::<String>::new());
    scene.clean(SOUTH, Role::Operator, install(None), &[U2, FOREIGN]);
}

#[test]
fn a_carrier_decides_about_nothing() {
    let mut scene = made(&[U1]);
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    let shipment = scene.head(&id(U1));
    scene.clean(
        "carrier",
        Role::Carrier,
        receive("nordlys", shipment, SealState::Intact),
        &[U1],
    );
    scene.finds("carrier", Role::Carrier, ship(SOUTH), &[U1], &[F::NotCustodian]);
    scene.clean(
        NORTH,
        Role::Operator,
        receive("carrier", shipment, SealState::Intact),
        &[U1],
    );
    assert_eq!(scene.unit(U1).custodian(), Some(&org(NORTH)));
}

#[test]
fn a_statement_replaces_only_what_it_had_seen() {
    let mut scene = delivered(&[U1]);
    let rotate = crate::statement::action::Rotate {
        organisation: org(NORTH),
        add: vec![crate::tests::scene::public("spare-1")],
        retire: Vec::new(),
    };
    let rotate = crate::statement::action::Action::Rotate(rotate);
    scene.act(rotate, &[NORTH]).unwrap();
    // By a key that had said nothing of the unit, and had not seen what its maker put on it.
    let mut unseen = scene.event(NORTH, Role::Operator, update("1.1"), &[U1]);
    let head = unseen.subjects[0].prev.take();
    let found = scene.submit(&unseen, &["spare-1"]).unwrap().1;
    assert_eq!(found, [F::UnreleasedFirmware, F::SignedUnseen]);
    assert_eq!(scene.unit(U1).firmware, Some(component(&firmware_id("1.0"))));
    // Once it has seen that, it may.
    let mut seen = scene.event(NORTH, Role::Operator, update("1.1"), &[U1]);
    assert_ne!(seen.subjects[0].prev, head);
    seen.subjects[0].prev = scene.head(&id(U1));
    let found = scene.submit(&seen, &["spare-1"]).unwrap().1;
    assert_eq!(found, [F::UnreleasedFirmware]);
    assert_eq!(scene.unit(U1).firmware, Some(component(&firmware_id("1.1"))));
}

#[test]
fn what_both_sides_signed_needs_no_sight_of_the_carrier() {
    let mut scene = made(&[U1]);
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    let shipment = scene.head(&id(U1));
    let arrived = || receive("nordlys", shipment, SealState::Intact);
    // Signed with the paper in hand, before the carrier's receipt was on record.
    let mut unseen = scene.event(NORTH, Role::Operator, arrived(), &[U1]);
    scene.clean("carrier", Role::Carrier, arrived(), &[U1]);
    unseen.subjects[0].prev = None;
    assert_eq!(scene.submit(&unseen, &[NORTH]).unwrap().1, []);
    let unit = scene.unit(U1);
    assert_eq!(
        (unit.custodian(), unit.title.clone()),
        (Some(&org(NORTH)), Some(org(NORTH)))
    );
    // What goes away through a carrier's hands leaves the slot of who shipped it.
    scene.clean(NORTH, Role::Operator, install(None), &[U1, SLOT]);
    scene.clean(NORTH, Role::Operator, ship(SOUTH), &[U1]);
    let shipment = scene.head(&id(U1));
    scene.clean(
        "carrier",
        Role::Carrier,
        receive(NORTH, shipment, SealState::Intact),
        &[U1],
    );
    scene.clean(
        SOUTH,
        Role::Operator,
        receive("carrier", shipment, SealState::Intact),
        &[U1],
    );
    assert_eq!(scene.occupants(SLOT), Vec::<String>::new());
}

#[test]
fn whoever_holds_what_another_made_has_not_made_it() {
    let mut scene = made(&[U1]);
    scene.clean("nordlys", Role::Manufacturer, ship("meridian"), &[U1]);
    let shipment = scene.head(&id(U1));
    let bought = receive("nordlys", shipment, SealState::Intact);
    scene.clean("meridian", Role::Manufacturer, bought, &[U1]);
    let before = (scene.unit(U1).born, scene.unit(U1).maker);
    scene.finds(
        "meridian",
        Role::Manufacturer,
        manufacture(None),
        &[U1],
        &[F::ForeignMaker],
    );
    let unit = scene.unit(U1);
    assert_eq!(
        (unit.born, unit.maker.clone(), unit.is_record),
        (before.0, before.1, true)
    );
    // Nor does it come back to its maker as another's.
    scene.finds(
        "meridian",
        Role::Manufacturer,
        manufacture(None),
        &[U2],
        &[F::NoBirth, F::ForeignMaker],
    );
    scene.clean("nordlys", Role::Manufacturer, manufacture(None), &[U2]);
    scene.clean("meridian", Role::Manufacturer, ship("nordlys"), &[U2]);
    let shipment = scene.head(&id(U2));
    let back = receive("meridian", shipment, SealState::Intact);
    scene.clean("nordlys", Role::Manufacturer, back, &[U2]);
    let unit = scene.unit(U2);
    assert_eq!((unit.maker, unit.is_record), (Some(org("nordlys")), true));
}

#[test]
fn who_releases_another_release_ends_nothing_of_it() {
    let mut scene = made(&[]);
    let artefact = firmware_id("1.0");
    let mut forged = scene.event(
        "meridian",
        Role::Producer,
        Event::Manifest(manifest("forged")),
        &[&artefact],
    );
    forged.subjects[0].aliases = vec!["pkg:generic/forged@1".parse().unwrap()];
    scene.submit(&forged, &["meridian"]).unwrap();
    scene.clean(SOUTH, Role::Operator, decommission(), &[&artefact]);
    scene.clean(
        "nordlys",
        Role::Producer,
        Event::Manifest(manifest("AAU firmware")),
        &[&artefact],
    );
    assert_eq!(
        (
            scene.shown(&artefact),
            facts::aliases(&scene.rows, &id(&artefact))
        ),
        (Vec::new(), Ok(BTreeSet::new()))
    );
    // Software in a slot goes out of it; a slot alone ends.
    scene.clean(NORTH, Role::Operator, install(None), &[&artefact, SLOT]);
    assert_eq!(scene.occupants(SLOT), [artefact.as_str()]);
    scene.clean(NORTH, Role::Operator, decommission(), &[&artefact, SLOT]);
    assert_eq!(scene.occupants(SLOT), Vec::<String>::new());
    scene.clean(NORTH, Role::Operator, install(None), &[&artefact, SLOT]);
    scene.clean(NORTH, Role::Operator, decommission(), &[SLOT]);
    scene.finds(
        NORTH,
        Role::Operator,
        install(None),
        &[&artefact, SLOT],
        &[F::AfterEnd],
    );
}

#[test]
fn an_organisation_begins_so_many_lines_of_a_unit_and_no_more() {
    use crate::lifecycle::MAX_LINES_BEGUN;
    let mut scene = made(&[U1]);
    // Each account is passed on to an accomplice, so that the next can begin.
    for round in 0..MAX_LINES_BEGUN + 3 {
        let taken = receive("nobody", None, SealState::None);
        let (_, found) = {
            let statement = scene.event(SOUTH, Role::Operator, taken, &[U1]);
            scene.submit(&statement, &[SOUTH]).unwrap()
        };
        let want = if round < MAX_LINES_BEGUN {
            F::CustodyGap
        } else {
            F::Claim
        };
        assert!(found.contains(&want), "{round}: {found:?}");
        let handed = receive(SOUTH, None, SealState::None);
        let statement = scene.event_with("carrier", &[SOUTH], Role::Carrier, handed, &[U1]);
        scene.submit(&statement, &["carrier", SOUTH]).unwrap();
    }
    assert!(scene.rows.chain(&id(U1)).unwrap().unwrap().accounts <= 1);
    assert_eq!(scene.unit(U1).custodian(), Some(&org("nordlys")));
}

#[test]
fn one_name_on_two_units_is_a_clone_of_who_gave_it_twice() {
    let mut scene = made(&[]);
    let named = |scene: &mut Scene, by: &str, unit: &str| {
        let mut statement = scene.event(by, Role::Manufacturer, manufacture(None), &[unit]);
        statement.subjects[0].aliases = vec!["mac:00005e005301".parse().unwrap()];
        scene.submit(&statement, &[by]).unwrap().1
    };
    // A stranger names it first, and in a comment: neither takes it from anybody.
    assert_eq!(named(&mut scene, "meridian", U2), [F::NoBirth, F::ForeignMaker]);
    let mut comment = scene.event(SOUTH, Role::Operator, update("1.0"), &[PART]);
    comment.subjects[0].aliases = vec!["mac:00005e005301".parse().unwrap()];
    scene.submit(&comment, &[SOUTH]).unwrap();
    assert_eq!(facts::aliases(&scene.rows, &id(PART)), Ok(BTreeSet::new()));
    assert_eq!(named(&mut scene, "nordlys", U1), []);
    let other = "unit:dns:nordlys.example/AAU-3900/SN3";
    assert_eq!(named(&mut scene, "nordlys", other), [F::Clone]);
}

#[test]
fn times_and_origins_of_others_are_no_matter() {
    let mut scene = made(&[U1]);
    let mut far = scene.event(SOUTH, Role::Operator, update("1.0"), &[U1]);
    let Predicate::Event(event) = &mut far.predicate else {
        unreachable!()
    };
    event.time = "9998-01-01T00:00:00Z".parse().unwrap();
    scene.submit(&far, &[SOUTH]).unwrap();
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    // An invented origin takes the place of nothing.
    let mut foreign = scene.event("nordlys", Role::Manufacturer, ship(NORTH), &[U2]);
    foreign.subjects[0].from = Some(crate::statement::ForeignLink {
        origin: "elsewhere.example/2026".parse().unwrap(),
        index: EntryIndex::new(7),
        leaf: LeafHash::of_entry(b"invented"),
        proof: None,
    });
    let found = scene.submit(&foreign, &["nordlys"]).unwrap().1;
    assert_eq!(found, [F::NoBirth, F::UnprovenOrigin, F::Claim]);
}

/// Draws by a fixed rule, so that a seed gives one history.
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % below as u64).unwrap()
    }
}

const UNITS: [&str; 4] = [U1, U2, PART, "unit:dns:nordlys.example/BOARD/B2"];
const SLOTS: [&str; 2] = [SLOT, SLOT_2];

/// Something that the maker or the operator in the north says, who name nobody else; and what it is about.
fn honest(
    shipments: &BTreeMap<usize, LeafHash>,
    choice: [usize; 3],
) -> (&'static str, Role, Event, Vec<&'static str>) {
    let [what, one, two] = choice;
    let (unit, other, slot) = (UNITS[one % 4], UNITS[two % 4], SLOTS[two % 2]);
    let (maker, operator) = (("nordlys", Role::Manufacturer), (NORTH, Role::Operator));
    let ((by, role), event, about) = match what {
        0 | 1 => (maker, manufacture(Some("1.0")), vec![unit]),
        2 | 3 => (maker, ship(NORTH), vec![unit]),
        4 | 5 => {
            let shipment = shipments.get(&(one % 4)).copied();
            (
                operator,
                receive("nordlys", shipment, SealState::Intact),
                vec![unit],
            )
        }
        6 => (operator, install(Some("1.0")), vec![unit, slot]),
        7 => (operator, remove(), vec![unit, slot]),
        8 => (operator, update("1.1"), vec![unit]),
        9 if unit != other => (maker, assemble(unit, &[other]), vec![unit, other]),
        10 if unit != other => {
            let swap = maintain(MaintenanceAction::Replace, Some(unit), &[other], &[]);
            (operator, swap, vec![unit, other])
        }
        11 if unit != other => {
            let swap = maintain(MaintenanceAction::Replace, Some(unit), &[], &[other]);
            (operator, swap, vec![unit, other])
        }
        _ => (operator, decommission(), vec![unit]),
    };
    (by, role, event, about)
}

/// Anything that the hostile ones can say about what is the others'.
fn hostile(scene: &mut Scene, draw: &mut Draw) {
    let (unit, other) = (UNITS[draw.below(4)], UNITS[draw.below(4)]);
    let slot = [SLOT, SLOT_2, FOREIGN][draw.below(3)];
    let (south, meridian) = ((SOUTH, Role::Operator), ("meridian", Role::Manufacturer));
    let artefact = firmware_id(["1.0", "1.1", "malware"][draw.below(3)]);
    let ((by, role), event, about) = match draw.below(14) {
        0 => (meridian, manufacture(Some("malware")), vec![unit]),
        1 => (
            ("meridian", Role::Producer),
            Event::Manifest(manifest("other")),
            vec![artefact.as_str()],
        ),
        2 => (
            ("meridian", Role::Designer),
            Event::Manifest(manifest("other")),
            vec![TYPE],
        ),
        3 => (south, ship(SOUTH), vec![unit]),
        4 => {
            let shipment = scene.head(&id(unit));
            (
                south,
                receive(
                    ["nordlys", NORTH, SOUTH, "carrier"][draw.below(4)],
                    shipment,
                    SealState::Broken,
                ),
                vec![unit],
            )
        }
        5 => (south, receive("nordlys", None, SealState::Intact), vec![unit]),
        6 | 7 => (south, install(Some("malware")), vec![unit, slot]),
        8 => (south, remove(), vec![unit, slot]),
        9 => (south, update("malware"), vec![unit]),
        10 if unit != other => (meridian, assemble(unit, &[other]), vec![unit, other]),
        11 if unit != other => {
            let swap = maintain(MaintenanceAction::Replace, Some(unit), &[], &[other]);
            (south, swap, vec![unit, other])
        }
        12 => (south, update("malware"), vec![slot]),
        _ => (south, decommission(), vec![unit, slot]),
    };
    let mut statement = scene.event(by, role, event, &about);
    for subject in &mut statement.subjects {
        if draw.below(3) == 0 {
            subject.aliases = vec!["mac:00005e005301".parse().unwrap()];
        }
    }
    if let Predicate::Event(event) = &mut statement.predicate
        && draw.below(4) == 0
    {
        event.time = "9998-01-01T00:00:00Z".parse().unwrap();
    }
    scene.submit(&statement, &[by]).unwrap();
}

#[test]
fn what_strangers_say_leaves_the_state_of_others_as_it_is() {
    let mut said = 0;
    for seed in 0..60 {
        let mut draw = Draw(seed);
        let mut scenes = [made(&[]), made(&[])];
        for scene in &mut scenes {
            let release = Manifest {
                runs_on: vec![component(TYPE)],
                ..manifest("AAU firmware")
            };
            scene.clean(
                "nordlys",
                Role::Producer,
                Event::Manifest(release),
                &[&firmware_id("1.1")],
            );
        }
        let mut shipments = [BTreeMap::new(), BTreeMap::new()];
        for _ in 0..40 {
            for _ in 0..draw.below(3) {
                hostile(&mut scenes[0], &mut draw);
                said += 1;
            }
            let choice = [draw.below(13), draw.below(4), draw.below(4)];
            for (scene, shipments) in scenes.iter_mut().zip(&mut shipments) {
                let (by, role, event, about) = honest(shipments, choice);
                let is_shipment = matches!(event, Event::Ship(_));
                // Signed apart: it has seen what its own keys said, and at times nothing of what others did since.
                let statement = scene.event(by, role, event, &about);
                scene.submit(&statement, &[by]).unwrap();
                if is_shipment {
                    shipments.insert(choice[1] % 4, scene.head(&id(about[0])).unwrap());
                }
            }
            let [with, without] = &scenes;
            for unit in UNITS {
                let is_record = |scene: &Scene| {
                    let chain = scene.rows.chain(&id(unit)).unwrap();
                    chain.is_some_and(|chain| chain.unit().unwrap().is_record)
                };
                assert_eq!(is_record(with), is_record(without), "{unit}, seed {seed}");
                if is_record(without) {
                    assert_eq!(with.told(unit), without.told(unit), "{unit}, seed {seed}");
                }
            }
            for slot in SLOTS {
                assert_eq!(
                    with.occupants(slot),
                    without.occupants(slot),
                    "{slot}, seed {seed}"
                );
                assert_eq!(with.wrong(slot), without.wrong(slot), "{slot}, seed {seed}");
            }
            assert_eq!(with.wrong(TYPE), without.wrong(TYPE), "seed {seed}");
        }
    }
    assert!(said > 1_500, "{said}");
}

#[test]
fn where_a_finding_counts_is_kept_with_it() {
    let mut scene = delivered(&[U1]);
    scene.finds(SOUTH, Role::Operator, ship(SOUTH), &[U1], &[F::NotCustodian]);
    let at = EntryIndex::new(scene.entries.len() as u64 - 1);
    let key = crate::lifecycle::FactKey::Findings(at);
    let fact = scene.rows.fact(&id(U1), &key).unwrap();
    let Some(crate::lifecycle::Fact::Findings(found)) = fact else {
        panic!("{fact:?}")
    };
    assert_eq!(found[0].on, FoundAt::Entry);
    let Ok(told) = facts::findings_at(&scene.rows, &id(U1), at);
    assert_eq!(told.len(), 1);
    assert_eq!(scene.shown(U1), []);
}
