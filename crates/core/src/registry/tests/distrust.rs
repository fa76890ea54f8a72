//! Whose word about a key counts, and what goes with the key.

use super::*;
use crate::{
    key::{KeyId, published_test_key},
    lifecycle::{Detail, distrusted},
};

const ROOTS: [&str; 2] = ["root-a", "root-b"];

fn revocation(key: &SecretKey, distrust_from: Option<EntryIndex>) -> Action {
    Action::Revoke(Revoke {
        key: key.public().key_id(),
        reason: "stolen".to_owned(),
        distrust_from,
    })
}

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
    let revoked = scene.act(revocation(&lab, None), &["lab"]).unwrap();
    assert_eq!(disbelieved(&scene), []);
    scene.act(revocation(&lab, Some(said)), &ROOTS).unwrap();
    let id = lab.public().key_id();
    assert_eq!(disbelieved(&scene), [(said, id), (revoked, id)]);
    scene.act(revocation(&lab, Some(revoked)), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), [(revoked, id)]);
    scene.act(revocation(&lab, None), &ROOTS).unwrap();
    assert_eq!(disbelieved(&scene), []);
    // No key comes back by it.
    assert!(scene.act(rotation("lab", &[], &[]), &["lab"]).is_err());
}

#[test]
fn an_owner_cannot_disown_what_its_keys_said() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    scene.act(rotation("lab", &[], &[]), &["lab"]).unwrap();
    scene
        .act(revocation(&lab, Some(EntryIndex::new(0))), &["lab"])
        .unwrap();
    assert_eq!(disbelieved(&scene), []);
    let record = &scene.registry.as_ref().unwrap().keys()[&lab.public().key_id()];
    assert_eq!(record.distrust_claimed, Some(EntryIndex::new(0)));
}

#[test]
fn keys_that_only_distrusted_keys_brought_in_are_distrusted_from_where_they_came_in() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    let names = ["spare-1", "spare-2", "spare-3", "spare-4"];
    let [honest, stolen, second, beside] = names.map(|name| published_test_key(name).unwrap());
    let came = |scene: &mut Scene, key: &SecretKey, signers: &[&str]| {
        scene.act(rotation("lab", &[key], &[]), signers).unwrap()
    };
    came(&mut scene, &honest, &["lab"]);
    let theft = came(&mut scene, &stolen, &["lab"]);
    let later = came(&mut scene, &second, &["spare-2"]);
    // Signed by a key that was there before the theft, too: the owner stands by it.
    came(&mut scene, &beside, &["spare-1", "spare-2"]);
    let spoke = ["spare-1", "spare-2", "spare-3", "spare-4"]
        .map(|name| scene.act(rotation("lab", &[], &[]), &[name]).unwrap());
    scene.act(revocation(&lab, Some(theft)), &ROOTS).unwrap();
    let id = |key: &SecretKey| key.public().key_id();
    let mut want = vec![
        (theft, id(&lab)),
        (later, id(&stolen)),
        (EntryIndex::new(later.get() + 1), id(&stolen)),
        (spoke[1], id(&stolen)),
        (spoke[2], id(&second)),
    ];
    assert_eq!(disbelieved(&scene), want);
    // The root may say that one of them is good.
    scene.act(revocation(&second, None), &ROOTS).unwrap();
    want.pop();
    assert_eq!(disbelieved(&scene), want);
}

#[test]
fn a_plain_revocation_vouches_for_nothing_that_comes_out_later() {
    let mut scene = Scene::new();
    let lab = published_test_key("lab").unwrap();
    let stolen = published_test_key("spare-1").unwrap();
    let theft = scene.act(rotation("lab", &[&stolen], &[]), &["lab"]).unwrap();
    let spoke = scene.act(rotation("lab", &[], &[]), &["spare-1"]).unwrap();
    // Before anybody knows of the theft.
    scene.act(revocation(&stolen, None), &ROOTS).unwrap();
    scene.act(revocation(&lab, Some(theft)), &ROOTS).unwrap();
    let id = |key: &SecretKey| key.public().key_id();
    assert_eq!(disbelieved(&scene), [(theft, id(&lab)), (spoke, id(&stolen))]);
}
