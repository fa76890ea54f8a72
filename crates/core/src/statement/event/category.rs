//! What a component is in a network, and where it stands.
//!
//! The keys are Prova's own; each maps to an asset category of the EU coordinated risk assessment of the cybersecurity of 5G
//! networks (NIS Cooperation Group, 9 October 2019, table in section 2.B). How critical a category is, is rule data, not code.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::serde_as_text;

/// Asset categories of the EU coordinated risk assessment, section 2.B; the numbers are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EuAssetCategory {
    /// Core network functions.
    A1,
    /// NFV management and network orchestration.
    A2,
    /// Management systems and supporting services.
    A3,
    /// Radio access network.
    A4,
    /// Transport and transmission functions.
    A5,
    /// Internetwork exchanges.
    A6,
}

use EuAssetCategory::{A1, A2, A3, A4, A5, A6};

/// Key, what it is, EU categories (none: inherits from what it is in).
const CATEGORIES: &[(&str, &str, &[EuAssetCategory])] = &[
    ("core.amf", "access and mobility management function", &[A1]),
    ("core.smf", "session management function", &[A1]),
    ("core.upf", "user plane function", &[A1]),
    ("core.ausf", "authentication server function", &[A1]),
    ("core.udm", "unified data management", &[A1]),
    ("core.udr", "unified data repository", &[A1]),
    ("core.arpf-hsm", "store of subscriber keys", &[A1]),
    ("core.nrf", "network repository function", &[A1]),
    ("core.pcf", "policy control function", &[A1]),
    ("core.nef", "network exposure function", &[A1]),
    ("core.nssf", "network slice selection function", &[A1]),
    ("core.nssaaf", "slice-specific authentication function", &[A1]),
    ("core.scp", "service communication proxy", &[A1]),
    ("core.bsf", "binding support function", &[A1]),
    ("core.chf", "charging function", &[A1]),
    ("core.nwdaf", "network data analytics function", &[A1]),
    ("core.smsf", "short message service function", &[A1]),
    ("core.5g-eir", "equipment identity register", &[A1]),
    ("core.lmf", "location management function", &[A1]),
    ("core.aanf", "authentication anchor function", &[A1]),
    ("core.sepp", "security edge protection proxy", &[A1, A6]),
    ("core.n3iwf", "non-3GPP interworking function", &[A1]),
    ("core.tngf", "trusted non-3GPP gateway function", &[A1]),
    ("core.ims", "IP multimedia subsystem", &[A1]),
    ("core.li", "lawful interception", &[A1, A3]),
    ("mano.nfvo", "NFV orchestrator", &[A2]),
    ("mano.vnfm", "VNF manager", &[A2]),
    ("mano.vim", "virtualised infrastructure manager", &[A2]),
    ("mano.sdn", "SDN controller or slice orchestrator", &[A2]),
    ("mano.nfvi", "NFV infrastructure", &[A2]),
    ("mgmt.oss", "operations support system", &[A3]),
    ("mgmt.bss", "business support system", &[A3]),
    ("mgmt.sec", "security management", &[A3]),
    ("ran.gnb", "gNB", &[A4]),
    ("ran.cu", "gNB central unit", &[A4]),
    ("ran.du", "gNB distributed unit", &[A4]),
    ("ran.ru", "radio unit", &[A4]),
    ("ran.aau", "active antenna unit", &[A4]),
    ("ran.bbu", "baseband unit", &[A4]),
    ("ran.ric-nrt", "near-real-time RIC", &[A2, A4]),
    ("ran.ric-rt", "non-real-time RIC", &[A2, A4]),
    ("edge.mec", "edge computing host", &[A1, A2]),
    ("tx.router", "IP router", &[A5]),
    ("tx.switch", "switch", &[A5]),
    ("tx.dwdm", "optical transport", &[A5]),
    ("tx.mw", "microwave link", &[A5]),
    ("tx.sync", "synchronisation source", &[A5]),
    ("tx.csr", "cell-site router", &[A5]),
    ("tx.fw", "firewall", &[A5]),
    ("tx.secgw", "security gateway", &[A5]),
    ("tx.ips", "intrusion prevention", &[A5]),
    ("ix.ipx", "IPX or GRX gateway", &[A6]),
    ("ix.peer", "peering router or DNS", &[A6]),
    ("ue.sim", "UICC", &[]),
    ("ue.euicc", "eUICC or its provisioning", &[]),
    ("hw.board", "circuit board", &[]),
    ("hw.soc", "system on chip", &[]),
    ("hw.fpga", "FPGA", &[]),
    ("hw.tpm", "trusted platform module", &[]),
    ("hw.optic", "optical module", &[]),
    ("hw.psu", "power supply", &[]),
    ("sw.firmware", "firmware", &[]),
    ("sw.bootloader", "boot loader", &[]),
    ("sw.os", "operating system", &[]),
    ("sw.container", "container image", &[]),
    ("sw.lib", "software library", &[]),
];

/// What a component is in a network: a key such as `ran.aau`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(&'static str);

/// The text is no category key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no category: want a key such as «core.amf», «ran.aau», «tx.router» or «hw.soc» (FORMAT.md lists them)"
)]
pub struct ParseCategoryError;

serde_as_text!(Category);

impl Category {
    /// All categories, with what each is.
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        CATEGORIES.iter().map(|(key, what, _)| (Self(key), *what))
    }

    /// The EU asset categories that it belongs to; a rule takes the most critical. Empty: inherits from what it is in.
    #[must_use]
    pub fn eu_categories(self) -> &'static [EuAssetCategory] {
        CATEGORIES
            .iter()
            .find(|(key, ..)| *key == self.0)
            .map_or(&[], |(_, _, categories)| categories)
    }
}

impl FromStr for Category {
    type Err = ParseCategoryError;

    fn from_str(text: &str) -> Result<Self, ParseCategoryError> {
        CATEGORIES
            .iter()
            .find(|(key, ..)| *key == text)
            .map(|(key, ..)| Self(key))
            .ok_or(ParseCategoryError)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Category({})", self.0)
    }
}

/// How sensitive the place of a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AreaClass {
    /// No special need.
    General,
    /// Serves users or places that an authority named sensitive.
    Sensitive,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_unique_and_read_back() {
        let mut keys: Vec<_> = Category::all()
            .map(|(category, _)| category.to_string())
            .collect();
        assert!(keys.iter().all(|key| {
            key.parse::<Category>()
                .is_ok_and(|category| category.to_string() == *key)
        }));
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert_eq!("core.sepp".parse::<Category>().unwrap().eu_categories(), [A1, A6]);
        assert_eq!("core.xyz".parse::<Category>(), Err(ParseCategoryError));
    }
}
