//! What comes next in a chain, and how it ends.

use super::*;
use crate::{position::EntryIndex, statement::Statement, tests::scene::public};

#[test]
fn nothing_but_comments_comes_after_the_end_and_time_goes_forward() {
    let mut scene = delivered(&[U1]);
    scene.clean(NORTH, Role::Operator, decommission(), &[U1]);
    scene.finds(NORTH, Role::Operator, install(None), &[U1, SLOT], &[F::AfterEnd]);
    let target = scene.head(&id(U1)).unwrap();
    let correct = Correct {
        target,
        kind: CorrectionKind::Error,
        reason: "wrong serial".into(),
    };
    scene.clean(NORTH, Role::Operator, Event::Correct(correct), &[U1]);
    let mut statement = scene.event("lab", Role::Laboratory, decommission(), &[U1]);
    let crate::statement::Predicate::Event(event) = &mut statement.predicate else {
        unreachable!()
    };
    event.by = org(NORTH);
    event.role = Role::Operator;
    event.time = "2025-01-01T00:00:00Z".parse().unwrap();
    let found = scene.submit(&statement, &[NORTH]).unwrap().1;
    assert_eq!(found, [F::TimeBackwards, F::AfterEnd]);
}

/// A statement about a subject as it was made after its entry at `seen`, or none.
fn after(scene: &mut Scene, by: &str, role: Role, event: Event, about: &str, seen: Option<u64>) -> Statement {
    let mut statement = scene.event(by, role, event, &[about]);
    let leaf = |seen: u64| LeafHash::of_entry(&scene.entries[usize::try_from(seen).unwrap()]);
    statement.subjects[0].prev = seen.map(leaf);
    statement
}

#[test]
fn what_others_said_in_between_makes_no_statement_inadmissible() {
    // Few are looked up one by one, many are not.
    for others in [3, 40] {
        said_in_between(others);
    }
}

fn said_in_between(others: u64) {
    let mut scene = made(&[U1]);
    let born = scene.entries.len() as u64 - 1;
    let shipped = after(
        &mut scene,
        "nordlys",
        Role::Manufacturer,
        ship(NORTH),
        U1,
        Some(born),
    );
    let measure = || {
        Event::Measure(Measure {
            found: firmware("1.0"),
            nonce: None,
            verifier: None,
        })
    };
    let unseen = after(&mut scene, "auditor", Role::Auditor, measure(), U1, None);
    for _ in 0..others {
        scene.clean(NORTH, Role::Operator, measure(), &[U1]);
    }
    scene.submit(&shipped, &["nordlys"]).unwrap();
    scene.submit(&unseen, &["auditor"]).unwrap();
    // The same again, whatever its signature: its own key has spoken since.
    let (mut refused, key) = (Vec::new(), |name| public(name).key_id());
    for (statement, by) in [(shipped, "nordlys"), (unseen, "auditor")] {
        refused.push((scene.submit(&statement, &[by]).unwrap_err(), key(by)));
    }
    for ((refused, want), at) in refused.into_iter().zip([born + others + 1, born + others + 2]) {
        let subject = id(U1);
        let (key, entry) = (want, EntryIndex::new(at));
        let behind = Inadmissible::BehindOwn { subject, key, entry };
        assert_eq!(refused, Refused::Inadmissible(behind));
    }
    // An audit of the bytes comes to the same.
    let (mut replay, mut rows) = (Replay::new(), MemoryRows::default());
    for entry in &scene.entries {
        replay.push(&mut rows, entry).unwrap();
    }
    replay.finish(&mut rows).unwrap();
    assert_eq!(rows.chains(), scene.rows.chains());
}

#[test]
fn whoever_signs_with_others_is_bound_by_its_own_words_too() {
    let mut scene = made(&[U1]);
    let born = scene.entries.len() as u64 - 1;
    let seen = scene.head(&id(U1));
    let given = || receive("nordlys", None, SealState::None);
    let mut handed = scene.event_with(NORTH, &["nordlys"], Role::Operator, given(), &[U1]);
    handed.subjects[0].prev = seen;
    scene.submit(&handed, &[NORTH, "nordlys"]).unwrap();
    // The signature of who handed it over cannot be used a second time, under another one of the receiver's.
    let rotate = crate::statement::action::Rotate {
        organisation: org(NORTH),
        add: vec![public("spare-1")],
        retire: Vec::new(),
    };
    let rotate = crate::statement::action::Action::Rotate(rotate);
    scene.act(rotate, &[NORTH]).unwrap();
    let refused = scene.submit(&handed, &["spare-1", "nordlys"]).unwrap_err();
    let behind = Inadmissible::BehindOwn {
        subject: id(U1),
        key: public("nordlys").key_id(),
        entry: EntryIndex::new(born + 1),
    };
    assert_eq!(refused, Refused::Inadmissible(behind));
}

#[test]
fn a_statement_follows_an_entry_of_its_own_chain() {
    let mut scene = made(&[U1, U2]);
    let last = scene.entries.len() as u64 - 1;
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U2]);
    for seen in [0, last - 1, last + 1] {
        let statement = after(
            &mut scene,
            "nordlys",
            Role::Manufacturer,
            ship(NORTH),
            U1,
            Some(seen),
        );
        let other = Inadmissible::OtherPrev {
            subject: id(U1),
            got: statement.subjects[0].prev.unwrap(),
        };
        let refused = scene.submit(&statement, &["nordlys"]).unwrap_err();
        assert_eq!(refused, Refused::Inadmissible(other));
    }
    let other = "unit:dns:nordlys.example/AAU-3900/SN9";
    let first = after(
        &mut scene,
        "nordlys",
        Role::Manufacturer,
        manufacture(None),
        other,
        Some(last),
    );
    let refused = scene.submit(&first, &["nordlys"]).unwrap_err();
    assert!(matches!(
        refused,
        Refused::Inadmissible(Inadmissible::OtherPrev { .. })
    ));
}

#[test]
fn an_act_is_amended_by_its_authority_only() {
    let mut scene = Scene::new();
    let act = "act:dns:regulator.example/2026-17";
    let restrict = |status| {
        Event::Restrict(Restrict {
            status,
            legal_basis: "invented act".into(),
            scope: Scope {
                suppliers: vec![org("meridian")],
                ..Scope::default()
            },
            from: "2026-06-01".parse().unwrap(),
            deadline: None,
            exemptions: Vec::new(),
        })
    };
    scene.clean(
        "regulator",
        Role::Regulator,
        restrict(ActStatus::Proposed),
        &[act],
    );
    scene.clean("regulator", Role::Regulator, restrict(ActStatus::InForce), &[act]);
    let statement = scene.event(
        "regulator",
        Role::Regulator,
        restrict(ActStatus::Repealed),
        &["act:dns:lab.example/1"],
    );
    assert!(matches!(
        statement.check(),
        Err(crate::statement::StatementError::Shape(_))
    ));
}

#[test]
fn entries_of_a_distrusted_key_become_findings() {
    use crate::tests::scene::distrust;
    let mut scene = made(&[U1]);
    scene.clean("nordlys", Role::Manufacturer, ship(NORTH), &[U1]);
    let last = scene.entries.len() as u64 - 1;
    let key = crate::tests::scene::public("nordlys").key_id();
    let from = Some(crate::position::EntryIndex::new(last));
    scene
        .act(distrust("nordlys", key, from), &["root-a", "root-b"])
        .unwrap();
    let found = distrusted(scene.registry.as_ref().unwrap(), |key| scene.signed_by(key)).unwrap();
    let detail = Detail::DistrustedKey {
        key,
        organisation: org("nordlys"),
        from: crate::position::EntryIndex::new(last),
        reason: crate::text::Quote::of("stolen"),
    };
    assert_eq!(found, [(crate::position::EntryIndex::new(last), key, detail)]);
}

#[test]
fn what_an_entry_writes_does_not_grow_with_the_chains_that_it_is_appended_to() {
    let mut scene = made(&[U1]);
    let firmware = firmware_id("1.0");
    let mut rounds = Vec::new();
    for round in 1000..1080 {
        let other = format!("unit:dns:nordlys.example/AAU-3900/SN{round}");
        let maker = format!("maker-{round}");
        let of_type = Manifest {
            manufacturers: vec![org(&maker)],
            supplies: vec![Supply {
                what: "radio".into(),
                category: None,
                supplier: Some(org(&maker)),
                country_of_origin: None,
                second_source: None,
            }],
            ..manifest("AAU 3900")
        };
        let release = Manifest {
            runs_on: vec![component(&format!("type:dns:nordlys.example/AAU-3900/R{round}"))],
            ..manifest("AAU firmware")
        };
        let said: [(&str, Role, Event, &[&str]); 11] = [
            ("nordlys", Role::Designer, Event::Manifest(of_type), &[TYPE]),
            ("nordlys", Role::Producer, Event::Manifest(release), &[&firmware]),
            ("nordlys", Role::Manufacturer, manufacture(Some("9.9")), &[&other]),
            (
                "nordlys",
                Role::Manufacturer,
                assemble(U1, &[&other]),
                &[U1, &other],
            ),
            ("nordlys", Role::Manufacturer, ship(NORTH), &[U1]),
            ("nordlys", Role::Manufacturer, ship(NORTH), &[U1]),
            (
                "carrier",
                Role::Carrier,
                receive("lab", None, SealState::Broken),
                &[U1],
            ),
            (NORTH, Role::Operator, install(Some("8.8")), &[&other, SLOT]),
            (NORTH, Role::Operator, install(None), &[U1, SLOT]),
            (NORTH, Role::Operator, decommission(), &[U1]),
            ("nordlys", Role::Manufacturer, manufacture(None), &[U1]),
        ];
        let mut written = Vec::new();
        for (by, role, event, subjects) in said {
            let mut statement = scene.event(by, role, event, subjects);
            let mac = format!("mac:00005e{:06x}", 100 * round + written.len());
            statement.subjects[0].aliases.push(mac.parse().unwrap());
            scene.submit(&statement, &[by]).unwrap();
            written.push(scene.written);
        }
        rounds.push(written);
    }
    let life = facts::findings(&scene.rows, &id(U1)).unwrap();
    assert!(life.len() > 200, "{}", life.len());
    assert!(facts::transfers(&scene.rows, &id(U1)).unwrap().len() > 150);
    assert!(facts::occupants(&scene.rows, &id(SLOT)).unwrap().len() > 80);
    assert!(facts::parts(&scene.rows, &id(U1)).unwrap().len() >= 80);
    // Numbers get longer, and the first rounds are about an emptier slot.
    for (step, (early, late)) in rounds[5].iter().zip(rounds.last().unwrap()).enumerate() {
        assert!(
            late.abs_diff(*early) < 64,
            "step {step}: {early} bytes, then {late}"
        );
    }
}

#[test]
fn an_event_under_too_many_terms_is_refused_and_changes_nothing() {
    let mut scene = Scene::new();
    let units: Vec<String> = (0..31).map(|serial| format!("{U1}X{serial}")).collect();
    let units: Vec<&str> = units.iter().map(String::as_str).collect();
    let mut statement = scene.event("nordlys", Role::Manufacturer, ship(NORTH), &units);
    let mut address = 0_u64..;
    for subject in &mut statement.subjects {
        let aliases = address.by_ref().take(32);
        subject.aliases = aliases
            .map(|mac| format!("mac:{mac:012x}").parse().unwrap())
            .collect();
    }
    // Of each unit itself and 32 other names; the organisation and the key.
    let got = 31 * 33 + 2;
    assert_eq!(
        scene.submit(&statement, &["nordlys"]),
        Err(Refused::Inadmissible(Inadmissible::TooManyTerms { got }))
    );
    assert_eq!(scene.head(&id(units[0])), None);
    statement.subjects[0].aliases.pop();
    scene.submit(&statement, &["nordlys"]).unwrap();
}
