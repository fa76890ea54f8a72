use prova_core::{id::Origin, key::published_test_key, log::merkle::Frontier};

use super::*;
use crate::log::log_key::LogKey;

/// The checkpoints over the first entries of a log: none, one, two …
fn checkpoints(entries: &[&[u8]]) -> Vec<SignedCheckpoint> {
    let key = LogKey::new(published_test_key("log").unwrap());
    let origin: Origin = "ledger.example/2026".parse().unwrap();
    let mut tree = Frontier::new();
    let mut signed = Vec::new();
    for entry in entries {
        tree.push(LeafHash::of_entry(entry));
        let checkpoint = Checkpoint::new(origin.clone(), tree.size(), tree.root()).unwrap();
        signed.push(key.sign(checkpoint).unwrap());
    }
    signed
}

/// A journal of three commits, of one, two and one entries, and where the padding of each record begins and ends.
fn journal() -> (Vec<u8>, Vec<(usize, usize)>) {
    let entries: [&[u8]; 5] = [b"a charter", b"one", b"two", b"three", b"four"];
    let signed = checkpoints(&entries);
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for (before, after) in [(0, 1), (1, 3), (3, 4)] {
        bytes.extend(encode(Commit {
            before: &signed[before],
            after: &signed[after],
            entries: &entries[before + 1..=after],
        }));
        let written = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        ends.push((written, bytes.len()));
    }
    (bytes, ends)
}

#[test]
fn a_journal_is_read_as_far_as_it_was_written() {
    let (bytes, ends) = journal();
    let records = decode(&bytes).unwrap();
    let entries: Vec<_> = records.iter().flat_map(|record| &record.entries).collect();
    assert_eq!(entries, [b"one".as_slice(), b"two", b"three", b"four"]);
    assert_eq!(records[2].after.checkpoint().size().get(), 5);
    for cut in 0..bytes.len() {
        let want = ends.iter().filter(|(_, end)| *end <= cut).count();
        assert_eq!(decode(&bytes[..cut]).unwrap().len(), want, "{cut}");
        if !cut.is_multiple_of(512) {
            continue;
        }
        // A file can have its new length before its new blocks.
        let mut zeros = bytes[..cut].to_vec();
        zeros.resize(bytes.len(), 0);
        let want = ends.iter().filter(|(written, _)| *written <= cut).count();
        match decode(&zeros) {
            Ok(records) => assert_eq!(records.len(), want, "{cut}"),
            // Within the first records: only the last can be cut short.
            Err(reason) => assert!(cut < ends[1].0, "{cut}: {reason}"),
        }
    }
}

#[test]
fn no_changed_byte_is_believed() {
    let (bytes, ends) = journal();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let record = ends.iter().filter(|(_, end)| *end <= at).count();
        match decode(&changed) {
            // The last one could have been cut short.
            Ok(records) => assert_eq!((records.len(), record), (2, 2), "{at}"),
            Err(reason) => assert!(reason.contains("the record at byte"), "{at}: {reason}"),
        }
    }
}

#[test]
fn records_that_do_not_follow_each_other_are_refused() {
    let (bytes, ends) = journal();
    let gap = [&bytes[..ends[0].1], &bytes[ends[1].1..]].concat();
    assert_eq!(
        decode(&gap).err(),
        Some(format!(
            "the record at byte {} does not follow the one before it",
            ends[0].1
        ))
    );
}

#[test]
fn only_small_commits_after_the_first_suit_it() {
    let mut journal = Journal::default();
    let small: &[&[u8]] = &[&[0; 1024]];
    assert!(!journal.suits(small));
    assert!(journal.suits(small));
    assert!(journal.suits(&vec![small[0]; 100]));
    assert!(!journal.suits(&vec![small[0]; 200]));
    assert!(!journal.suits(&vec![&b"x"[..]; 257]));
}
