//! Other names of a component, stated by its maker.
//!
//! ```text
//! pkg:…                 package URL                                              (ECMA-427)
//! cpe:2.3:…             CPE 2.3 formatted string                                 (NISTIR 7695 §6.2)
//! gtin:<8, 12, 13 or 14 digits>, giai:<text>, mac:<12 hexadecimal digits>, sku:<text>, imei:<15 digits>
//! unit:…                a weaker scheme of the same unit, such as maker, part and serial number
//! ```
//! An alias of a unit names one instance: the same alias in the chains of two units is a *clone* finding. What names a
//! product (`pkg`, `cpe`, `gtin`, `sku`) may be shared by many.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{
    id::{ComponentId, organisation::gs1_check_digit},
    text::serde_as_text,
};

/// Longest alias, in bytes.
pub const MAX_ALIAS_BYTES: usize = 512;

/// Another name of a component, in its scheme's canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias(Arc<str>);

serde_as_text!(Alias as str);

/// Why a text is not an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAliasError {
    /// None of the known schemes.
    #[error("no alias: want pkg:, cpe:2.3:, gtin:, giai:, mac:, sku:, imei: or unit:")]
    Scheme,
    /// Too long.
    #[error("an alias of {got} bytes, want {MAX_ALIAS_BYTES} at most")]
    Length {
        /// Bytes found.
        got: usize,
    },
    /// The identifier does not have the form of its scheme.
    #[error("no {scheme} identifier: want {want}")]
    Form {
        /// The name of the scheme, such as `sgtin`.
        scheme: &'static str,
        /// The form wanted.
        want: String,
    },
}

impl FromStr for Alias {
    type Err = ParseAliasError;

    fn from_str(text: &str) -> Result<Self, ParseAliasError> {
        if text.len() > MAX_ALIAS_BYTES {
            return Err(ParseAliasError::Length { got: text.len() });
        }
        let (scheme, id) = text.split_once(':').ok_or(ParseAliasError::Scheme)?;
        let digits =
            |lengths: &[usize]| lengths.contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        let form = |scheme, fits: bool, want: &str| {
            if fits {
                Ok(())
            } else {
                Err(ParseAliasError::Form {
                    scheme,
                    want: want.to_owned(),
                })
            }
        };
        let printable = !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic());
        match scheme {
            "pkg" => {
                let canonical = packageurl::PackageUrl::from_str(text)
                    .ok()
                    .map(|purl| purl.to_string());
                let want = canonical.clone().unwrap_or_else(|| "a package URL".to_owned());
                form("pkg", canonical.as_deref() == Some(text), &want)?;
            }
            "cpe" => {
                let parts = id.replace("\\:", "__").split(':').count();
                form(
                    "cpe",
                    id.starts_with("2.3:") && parts == 12 && printable,
                    "cpe:2.3: and 11 parts",
                )?;
            }
            "gtin" => {
                let check = id.len().checked_sub(1).and_then(|at| id.split_at_checked(at));
                let fits = digits(&[8, 12, 13, 14])
                    && check.is_some_and(|(leading, digit)| digit == gs1_check_digit(leading).to_string());
                form("gtin", fits, "8, 12, 13 or 14 digits with their check digit")?;
            }
            "giai" => form(
                "giai",
                printable && id.len() <= 30,
                "1 to 30 printable characters",
            )?,
            "mac" => {
                let fits = id.len() == 12 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                form("mac", fits, "12 lower-case hexadecimal digits")?;
            }
            "sku" => form("sku", printable && id.len() <= 64, "1 to 64 printable characters")?,
            "imei" => form("imei", digits(&[15]), "15 digits")?,
            "unit" => {
                let fits = text
                    .parse::<ComponentId>()
                    .is_ok_and(|unit| unit.as_str() == text);
                form("unit", fits, "the id of a unit")?;
            }
            _ => return Err(ParseAliasError::Scheme),
        }
        Ok(Self(text.into()))
    }
}

impl Alias {
    /// Whether it names one instance, not a product of which there are many.
    #[must_use]
    pub fn names_an_instance(&self) -> bool {
        ["giai:", "mac:", "imei:", "unit:"]
            .iter()
            .any(|scheme| self.0.starts_with(scheme))
    }

    /// The alias with its scheme.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_aliases_are_read_and_others_refused() {
        for (text, want) in [
            ("pkg:deb/debian/frr@8.4.4?arch=amd64", true),
            ("pkg:DEB/debian/frr@8.4.4", false),
            ("cpe:2.3:o:example:aau_firmware:4.2.1:*:*:*:*:*:*:*", true),
            ("cpe:/o:example:aau", false),
            ("gtin:4012345000009", true),
            ("gtin:4012345000000", false),
            ("mac:00005e005301", true),
            ("mac:00:00:5e:00:53:01", false),
            ("imei:490154203237518", true),
            ("unit:dns:nordlys.example/AAU-3900/SN1", true),
            ("unit:dns:nordlys.example/AAU-3900/sn1", false),
            ("giai:4012345ABC", true),
            ("ftp:x", false),
        ] {
            assert_eq!(text.parse::<Alias>().is_ok(), want, "{text}");
        }
    }

    #[test]
    fn only_instance_aliases_can_be_cloned() {
        assert!("mac:00005e005301".parse::<Alias>().unwrap().names_an_instance());
        assert!(!"sku:AAU-3900".parse::<Alias>().unwrap().names_an_instance());
    }
}
