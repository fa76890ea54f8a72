use std::path::PathBuf;

use prova_testkit::chance::Chance;

use super::*;
use crate::{KeyValueRef, disk::RealDisk};

/// Rows `f`, a text, 0, a letter are looked for together; so are rows `t` of a list, which has sixteen numbers in a row.
#[derive(Debug)]
struct Groups;

impl Grouping for Groups {
    fn group_length(&self, key: &[u8]) -> Option<usize> {
        match *key.first()? {
            b't' => Some(2),
            b'f' => key.iter().position(|byte| *byte == 0)?.checked_add(2),
            _ => None,
        }
    }

    fn join(&self, (key, row): KeyValueRef<'_>, (other, next): KeyValueRef<'_>) -> Option<Vec<u8>> {
        let fits = key[0] == b't' && key[..2] == other[..2] && row.len() + next.len() <= 4 * 16;
        fits.then(|| [row, next].concat())
    }
}

fn open(directory: &Path, room: usize) -> SortedRuns {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    SortedRuns::with_room(&disk, directory, &Groups, room).unwrap()
}

fn write(runs: &SortedRuns, rows: impl IntoIterator<Item = Row>) {
    let mut batch = WriteBatch::default();
    rows.into_iter().for_each(|row| add(&mut batch, row));
    runs.apply(batch).unwrap();
}

fn add(batch: &mut WriteBatch, (key, value): Row) {
    match value {
        Some(value) => batch.put(key, value),
        None => batch.remove(key),
    }
}

/// A key of some kind, of a few hundred, and a value; short or long.
fn row(chance: &mut Chance) -> Row {
    let kind = [b'c', b'f', b'l'][chance.below(3)];
    let number = chance.below(300);
    let mut key = vec![kind];
    key.extend_from_slice(format!("unit:{number}").as_bytes());
    if kind == b'f' {
        key.extend_from_slice(&[0, b'a' + u8::try_from(chance.below(2)).unwrap()]);
        key.extend_from_slice(format!("{}", chance.below(4)).as_bytes());
    }
    let length = if chance.below(50) == 0 {
        20_000
    } else {
        chance.below(80)
    };
    let byte = u8::try_from(chance.below(256)).unwrap();
    (key, (chance.below(4) > 0).then(|| vec![byte; length]))
}

fn all(table: &SortedRuns, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    table.scan(prefix).map(Result::unwrap).collect()
}

fn with_prefix(model: &BTreeMap<Vec<u8>, Vec<u8>>, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let rows = model.iter().filter(|(key, _)| key.starts_with(prefix));
    rows.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[test]
fn rows_are_those_of_a_map_whatever_was_merged_and_reopened() {
    let directory = tempfile::tempdir().unwrap();
    let mut chance = Chance::new(7);
    let mut model = BTreeMap::new();
    let mut table = open(directory.path(), 2_000);
    let mut ranks = 0;
    for round in 0..400 {
        let mut batch = WriteBatch::default();
        for _ in 0..chance.below(40) {
            let (key, value) = row(&mut chance);
            match &value {
                Some(value) => model.insert(key.clone(), value.clone()),
                None => model.remove(&key),
            };
            add(&mut batch, (key, value));
        }
        // What is read meanwhile stays as it was.
        let before = table.scan(b"c");
        let then = with_prefix(&model, b"");
        let wanted = all(&table, b"c");
        table.apply(batch).unwrap();
        assert_eq!(before.map(Result::unwrap).collect::<Vec<_>>(), wanted);
        ranks = ranks.max(
            table
                .table()
                .runs
                .iter()
                .map(|run| run.description.rank)
                .max()
                .unwrap_or(0),
        );
        for _ in 0..20 {
            let (key, _) = row(&mut chance);
            assert_eq!(table.get(&key).unwrap(), model.get(&key).cloned());
            let group = group(&Groups, &key);
            assert_eq!(all(&table, group), with_prefix(&model, group));
        }
        if round % 50 == 49 {
            assert_eq!(all(&table, b""), then);
            table.flush().unwrap();
            drop(table);
            table = open(directory.path(), 2_000);
            assert_eq!(all(&table, b""), then);
        }
    }
    assert!(ranks >= 2, "{ranks}");
    assert!(table.table().runs.len() < 3 * SAME_RANK);
}

#[test]
fn appended_rows_of_a_group_become_few() {
    let directory = tempfile::tempdir().unwrap();
    let table = open(directory.path(), 500);
    let numbers: Vec<_> = (0..2_000).map(|number| 3 * number).collect();
    let row = |list: u8, some: &[u32]| {
        let bytes: Vec<_> = some.iter().flat_map(|number| number.to_be_bytes()).collect();
        ([&[b't', list], &bytes[..4]].concat(), bytes)
    };
    let numbers_in = |value: &[u8]| -> Vec<u32> {
        let (numbers, _) = value.as_chunks();
        numbers.iter().map(|number| u32::from_be_bytes(*number)).collect()
    };
    for some in numbers.chunks(3) {
        let mut batch = WriteBatch::default();
        for (list, some) in [(1, some), (2, &some[..1])] {
            let (key, value) = row(list, some);
            batch.append(key, value);
        }
        table.apply(batch).unwrap();
    }
    table.flush().unwrap();
    let rows = all(&table, b"t\x01");
    let found: Vec<_> = rows.iter().flat_map(|(_, value)| numbers_in(value)).collect();
    assert_eq!(found, numbers);
    assert!(rows.len() < 2 * numbers.len() / 16, "{}", rows.len());
    for number in [0, 1, 3, 2_999, 3_000, 5_997, 5_998] {
        let (key, _) = row(1, &[number]);
        let (_, value) = table.last(b"t\x01", &key).unwrap().unwrap();
        let is_there = numbers_in(&value).contains(&number);
        assert_eq!(is_there, number % 3 == 0 && number < 6_000, "{number}");
    }
}

/// A table of one run of several blocks.
fn one_run(directory: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let table = open(directory, RECENT_BYTES);
    let rows = (0..2_000).map(|number| (format!("c{number:06}").into_bytes(), vec![1; 20]));
    let model: BTreeMap<_, _> = rows.collect();
    let rows = model
        .iter()
        .map(|(key, value)| (key.clone(), Some(value.clone())));
    write(&table, rows);
    table.flush().unwrap();
    assert_eq!(table.table().runs.len(), 1);
    model
}

/// The file of a table's only run.
fn file_of(directory: &Path) -> PathBuf {
    let mut names = std::fs::read_dir(directory.join("runs")).unwrap();
    let file = names.next().unwrap().unwrap().path();
    assert!(names.next().is_none());
    file
}

/// How many rows cannot be read, and whether all can be gone through; what is read is what it was.
fn lost(directory: &Path, model: &BTreeMap<Vec<u8>, Vec<u8>>) -> (usize, bool) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let table = match SortedRuns::open(&disk, directory, &Groups) {
        Ok(table) => table,
        Err(error) => {
            assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
            return (model.len(), false);
        }
    };
    let mut lost = 0;
    for (key, value) in model {
        match table.get(key) {
            Ok(found) => assert_eq!(found.as_ref(), Some(value)),
            Err(error) => {
                assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
                lost += 1;
            }
        }
    }
    let scanned = table.scan(b"c").collect::<Result<Vec<_>, _>>();
    if let Ok(rows) = &scanned {
        assert!(rows.iter().map(|(key, value)| (key, value)).eq(model));
    }
    (lost, scanned.is_ok())
}

#[test]
fn what_is_changed_in_a_run_is_an_error_for_its_rows_only() {
    let directory = tempfile::tempdir().unwrap();
    let model = one_run(directory.path());
    let file = file_of(directory.path());
    let whole = std::fs::read(&file).unwrap();
    // At the end is the filter: 500 words for 2,000 keys, and the check.
    let filter = whole.len() - 500 * 8 - 8;
    let mut chance = Chance::new(3);
    let [mut of_rows, mut of_places, mut of_filter] = [0; 3];
    for _ in 0..200 {
        let mut bytes = whole.clone();
        let at = chance.below(whole.len());
        bytes[at] ^= 1 + u8::try_from(chance.below(255)).unwrap();
        std::fs::write(&file, bytes).unwrap();
        match lost(directory.path(), &model) {
            (lost, scanned) if at >= filter => {
                assert_eq!((lost, scanned), (model.len(), true), "{at}");
                of_filter += 1;
            }
            (lost, scanned) if lost == model.len() => {
                assert!(!scanned, "{at}");
                of_places += 1;
            }
            (lost, scanned) => {
                assert!(lost > 20 && lost < 400 && !scanned, "{lost} at {at}");
                of_rows += 1;
            }
        }
    }
    assert!(
        of_rows > 10 && of_places > 0 && of_filter > 10,
        "{of_rows}, {of_places}, {of_filter}"
    );
    for length in [0, 7, filter, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert_eq!(
            lost(directory.path(), &model),
            (model.len(), false),
            "cut to {length}"
        );
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(lost(directory.path(), &model), (model.len(), false));
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(lost(directory.path(), &model), (0, true));
}

#[test]
fn what_is_changed_in_a_filter_is_an_error_for_the_keys_of_its_piece() {
    let directory = tempfile::tempdir().unwrap();
    let table = open(directory.path(), RECENT_BYTES);
    let keys: Vec<_> = (0..100_000_u32)
        .map(|number| number.to_be_bytes().to_vec())
        .collect();
    write(&table, keys.iter().map(|key| (key.clone(), Some(Vec::new()))));
    drop(table);
    let file = file_of(directory.path());
    let whole = std::fs::read(&file).unwrap();
    // 25,000 words: 48 pieces and a shorter one, each with a check.
    for before_the_end in [1, 300, 20_000, 25_000 * 8 + 49 * 8] {
        let mut bytes = whole.clone();
        bytes[whole.len() - before_the_end] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let table = open(directory.path(), RECENT_BYTES);
        let mut lost = 0;
        for key in &keys {
            match table.get(key) {
                Ok(found) => assert_eq!(found, Some(Vec::new())),
                Err(error) => {
                    assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
                    lost += 1;
                }
            }
        }
        assert!(lost > 1_000 && lost < 3_000, "{lost}");
    }
}

#[test]
fn another_run_in_the_place_of_one_is_an_error() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let model = one_run(directory.path());
    let table = open(other.path(), RECENT_BYTES);
    // As many rows, as long, under the same number.
    let rows = model.keys().map(|key| (key.clone(), Some(vec![2; 20])));
    write(&table, rows);
    drop(table);
    let (to, from) = (file_of(directory.path()), file_of(other.path()));
    assert_eq!(to.file_name(), from.file_name());
    std::fs::copy(from, to).unwrap();
    assert_eq!(lost(directory.path(), &model), (model.len(), false));
}

#[test]
fn heads_are_written_with_the_runs_that_they_belong_to() {
    let directory = tempfile::tempdir().unwrap();
    let mut table = open(directory.path(), 1_000);
    for round in 0_u32..300 {
        let head = round.to_be_bytes().to_vec();
        let key = format!("c{round}").into_bytes();
        let mut rows = vec![(b"s".to_vec(), Some(head.clone())), (key, Some(vec![7; 60]))];
        let gone = round % 3 == 0;
        rows.push((b"i".to_vec(), (!gone).then(|| head.clone())));
        write(&table, rows);
        assert_eq!(table.get(b"s"), Ok(Some(head.clone())));
        assert_eq!(table.get(b"i"), Ok((!gone).then_some(head)));
        if round % 70 == 69 {
            // As a process leaves it that is killed.
            table.table().recent.clear();
            table.table().heads.clear();
            drop(table);
            table = open(directory.path(), 1_000);
            let state = table.get(b"s").unwrap().unwrap();
            let state = u32::from_be_bytes(*state.first_chunk().unwrap());
            let rows = all(&table, b"c").len();
            assert_eq!(rows, usize::try_from(state).unwrap() + 1);
            assert!(round - state < 20, "{state} of {round}");
            // The rows that were lost.
            let lost = (state + 1..=round).map(|round| (format!("c{round}").into_bytes(), Some(vec![7; 60])));
            write(&table, lost);
        }
    }
}

#[test]
fn runs_that_cannot_be_merged_are_an_error_and_stay_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let model = one_run(directory.path());
    let file = file_of(directory.path());
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let table = open(directory.path(), RECENT_BYTES);
    let write = |number: usize| {
        let rows = vec![(format!("d{number}").into_bytes(), Some(Vec::new()))];
        write(&table, rows);
        table.flush()
    };
    for number in 2..SAME_RANK {
        write(number).unwrap();
    }
    for number in SAME_RANK..SAME_RANK + 2 {
        let error = write(number).unwrap_err();
        assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
    }
    // Nothing is left of what could not be merged.
    let named = table.table().runs.len();
    assert_eq!(table.table().files.all().unwrap().len(), named);
    let readable = model.iter().filter(|(key, _)| table.get(key).is_ok()).count();
    assert!(readable > model.len() - 400, "{readable}");
    let written = (2..SAME_RANK + 2).map(|number| format!("d{number}"));
    for key in written {
        assert_eq!(table.get(key.as_bytes()), Ok(Some(Vec::new())), "{key}");
    }
}

#[test]
fn what_no_manifest_names_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let model = one_run(directory.path());
    let table = open(directory.path(), RECENT_BYTES);
    // A merge that was cut short.
    let most = u64::try_from(model.len()).unwrap();
    let files = table.table().files.clone();
    let written = files.write(77, 1, most, |writer| {
        let mut keys = model.keys();
        keys.try_for_each(|key| writer.push(key, None, fingerprint(&Groups, key)))
    });
    written.unwrap().unwrap();
    drop(table);
    let table = open(directory.path(), RECENT_BYTES);
    assert!(all(&table, b"").into_iter().eq(model.clone()));
    // Whoever only reads leaves it there.
    assert_eq!(files.all().unwrap(), [0, 77]);
    let rows = vec![(b"d1".to_vec(), Some(Vec::new()))];
    write(&table, rows);
    table.flush().unwrap();
    let runs: Vec<_> = table.table().runs.iter().map(|run| run.description.id).collect();
    assert_eq!(runs.len(), 2);
    assert_eq!(files.all().unwrap(), runs);
    assert_eq!(all(&table, b"c").len(), model.len());
}
