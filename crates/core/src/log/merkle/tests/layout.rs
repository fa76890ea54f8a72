use super::*;
use crate::position::EntryIndex;

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
    let entries: [&[u8]; 3] = [b"a", &vec![7; MAX_ENTRY_BYTES], b"\0\x01b"];
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
    let refused = push_entry(&mut bytes, &vec![0; MAX_ENTRY_BYTES + 1]);
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
        "entry 2 of the bundle, at byte 7, is cut off: 1 of 3 bytes"
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
