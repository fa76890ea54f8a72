use prova_core::{
    hash::LeafHash, id::component::SubjectId, index::term::Term, ledger::replay::Rows as _,
    lifecycle::View as _, view::trace::Entries as _,
};
use prova_testkit::builder::{TestLedger, org, unit};

use super::*;
use crate::scene::Ledger;

#[test]
fn custody_is_told_step_by_step() {
    let mut made = TestLedger::new("report.example/ledger");
    let mut entries = vec![made.charter()];
    entries.extend(made.enrolments());
    entries.push(made.manufacture("SN1", 0));
    let ship = made.ship("SN1");
    let leaf = LeafHash::of_entry(&ship);
    entries.push(ship);
    let pending = custody_of(entries.clone());
    entries.push(made.receive("SN1", Some(leaf)));
    let received = custody_of(entries.clone());
    entries.pop();
    entries.push(TestLedger::receive(&mut made_again(), "SN1", None));
    let taken = custody_of(entries);

    let (maker, north) = (org("dns:nordlys.example"), org("dns:north.example"));
    for (name, custody, spans, hand_over) in [
        (
            "pending",
            pending,
            vec![(&maker, 0, None)],
            (1, None, HandOverState::Pending),
        ),
        (
            "received",
            received,
            vec![(&maker, 0, Some(2)), (&north, 2, None)],
            (1, Some(2), HandOverState::Confirmed),
        ),
        (
            "taken",
            taken,
            vec![(&maker, 0, Some(2)), (&north, 2, None)],
            (1, Some(2), HandOverState::Missing),
        ),
    ] {
        let got: Vec<_> = custody
            .spans
            .iter()
            .map(|span| (&span.holder, span.from, span.until))
            .collect();
        assert_eq!(got, spans, "{name}");
        let got = custody.hand_overs.iter();
        let got: Vec<_> = got
            .map(|hand_over| (hand_over.left, hand_over.arrived, hand_over.state))
            .collect();
        assert!(got.contains(&hand_over), "{name}: {got:?}");
    }
}

/// The same ledger up to the shipment, to go on from it differently.
fn made_again() -> TestLedger {
    let mut made = TestLedger::new("report.example/ledger");
    made.enrolments();
    made.manufacture("SN1", 0);
    made.ship("SN1");
    made
}

fn custody_of(entries: Vec<Vec<u8>>) -> Custody {
    let ledger = Ledger::new(entries);
    let subject = SubjectId::from(unit("SN1"));
    let chain = ledger.chain(&subject).unwrap().unwrap();
    let holder = chain.unit().unwrap().custodian.clone();
    let indices = ledger.rows.posting(&Term::Id(subject)).unwrap();
    let related: BTreeMap<_, _> = indices
        .into_iter()
        .map(|index| (index, ledger.entry(index).unwrap()))
        .collect();
    let custody = Custody::new(&ledger, &unit("SN1"), &chain, &related, ledger.history.now()).unwrap();
    let last = custody.spans.last().unwrap();
    assert_eq!(
        Some(&last.holder),
        holder.as_ref(),
        "the last holder is the one that the lifecycle has"
    );
    custody
}
