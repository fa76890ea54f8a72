//! Names of the keys that sign notes (C2SP `signed-note` v1.0.0).

use std::{fmt, str::FromStr};

use crate::text::serde_as_text;

/// The name of a key: not empty, without Unicode spaces, plus signs and control characters.
///
/// Only the size of the note or file around it limits its length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Why a text cannot name a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyNameError {
    /// A name has at least one character.
    #[error("key name is empty")]
    Empty,
    /// A space, a plus sign or a control character.
    #[error("key name has {} at byte {position}, want neither spaces, plus signs nor control characters", .got.escape_unicode())]
    Character {
        /// The character found.
        got: char,
        /// Zero-based byte position.
        position: usize,
    },
}

impl KeyName {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = ParseKeyNameError;

    fn from_str(text: &str) -> Result<Self, ParseKeyNameError> {
        if text.is_empty() {
            return Err(ParseKeyNameError::Empty);
        }
        let foreign = |got: char| got.is_whitespace() || got == '+' || got < ' ';
        match text.char_indices().find(|(_, got)| foreign(*got)) {
            Some((position, got)) => Err(ParseKeyNameError::Character { got, position }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(KeyName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_spaces_plus_signs_and_control_characters() {
        for name in ["a", "example.com/log", "é漢", "a\u{7f}", "none"] {
            assert_eq!(name.parse::<KeyName>().unwrap().to_string(), name);
        }
        assert_eq!("".parse::<KeyName>(), Err(ParseKeyNameError::Empty));
        for got in [
            ' ', '+', '\n', '\t', '\0', '\u{1f}', '\u{85}', '\u{a0}', '\u{2003}', '\u{3000}',
        ] {
            let refused = format!("é{got}").parse::<KeyName>();
            assert_eq!(refused, Err(ParseKeyNameError::Character { got, position: 2 }));
        }
    }
}
