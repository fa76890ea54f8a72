//! SPDX 2.3 JSON (ISO/IEC 5962 and its successor): a package for each component, an annotation for each entry that it rests on. A unit contains its
//! parts and firmware; its type is the specification for it.

use prova_core::{
    hash::Digest,
    id::{ComponentId, Kind},
    text::escape,
    view::{component_state::Party, timeline::TimelineRow, trace::Relation},
};
use serde::Serialize;

use super::{Edge, Item, Pedigree, cyclonedx::artefact_digest, named_by_digest};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const UNSTATED: &str = "NOASSERTION";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpdxDocument {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    #[serde(rename = "documentNamespace")]
    namespace: String,
    comment: String,
    creation_info: CreationInfo,
    packages: Vec<Package>,
    relationships: Vec<SpdxRelationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<String>,
    primary_package_purpose: &'static str,
    supplier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    originator: Option<String>,
    download_location: &'static str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum>,
    license_concluded: &'static str,
    license_declared: &'static str,
    copyright_text: &'static str,
    comment: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    #[serde(rename = "annotationDate")]
    date: String,
    #[serde(rename = "annotationType")]
    kind: &'static str,
    annotator: String,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpdxRelationship {
    spdx_element_id: String,
    #[serde(rename = "relationshipType")]
    kind: &'static str,
    related_spdx_element: String,
}

/// Writes the document; `tool_version` is that of the program that writes it.
#[must_use]
pub fn write(pedigree: &Pedigree, tool_version: &str) -> Vec<u8> {
    let root = &pedigree.trace.tree.component;
    let describes = SpdxRelationship {
        spdx_element_id: DOCUMENT.to_owned(),
        kind: "DESCRIBES",
        related_spdx_element: element(root),
    };
    let document = SpdxDocument {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: format!("{root} {}", pedigree.stage.name()),
        namespace: format!("urn:uuid:{}", pedigree.uuid("SPDX 2.3")),
        comment: lines(&pedigree.properties()),
        creation_info: CreationInfo {
            created: pedigree.time.to_string(),
            creators: [format!("Tool: prova-{tool_version}")],
        },
        packages: pedigree.items.iter().map(package).collect(),
        relationships: std::iter::once(describes)
            .chain(pedigree.edges.iter().map(relationship))
            .collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("strings and lists always encode");
    bytes.push(b'\n');
    bytes
}

fn package(item: &Item) -> Package {
    let node = &item.node;
    let checksum = artefact_digest(&node.component).map(|checksum_value| Checksum {
        algorithm: "SHA256",
        checksum_value,
    });
    let serial = item.serial.iter().map(|serial| ("serial number", serial.clone()));
    let position = node.position.iter().map(|place| ("position", escape(place)));
    let birth = item.birth.as_ref().map(|birth| &birth.manufacture);
    let lot = birth.and_then(|made| made.lot.as_deref());
    let lot = lot.map(|lot| ("lot", escape(lot)));
    let date = birth.map(|made| ("made", made.date.to_string()));
    let facts: Vec<_> = serial
        .chain(position)
        .chain(lot)
        .chain(date)
        // Entries are annotations.
        .chain(
            item.properties()
                .into_iter()
                .filter(|(name, _)| *name != "prova:entry"),
        )
        .collect();
    Package {
        id: element(&node.component),
        name: item.name.clone(),
        version_info: item.version.clone(),
        primary_package_purpose: match node.component.kind() {
            Kind::Artefact => "FIRMWARE",
            Kind::Type | Kind::Unit => "DEVICE",
            Kind::Slot => "OTHER",
        },
        supplier: node
            .maker
            .as_ref()
            .map_or_else(|| UNSTATED.to_owned(), organisation),
        originator: item.manufacturer().map(organisation),
        download_location: UNSTATED,
        files_analyzed: false,
        checksums: checksum.into_iter().collect(),
        license_concluded: UNSTATED,
        license_declared: UNSTATED,
        copyright_text: UNSTATED,
        comment: lines(&facts),
        external_refs: references(item),
        annotations: item.rows.iter().map(annotation).collect(),
    }
}

fn references(item: &Item) -> Vec<ExternalRef> {
    let alias = |scheme, reference_category, reference_type| {
        item.alias(scheme).map(|name| ExternalRef {
            reference_category,
            reference_type,
            reference_locator: name.to_owned(),
            comment: None,
        })
    };
    let other = |reference_type, digest: &Digest, comment: String| ExternalRef {
        reference_category: "OTHER",
        reference_type,
        reference_locator: named_by_digest(digest),
        comment: Some(escape(&comment)),
    };
    let boms = item.node.boms.iter();
    let boms = boms.map(|bom| {
        other(
            "bom",
            &bom.document.sha256,
            format!("{} {}", bom.format, bom.version),
        )
    });
    let documents = item.evidence().into_iter().map(|document| {
        let name = document.name.as_deref().unwrap_or_default();
        let comment = format!("{} {name}", document.media_type);
        other("evidence", &document.sha256, comment.trim_end().to_owned())
    });
    alias("pkg:", "PACKAGE-MANAGER", "purl")
        .into_iter()
        .chain(alias("cpe:2.3:", "SECURITY", "cpe23Type").filter(|name| is_cpe(&name.reference_locator)))
        .chain(boms)
        .chain(documents)
        .collect()
}

/// Whether a name is a CPE 2.3 formatted string without wildcards inside (NISTIR 7695 §6.2); what is not stays an alias among the properties.
fn is_cpe(text: &str) -> bool {
    const QUOTED: &str = "\\*?!\"#$%&'()+,/:;<=>@[]^`{|}~";
    let Some(text) = text.strip_prefix("cpe:2.3:") else {
        return false;
    };
    let mut values = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let value = values.last_mut();
        match (character, value) {
            (':', _) => values.push(String::new()),
            ('\\', Some(value)) => match characters.next() {
                Some(quoted) if QUOTED.contains(quoted) => value.push('q'),
                _ => return false,
            },
            (_, Some(value)) => value.push(character),
            (_, None) => return false,
        }
    }
    let any = |value: &str| matches!(value, "*" | "-");
    let plain = |value: &str| {
        let mut bytes = value.bytes();
        !value.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let language = |value: &str| {
        let (language, region) = value.split_once('-').unwrap_or((value, "AA"));
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        matches!(language.len(), 2 | 3)
            && letters(language)
            && (region.len() == 2 && letters(region) || region.len() == 3 && digits(region))
    };
    let part = |value: &str| matches!(value, "a" | "h" | "o");
    values.len() == 11
        && values.iter().enumerate().all(|(at, value)| {
            any(value)
                || match at {
                    0 => part(value),
                    6 => language(value),
                    _ => plain(value),
                }
        })
}

fn annotation(row: &TimelineRow) -> Annotation {
    Annotation {
        date: row.time.to_string(),
        kind: "OTHER",
        annotator: row
            .by
            .as_ref()
            .map_or_else(|| "Tool: prova".to_owned(), organisation),
        comment: format!("entry {} leaf {}: {}", row.index, row.leaf, escape(&row.sentence)),
    }
}

fn relationship(edge: &Edge) -> SpdxRelationship {
    let (from, to) = (element(&edge.from), element(&edge.to));
    let (from, kind, to) = match edge.relation {
        Relation::Type => (to, "SPECIFICATION_FOR", from),
        Relation::Root | Relation::Part | Relation::Firmware | Relation::Occupant => (from, "CONTAINS", to),
    };
    SpdxRelationship {
        spdx_element_id: from,
        kind,
        related_spdx_element: to,
    }
}

/// An identifier of letters, digits and hyphens (clause 3.2) for any component.
fn element(component: &ComponentId) -> String {
    let kind = component.kind();
    let digest = component.digest().to_string();
    format!("SPDXRef-{kind}-{digest}")
}

/// An organisation as clause 4 writes it, in which a name cannot have parentheses: they hold a mail address.
fn organisation(party: &Party) -> String {
    let name = escape(party.shown()).replace('(', "[").replace(')', "]");
    let name = name.trim();
    let name = if name.is_empty() { party.id.as_str() } else { name };
    format!("Organization: {name}")
}

fn lines(facts: &[(&'static str, String)]) -> String {
    let lines: Vec<_> = facts
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::is_cpe;

    #[test]
    fn names_that_other_tools_refuse_are_no_cpes() {
        for (text, want) in [
            ("cpe:2.3:o:nordlys:aau_os:2:*:*:*:*:*:*:*", true),
            (r"cpe:2.3:h:a\:b:c\!d:-:*:*:en-US:*:*:*:*", true),
            ("cpe:2.3:*:a:b:1.0:*:*:deu-276:*:*:*:*", true),
            ("cpe:2.3:x:a:b:1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:o:a b:b:1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:o:a::1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:o:a:b:1:*:*:english:*:*:*:*", false),
            ("cpe:2.3:o:a:b:1:*:*:*:*:*:*", false),
            ("cpe:2.3:o:a:b:1:*:*:*:*:*:*:*:*", false),
            (r"cpe:2.3:o:a\x:b:1:*:*:*:*:*:*:*", false),
            ("cpe:/o:a:b:1", false),
        ] {
            assert_eq!(is_cpe(text), want, "{text}");
        }
    }
}
