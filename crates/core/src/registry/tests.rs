use super::{
    EntitlementError, RegistryError,
    action::{Action, Change, Enrol, Revoke, Rotate, Standing},
};
use crate::{
    admission::Inadmissible,
    charter::{Purpose, RootError},
    entry::VerifyEntryError,
    event::{
        Event,
        assurance::{Test, TestResult},
        role::Role,
    },
    position::EntryIndex,
    scene::{Refused, Scene, org, public},
    statement::Predicate,
};

const TYPE: &str = "type:dns:nordlys.example/AAU-3900/R1";

fn a_test() -> Event {
    Event::Test(Test {
        specification: "3GPP TS 33.511".into(),
        specification_version: None,
        release: None,
        result: TestResult::Pass,
        artefacts: Vec::new(),
        accreditation: None,
        accredited_until: None,
        report: None,
    })
}

fn enrol(name: &str, key: &str) -> Action {
    Action::Enrol(Enrol {
        organisation: org(name),
        name: name.into(),
        jurisdiction: "SE".parse().unwrap(),
        parent: None,
        roles: vec![Role::Carrier],
        keys: vec![public(key)],
    })
}

fn registry(error: RegistryError) -> Refused {
    Refused::Inadmissible(Inadmissible::Registry(error))
}

fn entitlement(error: EntitlementError) -> Refused {
    Refused::Inadmissible(Inadmissible::Entitlement(error))
}

#[test]
fn thresholds_count_organisations_not_signatures() {
    let mut scene = Scene::new();
    let too_few = |got| {
        registry(RegistryError::Threshold {
            which: "present",
            got,
            want: 2,
        })
    };
    assert_eq!(
        scene.act(enrol("spare-1", "spare-1"), &["root-a"]),
        Err(too_few(1))
    );
    // A root in which one organisation has two keys.
    let mut root = Scene::root(&["root-a", "root-b", "spare-1"], 2);
    root.keys[2].organisation = org("root-a");
    scene
        .act(Action::Root(root), &["root-a", "root-b", "spare-1"])
        .unwrap();
    assert_eq!(
        scene.act(enrol("spare-2", "spare-2"), &["root-a", "spare-1"]),
        Err(too_few(1))
    );
    assert_eq!(
        scene.act(enrol("spare-2", "spare-2"), &["root-b", "spare-1"]),
        Ok(EntryIndex::new(11))
    );
}

#[test]
fn a_new_root_needs_the_old_and_the_new_threshold() {
    let mut scene = Scene::new();
    let root = Scene::root(&["spare-1", "spare-2"], 2);
    let new = |got| {
        registry(RegistryError::Threshold {
            which: "new",
            got,
            want: 2,
        })
    };
    let old = |got| {
        registry(RegistryError::Threshold {
            which: "present",
            got,
            want: 2,
        })
    };
    assert_eq!(
        scene.act(Action::Root(root.clone()), &["root-a", "root-b", "spare-1"]),
        Err(new(1))
    );
    assert_eq!(
        scene.act(Action::Root(root.clone()), &["root-a", "spare-1", "spare-2"]),
        Err(old(1))
    );
    scene
        .act(Action::Root(root), &["root-a", "root-b", "spare-1", "spare-2"])
        .unwrap();
    let unknown = |name| Refused::Verify(VerifyEntryError::UnknownKey(public(name).key_id()));
    assert_eq!(
        scene.act(enrol("x", "spare-3"), &["root-a"]),
        Err(unknown("root-a"))
    );
    let unreachable = Scene::root(&["spare-3"], 2);
    let error = RootError::Threshold {
        threshold: 2,
        organisations: 1,
    };
    assert_eq!(
        scene.act(Action::Root(unreachable), &["spare-1", "spare-2"]),
        Err(registry(error.into()))
    );
}

#[test]
fn a_production_ledger_refuses_published_keys() {
    let mut scene = Scene::empty();
    let charter = Predicate::Charter(Box::new(Scene::charter(Purpose::Production)));
    let statement = scene.about_ledger(charter);
    let error = registry(RegistryError::TestKey(public("root-a").key_id()));
    assert_eq!(scene.submit(&statement, &["root-a", "root-b"]), Err(error));
}

#[test]
fn a_key_speaks_from_its_enrolment_to_its_end() {
    let mut scene = Scene::new();
    assert_eq!(
        scene.say("lab", Role::Laboratory, a_test(), &[TYPE]).map(|_| ()),
        Ok(())
    );
    // The laboratory changes its key on its own.
    let rotate = Rotate {
        organisation: org("lab"),
        add: vec![public("spare-1")],
        retire: vec![public("lab").key_id()],
    };
    let since = scene.act(Action::Rotate(rotate), &["lab"]).unwrap();
    let ended = EntitlementError::KeyEnded {
        key: public("lab").key_id(),
        organisation: org("lab"),
        since,
    };
    assert_eq!(
        scene.say("lab", Role::Laboratory, a_test(), &[TYPE]),
        Err(entitlement(ended))
    );
    let statement = scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    assert!(scene.submit(&statement, &["spare-1"]).is_ok());
    // A key is never enrolled twice, not even by its former owner.
    let again = Rotate {
        organisation: org("lab"),
        add: vec![public("lab")],
        retire: Vec::new(),
    };
    let in_use = registry(RegistryError::KeyInUse(public("lab").key_id()));
    assert_eq!(scene.act(Action::Rotate(again), &["spare-1"]), Err(in_use));
    // The last key cannot be laid down.
    let none = Rotate {
        organisation: org("lab"),
        add: Vec::new(),
        retire: vec![public("spare-1").key_id()],
    };
    let count = registry(RegistryError::KeyCount {
        organisation: org("lab"),
        got: 0,
    });
    assert_eq!(scene.act(Action::Rotate(none), &["spare-1"]), Err(count));
}

#[test]
fn others_cannot_rotate_or_revoke_a_key() {
    let mut scene = Scene::new();
    let rotate = || Rotate {
        organisation: org("lab"),
        add: vec![public("spare-1")],
        retire: Vec::new(),
    };
    let not_signed = entitlement(EntitlementError::NotSigned { by: org("lab") });
    let not_signed_registry = registry(RegistryError::Entitlement(EntitlementError::NotSigned {
        by: org("lab"),
    }));
    assert_ne!(not_signed, not_signed_registry);
    assert_eq!(
        scene.act(Action::Rotate(rotate()), &["nordlys"]),
        Err(not_signed_registry)
    );
    let one_root = registry(RegistryError::Threshold {
        which: "present",
        got: 1,
        want: 2,
    });
    assert_eq!(scene.act(Action::Rotate(rotate()), &["root-a"]), Err(one_root));
    let revoke = |from| {
        Action::Revoke(Revoke {
            key: public("lab").key_id(),
            reason: "lost".into(),
            distrust_from: from,
        })
    };
    let future = RegistryError::DistrustFuture {
        got: EntryIndex::new(99),
        at: EntryIndex::new(10),
    };
    assert_eq!(
        scene.act(revoke(Some(EntryIndex::new(99))), &["lab"]),
        Err(registry(future))
    );
    assert!(
        scene
            .act(revoke(Some(EntryIndex::new(3))), &["root-a", "root-b"])
            .is_ok()
    );
    let again = registry(RegistryError::KeyNotInUse(public("lab").key_id()));
    assert_eq!(scene.act(revoke(None), &["root-a", "root-b"]), Err(again));
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
    let not_signed = entitlement(EntitlementError::NotSigned { by: org("lab") });
    assert_eq!(scene.submit(&statement, &["carrier"]), Err(not_signed));
    let root_key = entitlement(EntitlementError::RootKey(public("root-a").key_id()));
    assert_eq!(scene.submit(&statement, &["lab", "root-a"]), Err(root_key));
    let standing = || Standing {
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
fn a_registry_entry_follows_the_one_before() {
    let mut scene = Scene::new();
    let predicate = |scene: &mut Scene| scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    let _ = predicate(&mut scene);
    let mut statement = scene.about_ledger(Predicate::Registry(Box::new(super::action::RegistryPredicate {
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
        critical: Vec::new(),
        action: enrol("x", "spare-1"),
    })));
    statement.subjects[0].prev = None;
    let refused = scene.submit(&statement, &["root-a", "root-b"]);
    assert!(matches!(
        refused,
        Err(Refused::Inadmissible(Inadmissible::StalePrev {
            got: None,
            want: Some(_),
            ..
        }))
    ));
}

#[test]
fn parents_form_no_circle() {
    let mut scene = Scene::new();
    let change = |of: &str, parent: &str| {
        Action::Change(Change {
            organisation: org(of),
            name: None,
            jurisdiction: None,
            parent: Some(org(parent)),
            roles: None,
        })
    };
    scene
        .act(change("lab", "nordlys"), &["root-a", "root-b"])
        .unwrap();
    scene
        .act(change("nordlys", "meridian"), &["root-a", "root-b"])
        .unwrap();
    let circle = registry(RegistryError::ParentCircle(org("meridian")));
    assert_eq!(
        scene.act(change("meridian", "lab"), &["root-a", "root-b"]),
        Err(circle)
    );
    scene
        .act(change("nordlys", "nordlys"), &["root-a", "root-b"])
        .unwrap();
    assert_eq!(
        scene.registry.as_ref().unwrap().participants()[&org("nordlys")].parent,
        None
    );
}
