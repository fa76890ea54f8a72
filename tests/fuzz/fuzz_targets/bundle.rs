//! Entry bundles and hash tiles: what is read is written as the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::log::merkle::{BundleReader, EntryBundle, TileWidth, decode_tile, encode_tile, push_entry};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = BundleReader::new(bytes);
    let mut written = Vec::new();
    let mut entries = Vec::new();
    for entry in reader.by_ref() {
        match entry {
            Ok(entry) => {
                push_entry(&mut written, entry).expect("an entry that was read can be written");
                entries.push(entry);
            }
            Err(error) => assert_printable(&error),
        }
    }
    assert!(
        bytes.starts_with(&written),
        "what was read is written as the same bytes"
    );
    assert_eq!(reader.offset(), written.len());
    let whole = written.len() == bytes.len();
    let count = u16::try_from(entries.len()).ok().and_then(TileWidth::new);
    for width in [count, Some(TileWidth::FULL), TileWidth::new(1)]
        .into_iter()
        .flatten()
    {
        match EntryBundle::decode(bytes, width) {
            Ok(bundle) => {
                assert!(whole && entries.len() == width.count());
                assert!(bundle.entries().eq(entries.iter().copied()));
                assert_eq!(bundle.entry(width.count()), None);
            }
            Err(error) => {
                assert!(!(whole && entries.len() == width.count()), "refused: {error}");
                assert_printable(&error);
            }
        }
    }
    let hashes = u16::try_from(bytes.len() / 32).ok().and_then(TileWidth::new);
    for width in [hashes, Some(TileWidth::FULL)].into_iter().flatten() {
        match decode_tile(bytes, width) {
            Ok(hashes) => assert_eq!(encode_tile(&hashes), bytes),
            Err(error) => assert_printable(&error),
        }
    }
});
