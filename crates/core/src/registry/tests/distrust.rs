//! Whose word about a key counts, and what goes with the key.

use super::*;
use crate::{
    key::{KeyId, published_test_key},
    lifecycle::{Detail, distrusted},
    statement::action::{Distrust, KeptKeys},
};

const ROOTS: [&str; 2] = ["root-a", "root-b"];

/// The entries that are distrusted, each with the key that signed it.
fn disbelieved(scene: &Scene) -> Vec<(EntryIndex, KeyId)> {
    let found = distrusted(scene.registry.as_ref().unwrap(), |key| scene.signed_by(key)).unwrap();
    found
        .into_iter()
        .map(|(index, key, detail)| {
            assert!(matches!(detail, Detail::DistrustedKey { key: told, .. } if told == key));
            (index, key)
        })
        .collect()
}

#[test]
fn a_thief_who_revokes_the_key_himself_does_not_escape_the_roots_word_and_the_last_counts() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    let said = scene.act(rotation("lab", &[], &[]), &["lab"]).unwrap();
    let id = lab.public().key_id();
    let revoked = scene.act(revocation("lab", id), &["lab"]).unwrap();
    assert_eq!(disbelieved(&scene), []);
    scene.act(distrust("lab", id, Some(said)), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), [(said, id), (revoked, id)]);
    scene.act(distrust("lab", id, Some(revoked)), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), [(revoked, id)]);
    scene.act(distrust("lab", id, None), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), []);
    // No key comes back by it.
    assert!(scene.act(rotation("lab", &[], &[]), &["lab"]).is_err());
}

#[test]
fn why_a_key_is_distrusted_is_told_in_the_roots_words_alone() {
    let mut scene = Scene::new();
    let id = public("lab").key_id();
    let theft = scene.act(rotation("lab", &[], &[]), &["lab"]).unwrap();
    scene.act(distrust("lab", id, Some(theft)), &ROOTS).unwrap();
    let told = |scene: &Scene| {
        let registry = scene.registry.as_ref().unwrap();
        let (from, reason) = registry.distrust(&id).unwrap();
        assert_eq!(from, theft);
        reason.to_owned()
    };
    let roots = told(&scene);
    // Whoever holds the key revokes it afterwards, and says what suits him.
    let excuse = Action::Revoke(Revoke {
        organisation: org("lab"),
        key: id,
        reason: "a routine renewal".to_owned(),
        distrust_from: None,
    });
    scene.act(excuse, &["lab"]).unwrap();
    assert_eq!(told(&scene), roots);
    let record = &scene.registry.as_ref().unwrap().keys()[&id];
    assert_eq!(record.reason.as_deref(), Some("a routine renewal"));
    // A key that was laid down was not revoked by what the root says of it later.
    let mut scene = Scene::new();
    let spare = published_test_key("spare-1").unwrap();
    let laid_down = scene
        .act(
            rotation("lab", &[&spare], &[&published_test_key("lab").unwrap()]),
            &["lab"],
        )
        .unwrap();
    scene.act(distrust("lab", id, Some(laid_down)), &ROOTS).unwrap();
    let record = &scene.registry.as_ref().unwrap().keys()[&id];
    assert_eq!((record.ended, &record.reason), (Some(laid_down), &None));
}

#[test]
fn an_owner_cannot_disown_what_its_keys_said() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    scene.act(rotation("lab", &[], &[]), &["lab"]).unwrap();
    let disown = Action::Revoke(Revoke {
        organisation: org("lab"),
        key: lab.public().key_id(),
        reason: "never ours".to_owned(),
        distrust_from: Some(EntryIndex::new(0)),
    });
    scene.act(disown, &["lab"]).unwrap();
    assert_eq!(disbelieved(&scene), []);
    let record = &scene.registry.as_ref().unwrap().keys()[&lab.public().key_id()];
    assert_eq!(record.distrust_claimed, Some(EntryIndex::new(0)));
}

#[test]
fn keys_that_only_distrusted_keys_brought_in_are_distrusted_from_where_they_came_in() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    let names = ["spare-1", "spare-2", "spare-3", "spare-4"];
    let [honest, stolen, second, third] = names.map(|name| published_test_key(name).unwrap());
    let came = |scene: &mut Scene, key: &SecretKey, signers: &[&str]| {
        scene.act(rotation("lab", &[key], &[]), signers).unwrap()
    };
    came(&mut scene, &honest, &["lab"]);
    let theft = came(&mut scene, &stolen, &["lab"]);
    let later = came(&mut scene, &second, &["spare-2"]);
    came(&mut scene, &third, &["spare-1"]);
    let spoke = ["spare-1", "spare-2", "spare-3", "spare-4"]
        .map(|name| scene.act(rotation("lab", &[], &[]), &[name]).unwrap());
    let id = |key: &SecretKey| key.public().key_id();
    scene.act(distrust("lab", id(&lab), Some(theft)), &ROOTS).unwrap();
    let mut want = vec![
        (theft, id(&lab)),
        (later, id(&stolen)),
        (spoke[1], id(&stolen)),
        (spoke[2], id(&second)),
    ];
    assert_eq!(disbelieved(&scene), want);
    // The root may say that one of them is good.
    scene.act(distrust("lab", id(&second), None), &ROOTS).unwrap();
    want.pop();
    assert_eq!(disbelieved(&scene), want);
}

#[test]
fn distrust_of_an_organisation_is_of_all_its_keys_and_suspends_it_unless_keys_are_confirmed() {
    let suspended = |scene: &Scene| {
        let participants = scene.registry.as_ref().unwrap().participants();
        participants[&org("lab")].suspended.is_some()
    };
    let all = |from| {
        Action::Distrust(Distrust {
            organisation: org("lab"),
            key: None,
            from: Some(from),
            reason: "under investigation".to_owned(),
        })
    };
    let keep = |keys: &[&str]| {
        Action::Keys(KeptKeys {
            organisation: org("lab"),
            keys: keys.iter().map(|name| public(name)).collect(),
        })
    };
    let id = |name: &str| public(name).key_id();
    let stolen = published_test_key("spare-1").unwrap();
    let scene = || {
        let mut scene = Scene::new();
        let theft = scene.act(rotation("lab", &[&stolen], &[]), &["lab"]).unwrap();
        let spoke = scene.act(rotation("lab", &[], &[]), &["spare-1"]).unwrap();
        (scene, theft, spoke)
    };
    let (mut alone, theft, spoke) = scene();
    alone.act(all(theft), &ROOTS).unwrap();
    assert_eq!(disbelieved(&alone), [(theft, id("lab")), (spoke, id("spare-1"))]);
    assert!(suspended(&alone));
    // With a new key beside it the organisation goes on; no key comes back.
    let (mut kept, theft, _) = scene();
    kept.act_all(vec![all(theft), keep(&["spare-2"])], &ROOTS)
        .unwrap();
    assert!(!suspended(&kept));
    assert!(kept.act(rotation("lab", &[], &[]), &["lab"]).is_err());
    let goes_on = kept.act(rotation("lab", &[], &[]), &["spare-2"]).unwrap();
    assert!(disbelieved(&kept).iter().all(|(index, _)| *index != goes_on));
    let again = kept.act(keep(&["lab"]), &ROOTS);
    assert_eq!(again, Err(registry(RegistryError::KeyInUse(id("lab")))));
    // Named before, they are distrusted with the rest, and it does not speak.
    let (mut late, theft, _) = scene();
    late.act_all(vec![keep(&["spare-2"]), all(theft)], &ROOTS)
        .unwrap();
    assert!(suspended(&late));
    // What the root distrusts it cannot keep as well.
    let (mut void, theft, _) = scene();
    let refused = void.act_all(vec![all(theft), keep(&["lab"])], &ROOTS);
    assert_eq!(refused, Err(registry(RegistryError::KeyDistrusted(id("lab")))));
    assert!(!suspended(&void));
    // What the root confirms stands, though a thief brought it in and that comes out later.
    let (mut confirmed, theft, spoke) = scene();
    confirmed.act(keep(&["lab", "spare-1"]), &ROOTS).unwrap();
    confirmed
        .act(distrust("lab", id("lab"), Some(theft)), &ROOTS)
        .unwrap();
    assert_eq!(disbelieved(&confirmed), [(theft, id("lab"))]);
    assert!(spoke > theft);
}

#[test]
fn a_plain_revocation_vouches_for_nothing_that_comes_out_later() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    let stolen = published_test_key("spare-1").unwrap();
    let theft = scene.act(rotation("lab", &[&stolen], &[]), &["lab"]).unwrap();
    let spoke = scene.act(rotation("lab", &[], &[]), &["spare-1"]).unwrap();
    // Before anybody knows of the theft.
    let id = |key: &SecretKey| key.public().key_id();
    scene.act(revocation("lab", id(&stolen)), &ROOTS).unwrap();
    scene.act(distrust("lab", id(&lab), Some(theft)), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), [(theft, id(&lab)), (spoke, id(&stolen))]);
}
