//! Names of logs (C2SP `tlog-checkpoint` v1.0.0): the first line of a checkpoint, and the name of the log's keys.

use std::{fmt, str::FromStr};

use super::key_name::{KeyName, ParseKeyNameError};
use crate::text::{is_unprintable, serde_as_text};

/// The name of a log: what its checkpoints begin with, and what its keys are called.
///
/// The specification allows spaces and plus signs in an origin and advises against them. Here they are refused, since a
/// policy finds a log's key by the origin and a key name cannot have them. What [`crate::text::is_unprintable`] names is refused
/// too: an origin is part of what people read, and two that look alike must not be two ledgers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(KeyName);

/// Why a text cannot name a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseOriginError {
    /// It is not a key name.
    #[error("origin is no {0}")]
    Name(ParseKeyNameError),
    /// It has a control character that a key name may have, or another that is not seen.
    #[error("origin has {} at byte {position}, want nothing that hides or reorders text", .got.escape_unicode())]
    Unprintable {
        /// The character found.
        got: char,
        /// Bytes before it.
        position: usize,
    },
    /// The text has more bytes than a name may have.
    #[error("origin has {got} bytes, want at most {}", Origin::MAX_BYTES)]
    TooLong {
        /// Bytes found.
        got: usize,
    },
}

/// How an origin departs from a URL without scheme such as `example.com/log`, which no two logs choose by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginAdvice {
    /// It has a scheme.
    #[error("origin has a scheme, better none: example.com/log")]
    Scheme,
    /// It ends in a slash.
    #[error("origin ends in a slash, better none: example.com/log")]
    TrailingSlash,
    /// Its first part is no host name with a dot.
    #[error("origin does not begin with a domain name, better: example.com/log")]
    NoDomain,
}

impl Origin {
    /// The longest origin, in bytes: what later cosignature formats have room for.
    pub const MAX_BYTES: usize = 255;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name that the log's keys have.
    #[must_use]
    pub const fn as_key_name(&self) -> &KeyName {
        &self.0
    }

    /// What is unwise about it, if anything.
    #[must_use]
    pub fn advice(&self) -> Option<OriginAdvice> {
        let text = self.as_str();
        let host = text.split('/').next().unwrap_or_default();
        if text.contains("://") {
            Some(OriginAdvice::Scheme)
        } else if text.ends_with('/') {
            Some(OriginAdvice::TrailingSlash)
        } else if !host.contains('.') || host.split('.').any(str::is_empty) {
            Some(OriginAdvice::NoDomain)
        } else {
            None
        }
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ParseOriginError::TooLong { got: text.len() });
        }
        let name = text.parse().map_err(ParseOriginError::Name)?;
        match text.char_indices().find(|(_, got)| is_unprintable(*got)) {
            Some((position, got)) => Err(ParseOriginError::Unprintable { got, position }),
            None => Ok(Self(name)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Origin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwise_origins_are_pointed_out() {
        for (origin, want) in [
            ("example.com/log", None),
            ("example.com", None),
            ("https://example.com/log", Some(OriginAdvice::Scheme)),
            ("example.com/log/", Some(OriginAdvice::TrailingSlash)),
            ("ledger", Some(OriginAdvice::NoDomain)),
            ("a/b.c", Some(OriginAdvice::NoDomain)),
            ("example./log", Some(OriginAdvice::NoDomain)),
        ] {
            assert_eq!(origin.parse::<Origin>().unwrap().advice(), want, "{origin}");
        }
        assert_eq!(
            "a".repeat(256).parse::<Origin>(),
            Err(ParseOriginError::TooLong { got: 256 })
        );
        assert_eq!("a".repeat(255).parse::<Origin>().unwrap().as_str().len(), 255);
    }

    #[test]
    fn an_origin_hides_nothing() {
        for (origin, got, position) in [
            ("example.com/\u{7f}", '\u{7f}', 12),
            ("example.com\u{9b}31m", '\u{9b}', 11),
            ("gpj\u{202e}moc.elpmaxe", '\u{202e}', 3),
            ("é\u{200b}", '\u{200b}', 2),
        ] {
            assert_eq!(
                origin.parse::<Origin>(),
                Err(ParseOriginError::Unprintable { got, position }),
                "{origin:?}"
            );
        }
    }
}
