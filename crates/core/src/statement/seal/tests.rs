use super::*;
use crate::{
    index::{Accumulator, check_complete, term::Term},
    ledger::{
        EntryFault, EntryRefusal, Inadmissible, MemoryRows, ReadAhead, Replay, ReplayError, SealedView,
    },
    position::EntryIndex,
    statement::VerifyEntryError,
    tests::scene::{Refused, Scene, id, key, public},
};

fn seal(scene: &mut Scene) -> Seal {
    let time = "2026-03-01T08:00:00Z".parse().unwrap();
    let sealed = scene.rows.fold_index().unwrap();
    Seal::new(time, TreeSize::new(scene.entries.len() as u64), sealed)
}

fn statement(scene: &Scene, seal: Seal) -> Statement {
    let prev = scene.head(&id("index:scene.example/ledger"));
    seal.into_statement("scene.example/ledger".parse().unwrap(), prev)
}

fn refused(scene: &mut Scene, statement: &Statement, signers: &[&str]) -> Inadmissible {
    match scene.submit(statement, signers) {
        Err(Refused::Inadmissible(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn seals_form_a_chain_of_their_own_and_are_looked_up_by_it() {
    let mut scene = Scene::new();
    let registry = scene.head(&id("ledger:scene.example/ledger"));
    for number in 0..3 {
        let next = seal(&mut scene);
        let stated = next.sealed();
        let made = statement(&scene, next);
        assert_eq!(Statement::decode(&made.encode()), Ok(made.clone()));
        let (index, findings) = scene.submit(&made, &["log"]).unwrap();
        assert_eq!(findings, []);
        let chain = crate::lifecycle::View::chain(&scene.rows, &id("index:scene.example/ledger"));
        let chain = chain.unwrap().unwrap();
        assert_eq!((chain.last, chain.length), (index, number + 1));
        assert_eq!(chain.life, crate::lifecycle::Life::Index(stated));
        for term in [
            Term::Id(id("index:scene.example/ledger")),
            Term::Key(public("log").key_id()),
        ] {
            let posting = scene.rows.posting(&term);
            assert_eq!((posting.len() as u64, posting.last()), (number + 1, Some(&index)));
        }
    }
    assert_eq!(scene.head(&id("ledger:scene.example/ledger")), registry);
    replay(&scene.entries).unwrap();
}

#[test]
fn what_is_no_seal_of_this_ledger_is_refused() {
    let mut scene = Scene::new();
    let good = seal(&mut scene);
    let size = good.size;
    let made = statement(&scene, good.clone());
    let log = public("log").key_id();
    // The ledger's key is known for seals only, and others do not make one.
    let got = vec![public("nordlys").key_id()];
    assert_eq!(
        refused(&mut scene, &made, &["nordlys"]),
        SealError::Signer { got, want: log }.into()
    );
    let mut got = vec![log, public("nordlys").key_id()];
    got.sort();
    assert_eq!(
        refused(&mut scene, &made, &["log", "nordlys"]),
        SealError::Signer { got, want: log }.into()
    );
    let early = Seal {
        size: TreeSize::new(size.get() - 1),
        ..good.clone()
    };
    let early = statement(&scene, early);
    assert_eq!(
        refused(&mut scene, &early, &["log"]),
        SealError::Size {
            got: TreeSize::new(size.get() - 1),
            want: size
        }
        .into()
    );
    let other = good
        .clone()
        .into_statement("other.example/ledger".parse().unwrap(), None);
    assert_eq!(
        refused(&mut scene, &other, &["log"]),
        SealError::Origin {
            got: Box::new(id("index:other.example/ledger")),
            want: "scene.example/ledger".parse().unwrap()
        }
        .into()
    );
    let critical = Seal {
        critical: vec!["x".to_owned()],
        ..good.clone()
    };
    let critical = statement(&scene, critical);
    assert_eq!(
        refused(&mut scene, &critical, &["log"]),
        SealError::Critical("x".to_owned()).into()
    );
    let (index, _) = scene.submit(&made, &["log"]).unwrap();
    let next = seal(&mut scene);
    let stale = next.into_statement("scene.example/ledger".parse().unwrap(), None);
    let want = scene.head(&id("index:scene.example/ledger"));
    assert_eq!(
        refused(&mut scene, &stale, &["log"]),
        Inadmissible::StalePrev {
            subject: id("index:scene.example/ledger"),
            got: None,
            want
        }
    );
    assert_eq!(index.get(), size.get());
}

#[test]
fn the_ledgers_key_signs_nothing_but_seals() {
    let mut scene = Scene::new();
    let suspend = crate::statement::action::Action::Suspend(crate::statement::action::StandingChange {
        organisation: crate::tests::scene::org("lab"),
        reason: "x".to_owned(),
    });
    let refused = scene.act(suspend, &["log"]);
    let want = VerifyEntryError::UnknownKey(key("log").public().key_id());
    assert!(matches!(refused, Err(Refused::Verify(got)) if got == want));
}

fn replay(entries: &[Vec<u8>]) -> Result<MemoryRows, ReplayError<std::convert::Infallible>> {
    let (mut replay, mut rows) = (Replay::new(), MemoryRows::default());
    for entry in entries {
        replay.push(&mut rows, entry)?;
    }
    replay.finish(&mut rows)?;
    Ok(rows)
}

#[test]
fn a_seal_that_was_verified_ahead_of_its_turn_is_still_by_a_known_key() {
    let mut scene = Scene::new();
    let founding = scene.entries.len();
    let first = seal(&mut scene);
    let first = statement(&scene, first);
    scene.submit(&first, &["log"]).unwrap();
    let (mut replay, mut rows) = (Replay::new(), MemoryRows::default());
    let (before, after) = scene.entries.split_at(founding);
    for entry in before {
        replay.push(&mut rows, entry).unwrap();
    }
    let mut ahead = ReadAhead::new();
    for entry in after {
        ahead.push(entry);
    }
    ahead.verify(replay.registry().unwrap());
    replay.take(&mut rows, ahead).unwrap();
    let replayed = replay.finish(&mut rows).unwrap();
    assert_eq!(replayed.size, TreeSize::new(scene.entries.len() as u64));
}

#[test]
fn an_audit_recomputes_every_seal_and_proves_by_the_last() {
    let mut scene = Scene::new();
    let first = seal(&mut scene);
    let first = statement(&scene, first);
    scene.submit(&first, &["log"]).unwrap();
    let second = seal(&mut scene);
    let (size, root) = (second.size, second.root);
    let made = statement(&scene, second.clone());
    let entries = scene.entries.clone();
    scene.submit(&made, &["log"]).unwrap();
    let rows = replay(&scene.entries).unwrap();
    for text in [
        "by:dns:lab.example",
        "by:dns:nobody.example",
        "id:ledger:scene.example/ledger",
    ] {
        let term: Term = text.parse().unwrap();
        let posting = rows.posting(&term);
        let listed = posting.iter().filter(|index| size.has(**index)).map(|index| {
            let entry = &scene.entries[usize::try_from(index.get()).unwrap()];
            (*index, LeafHash::of_entry(entry))
        });
        let proof = rows.index_proof(&term);
        assert_eq!(
            check_complete(&term, listed, &proof, size, &root),
            Ok(()),
            "{text}"
        );
    }
    assert_eq!(
        rows.index_proof(&"by:dns:nobody.example".parse().unwrap())
            .accumulator(),
        Accumulator::EMPTY
    );

    for (terms, root) in [(second.terms + 1, second.root), (second.terms, MapHash::EMPTY)] {
        let mut false_scene = Scene::new();
        false_scene.submit(&first, &["log"]).unwrap();
        assert_eq!(false_scene.entries, entries);
        let lie = Seal {
            terms,
            root,
            ..second.clone()
        };
        let want = second.sealed();
        let got = lie.sealed();
        let lie = statement(&false_scene, lie);
        let (index, _) = false_scene.submit(&lie, &["log"]).unwrap();
        let error = replay(&false_scene.entries).map(|_| ()).unwrap_err();
        let refusal = EntryRefusal::FalseSeal { got, want };
        assert_eq!(error, ReplayError::Entry(EntryFault { index, refusal }));
        assert_eq!(index, EntryIndex::new(size.get()));
    }
}
