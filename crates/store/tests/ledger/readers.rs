//! Reading beside a running writer.

use prova_core::{hash::LeafHash, lifecycle::View, position::TreeSize};
use prova_store::{Blame, Ledger, NoProgress, OpenError, Snapshot, audit};
use prova_testkit::builder::unit;

use super::scene::{Scene, index, log_key};

#[test]
fn a_second_writer_gets_a_clear_error() {
    let scene = Scene::with_units(1);
    let ledger = scene.open();
    let error = Ledger::open(&scene.directory(), log_key(), &NoProgress).unwrap_err();
    let pid = std::process::id();
    assert_eq!(
        error.to_string(),
        format!(
            "{} is in use by process {pid}; one process at a time may write",
            scene.directory().display()
        )
    );
    assert_eq!(error.blame(), Blame::Caller);
    assert!(matches!(
        prova_store::reindex(&scene.directory(), &NoProgress),
        Err(OpenError::Locked { .. })
    ));
    drop(ledger);
    scene.open();
}

#[test]
fn readers_see_the_last_acknowledged_size_and_keep_their_own() {
    let mut scene = Scene::with_units(250);
    let mut ledger = scene.open();
    let early = Snapshot::open(&scene.directory()).unwrap();
    let early_root = *early.checkpoint().root();
    // Fills the bundle that the early reader's tree ends in, and removes its partial tiles.
    for step in 0..6 {
        ledger
            .append(None, &scene.statements.units(250 + step, 251 + step, 0))
            .unwrap();
    }
    let late = Snapshot::open(&scene.directory()).unwrap();
    assert_eq!(
        (early.size(), late.size()),
        (TreeSize::new(254), TreeSize::new(260))
    );
    assert_eq!(early.entries(index(0)).count(), 254);
    assert_eq!(audit(&early, &NoProgress).unwrap().root, early_root);
    let leaf = LeafHash::of_entry(&early.entry(index(253)).unwrap());
    early
        .inclusion(index(253))
        .unwrap()
        .verify(&leaf, &early_root)
        .unwrap();
    late.consistency(early.size())
        .unwrap()
        .verify(&early_root, late.checkpoint().root())
        .unwrap();
    assert!(early.entry(index(254)).is_err());
}

#[test]
fn the_state_beside_a_writer_is_that_of_the_store() {
    let scene = Scene::with_units(20);
    let ledger = scene.open();
    let snapshot = Snapshot::open(&scene.directory()).unwrap();
    // In memory, since the writer has the store.
    let memory = snapshot.state(&NoProgress).unwrap();
    let rows = |state: &prova_store::State| state.subjects("").collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(rows(&memory), rows(ledger.state()));
    assert_eq!(memory.registry(), ledger.state().registry());
    let want = rows(&memory);
    drop(ledger);
    // From the store, which keeps others from writing for as long.
    let store = snapshot.state(&NoProgress).unwrap();
    assert_eq!(rows(&store), want);
    assert_eq!(store.chain(&unit("SN3").into()).unwrap().unwrap().first, index(7));
    assert!(matches!(
        Ledger::open(&scene.directory(), log_key(), &NoProgress),
        Err(OpenError::Locked { .. })
    ));
    drop(store);
    scene.open();
}

#[test]
fn a_reader_in_another_thread_never_sees_a_half_append() {
    let mut scene = Scene::with_units(0);
    let mut ledger = scene.open();
    let directory = scene.directory();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = TreeSize::EMPTY;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let snapshot = Snapshot::open(&directory).unwrap();
                assert!(snapshot.size() >= last);
                last = snapshot.size();
                let count = snapshot.entries(index(0)).map(Result::unwrap).count();
                assert_eq!(count as u64, last.get());
            }
        });
        for step in 0..40 {
            let entries = scene.statements.units(step * 13, step * 13 + 13, 0);
            ledger.append(None, &entries).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().unwrap();
    });
    scene.check(4 + 520);
}
