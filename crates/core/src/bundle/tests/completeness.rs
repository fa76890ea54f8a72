//! Whether a bundle has all that its scope asks for, and no more.

use super::*;
use crate::{
    ledger::{EntryFault, EntryRefusal, SealedView},
    verdict::BundleScope,
};

#[test]
fn every_scope_holds_and_its_lives_are_those_of_the_whole_ledger() {
    let ledger = sealed();
    for scope in scopes() {
        let exported = Exported::of(&ledger, scope.clone());
        let dossier = exported
            .verify()
            .unwrap_or_else(|fault| panic!("{scope:?}: {fault}"));
        assert_eq!(dossier.gaps(), [], "{scope:?}");
        let mut want = Vec::new();
        let lists = &exported.description.closure;
        for id in lists.subjects() {
            let (chain, findings) = found(&ledger.scene, id);
            assert_eq!(dossier.chain(id).unwrap(), chain, "{id} in {scope:?}");
            for kind in FactKind::ALL {
                let want = ledger.scene.rows.facts(id, kind).unwrap();
                assert_eq!(
                    dossier.facts(id, kind).unwrap(),
                    want,
                    "{kind:?} of {id} in {scope:?}"
                );
            }
            if let Some(unit) = id.component() {
                let registry = ledger.scene.registry.as_ref().unwrap();
                let Ok(got) = CustodyLine::of(&dossier, unit, registry);
                let Ok(want) = CustodyLine::of(&ledger.scene.rows, unit, registry);
                assert_eq!(got, want, "{id} in {scope:?}");
            }
            if !lists.consulted.contains(id) {
                want.extend(findings);
            }
        }
        want.sort();
        assert_eq!(dossier.findings(), want, "{scope:?}");
    }
}

#[test]
fn a_bundle_has_no_more_than_it_needs() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let lists = &exported.description.closure;
    assert_eq!(lists.primary, [id(CARDS[0])]);
    // The other cards of the assembly and the other rack of the shipment are nobody's business.
    for other in [RACK_2, CARDS[1], CARDS[2]] {
        assert!(!lists.subjects().any(|listed| *listed == id(other)), "{other}");
    }
    let (consulted, traced) = (id(FIRMWARE_2), [id(TYPE), id(RACK), id(SLOT_2)]);
    assert!(lists.consulted.contains(&consulted), "{lists:?}");
    assert_eq!(lists.traced, traced);
    assert!(exported.entries.len() < ledger.scene.entries.len());
}

#[test]
fn every_entry_that_is_removed_is_missed() {
    let ledger = sealed();
    let mut removed = 0;
    for scope in scopes() {
        let exported = Exported::of(&ledger, scope.clone());
        for index in exported.entries.keys() {
            let mut without = exported.clone();
            without.entries.remove(index);
            // An exporter who hides an entry does not count it either.
            without.description.entries -= 1;
            let fault = without.verify().expect_err("an entry is hidden");
            let question = fault.question();
            assert!(
                matches!(
                    question,
                    Question::Complete | Question::Unbroken | Question::Entitled | Question::Authentic
                ),
                "{scope:?} without {index}: {fault}"
            );
            removed += 1;
        }
    }
    assert!(removed > 300, "{removed}");
}

#[test]
fn a_recall_that_is_hidden_is_missed_by_its_term() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let recall = EntryIndex::new(ledger.seal.index.get() - 1);
    let mut without = exported.clone();
    without.entries.remove(&recall).unwrap();
    without.description.entries -= 1;
    // Nothing follows it in the card's chain before the seal, so no link tells.
    let fault = without.verify().unwrap_err();
    assert!(
        matches!(&fault, BundleFault::Incomplete { term, got, want } if got + 1 == *want && term.to_string().ends_with("CARD/1")),
        "{fault}"
    );
    assert_eq!(fault.code(), ReasonCode::IndexDiffers);
    let verdict = Verifier::refuse(&without.description, &without.checkpoint, &fault, None);
    let failed: Vec<_> = verdict
        .failed()
        .map(|answered| (answered.question, answered.code))
        .collect();
    assert_eq!(failed, [(Question::Complete, ReasonCode::IndexDiffers)]);
    // Saying that the component is not in the scope does not help.
    let dossier = exported.verify().unwrap();
    let verdict = dossier.verdict(Some(&trusted()));
    let complete = verdict.answer(Question::Complete).unwrap();
    assert_eq!(
        (complete.answer, complete.code),
        (Answer::Holds, ReasonCode::IndexCounts)
    );
    assert!(
        verdict.answers[..4]
            .iter()
            .all(|answered| answered.answer == Answer::Holds)
    );
    assert_eq!(
        verdict.to_canonical(),
        exported
            .verify()
            .unwrap()
            .verdict(Some(&trusted()))
            .to_canonical()
    );
}

#[test]
fn a_component_that_is_not_followed_leaves_a_gap_or_is_missed() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let origin = &exported.description.origin;
    let lists = exported.description.closure.clone();
    for hidden in lists.consulted.iter().chain(&lists.traced) {
        let mut without = exported.clone();
        let closure = &mut without.description.closure;
        closure.consulted.retain(|id| id != hidden);
        closure.traced.retain(|id| id != hidden);
        let terms = gather::required(&without.description.scope, origin, closure);
        without.index_proofs.retain(|proof| terms.contains(proof.term()));
        let indices: Vec<_> = without.entries.keys().copied().collect();
        let tail = ledger.seal.size;
        for index in indices.into_iter().filter(|index| tail.has(*index)) {
            let asked = terms
                .iter()
                .any(|term| ledger.scene.rows.posting(term).contains(&index));
            if !asked {
                without.entries.remove(&index);
                without.description.entries -= 1;
            }
        }
        if *hidden == id(RACK) {
            // What only the rack's entries name is not asked for any more.
            without.documents.clear();
        }
        match without.verify() {
            Ok(dossier) => {
                let want = Term::chain(hidden);
                assert!(dossier.gaps().iter().any(|gap| gap.missing == want), "{hidden}");
                let verdict = dossier.verdict(Some(&trusted()));
                let complete = verdict.answer(Question::Complete).unwrap();
                assert_eq!(complete.answer, Answer::CannotBeDecided);
                assert_eq!(complete.code, ReasonCode::ChainsMissing);
                let card = component(CARDS[0]);
                let registry = ledger.scene.registry.as_ref().unwrap();
                let Ok(got) = CustodyLine::of(&dossier, &card, registry);
                let Ok(want) = CustodyLine::of(&ledger.scene.rows, &card, registry);
                if *hidden != id(RACK) {
                    assert_eq!((dossier.gap(), got), (None, want), "{hidden}");
                    continue;
                }
                // Who held it is told up to where it went into the rack, and nobody is named from there on.
                let [made, lost] = got.spans.as_slice() else {
                    panic!("{got:?}");
                };
                assert_eq!(
                    (&made.holder, made.from),
                    (&want.spans[0].holder, want.spans[0].from)
                );
                assert_eq!(
                    (&lost.holder, lost.from, lost.until),
                    (&None, want.spans[1].from, None)
                );
            }
            Err(fault) => panic!("{hidden}: {fault}"),
        }
    }
}

#[test]
fn what_is_traced_and_what_is_consulted_are_not_passed_off_as_each_other() {
    let ledger = sealed();
    let never = |_: &Term| -> IndexProof { panic!("no proof is wanted") };
    let whole = BundleScope::components([id(CARDS[0])]);
    let size = TreeSize::new(ledger.scene.entries.len() as u64);
    let mut hidden_findings = 0;
    for good in scopes()
        .into_iter()
        .map(|scope| Exported::of(&ledger, scope))
        .chain([
            Exported::new(&ledger.scene, whole, None, &never),
            Exported::new(
                &ledger.scene,
                BundleScope::ledger(size),
                Some(ledger.seal),
                &never,
            ),
        ])
    {
        let lists = &good.description.closure;
        for traced in &lists.traced {
            // All of its entries stay here, but its findings would be nobody's.
            let mut changed = good.clone();
            let lists = &mut changed.description.closure;
            lists.traced.retain(|id| id != traced);
            lists.consulted.push(traced.clone());
            lists.consulted.sort();
            let fault = changed.verify().unwrap_err();
            assert!(
                matches!(&fault, BundleFault::Scope { subject, .. } if **subject == *traced),
                "{fault}"
            );
            hidden_findings += found(&ledger.scene, traced).1.len();
        }
        for consulted in &lists.consulted {
            let mut changed = good.clone();
            let lists = &mut changed.description.closure;
            lists.consulted.retain(|id| id != consulted);
            lists.traced.push(consulted.clone());
            lists.traced.sort();
            let fault = changed.verify().unwrap_err();
            assert!(
                matches!(&fault, BundleFault::Scope { subject, .. } if **subject == *consulted),
                "{fault}"
            );
        }
    }
    assert!(hidden_findings > 0);
}

#[test]
fn an_alias_that_many_may_have_is_followed_by_no_bundle() {
    let ledger = sealed();
    let scope = BundleScope::components([id(CARDS[0])]);
    let never = |_: &Term| -> IndexProof { panic!("no proof is wanted") };
    for good in [
        Exported::new(&ledger.scene, scope.clone(), None, &never),
        Exported::of(&ledger, scope),
    ] {
        good.verify().unwrap();
        for shared in [
            "sku:CARD",
            "gtin:4012345000009",
            "pkg:deb/debian/frr@8.4.4",
            "cpe:2.3:o:example:card:1:*:*:*:*:*:*:*",
        ] {
            let mut changed = good.clone();
            let aliases = &mut changed.description.closure.aliases;
            aliases.push(shared.parse().unwrap());
            aliases.sort();
            let fault = changed.verify().unwrap_err();
            let want = description::DescriptionError::SharedAlias(shared.parse().unwrap());
            assert_eq!(fault, BundleFault::Description(want), "{shared}");
            assert_eq!(fault.code(), ReasonCode::Malformed);
        }
    }
}

#[test]
fn what_came_after_the_seal_cannot_be_dropped_and_another_entry_is_no_seal() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let tail = ledger.seal.size.next();
    for index in good.entries.keys().copied().filter(|index| *index >= tail) {
        let mut without = good.clone();
        without.entries.remove(&index).unwrap();
        without.description.entries -= 1;
        let fault = without.verify().unwrap_err();
        assert!(
            matches!(fault, BundleFault::Missing { from, .. } if from == tail),
            "entry {index}: {fault}"
        );
        assert_eq!(fault.code(), ReasonCode::EntryMissing);
    }
    let mut another = good;
    another.description.seal = another.description.seal.map(|seal| SealReference {
        index: EntryIndex::new(seal.index.get() + 1),
        ..seal
    });
    assert!(matches!(
        another.verify().unwrap_err(),
        BundleFault::NotTheSeal { .. }
    ));
}

#[test]
fn a_ledger_without_a_seal_travels_whole_and_a_false_seal_is_found() {
    let never = |_: &Term| -> IndexProof { panic!("no proof is wanted") };
    let plain = scene();
    let exported = Exported::new(&plain, BundleScope::components([id(CARDS[0])]), None, &never);
    assert_eq!(exported.entries.len(), plain.entries.len());
    let dossier = exported.verify().unwrap();
    let verdict = dossier.verdict(Some(&trusted()));
    assert_eq!(
        verdict.answer(Question::Complete).unwrap().code,
        ReasonCode::EveryEntryRead
    );

    let ledger = sealed();
    let whole = BundleScope::ledger(TreeSize::new(ledger.scene.entries.len() as u64));
    let exported = Exported::new(&ledger.scene, whole.clone(), Some(ledger.seal), &never);
    let dossier = exported.verify().unwrap();
    for (subject, chain) in ledger.scene.rows.chains() {
        assert_eq!(dossier.chain(subject).unwrap().as_ref(), Some(chain), "{subject}");
    }
    assert_eq!(dossier.findings().len(), ledger.scene.rows.findings().len());

    let mut lying = scene();
    let size = TreeSize::new(lying.entries.len() as u64);
    let mut truth = lying.rows.fold_index().unwrap();
    truth.terms += 1;
    let seal = Seal::new("2026-03-01T08:00:00Z".parse().unwrap(), size, truth);
    let statement = seal.into_statement("scene.example/ledger".parse().unwrap(), None);
    let (index, _) = lying.submit(&statement, &["log"]).unwrap();
    let seal = SealReference {
        index,
        size,
        root: truth.root,
    };
    let whole = BundleScope::ledger(TreeSize::new(lying.entries.len() as u64));
    let exported = Exported::new(&lying, whole, Some(seal), &never);
    assert!(matches!(
        exported.verify().unwrap_err(),
        BundleFault::Entry(EntryFault {
            refusal: EntryRefusal::FalseSeal { .. },
            ..
        })
    ));
}
