//! Bundles that were changed, and parts of others.

use super::*;
use crate::verdict::{BundleScope, bundle_scope};

#[test]
fn every_flip_of_a_bit_is_found() {
    let ledger = sealed();
    let exported = Exported::of(&ledger, BundleScope::components([id(CARDS[0])]));
    let want = exported.verify().unwrap().verdict(None).to_canonical();
    let flips = |length: usize| (0..length * 8).step_by(97);
    let mut tried = 0;
    for (index, (bytes, proof)) in &exported.entries {
        for (part, length) in [(0, bytes.len()), (1, proof.len())] {
            // Every entry somewhere else.
            for bit in flips(length)
                .skip(usize::try_from(index.get()).unwrap() % 13)
                .step_by(13)
            {
                let mut changed = exported.clone();
                let entry = changed.entries.get_mut(index).unwrap();
                let bytes = if part == 0 { &mut entry.0 } else { &mut entry.1 };
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(changed.verify().is_err(), "entry {index}, part {part}, bit {bit}");
                tried += 1;
            }
        }
    }
    for (at, proof) in exported.index_proofs.iter().enumerate() {
        let text = proof.to_string().into_bytes();
        for bit in flips(text.len()) {
            let mut bytes = text.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            tried += 1;
            let Ok(proof) = IndexProof::parse(&bytes) else {
                continue;
            };
            let mut changed = exported.clone();
            changed.index_proofs[at] = proof;
            assert!(changed.verify().is_err(), "index proof {at}, bit {bit}");
        }
    }
    let description = exported.description.to_canonical();
    for bit in flips(description.len()) {
        let mut bytes = description.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(description) = Description::parse(&bytes) else {
            continue;
        };
        let changed = Exported {
            description,
            ..exported.clone()
        };
        // What only the exporter vouches for is outside the verdict: the case, the time.
        if let Ok(dossier) = changed.verify() {
            assert_eq!(dossier.verdict(None).to_canonical(), want, "bit {bit}");
        }
        tried += 1;
    }
    assert!(tried > 500, "{tried}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one bundle, one change after another")]
fn parts_of_another_tree_term_or_place_are_refused() {
    let ledger = sealed();
    let scope = BundleScope::components([id(CARDS[0])]);
    let good = Exported::of(&ledger, scope.clone());
    let other = {
        let mut scene = scene();
        let seal = append_seal(&mut scene);
        let (index, buckets) = index_of(&scene, seal.size);
        Sealed {
            scene,
            seal,
            index,
            buckets,
        }
    };
    let of_other = Exported::of(&other, scope);
    let first = *good.entries.keys().next().unwrap();
    let last = *good.entries.keys().last().unwrap();
    let fault = |change: &dyn Fn(&mut Exported)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed.verify().unwrap_err()
    };
    assert!(matches!(
        fault(&|bundle| bundle.checkpoint = of_other.checkpoint.clone()),
        BundleFault::Differs { field: "size", .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.entries.get_mut(&first).unwrap().1 = of_other.entries[&first].1.clone()),
        BundleFault::OtherProof {
            problem: "leads to another checkpoint than the bundle's",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| {
            let (one, two) = (bundle.entries[&first].1.clone(), bundle.entries[&last].1.clone());
            bundle.entries.get_mut(&first).unwrap().1 = two;
            bundle.entries.get_mut(&last).unwrap().1 = one;
        }),
        BundleFault::OtherProof {
            problem: "is about another entry",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| {
            let (one, two) = (bundle.entries[&first].0.clone(), bundle.entries[&last].0.clone());
            bundle.entries.get_mut(&first).unwrap().0 = two;
            bundle.entries.get_mut(&last).unwrap().0 = one;
        }),
        BundleFault::NotInLog { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs[0] = of_other.index_proofs[0].clone()),
        BundleFault::IndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs[1] = bundle.index_proofs[0].clone()),
        BundleFault::StrayIndexProof {
            problem: "comes twice",
            ..
        }
    ));
    let stranger = Term::Id(id(SLOT));
    let proof = ledger.index.prove(&ledger.buckets, &stranger).unwrap();
    assert!(matches!(
        fault(&|bundle| bundle.index_proofs.push(proof.clone())),
        BundleFault::StrayIndexProof {
            problem: "is not wanted for the scope and closure",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| drop(bundle.index_proofs.pop())),
        BundleFault::NoIndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.seal = of_other.description.seal),
        BundleFault::IndexProof { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.entries += 1),
        BundleFault::Count { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.exporter = org("nordlys")),
        BundleFault::Exporter {
            problem: "has not the role auditor",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.exporter = org("nobody")),
        BundleFault::Exporter {
            problem: "is not enrolled in the ledger",
            ..
        }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.scope = BundleScope::components([id(CARDS[1])])),
        BundleFault::StrayIndexProof { .. } | BundleFault::NoIndexProof { .. } | BundleFault::Scope { .. }
    ));
    assert!(matches!(
        fault(&|bundle| bundle.description.format = "prova-bundle/2".to_owned()),
        BundleFault::Description(description::DescriptionError::Format { .. })
    ));
}

#[test]
fn a_description_that_would_fill_the_memory_is_refused_while_it_is_read() {
    let ledger = sealed();
    let good = Exported::of(&ledger, BundleScope::components([id(CARDS[0])])).description;
    let text = String::from_utf8(good.to_canonical()).unwrap();
    let many = |start: &str, item: &dyn Fn(usize) -> String, count: usize| {
        let items: Vec<_> = (0..count).map(item).collect();
        let start = format!("{start}[");
        assert!(text.contains(&start));
        // Before those that are there: they are out of order, which is looked at last.
        Description::parse(
            text.replacen(&start, &format!("{start}{},", items.join(",")), 1)
                .as_bytes(),
        )
    };
    let unit = |at: usize| format!("\"unit:dns:a.example/A/{at}\"");
    let alias = |at: usize| format!("\"mac:{at:012x}\"");
    for (start, item, count) in [
        (
            "\"components\":",
            &unit as &dyn Fn(usize) -> String,
            bundle_scope::MAX_COMPONENTS,
        ),
        ("\"primary\":", &unit, description::MAX_SUBJECTS),
        ("\"traced\":", &unit, description::MAX_SUBJECTS),
        ("\"aliases\":", &alias, description::MAX_ALIASES),
    ] {
        let error = many(start, item, count).unwrap_err().to_string();
        assert!(
            error.contains(&format!("more than {count} items")),
            "{start}: {error}"
        );
    }
    // Each list is short enough, all together are not.
    let error = many("\"primary\":", &unit, description::MAX_SUBJECTS - 1).unwrap_err();
    assert!(
        matches!(
            error,
            description::DescriptionError::Count {
                what: "components",
                ..
            }
        ),
        "{error}"
    );
}
