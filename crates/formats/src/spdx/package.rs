//! Packages (clause 7), files (clause 8) and snippets (clause 9).

use super::document::{Named, checksum, named};
use crate::{
    bom::{
        BomParty, Component, ElementRef, ExternalReference, Kind, Licence, LicenceBasis, OtherId,
        RelationKind, Relationship, SpecVersion, Target, Unknown, Unstated,
    },
    cyclonedx::{is_cpe, purl},
    json::{
        context::{Context, Refused},
        fields::Fields,
        node::Node,
    },
    read::DocumentReader,
    warning::quote,
};

/// Members of packages that version 2.3 brought.
const NEWER: [&str; 4] = [
    "primaryPackagePurpose",
    "releaseDate",
    "builtDate",
    "validUntilDate",
];

/// Members of packages that version 2.2 requires and 2.3 does not.
const ONCE_REQUIRED: [&str; 3] = ["licenseConcluded", "licenseDeclared", "copyrightText"];

/// An element of `packages`.
pub(super) fn package(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let index = reading.begin_component()?;
    let version = reading.version;
    let Some(mut fields) = node.into_fields(&mut reading.context) else {
        return Ok(());
    };
    let context = &mut reading.context;
    if version == Some(SpecVersion::Spdx22) {
        for key in NEWER.into_iter().filter(|key| fields.has(key)) {
            context.warn(
                format!("a member {}", quote(key)),
                "none before SPDX 2.3 (this is SPDX 2.2)",
            );
        }
        for key in ONCE_REQUIRED.into_iter().filter(|key| !fields.has(key)) {
            context.warn("no such member", format!("a member \"{key}\""));
        }
    }
    if !fields.has("downloadLocation") {
        context.warn("no such member", "a member \"downloadLocation\"");
    }
    let mut component = Component::unnamed(index, purpose(context, &mut fields));
    component.reference = identifier(context, &mut fields);
    component.name = fields.required(context, "name").unwrap_or_default();
    component.version = fields.text(context, "versionInfo");
    component.description = fields
        .text(context, "description")
        .or_else(|| fields.text(context, "summary"));
    let (supplier, is_unasserted) = party(context, &mut fields, "supplier");
    component.supplier = supplier;
    (component.manufacturer, _) = party(context, &mut fields, "originator");
    common(context, &mut fields, &mut component, "licenseInfoFromFiles");
    for key in ["downloadLocation", "homepage"] {
        let url = fields
            .text(context, key)
            .filter(|url| url != "NOASSERTION" && url != "NONE");
        component
            .external_references
            .extend(url.map(|url| external(key.to_owned(), url, None)));
    }
    fields.each_fields(context, "externalRefs", |context, fields| {
        external_ref(context, fields, &mut component);
    });
    let files = fields.texts(context, "hasFiles");
    for key in [
        "summary",
        "comment",
        "sourceInfo",
        "licenseComments",
        "packageFileName",
        "filesAnalyzed",
        "attributionTexts",
        "packageVerificationCode",
        "releaseDate",
        "builtDate",
        "validUntilDate",
    ] {
        fields.keep(key, &mut component.properties);
    }
    fields.keep_unknown(context, &mut component.properties);
    if is_unasserted {
        let about = component.reference.clone();
        reading.unknown(Unknown {
            about,
            component: Some(index),
            what: Unstated::SupplierNotAsserted,
        });
    }
    if let Some(from) = &component.reference {
        for file in files {
            contains(reading, from.clone(), ElementRef::of_spdx(file));
        }
    }
    hand_out(reading, component)
}

/// An element of `files`.
pub(super) fn file(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let index = reading.begin_component()?;
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let mut component = Component::unnamed(index, Kind::File);
    component.reference = identifier(context, &mut fields);
    component.name = fields.required(context, "fileName").unwrap_or_default();
    common(context, &mut fields, &mut component, "licenseInfoInFiles");
    for key in [
        "fileTypes",
        "comment",
        "noticeText",
        "fileContributors",
        "attributionTexts",
        "licenseComments",
    ] {
        fields.keep(key, &mut component.properties);
    }
    fields.keep_unknown(context, &mut component.properties);
    hand_out(reading, component)
}

/// An element of `snippets`.
pub(super) fn snippet(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let index = reading.begin_component()?;
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let mut component = Component::unnamed(index, Kind::Snippet);
    component.reference = identifier(context, &mut fields);
    component.name = fields.text(context, "name").unwrap_or_default();
    let file = fields.required(context, "snippetFromFile");
    common(context, &mut fields, &mut component, "licenseInfoInSnippets");
    for key in ["comment", "attributionTexts", "licenseComments"] {
        fields.keep(key, &mut component.properties);
    }
    fields.keep_unknown(context, &mut component.properties);
    if let (Some(file), Some(to)) = (file, &component.reference) {
        contains(reading, ElementRef::of_spdx(file), to.clone());
    }
    hand_out(reading, component)
}

fn hand_out(reading: &mut DocumentReader<'_>, component: Component) -> Result<(), Refused> {
    if let Some(reference) = &component.reference {
        reading.claim_reference("SPDXID", reference);
    }
    reading.hand_out(component)
}

fn contains(reading: &mut DocumentReader<'_>, from: ElementRef, to: ElementRef) {
    reading.relate(Relationship {
        from,
        kind: RelationKind::Contains,
        to: Target::Element(to),
        shade: None,
        comment: None,
    });
}

/// What all three have: checksums, licences, copyright.
fn common(context: &mut Context, fields: &mut Fields, component: &mut Component, found: &'static str) {
    fields.each_fields(context, "checksums", |context, fields| {
        component.digests.extend(checksum(context, fields));
    });
    let declared = fields
        .text(context, "licenseDeclared")
        .map(|text| (text, LicenceBasis::Declared));
    let concluded = fields
        .text(context, "licenseConcluded")
        .map(|text| (text, LicenceBasis::Concluded));
    let found = fields
        .texts(context, found)
        .into_iter()
        .map(|text| (text, LicenceBasis::Found));
    let stated = declared
        .into_iter()
        .chain(concluded)
        .chain(found)
        .filter(|(text, _)| text != "NOASSERTION");
    component.licences = stated.map(|(text, basis)| Licence { text, basis }).collect();
    component.copyright = fields
        .text(context, "copyrightText")
        .filter(|text| text != "NOASSERTION");
}

fn identifier(context: &mut Context, fields: &mut Fields) -> Option<ElementRef> {
    let text = fields.required(context, "SPDXID")?;
    let is_plain = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
    };
    if !text.strip_prefix("SPDXRef-").is_some_and(is_plain) {
        context.within("SPDXID", |context| {
            context.warn(quote(&text), "\"SPDXRef-\" and letters, digits, \".\" or \"-\"");
        });
    }
    Some(ElementRef::local(text))
}

fn purpose(context: &mut Context, fields: &mut Fields) -> Kind {
    let Some(text) = fields.text(context, "primaryPackagePurpose") else {
        return Kind::Package;
    };
    match text.as_str() {
        "APPLICATION" => Kind::Application,
        "FRAMEWORK" => Kind::Framework,
        "LIBRARY" => Kind::Library,
        "CONTAINER" => Kind::Container,
        // The specification has a hyphen, its schema an underscore.
        "OPERATING_SYSTEM" | "OPERATING-SYSTEM" => Kind::OperatingSystem,
        "DEVICE" => Kind::Device,
        "FIRMWARE" => Kind::Firmware,
        "SOURCE" => Kind::Source,
        "ARCHIVE" => Kind::Archive,
        "FILE" => Kind::File,
        "INSTALL" => Kind::Install,
        "OTHER" => Kind::Other(text),
        _ => {
            let wanted = "APPLICATION, FRAMEWORK, LIBRARY, CONTAINER, OPERATING_SYSTEM, DEVICE, FIRMWARE, SOURCE, \
                          ARCHIVE, FILE, INSTALL or OTHER";
            context.within("primaryPackagePurpose", |context| {
                context.warn(quote(&text), wanted);
            });
            Kind::Other(text)
        }
    }
}

/// A party, or that it is not asserted.
fn party(context: &mut Context, fields: &mut Fields, key: &'static str) -> (Option<BomParty>, bool) {
    let Some(text) = fields.text(context, key) else {
        return (None, false);
    };
    match context.within(key, |context| named(context, &text)) {
        Named::Party(party) => (Some(party), false),
        Named::Tool(name) => {
            context.within(key, |context| {
                context.warn(quote(&text), "an organisation or a person");
            });
            (Some(crate::cyclonedx::unstated(name)), false)
        }
        Named::NoAssertion => (None, true),
    }
}

/// An element of `externalRefs` (clause 7.21).
fn external_ref(context: &mut Context, mut fields: Fields, component: &mut Component) {
    let category = fields.required(context, "referenceCategory").unwrap_or_default();
    let kind = fields.required(context, "referenceType").unwrap_or_default();
    let comment = fields.text(context, "comment");
    let Some(locator) = fields.required(context, "referenceLocator") else {
        return;
    };
    match kind.as_str() {
        "purl" => purl(context, "referenceLocator", locator, component),
        "cpe23Type" | "cpe22Type" => {
            if !is_cpe(&locator) {
                context.within("referenceLocator", |context| {
                    context.warn(quote(&locator), "a CPE 2.2 or 2.3 name");
                });
            }
            component.cpes.push(locator);
        }
        "gitoid" | "swh" | "swid" => component.other_ids.push(OtherId {
            scheme: kind,
            id: locator,
        }),
        _ => {
            let kind = format!("{}/{kind}", category.replace('_', "-"));
            component
                .external_references
                .push(external(kind, locator, comment));
        }
    }
}

fn external(kind: String, url: String, comment: Option<String>) -> ExternalReference {
    ExternalReference {
        kind,
        url,
        digests: Vec::new(),
        comment,
    }
}
