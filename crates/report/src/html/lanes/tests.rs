use prova_core::{
    hash::LeafHash,
    id::{ComponentId, Kind, SubjectId},
    index::term::Term,
    lifecycle::View as _,
};
use prova_testkit::{
    builder::{TestLedger, org, unit},
    generator::Generator,
};

use super::*;
use crate::{report::Kept, tests::scene::Ledger};

#[test]
fn custody_is_told_step_by_step() {
    let mut made = TestLedger::new("report.example/ledger");
    let mut entries = vec![made.charter()];
    entries.extend(made.enrolments());
    entries.push(made.manufacture("SN1", 0));
    let ship = made.ship("SN1");
    let leaf = LeafHash::of_entry(&ship);
    entries.push(ship);
    let pending = lanes_of(entries.clone());
    entries.push(made.receive("SN1", Some(leaf)));
    let received = lanes_of(entries.clone());
    entries.pop();
    entries.push(TestLedger::receive(&mut made_again(), "SN1", None));
    let taken = lanes_of(entries);

    let (maker, north) = (org("dns:nordlys.example"), org("dns:north.example"));
    for (name, lanes, bars, hand_over) in [
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
            vec![(&maker, 0, None)],
            (1, None, HandOverState::Pending),
        ),
    ] {
        let got = lanes.bars.iter();
        let got: Vec<_> = got.map(|bar| (&bar.holder, bar.from, bar.until)).collect();
        assert_eq!(got, bars, "{name}");
        let got = lanes.hand_overs.iter();
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

fn lanes_of(entries: Vec<Vec<u8>>) -> Lanes {
    let ledger = Ledger::new(entries);
    let subject = SubjectId::from(unit("SN1"));
    let indices = ledger.rows.posting(&Term::Id(subject.clone())).to_vec();
    let related = indices.into_iter().map(|index| {
        let entry = prova_core::view::trace::Entries::entry(&ledger, index);
        (index, entry.unwrap())
    });
    let timeline = Timeline::new(&ledger, &subject, &related.collect(), &ledger.history).unwrap();
    Lanes::new(
        &timeline,
        timeline.standing.as_ref().unwrap(),
        ledger.history.now(),
    )
}

/// Who holds a unit, by the chains of the units that it is in.
fn holder(ledger: &Ledger, unit: &ComponentId) -> Option<OrgId> {
    let chain = ledger.chain(&unit.clone().into()).unwrap()?;
    let life = chain.unit()?;
    match life.parent() {
        Some(parent) => holder(ledger, parent),
        None => life.custodian().cloned(),
    }
}

#[test]
fn the_page_the_life_and_the_trace_of_every_generated_unit_name_one_holder() {
    let ledger = Ledger::new(Generator::new(12).take(3_000).collect());
    let (mut units, mut with_parents, mut had_parents) = (0, 0, 0);
    for (subject, chain) in ledger.rows.chains() {
        let Some(unit) = subject.component().filter(|id| id.kind() == Kind::Unit) else {
            continue;
        };
        let report = ledger.report(std::slice::from_ref(subject), Kept::Ledger);
        let page = &report.pages[0];
        let standing = page.timeline.standing.as_ref().unwrap();
        let want = holder(&ledger, unit);
        let id = |party: Option<&Party>| party.map(|party| party.id.clone());
        assert_eq!(id(standing.holder.as_ref()), want, "{unit}");
        assert_eq!(id(page.trace.as_ref().unwrap().holder.as_ref()), want, "{unit}");
        assert_eq!(id(standing.custody.holder()), want, "{unit}");
        let lanes = Lanes::new(&page.timeline, standing, ledger.history.now());
        let last = lanes.bars.last().filter(|bar| bar.until.is_none());
        assert_eq!(last.map(|bar| bar.holder.clone()), want, "{unit}");
        units += 1;
        with_parents += usize::from(chain.unit().unwrap().parent().is_some());
        let went_in = |span: &CustodySpan| matches!(span.how, Some(Passage::Insertion { .. }));
        had_parents += usize::from(standing.custody.spans.iter().any(went_in));
    }
    assert!(
        units > 300 && with_parents > 5 && had_parents > with_parents,
        "{units} {with_parents} {had_parents}"
    );
}
