//! Whose signatures a statement has, and what they may say.

use super::*;

#[test]
fn a_signature_that_does_not_count_is_refused_whatever_others_there_are() {
    const ROOTS: [&str; 2] = ["root-a", "root-b"];
    let mut scene = Scene::new();
    let lab = || org("lab");
    let rotate = |add: &[&str], retire: &[&str]| {
        Action::Rotate(Rotate {
            organisation: lab(),
            add: add.iter().map(|name| public(name)).collect(),
            retire: retire.iter().map(|name| public(name).key_id()).collect(),
        })
    };
    let suspend = |name: &str| {
        Action::Suspend(StandingChange {
            organisation: org(name),
            reason: "under review".into(),
        })
    };
    let with = |more: &'static str| [ROOTS.as_slice(), &[more]].concat();
    // A participant beside the root, whatever it is about.
    for (action, more) in [
        (suspend("carrier"), "lab"),
        (suspend("lab"), "lab"),
        (enrol("x", "spare-3"), "nordlys"),
        (rotate(&["spare-1"], &[]), "nordlys"),
        (rotate(&["spare-1"], &[]), "lab"),
    ] {
        let name = action.name();
        assert_eq!(
            scene.act(action, &with(more)),
            Err(not_of_root(more)),
            "{name} by {more}"
        );
    }
    // Others beside the key of the organisation that speaks of itself, and a second one of its own.
    scene.act(rotate(&["spare-1"], &[]), &["lab"]).unwrap();
    for (more, refused) in [
        (
            "nordlys",
            EntitlementError::NotNamed {
                organisation: org("nordlys"),
            },
        ),
        ("spare-1", EntitlementError::SignedTwice(lab())),
        ("root-a", EntitlementError::RootKey(public("root-a").key_id())),
    ] {
        assert_eq!(
            scene.act(rotate(&["spare-2"], &[]), &["lab", more]),
            Err(entitlement_of_registry(refused)),
            "{more}"
        );
    }
    // A participant's key beside both thresholds.
    let root = || Action::Root(Scene::root(&["root-a", "spare-3"], 2));
    assert_eq!(
        scene.act(root(), &["root-a", "root-b", "spare-3", "lab"]),
        Err(not_of_root("lab"))
    );
    // A key that was laid down, and one of a suspended organisation.
    let since = scene.act(rotate(&["spare-2"], &["lab"]), &["lab"]).unwrap();
    let ended = EntitlementError::KeyEnded {
        key: public("lab").key_id(),
        organisation: lab(),
        since,
    };
    assert_eq!(
        scene.act(rotate(&["spare-4"], &[]), &["lab"]),
        Err(entitlement_of_registry(ended))
    );
    let since = scene.act(suspend("lab"), &ROOTS).unwrap();
    let suspended = entitlement_of_registry(EntitlementError::Suspended {
        organisation: lab(),
        since,
    });
    let revoke = || revocation("lab", public("spare-1").key_id());
    assert_eq!(scene.act(revoke(), &["spare-1"]), Err(suspended));
    scene.act(revoke(), &ROOTS).unwrap();
    // A root key that is one no more.
    scene.act(root(), &["root-a", "root-b", "spare-3"]).unwrap();
    let unknown = Refused::Verify(VerifyEntryError::UnknownKey(public("root-b").key_id()));
    assert_eq!(
        scene.act(suspend("carrier"), &["root-a", "spare-3", "root-b"]),
        Err(unknown)
    );
}

#[test]
fn entitlement_is_by_role_event_and_standing() {
    let mut scene = Scene::new();
    let role_may_not = EntitlementError::RoleMayNot {
        role: Role::Carrier,
        event: "test",
        want: vec![Role::Manufacturer, Role::Laboratory],
    };
    assert_eq!(
        scene.say("carrier", Role::Carrier, a_test(), &[TYPE]),
        Err(entitlement(role_may_not))
    );
    let no_role = EntitlementError::NoRole {
        by: org("carrier"),
        role: Role::Laboratory,
        has: vec![Role::Carrier],
    };
    assert_eq!(
        scene.say("carrier", Role::Laboratory, a_test(), &[TYPE]),
        Err(entitlement(no_role))
    );
    let statement = scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    let not_named = entitlement(EntitlementError::NotNamed {
        organisation: org("carrier"),
    });
    assert_eq!(scene.submit(&statement, &["carrier"]), Err(not_named));
    let root_key = entitlement(EntitlementError::RootKey(public("root-a").key_id()));
    assert_eq!(scene.submit(&statement, &["lab", "root-a"]), Err(root_key));
    let standing = || StandingChange {
        organisation: org("lab"),
        reason: "accreditation under review".into(),
    };
    let since = scene
        .act(Action::Suspend(standing()), &["root-a", "root-b"])
        .unwrap();
    let suspended = entitlement(EntitlementError::Suspended {
        organisation: org("lab"),
        since,
    });
    assert_eq!(
        scene.say("lab", Role::Laboratory, a_test(), &[TYPE]),
        Err(suspended)
    );
    scene
        .act(Action::Reinstate(standing()), &["root-a", "root-b"])
        .unwrap();
    assert!(scene.say("lab", Role::Laboratory, a_test(), &[TYPE]).is_ok());
}

#[test]
fn exactly_those_sign_who_stand_by_an_event() {
    let mut scene = Scene::new();
    let store = || {
        let site = serde_json::json!({"country": "SE"});
        serde_json::from_value(serde_json::json!({"store": {"site": site, "from": "2026-03-01"}})).unwrap()
    };
    let unit = "unit:dns:nordlys.example/AAU/1";
    let rotate = Action::Rotate(Rotate {
        organisation: org("nordlys"),
        add: vec![public("spare-1")],
        retire: Vec::new(),
    });
    scene.act(rotate, &["nordlys"]).unwrap();
    let together =
        |scene: &mut Scene| scene.event_with("nordlys", &["carrier"], Role::Manufacturer, store(), &[unit]);
    let not_signed = |name: &str| {
        entitlement(EntitlementError::NotSigned {
            organisation: org(name),
        })
    };
    // Taken off on the way, added on the way, signed twice.
    let statement = together(&mut scene);
    assert_eq!(scene.submit(&statement, &["nordlys"]), Err(not_signed("carrier")));
    assert_eq!(scene.submit(&statement, &["carrier"]), Err(not_signed("nordlys")));
    let added = entitlement(EntitlementError::NotNamed {
        organisation: org("lab"),
    });
    assert_eq!(
        scene.submit(&statement, &["nordlys", "carrier", "lab"]),
        Err(added)
    );
    let twice = entitlement(EntitlementError::SignedTwice(org("nordlys")));
    assert_eq!(
        scene.submit(&statement, &["nordlys", "spare-1", "carrier"]),
        Err(twice)
    );
    scene.submit(&statement, &["nordlys", "carrier"]).unwrap();
    // Who stands by it is said in one way.
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    for with in [
        ["carrier", "carrier"].as_slice(),
        &["lab", "carrier"],
        &["nordlys"],
        &names,
    ] {
        let statement = scene.event_with("nordlys", with, Role::Manufacturer, store(), &[unit]);
        let wrong = matches!(
            statement.check(),
            Err(StatementError::Shape(ShapeError::With { .. }))
        );
        assert!(wrong, "{with:?}");
    }
    let fact = scene.event_with("lab", &["carrier"], Role::Laboratory, a_test(), &[TYPE]);
    assert!(matches!(
        fact.check(),
        Err(StatementError::Shape(ShapeError::With { .. }))
    ));
}
