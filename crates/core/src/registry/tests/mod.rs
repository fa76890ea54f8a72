//! Who may say what, and who may change that.

mod distrust;
mod own;

use super::{EntitlementError, RegistryError};
use crate::statement::action::{
    Action, ActionsError, Change, Enrol, KeptKeys, MAX_ACTIONS, RegistryPredicate, Revoke, Rotate,
    StandingChange,
};
use crate::{
    hash::LeafHash,
    key::SecretKey,
    ledger::Inadmissible,
    position::EntryIndex,
    statement::{
        Predicate, Statement, StatementError, Subject, VerifyEntryError,
        charter::{Purpose, RootError},
        event::{
            Event, ShapeError,
            assurance::{Test, TestResult},
            role::Role,
        },
    },
    tests::scene::{Refused, Scene, distrust, id, org, public, revocation},
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

fn entitlement_of_registry(error: EntitlementError) -> Refused {
    registry(RegistryError::Entitlement(error))
}

fn not_of_root(key: &str) -> Refused {
    registry(RegistryError::Signer(public(key).key_id()))
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
    let statement = Scene::about_ledger(charter);
    let error = registry(RegistryError::TestKey(public("root-a").key_id()));
    assert_eq!(scene.submit(&statement, &["root-a", "root-b"]), Err(error));
}

#[test]
fn the_ledgers_own_key_is_no_root_key_and_no_participants() {
    let log_key = || registry(RootError::LogKey(public("log").key_id()).into());
    let mut scene = Scene::empty();
    let mut charter = Scene::charter(Purpose::Test);
    charter.root = Scene::root(&["root-a", "root-b", "log"], 2);
    let statement = Scene::about_ledger(Predicate::Charter(Box::new(charter)));
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
    let rotate = || {
        Action::Rotate(Rotate {
            organisation: org("lab"),
            add: vec![public("spare-1")],
            retire: Vec::new(),
        })
    };
    let lab = public("lab").key_id();
    let foreign = scene.registry_statement(vec![rotate()], &["nordlys"]);
    assert!(matches!(
        foreign.check(),
        Err(StatementError::Actions(ActionsError::Subjects { .. }))
    ));
    // Nor in the organisation's name.
    let statement = scene.registry_statement(vec![rotate()], &["lab"]);
    let not_named = entitlement_of_registry(EntitlementError::NotNamed {
        organisation: org("nordlys"),
    });
    assert_eq!(scene.submit(&statement, &["nordlys"]), Err(not_named));
    let one_root = registry(RegistryError::Threshold {
        which: "present",
        got: 1,
        want: 2,
    });
    assert_eq!(scene.act(rotate(), &["root-a"]), Err(one_root));
    let claim = |from| {
        Action::Revoke(Revoke {
            organisation: org("lab"),
            key: lab,
            reason: "lost".into(),
            distrust_from: Some(EntryIndex::new(from)),
        })
    };
    let future = RegistryError::DistrustFuture {
        got: EntryIndex::new(99),
        at: EntryIndex::new(10),
    };
    assert_eq!(scene.act(claim(99), &["lab"]), Err(registry(future)));
    // The root says it, and does not ask.
    assert_eq!(
        scene.act(claim(3), &["root-a", "root-b"]),
        Err(registry(RegistryError::Claim(lab)))
    );
    scene.act(revocation("lab", lab), &["root-a", "root-b"]).unwrap();
    // The owner has no key to say anything with any more, and a key ends once.
    assert!(scene.act(revocation("lab", lab), &["lab"]).is_err());
    let ended = registry(RegistryError::KeyNotInUse(lab));
    assert_eq!(
        scene.act(revocation("lab", lab), &["root-a", "root-b"]),
        Err(ended)
    );
    let nobodys = public("spare-4").key_id();
    let unknown = registry(RegistryError::KeyUnknown(nobodys));
    let nobody = distrust("lab", nobodys, Some(EntryIndex::new(3)));
    assert_eq!(scene.act(nobody, &["root-a", "root-b"]), Err(unknown));
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
fn statements_of_the_root_are_numbered_for_each_organisation() {
    let mut scene = Scene::new();
    let suspend = |name: &str| {
        Action::Suspend(StandingChange {
            organisation: org(name),
            reason: "under review".into(),
        })
    };
    let roots = ["root-a", "root-b"];
    let of_both = scene.registry_statement(vec![suspend("lab"), suspend("carrier")], &roots);
    let of_carrier = scene.registry_statement(vec![suspend("carrier")], &roots);
    let of_meridian = scene.registry_statement(vec![suspend("meridian")], &roots);
    scene.submit(&of_carrier, &roots).unwrap();
    // About another, signed at the same time: in nobody's way. About the same: one of them did not know of the other.
    scene.submit(&of_meridian, &roots).unwrap();
    let refused = Refused::Inadmissible(Inadmissible::StaleNumber {
        subject: id("org:dns:carrier.example"),
        got: Some(1),
        want: 2,
    });
    assert_eq!(scene.submit(&of_both, &roots), Err(refused));
    let registry = scene.registry.as_ref().unwrap();
    assert!(registry.participants()[&org("lab")].suspended.is_none());
}

#[test]
fn the_actions_of_a_statement_are_applied_in_order_or_not_at_all() {
    let mut scene = Scene::new();
    let roots = ["root-a", "root-b"];
    let change = Action::Change(Change {
        organisation: org("x"),
        name: Some("X".into()),
        jurisdiction: None,
        parent: None,
        roles: None,
    });
    let before = scene.registry.clone();
    // The second key is somebody's already.
    let refused = scene.act_all(vec![enrol("x", "spare-1"), enrol("y", "lab")], &roots);
    assert_eq!(
        refused,
        Err(registry(RegistryError::KeyInUse(public("lab").key_id())))
    );
    assert_eq!(scene.registry, before);
    // Whatever came before the one that is refused, and a name that goes from one organisation to another.
    let named = |organisation: &str, name: &str| {
        Action::Change(Change {
            organisation: org(organisation),
            name: Some(name.into()),
            jurisdiction: Some("FI".parse().unwrap()),
            parent: Some(org("ministry")),
            roles: Some(vec![Role::Carrier]),
        })
    };
    let standing = StandingChange {
        organisation: org("lab"),
        reason: "audit".to_owned(),
    };
    let keep = Action::Keys(KeptKeys {
        organisation: org("meridian"),
        keys: vec![public("spare-2")],
    });
    let name = before.as_ref().unwrap().name(&org("lab")).to_owned();
    let mut actions = vec![
        named("lab", "another"),
        named("nordlys", &name),
        rotation("lab", &[&SecretKey::from_seed([1; 32])], &[]),
        revocation("nordlys", public("nordlys").key_id()),
        distrust("lab", public("lab").key_id(), Some(EntryIndex::new(1))),
        keep,
        Action::Suspend(standing.clone()),
        Action::Reinstate(standing),
        enrol("x", "spare-1"),
        Action::Root(Scene::root(&["root-b", "spare-3"], 2)),
    ];
    let signers = ["root-a", "root-b", "spare-3"];
    let mut taken = Scene::new();
    taken.act_all(actions.clone(), &signers).unwrap();
    assert_ne!(taken.registry, before);
    actions.push(enrol("y", "lab"));
    scene.act_all(actions, &signers).unwrap_err();
    assert_eq!(scene.registry, before);
    let eight = ["spare-1", "spare-2"].map(|key| enrol(key, key));
    scene.act_all(eight.to_vec(), &roots).unwrap();
    let backwards = scene.act_all(vec![change.clone(), enrol("x", "spare-3")], &roots);
    assert_eq!(backwards, Err(registry(RegistryError::NotEnrolled(org("x")))));
    scene
        .act_all(vec![enrol("x", "spare-3"), change], &roots)
        .unwrap();
    let participants = scene.registry.as_ref().unwrap().participants();
    assert_eq!(participants[&org("x")].name, "X");
    assert_eq!(participants[&org("x")].statements, 1);
}

#[test]
fn a_statement_says_what_it_is_about_in_one_way() {
    let mut scene = Scene::new();
    let roots = ["root-a", "root-b"];
    let actions = || vec![enrol("y", "spare-1"), enrol("x", "spare-2")];
    let good = scene.registry_statement(actions(), &roots);
    let ids: Vec<_> = good
        .subjects
        .iter()
        .map(|subject| subject.id.to_string())
        .collect();
    assert_eq!(ids, ["org:dns:x.example", "org:dns:y.example"]);
    assert_eq!(good.check(), Ok(()));
    let wrong = |change: &dyn Fn(&mut Statement)| {
        let mut statement = good.clone();
        change(&mut statement);
        let error = statement.check().unwrap_err();
        assert!(matches!(error, StatementError::Actions(_)), "{error}");
        error.to_string()
    };
    wrong(&|statement| statement.subjects.reverse());
    wrong(&|statement| statement.subjects.truncate(1));
    wrong(&|statement| statement.subjects[0].number = None);
    wrong(&|statement| statement.subjects[0].prev = Some(LeafHash::of_entry(b"x")));
    wrong(&|statement| statement.subjects[0].aliases.push("sku:x".parse().unwrap()));
    let about_ledger = Subject::numbered(id("ledger:scene.example/ledger"), 0);
    wrong(&|statement| statement.subjects.insert(0, about_ledger.clone()));
    let predicate = |statement: &mut Statement, change: &dyn Fn(&mut RegistryPredicate)| {
        if let Predicate::Registry(predicate) = &mut statement.predicate {
            change(predicate);
        }
    };
    wrong(&|statement| predicate(statement, &|said| said.actions.clear()));
    wrong(&|statement| predicate(statement, &|said| said.by = Some(org("x"))));
    let many = || std::iter::repeat_n(enrol("x", "spare-2"), MAX_ACTIONS + 1).collect();
    wrong(&|statement| predicate(statement, &|said| said.actions = many()));
    let roots = || vec![Action::Root(Scene::root(&["root-a"], 1)); 2];
    wrong(&|statement| predicate(statement, &|said| said.actions = roots()));
    // An event has no number.
    let mut event = scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    event.subjects[0].number = Some(0);
    assert_eq!(event.check(), Err(StatementError::Number(id(TYPE))));
}

#[test]
fn a_statement_for_another_ledger_is_refused() {
    let mut scene = Scene::new();
    let other = Refused::Inadmissible(Inadmissible::OtherLedger {
        got: "sandbox.example/1".parse().unwrap(),
        want: "scene.example/ledger".parse().unwrap(),
    });
    let mut event = scene.event("lab", Role::Laboratory, a_test(), &[TYPE]);
    if let Predicate::Event(event) = &mut event.predicate {
        event.ledger = "sandbox.example/1".parse().unwrap();
    }
    assert_eq!(scene.submit(&event, &["lab"]), Err(other));
    let mut act = scene.registry_statement(vec![enrol("x", "spare-1")], &["root-a"]);
    if let Predicate::Registry(said) = &mut act.predicate {
        said.ledger = "sandbox.example/1".parse().unwrap();
    }
    let refused = scene.submit(&act, &["root-a", "root-b"]).unwrap_err();
    assert!(
        matches!(refused, Refused::Inadmissible(Inadmissible::OtherLedger { .. })),
        "{refused:?}"
    );
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

#[test]
fn no_two_enrolled_organisations_have_one_name() {
    let mut scene = Scene::new();
    let roots = ["root-a", "root-b"];
    let named = |name: &str| match enrol("x", "spare-1") {
        Action::Enrol(enrol) => Action::Enrol(Enrol {
            name: name.to_owned(),
            ..enrol
        }),
        _ => unreachable!("it enrols"),
    };
    let renamed = |organisation: &str, name: &str| {
        Action::Change(Change {
            organisation: org(organisation),
            name: Some(name.to_owned()),
            jurisdiction: None,
            parent: None,
            roles: None,
        })
    };
    let taken = |name: &str| {
        Err(registry(RegistryError::NameTaken {
            name: name.to_owned(),
            of: org("nordlys"),
        }))
    };
    for name in ["nordlys (invented)", "NORDLYS INVENTED", "Nord-lys, invented."] {
        assert_eq!(scene.act(named(name), &roots), taken(name));
        assert_eq!(scene.act(renamed("lab", name), &roots), taken(name));
    }
    let none = Err(registry(RegistryError::NoName(org("x"))));
    assert_eq!(scene.act(named(" -. "), &roots), none);
    scene.act(named("Nordlÿs (invented)"), &roots).unwrap();
    // Its own name it may write otherwise, and one that was given up is free.
    scene.act(renamed("nordlys", "Nordlys Invented"), &roots).unwrap();
    scene.act(renamed("nordlys", "Aurora"), &roots).unwrap();
    scene.act(renamed("lab", "Nordlys Invented"), &roots).unwrap();
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
