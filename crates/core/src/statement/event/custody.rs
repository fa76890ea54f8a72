//! Who holds a unit (IR 8536 *Ship*, *Receive*, *Store*; EPCIS possession and title).

use serde::{Deserialize, Serialize};

use super::Site;
use crate::{hash::LeafHash, id::OrgId, time::Date};

/// The holder hands units to a carrier or a consignee. Custody stays with the shipper until somebody receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ship {
    /// The consignee.
    pub to: OrgId,
    /// Who carries the units there, if not the shipper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<OrgId>,
    /// Who gets legal title on receipt; absent: title does not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_to: Option<OrgId>,
    /// Numbers of the seals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<String>,
    /// The despatch advice or waybill number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waybill: Option<String>,
    /// Export-control class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_control: Option<String>,
}

/// The next holder has the units. Answers a `ship` entry, or carries the previous holder's signature too (handed over in person).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receive {
    /// The previous holder.
    pub from: OrgId,
    /// The `ship` entry answered; absent: handed over in person, or no such entry exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ship: Option<LeafHash>,
    /// The seals on arrival.
    pub seals: SealState,
    /// The inspection on arrival.
    pub inspection: Inspection,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// Seals on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SealState {
    /// As shipped.
    Intact,
    /// Broken, missing or others.
    Broken,
    /// There were none.
    None,
}

/// Inspection on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Inspection {
    /// Taken over.
    Accepted,
    /// Taken into custody, but disputed.
    Disputed,
    /// Not inspected.
    NotDone,
}

/// The holder keeps units at a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Store {
    /// The site where the units are kept.
    pub site: Site,
    /// First day.
    pub from: Date,
    /// Last day, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Who can get at them, in the holder's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
}
