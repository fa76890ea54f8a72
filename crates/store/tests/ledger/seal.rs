//! Seals: what is proved by them, and what becomes of the index when the store is lost or the ledger's key lies.

use prova_core::{
    index::{IndexProof, TermOutcome as Held, check_complete, term::Term},
    ledger::{EntryFault, EntryRefusal, ReplayError},
    position::TreeSize,
    statement::seal::Seal,
};
use prova_store::{
    AuditError, FaultKind, Ledger, NoProgress, Outcome, SealAt, Snapshot, State, audit, fsck, reindex,
};
use prova_testkit::builder::sign;

use super::scene::{Scene, appended, index, log_key};

const TIME: &str = "2026-03-02T08:00:00Z";

fn seal(ledger: &mut Ledger) -> SealAt {
    ledger.seal(TIME.parse().unwrap()).unwrap()
}

fn terms() -> Vec<Term> {
    [
        "by:dns:nordlys.example",
        "by:dns:nobody.example",
        "id:unit:dns:nordlys.example/AAU3900/SN3",
        "id:unit:dns:nordlys.example/AAU3900/SN40",
        "id:type:dns:nordlys.example/AAU3900/R1",
        "id:ledger:ledger.example/2026",
        "id:index:ledger.example/2026",
    ]
    .map(|text| text.parse().unwrap())
    .to_vec()
}

/// Every term's proof, each held against the entries that the state lists.
fn proofs(state: &State, snapshot: &Snapshot) -> Vec<IndexProof> {
    let prove = |term: Term| {
        let (seal, proof) = state.index_proof(&term).unwrap().unwrap();
        let posting = state.posting(&term).unwrap();
        let sealed = posting.into_iter().filter(|index| seal.size().has(*index));
        let listed = sealed.map(|index| (index, snapshot.leaf(index).unwrap()));
        check_complete(&term, listed, &proof, seal.size(), &seal.sealed.root).unwrap();
        proof
    };
    terms().into_iter().map(prove).collect()
}

#[test]
fn a_sealed_ledger_proves_what_is_there_and_what_is_not() {
    let mut scene = Scene::with_units(30);
    let mut ledger = scene.open();
    assert_eq!(ledger.state().last_seal().unwrap(), None);
    assert_eq!(ledger.state().index_proof(&terms()[0]).unwrap(), None);
    let first = seal(&mut ledger);
    assert_eq!(first.index, index(34));
    assert_eq!(seal(&mut ledger), first, "a seal is not sealed again");
    let found = proofs(ledger.state(), ledger.snapshot());
    assert_eq!(found[0].accumulator().count(), 31, "an enrolment and 30 units");
    assert!(matches!(found[1].outcome(), Held::Absent(_)));
    assert_eq!(found[2].accumulator().count(), 1);

    let more = scene.statements.units(30, 50, 0);
    assert_eq!(appended(&ledger.append(None, &more).unwrap()), 20);
    assert_eq!(
        proofs(ledger.state(), ledger.snapshot()),
        found,
        "the last seal stands"
    );
    let second = seal(&mut ledger);
    assert_eq!(second.index, index(55));
    let found = proofs(ledger.state(), ledger.snapshot());
    assert_eq!(found[0].accumulator().count(), 51);
    assert_eq!(found[3].accumulator().count(), 1);
    assert_eq!(found[6].accumulator().count(), 1, "the first seal");
    drop(ledger);
    scene.check(56);
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);

    // Another process, the whole ledger read again, and a store made anew: the same proofs.
    let ledger = scene.open();
    assert_eq!(proofs(ledger.state(), ledger.snapshot()), found);
    let beside = Snapshot::open(&scene.directory()).unwrap();
    let in_memory = beside.state(&NoProgress).unwrap();
    assert_eq!(proofs(&in_memory, &beside), found);
    drop(ledger);
    reindex(&scene.directory(), &NoProgress).unwrap();
    let mut ledger = scene.open();
    assert_eq!(proofs(ledger.state(), ledger.snapshot()), found);
    ledger.append(None, &scene.statements.units(50, 51, 0)).unwrap();
    let third = seal(&mut ledger);
    proofs(ledger.state(), ledger.snapshot());
    assert_eq!(third.index, index(57));
    drop(ledger);
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);
    let audited = audit(&Snapshot::open(&scene.directory()).unwrap(), &NoProgress).unwrap();
    assert_eq!(audited.size, TreeSize::new(58));
}

/// A seal by the ledger's key that states what is not so.
fn lie(ledger: &Ledger) -> (Vec<u8>, Seal) {
    let time = TIME.parse().unwrap();
    let mut sealed = prova_core::statement::seal::Sealed {
        terms: 12,
        root: prova_core::hash::MapHash::EMPTY,
    };
    if let Some(last) = ledger.state().last_seal().unwrap() {
        sealed = last.sealed;
    }
    let lie = Seal::new(time, ledger.state().size(), sealed);
    let prev = ledger.state().last_seal().unwrap().map(|seal| seal.leaf);
    let origin = ledger.state().registry().origin().clone();
    (sign(&lie.clone().into_statement(origin, prev), &["log"]), lie)
}

#[test]
fn the_ledger_refuses_a_false_seal_and_takes_a_true_one_from_outside() {
    let mut scene = Scene::with_units(5);
    let mut ledger = scene.open();
    seal(&mut ledger);
    ledger.append(None, &scene.statements.units(5, 6, 0)).unwrap();
    let (entry, stated) = lie(&ledger);
    let outcome = ledger.append(None, &[entry]).unwrap().remove(0);
    let Outcome::Refused(EntryRefusal::FalseSeal { got, want }) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(got, stated.sealed());
    // What it should have said is admitted, in one batch with what comes after it.
    let last = ledger.state().last_seal().unwrap().map(|seal| seal.leaf);
    let origin = ledger.state().registry().origin().clone();
    let said = Seal::new(stated.time, stated.size, want).into_statement(origin, last);
    let mut batch = vec![sign(&said, &["log"])];
    batch.extend(scene.statements.units(6, 8, 0));
    assert_eq!(appended(&ledger.append(None, &batch).unwrap()), 3);
    assert_eq!(ledger.state().last_seal().unwrap().unwrap().sealed, want);
    proofs(ledger.state(), ledger.snapshot());
    seal(&mut ledger);
    proofs(ledger.state(), ledger.snapshot());
    drop(ledger);
    scene.check(15);
    assert_eq!(fsck(&scene.directory(), &NoProgress).unwrap(), []);
}

#[test]
fn an_audit_names_a_false_seal() {
    // A ledger whose writer does not check: the lie is appended to the files of a true one by hand.
    let scene = Scene::with_units(5);
    let ledger = scene.open();
    let (entry, stated) = lie(&ledger);
    drop(ledger);
    scene.append_unchecked(&entry);
    let snapshot = Snapshot::open(&scene.directory()).unwrap();
    let error = audit(&snapshot, &NoProgress).unwrap_err();
    let AuditError::Entry { source, .. } = &error else {
        panic!("{error}");
    };
    let ReplayError::Entry(EntryFault {
        index: at,
        refusal: EntryRefusal::FalseSeal { got, want },
    }) = source.as_ref()
    else {
        panic!("{source}");
    };
    assert_eq!((*at, *got), (index(9), stated.sealed()));
    assert_eq!(error.blame(), prova_store::Blame::Evidence);
    let faults = fsck(&scene.directory(), &NoProgress).unwrap();
    let text = format!(
        "entry 9 is a false seal: it states 12 terms with root {}",
        got.root
    );
    assert!(
        faults
            .iter()
            .any(|fault| matches!(&fault.kind, FaultKind::Entry { reason } if reason.contains(&text))),
        "{faults:?}"
    );
    assert_ne!(got, want);
    // The ledger cannot be opened on it: its store would have to be made from it.
    std::fs::remove_dir_all(scene.directory().join("store")).unwrap();
    assert!(Ledger::open(&scene.directory(), log_key(), &NoProgress).is_err());
}
