use std::{cell::RefCell, collections::BTreeMap};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::{
    hash::{LeafHash, NodeHash, sha256},
    position::EntryIndex,
};

fn leaf(index: u64) -> LeafHash {
    LeafHash::of_entry(&index.to_be_bytes())
}

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

/// Tiles in memory, written the way a log writes them.
#[derive(Default)]
struct Tiles {
    written: BTreeMap<(TileLevel, TileIndex), Vec<NodeHash>>,
    asked: RefCell<Vec<Tile>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not there")]
struct NotThere;

impl HashSource for Tiles {
    type Error = NotThere;
    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, NotThere> {
        self.asked.borrow_mut().push(tile);
        self.written
            .get(&(tile.level(), tile.index()))
            .cloned()
            .ok_or(NotThere)
    }
}

impl Tiles {
    fn write(&mut self, tiles: Vec<WrittenTile>) {
        for WrittenTile { tile, hashes } in tiles {
            assert_eq!(hashes.len(), tile.width().count(), "{tile}");
            self.written.insert((tile.level(), tile.index()), hashes);
        }
    }

    fn of(size: u64) -> (Self, TileEdge) {
        let (mut tiles, mut edge) = (Self::default(), TileEdge::new());
        for index in 0..size {
            edge.push(leaf(index));
        }
        tiles.write(edge.take_tiles());
        (tiles, edge)
    }
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
fn every_inclusion_proof_in_trees_of_up_to_64_leaves_is_that_of_the_definition() {
    for (size, leaves, tiles) in sizes(0..=64) {
        let tree = Tree::new(&tiles, size_of(size)).unwrap();
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
        let tree = Tree::new(&tiles, size_of(new)).unwrap();
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
fn every_flipped_bit_of_an_inclusion_proof_is_refused() {
    for (size, leaves, tiles) in sizes(1..=20) {
        let tree = Tree::new(&tiles, size_of(size)).unwrap();
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
        let tree = Tree::new(&tiles, size).unwrap();
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
    let error = Tree::new(&tiles, size).unwrap().root().unwrap_err();
    assert_eq!(error.to_string(), "tile/0/001.p/44 has 43 hashes, want 44");
    assert!(matches!(error, ReadTreeError::Width { tile: at, got: 43, .. } if at == tile));

    tiles
        .written
        .get_mut(&second)
        .unwrap()
        .push(NodeHash::of_empty_tree());
    let changed = TileEdge::load(&Tree::new(&tiles, size).unwrap(), &edge.root());
    assert!(matches!(changed, Err(LoadEdgeError::Root { .. })));

    tiles.written.remove(&first);
    let error = Tree::new(&tiles, size)
        .unwrap()
        .prove_inclusion(EntryIndex::new(3))
        .unwrap_err();
    assert_eq!(error.to_string(), "tile/0/000 cannot be read");
    assert!(matches!(error, ReadTreeError::Source { source: NotThere, .. }));
}

#[test]
fn sizes_that_no_log_has_are_refused() {
    let too_large = TreeSize::new(1 << 63);
    assert!(matches!(
        Tree::new(Tiles::default(), too_large),
        Err(ReadTreeError::TooLarge { .. })
    ));
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
    let tree = Tree::new(Tiles::default(), MAX_TREE_SIZE).unwrap();
    let is_unread = |error| matches!(error, ReadTreeError::Source { .. });
    assert!(is_unread(tree.root().unwrap_err()));
    assert!(is_unread(
        tree.prove_inclusion(MAX_TREE_SIZE.last().unwrap()).unwrap_err()
    ));
    assert!(is_unread(tree.prove_consistency(TreeSize::new(3)).unwrap_err()));
}

#[test]
fn paths_of_tiles_are_those_of_the_specification() {
    let tile = |level, index, width| {
        let width = TileWidth::new(width).unwrap();
        TilePath::Hashes(Tile::new(
            TileLevel::new(level).unwrap(),
            TileIndex::new(index),
            width,
        ))
    };
    let bundle =
        |index, width| TilePath::Entries(Bundle::new(TileIndex::new(index), TileWidth::new(width).unwrap()));
    for (path, want) in [
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/0/000", tile(0, 0, 256)),
        ("tile/63/999.p/1", tile(63, 999, 1)),
        ("tile/1/x001/000.p/255", tile(1, 1000, 255)),
        ("tile/entries/273.p/112", bundle(273, 112)),
        (
            "tile/entries/x018/x446/x744/x073/x709/x551/615",
            bundle(u64::MAX, 256),
        ),
    ] {
        assert_eq!(path.parse(), Ok(want));
        assert_eq!(want.to_string(), path);
    }
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/entries",
        "tile/x/000",
        "/tile/0/000",
        "tile/64/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/256/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x01/000",
        "tile/0/x001/00a",
        "tile/0/x001/+01",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/../000",
        "tile/entries/x018/x446/x744/x073/x709/x551/616",
        "tile/0/٠٠٠",
    ] {
        assert!(path.parse::<TilePath>().is_err(), "{path}");
    }
    let message = |path: &str| path.parse::<TilePath>().unwrap_err().to_string();
    assert_eq!(
        message("tile/64/000"),
        "tile level «64», want 0..63 without leading zeroes"
    );
    assert_eq!(
        message("a\u{1b}"),
        "path «a\\u{1b}» does not begin with tile/<level>/ or tile/entries/"
    );
}

#[test]
fn a_tree_of_70000_entries_has_the_tiles_that_the_specification_counts() {
    let paths: Vec<_> = tiles_to_write(TreeSize::EMPTY, TreeSize::new(70_000)).collect();
    let text: Vec<_> = paths.iter().map(ToString::to_string).collect();
    let full_at = |level: &str| {
        let prefix = format!("tile/{level}/");
        text.iter()
            .filter(|path| path.starts_with(&prefix) && !path.contains(".p/"))
            .count()
    };
    assert_eq!(
        (full_at("entries"), full_at("0"), full_at("1"), full_at("2")),
        (273, 273, 1, 0)
    );
    let partial: Vec<_> = text.iter().filter(|path| path.contains(".p/")).collect();
    assert_eq!(
        partial,
        [
            "tile/entries/273.p/112",
            "tile/0/273.p/112",
            "tile/1/001.p/17",
            "tile/2/000.p/1"
        ]
    );
    let write = |old, new| -> Vec<String> {
        tiles_to_write(TreeSize::new(old), TreeSize::new(new))
            .map(|path| path.to_string())
            .collect()
    };
    assert_eq!(
        write(255, 256),
        ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    );
    assert_eq!(write(256, 257), ["tile/entries/001.p/1", "tile/0/001.p/1"]);
    assert_eq!(write(257, 257), Vec::<String>::new());
    assert_eq!(write(300, 257), Vec::<String>::new());
    assert_eq!(tiles_to_write(TreeSize::EMPTY, MAX_TREE_SIZE).take(2).count(), 2);
}

#[test]
fn tiles_decode_to_what_was_encoded_and_other_lengths_are_refused() {
    let hashes: Vec<_> = (0..256).map(|index| NodeHash::from(leaf(index))).collect();
    for width in [1, 2, 255, 256] {
        let bytes = encode_tile(&hashes[..width]);
        let width = TileWidth::new(u16::try_from(width).unwrap()).unwrap();
        assert_eq!(decode_tile(&bytes, width).unwrap(), hashes[..width.count()]);
        for other in [0, 1, bytes.len() - 1, bytes.len() - 32] {
            let want = DecodeTileError::Length {
                width,
                got: other,
                want: bytes.len(),
            };
            assert_eq!(decode_tile(&bytes[..other], width), Err(want));
        }
    }
    assert_eq!((TileWidth::new(0), TileWidth::new(257)), (None, None));
}

#[test]
fn bundles_decode_to_what_was_encoded() {
    let entries: [&[u8]; 3] = [b"a", &[7; MAX_ENTRY_BYTES], b"\0\x01b"];
    let mut bytes = Vec::new();
    for entry in entries {
        push_entry(&mut bytes, entry).unwrap();
    }
    assert_eq!(bytes[..5], [0, 1, b'a', 0xff, 0xff]);
    let width = |count| TileWidth::new(count).unwrap();
    let bundle = EntryBundle::decode(&bytes, width(3)).unwrap();
    assert!(bundle.entries().eq(entries));
    assert_eq!((bundle.entry(2), bundle.entry(3)), (Some(entries[2]), None));

    let trailing = DecodeBundleError::Trailing {
        got: 5,
        want: width(2),
        offset: 65_540,
    };
    assert_eq!(EntryBundle::decode(&bytes, width(2)), Err(trailing));
    assert_eq!(
        EntryBundle::decode(&bytes, width(4)),
        Err(DecodeBundleError::Count {
            got: 3,
            want: width(4)
        })
    );
    let refused = push_entry(&mut bytes, &[0; MAX_ENTRY_BYTES + 1]);
    assert_eq!(
        refused,
        Err(EncodeEntryError::TooLarge {
            got: MAX_ENTRY_BYTES + 1
        })
    );
    assert_eq!(push_entry(&mut bytes, b""), Err(EncodeEntryError::Empty));
    assert_eq!(bytes.len(), 65_545);
}

#[test]
fn a_bundle_that_is_cut_off_is_read_up_to_there_and_the_place_is_named() {
    let bytes = [0, 2, b'a', b'b', 0, 1, b'c', 0, 3, b'd', b'e', b'f'];
    for cut in 0..bytes.len() {
        let mut reader = BundleReader::new(&bytes[..cut]);
        let whole: Vec<_> = reader.by_ref().take_while(Result::is_ok).collect();
        let want = [4, 7, 12].iter().filter(|end| **end <= cut).count();
        assert_eq!(whole.len(), want, "{cut}");
        assert_eq!(reader.offset(), [0, 4, 7][want]);
        assert!(reader.next().is_none());
        assert!(EntryBundle::decode(&bytes[..cut], TileWidth::new(3).unwrap()).is_err());
    }
    let last = BundleReader::new(&bytes[..10]).last().unwrap().unwrap_err();
    assert_eq!(
        last,
        DecodeBundleError::Truncated {
            position: 2,
            offset: 7,
            got: 1,
            want: 3
        }
    );
    assert_eq!(
        last.to_string(),
        "entry 2 of the bundle, at byte 7: 1 bytes left, want 3"
    );
    let length = BundleReader::new(&bytes[..5]).last().unwrap();
    assert_eq!(
        length,
        Err(DecodeBundleError::Length {
            position: 1,
            offset: 4
        })
    );
    let empty = BundleReader::new(&[0, 0]).last().unwrap();
    assert_eq!(
        empty,
        Err(DecodeBundleError::Empty {
            position: 0,
            offset: 0
        })
    );
}

#[test]
fn the_place_of_an_entry_is_its_bundle_and_the_position_in_it() {
    let size = TreeSize::new(600);
    let place = |index| {
        Bundle::of_entry(EntryIndex::new(index), size)
            .map(|(bundle, position)| (bundle.to_string(), position))
    };
    assert_eq!(place(0), Some(("tile/entries/000".to_owned(), 0)));
    assert_eq!(place(511), Some(("tile/entries/001".to_owned(), 255)));
    assert_eq!(place(599), Some(("tile/entries/002.p/88".to_owned(), 87)));
    assert_eq!(place(600), None);
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
        let tree = Tree::new(&tiles, TreeSize::new(size)).unwrap();
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
