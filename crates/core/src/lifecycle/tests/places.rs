//! What a unit is in: its parent, its slot.

use super::*;

#[test]
fn a_part_moves_with_its_parent() {
    let mut scene = made(&[U1, U2, PART]);
    let manufacturer = Role::Manufacturer;
    scene.clean("nordlys", manufacturer, assemble(U1, &[PART]), &[U1, PART]);
    scene.clean("nordlys", manufacturer, ship(NORTH), &[U1]);
    let shipment = scene.head(&id(U1));
    scene.clean(
        NORTH,
        Role::Operator,
        receive("nordlys", shipment, SealState::Intact),
        &[U1],
    );
    scene.finds("nordlys", manufacturer, ship(NORTH), &[PART], &[F::NotCustodian]);
    // Taken out, it stays with whoever held the parent.
    let replace = MaintenanceAction::Replace;
    scene.clean(
        NORTH,
        Role::Operator,
        maintain(replace, Some(U1), &[], &[PART]),
        &[U1, PART],
    );
    assert_eq!(scene.unit(PART).custodian(), Some(&org(NORTH)));
    assert_eq!(facts::parts(&scene.rows, &id(U1)), Ok(BTreeMap::new()));
    let out = maintain(replace, Some(U1), &[], &[PART]);
    scene.finds(NORTH, Role::Operator, out, &[U1, PART], &[F::NotInParent]);
    // Who does not hold the part, and puts it into a unit of its own, has an account of it.
    let other = [F::CustodyGap];
    scene.finds(
        "nordlys",
        manufacturer,
        assemble(U2, &[PART]),
        &[U2, PART],
        &other,
    );
    assert_eq!(scene.unit(PART).custodian(), Some(&org(NORTH)));
    let parts = facts::parts(&scene.rows, &id(U2)).unwrap();
    assert_eq!(parts.into_keys().collect::<Vec<_>>(), [component(PART)]);
    assert_eq!(scene.shown(PART), [F::NotInParent, F::OtherAccount]);
}

#[test]
fn parts_have_one_parent_and_contain_no_circle() {
    let mut scene = made(&[U1, U2, PART]);
    let manufacturer = Role::Manufacturer;
    scene.clean("nordlys", manufacturer, assemble(U1, &[PART]), &[U1, PART]);
    scene.finds(
        "nordlys",
        manufacturer,
        assemble(U2, &[PART]),
        &[U2, PART],
        &[F::TwoParents],
    );
    scene.clean("nordlys", manufacturer, assemble(U1, &[U2]), &[U1, U2]);
    scene.finds(
        "nordlys",
        manufacturer,
        assemble(PART, &[U1]),
        &[U1, PART],
        &[F::Cycle],
    );
    assert_eq!(scene.unit(U1).parent(), None);
}

#[test]
fn a_unit_is_in_one_slot_and_a_slot_has_one_unit() {
    let mut scene = delivered(&[U1, U2]);
    let operator = Role::Operator;
    scene.clean(NORTH, operator, install(None), &[U1, SLOT]);
    scene.finds(NORTH, operator, install(None), &[U2, SLOT], &[F::SlotOccupied]);
    scene.finds(NORTH, operator, install(None), &[U1, SLOT_2], &[F::TwoPlaces]);
    let remove = || maintain(MaintenanceAction::Remove, None, &[], &[]);
    scene.finds(NORTH, operator, remove(), &[U1, SLOT], &[F::NotInSlot]);
    scene.clean(NORTH, operator, remove(), &[U1, SLOT_2]);
    let foreign = "slot:dns:operator-south.example/site-9/aau-1";
    scene.finds(NORTH, operator, install(None), &[U1, foreign], &[F::ForeignSlot]);
}

#[test]
fn units_enter_slots_and_leave_them_in_any_order() {
    let units: Vec<_> = (0..5)
        .map(|number| format!("unit:dns:nordlys.example/AAU-3900/SN{number}"))
        .collect();
    let units: Vec<_> = units.iter().map(String::as_str).collect();
    let slots = [SLOT, SLOT_2];
    let mut scene = delivered(&units);
    let mut occupants = [BTreeSet::new(), BTreeSet::new()];
    let mut slot_of = [None; 5];
    let mut chance = 7_usize;
    for _ in 0..300 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (unit, slot) = ((chance >> 33) % 5, (chance >> 40) % 2);
        let about = [units[unit], slots[slot]];
        let found = if (chance >> 50).is_multiple_of(2) {
            let moved = slot_of[unit].filter(|known| *known != slot).map(|_| F::TwoPlaces);
            if moved.is_some() {
                occupants[1 - slot].remove(units[unit]);
            }
            let others = occupants[slot].iter().any(|other| *other != units[unit]);
            let want: Vec<_> = moved
                .into_iter()
                .chain(others.then_some(F::SlotOccupied))
                .collect();
            scene.finds(NORTH, Role::Operator, install(None), &about, &want);
            occupants[slot].insert(units[unit]);
            slot_of[unit] = Some(slot);
            want
        } else {
            let removal = maintain(MaintenanceAction::Remove, None, &[], &[]);
            let want = if slot_of[unit] == Some(slot) {
                occupants[slot].remove(units[unit]);
                slot_of[unit] = None;
                Vec::new()
            } else {
                vec![F::NotInSlot]
            };
            scene.together(&["integrator", NORTH], Role::Maintainer, removal, &about, &want);
            want
        };
        if found.contains(&F::SlotOccupied) {
            let said = facts::findings(&scene.rows, &id(slots[slot])).unwrap();
            let last = &said.last().unwrap().detail;
            let Detail::SlotOccupied { unit: got, occupant } = last else {
                panic!("{last:?}");
            };
            assert_eq!(got.as_str(), units[unit]);
            let other = occupant.as_str();
            assert!(other != units[unit] && occupants[slot].contains(other), "{other}");
        }
        for (slot, want) in slots.iter().zip(&occupants) {
            let got = facts::occupants(&scene.rows, &id(slot)).unwrap();
            let got: BTreeSet<_> = got.iter().map(ToString::to_string).collect();
            assert_eq!(got, want.iter().map(ToString::to_string).collect());
        }
    }
}
