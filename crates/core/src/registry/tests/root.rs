//! The root: its thresholds and its keys.

use super::*;

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
