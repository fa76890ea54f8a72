//! The members of a document: which reader takes which.

use serde::de::MapAccess;

use super::{entity, metadata, properties, statements, tree};
use crate::{
    bom::{ComponentRole, SpecVersion},
    json::{context::Context, node, shape::read_at},
    read::{DocumentReader, Each, Elements},
    warning::quote,
};

/// Members that no other format has: one of them makes the document CycloneDX.
pub(crate) const DISTINCTIVE: &[&str] = &[
    "components",
    "services",
    "dependencies",
    "compositions",
    "vulnerabilities",
    "metadata",
];

/// Members that are lists: what of their elements is passed over, and what is done with each.
const LISTS: &[(&str, &[&str], Each)] = &[
    ("dependencies", &[], statements::dependency),
    ("compositions", &["signature"], statements::composition),
    (
        "vulnerabilities",
        statements::VULNERABILITY_WITHOUT,
        statements::vulnerability,
    ),
    ("externalReferences", &[], entity::document_reference),
    ("properties", &[], properties::document_property),
];

/// Reads a top-level member, if it is one of CycloneDX.
pub(crate) fn read_member<'de, A: MapAccess<'de>>(
    reading: &mut DocumentReader<'_>,
    key: &str,
    object: &mut A,
) -> Result<bool, A::Error> {
    if key == "properties" {
        let first = SpecVersion::CycloneDx15;
        since(&mut reading.context, key, reading.version, first);
    }
    if Elements::read_one_of(LISTS, reading, key, object)? {
        return Ok(true);
    }
    match key {
        "components" => {
            let list = tree::List::new(reading, tree::Flavour::Component, ComponentRole::Part, None);
            read_at(object, "components", list)?;
        }
        "services" => {
            let list = tree::List::new(reading, tree::Flavour::Service, ComponentRole::Part, None);
            read_at(object, "services", list)?;
        }
        "metadata" => read_at(object, "metadata", metadata::Metadata { reading })?,
        "serialNumber" | "version" => {
            let value = node::member(&mut reading.context, key, object)?;
            metadata::identity(reading, key, value);
        }
        "formulation" | "declarations" | "definitions" | "citations" | "signature" => {
            let first = match key {
                "formulation" => SpecVersion::CycloneDx15,
                "declarations" | "definitions" => SpecVersion::CycloneDx16,
                "citations" => SpecVersion::CycloneDx17,
                _ => SpecVersion::CycloneDx14,
            };
            since(&mut reading.context, key, reading.version, first);
            node::skip(&mut reading.context, key, object)?;
            reading.document.not_summarised.insert(key.to_owned());
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Warns of a member that came with a later version than the document's, if that is known yet.
pub(super) fn since(context: &mut Context, key: &str, version: Option<SpecVersion>, first: SpecVersion) {
    if let Some(version) = version
        && version < first
    {
        context.warn(
            format!("a member {}", quote(key)),
            format!("none before {first} (this is {version})"),
        );
    }
}
