//! The members of a document: which reader takes which, and which must be there.

use serde::de::MapAccess;

use super::{document, package, relationship};
use crate::{
    json::node,
    read::{DocumentReader, Each, Elements},
};

/// Members that no other format has: one of them makes the document SPDX.
pub(crate) const DISTINCTIVE: &[&str] = &[
    "packages",
    "files",
    "snippets",
    "relationships",
    "documentDescribes",
    "creationInfo",
    "documentNamespace",
];

/// Members that are lists: what of their elements is passed over, and what is done with each.
const LISTS: &[(&str, &[&str], Each)] = &[
    ("packages", &["annotations"], package::package),
    (
        "files",
        &["annotations", "artifactOfs", "fileDependencies"],
        package::file,
    ),
    ("snippets", &["annotations", "ranges"], package::snippet),
    ("relationships", &[], relationship::relationship),
    ("documentDescribes", &[], relationship::described),
    ("externalDocumentRefs", &[], document::link),
];

/// Reads a top-level member, if it is one of SPDX.
pub(crate) fn read_member<'de, A: MapAccess<'de>>(
    reading: &mut DocumentReader<'_>,
    key: &str,
    object: &mut A,
) -> Result<bool, A::Error> {
    if Elements::read_one_of(LISTS, reading, key, object)? {
        return Ok(true);
    }
    match key {
        "SPDXID" | "name" | "documentNamespace" | "dataLicense" | "comment" | "creationInfo" => {
            let value = node::member(&mut reading.context, key, object)?;
            document::member(reading, key, value);
        }
        "hasExtractedLicensingInfos" | "revieweds" => {
            node::skip(&mut reading.context, key, object)?;
            reading.document.not_summarised.insert(key.to_owned());
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Warns of what the specification requires of every document (clause 6) and this one lacks.
pub(crate) fn finish(reading: &mut DocumentReader<'_>) {
    let document = &reading.document;
    let required = [
        ("name", document.name.is_some()),
        ("documentNamespace", document.id.is_some()),
        ("dataLicense", !document.licences.is_empty()),
        ("creationInfo\" with \"created", document.created.is_some()),
    ];
    for (key, _) in required.iter().filter(|(_, is_there)| !is_there) {
        reading
            .context
            .warn("no such member", format!("a member \"{key}\""));
    }
}
