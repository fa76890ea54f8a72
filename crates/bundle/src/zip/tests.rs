//! Archives held against an independent reader and writer, against their own flips, and against what attackers do.

use std::io::{Cursor, Read as _, Write as _};

use ::zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};
use proptest::prelude::*;
use prova_core::{hash::Digest, position::EntryIndex};

use super::*;
use crate::{limits::MAX_BUFFERED_BYTES, name::FileName};

fn archive(files: &[(FileName, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        assert_eq!(writer.add(*name, content).unwrap(), Digest::of(content));
    }
    writer.finish().unwrap().into_inner()
}

fn contents(bytes: &[u8]) -> Result<Vec<(FileName, Vec<u8>)>, String> {
    let mut archive = Archive::open(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let records = archive.records().to_vec();
    records
        .iter()
        .map(|record| {
            let content = archive.read(record).map_err(|error| error.to_string())?;
            Ok((record.name, content))
        })
        .collect()
}

fn small() -> Vec<(FileName, Vec<u8>)> {
    vec![
        (FileName::BagIt, crate::bag::DECLARATION.into()),
        (
            FileName::Readme,
            b"read me, read me, read me, read me, read me".to_vec(),
        ),
        (FileName::Entry(EntryIndex::new(3)), Vec::new()),
        (FileName::Entry(EntryIndex::new(4)), vec![b'x'; 60]),
        (FileName::TagManifest, b"\x00\xff".to_vec()),
    ]
}

/// The archive with some bytes of its directory's header of a file replaced, and of the local header where `both`.
fn forged(name: FileName, local_at: Option<usize>, central_at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut whole = archive(&small());
    let text = name.in_archive();
    let places: Vec<_> = whole
        .windows(text.len())
        .enumerate()
        .filter(|(_, window)| *window == text.as_bytes())
        .map(|(at, _)| at)
        .collect();
    let [local, central] = places[..] else {
        panic!("{places:?}")
    };
    if let Some(at) = local_at {
        whole[local - 30 + at..][..bytes.len()].copy_from_slice(bytes);
    }
    whole[central - 46 + central_at..][..bytes.len()].copy_from_slice(bytes);
    whole
}

#[test]
fn another_reader_finds_the_same_files() {
    let files = small();
    let bytes = archive(&files);
    assert_eq!(contents(&bytes).unwrap(), files);
    let mut other = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(other.len(), files.len());
    for (name, content) in &files {
        let mut file = other.by_name(&name.in_archive()).unwrap();
        assert_eq!(file.unix_mode(), Some(0o100_644));
        let mut got = Vec::new();
        file.read_to_end(&mut got).unwrap();
        assert_eq!(&got, content);
    }
}

#[test]
fn an_archive_with_so_many_files_that_64_bits_count_them_is_read_by_both() {
    for files in [65_534_u64, 65_535] {
        let names = (0..files).map(|index| FileName::Entry(EntryIndex::new(index)));
        let files: Vec<_> = names.map(|name| (name, b"{}".to_vec())).collect();
        let bytes = archive(&files);
        assert_eq!(contents(&bytes).unwrap(), files);
        assert_eq!(ZipArchive::new(Cursor::new(&bytes)).unwrap().len(), files.len());
    }
}

#[test]
fn a_file_too_large_for_memory_is_stored_and_streamed() {
    let content = vec![7_u8; usize::try_from(MAX_BUFFERED_BYTES).unwrap() + 1];
    let name = FileName::Attachment(Digest::of(&content));
    let bytes = archive(&[(name, content.clone())]);
    let mut opened = Archive::open(Cursor::new(&bytes)).unwrap();
    let record = opened.record(name).unwrap();
    let (mut got, mut largest) = (Vec::new(), 0);
    opened
        .stream(&record, &mut |chunk| {
            largest = largest.max(chunk.len());
            got.extend_from_slice(chunk);
        })
        .unwrap();
    assert!(got == content && largest <= 64 * 1024);
    assert!(matches!(opened.read(&record), Err(ReadFileError::Large { .. })));
    let mut other = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(other.by_index(0).unwrap().size(), record.size());
}

#[test]
fn every_flip_and_every_cut_is_seen_or_changes_no_file() {
    let files = small();
    let whole = archive(&files);
    let mut harmless = 0;
    for position in 0..whole.len() {
        assert!(contents(&whole[..position]).is_err(), "cut at {position}");
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(got) = contents(&flipped) {
                assert_eq!(got, files, "bit {bit} of byte {position}");
                harmless += 1;
            }
        }
    }
    // Bits after the end of a deflate stream, up to the next byte, say nothing.
    assert!(harmless < 16, "{harmless}");
}

#[test]
fn bytes_before_between_and_after_are_refused() {
    let whole = archive(&small());
    let cut = whole.len() - 22;
    for other in [
        [b"x", &whole[..]].concat(),
        [&whole[..], b"x"].concat(),
        [&whole[..cut], b"x", &whole[cut..]].concat(),
        [&whole[..], &whole[..]].concat(),
        Vec::new(),
        whole[cut..].to_vec(),
    ] {
        assert!(contents(&other).is_err());
    }
}

#[test]
fn what_attackers_do_is_refused_with_the_name_of_the_file() {
    let readme = FileName::Readme;
    let entry = FileName::Entry(EntryIndex::new(4));
    for (what, bytes, want) in [
        (
            "encrypted",
            forged(readme, Some(6), 8, &[1, 0]),
            "data/README.txt is encrypted",
        ),
        (
            "bzip2",
            forged(readme, Some(8), 10, &[12, 0]),
            "data/README.txt is compressed in another way",
        ),
        (
            "link",
            forged(readme, None, 38, &(0o120_777_u32 << 16).to_le_bytes()),
            "data/README.txt is a symbolic link",
        ),
        (
            "time",
            forged(readme, Some(10), 12, &[1, 0]),
            "the header of data/README.txt in the directory",
        ),
        (
            "packed length",
            forged(readme, Some(18), 20, &9_u32.to_le_bytes()),
            "data/entries/000000000003.json begins at byte",
        ),
        (
            "bomb",
            forged(readme, Some(22), 24, &0xffff_u32.to_le_bytes()),
            "data/README.txt claims to have 65535 bytes, packed in",
        ),
        (
            "too large",
            forged(readme, Some(22), 24, &u32::MAX.to_le_bytes()),
            "data/README.txt claims to have 4294967295 bytes, want 65536 at most",
        ),
        (
            "longer than it is",
            forged(readme, Some(22), 24, &44_u32.to_le_bytes()),
            "data/README.txt does not inflate to the 44 bytes",
        ),
        (
            "shorter than it is",
            forged(readme, Some(22), 24, &42_u32.to_le_bytes()),
            "data/README.txt does not inflate to the 42 bytes",
        ),
        (
            "outside",
            forged(entry, Some(30), 46, b"evidence/data/../../../x"),
            "the name «evidence/data/../../../x",
        ),
        (
            "twice",
            forged(
                entry,
                Some(30),
                46,
                FileName::Entry(EntryIndex::new(3)).in_archive().as_bytes(),
            ),
            "data/entries/000000000003.json stands in the bundle twice",
        ),
        (
            "out of order",
            forged(
                entry,
                Some(30),
                46,
                FileName::Entry(EntryIndex::new(2)).in_archive().as_bytes(),
            ),
            "data/entries/000000000002.json stands in the bundle after data/entries/000000000003.json",
        ),
        (
            "overlapping",
            forged(entry, None, 42, &0_u32.to_le_bytes()),
            "data/entries/000000000004.json begins at byte 0",
        ),
    ] {
        let got = contents(&bytes).unwrap_err();
        assert!(got.starts_with(want), "{what}: {got}");
    }
}

#[test]
fn the_two_headers_of_a_file_must_agree() {
    let whole = archive(&small());
    let local = FileRecord::local(
        Archive::open(Cursor::new(&whole))
            .unwrap()
            .record(FileName::Readme)
            .as_ref()
            .unwrap(),
    );
    let at = whole
        .windows(local.len())
        .position(|window| window == local)
        .unwrap();
    for offset in 0..local.len() {
        let mut other = whole.clone();
        other[at + offset] ^= 0x20;
        assert_eq!(
            contents(&other).unwrap_err(),
            "the header before data/README.txt is not the one that the directory of the bundle implies"
        );
    }
}

#[test]
fn archives_of_another_writer_are_refused_unless_they_have_the_one_form() {
    let mut other = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    other
        .start_file(FileName::BagIt.in_archive(), options.unix_permissions(0o755))
        .unwrap();
    other.write_all(crate::bag::DECLARATION.as_bytes()).unwrap();
    let bytes = other.finish().unwrap().into_inner();
    assert_eq!(
        contents(&bytes).unwrap_err(),
        "the header of bagit.txt in the directory of the bundle is not in the form of a bundle"
    );
    let mut other = ZipWriter::new(Cursor::new(Vec::new()));
    other
        .add_symlink("evidence/bagit.txt", "/etc/passwd", options)
        .unwrap();
    let bytes = other.finish().unwrap().into_inner();
    assert!(
        contents(&bytes)
            .unwrap_err()
            .starts_with("bagit.txt is a symbolic link")
    );
}

#[test]
fn limits_hold_for_the_writer_too() {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    let long = writer.add(FileName::Entry(EntryIndex::new(1)), &[0; 65_536]);
    assert!(matches!(long, Err(WriteFileError::Long { limit: 65_535, .. })));
    writer.add(FileName::Description, b"{}").unwrap();
    let early = writer.add(FileName::Readme, b"");
    assert!(matches!(early, Err(WriteFileError::Order { .. })));
}

#[test]
fn what_deflates_by_more_than_the_limit_is_stored() {
    let zeros = vec![0; 1 << 20];
    let name = FileName::Attachment(Digest::of(&zeros));
    let bytes = archive(&[(name, zeros.clone())]);
    assert!(bytes.len() > zeros.len());
    assert_eq!(contents(&bytes).unwrap(), [(name, zeros)]);
}

fn any_content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2_000),
        prop::collection::vec(0_u8..3, 0..20_000),
        (0_usize..60_000).prop_map(|length| vec![b'a'; length]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back_and_again_gives_the_same_bytes(
        files in prop::collection::btree_map(0_u64..1_000_000_000_000, any_content(), 0..8),
    ) {
        let files: Vec<_> = files
            .into_iter()
            .map(|(index, content)| (FileName::Entry(EntryIndex::new(index)), content))
            .collect();
        let bytes = archive(&files);
        prop_assert_eq!(&contents(&bytes).unwrap(), &files);
        prop_assert_eq!(archive(&files), bytes);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), tail in any::<bool>()) {
        if tail {
            bytes.extend_from_slice(&archive(&small())[100..]);
        }
        let _ = contents(&bytes);
    }
}
