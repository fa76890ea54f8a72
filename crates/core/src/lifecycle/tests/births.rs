//! How chains begin.

use super::*;

#[test]
fn the_first_statement_is_the_birth_or_a_gap() {
    let mut scene = made(&[]);
    scene.finds(
        NORTH,
        Role::Operator,
        install(None),
        &[U1, SLOT],
        &[F::NoBirth, F::CustodyGap],
    );
}

#[test]
fn births_are_the_makers_and_happen_once() {
    let mut scene = made(&[U1]);
    scene.finds(
        "nordlys",
        Role::Manufacturer,
        manufacture(None),
        &[U1],
        &[F::SecondBirth],
    );
    scene.finds(
        "meridian",
        Role::Manufacturer,
        manufacture(None),
        &[U2],
        &[F::NoBirth, F::ForeignMaker],
    );
    let contract = Manifest {
        manufacturers: vec![org("meridian")],
        ..manifest("AAU 3900")
    };
    scene.clean("nordlys", Role::Designer, Event::Manifest(contract), &[TYPE]);
    scene.clean("meridian", Role::Manufacturer, manufacture(None), &[PART]);
    scene.finds(
        "meridian",
        Role::Designer,
        Event::Manifest(manifest("AAU")),
        &[TYPE],
        &[F::ForeignMaker],
    );
}

#[test]
fn one_instance_alias_in_two_chains_is_a_clone() {
    let mut scene = made(&[]);
    let with_alias = |scene: &mut Scene, unit: &str, alias: &str| {
        let mut statement = scene.event("nordlys", Role::Manufacturer, manufacture(None), &[unit]);
        statement.subjects[0].aliases = vec![alias.parse().unwrap()];
        scene.submit(&statement, &["nordlys"]).unwrap().1
    };
    assert_eq!(with_alias(&mut scene, U1, "mac:00005e005301"), []);
    assert_eq!(with_alias(&mut scene, U2, "mac:00005e005301"), [F::Clone]);
    assert_eq!(with_alias(&mut scene, PART, "sku:AAU-3900"), []);
    assert_eq!(
        with_alias(&mut scene, "unit:dns:nordlys.example/BOARD/B2", "sku:AAU-3900"),
        []
    );
}
