//! CycloneDX 1.7 JSON (ECMA-424): the component asked for under `metadata.component`, everything else under `components`, parts nested in what they
//! are parts of. A unit `dependsOn` its parts and firmware and `provides` its type, which is the specification that it implements.

use std::collections::{BTreeMap, BTreeSet};

use prova_core::{
    id::{ComponentId, Kind},
    view::{component_state::Party, trace::Relation},
};
use serde::Serialize;

use super::{Item, Pedigree, Stage, named_by_digest};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CycloneDxDocument {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: CycloneDxMetadata,
    components: Vec<CycloneDxComponent>,
    dependencies: Vec<Dependency>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compositions: Vec<CycloneDxComposition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CycloneDxMetadata {
    timestamp: String,
    lifecycles: [Lifecycle; 1],
    tools: Tools,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<CycloneDxComponent>,
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Lifecycle {
    phase: &'static str,
}

#[derive(Serialize)]
struct Tools {
    components: [Tool; 1],
}

#[derive(Serialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CycloneDxComponent {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Organisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manufacturer: Option<Organisation>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<CycloneDxHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pedigree: Option<Notes>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<CycloneDxComponent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<CycloneDxEvidence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Organisation {
    name: String,
}

#[derive(Serialize)]
struct CycloneDxHash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Notes {
    notes: String,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    comment: String,
    hashes: [CycloneDxHash; 1],
}

#[derive(Serialize)]
struct CycloneDxEvidence {
    occurrences: [Occurrence; 1],
}

#[derive(Serialize)]
struct Occurrence {
    location: String,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    depends_on: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    provides: BTreeSet<String>,
}

#[derive(Serialize)]
struct CycloneDxComposition {
    aggregate: &'static str,
    assemblies: Vec<String>,
}

/// Writes the document; `tool_version` is that of the program that writes it.
#[must_use]
pub fn write(pedigree: &Pedigree, tool_version: &str) -> Vec<u8> {
    let mut components = Components::of(pedigree);
    let root = components.root();
    let document = CycloneDxDocument {
        schema: "http://cyclonedx.org/schema/bom-1.7.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.7",
        serial_number: format!("urn:uuid:{}", pedigree.uuid("CycloneDX 1.7")),
        version: 1,
        metadata: CycloneDxMetadata {
            timestamp: pedigree.time.to_string(),
            lifecycles: [Lifecycle {
                phase: match pedigree.stage {
                    Stage::AsBuilt => "post-build",
                    Stage::AsInstalled => "operations",
                },
            }],
            tools: Tools {
                components: [Tool {
                    kind: "application",
                    name: "prova",
                    version: tool_version.to_owned(),
                }],
            },
            component: root,
            properties: properties(pedigree.properties()),
        },
        components: components.top(),
        dependencies: dependencies(pedigree),
        compositions: compositions(&pedigree.items),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("strings and lists always encode");
    bytes.push(b'\n');
    bytes
}

/// Components with their positions, those nested in one by its position.
struct Components {
    waiting: BTreeMap<usize, CycloneDxComponent>,
    parents: BTreeMap<usize, usize>,
}

impl Components {
    fn of(pedigree: &Pedigree) -> Self {
        let slot = pedigree.trace.slot.as_ref();
        let slot = slot.filter(|_| pedigree.stage == Stage::AsInstalled);
        let items = pedigree.items.iter().enumerate();
        let located = |at: usize| slot.filter(|_| at == 0).map(|slot| slot.component.to_string());
        Self {
            waiting: items
                .clone()
                .map(|(at, item)| (at, component(item, located(at))))
                .collect(),
            // What is in the component asked for is what the document lists (CycloneDX, `components`).
            parents: items
                .filter_map(|(at, item)| Some((at, item.parent.filter(|parent| *parent > 0)?)))
                .collect(),
        }
    }

    fn root(&mut self) -> Option<CycloneDxComponent> {
        self.waiting.remove(&0)
    }

    /// Puts parts where they belong, the last first: a part comes after what it is in.
    fn top(mut self) -> Vec<CycloneDxComponent> {
        for (at, parent) in std::mem::take(&mut self.parents).into_iter().rev() {
            if let Some(part) = self.waiting.remove(&at) {
                match self.waiting.get_mut(&parent) {
                    Some(parent) => parent.components.insert(0, part),
                    None => drop(self.waiting.insert(at, part)),
                }
            }
        }
        self.waiting.into_values().collect()
    }
}

fn component(item: &Item, slot: Option<String>) -> CycloneDxComponent {
    let node = &item.node;
    let digest = artefact_digest(&node.component);
    let boms = node.boms.iter().map(|bom| Reference {
        kind: "bom",
        url: named_by_digest(&bom.document.sha256),
        comment: format!("{} {}", bom.format, bom.version),
        hashes: [sha256(bom.document.sha256.to_string())],
    });
    let documents = item.evidence().into_iter().map(|document| Reference {
        kind: "evidence",
        url: named_by_digest(&document.sha256),
        comment: match &document.name {
            Some(name) => format!("{}, {}", document.media_type, name),
            None => document.media_type.clone(),
        },
        hashes: [sha256(document.sha256.to_string())],
    });
    let notes = item.notes();
    CycloneDxComponent {
        kind: match node.component.kind() {
            Kind::Artefact => "firmware",
            Kind::Slot => "platform",
            Kind::Type | Kind::Unit => "device",
        },
        reference: node.component.to_string(),
        supplier: node.maker.as_ref().map(organisation),
        manufacturer: item.manufacturer().map(organisation),
        name: item.name.clone(),
        version: item.version.clone(),
        hashes: digest.map(sha256).into_iter().collect(),
        cpe: item.alias("cpe:").map(str::to_owned),
        purl: item.alias("pkg:").map(str::to_owned),
        pedigree: (!notes.is_empty()).then_some(Notes { notes }),
        external_references: boms.chain(documents).collect(),
        components: Vec::new(),
        evidence: slot.map(|location| CycloneDxEvidence {
            occurrences: [Occurrence { location }],
        }),
        properties: device(item)
            .into_iter()
            .chain(properties(item.properties()))
            .collect(),
    }
}

/// What the CycloneDX property taxonomy has a name for.
fn device(item: &Item) -> Vec<Property> {
    let birth = item.birth.as_ref().map(|birth| &birth.manufacture);
    let facts = [
        ("cdx:device:serialNumber", item.serial.clone()),
        ("cdx:device:location", item.node.position.clone()),
        (
            "cdx:device:lotNumber",
            birth.and_then(|manufacture| manufacture.lot.clone()),
        ),
        (
            "cdx:device:prodTimestamp",
            birth.map(|manufacture| manufacture.date.to_string()),
        ),
    ];
    let property = |(name, value): (&'static str, Option<String>)| Some(Property { name, value: value? });
    facts.into_iter().filter_map(property).collect()
}

fn properties(properties: Vec<(&'static str, String)>) -> Vec<Property> {
    let property = |(name, value)| Property { name, value };
    properties.into_iter().map(property).collect()
}

fn organisation(party: &Party) -> Organisation {
    let name = party.shown();
    Organisation {
        name: if name.is_empty() { party.id.as_str() } else { name }.to_owned(),
    }
}

fn sha256(content: String) -> CycloneDxHash {
    CycloneDxHash {
        alg: "SHA-256",
        content,
    }
}

/// The digest of an artefact's bytes.
pub(super) fn artefact_digest(component: &ComponentId) -> Option<String> {
    (component.kind() == Kind::Artefact).then(|| component.digest().to_string())
}

fn dependencies(pedigree: &Pedigree) -> Vec<Dependency> {
    let mut dependencies: BTreeMap<String, Dependency> = BTreeMap::new();
    for item in &pedigree.items {
        let reference = item.node.component.to_string();
        let dependency = Dependency {
            reference: reference.clone(),
            ..Dependency::default()
        };
        dependencies.insert(reference, dependency);
    }
    for edge in &pedigree.edges {
        if let Some(dependency) = dependencies.get_mut(edge.from.as_str()) {
            let to = edge.to.to_string();
            match edge.relation {
                Relation::Type => dependency.provides.insert(to),
                Relation::Root | Relation::Part | Relation::Firmware | Relation::Occupant => {
                    dependency.depends_on.insert(to)
                }
            };
        }
    }
    dependencies.into_values().collect()
}

/// What is known about completeness: of a unit, nothing; of what its maker says is not known, that it is not.
fn compositions(items: &[Item]) -> Vec<CycloneDxComposition> {
    let of = |aggregate, chosen: &dyn Fn(&Item) -> bool| {
        let assemblies: Vec<_> = items
            .iter()
            .filter(|item| chosen(item))
            .map(|item| item.node.component.to_string())
            .collect();
        (!assemblies.is_empty()).then_some(CycloneDxComposition {
            aggregate,
            assemblies,
        })
    };
    [
        of("unknown", &Item::is_unit),
        of("incomplete", &|item| !item.node.known_unknowns.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
