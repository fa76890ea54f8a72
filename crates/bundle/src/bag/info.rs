//! `bag-info.txt`: what archives show of a bag without knowing what is in it (RFC 8493 §2.2.2).

use std::fmt;

use prova_core::{id::OrgId, time::Date};

const ORGANISATION: &str = "Source-Organization";
const DATE: &str = "Bagging-Date";
const CASE: &str = "External-Identifier";
const OXUM: &str = "Payload-Oxum";

/// The metadata of a bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BagInfo {
    /// Who made it.
    pub organisation: OrgId,
    /// On which day.
    pub date: Date,
    /// The case that the bundle was made for, as the exporter calls it.
    pub case: Option<String>,
    /// Bytes of the files below `data/`.
    pub octets: u64,
    /// How many files there are below `data/`.
    pub files: u64,
}

/// Why a text is no metadata of a bag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseBagInfoError {
    /// Not text.
    #[error("bag-info.txt is not UTF-8")]
    Encoding,
    /// A line that is missing, another one or not in its form.
    #[error("line {line} of bag-info.txt: want «{want}: » and its value")]
    Line {
        /// One-based.
        line: usize,
        /// The label wanted.
        want: &'static str,
    },
    /// More lines than there are.
    #[error("bag-info.txt goes on after line {0}, want its end")]
    Trailing(usize),
}

impl BagInfo {
    /// Reads the file.
    ///
    /// # Errors
    /// Anything but what [`fmt::Display`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseBagInfoError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ParseBagInfoError::Encoding)?;
        let mut lines = InfoLines { text, line: 0 };
        let organisation = lines.value(ORGANISATION, |value| value.parse().ok())?;
        let date = lines.value(DATE, |value| value.parse().ok())?;
        let has_case = lines.text.starts_with(CASE);
        let case = has_case
            .then(|| lines.value(CASE, |value| (!value.is_empty()).then(|| value.to_owned())))
            .transpose()?;
        let (octets, files) = lines.value(OXUM, |value| {
            let (octets, files) = value.split_once('.')?;
            Some((number(octets)?, number(files)?))
        })?;
        if lines.text.is_empty() {
            Ok(Self {
                organisation,
                date,
                case,
                octets,
                files,
            })
        } else {
            Err(ParseBagInfoError::Trailing(lines.line))
        }
    }
}

/// A number as it is printed.
fn number(digits: &str) -> Option<u64> {
    let number: u64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

struct InfoLines<'a> {
    text: &'a str,
    line: usize,
}

impl<'a> InfoLines<'a> {
    fn value<T>(
        &mut self,
        want: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, ParseBagInfoError> {
        self.line = self.line.saturating_add(1);
        let found = self.text.split_once('\n').and_then(|(line, rest)| {
            let value = line.strip_prefix(want)?.strip_prefix(": ")?;
            Some((parse(value)?, rest))
        });
        let (value, rest) = found.ok_or(ParseBagInfoError::Line {
            line: self.line,
            want,
        })?;
        self.text = rest;
        Ok(value)
    }
}

impl fmt::Display for BagInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{ORGANISATION}: {}", self.organisation)?;
        writeln!(f, "{DATE}: {}", self.date)?;
        if let Some(case) = &self.case {
            writeln!(f, "{CASE}: {case}")?;
        }
        writeln!(f, "{OXUM}: {}.{}", self.octets, self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "Source-Organization: dns:auditor.example\nBagging-Date: 2026-03-01\nExternal-Identifier: case 7\n\
                         Payload-Oxum: 4711.12\n";

    #[test]
    fn what_is_read_is_written_again() {
        for text in [
            WHOLE.to_owned(),
            WHOLE.replace("External-Identifier: case 7\n", ""),
        ] {
            let info = BagInfo::parse(text.as_bytes()).unwrap();
            assert_eq!(info.to_string(), text);
        }
    }

    #[test]
    fn another_form_is_refused_at_its_line() {
        for (text, want) in [
            (
                WHOLE.replace("dns:auditor", "auditor"),
                "line 1 of bag-info.txt: want «Source-Organization: »",
            ),
            (
                WHOLE.replace(": 2026", ":2026"),
                "line 2 of bag-info.txt: want «Bagging-Date: »",
            ),
            (
                WHOLE.replace("case 7", ""),
                "line 3 of bag-info.txt: want «External-Identifier: »",
            ),
            (
                WHOLE.replace("4711", "04711"),
                "line 4 of bag-info.txt: want «Payload-Oxum: »",
            ),
            (
                WHOLE.trim_end().to_owned(),
                "line 4 of bag-info.txt: want «Payload-Oxum: »",
            ),
            (format!("{WHOLE}\n"), "bag-info.txt goes on after line 4"),
        ] {
            let error = BagInfo::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(want), "{error}");
        }
        assert_eq!(BagInfo::parse(&[0xff]), Err(ParseBagInfoError::Encoding));
    }
}
