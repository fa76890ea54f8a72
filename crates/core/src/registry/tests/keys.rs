//! Keys of organisations, from their enrolment to their end.

use super::*;

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
