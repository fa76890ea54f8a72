use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    hash::{LeafHash, MapHash, sha256},
    index::term::Term,
    position::{EntryIndex, TreeSize},
};

fn term(number: usize) -> Term {
    format!("id:unit:dns:a.example/P/{number}").parse().unwrap()
}

fn leaf(number: u64) -> LeafHash {
    LeafHash::of_entry(&number.to_be_bytes())
}

/// The root by the definition, word for word: all leaves, and the bit at which they part.
fn naive(leaves: &BTreeMap<[u8; 32], [u8; 32]>, depth: usize) -> [u8; 32] {
    if leaves.is_empty() {
        return [0; 32];
    }
    if leaves.len() == 1 {
        let (key, value) = leaves.iter().next().unwrap();
        return sha256(&[&[0x13], key, value]);
    }
    let bit = |key: &[u8; 32]| key[depth / 8] >> (7 - depth % 8) & 1;
    let half = |want: u8| {
        let half = leaves.iter().filter(|(key, _)| bit(key) == want);
        half.map(|(key, value)| (*key, *value)).collect()
    };
    sha256(&[&[0x14], &naive(&half(0), depth + 1), &naive(&half(1), depth + 1)])
}

/// What the map should hold: each term's entries, folded by hand.
fn naive_root(postings: &BTreeMap<Term, Vec<(u64, LeafHash)>>) -> [u8; 32] {
    let leaves = postings.iter().map(|(term, entries)| {
        let mut folded = [0; 32];
        for (index, leaf) in entries {
            folded = sha256(&[&[0x10], &folded, &index.to_be_bytes(), leaf.as_bytes()]);
        }
        let key = sha256(&[&[0x11], term.to_string().as_bytes()]);
        let count = (entries.len() as u64).to_be_bytes();
        (key, sha256(&[&[0x12], &count, &folded]))
    });
    naive(&leaves.collect(), 0)
}

fn built(leaves: &BTreeMap<TermKey, TermValue>) -> MapHash {
    let mut builder = RootBuilder::new();
    for (key, value) in leaves {
        builder.push(*key, value).unwrap();
    }
    builder.finish()
}

#[test]
fn every_small_map_has_the_root_of_the_definition_and_proves_every_term() {
    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    let mut postings = BTreeMap::<Term, Vec<(u64, LeafHash)>>::new();
    for number in 0..64_u64 {
        // One, two or three terms an entry, some of them again and again.
        let terms: Vec<_> = (0..=number % 3)
            .map(|more| term(usize::try_from(number * (more + 1) % 41).unwrap()))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        index.record(EntryIndex::new(number), leaf(number), &terms);
        for term in terms {
            postings.entry(term).or_default().push((number, leaf(number)));
        }
        let sealed = index.fold(&mut buckets).unwrap();
        assert_eq!(sealed.terms, postings.len() as u64);
        assert_eq!(*sealed.root.as_bytes(), naive_root(&postings), "{number}");
        for other in 0..80 {
            let term = term(other);
            let proof = index.prove(&buckets, &term).unwrap();
            let parts = IndexProof::new(term.clone(), *proof.outcome(), proof.siblings().to_vec());
            assert_eq!(parts.as_ref(), Ok(&proof));
            assert_eq!(proof.to_string().parse(), Ok(proof.clone()));
            let listed: Vec<_> = postings.get(&term).into_iter().flatten().collect();
            assert_eq!(proof.accumulator().count(), listed.len() as u64);
            let listed = listed
                .into_iter()
                .map(|(number, leaf)| (EntryIndex::new(*number), *leaf));
            let size = TreeSize::new(number + 1);
            let listed: Vec<_> = listed.collect();
            let check = |listed: &[(EntryIndex, LeafHash)]| {
                check_complete(&term, listed.iter().copied(), &proof, size, &sealed.root)
            };
            assert_eq!(check(&listed), Ok(()));
            for hidden in 0..listed.len() {
                let mut rest = listed.clone();
                rest.remove(hidden);
                assert!(matches!(check(&rest), Err(CompletenessError::Count { .. })));
                let mut other = listed.clone();
                other[hidden].1 = leaf(99);
                assert!(matches!(check(&other), Err(CompletenessError::Entries { .. })));
            }
        }
    }
}

#[test]
fn the_builder_gives_the_root_of_the_definition_for_keys_that_share_many_bits() {
    // Every set of keys out of eight that part at the first bits, in the middle and at the very end.
    let keys: Vec<[u8; 32]> = [(0, 0x80), (0, 0x40), (15, 1), (16, 0x10), (31, 2), (31, 1)]
        .into_iter()
        .map(|(byte, bit)| {
            let mut key = [0x5a; 32];
            key[byte] ^= bit;
            key
        })
        .chain([[0x5a; 32], [0xff; 32]])
        .collect();
    for set in 0..1_u32 << keys.len() {
        let chosen = (0..keys.len()).filter(|at| set >> at & 1 == 1);
        let leaves: BTreeMap<_, _> = chosen
            .map(|at| (keys[at], [u8::try_from(at).unwrap(); 32]))
            .collect();
        let typed = leaves
            .iter()
            .map(|(key, value)| (TermKey::from_bytes(*key), TermValue::from_bytes(*value)));
        assert_eq!(*built(&typed.collect()).as_bytes(), naive(&leaves, 0), "{set:b}");
    }
}

#[test]
fn leaves_out_of_order_are_refused() {
    let mut builder = RootBuilder::new();
    let (low, high) = (TermKey::from_bytes([1; 32]), TermKey::from_bytes([2; 32]));
    let value = TermValue::from_bytes([0; 32]);
    builder.push(high, &value).unwrap();
    for got in [low, high] {
        assert_eq!(builder.push(got, &value), Err(KeyOrderError { got, after: high }));
    }
    assert_eq!(builder.finish(), super::map::leaf_hash(&high, &value));
}

#[test]
fn no_bit_of_a_proof_can_be_changed() {
    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    for number in 0..40 {
        index.record(
            EntryIndex::new(number),
            leaf(number),
            &[term(usize::try_from(number).unwrap())],
        );
    }
    let root = index.fold(&mut buckets).unwrap().root;
    let mut ends = [0; 3];
    for number in 30..60 {
        let term = term(number);
        let proof = index.prove(&buckets, &term).unwrap();
        proof.verify(&root).unwrap();
        ends[match proof.outcome() {
            TermOutcome::Listed(_) => 0,
            TermOutcome::Absent(End::Empty) => 1,
            TermOutcome::Absent(End::Leaf { .. }) => 2,
        }] += 1;
        let bytes = proof.to_string().into_bytes();
        for at in 0..bytes.len() {
            assert!(IndexProof::parse(&bytes[..at]).is_err() || at_line_end(&bytes, at));
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                if let Ok(other) = IndexProof::parse(&flipped) {
                    assert_eq!(other.to_string().as_bytes(), flipped);
                    let holds = other.verify(&root).is_ok();
                    // Of another term, it may be as true; of this one, nothing else is.
                    assert!(!holds || *other.term() != term, "byte {at}, bit {bit}");
                }
            }
        }
    }
    assert!(ends.iter().all(|count| *count > 0), "{ends:?}");
}

/// A proof cut after a line is one with fewer hashes, which leads elsewhere.
fn at_line_end(bytes: &[u8], at: usize) -> bool {
    bytes[..at].ends_with(b"\n")
}

#[test]
fn a_proof_is_about_one_map_and_one_term() {
    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    index.record(EntryIndex::new(0), leaf(0), &[term(0), term(1)]);
    let before = index.fold(&mut buckets).unwrap().root;
    let proof = index.prove(&buckets, &term(0)).unwrap();
    index.record(EntryIndex::new(1), leaf(1), &[term(1)]);
    let after = index.fold(&mut buckets).unwrap().root;
    assert_eq!(proof.verify(&before), Ok(()));
    assert_eq!(
        proof.verify(&after),
        Err(IndexProofError::Root {
            term: Box::new(term(0)),
            got: before,
            want: after
        })
    );
    let listed = [(EntryIndex::new(0), leaf(0))];
    let check = |wanted: &Term, listed: &[(EntryIndex, LeafHash)], size| {
        check_complete(
            wanted,
            listed.iter().copied(),
            &proof,
            TreeSize::new(size),
            &before,
        )
    };
    assert_eq!(check(&term(0), &listed, 1), Ok(()));
    assert_eq!(
        check(&term(1), &listed, 1),
        Err(CompletenessError::Term {
            got: Box::new(term(0)),
            want: Box::new(term(1))
        })
    );
    assert_eq!(
        check(&term(0), &listed, 0),
        Err(CompletenessError::NotSealed {
            got: EntryIndex::new(0),
            size: TreeSize::EMPTY
        })
    );
    let twice = [listed[0], listed[0]];
    assert_eq!(
        check(&term(0), &twice, 1),
        Err(CompletenessError::Order {
            got: EntryIndex::new(0),
            after: EntryIndex::new(0)
        })
    );
}

#[test]
fn a_proof_that_is_of_no_map_is_refused() {
    let own = TermKey::of(&term(0));
    let other = TermKey::of(&term(1));
    let value = TermValue::from_bytes([1; 32]);
    let listed = TermOutcome::Listed(Accumulator::EMPTY.with(EntryIndex::new(0), &leaf(0)));
    let hash = MapHash::from_bytes([7; 32]);
    let new =
        |outcome, siblings: &[MapHash]| IndexProof::new(term(0), outcome, siblings.to_vec()).unwrap_err();
    assert_eq!(new(listed, &[MapHash::EMPTY]), IndexProofError::LeafBesideEmpty);
    assert_eq!(
        new(TermOutcome::Absent(End::Empty), &[MapHash::EMPTY, hash]),
        IndexProofError::EmptyBesideEmpty
    );
    assert_eq!(
        new(TermOutcome::Listed(Accumulator::EMPTY), &[hash]),
        IndexProofError::NoEntries
    );
    assert_eq!(
        new(TermOutcome::Absent(End::Leaf { key: own, value }), &[hash]),
        IndexProofError::OwnLeaf
    );
    let got = own.common_bits(&other);
    assert_eq!(
        new(
            TermOutcome::Absent(End::Leaf { key: other, value }),
            &vec![hash; usize::from(got) + 1]
        ),
        IndexProofError::Elsewhere { got, want: got + 1 }
    );
    assert_eq!(new(listed, &[hash; 257]), IndexProofError::TooLong { got: 257 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn folding_in_any_steps_gives_the_map_of_a_btreemap(
        entries in prop::collection::vec((prop::collection::btree_set(0..3000_usize, 0..6), any::<bool>()), 0..200)
    ) {
        let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
        let mut want = BTreeMap::<TermKey, Accumulator>::new();
        for (number, (terms, fold)) in (0..).zip(entries) {
            let terms: Vec<_> = terms.into_iter().map(term).collect();
            index.record(EntryIndex::new(number), leaf(number), &terms);
            for term in &terms {
                let place = want.entry(TermKey::of(term)).or_insert(Accumulator::EMPTY);
                *place = place.with(EntryIndex::new(number), &leaf(number));
            }
            if fold {
                index.fold(&mut buckets).unwrap();
            }
        }
        let sealed = index.fold(&mut buckets).unwrap();
        let values = want.iter().map(|(key, accumulator)| (*key, accumulator.value()));
        prop_assert_eq!(sealed.root, built(&values.collect()));
        prop_assert_eq!(sealed.terms, want.len() as u64);
        for number in (0..3000).step_by(97) {
            let proof = index.prove(&buckets, &term(number)).unwrap();
            prop_assert_eq!(proof.verify(&sealed.root), Ok(()));
            let held = want.get(&TermKey::of(&term(number))).copied().unwrap_or(Accumulator::EMPTY);
            prop_assert_eq!(proof.accumulator(), held);
        }
    }
}

#[test]
fn a_row_of_chunks_proves_what_the_whole_row_does() {
    for count in [0, 1, 2, 3, 17, 400, 3_000] {
        let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
        for number in 0..count {
            let at = number as u64;
            index.record(EntryIndex::new(at), leaf(at), &[term(number)]);
        }
        let root = index.fold(&mut buckets).unwrap().root;
        let row = index.row();
        let mut partial = BucketRow::of_chunks(row.chunks());
        assert_eq!(partial.root(), root);
        let mut known = std::collections::BTreeSet::new();
        for term in (0..count + 200).map(term) {
            let key = TermKey::of(&term);
            if let Some(chunk) = partial.wanted(&key).filter(|chunk| known.insert(*chunk)) {
                partial.update(Bucket::of_chunk(chunk).map(|bucket| (bucket, row.bucket(bucket))));
            }
            let proof = partial.prove(&buckets, &term).unwrap();
            proof.verify(&root).unwrap();
            assert_eq!(proof, index.prove(&buckets, &term).unwrap());
        }
        assert!(known.len() <= 256);
    }
}
