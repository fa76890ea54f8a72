//! Disks that fail, fill up or lose power while rows are written: what was flushed is there, and what is there is whole.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_rows::{
    Engine, EngineError, SortedRuns, WriteBatch,
    disk::{Disk, RealDisk},
};
use prova_testkit::disk::{DiskFault, Image, Left, MODES, Unsynced};

use super::numbers::Numbers;

/// The number of the last batch that was flushed.
type FaultDisk = prova_testkit::disk::FaultDisk<u32>;

/// Batches, each of which is a run of its own: enough for runs that are merged twice.
const BATCHES: u32 = 70;
/// Every so many batches are waited for.
const FLUSHED: u32 = 5;
/// Batches that the directory has before.
const BEFORE: u32 = 11;

/// sled writes its files itself. Its own tests are about them.
fn is_of_sled(path: &Path) -> bool {
    path.components()
        .next()
        .is_some_and(|name| name.as_os_str() != "runs")
}

fn open(disk: &Arc<dyn Disk>, directory: &Path) -> Result<SortedRuns, EngineError> {
    SortedRuns::with_room(disk, directory, &Numbers, 1)
}

fn real() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}

/// A head that says which batch was last; rows of its own; a row that each batch replaces; one that the next takes away.
fn batch(number: u32) -> WriteBatch {
    let mut batch = WriteBatch::default();
    let value = number.to_be_bytes().to_vec();
    batch.put(b"s".to_vec(), value.clone());
    for at in 0..4_u8 {
        batch.put([&b"own/"[..], &value, &[at]].concat(), vec![at; 50]);
    }
    batch.put(b"same".to_vec(), value.clone());
    batch.put([&b"brief/"[..], &value].concat(), Vec::new());
    batch.remove([&b"brief/"[..], &number.wrapping_sub(1).to_be_bytes()].concat());
    batch
}

/// Which batches there are: all up to one, and nothing of a later one.
fn check(rows: &SortedRuns) -> u32 {
    let Some(head) = rows.get(b"s").unwrap() else {
        assert_eq!(rows.scan(&[]).count(), 0);
        return 0;
    };
    let last = u32::from_be_bytes(head.clone().try_into().unwrap());
    let mut want: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for number in 1..=last {
        for at in 0..4_u8 {
            want.insert(
                [&b"own/"[..], &number.to_be_bytes(), &[at]].concat(),
                vec![at; 50],
            );
        }
    }
    want.insert(b"same".to_vec(), head.clone());
    want.insert([&b"brief/"[..], &head].concat(), Vec::new());
    let got: BTreeMap<_, _> = rows.scan(&[]).map(Result::unwrap).collect();
    let missing: Vec<_> = want.keys().filter(|key| !got.contains_key(*key)).collect();
    let more: Vec<_> = got.keys().filter(|key| !want.contains_key(*key)).collect();
    assert!(
        got == want,
        "not what {last} batches add up to: without {missing:?}, with {more:?}"
    );
    assert_eq!(rows.get(b"same"), Ok(Some(head)));
    last
}

/// Batches from one on, until something fails.
fn write(disk: &Arc<FaultDisk>, directory: &Path, from: u32, to: u32) {
    let shared: Arc<dyn Disk> = Arc::<FaultDisk>::clone(disk);
    let Ok(rows) = open(&shared, directory) else {
        return;
    };
    for number in from..=to {
        if rows.apply(batch(number)).is_err() {
            return;
        }
        if number.is_multiple_of(FLUSHED) {
            if rows.flush().is_err() {
                return;
            }
            disk.acknowledge(number);
        }
    }
}

fn lay_out(directory: &Path) {
    let rows = open(&real(), directory).unwrap();
    (1..=BEFORE).for_each(|number| rows.apply(batch(number)).unwrap());
}

fn acknowledged(acks: &[u32]) -> u32 {
    acks.last().copied().unwrap_or(BEFORE)
}

#[test]
fn every_change_that_fails_leaves_whole_batches() {
    for mode in MODES {
        let mut changes = 0;
        loop {
            let base = room();
            lay_out(base.path());
            let disk = Arc::new(FaultDisk::new(
                base.path(),
                is_of_sled,
                DiskFault::Change(changes, mode),
            ));
            write(&disk, base.path(), BEFORE + 1, BEFORE + 9);
            if !disk.hit() {
                break;
            }
            disk.heal();
            let rows = open(&real(), base.path()).unwrap();
            let last = check(&rows);
            assert!(last >= acknowledged(&disk.acks()), "{mode:?} {changes}: {last}");
            // Work goes on, and leaves no files of runs that nobody names.
            (last + 1..=last + 20).for_each(|number| rows.apply(batch(number)).unwrap());
            rows.flush().unwrap();
            assert_eq!(check(&rows), last + 20);
            let runs = fs::read_dir(base.path().join("runs")).unwrap().count();
            assert!(runs < 20, "{mode:?} {changes}: {runs} files, before {last}");
            changes += 1;
        }
        assert!(changes > 20, "{changes}");
    }
}

#[test]
fn a_read_that_fails_is_an_error_and_never_another_row() {
    let base = room();
    lay_out(base.path());
    let reads = |fault| {
        let disk = Arc::new(FaultDisk::new(base.path(), is_of_sled, fault));
        let shared: Arc<dyn Disk> = Arc::<FaultDisk>::clone(&disk);
        let Ok(rows) = open(&shared, base.path()) else {
            assert!(disk.hit());
            return disk;
        };
        let want = BEFORE.to_be_bytes().to_vec();
        let same = rows.get(b"same");
        assert!(same == Ok(Some(want)) || disk.hit() && same.is_err(), "{same:?}");
        let mut scan = rows.scan(b"own/");
        let found: Vec<_> = scan.by_ref().collect();
        assert!(found.len() == 4 * BEFORE as usize || found.last().unwrap().is_err());
        assert!(found.iter().rev().skip(1).all(Result::is_ok));
        assert!(scan.next().is_none());
        disk
    };
    let all = reads(DiskFault::Nothing).reads();
    assert!(all > 5);
    for read in 0..all {
        assert!(reads(DiskFault::Read(read)).hit());
        assert!(reads(DiskFault::Reads(read)).hit());
    }
}

/// What the power failure leaves: the files of runs, and sled's.
fn write_files(base: &Path, image: &Image, others: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, content) in image {
        match content {
            Some(bytes) => fs::write(base.join(path), &**bytes).unwrap(),
            None => fs::create_dir_all(base.join(path)).unwrap(),
        }
    }
    for (path, bytes) in others {
        let path = base.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn whatever_a_power_failure_leaves_is_whole_batches() {
    let base = room();
    let disk = Arc::new(FaultDisk::new(base.path(), is_of_sled, DiskFault::Nothing));
    disk.record();
    write(&disk, base.path(), 1, BATCHES);
    let mut chance = prova_testkit::chance::Chance::new(7);
    let all = [Left::Old, Left::New, Left::Half, Left::Zeros];
    let moments = disk.moments();
    assert!(moments.len() > 300, "{}", moments.len());
    let step = if std::env::var("PROVA_FAULTS").is_ok_and(|text| text == "full") {
        1
    } else {
        7
    };
    for moment in moments.iter().step_by(step) {
        let mut images: Vec<_> = all.map(|left| moment.cache.image(|_| left)).into();
        images.push(moment.cache.image(|what| match what {
            Unsynced::Name => Left::New,
            Unsynced::Content => Left::Old,
        }));
        images.push(moment.cache.image(|_| *chance.one_of(&all)));
        images.dedup();
        for image in images {
            let base = room();
            write_files(base.path(), &image, &moment.others);
            let rows = open(&real(), base.path()).unwrap();
            let last = check(&rows);
            let flushed = moment.acks.last().copied().unwrap_or(0);
            assert!(last >= flushed, "{last} of {flushed}");
            rows.apply(batch(last + 1)).unwrap();
            rows.flush().unwrap();
            assert_eq!(check(&rows), last + 1);
        }
    }
}

#[test]
fn a_byte_of_a_run_that_is_changed_is_an_error_or_in_what_is_not_read() {
    let base = room();
    lay_out(base.path());
    let rows = || open(&real(), base.path());
    let whole: Vec<_> = rows().unwrap().scan(&[]).map(Result::unwrap).collect();
    let runs: Vec<_> = fs::read_dir(base.path().join("runs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for path in &runs {
        let bytes = fs::read(path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(path, changed).unwrap();
            let rows = rows().unwrap();
            let scanned: Result<Vec<_>, _> = rows.scan(&[]).collect();
            // The filter is not asked for by whoever goes through all rows.
            assert!(
                scanned.as_ref().is_err() || scanned.as_ref() == Ok(&whole),
                "{at}"
            );
            for (key, value) in &whole {
                let got = rows.get(key);
                assert!(got.is_err() || got.as_ref() == Ok(&Some(value.clone())), "{at}");
            }
        }
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(matches!(rows(), Err(EngineError::Damaged { .. })));
        fs::remove_file(path).unwrap();
        assert!(matches!(rows(), Err(EngineError::Damaged { .. })));
        fs::write(path, bytes).unwrap();
    }
}

/// A temporary directory in memory, if the system has any: nothing is waited for here.
fn room() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}
