//! Who may say what, and who may change that.

mod distrust;
mod own;

use super::{EntitlementError, RegistryError};
use crate::statement::action::{Action, Change, Enrol, Revoke, Rotate, StandingChange};
use crate::{
    key::SecretKey,
    ledger::Inadmissible,
    position::EntryIndex,
    statement::{
        Predicate, VerifyEntryError,
        charter::{Purpose, RootError},
        event::{
            Event,
            assurance::{Test, TestResult},
            role::Role,
        },
    },
    tests::scene::{Refused, Scene, org, public},
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

fn no_signer(key: &str, action: &'static str, own: Option<&str>) -> Refused {
    registry(RegistryError::Signer {
        key: public(key).key_id(),
        action,
        own: own.map(org),
    })
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
fn the_ledgers_own_key_is_no_root_key_and_no_participants() {
    let log_key = || registry(RootError::LogKey(public("log").key_id()).into());
    let mut scene = Scene::empty();
    let mut charter = Scene::charter(Purpose::Test);
    charter.root = Scene::root(&["root-a", "root-b", "log"], 2);
    let statement = scene.about_ledger(Predicate::Charter(Box::new(charter)));
    for signers in [["root-a", "root-b"], ["root-a", "log"]] {
        assert_eq!(scene.submit(&statement, &signers), Err(log_key()));
    }
    let mut scene = Scene::new();
    let root = || Action::Root(Scene::root(&["root-a", "root-b", "log"], 2));
    for signers in [["root-a", "root-b"].as_slice(), &["root-a", "root-b", "log"]] {
        assert_eq!(scene.act(root(), signers), Err(log_key()));
    }
    let in_use = || registry(RegistryError::KeyInUse(public("log").key_id()));
    assert_eq!(scene.act(enrol("x", "log"), &["root-a", "root-b"]), Err(in_use()));
    let rotate = Action::Rotate(Rotate {
        organisation: org("lab"),
        add: vec![public("log")],
        retire: Vec::new(),
    });
    assert_eq!(scene.act(rotate, &["lab"]), Err(in_use()));
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
    assert_eq!(
        scene.act(Action::Rotate(rotate()), &["nordlys"]),
        Err(no_signer("nordlys", "rotate", Some("lab")))
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
    // The owner has no key to say anything with any more; the root's word is heard again.
    assert!(scene.act(revoke(None), &["lab"]).is_err());
    scene.act(revoke(None), &["root-a", "root-b"]).unwrap();
    let nobodys = Action::Revoke(Revoke {
        key: public("spare-4").key_id(),
        reason: "lost".into(),
        distrust_from: None,
    });
    let unknown = registry(RegistryError::KeyNotInUse(public("spare-4").key_id()));
    assert_eq!(scene.act(nobodys, &["root-a", "root-b"]), Err(unknown));
}

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
    let ended = |key: &str, since| {
        registry(RegistryError::Entitlement(EntitlementError::KeyEnded {
            key: public(key).key_id(),
            organisation: lab(),
            since,
        }))
    };
    // Somebody who has no say in it, be it about themselves.
    for (action, more, own) in [
        (suspend("carrier"), "lab", None),
        (suspend("lab"), "lab", None),
        (enrol("x", "spare-3"), "nordlys", None),
        (rotate(&["spare-1"], &[]), "nordlys", Some("lab")),
    ] {
        let name = action.name();
        assert_eq!(
            scene.act(action, &with(more)),
            Err(no_signer(more, name, own)),
            "{name} by {more}"
        );
    }
    // Nor beside a key that may do it alone.
    assert_eq!(
        scene.act(rotate(&["spare-1"], &[]), &["lab", "nordlys"]),
        Err(no_signer("nordlys", "rotate", Some("lab")))
    );
    // A participant's key beside both thresholds.
    let root = || Action::Root(Scene::root(&["root-a", "spare-3"], 2));
    assert_eq!(
        scene.act(root(), &["root-a", "root-b", "spare-3", "lab"]),
        Err(no_signer("lab", "root", None))
    );
    // The root's key and the organisation's own go together, where the threshold is met.
    scene.act(rotate(&["spare-1"], &[]), &with("lab")).unwrap();
    // A key that was laid down, and one that was revoked.
    let since = scene
        .act(rotate(&["spare-2"], &["lab"]), &["lab", "spare-1"])
        .unwrap();
    assert_eq!(
        scene.act(rotate(&["spare-4"], &[]), &["spare-1", "lab"]),
        Err(ended("lab", since))
    );
    assert_eq!(
        scene.act(rotate(&["spare-4"], &[]), &with("lab")),
        Err(ended("lab", since))
    );
    let revoke = |name: &str| {
        Action::Revoke(Revoke {
            key: public(name).key_id(),
            reason: "lost".into(),
            distrust_from: None,
        })
    };
    let since = scene.act(revoke("spare-2"), &["spare-2"]).unwrap();
    assert_eq!(
        scene.act(revoke("lab"), &["spare-1", "spare-2"]),
        Err(ended("spare-2", since))
    );
    assert_eq!(
        scene.act(suspend("carrier"), &with("spare-2")),
        Err(no_signer("spare-2", "suspend", None))
    );
    // A suspended organisation does not speak, not even of its own keys.
    let since = scene.act(suspend("lab"), &ROOTS).unwrap();
    let suspended = || {
        registry(RegistryError::Entitlement(EntitlementError::Suspended {
            organisation: lab(),
            since,
        }))
    };
    for signers in [vec!["spare-1"], with("spare-1")] {
        assert_eq!(scene.act(revoke("spare-1"), &signers), Err(suspended()));
    }
    scene.act(revoke("spare-1"), &ROOTS).unwrap();
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
    let not_signed = entitlement(EntitlementError::NotSigned { by: org("lab") });
    assert_eq!(scene.submit(&statement, &["carrier"]), Err(not_signed));
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
fn a_registry_entry_follows_the_one_before() {
    let mut scene = Scene::new();
    let predicate = |scene: &mut Scene| scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    let _ = predicate(&mut scene);
    let mut statement = scene.about_ledger(Predicate::Registry(Box::new(
        crate::statement::action::RegistryPredicate {
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            critical: Vec::new(),
            action: enrol("x", "spare-1"),
        },
    )));
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

fn rotation(name: &str, add: &[&SecretKey], retire: &[&SecretKey]) -> Action {
    Action::Rotate(Rotate {
        organisation: org(name),
        add: add.iter().map(|key| key.public()).collect(),
        retire: retire.iter().map(|key| key.public().key_id()).collect(),
    })
}
