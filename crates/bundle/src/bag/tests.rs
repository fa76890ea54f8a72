//! Bags changed in every way that keeps the archive whole.

use std::io::Cursor;

use prova_core::{hash::Digest, position::EntryIndex};

use super::*;
use crate::zip::{Archive, ArchiveWriter, WriteFileError};

fn payload() -> Vec<(FileName, Vec<u8>)> {
    let document = b"a document".to_vec();
    let index = EntryIndex::new(0);
    vec![
        (FileName::Readme, b"how to verify".to_vec()),
        (FileName::Attachment(Digest::of(&document)), document),
        (FileName::Description, b"{}".to_vec()),
        (FileName::Entry(index), b"an entry, an entry, an entry".to_vec()),
        (FileName::Proof(index), b"a proof".to_vec()),
    ]
}

fn bag(files: &[(FileName, Vec<u8>)]) -> Vec<u8> {
    let mut writer = BagWriter::new(Cursor::new(Vec::new())).unwrap();
    for (name, content) in files {
        writer.add(*name, content).unwrap();
    }
    let signed = writer.finish(
        "dns:auditor.example".parse().unwrap(),
        "2026-03-01".parse().unwrap(),
        None,
        |tags| Ok::<_, WriteFileError>(format!("signed {tags}").into_bytes()),
    );
    signed.unwrap().into_inner()
}

/// All files of an archive.
fn files(bytes: &[u8]) -> Vec<(FileName, Vec<u8>)> {
    let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
    let records = archive.records().to_vec();
    records
        .iter()
        .map(|record| (record.name, archive.read(record).unwrap()))
        .collect()
}

fn archive(files: &[(FileName, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.add(*name, content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Reads everything, as verification does; the payload, or what is wrong.
fn verified(bytes: &[u8]) -> Result<Vec<(FileName, Vec<u8>)>, String> {
    let mut bag = Bag::open(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    bag.check_rest().map_err(|error| error.to_string())?;
    let names: Vec<_> = bag.files().map(|(name, _)| name).collect();
    names
        .into_iter()
        .map(|name| Ok((name, bag.read(name).map_err(|error| error.to_string())?)))
        .collect()
}

fn changed(change: impl FnOnce(&mut Vec<(FileName, Vec<u8>)>)) -> String {
    let mut files = files(&bag(&payload()));
    change(&mut files);
    verified(&archive(&files)).unwrap_err()
}

fn file(files: &mut [(FileName, Vec<u8>)], name: FileName) -> &mut Vec<u8> {
    &mut files.iter_mut().find(|(other, _)| *other == name).unwrap().1
}

#[test]
fn a_bag_has_the_files_that_it_was_given_and_the_same_files_give_the_same_bytes() {
    let bytes = bag(&payload());
    assert_eq!(verified(&bytes).unwrap(), payload());
    assert_eq!(bag(&payload()), bytes);
    let opened = Bag::open(Cursor::new(&bytes)).unwrap();
    let tags = opened.tag_manifest();
    assert_eq!(opened.info().files, 5);
    assert_eq!(
        files(&bytes).last().unwrap().1,
        format!("signed {tags}").into_bytes()
    );
}

#[test]
fn every_file_below_data_that_is_changed_dropped_or_added_is_named() {
    for (name, _) in payload() {
        let got = changed(|files| file(files, name).push(b'!'));
        assert!(
            got.starts_with(&format!("{name} was changed: its SHA-256 is"))
                || got.starts_with("bag-info.txt counts"),
            "{got}"
        );
        let got = changed(|files| file(files, name)[0] ^= 1);
        assert!(
            got.starts_with(&format!("{name} was changed: its SHA-256 is")),
            "{got}"
        );
        let got = changed(|files| files.retain(|(other, _)| *other != name));
        assert_eq!(
            got,
            format!("{name} is in manifest-sha256.txt and not in the bundle: it was taken out")
        );
        let got = changed(|files| {
            let manifest = file(files, FileName::Manifest);
            let text = String::from_utf8(manifest.clone()).unwrap();
            let lines = text
                .split_inclusive('\n')
                .filter(|line| !line.contains(&name.to_string()));
            *manifest = lines.collect::<String>().into_bytes();
        });
        assert_eq!(
            got,
            format!(
                "{name} is in the bundle and not in manifest-sha256.txt: it was added, or its line was taken out"
            )
        );
    }
    let added = FileName::Entry(EntryIndex::new(1));
    let got = changed(|files| files.insert(5, (added, b"{}".to_vec())));
    assert!(
        got.starts_with("data/entries/000000000001.json is in the bundle and not in"),
        "{got}"
    );
}

#[test]
fn a_bag_without_the_readme_is_none_though_its_lists_are_in_order() {
    let mut files = payload();
    files.retain(|(name, _)| *name != FileName::Readme);
    assert_eq!(
        verified(&bag(&files)).unwrap_err(),
        "the bundle has no data/README.txt"
    );
    // Its content is nobody's business.
    let mut files = payload();
    file(&mut files, FileName::Readme).clear();
    assert_eq!(verified(&bag(&files)).unwrap(), files);
}

#[test]
fn tag_files_are_held_against_the_tag_manifest() {
    assert_eq!(
        changed(|files| file(files, FileName::BagIt).push(b'\n')),
        "bagit.txt declares no bag of BagIt 1.0 in UTF-8"
    );
    let date = |files: &mut Vec<_>| {
        let info = file(files, FileName::BagInfo);
        *info = String::from_utf8(info.clone())
            .unwrap()
            .replace("2026", "2027")
            .into_bytes();
    };
    assert_eq!(
        changed(date),
        "tagmanifest-sha256.txt does not list bag-info.txt with the digest that it has"
    );
    assert_eq!(
        changed(|files| file(files, FileName::TagManifest).push(b'\n')),
        "tagmanifest-sha256.txt does not list tagmanifest-sha256.txt with the digest that it has"
    );
    assert_eq!(
        changed(|files| file(files, FileName::Manifest).truncate(30)),
        "line 1 of manifest-sha256.txt is not a digest and the name of a file"
    );
    for name in [
        FileName::BagIt,
        FileName::BagInfo,
        FileName::Manifest,
        FileName::TagManifest,
        FileName::Signature,
    ] {
        let got = changed(|files| files.retain(|(other, _)| *other != name));
        assert_eq!(got, format!("the bundle has no {name}"));
    }
}

#[test]
fn every_flip_of_a_bag_is_seen_or_changes_nothing_that_is_signed() {
    let whole = bag(&payload());
    let mut harmless = 0;
    for position in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(got) = verified(&flipped) {
                assert_eq!(got, payload(), "bit {bit} of byte {position}");
                harmless += 1;
            }
        }
    }
    // The signature is not read here: 76 bytes with its header, and bits that deflate pads with.
    assert!(harmless < 8 * 200, "{harmless}");
}

#[test]
fn a_hand_over_is_added_at_the_end_and_no_byte_before_it_changes() {
    let first = bag(&payload());
    let mut bytes = first.clone();
    for number in 1..=3 {
        let opened = Bag::open(Cursor::new(&bytes)).unwrap();
        assert_eq!(opened.next_custody(), number);
        let name = FileName::Custody(number);
        let out = append(opened.into_archive(), Cursor::new(Vec::new()), name, b"received").unwrap();
        bytes = out.into_inner();
        assert_eq!(verified(&bytes).unwrap(), payload());
        assert_eq!(files(&bytes)[..files(&first).len()], files(&first)[..]);
    }
    let mut all = files(&bytes);
    all.retain(|(name, _)| *name != FileName::Custody(2));
    assert_eq!(
        verified(&archive(&all)).unwrap_err(),
        "the bundle has custody/0003.dsse.json and not custody/0002.dsse.json, which comes before it"
    );
}
