use super::*;
use crate::{
    statement::action::{Action, StandingChange},
    tests::scene::{Reading, Scene, org, public, revocation},
};

fn standing(name: &str) -> StandingChange {
    StandingChange {
        organisation: org(name),
        reason: "test".to_owned(),
    }
}

/// A scene (entries 0 to 9); a suspension by the first root (10), which hands over to another (11), which reinstates (12).
fn handed_over() -> Scene {
    let mut scene = Scene::new();
    scene
        .act(Action::Suspend(standing("carrier")), &["root-a", "root-b"])
        .unwrap();
    let root = Scene::root(&["spare-1", "spare-2"], 2);
    let all = ["root-b", "root-c", "spare-1", "spare-2"];
    scene.act(Action::Root(root), &all).unwrap();
    scene
        .act(Action::Reinstate(standing("carrier")), &["spare-1", "spare-2"])
        .unwrap();
    scene
}

#[test]
fn entries_signed_by_an_earlier_root_are_verified_with_its_keys() {
    let scene = handed_over();
    let reading = Reading::of(&scene);
    let speakers = |index| {
        let index = EntryIndex::new(index);
        reading.history.speakers(index, &reading.read(index))
    };
    assert_eq!(speakers(0), [org("root-a"), org("root-b")]);
    assert_eq!(speakers(10), [org("root-a"), org("root-b")]);
    let all = ["root-b", "root-c", "spare-1", "spare-2"];
    assert_eq!(speakers(11), all.map(org));
    assert_eq!(speakers(12), [org("spare-1"), org("spare-2")]);
    assert_eq!(Some(reading.history.now()), scene.registry.as_ref());
    let present = History::of_one_root(scene.registry.clone().unwrap());
    let want = VerifyEntryError::UnknownKey(public("root-a").key_id());
    let index = EntryIndex::new(10);
    assert_eq!(
        present.verify(index, &scene.entries[10]).map(|_| ()),
        Err(HistoryError::Verify { index, source: want })
    );
}

#[test]
fn a_root_key_that_is_enrolled_later_does_not_relabel_what_it_signed() {
    use crate::statement::{action::Enrol, event::role::Role};
    let mut scene = handed_over();
    let enrol = Enrol {
        organisation: org("impostor"),
        name: "Impostor".to_owned(),
        jurisdiction: "SE".parse().unwrap(),
        parent: None,
        roles: vec![Role::Auditor],
        keys: vec![public("root-a")],
    };
    scene.act(Action::Enrol(enrol), &["spare-1", "spare-2"]).unwrap();
    let reading = Reading::of(&scene);
    let index = EntryIndex::new(10);
    let speakers = reading.history.speakers(index, &reading.read(index));
    assert_eq!(speakers, [org("root-a"), org("root-b")]);
}

#[test]
fn entries_that_do_not_add_up_are_refused_by_index() {
    let scene = handed_over();
    let entries = || (0..).map(EntryIndex::new).zip(scene.entries.clone());
    let replay = |entries: Vec<(EntryIndex, Vec<u8>)>| History::replay(entries).map(|_| ());
    assert_eq!(replay(Vec::new()), Err(HistoryError::Empty));
    let mut flipped: Vec<_> = entries().collect();
    let at = flipped[3].1.len() - 10;
    flipped[3].1[at] = if flipped[3].1[at] == b'A' { b'B' } else { b'A' };
    let error = replay(flipped).unwrap_err().to_string();
    assert_eq!(error, "entry 3 is not signed as it claims");
    let index = EntryIndex::new(10);
    let twice = entries()
        .take(11)
        .chain(entries().skip(10).take(1).map(|(_, bytes)| (index, bytes)));
    assert!(matches!(replay(twice.collect()), Err(HistoryError::Registry { index: at, .. }) if at == index));
    let without_charter = replay(entries().skip(1).collect());
    let index = EntryIndex::new(1);
    assert!(matches!(without_charter, Err(HistoryError::Verify { index: at, .. }) if at == index));
    let second = entries().chain(entries().take(1)).collect();
    let index = EntryIndex::new(0);
    assert_eq!(replay(second), Err(HistoryError::Other { index }));
    assert!(matches!(
        replay(vec![(index, b"{}".to_vec())]),
        Err(HistoryError::Decode { .. })
    ));
}

#[test]
fn the_speaker_of_an_event_comes_first() {
    use crate::statement::event::{Event, role::Role};
    let mut scene = Scene::new();
    let event: Event = serde_json::from_value(serde_json::json!({"receive": {
        "from": "dns:carrier.example", "seals": "none", "inspection": "accepted"}}))
    .unwrap();
    let statement = scene.event_with(
        "operator-north",
        &["carrier"],
        Role::Operator,
        event,
        &["unit:dns:nordlys.example/AAU/1"],
    );
    let (index, _) = scene.submit(&statement, &["carrier", "operator-north"]).unwrap();
    let revoke = revocation("carrier", public("carrier").key_id());
    scene.act(revoke, &["carrier"]).unwrap();
    let reading = Reading::of(&scene);
    let speakers = reading.history.speakers(index, &reading.read(index));
    assert_eq!(speakers, [org("operator-north"), org("carrier")]);
}
