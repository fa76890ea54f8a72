use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::{hash::sha256, position::EntryIndex};

/// MTH, word for word as RFC 9162 §2.1.1 has it.
fn mth(leaves: &[LeafHash]) -> NodeHash {
    match leaves {
        [] => NodeHash::from_bytes(sha256(&[])),
        [only] => NodeHash::from(*only),
        _ => {
            let k = split(leaves.len());
            let (left, right) = (mth(&leaves[..k]), mth(&leaves[k..]));
            NodeHash::from_bytes(sha256(&[&[1], left.as_bytes(), right.as_bytes()]))
        }
    }
}

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// PATH(m, D), RFC 9162 §2.1.3.1.
fn path(m: usize, leaves: &[LeafHash]) -> Vec<NodeHash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (mut lower, top) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    lower.push(top);
    lower
}

/// SUBPROOF(m, D, b), RFC 9162 §2.1.4.1.
fn subproof(m: usize, leaves: &[LeafHash], known: bool) -> Vec<NodeHash> {
    if m == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = split(leaves.len());
    let (mut lower, top) = if m <= k {
        (subproof(m, &leaves[..k], known), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    lower.push(top);
    lower
}

fn sizes(range: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = (usize, Vec<LeafHash>, Tiles)> {
    range.map(|size| {
        let size_u64 = u64::try_from(size).unwrap();
        (size, (0..size_u64).map(leaf).collect(), Tiles::of(size_u64).0)
    })
}

fn size_of(count: usize) -> TreeSize {
    TreeSize::new(u64::try_from(count).unwrap())
}

fn index_of(position: usize) -> EntryIndex {
    EntryIndex::new(u64::try_from(position).unwrap())
}

fn flipped(hash: NodeHash, bit: usize) -> NodeHash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    NodeHash::from_bytes(bytes)
}

#[test]
fn the_published_roots_of_the_reference_tree_hold() {
    // Eight leaves and the roots over the first n of them, as the Certificate Transparency test vectors have them.
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
        ],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    for (entry, root) in leaves.into_iter().zip(roots) {
        frontier.push(LeafHash::of_entry(entry));
        assert_eq!(frontier.root().to_string(), root);
    }
}

#[test]
fn every_inclusion_proof_in_trees_of_up_to_64_leaves_is_that_of_the_definition() {
    for (size, leaves, tiles) in sizes(0..=64) {
        let tree = Tree::new(&tiles, size_of(size));
        let root = mth(&leaves);
        assert_eq!(tree.root().unwrap(), root);
        for (position, leaf) in leaves.iter().enumerate() {
            let proof = tree.prove_inclusion(index_of(position)).unwrap();
            assert_eq!(proof.path(), path(position, &leaves));
            assert_eq!(proof.verify(leaf, &root), Ok(()));
            assert_eq!(tree.leaf(index_of(position)).unwrap(), *leaf);
            for other in 0..size {
                let other = InclusionProof::new(index_of(other), size_of(size), proof.path().to_vec());
                let holds = other.is_ok_and(|other| other.verify(leaf, &root).is_ok() && other != proof);
                assert!(!holds, "a path proves two positions");
            }
        }
        assert!(matches!(
            tree.prove_inclusion(index_of(size)),
            Err(ReadTreeError::Inclusion(InclusionError::NotInTree { .. }))
        ));
    }
}

#[test]
fn every_consistency_proof_up_to_64_leaves_is_that_of_the_definition() {
    for (new, leaves, tiles) in sizes(0..=64) {
        let tree = Tree::new(&tiles, size_of(new));
        let new_root = mth(&leaves);
        for old in 0..=new {
            let old_root = mth(&leaves[..old]);
            let proof = tree.prove_consistency(size_of(old)).unwrap();
            let want = if old == 0 {
                Vec::new()
            } else {
                subproof(old, &leaves, true)
            };
            assert_eq!(proof.path(), want);
            assert_eq!(proof.verify(&old_root, &new_root), Ok(()));
            assert_eq!(tree.root_at(size_of(old)).unwrap(), old_root);

            let wrong = flipped(old_root, old);
            assert!(matches!(
                proof.verify(&wrong, &new_root),
                Err(ConsistencyError::OldRoot { .. } | ConsistencyError::NewRoot { .. })
            ));
            if old > 0 {
                assert!(proof.verify(&old_root, &flipped(new_root, new)).is_err());
            }
            for (position, bit) in
                (0..proof.path().len()).flat_map(|p| (0..256).step_by(37).map(move |b| (p, b)))
            {
                let mut path = proof.path().to_vec();
                path[position] = flipped(path[position], bit);
                let changed = ConsistencyProof::new(size_of(old), size_of(new), path).unwrap();
                assert!(changed.verify(&old_root, &new_root).is_err());
            }
        }
        assert!(matches!(
            tree.prove_consistency(size_of(new + 1)),
            Err(ReadTreeError::Consistency(ConsistencyError::Shrunk { .. }))
        ));
    }
}

#[test]
fn a_prover_gives_the_same_proofs_whatever_was_asked_before() {
    for (size, _, tiles) in [1, 300, 66_000].into_iter().flat_map(|size| sizes(size..=size)) {
        let tree = Tree::new(&tiles, size_of(size));
        let mut prover = InclusionProver::new(tree.clone());
        for number in 0..1_000 {
            let index = index_of(number * 7_919 % (size + 1));
            match (prover.prove_inclusion(index), tree.prove_inclusion(index)) {
                (Ok(got), Ok(want)) => assert_eq!(got, want),
                (got, want) => assert_eq!(got.is_ok(), want.is_ok()),
            }
        }
    }
}

#[test]
fn every_flipped_bit_of_an_inclusion_proof_is_refused() {
    for (size, leaves, tiles) in sizes(1..=20) {
        let tree = Tree::new(&tiles, size_of(size));
        let root = mth(&leaves);
        for (position, leaf) in leaves.iter().enumerate() {
            let proof = tree.prove_inclusion(index_of(position)).unwrap();
            for bit in 0..256 {
                let other = LeafHash::from_bytes(*flipped(NodeHash::from(*leaf), bit).as_bytes());
                assert!(proof.verify(&other, &root).is_err());
                assert!(proof.verify(leaf, &flipped(root, bit)).is_err());
                for place in 0..proof.path().len() {
                    let mut path = proof.path().to_vec();
                    path[place] = flipped(path[place], bit);
                    let changed = InclusionProof::new(proof.index(), proof.size(), path).unwrap();
                    assert!(matches!(
                        changed.verify(leaf, &root),
                        Err(InclusionError::Root { .. })
                    ));
                }
            }
        }
    }
}

#[test]
fn paths_of_another_length_are_refused_with_both_counts() {
    let (size, index) = (TreeSize::new(7), EntryIndex::new(6));
    let hash = NodeHash::of_empty_tree();
    let message = |error: &dyn std::error::Error| error.to_string();
    for got in [0, 1, 3, 64] {
        let error = InclusionProof::new(index, size, vec![hash; got]).unwrap_err();
        assert_eq!(
            error,
            InclusionError::PathLength {
                index,
                size,
                got,
                want: 2
            }
        );
        assert!(message(&error).ends_with(&format!("has {got} hashes, want 2")));
        let (old, new) = (TreeSize::new(3), size);
        let count = got + usize::from(got == 3);
        let error = ConsistencyProof::new(old, new, vec![hash; count + 1]).unwrap_err();
        assert_eq!(
            error,
            ConsistencyError::PathLength {
                old,
                new,
                got: count + 1,
                want: 4
            }
        );
    }
    for (index, size) in [(0, 0), (7, 7), (u64::MAX, 7), (u64::MAX, u64::MAX)] {
        let (index, size) = (EntryIndex::new(index), TreeSize::new(size));
        let error = InclusionProof::new(index, size, Vec::new());
        assert_eq!(error, Err(InclusionError::NotInTree { index, size }));
    }
    let last = InclusionProof::new(
        EntryIndex::new(u64::MAX - 1),
        TreeSize::new(u64::MAX),
        vec![hash; 64],
    );
    assert!(matches!(last, Err(InclusionError::PathLength { want: 63, .. })));
}

#[test]
fn the_empty_tree_begins_every_tree_and_only_as_itself() {
    let root = NodeHash::from(leaf(0));
    let empty = NodeHash::of_empty_tree();
    let from_nothing = ConsistencyProof::new(TreeSize::EMPTY, TreeSize::new(1), Vec::new()).unwrap();
    assert_eq!(from_nothing.verify(&empty, &root), Ok(()));
    assert!(matches!(
        from_nothing.verify(&root, &root),
        Err(ConsistencyError::OldRoot { .. })
    ));
    let nothing = ConsistencyProof::new(TreeSize::EMPTY, TreeSize::EMPTY, Vec::new()).unwrap();
    assert_eq!(nothing.verify(&empty, &empty), Ok(()));
    assert!(matches!(
        nothing.verify(&empty, &root),
        Err(ConsistencyError::NewRoot { .. })
    ));
    let same = ConsistencyProof::new(TreeSize::new(1), TreeSize::new(1), Vec::new()).unwrap();
    assert!(matches!(
        same.verify(&root, &empty),
        Err(ConsistencyError::NewRoot { .. })
    ));
}

#[test]
fn tiles_and_memory_agree_around_the_borders_of_tiles() {
    let around = [1, 2, 255, 256, 257, 258, 511, 512, 513, 65_535, 65_536, 65_537];
    let (mut frontier, mut edge, mut tiles) = (Frontier::new(), TileEdge::new(), Tiles::default());
    let mut roots: Vec<(TreeSize, NodeHash)> = vec![(TreeSize::EMPTY, frontier.root())];
    for size in around {
        while frontier.size().get() < size {
            let next = leaf(frontier.size().get());
            assert_eq!(frontier.push(next), edge.push(next));
        }
        let (before, size) = (roots.last().unwrap().0, TreeSize::new(size));
        let written = edge.take_tiles();
        let mut got: Vec<_> = written
            .iter()
            .map(|written| TilePath::Hashes(written.tile))
            .collect();
        let mut want: Vec<_> = tiles_to_write(before, size)
            .filter(|path| matches!(path, TilePath::Hashes(_)))
            .collect();
        got.sort_unstable();
        want.sort_unstable();
        assert_eq!(got, want);
        tiles.write(written);

        let root = frontier.root();
        let tree = Tree::new(&tiles, size);
        assert_eq!(edge.root(), root);
        assert_eq!(tree.frontier().unwrap(), frontier);
        assert_eq!(
            Frontier::from_nodes(size, frontier.nodes().to_vec()),
            Ok(frontier.clone())
        );
        for (old, old_root) in &roots {
            assert_eq!(tree.root_at(*old).unwrap(), *old_root);
            tiles.asked.borrow_mut().clear();
            let proof = tree.prove_consistency(*old).unwrap();
            assert_eq!(proof.verify(old_root, &root), Ok(()));
        }
        for index in [
            0, 1, 127, 128, 255, 256, 257, 32_768, 65_279, 65_280, 65_535, 65_536,
        ] {
            if size.has(EntryIndex::new(index)) {
                tiles.asked.borrow_mut().clear();
                let proof = tree.prove_inclusion(EntryIndex::new(index)).unwrap();
                assert_eq!(proof.verify(&leaf(index), &root), Ok(()));
                let asked = tiles.asked.borrow();
                assert!(asked.len() <= 6, "{asked:?}");
                assert!(
                    asked
                        .iter()
                        .all(|tile| Tile::in_tree(tile.level(), tile.index(), size) == Some(*tile))
                );
            }
        }
        roots.push((size, root));

        // What grows on from disk is what grows on in memory.
        let mut loaded = TileEdge::load(&tree, &root).unwrap();
        let mut kept = edge.clone();
        assert_eq!(loaded.take_tiles(), Vec::new());
        for index in 0..300 {
            assert_eq!(loaded.push(leaf(index)), kept.push(leaf(index)));
        }
        assert_eq!(loaded.take_tiles(), kept.take_tiles());
        assert_eq!(loaded.root(), kept.root());
    }
}

#[test]
fn a_source_that_lacks_or_changes_hashes_is_found_out() {
    let (mut tiles, edge) = Tiles::of(300);
    let size = TreeSize::new(300);
    let first = (TileLevel::LEAVES, TileIndex::new(0));
    let second = (TileLevel::LEAVES, TileIndex::new(1));
    tiles.written.get_mut(&second).unwrap().pop();
    let tile = Tile::in_tree(second.0, second.1, size).unwrap();
    let error = Tree::new(&tiles, size).root().unwrap_err();
    assert_eq!(error.to_string(), "tile/0/001.p/44 has 43 hashes, want 44");
    assert!(matches!(error, ReadTreeError::Width { tile: at, got: 43, .. } if at == tile));

    tiles
        .written
        .get_mut(&second)
        .unwrap()
        .push(NodeHash::of_empty_tree());
    let changed = TileEdge::load(&Tree::new(&tiles, size), &edge.root());
    assert!(matches!(changed, Err(LoadEdgeError::Root { .. })));

    tiles.written.remove(&first);
    let error = Tree::new(&tiles, size)
        .prove_inclusion(EntryIndex::new(3))
        .unwrap_err();
    assert_eq!(error.to_string(), "tile/0/000 cannot be read");
    assert!(matches!(error, ReadTreeError::Source { source: NotThere, .. }));
}

#[test]
fn sizes_that_no_log_has_are_refused() {
    let too_large = TreeSize::new(1 << 63);
    let refused = Frontier::from_nodes(too_large, vec![NodeHash::of_empty_tree()]);
    assert_eq!(refused, Err(FrontierError::TooLarge { got: too_large }));
    let size = TreeSize::new(5);
    let refused = Frontier::from_nodes(size, Vec::new());
    assert_eq!(
        refused,
        Err(FrontierError::Count {
            size,
            got: 0,
            want: 2
        })
    );
    // The largest tree that is: every question about it fails for want of tiles, and only so.
    let tree = Tree::new(Tiles::default(), MAX_TREE_SIZE);
    let is_unread = |error| matches!(error, ReadTreeError::Source { .. });
    assert!(is_unread(tree.root().unwrap_err()));
    assert!(is_unread(
        tree.prove_inclusion(MAX_TREE_SIZE.last().unwrap()).unwrap_err()
    ));
    assert!(is_unread(tree.prove_consistency(TreeSize::new(3)).unwrap_err()));
}

fn bytes_of(hashes: &[NodeHash]) -> Vec<u8> {
    encode_tile(hashes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_independent_implementation_makes_the_same_proofs(size in 1_u64..2000, index in any::<u64>(), old in any::<u64>()) {
        let (index, old) = (index % size, old % size + 1);
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        for index in 0..size {
            oracle.push(index.to_be_bytes().to_vec());
        }
        let (tiles, _) = Tiles::of(size);
        let tree = Tree::new(&tiles, TreeSize::new(size));
        let (root, want) = (tree.root().unwrap(), oracle.root());
        prop_assert_eq!(root.as_bytes().as_slice(), want.as_bytes().as_slice());
        let want = oracle.prove_inclusion(usize::try_from(index).unwrap());
        let got = tree.prove_inclusion(EntryIndex::new(index)).unwrap();
        prop_assert_eq!(bytes_of(got.path()), want.as_bytes());
        let want = oracle.prove_consistency(usize::try_from(size - old).unwrap());
        let got = tree.prove_consistency(TreeSize::new(old)).unwrap();
        prop_assert_eq!(bytes_of(got.path()), want.as_bytes());
    }
}
