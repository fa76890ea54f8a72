//! Sorted runs against a map: whatever is done to both, both say the same.

use std::{path::Path, sync::Arc};

use proptest::{collection::vec, prelude::*};
use prova_rows::{
    Engine, SortedRuns, WriteBatch,
    disk::{Disk, RealDisk},
};
use prova_testkit::oracle::Oracle;

use super::numbers::{Numbers, all_numbers, number_row, numbers_in};

/// What is done.
#[derive(Clone, Debug)]
enum Act {
    /// Values of keys; `None`: gone.
    Put(Vec<(u8, u8, Option<Vec<u8>>)>),
    /// A head has a value.
    Head(u8, Vec<u8>),
    /// So many numbers come next in a list.
    Append(u8, u8),
    Flush,
    Reopen,
}

fn act() -> impl Strategy<Value = Act> {
    let value = prop_oneof![
        vec(any::<u8>(), 0..40).prop_map(Some),
        // Of more than a block.
        any::<u8>().prop_map(|byte| Some(vec![byte; 9_000])),
        Just(None),
    ];
    let rows = vec((0..12_u8, 0..12_u8, value), 1..30);
    prop_oneof![
        6 => rows.prop_map(Act::Put),
        1 => (0..3_u8, vec(any::<u8>(), 0..9)).prop_map(|(head, value)| Act::Head(head, value)),
        4 => (0..4_u8, 1..9_u8).prop_map(|(list, count)| Act::Append(list, count)),
        1 => Just(Act::Flush),
        1 => Just(Act::Reopen),
    ]
}

/// How much comes before memory becomes a run: so little that there are runs of several ranks.
const ROOM: usize = 600;

fn open(directory: &Path) -> (SortedRuns, Oracle) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let runs = SortedRuns::with_room(&disk, &directory.join("sorted"), &Numbers, ROOM);
    (
        runs.unwrap(),
        Oracle::open(&disk, &directory.join("oracle")).unwrap(),
    )
}

/// Everything that can be asked about keys that were used, and some that were not.
fn compare(runs: &dyn Engine, oracle: &dyn Engine) {
    for first in 0..13 {
        for second in 0..13 {
            let key = [b'k', first, second];
            assert_eq!(runs.get(&key), oracle.get(&key), "{key:?}");
        }
    }
    for head in 0..4 {
        assert_eq!(runs.get(&[head]), oracle.get(&[head]), "head {head}");
    }
    for prefix in [&b"k"[..], &[b'k', 3], &[b'k', 3, 4], b"z"] {
        assert!(runs.scan(prefix).eq(oracle.scan(prefix)), "{prefix:?}");
    }
    for list in 0..5 {
        let numbers = all_numbers(runs, list);
        assert_eq!(numbers, all_numbers(oracle, list), "list {list}");
        for number in 0..numbers.last().map_or(2, |last| last + 2) {
            let (prefix, (key, _)) = ([b'n', list], number_row(list, &[number]));
            let has = |engine: &dyn Engine| {
                let row = engine.last(&prefix, &key).unwrap();
                row.is_some_and(|row| numbers_in(&row).contains(&number))
            };
            assert_eq!(has(runs), numbers.contains(&number), "{number} in list {list}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sorted_runs_say_what_a_map_says(acts in vec(act(), 1..60)) {
        let directory = tempfile::tempdir().unwrap();
        let (mut runs, mut oracle) = open(directory.path());
        let mut next = [0_u32; 4];
        for act in acts {
            let mut batches = [WriteBatch::default(), WriteBatch::default()];
            match act {
                Act::Flush => {
                    runs.flush().unwrap();
                    oracle.flush().unwrap();
                }
                Act::Reopen => {
                    drop((runs, oracle));
                    (runs, oracle) = open(directory.path());
                }
                Act::Head(head, value) => batches.iter_mut().for_each(|batch| batch.put(vec![head], value.clone())),
                Act::Append(list, count) => {
                    let from = &mut next[usize::from(list)];
                    let numbers: Vec<_> = (*from..*from + u32::from(count)).map(|number| number * 2).collect();
                    *from += u32::from(count);
                    for batch in &mut batches {
                        let (key, value) = number_row(list, &numbers);
                        batch.append(key, value);
                    }
                }
                Act::Put(rows) => {
                    for (first, second, value) in rows {
                        let key = vec![b'k', first, second];
                        for batch in &mut batches {
                            match &value {
                                Some(value) => batch.put(key.clone(), value.clone()),
                                None => batch.remove(key.clone()),
                            }
                        }
                    }
                }
            }
            let [one, other] = batches;
            runs.apply(one).unwrap();
            oracle.apply(other).unwrap();
            prop_assert!(runs.scan(&[]).filter(|row| row.as_ref().is_ok_and(|row| row.0[0] == b'k')).eq(oracle.scan(b"k")));
        }
        compare(&runs, &oracle);
        drop((runs, oracle));
        let (runs, oracle) = open(directory.path());
        compare(&runs, &oracle);
    }

    #[test]
    fn rows_written_in_any_order_are_found(keys in proptest::collection::btree_set(any::<u32>(), 0..3_000), seed in any::<u64>()) {
        let directory = tempfile::tempdir().unwrap();
        let (runs, _) = open(directory.path());
        let mut chance = prova_testkit::chance::Chance::new(seed);
        let mut left: Vec<u32> = keys.iter().copied().collect();
        while !left.is_empty() {
            let mut batch = WriteBatch::default();
            for _ in 0..=chance.below(200).min(left.len() - 1) {
                let key = left.swap_remove(chance.below(left.len()));
                batch.put([&b"k"[..], &key.to_be_bytes()].concat(), key.to_le_bytes().to_vec());
            }
            runs.apply(batch).unwrap();
        }
        let rows = runs.scan(b"k").map(|row| row.unwrap().0[1..].to_vec());
        prop_assert!(rows.eq(keys.iter().map(|key| key.to_be_bytes().to_vec())));
        for key in &keys {
            let value = runs.get(&[&b"k"[..], &key.to_be_bytes()].concat()).unwrap();
            prop_assert_eq!(value, Some(key.to_le_bytes().to_vec()));
        }
    }
}
