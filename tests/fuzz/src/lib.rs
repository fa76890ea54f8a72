//! What the fuzz targets share: the property that errors are fit to print, and a ledger that understands a script.

pub mod ledger;
pub mod memory;

use std::{
    error::Error,
    fmt::{Debug, Display},
    str::FromStr,
};

use prova_core::text::is_unprintable;

/// Fails if an error, or what caused it, would print a character that can make a terminal show something else.
pub fn assert_printable(error: &dyn Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        assert!(
            !text.chars().any(is_unprintable),
            "an error prints a raw control character: {text:?}"
        );
        next = error.source();
    }
}

/// What was parsed prints as a text that is parsed to the same again. Returns that text.
pub fn assert_text_is_normal<T>(text: &str) -> Option<String>
where
    T: FromStr<Err: Error> + Display + Debug + PartialEq,
{
    match text.parse::<T>() {
        Ok(value) => {
            let normal = value.to_string();
            match normal.parse::<T>() {
                Ok(again) => {
                    assert_eq!(again, value, "{text:?} is {normal:?}");
                    assert_eq!(
                        again.to_string(),
                        normal,
                        "the normal form of {text:?} has another one"
                    );
                }
                Err(error) => panic!("{text:?} is {normal:?}, which is refused: {error}"),
            }
            Some(normal)
        }
        Err(error) => {
            assert_printable(&error);
            None
        }
    }
}

/// The same for types that have one text each.
pub fn assert_one_text<T>(text: &str)
where
    T: FromStr<Err: Error> + Display + Debug + PartialEq,
{
    if let Some(normal) = assert_text_is_normal::<T>(text) {
        assert_eq!(normal, text, "a second text of one value");
    }
}
