//! What a unit runs.

use super::*;

#[test]
fn firmware_is_released_by_its_producer_for_the_type() {
    let mut scene = delivered(&[U1]);
    let operator = Role::Operator;
    let want = [F::UnreleasedFirmware, F::FirmwareMismatch];
    scene.finds(NORTH, operator, install(Some("0.9-leaked")), &[U1, SLOT], &want);
    let other = Manifest {
        runs_on: vec![component("type:dns:nordlys.example/OTHER/R1")],
        ..manifest("other firmware")
    };
    scene.clean(
        "nordlys",
        Role::Producer,
        Event::Manifest(other),
        &[&firmware_id("2.0")],
    );
    let approved = |from: &str, to, by: Option<&str>| {
        Event::Update(Update {
            from: Some(component(&firmware_id(from))),
            to: firmware(to),
            method: None,
            approved_by: by.map(org),
        })
    };
    let update = |from: &str, to| approved(from, to, None);
    scene.finds(
        NORTH,
        operator,
        update("0.9-leaked", "2.0"),
        &[U1],
        &[F::WrongFirmware],
    );
    scene.finds(
        NORTH,
        operator,
        update("1.0", "1.0"),
        &[U1],
        &[F::FirmwareMismatch],
    );
    let measure = Event::Measure(Measure {
        found: firmware("2.0"),
        nonce: None,
        verifier: None,
    });
    scene.finds("auditor", Role::Auditor, measure, &[U1], &[F::FirmwareMismatch]);
    // Who does not hold it changes nothing by measuring.
    assert_eq!(scene.unit(U1).firmware, Some(component(&firmware_id("1.0"))));
    // A release by somebody whom the maker does not name.
    scene.clean(
        "meridian",
        Role::Producer,
        Event::Manifest(manifest("third-party")),
        &[&firmware_id("9.0")],
    );
    scene.finds(
        NORTH,
        operator,
        approved("1.0", "9.0", Some("meridian")),
        &[U1],
        &[F::ForeignFirmware],
    );
    let supply = Supply {
        what: "firmware".into(),
        category: None,
        supplier: Some(org("meridian")),
        country_of_origin: None,
        second_source: None,
    };
    let named = Manifest {
        supplies: vec![supply],
        ..manifest("AAU 3900")
    };
    scene.clean("nordlys", Role::Designer, Event::Manifest(named), &[TYPE]);
    scene.clean(NORTH, operator, update("9.0", "9.0"), &[U1]);
    // A release in another's name is none.
    let forged = Manifest {
        producer: Some(org("nordlys")),
        ..manifest("forged")
    };
    scene.finds(
        "meridian",
        Role::Producer,
        Event::Manifest(forged),
        &[&firmware_id("3.0")],
        &[F::NoBirth, F::ForeignMaker],
    );
    scene.finds(
        NORTH,
        operator,
        update("9.0", "3.0"),
        &[U1],
        &[F::UnreleasedFirmware],
    );
}
