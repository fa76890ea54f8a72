//! Statements of the root: their subjects, numbers and actions.

use super::*;

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
