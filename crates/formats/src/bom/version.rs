//! The formats and versions that are read.

use std::fmt;

/// A family of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BomFormat {
    /// OWASP CycloneDX (ECMA-424), JSON.
    CycloneDx,
    /// SPDX 2 (ISO/IEC 5962), JSON.
    Spdx,
}

/// A version of a format. Within a format, later versions are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SpecVersion {
    /// CycloneDX 1.4, of 2022.
    CycloneDx14,
    /// CycloneDX 1.5, of 2023.
    CycloneDx15,
    /// CycloneDX 1.6, of 2024.
    CycloneDx16,
    /// CycloneDX 1.7, of 2025.
    CycloneDx17,
    /// SPDX 2.2, of 2020 (ISO/IEC 5962:2021 is its 2.2.1).
    Spdx22,
    /// SPDX 2.3, of 2022.
    Spdx23,
}

impl SpecVersion {
    /// The versions that are read, for messages.
    pub(crate) const WANTED: &'static str = "CycloneDX 1.4, 1.5, 1.6, 1.7 or SPDX 2.2, 2.3, in JSON";

    /// The format that this is a version of.
    #[must_use]
    pub const fn format(self) -> BomFormat {
        match self {
            Self::CycloneDx14 | Self::CycloneDx15 | Self::CycloneDx16 | Self::CycloneDx17 => {
                BomFormat::CycloneDx
            }
            Self::Spdx22 | Self::Spdx23 => BomFormat::Spdx,
        }
    }

    /// The version that a CycloneDX `specVersion` names.
    pub(crate) fn of_cyclonedx(text: &str) -> Option<Self> {
        match text {
            "1.4" => Some(Self::CycloneDx14),
            "1.5" => Some(Self::CycloneDx15),
            "1.6" => Some(Self::CycloneDx16),
            "1.7" => Some(Self::CycloneDx17),
            _ => None,
        }
    }

    /// The version that an SPDX `spdxVersion` names.
    pub(crate) fn of_spdx(text: &str) -> Option<Self> {
        match text {
            "SPDX-2.2" => Some(Self::Spdx22),
            "SPDX-2.3" => Some(Self::Spdx23),
            _ => None,
        }
    }
}

impl fmt::Display for BomFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
        })
    }
}

impl fmt::Display for SpecVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CycloneDx14 => "CycloneDX 1.4",
            Self::CycloneDx15 => "CycloneDX 1.5",
            Self::CycloneDx16 => "CycloneDX 1.6",
            Self::CycloneDx17 => "CycloneDX 1.7",
            Self::Spdx22 => "SPDX 2.2",
            Self::Spdx23 => "SPDX 2.3",
        })
    }
}
