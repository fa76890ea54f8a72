//! One component or service.

use super::{
    entity::{self, purl},
    properties, since,
};
use crate::{
    bom::{
        Ancestor, Component, ComponentIndex, DocumentLink, ElementRef, Kind, OtherId, RelationKind,
        Relationship, SpecVersion, Target,
    },
    json::{context::Context, fields::Fields},
    read::DocumentReader,
    warning::quote,
};

/// Members with the version that brought them.
const NEWER: [(&str, SpecVersion); 8] = [
    ("manufacturer", SpecVersion::CycloneDx16),
    ("authors", SpecVersion::CycloneDx16),
    ("omniborId", SpecVersion::CycloneDx16),
    ("swhid", SpecVersion::CycloneDx16),
    ("cryptoProperties", SpecVersion::CycloneDx16),
    ("tags", SpecVersion::CycloneDx16),
    ("versionRange", SpecVersion::CycloneDx17),
    ("isExternal", SpecVersion::CycloneDx17),
];

/// Makes a component out of the members of an element of `components`.
pub(super) fn component(
    reading: &mut DocumentReader<'_>,
    mut fields: Fields,
    index: ComponentIndex,
) -> Component {
    let version = reading.version;
    for (key, first) in NEWER {
        if fields.has(key) {
            since(&mut reading.context, key, version, first);
        }
    }
    let context = &mut reading.context;
    let kind = kind(context, &mut fields, version);
    let mut component = Component::unnamed(index, kind);
    described(context, &mut fields, &mut component);
    component.supplier = entity::organisation(context, &mut fields, "supplier");
    component.manufacturer = entity::organisation(context, &mut fields, "manufacturer");
    component.publisher = fields.text(context, "publisher");
    component.authors = entity::contacts(context, &mut fields, "authors");
    component
        .authors
        .extend(fields.text(context, "author").map(entity::unstated));
    component.scope = fields.text(context, "scope");
    component.is_external = fields.flag(context, "isExternal");
    if let Some(text) = fields.text(context, "purl") {
        purl(context, "purl", text, &mut component);
    }
    if let Some(text) = fields.text(context, "cpe") {
        if !entity::is_cpe(&text) {
            context.within("cpe", |context| {
                context.warn(quote(&text), "a CPE 2.2 or 2.3 name");
            });
        }
        component.cpes.push(text);
    }
    for key in ["omniborId", "swhid"] {
        let ids = fields.texts(context, key);
        component.other_ids.extend(ids.into_iter().map(|id| OtherId {
            scheme: key.to_owned(),
            id,
        }));
    }
    if let Some(mut swid) = fields.fields(context, "swid") {
        let tag = context.within("swid", |context| swid.required(context, "tagId"));
        component.other_ids.extend(tag.map(|id| OtherId {
            scheme: "swid".to_owned(),
            id,
        }));
    }
    component.digests = entity::digests(context, &mut fields, "hashes");
    component.copyright = fields.text(context, "copyright");
    pedigree(reading, &mut fields, &mut component);
    rest(
        reading,
        fields,
        component,
        &[
            "mime-type",
            "modified",
            "versionRange",
            "tags",
            "cryptoProperties",
        ],
    )
}

/// Makes a component out of the members of an element of `services`.
pub(super) fn service(
    reading: &mut DocumentReader<'_>,
    mut fields: Fields,
    index: ComponentIndex,
) -> Component {
    let context = &mut reading.context;
    let mut component = Component::unnamed(index, Kind::Service);
    described(context, &mut fields, &mut component);
    component.supplier = entity::organisation(context, &mut fields, "provider");
    rest(
        reading,
        fields,
        component,
        &[
            "endpoints",
            "authenticated",
            "x-trust-boundary",
            "trustZone",
            "tags",
        ],
    )
}

/// The members by which both are named.
fn described(context: &mut Context, fields: &mut Fields, component: &mut Component) {
    component.reference = fields.text(context, "bom-ref").map(ElementRef::local);
    component.name = fields.required(context, "name").unwrap_or_default();
    component.version = fields.text(context, "version");
    component.group = fields.text(context, "group");
    component.description = fields.text(context, "description");
}

/// The members that both have beside; those in `kept` become properties, as does what the schema lacks.
fn rest(
    reading: &mut DocumentReader<'_>,
    mut fields: Fields,
    mut component: Component,
    kept: &[&str],
) -> Component {
    component.licences = entity::licences(&mut reading.context, &mut fields);
    component.external_references = entity::references(&mut reading.context, &mut fields);
    properties::of_component(&mut reading.context, &mut fields, &mut component);
    for key in kept {
        fields.keep(key, &mut component.properties);
    }
    fields.keep_unknown(&mut reading.context, &mut component.properties);
    for reference in component
        .external_references
        .iter()
        .filter(|reference| reference.kind == "bom")
    {
        reading.link(DocumentLink {
            alias: None,
            uri: reference.url.clone(),
            digests: reference.digests.clone(),
            by: component.reference.clone(),
        });
    }
    if let Some(reference) = &component.reference {
        reading.claim_reference("bom-ref", reference);
    }
    component
}

/// The type, held against what the version of the schema has.
fn kind(context: &mut Context, fields: &mut Fields, version: Option<SpecVersion>) -> Kind {
    let Some(text) = fields.required(context, "type") else {
        return Kind::Other(String::new());
    };
    let known = <Kind as crate::bom::Vocabulary>::known(&text);
    let first = match &known {
        Some(
            Kind::Application
            | Kind::Framework
            | Kind::Library
            | Kind::Container
            | Kind::OperatingSystem
            | Kind::Device
            | Kind::Firmware
            | Kind::File,
        ) => Some(SpecVersion::CycloneDx14),
        Some(Kind::Platform | Kind::DeviceDriver | Kind::MachineLearningModel | Kind::Data) => {
            Some(SpecVersion::CycloneDx15)
        }
        Some(Kind::CryptographicAsset) => Some(SpecVersion::CycloneDx16),
        _ => None,
    };
    let wanted = match (first, version) {
        (Some(first), Some(version)) if version < first => {
            Some(format!("none of the types that {first} brought"))
        }
        (Some(_), _) => None,
        (None, _) => Some(
            "application, framework, library, container, platform, operating-system, device, device-driver, \
             firmware, file, machine-learning-model, data or cryptographic-asset"
                .to_owned(),
        ),
    };
    if let Some(wanted) = wanted {
        context.within("type", |context| context.warn(quote(&text), wanted));
    }
    known.unwrap_or(Kind::Other(text))
}

/// Where the component comes from; what is not an ancestor is kept as properties.
fn pedigree(reading: &mut DocumentReader<'_>, fields: &mut Fields, component: &mut Component) {
    let Some(mut pedigree) = fields.fields(&mut reading.context, "pedigree") else {
        return;
    };
    reading.context.within("pedigree", |context| {
        pedigree.each_fields(context, "ancestors", |context, mut fields| {
            let mut ancestor = Component::unnamed(component.index, Kind::Library);
            described(context, &mut fields, &mut ancestor);
            if let Some(text) = fields.text(context, "purl") {
                purl(context, "purl", text, &mut ancestor);
            }
            component.other_ids.extend(ancestor.other_ids);
            component.ancestors.push(Ancestor {
                reference: ancestor.reference,
                name: ancestor.name,
                version: ancestor.version,
                supplier: entity::organisation(context, &mut fields, "supplier"),
                purls: ancestor.purls,
            });
        });
    });
    for key in ["descendants", "variants", "commits", "patches", "notes"] {
        if let Some(node) = pedigree.take(key) {
            node.keep_as(&format!("pedigree.{key}"), &mut component.properties);
        }
    }
    for ancestor in &component.ancestors {
        if let (Some(from), Some(to)) = (&ancestor.reference, &component.reference) {
            reading.relate(Relationship {
                from: from.clone(),
                kind: RelationKind::AncestorOf,
                to: Target::Element(to.clone()),
                shade: None,
                comment: None,
            });
        }
    }
}
