//! Lower-case hexadecimal, the one text form of every digest in Prova (RFC 4648 §8, in lower case).

/// Why a text is not the hexadecimal form of `N` bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseHexError {
    /// The text has another length than twice the number of bytes.
    #[error("{got} characters, want {want} lower-case hexadecimal digits")]
    Length {
        /// Characters found.
        got: usize,
        /// Digits wanted.
        want: usize,
    },
    /// A character is not one of `0-9a-f`.
    #[error("character {position} is not a lower-case hexadecimal digit")]
    Digit {
        /// Zero-based byte position of the character.
        position: usize,
    },
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What a byte that is no digit stands for in [`VALUES`]; no digit's value has one of its bits.
const NO_DIGIT: u8 = 0xf0;

/// The value of each byte that is a digit.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut digits = DIGITS.as_slice();
    let mut value = 0;
    while let [digit, rest @ ..] = digits {
        #[expect(
            clippy::as_conversions,
            clippy::indexing_slicing,
            reason = "evaluated by the compiler"
        )]
        {
            values[*digit as usize] = value;
        }
        value = value.wrapping_add(1);
        digits = rest;
    }
    values
};

fn digit(value: u8) -> u8 {
    DIGITS.get(usize::from(value)).copied().unwrap_or_default()
}

fn value(digit: u8) -> u8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT)
}

/// The lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.map(char::from).collect()
}

/// Writes the same text.
pub(crate) fn write(f: &mut std::fmt::Formatter<'_>, bytes: &[u8]) -> std::fmt::Result {
    let mut text = [0; 64];
    for piece in bytes.chunks(text.len() / 2) {
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(piece) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        let digits = text.get(..piece.len().saturating_mul(2)).unwrap_or_default();
        f.write_str(std::str::from_utf8(digits).unwrap_or_default())?;
    }
    Ok(())
}

/// The `N` bytes of which `text` is the lower-case hexadecimal form.
///
/// # Errors
/// Another length, an upper-case digit or any other character.
pub fn decode<const N: usize>(text: &str) -> Result<[u8; N], ParseHexError> {
    let want = N.saturating_mul(2);
    if text.len() != want {
        return Err(ParseHexError::Length {
            got: text.chars().count(),
            want,
        });
    }
    let (mut bytes, mut seen) = ([0_u8; N], 0);
    let (pairs, _) = text.as_bytes().as_chunks();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (value(*high), value(*low));
        seen |= high | low;
        *byte = (high << 4) | low;
    }
    if seen & NO_DIGIT == 0 {
        return Ok(bytes);
    }
    let position = text.bytes().take_while(|digit| value(*digit) != NO_DIGIT).count();
    Err(ParseHexError::Digit { position })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'a>(&'a [u8]);

    impl std::fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write(f, self.0)
        }
    }

    #[test]
    fn text_and_bytes_are_inverse() {
        let all: [u8; 256] = std::array::from_fn(|value| u8::try_from(value).unwrap());
        assert_eq!(decode::<256>(&encode(&all)), Ok(all));
        for length in [0, 1, 31, 32, 33, 256] {
            assert_eq!(Shown(&all[..length]).to_string(), encode(&all[..length]));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, want) in [
            ("", ParseHexError::Length { got: 0, want: 4 }),
            ("00112", ParseHexError::Length { got: 5, want: 4 }),
            ("00fG", ParseHexError::Digit { position: 3 }),
            ("AA00", ParseHexError::Digit { position: 0 }),
            ("é00", ParseHexError::Digit { position: 0 }),
        ] {
            assert_eq!(decode::<2>(text), Err(want), "{text}");
        }
    }
}
