//! Countries, as ISO 3166-1 alpha-2 codes.

use std::{fmt, str::FromStr};

use crate::text::serde_as_text;

/// A country by its ISO 3166-1 alpha-2 code, for example `SE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

serde_as_text!(Country);

/// The text is not an assigned ISO 3166-1 alpha-2 code in capital letters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no country: want an ISO 3166-1 alpha-2 code such as «SE»")]
pub struct ParseCountryError;

impl FromStr for Country {
    type Err = ParseCountryError;

    fn from_str(text: &str) -> Result<Self, ParseCountryError> {
        rust_iso3166::from_alpha2(text)
            .filter(|country| country.alpha2 == text)
            .map(|country| Self(country.alpha2))
            .ok_or(ParseCountryError)
    }
}

impl Country {
    /// The English short name, for example `Sweden`.
    #[must_use]
    pub fn name(self) -> &'static str {
        rust_iso3166::from_alpha2(self.0).map_or(self.0, |country| country.name)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_in_capitals_are_countries() {
        for (text, want) in [
            ("SE", true),
            ("DE", true),
            ("EU", false),
            ("se", false),
            ("SWE", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<Country>().is_ok(), want, "{text}");
        }
        assert_eq!("SE".parse::<Country>().unwrap().name(), "Sweden");
    }
}
