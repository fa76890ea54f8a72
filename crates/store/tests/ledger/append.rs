//! What `append` does with entries.

use prova_core::{
    hash::LeafHash,
    index::term::Term,
    ledger::{EntryRefusal, Inadmissible},
    lifecycle::{FindingCode, View},
    position::{EntryIndex, TreeSize},
};
use prova_store::{AppendError, NoProgress, Outcome, Snapshot, audit};
use prova_testkit::builder::{TestLedger, unit};

use super::scene::{Scene, appended, check, index};

#[test]
fn a_ledger_grows_over_reopenings_and_answers_from_its_store() {
    let mut scene = Scene::empty();
    let mut ledger = scene.create();
    assert_eq!(ledger.snapshot().size(), TreeSize::new(1));
    scene.check(1);
    ledger.append(None, &scene.statements.enrolments()).unwrap();
    scene.check(4);
    let mut from = 0;
    for more in [1, 1, 2, 247, 1, 1, 3, 300, 600] {
        let entries = scene.statements.units(from, from + more, 0);
        let outcomes = ledger
            .append(Some(TreeSize::new(4 + from as u64)), &entries)
            .unwrap();
        assert_eq!(appended(&outcomes), more);
        from += more;
        scene.check(4 + from);
        drop(ledger);
        ledger = scene.open();
        scene.check(4 + from);
    }
    let state = ledger.state();
    assert_eq!(state.size(), TreeSize::new(4 + from as u64));
    let chain = state.chain(&unit("SN7").into()).unwrap().unwrap();
    assert_eq!((chain.first, chain.length), (index(11), 1));
    assert_eq!(state.index_of(&chain.head).unwrap(), Some(index(11)));
    assert_eq!(state.posting(&Term::Id(unit("SN7").into())).unwrap(), [index(11)]);
    let by: Term = "by:dns:nordlys.example".parse().unwrap();
    // Its enrolment, and all units.
    assert_eq!(state.posting(&by).unwrap().len(), from + 1);
    assert_eq!(state.subjects("unit:").count(), from);
    assert_eq!(state.subjects("slot:").count(), 0);
    assert_eq!(state.registry().participants().len(), 3);
}

#[test]
fn many_small_appends_leave_no_more_files_than_the_last_two_need() {
    let mut scene = Scene::empty();
    let mut ledger = scene.create();
    ledger.append(None, &scene.statements.enrolments()).unwrap();
    for serial in 0..260 {
        ledger
            .append(None, &scene.statements.units(serial, serial + 1, 0))
            .unwrap();
    }
    scene.check(264);
    let files = |directory: &str| {
        let names = std::fs::read_dir(scene.directory().join(directory)).unwrap();
        let mut names: Vec<_> = names
            .map(|name| name.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    // What the journal goes on from, after the enrolments, stays until it is settled.
    assert_eq!(files("tile/entries/000.p"), ["4"]);
    assert_eq!(files("tile/entries/001.p"), ["6", "7", "8"]);
    drop(ledger);
    assert_eq!(files("tile/entries"), ["000", "001.p"]);
    assert_eq!(files("tile/entries/001.p"), ["7", "8"]);
    assert_eq!(files("tile/0"), ["000", "001.p"]);
}

#[test]
fn a_stale_expected_size_writes_nothing() {
    let mut scene = Scene::with_units(3);
    let mut ledger = scene.open();
    let entries = scene.statements.units(3, 4, 0);
    let error = ledger.append(Some(TreeSize::new(6)), &entries).unwrap_err();
    assert!(matches!(
        error,
        AppendError::StaleSize { got, want } if (got.get(), want.get()) == (7, 6)
    ));
    assert_eq!(error.to_string(), "the ledger has 7 entries, want 6 as expected");
    scene.check(7);
    ledger.append(Some(TreeSize::new(7)), &entries).unwrap();
    scene.check(8);
}

#[test]
fn the_same_bytes_again_are_answered_with_their_index() {
    let mut scene = Scene::with_units(2);
    let mut ledger = scene.open();
    let old = ledger.snapshot().entry(index(4)).unwrap();
    let new = scene.statements.manufacture("NEW", 0);
    let batch = [old, new.clone(), new.clone()];
    let outcomes = ledger.append(None, &batch).unwrap();
    let leaf = LeafHash::of_entry(&new);
    assert_eq!(
        outcomes,
        [
            Outcome::Known { index: index(4) },
            Outcome::Appended {
                index: index(6),
                leaf,
                findings: Vec::new()
            },
            Outcome::Known { index: index(6) },
        ]
    );
    assert_eq!(ledger.append(None, &batch[1..]).unwrap().len(), 2);
    assert_eq!(ledger.snapshot().size(), TreeSize::new(7));
    scene.check(7);
}

#[test]
fn a_refused_entry_does_not_stop_the_others() {
    let mut scene = Scene::with_units(1);
    let mut ledger = scene.open();
    let good = scene.statements.manufacture("A", 0);
    // Signed by a key that nobody enrolled.
    let unknown = scene.statements.manufacture_by("B", 0, "spare-1");
    // Follows an entry that was refused.
    let stale = scene.statements.ship("B");
    let mut forged = scene.statements.manufacture("C", 0);
    let at = forged.len() - 20;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    let last = scene.statements.manufacture("D", 0);
    let batch = [good, b"{}".to_vec(), unknown, stale, forged, last];
    let outcomes = ledger.append(None, &batch).unwrap();
    assert_eq!(appended(&outcomes), 2);
    assert!(matches!(outcomes[1], Outcome::Refused(EntryRefusal::Decode(_))));
    assert!(matches!(outcomes[2], Outcome::Refused(EntryRefusal::Verify(_))));
    let Outcome::Refused(EntryRefusal::Inadmissible(reason)) = &outcomes[3] else {
        panic!("{:?}", outcomes[3]);
    };
    assert!(matches!(**reason, Inadmissible::OtherPrev { .. }));
    assert!(matches!(outcomes[4], Outcome::Refused(EntryRefusal::Verify(_))));
    assert!(matches!(&outcomes[5], Outcome::Appended { index: at, .. } if *at == index(6)));
    scene.check(7);
}

#[test]
fn nothing_is_written_when_all_are_refused() {
    let scene = Scene::with_units(1);
    let mut ledger = scene.open();
    let before = std::fs::read(scene.directory().join("checkpoint")).unwrap();
    let outcomes = ledger.append(None, &[b"x".to_vec()]).unwrap();
    assert_eq!(appended(&outcomes), 0);
    assert!(ledger.append(None, &[]).unwrap().is_empty());
    assert_eq!(
        std::fs::read(scene.directory().join("checkpoint")).unwrap(),
        before
    );
}

#[test]
fn a_key_speaks_in_the_batch_that_enrols_it_and_no_more_after_it_is_revoked() {
    let mut scene = Scene::with_units(0);
    let mut ledger = scene.open();
    let batch = [
        scene.statements.manufacture_by("TOO-EARLY", 0, "spare-1"),
        scene.statements.rotate("spare-1"),
        scene.statements.manufacture_by("IN-TIME", 0, "spare-1"),
        scene.statements.revoke("spare-1", Some(index(4))),
        scene.statements.manufacture_by("TOO-LATE", 0, "spare-1"),
    ];
    let outcomes = ledger.append(None, &batch).unwrap();
    assert!(matches!(outcomes[0], Outcome::Refused(EntryRefusal::Verify(_))));
    assert!(matches!(outcomes[2], Outcome::Appended { .. }));
    assert!(matches!(
        outcomes[4],
        Outcome::Refused(EntryRefusal::Inadmissible(_))
    ));
    scene.check(7);
    // What the revoked key said is distrusted, in the store as in the audit.
    let distrusted = ledger.state().distrusted(ledger.snapshot()).unwrap();
    let found: Vec<_> = distrusted
        .iter()
        .map(|finding| (finding.code(), finding.entry))
        .collect();
    assert_eq!(found, [(FindingCode::DistrustedKey, index(5))]);
    assert_eq!(distrusted[0].subject, unit("INTIME").into());
    let audited = audit(ledger.snapshot(), &NoProgress).unwrap();
    assert_eq!(audited.findings, distrusted);
    assert_eq!(audited.registry, *ledger.state().registry());
}

#[test]
fn findings_are_answered_and_kept() {
    let mut scene = Scene::with_units(0);
    let mut ledger = scene.open();
    // Shipped without having been made.
    let outcomes = ledger.append(None, &[scene.statements.ship("GHOST")]).unwrap();
    let Outcome::Appended { findings, .. } = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert!(
        findings
            .iter()
            .any(|finding| finding.code() == FindingCode::NoBirth)
    );
    let (ghost, at) = (unit("GHOST").into(), findings[0].entry);
    assert_eq!(ledger.state().findings(&ghost, at).unwrap(), *findings);
    let chain = ledger.state().chain(&ghost).unwrap().unwrap();
    // That its maker ships what it never made is a claim, which counts at the entry alone.
    assert_eq!((chain.findings(), findings.len()), (1, 2));
    assert_eq!(audit(ledger.snapshot(), &NoProgress).unwrap().findings, *findings);
}

#[test]
fn every_entry_and_every_proof_of_a_ledger_hold() {
    let scene = Scene::with_units(300);
    let snapshot = Snapshot::open(&scene.directory()).unwrap();
    let root = *snapshot.checkpoint().root();
    for (position, entry) in snapshot.entries(index(0)).enumerate() {
        let (at, entry) = entry.unwrap();
        assert_eq!(at, index(position as u64));
        assert_eq!(snapshot.entry(at).unwrap(), entry);
        let leaf = LeafHash::of_entry(&entry);
        assert_eq!(snapshot.leaf(at).unwrap(), leaf);
        snapshot.inclusion(at).unwrap().verify(&leaf, &root).unwrap();
    }
    assert_eq!(snapshot.entries(index(250)).count(), 54);
    let error = snapshot.entry(EntryIndex::new(304)).unwrap_err();
    assert_eq!(error.to_string(), "there is no entry 304 in a ledger of size 304");
    assert!(snapshot.inclusion(EntryIndex::new(304)).is_err());
    assert_eq!(
        snapshot.consistency(TreeSize::new(4)).unwrap().old(),
        TreeSize::new(4)
    );
    assert!(snapshot.consistency(TreeSize::new(305)).is_err());
}

#[test]
fn two_ledgers_of_the_same_statements_are_the_same_to_the_byte() {
    let grow = |steps: &[usize]| {
        let mut scene = Scene::empty();
        let mut ledger = scene.create();
        ledger.append(None, &scene.statements.enrolments()).unwrap();
        let mut from = 0;
        for step in steps {
            ledger
                .append(None, &scene.statements.units(from, from + step, 0))
                .unwrap();
            from += step;
        }
        drop(ledger);
        check(&scene.directory(), 4 + from);
        std::fs::read(scene.directory().join("checkpoint")).unwrap()
    };
    assert_eq!(grow(&[300]), grow(&[1, 250, 1, 48]));
    assert_ne!(grow(&[2]), grow(&[3]));
    assert_eq!(
        TestLedger::new("a.example").charter(),
        TestLedger::new("a.example").charter()
    );
}
