//! Organisations: who makes, tests, carries, runs and regulates.
//!
//! ```text
//! lei:<20 characters>   Legal Entity Identifier, check digits by ISO/IEC 7064 MOD 97-10     (ISO 17442-1)
//! gln:<13 digits>       Global Location Number, check digit modulo 10        (GS1 General Specifications §7.9)
//! dns:<host name>       a domain that the organisation controls, lower case              (RFC 1123 §2.1)
//! ```

use std::{fmt, str::FromStr, sync::Arc};

use crate::text::serde_as_text;

/// An organisation, by an identifier with a registry behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgId(Arc<str>);

serde_as_text!(OrgId as str);

/// Why a text does not identify an organisation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseOrgError {
    /// The text begins with none of the known schemes.
    #[error("no organisation: want «lei:», «gln:» or «dns:» and an identifier")]
    Scheme,
    /// The LEI is not twenty capital letters and digits, the last two digits.
    #[error("no LEI: want 18 capital letters or digits and 2 check digits")]
    LeiShape,
    /// The LEI's check digits are others.
    #[error("LEI check digits are {got}, want {want}")]
    LeiCheck {
        /// Check digits found.
        got: String,
        /// Check digits that belong to the first eighteen characters.
        want: String,
    },
    /// The GLN is not thirteen digits.
    #[error("no GLN: want 13 digits")]
    GlnShape,
    /// The GLN's check digit is another.
    #[error("GLN check digit is {got}, want {want}")]
    GlnCheck {
        /// Check digit found.
        got: char,
        /// Check digit that belongs to the first twelve.
        want: char,
    },
    /// The domain is not a lower-case host name with at least two labels.
    #[error("no host name: want 2 or more labels of a-z, 0-9 and inner hyphens, at most 253 characters")]
    Dns,
}

impl FromStr for OrgId {
    type Err = ParseOrgError;

    fn from_str(text: &str) -> Result<Self, ParseOrgError> {
        let (scheme, id) = text.split_once(':').ok_or(ParseOrgError::Scheme)?;
        match scheme {
            "lei" => check_lei(id)?,
            "gln" => check_gln(id)?,
            "dns" => check_dns(id)?,
            _ => return Err(ParseOrgError::Scheme),
        }
        Ok(Self(text.into()))
    }
}

impl OrgId {
    /// The identifier with its scheme.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The two check digits of an LEI's first eighteen characters (ISO/IEC 7064 MOD 97-10).
fn lei_check_digits(base: &str) -> String {
    let remainder = base
        .chars()
        .chain("00".chars())
        .filter_map(|c| c.to_digit(36))
        .fold(0_u32, |sum, value| {
            let shift = if value < 10 { 10 } else { 100 };
            sum.wrapping_mul(shift).wrapping_add(value) % 97
        });
    format!("{:02}", 98_u32.wrapping_sub(remainder))
}

fn check_lei(id: &str) -> Result<(), ParseOrgError> {
    let (base, digits) = id.split_at_checked(18).ok_or(ParseOrgError::LeiShape)?;
    let base_fits = base.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !base_fits || digits.len() != 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseOrgError::LeiShape);
    }
    let want = lei_check_digits(base);
    if digits != want {
        return Err(ParseOrgError::LeiCheck {
            got: digits.to_owned(),
            want,
        });
    }
    Ok(())
}

/// The check digit of a GS1 key's leading digits: weights 3 and 1 from the right.
pub(crate) fn gs1_check_digit(leading: &str) -> char {
    let sum = leading
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .zip([3, 1].into_iter().cycle())
        .fold(0_u32, |sum, (digit, weight)| {
            sum.wrapping_add(digit.wrapping_mul(weight))
        });
    char::from_digit(10_u32.wrapping_sub(sum % 10) % 10, 10).unwrap_or('0')
}

fn check_gln(id: &str) -> Result<(), ParseOrgError> {
    if id.len() != 13 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseOrgError::GlnShape);
    }
    let (leading, digit) = id.split_at_checked(12).ok_or(ParseOrgError::GlnShape)?;
    let (got, want) = (digit.chars().next().unwrap_or('?'), gs1_check_digit(leading));
    if got == want {
        Ok(())
    } else {
        Err(ParseOrgError::GlnCheck { got, want })
    }
}

fn check_dns(id: &str) -> Result<(), ParseOrgError> {
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if id.len() <= 253 && id.contains('.') && id.split('.').all(label_fits) {
        Ok(())
    } else {
        Err(ParseOrgError::Dns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_schemes_are_read_and_shown_alike() {
        // The LEI is the example of ISO 17442-1; the GLN is the example of the GS1 General Specifications.
        for text in [
            "lei:5493000IBP32UQZ0KL24",
            "gln:4012345000009",
            "dns:radio.example",
        ] {
            assert_eq!(
                text.parse::<OrgId>().map(|org| org.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let check = |got: &str, want: &str| ParseOrgError::LeiCheck {
            got: got.into(),
            want: want.into(),
        };
        for (text, want) in [
            ("", ParseOrgError::Scheme),
            ("duns:123456789", ParseOrgError::Scheme),
            ("LEI:5493000IBP32UQZ0KL24", ParseOrgError::Scheme),
            ("lei:5493000ibp32uqz0kl24", ParseOrgError::LeiShape),
            ("lei:5493000IBP32UQZ0KL2é", ParseOrgError::LeiShape),
            ("lei:5493000IBP32UQZ0KL42", check("42", "24")),
            ("lei:5493000IBP32UQZ0LK24", check("24", "18")),
            ("gln:401234500000", ParseOrgError::GlnShape),
            (
                "gln:4012345000008",
                ParseOrgError::GlnCheck { got: '8', want: '9' },
            ),
            ("dns:Radio.example", ParseOrgError::Dns),
            ("dns:localhost", ParseOrgError::Dns),
            ("dns:a..b", ParseOrgError::Dns),
            ("dns:-a.b", ParseOrgError::Dns),
        ] {
            assert_eq!(text.parse::<OrgId>(), Err(want), "{text}");
        }
    }
}
