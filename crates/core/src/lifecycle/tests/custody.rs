//! Who has a unit.

use super::*;

#[test]
fn custody_is_handed_from_one_to_the_next() {
    let units = [U1];
    let manufacturer = Role::Manufacturer;
    // Through the carrier's hands.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    scene.clean(
        "carrier",
        Role::Carrier,
        receive("nordlys", shipment, SealState::Intact),
        &units,
    );
    assert_eq!(scene.unit(U1).custodian(), Some(&org("carrier")));
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Open);
    scene.clean(
        NORTH,
        Role::Operator,
        receive("carrier", shipment, SealState::Intact),
        &units,
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Accepted);
    // Handed over in person: both sign one statement.
    let mut scene = made(&units);
    let statement = scene.event_with(
        NORTH,
        &["nordlys"],
        Role::Operator,
        receive("nordlys", None, SealState::None),
        &units,
    );
    assert_eq!(scene.submit(&statement, &[NORTH, "nordlys"]).unwrap().1, []);
    assert_eq!(scene.unit(U1).custodian(), Some(&org(NORTH)));
    // Without a shipment or a signature of the other side.
    let mut scene = made(&units);
    scene.finds(
        NORTH,
        Role::Operator,
        receive("nordlys", None, SealState::None),
        &units,
        &[F::CustodyGap],
    );
    // By somebody to whom it was not sent.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    let event = receive("nordlys", shipment, SealState::Intact);
    scene.finds("operator-south", Role::Operator, event, &units, &[F::CustodyGap]);
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Open);
    assert_eq!(scene.unit(U1).custodian(), Some(&org("nordlys")));
    // The same, with the shipper's signature.
    let event = receive("nordlys", shipment, SealState::Intact);
    let signers = ["operator-south", "nordlys"];
    scene.together(&signers, Role::Operator, event, &units, &[F::NotConsignee]);
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Disputed);
    assert_eq!(scene.unit(U1).custodian(), Some(&org("operator-south")));
    // With broken seals.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    let shipment = scene.head(&id(U1));
    let event = receive("nordlys", shipment, SealState::Broken);
    scene.finds(NORTH, Role::Operator, event, &units, &[F::DisputedTransfer]);
    assert_eq!(scene.unit(U1).title, Some(org("nordlys")));
    // Shipped twice.
    let mut scene = made(&units);
    scene.clean("nordlys", manufacturer, ship(NORTH), &units);
    scene.finds(
        "nordlys",
        manufacturer,
        ship("operator-south"),
        &units,
        &[F::DoubleTransfer],
    );
    assert_eq!(scene.transfers(U1)[0].state, TransferState::Double);
    // Shipped, stored or installed by somebody who does not hold it.
    let mut scene = made(&units);
    scene.finds(
        "operator-south",
        Role::Operator,
        ship(NORTH),
        &units,
        &[F::NotCustodian],
    );
    let store = Event::Store(Store {
        site: Site {
            country: "SE".parse().unwrap(),
            name: None,
            id: None,
        },
        from: "2026-02-01".parse().unwrap(),
        until: None,
        access: None,
    });
    scene.finds(NORTH, Role::Operator, store, &units, &[F::NotCustodian]);
    // Whoever installs what it was not given has an account of its own.
    let other = [F::CustodyGap];
    scene.finds(NORTH, Role::Operator, install(None), &[U1, SLOT], &other);
    assert_eq!(scene.unit(U1).custodian(), Some(&org("nordlys")));
    assert_eq!(scene.shown(U1), [F::OtherAccount]);
}
