//! Decimal numbers in their only form: no sign, no leading zeroes.

use std::{fmt::Display, str::FromStr};

use crate::text::is_text_of;

/// The number whose decimal text this is.
pub(crate) fn parse<N: FromStr + Display>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| is_text_of(text, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_text() {
        assert_eq!(parse("0"), Some(0_u64));
        assert_eq!(parse("18446744073709551615"), Some(u64::MAX));
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_0",
            "0x1",
            "18446744073709551616",
            "١",
        ] {
            assert_eq!(parse::<u64>(text), None, "{text}");
        }
    }
}
