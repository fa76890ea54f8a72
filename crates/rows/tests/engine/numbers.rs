//! Rows that can be joined: lists of ascending numbers, up to eight in a row.
//!
//! ```text
//! n || list u8 || first number u32 → number u32 …          big-endian
//! ```

use prova_rows::{Engine, Grouping, KeyValue, KeyValueRef};

const MOST: usize = 8;

/// The rows of a list are looked for together.
#[derive(Debug)]
pub(crate) struct Numbers;

impl Grouping for Numbers {
    fn group_length(&self, key: &[u8]) -> Option<usize> {
        (key.first() == Some(&b'n')).then_some(2)
    }

    fn join(&self, (key, row): KeyValueRef<'_>, (other, next): KeyValueRef<'_>) -> Option<Vec<u8>> {
        let is_one_list = key.first() == Some(&b'n') && key[..2] == other[..2];
        (is_one_list && row.len() + next.len() <= 4 * MOST).then(|| [row, next].concat())
    }
}

/// The row of numbers in a list.
pub(crate) fn number_row(list: u8, numbers: &[u32]) -> KeyValue {
    let bytes: Vec<_> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    ([&[b'n', list], &bytes[..4]].concat(), bytes)
}

/// The numbers of a row.
pub(crate) fn numbers_in((key, value): &KeyValue) -> Vec<u32> {
    assert_eq!(key[2..], value[..4]);
    let (numbers, []) = value.as_chunks() else {
        panic!("a number is cut");
    };
    numbers.iter().map(|number| u32::from_be_bytes(*number)).collect()
}

/// All numbers of a list.
pub(crate) fn all_numbers(engine: &dyn Engine, list: u8) -> Vec<u32> {
    engine
        .scan(&[b'n', list])
        .flat_map(|row| numbers_in(&row.unwrap()))
        .collect()
}
