//! What a document says about itself.

use serde::de::{self, MapAccess, SeqAccess};

use super::{entity, properties, since, tree};
use crate::{
    bom::{ComponentRole, SpecVersion, Tlp},
    json::{
        context::Context,
        fields::Fields,
        node::{self, Node, Skip},
        shape::{Keys, Shape, read_at},
    },
    read::DocumentReader,
    warning::quote,
};

/// Phases of `lifecycles` (CycloneDX 1.5).
const PHASES: [&str; 7] = [
    "design",
    "pre-build",
    "build",
    "post-build",
    "operations",
    "discovery",
    "decommission",
];

/// The member `metadata`. Its component can have all others nested in it, so it is streamed.
pub(super) struct Metadata<'r, 's> {
    pub(super) reading: &'r mut DocumentReader<'s>,
}

impl<'de> Shape<'de> for Metadata<'_, '_> {
    type Output = ();

    fn context(&mut self) -> &mut Context {
        &mut self.reading.context
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<(), E> {
        self.reading.context.warn(scalar.describe(), "an object");
        Ok(())
    }

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        self.reading.context.warn("a list", "an object");
        Skip {
            context: &mut self.reading.context,
        }
        .list(list)
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        let mut members = Vec::new();
        let mut keys = Keys::default();
        let balance = self.reading.context.balance();
        while let Some(key) = keys.next(&mut self.reading.context, &mut object)? {
            if key == "component" {
                let flavour = tree::Flavour::Component;
                let one = tree::One {
                    reading: self.reading,
                    flavour,
                    role: ComponentRole::Root,
                    parent: None,
                };
                read_at(&mut object, "component", one)?;
            } else {
                let value = node::member(&mut self.reading.context, &key, &mut object)?;
                members.push((key, value));
            }
        }
        metadata(self.reading, Fields::new(members));
        self.reading.context.restore(balance);
        Ok(())
    }
}

fn metadata(reading: &mut DocumentReader<'_>, mut fields: Fields) {
    let version = reading.version;
    let context = &mut reading.context;
    for (key, first) in [
        ("lifecycles", SpecVersion::CycloneDx15),
        ("manufacturer", SpecVersion::CycloneDx16),
        ("distributionConstraints", SpecVersion::CycloneDx17),
    ] {
        if fields.has(key) {
            since(context, key, version, first);
        }
    }
    let document = &mut reading.document;
    document.created = fields.timestamp(context, "timestamp");
    document.tools = tools(context, &mut fields);
    document.creators = entity::contacts(context, &mut fields, "authors");
    document.supplier = entity::organisation(context, &mut fields, "supplier");
    document.manufacturer = entity::organisation(context, &mut fields, "manufacturer");
    if let Some(older) = entity::organisation(context, &mut fields, "manufacture") {
        document.manufacturer.get_or_insert(older);
    }
    document.licences = entity::licences(context, &mut fields);
    fields.each_fields(context, "lifecycles", |context, mut lifecycle| {
        let phase = lifecycle.text(context, "phase");
        if let Some(phase) = phase.as_deref().filter(|phase| !PHASES.contains(phase)) {
            context.within("phase", |context| {
                context.warn(quote(phase), format!("one of {}", PHASES.join(", ")));
            });
        }
        document
            .lifecycles
            .extend(phase.or_else(|| lifecycle.text(context, "name")));
    });
    if let Some(mut constraints) = fields.fields(context, "distributionConstraints") {
        document.distribution = context.within("distributionConstraints", |context| {
            constraints.word::<Tlp>(context, "tlp")
        });
    }
    properties::of_document(
        context,
        &mut fields,
        &mut document.telecom,
        &mut document.properties,
    );
    fields.keep_unknown(context, &mut document.properties);
}

/// `tools`: a list until 1.4, an object with `components` and `services` since 1.5 (which still has the list).
fn tools(context: &mut Context, fields: &mut Fields) -> Vec<String> {
    let mut tools = Vec::new();
    let mut tool = |context: &mut Context, mut fields: Fields| {
        let names = ["vendor", "group", "name", "version"].map(|key| fields.text(context, key));
        tools.push(names.into_iter().flatten().collect::<Vec<_>>().join(" "));
    };
    match fields.take("tools") {
        None => {}
        Some(Node::Object(members)) => context.within("tools", |context| {
            let mut groups = Fields::new(members);
            groups.each_fields(context, "components", &mut tool);
            groups.each_fields(context, "services", &mut tool);
        }),
        Some(node) => Fields::new(vec![("tools".to_owned(), node)]).each_fields(context, "tools", &mut tool),
    }
    tools
}

/// The top-level members that say which document this is.
pub(super) fn identity(reading: &mut DocumentReader<'_>, key: &str, value: Node) {
    let mut fields = Fields::new(vec![(key.to_owned(), value)]);
    let context = &mut reading.context;
    if key == "version" {
        reading.document.revision = fields.whole_number(context, "version");
        if reading.document.revision == Some(0) {
            context.within("version", |context| context.warn("the number 0", "1 or more"));
        }
    } else if let Some(text) = fields.text(context, "serialNumber") {
        if !is_uuid_urn(&text) {
            context.within("serialNumber", |context| {
                context.warn(quote(&text), "urn:uuid: and a UUID (RFC 9562)");
            });
        }
        reading.document.id = Some(text);
    }
}

fn is_uuid_urn(text: &str) -> bool {
    const SHAPE: &[u8] = b"00000000-0000-0000-0000-000000000000";
    text.strip_prefix("urn:uuid:").is_some_and(|uuid| {
        uuid.len() == SHAPE.len()
            && uuid.bytes().zip(SHAPE).all(|(byte, shape)| {
                if *shape == b'0' {
                    byte.is_ascii_hexdigit()
                } else {
                    byte == b'-'
                }
            })
    })
}
