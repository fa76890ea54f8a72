//! Rows as bytes: the one place that calls bincode.
//!
//! ```text
//! row = version u8 || bincode 2 of the value          integers: fixed width, big-endian; lengths: u64
//! ```
//! bincode's encodings are malleable; nothing that is signed or hashed passes through here.

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use serde::{Serialize, de::DeserializeOwned};

/// The version of all rows; a row of another version is read as damaged, and the store is built anew.
pub(crate) const ROW_VERSION: u8 = 11;

/// The largest row, in bytes: 5,000 keys of a registry fit many times.
const MAX_ROW_BYTES: usize = 64 << 20;

/// Most rows are not larger.
const USUAL_ROW_BYTES: usize = 512;

type RowConfiguration = Configuration<BigEndian, Fixint, Limit<MAX_ROW_BYTES>>;

const CONFIGURATION: RowConfiguration = bincode::config::standard()
    .with_big_endian()
    .with_fixed_int_encoding()
    .with_limit::<MAX_ROW_BYTES>();

/// Why a row cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    #[error("row cannot be encoded: {0}")]
    Encode(String),
    #[error("a row of {got} bytes, want {MAX_ROW_BYTES} at most")]
    TooLarge { got: usize },
    #[error("row of version {got:?}, want {ROW_VERSION}")]
    Version { got: Option<u8> },
    #[error("row cannot be decoded: {0}")]
    Decode(String),
    #[error("row has {got} bytes after its value")]
    Trailing { got: usize },
}

/// The row of a value.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut row = Vec::with_capacity(USUAL_ROW_BYTES);
    row.push(ROW_VERSION);
    bincode::serde::encode_into_std_write(value, &mut row, CONFIGURATION)
        .map_err(|error| CodecError::Encode(error.to_string()))?;
    // bincode holds readers alone to the limit: what is written must be readable.
    if row.len() > MAX_ROW_BYTES {
        return Err(CodecError::TooLarge { got: row.len() });
    }
    Ok(row)
}

/// The value of a row.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn decode<T: DeserializeOwned>(row: &[u8]) -> Result<T, CodecError> {
    let Some((&ROW_VERSION, bytes)) = row.split_first() else {
        return Err(CodecError::Version {
            got: row.first().copied(),
        });
    };
    let (value, consumed) = bincode::serde::borrow_decode_from_slice(bytes, CONFIGURATION)
        .map_err(|error| CodecError::Decode(error.to_string()))?;
    match bytes.len().saturating_sub(consumed) {
        0 => Ok(value),
        got => Err(CodecError::Trailing { got }),
    }
}

#[cfg(test)]
mod tests {
    use prova_core::position::EntryIndex;

    use super::*;

    #[test]
    fn rows_are_fixed_width_and_big_endian_and_read_back() {
        let row = encode(&EntryIndex::new(258)).unwrap();
        assert_eq!(row, [ROW_VERSION, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(decode(&row), Ok(EntryIndex::new(258)));
    }

    #[test]
    fn nothing_is_written_that_could_not_be_read() {
        // A length before the bytes, and the version before both.
        let most = MAX_ROW_BYTES - 9;
        let row = encode(&vec![0_u8; most]).unwrap();
        assert_eq!(decode::<Vec<u8>>(&row).map(|bytes| bytes.len()), Ok(most));
        let got = MAX_ROW_BYTES + 1;
        assert_eq!(encode(&vec![0_u8; most + 1]), Err(CodecError::TooLarge { got }));
    }

    #[test]
    fn other_rows_are_refused() {
        assert_eq!(decode::<EntryIndex>(&[]), Err(CodecError::Version { got: None }));
        assert_eq!(
            decode::<EntryIndex>(&[ROW_VERSION - 1, 0, 0, 0, 0, 0, 0, 1, 2]),
            Err(CodecError::Version {
                got: Some(ROW_VERSION - 1)
            })
        );
        assert!(matches!(
            decode::<EntryIndex>(&[ROW_VERSION, 0]),
            Err(CodecError::Decode(_))
        ));
        assert_eq!(
            decode::<EntryIndex>(&[ROW_VERSION, 0, 0, 0, 0, 0, 0, 1, 2, 3]),
            Err(CodecError::Trailing { got: 1 })
        );
        // A length of 2^64 − 1 bytes that are not there.
        let mut row = vec![ROW_VERSION];
        row.extend([0xff; 8]);
        assert!(matches!(decode::<Vec<u8>>(&row), Err(CodecError::Decode(_))));
    }
}
