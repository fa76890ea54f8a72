//! Times that signers claim: UTC, whole seconds, one text form (a profile of RFC 3339).
//!
//! ```text
//! timestamp = YYYY-MM-DDThh:mm:ssZ        date = YYYY-MM-DD
//! ```

use std::{fmt, str::FromStr};

use crate::text::{is_text_of, serde_as_text};

/// A moment in UTC with whole seconds, from year 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

serde_as_text!(Timestamp, Date);

/// Why a text is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTimeError {
    /// Not the one text form of a moment.
    #[error("no time: want UTC with whole seconds, such as «2026-03-01T08:00:00Z»")]
    Timestamp,
    /// Not the one text form of a day.
    #[error("no date: want a day such as «2026-03-01»")]
    Date,
}

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z; `None` outside years 0 to 9999.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds)
            .ok()
            .map(Self)
            .filter(|time| !time.to_string().starts_with('-'))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// The day in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        Date(jiff::tz::Offset::UTC.to_datetime(self.0).date())
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        if text.len() != 20 {
            return Err(ParseTimeError::Timestamp);
        }
        let time = text.parse().map(Self).map_err(|_| ParseTimeError::Timestamp)?;
        if is_text_of(text, &time) {
            Ok(time)
        } else {
            Err(ParseTimeError::Timestamp)
        }
    }
}

impl FromStr for Date {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        if text.len() != 10 {
            return Err(ParseTimeError::Date);
        }
        let date = text.parse().map(Self).map_err(|_| ParseTimeError::Date)?;
        if is_text_of(text, &date) {
            Ok(date)
        } else {
            Err(ParseTimeError::Date)
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_form_and_no_other() {
        for (text, want) in [
            ("2026-03-01T08:00:00Z", true),
            ("0001-01-01T00:00:00Z", true),
            ("2026-03-01T08:00:00.5Z", false),
            ("2026-03-01T08:00:00+00:00", false),
            ("2026-03-01t08:00:00Z", false),
            ("2026-03-01 08:00:00Z", false),
            ("2026-02-30T08:00:00Z", false),
            ("2026-03-01T08:00:60Z", false),
            ("", false),
        ] {
            assert_eq!(
                text.parse::<Timestamp>()
                    .is_ok_and(|time| time.to_string() == text),
                want,
                "{text}"
            );
        }
        for (text, want) in [
            ("2026-03-01", true),
            ("2026-02-29", false),
            ("20260301", false),
            ("2026-3-1", false),
        ] {
            assert_eq!(text.parse::<Date>().is_ok(), want, "{text}");
        }
    }

    #[test]
    fn unix_seconds_and_text_agree() {
        let time: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        assert_eq!(time.unix(), 1_772_352_000);
        assert_eq!(Timestamp::from_unix(time.unix()), Some(time));
        assert_eq!(time.date().to_string(), "2026-03-01");
    }
}
