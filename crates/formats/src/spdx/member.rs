//! The members of a document: which reader takes which, and which must be there.

use serde::de::MapAccess;

use super::{document, package, relationship};
use crate::{
    json::{node, shape::read_at},
    read::{DocumentReader, Elements},
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

/// Reads a top-level member, if it is one of SPDX.
pub(crate) fn read_member<'de, A: MapAccess<'de>>(
    reading: &mut DocumentReader<'_>,
    key: &str,
    object: &mut A,
) -> Result<bool, A::Error> {
    match key {
        "packages" => {
            let without = &["annotations"];
            read_at(
                object,
                "packages",
                Elements {
                    reading,
                    without,
                    each: package::package,
                },
            )?;
        }
        "files" => {
            let without = &["annotations", "artifactOfs", "fileDependencies"];
            read_at(
                object,
                "files",
                Elements {
                    reading,
                    without,
                    each: package::file,
                },
            )?;
        }
        "snippets" => {
            let without = &["annotations", "ranges"];
            read_at(
                object,
                "snippets",
                Elements {
                    reading,
                    without,
                    each: package::snippet,
                },
            )?;
        }
        "relationships" => {
            read_at(
                object,
                "relationships",
                Elements {
                    reading,
                    without: &[],
                    each: relationship::relationship,
                },
            )?;
        }
        "documentDescribes" => {
            read_at(
                object,
                "documentDescribes",
                Elements {
                    reading,
                    without: &[],
                    each: relationship::described,
                },
            )?;
        }
        "externalDocumentRefs" => {
            read_at(
                object,
                "externalDocumentRefs",
                Elements {
                    reading,
                    without: &[],
                    each: document::link,
                },
            )?;
        }
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
