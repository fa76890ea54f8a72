//! What organisations do with their own keys: apart from each other, and within bounds.

use super::*;
use crate::registry::{MAX_KEYS_IN_USE, MAX_OWN_ROTATIONS};

#[test]
fn nobodys_own_statement_makes_that_of_the_root_or_of_another_stale() {
    let mut scene = Scene::new();
    let suspend = Action::Suspend(StandingChange {
        organisation: org("lab"),
        reason: "audit".to_owned(),
    });
    // Signed, and on its way, while the suspended-to-be and another change their keys twice.
    let suspension = scene.registry_statement(vec![suspend], &["root-a"]);
    let (first, second) = (SecretKey::from_seed([1; 32]), SecretKey::from_seed([2; 32]));
    scene.act(rotation("lab", &[&first], &[]), &["lab"]).unwrap();
    scene
        .act(rotation("meridian", &[&second], &[]), &["meridian"])
        .unwrap();
    scene.act(rotation("lab", &[], &[&first]), &["lab"]).unwrap();
    scene.submit(&suspension, &["root-a", "root-b"]).unwrap();
    // An organisation's own statements still follow each other.
    let mut stale = scene.registry_statement(vec![rotation("meridian", &[], &[&second])], &["meridian"]);
    for prev in [None, Some(LeafHash::of_entry(&scene.entries[1]))] {
        stale.subjects[0].prev = prev;
        let refused = scene.submit(&stale, &["meridian"]).unwrap_err();
        assert!(
            matches!(refused, Refused::Inadmissible(Inadmissible::StalePrev { .. })),
            "{refused:?}"
        );
    }
    scene
        .act(rotation("meridian", &[], &[&second]), &["meridian"])
        .unwrap();
}

#[test]
fn what_an_organisation_adds_to_the_registry_is_bounded() {
    let mut scene = Scene::new();
    let mut keys = (0..=u8::MAX).map(|seed| SecretKey::from_seed([seed; 32]));
    let many: Vec<_> = keys.by_ref().take(MAX_KEYS_IN_USE).collect();
    let many: Vec<_> = many.iter().collect();
    let refused = scene.act(rotation("lab", &many, &[]), &["lab"]).unwrap_err();
    let got = MAX_KEYS_IN_USE + 1;
    assert!(
        matches!(&refused, Refused::Inadmissible(Inadmissible::Registry(RegistryError::KeyCount { got: found, .. })) if *found == got),
        "{refused:?}"
    );
    let rotate = |scene: &mut Scene, key: &SecretKey, signers: &[&str]| {
        scene.act(rotation("lab", &[key], &[]), signers)?;
        scene.act(rotation("lab", &[], &[key]), signers)
    };
    for _ in 0..MAX_OWN_ROTATIONS / 2 {
        rotate(&mut scene, &keys.next().unwrap(), &["lab"]).unwrap();
    }
    let once_more = keys.next().unwrap();
    assert_eq!(
        rotate(&mut scene, &once_more, &["lab"]),
        Err(Refused::Inadmissible(Inadmissible::Registry(
            RegistryError::OwnRotations(org("lab"))
        )))
    );
    // Its keys speak as before, and the root's word lets it rotate again.
    scene
        .act(rotation("lab", &[], &[]), &["root-a", "root-b"])
        .unwrap();
    rotate(&mut scene, &once_more, &["lab"]).unwrap();
}
