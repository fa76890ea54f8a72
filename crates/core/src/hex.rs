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

/// The lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(
                DIGITS
                    .get(usize::from(nibble))
                    .map_or('0', |digit| char::from(*digit)),
            );
        }
    }
    text
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
    let mut bytes = [0_u8; N];
    for (position, (byte, pair)) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)).enumerate() {
        for (offset, digit) in pair.iter().enumerate() {
            let value = match digit {
                b'0'..=b'9' => digit.wrapping_sub(b'0'),
                b'a'..=b'f' => digit.wrapping_sub(b'a').wrapping_add(10),
                _ => {
                    return Err(ParseHexError::Digit {
                        position: position.saturating_mul(2).saturating_add(offset),
                    });
                }
            };
            *byte = (*byte << 4) | value;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_inverse() {
        let all: [u8; 256] = std::array::from_fn(|value| u8::try_from(value).unwrap());
        assert_eq!(decode::<256>(&encode(&all)), Ok(all));
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
