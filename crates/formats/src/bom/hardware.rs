//! What a piece of hardware is: the `cdx:device:*` properties of the CycloneDX taxonomy.

use std::fmt;

use prova_core::text::escape;

/// The hardware side of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// How many of it there are.
    pub quantity: Option<u64>,
    /// What it is for, such as `radio` or `connector`.
    pub function: Option<String>,
    /// Where it sits, such as a board and a reference designator.
    pub location: Option<String>,
    /// How it is built, such as `smd` or `thru-hole`.
    pub device_type: Option<String>,
    /// Serial numbers, one for each piece that is listed.
    pub serial_numbers: Vec<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Lots or batches.
    pub lot_numbers: Vec<String>,
    /// When it was produced, as written.
    pub produced: Option<String>,
    /// Hardware addresses.
    pub mac_addresses: Vec<MacAddress>,
    /// Certificates that the bill claims for it.
    pub certifications: Vec<Certification>,
    /// GS1 identifiers.
    pub gs1_ids: Vec<Gs1Id>,
    /// Where the engineering BOM is.
    pub engineering_bom: Option<String>,
    /// Where the manufacturing BOM is.
    pub manufacturing_bom: Option<String>,
}

/// A 48-bit hardware address (IEEE 802), as `02:00:5e:00:53:01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    /// Reads twelve hexadecimal digits, plain or in groups between `:`, `-` or `.`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text
            .chars()
            .filter(|character| !matches!(character, ':' | '-' | '.'))
            .collect();
        if digits.len() != 12 || text.len() > 17 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u64::from_str_radix(&digits, 16).ok()?;
        let [0, 0, bytes @ ..] = number.to_be_bytes() else {
            return None;
        };
        Some(Self(bytes))
    }

    /// The six bytes, in transmission order.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            let colon = if position == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

/// A certification of a device, as `cdx:device:certifications:COUNTRY[:AUTHORITY[:id|:url]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification {
    /// ISO 3166-1 alpha-2 code of the country of the authority, as written.
    pub country: String,
    /// The authority, such as `FCC`.
    pub authority: Option<String>,
    /// What the value is: `id`, `url`, or `None`.
    pub aspect: Option<String>,
    /// The certificate's number or text, as written.
    pub value: String,
}

/// A scheme of GS1 identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gs1Scheme {
    /// Electronic Product Code.
    EpcRfid,
    /// Global Individual Asset Identifier.
    Giai,
    /// Global Location Number, 13 digits.
    Gln,
    /// Global Model Number.
    Gmn,
    /// GTIN-8.
    Gtin8,
    /// GTIN-12.
    Gtin12,
    /// GTIN-13.
    Gtin13,
    /// GTIN-14.
    Gtin14,
}

impl Gs1Scheme {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "epcRfid" => Some(Self::EpcRfid),
            "giai" => Some(Self::Giai),
            "gln" => Some(Self::Gln),
            "gmn" => Some(Self::Gmn),
            "gtin-8" => Some(Self::Gtin8),
            "gtin-12" => Some(Self::Gtin12),
            "gtin-13" => Some(Self::Gtin13),
            "gtin-14" => Some(Self::Gtin14),
            _ => None,
        }
    }

    /// How many digits its identifiers have, the last of which is a check digit; `None` for other identifiers.
    const fn digits(self) -> Option<usize> {
        match self {
            Self::Gtin8 => Some(8),
            Self::Gtin12 => Some(12),
            Self::Gln | Self::Gtin13 => Some(13),
            Self::Gtin14 => Some(14),
            Self::EpcRfid | Self::Giai | Self::Gmn => None,
        }
    }

    /// Whether `value` has the digits and the check digit of the scheme (GS1 General Specifications §7.9.1).
    pub(crate) fn admits(self, value: &str) -> bool {
        let Some(digits) = self.digits() else {
            return !value.is_empty();
        };
        if value.len() != digits || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let weighted = value.bytes().rev().zip([1_u32, 3].into_iter().cycle());
        let sum = weighted.fold(0_u32, |sum, (byte, weight)| {
            sum.saturating_add(u32::from(byte.saturating_sub(b'0')).saturating_mul(weight))
        });
        sum.is_multiple_of(10)
    }
}

/// A GS1 identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gs1Id {
    /// Which of GS1's identifiers it is.
    pub scheme: Gs1Scheme,
    /// The identifier, as written: a wrong check digit is a warning.
    pub value: String,
}

impl fmt::Display for Gs1Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_addresses_are_read_in_their_usual_spellings() {
        for text in [
            "02:00:5e:00:53:01",
            "02-00-5E-00-53-01",
            "0200.5e00.5301",
            "02005e005301",
        ] {
            assert_eq!(
                MacAddress::parse(text).map(|mac| mac.to_string()).as_deref(),
                Some("02:00:5e:00:53:01")
            );
        }
        for text in [
            "",
            "02:00:5e:00:53",
            "02:00:5e:00:53:0g",
            "+2005e005301",
            "02005e005301::::::",
            "é2005e00530",
        ] {
            assert_eq!(MacAddress::parse(text), None, "{text}");
        }
    }

    #[test]
    fn gs1_check_digits_are_checked() {
        for (scheme, value, want) in [
            (Gs1Scheme::Gtin12, "036000291452", true),
            (Gs1Scheme::Gtin12, "036000291453", false),
            (Gs1Scheme::Gtin13, "4006381333931", true),
            (Gs1Scheme::Gtin13, "400638133393", false),
            (Gs1Scheme::Gtin8, "96385074", true),
            (Gs1Scheme::Gln, "400638133393x", false),
            (Gs1Scheme::Giai, "4000001ABC", true),
            (Gs1Scheme::Giai, "", false),
        ] {
            assert_eq!(scheme.admits(value), want, "{value}");
        }
    }
}
