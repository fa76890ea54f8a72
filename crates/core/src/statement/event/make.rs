//! Design, release, manufacture, assembly (IR 8536 *Make* and *Assemble*).

use serde::{Deserialize, Serialize};

use super::{BomReference, Firmware, Site};
use crate::{
    country::Country,
    id::{ComponentId, OrgId},
    statement::event::category::Category,
    time::Date,
};

/// The design of a type, or the release of an artefact: what it is and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The product's name as its maker writes it.
    pub name: String,
    /// The version, for an artefact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is in a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Who released the artefact; the organisation whose `manifest` makes a firmware *released*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<OrgId>,
    /// The types that an artefact runs on; empty: not limited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs_on: Vec<ComponentId>,
    /// The release that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ComponentId>,
    /// Who may manufacture units of the type, beside its maker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manufacturers: Vec<OrgId>,
    /// Where the design was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub design_countries: Vec<Country>,
    /// Who supplies what, with its origin: what bills of materials have no field for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
    /// Bills of materials, kept as attachments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boms: Vec<BomReference>,
    /// What the maker knows that it does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_unknowns: Vec<String>,
    /// The last day of security support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_until: Option<Date>,
}

/// One supplied part of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Supply {
    /// What is supplied, in the maker's words.
    pub what: String,
    /// Its category, often a sub-component such as `hw.soc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The organisation that the part comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<OrgId>,
    /// Where it is manufactured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_of_origin: Option<Country>,
    /// Whether there is a second source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_source: Option<bool>,
}

/// Units come into being. The serial numbers are in the subjects' ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manufacture {
    /// The type that they are units of.
    #[serde(rename = "type")]
    pub of_type: ComponentId,
    /// Where, with the country.
    pub site: Site,
    /// The day.
    pub date: Date,
    /// The production lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// What was written into them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
}

/// Parts go into a parent. The subjects are the parent and every part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assemble {
    /// The unit that the parts go into.
    pub parent: ComponentId,
    /// What goes in, each with its place.
    pub parts: Vec<Part>,
}

/// A part and its place in the parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The part.
    pub component: ComponentId,
    /// Where it sits: a slot or reference designator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}
