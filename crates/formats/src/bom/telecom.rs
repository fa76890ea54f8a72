//! What a component is in a 5G network: the `atis:telecom5g:*` properties of the ATIS taxonomy.
//!
//! The taxonomy is a draft and its names still move; older and newer names of one thing fill the same field, and
//! every name without a field is kept.

use super::{Properties, vocabulary};

vocabulary! {
    /// A network function or node (3GPP TS 23.501 §6.2, TS 38.401).
    NfType {
        Amf = "AMF",
        Smf = "SMF",
        Upf = "UPF",
        Sepp = "SEPP",
        Ausf = "AUSF",
        Udm = "UDM",
        Udr = "UDR",
        Nrf = "NRF",
        Nssf = "NSSF",
        Pcf = "PCF",
        Nef = "NEF",
        FiveGEir = "5G-EIR",
        N3iwf = "N3IWF",
        Gnb = "gNB",
        NgEnb = "ng-eNB",
        Af = "AF",
        Bsf = "BSF",
        Chf = "CHF",
        Nwdaf = "NWDAF",
        GnbCu = "gNB-CU",
        GnbDu = "gNB-DU",
    }
}

/// The telecom side of a component or of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telecom {
    /// Network functions (`nfType`, `nf.name`).
    pub nf_types: Vec<NfType>,
    /// Reference points and service interfaces (`interfaces`, `interface`), such as `N2` or `Nudm`.
    pub interfaces: Vec<String>,
    /// Release of the 3GPP specifications (`3gppSpecRelease`, `baselineRelease`).
    pub spec_releases: Vec<String>,
    /// All other names, without `atis:telecom5g:`.
    pub others: Properties,
}
