//! Types whose one outside form is text: serde through `Display` and `FromStr`.

use std::{
    fmt::{self, Display, Write as _},
    marker::PhantomData,
    str::FromStr,
};

use serde::{
    Deserializer,
    de::{Error as _, Visitor},
};

/// Reads a text and parses it; an error names the text, escaped.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Text<T> {
        // The parser gives an error from here another place than one from the value after it was read.
        type Value = Result<T, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text
                .parse()
                .map_err(|error| format!("«{}»: {error}", excerpt(text))))
        }
    }

    deserializer
        .deserialize_str(Text(PhantomData))?
        .map_err(D::Error::custom)
}

/// Whether a value's text is this one.
pub(crate) fn is_text_of(text: &str, value: &impl Display) -> bool {
    /// What is still to come of a text.
    struct Rest<'a>(&'a str);

    impl fmt::Write for Rest<'_> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(piece).ok_or(fmt::Error)?;
            Ok(())
        }
    }

    let mut rest = Rest(text);
    write!(rest, "{value}").is_ok() && rest.0.is_empty()
}

/// `text` with control characters, and characters that reorder or hide text, as `\u{…}`.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut shown, character);
    }
    shown
}

/// The first 120 characters of `text`, escaped: for error messages, which say what was found but do not repeat a file.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const SHOWN: usize = 120;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => escape(text.get(..end).unwrap_or_default()) + "…",
        None => escape(text),
    }
}

/// The whole of a message that quotes foreign text, escaped as [`escape`] does; of a very long one its beginning and end.
pub(crate) fn escape_message(message: &str) -> String {
    const HEAD: usize = 600;
    const TAIL: usize = 60;
    let end = message.chars().count().saturating_sub(TAIL);
    let mut shown = String::new();
    for (position, character) in message.chars().enumerate() {
        if position == HEAD && position < end {
            shown.push('…');
        }
        if position >= HEAD && position < end {
            continue;
        }
        push_escaped(&mut shown, character);
    }
    shown
}

fn push_escaped(shown: &mut String, character: char) {
    if is_unprintable(character) {
        shown.extend(character.escape_unicode());
    } else {
        shown.push(character);
    }
}

/// Control, bidirectional and zero-width characters: what could make a terminal or a page show something else.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Implements `Serialize` and `Deserialize` through `Display` and `FromStr`; with `as str`, through `as_str` in place of `Display`.
macro_rules! serde_as_text {
    ($name:ty as str) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        $crate::text::serde_as_text!(@read $name);
    };
    (@read $name:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text::deserialize(deserializer)
            }
        }
    };
    ($($name:ty),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        $crate::text::serde_as_text!(@read $name);
    )+};
}
pub(crate) use serde_as_text;

/// Words of a signer, repeated where nothing else is free text: 1,024 bytes at most; longer ones are cut, and end in `…` then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quote(String);

/// The text is longer than a quotation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quotation of {got} bytes, want {} at most", Quote::MAX_BYTES)]
pub struct ParseQuoteError {
    /// Bytes found.
    pub got: usize,
}

impl Quote {
    /// The longest quotation, in bytes: a remark's length, of which a list of a thousand findings stays readable.
    pub const MAX_BYTES: usize = 1_024;

    /// Quotes a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.len() <= Self::MAX_BYTES {
            return Self(text.to_owned());
        }
        let room = Self::MAX_BYTES.saturating_sub('…'.len_utf8());
        let cut = (0..=room).rev().find_map(|end| text.get(..end));
        Self(cut.unwrap_or_default().to_owned() + "…")
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Quote {
    type Err = ParseQuoteError;

    fn from_str(text: &str) -> Result<Self, ParseQuoteError> {
        match text.len() {
            got if got > Self::MAX_BYTES => Err(ParseQuoteError { got }),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Quote as str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_a_reader_is_escaped() {
        for (text, want) in [
            ("plain é 漢", "plain é 漢"),
            ("a\u{1b}[31mb\n", "a\\u{1b}[31mb\\u{a}"),
            ("gnp\u{202e}exe", "gnp\\u{202e}exe"),
        ] {
            assert_eq!(escape(text), want);
        }
        assert_eq!(escape(&"x".repeat(500)).len(), 500);
        assert_eq!(excerpt(&"é".repeat(500)).chars().count(), 121);
        assert_eq!(excerpt(&"é".repeat(120)), "é".repeat(120));
    }

    #[test]
    fn a_value_is_compared_with_a_text_piece_by_piece() {
        for (text, want) in [
            ("1/2", true),
            ("1/", false),
            ("1/23", false),
            ("2/2", false),
            ("", false),
        ] {
            assert_eq!(is_text_of(text, &format_args!("{}/{}", 1, 2)), want, "{text}");
        }
        assert!(is_text_of("", &""));
    }

    #[test]
    fn a_quotation_is_whole_or_cut_between_characters() {
        let longest = "é".repeat(512);
        for (text, want) in [
            ("", ""),
            ("stolen\u{1b}", "stolen\u{1b}"),
            (&longest, &longest),
            (&"é".repeat(513), &("é".repeat(510) + "…")),
        ] {
            let quote = Quote::of(text);
            assert_eq!(quote.as_str(), want);
            assert_eq!(want.parse(), Ok(quote));
        }
        let long = "x".repeat(1_025);
        assert_eq!(long.parse::<Quote>(), Err(ParseQuoteError { got: 1_025 }));
    }

    #[test]
    fn a_message_keeps_its_beginning_and_its_end() {
        for length in [0, 1, 599, 600, 601, 660] {
            let message = "x".repeat(length);
            assert_eq!(escape_message(&message), message);
        }
        let long = format!("unknown field `{}\u{7}` at line 1 column 9", "x".repeat(5000));
        let shown = escape_message(&long);
        assert_eq!(shown.chars().count(), 661 + r"\u{7}".len() - 1);
        assert!(shown.starts_with("unknown field `xxx") && shown.ends_with(r"\u{7}` at line 1 column 9"));
    }
}
