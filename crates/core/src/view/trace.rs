//! What a component is made of and where it is, as a tree: type, parts, firmware, occupants, and the bills of materials that manifests name.
//!
//! Every component is described once; where it comes again, the tree says so and stops. So hostile ledgers cannot blow it up: its size is that
//! of the components in it, and of those [`MAX_NODES`] at most.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    id::{ComponentId, Kind, SubjectId},
    lifecycle::{Chain, FindingCode, Life, MAX_NESTING, View, facts},
    position::EntryIndex,
    registry::Registry,
    statement::{
        Verified,
        event::{
            BomReference, Event,
            category::{AreaClass, Category},
            make::{Manifest, Supply},
        },
    },
    view::{
        component_state::{Party, within},
        custody::CustodyLine,
    },
};

/// Most components that a tree describes.
pub const MAX_NODES: usize = 10_000;

/// Where entries come from, beside the rows.
pub trait Entries: View {
    /// A verified entry.
    ///
    /// # Errors
    /// An entry that cannot be read or is not signed as it claims.
    fn entry(&self, index: EntryIndex) -> Result<Verified, Self::Error>;
}

/// What a node is to the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// The component asked for.
    Root,
    /// The type that it is one of.
    Type,
    /// It was assembled into the one above.
    Part,
    /// What it runs.
    Firmware,
    /// What is in the slot.
    Occupant,
}

/// How much of a node is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    /// All that the ledger knows.
    Whole,
    /// Described elsewhere in the tree.
    Elsewhere,
    /// The ledger has no entry about it.
    Unknown,
    /// The tree is too deep or too large to go on.
    Cut,
}

/// A component in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceNode {
    /// What it is to the node above.
    pub relation: Relation,
    /// What the node is about.
    pub component: ComponentId,
    /// How much is shown of it.
    pub shown: Shown,
    /// Where a part sits in the node above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The product's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version of an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The maker in the id, or the producer of an artefact; the operator of a slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<Party>,
    /// What it is in a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Whether the producer released an artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<bool>,
    /// The entry of the last manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<EntryIndex>,
    /// Bills of materials that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boms: Vec<BomReference>,
    /// Supplied parts that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
    /// What it says is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known_unknowns: Vec<String>,
    /// Kinds of finding in its chain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingCode>,
    /// What it consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<TraceNode>,
}

/// A component from its place down to what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The units that it is in, innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<ComponentId>,
    /// The slot that it is in, itself or through them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotPlace>,
    /// Who holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Party>,
    /// The outermost component, with all below it.
    pub tree: TraceNode,
}

/// A slot and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotPlace {
    /// The slot.
    pub component: ComponentId,
    /// The organisation in whose network the slot is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Party>,
    /// What it is in the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaClass>,
}

/// What a component consists of: what it is to it, and where in it a part sits.
type Child = (Relation, ComponentId, Option<String>);

struct Tracing<'a, E: Entries> {
    entries: &'a E,
    registry: &'a Registry,
    seen: BTreeSet<ComponentId>,
}

impl Trace {
    /// Traces a component, if there is any entry about it.
    ///
    /// # Errors
    /// A row or an entry that cannot be read.
    pub fn new<E: Entries>(
        entries: &E,
        component: &ComponentId,
        registry: &Registry,
    ) -> Result<Option<Self>, E::Error> {
        if entries.chain(&component.clone().into())?.is_none() {
            return Ok(None);
        }
        let path = match component.kind() {
            Kind::Unit => within(entries, component)?,
            Kind::Type | Kind::Artefact | Kind::Slot => Vec::new(),
        };
        let slot = path
            .iter()
            .find_map(|(_, chain)| chain.unit().and_then(|life| life.slot.clone()));
        let mut tracing = Tracing {
            entries,
            registry,
            seen: BTreeSet::new(),
        };
        Ok(Some(Self {
            inside: path.iter().skip(1).map(|(id, _)| id.clone()).collect(),
            slot: slot.map(|slot| tracing.slot(slot)).transpose()?,
            holder: CustodyLine::of(entries, component, registry)?.holder().cloned(),
            tree: tracing.node(Relation::Root, component, None, 0)?,
        }))
    }
}

impl TraceNode {
    /// This node and all below it, level by level.
    #[must_use]
    pub fn walk(&self) -> Vec<&Self> {
        let mut nodes = vec![self];
        let mut at = 0;
        while let Some(node) = nodes.get(at).copied() {
            nodes.extend(&node.children);
            at = at.saturating_add(1);
        }
        nodes
    }
}

impl<E: Entries> Tracing<'_, E> {
    fn slot(&self, component: ComponentId) -> Result<SlotPlace, E::Error> {
        let chain = self.entries.chain(&component.clone().into())?;
        let life = chain.as_ref().and_then(Chain::slot);
        Ok(SlotPlace {
            operator: component.org().map(|org| Party::new(org, self.registry)),
            category: life.and_then(|life| life.category),
            area: life.and_then(|life| life.area),
            component,
        })
    }

    fn node(
        &mut self,
        relation: Relation,
        component: &ComponentId,
        position: Option<&str>,
        depth: usize,
    ) -> Result<TraceNode, E::Error> {
        let mut node = TraceNode {
            relation,
            component: component.clone(),
            shown: Shown::Whole,
            position: position.map(str::to_owned),
            name: None,
            version: None,
            maker: component.org().map(|org| Party::new(org, self.registry)),
            category: None,
            released: None,
            manifest: None,
            boms: Vec::new(),
            supplies: Vec::new(),
            known_unknowns: Vec::new(),
            findings: Vec::new(),
            children: Vec::new(),
        };
        let Some(chain) = self.entries.chain(&SubjectId::from(component.clone()))? else {
            node.shown = Shown::Unknown;
            return Ok(node);
        };
        node.findings = chain.found.keys().copied().collect();
        self.describe(&mut node, &chain);
        if self.seen.contains(component) {
            node.shown = Shown::Elsewhere;
            return Ok(node);
        }
        if depth >= MAX_NESTING || self.seen.len() >= MAX_NODES {
            node.shown = Shown::Cut;
            return Ok(node);
        }
        self.seen.insert(component.clone());
        self.manifest(&mut node)?;
        let below = depth.saturating_add(1);
        for (relation, component, position) in self.children(component, &chain)? {
            let child = self.node(relation, &component, position.as_deref(), below)?;
            node.children.push(child);
        }
        Ok(node)
    }

    fn describe(&self, node: &mut TraceNode, chain: &Chain) {
        match &chain.life {
            Life::Type(life) => {
                node.name.clone_from(&life.name);
                node.category = life.category;
                node.manifest = life.manifest;
            }
            Life::Artefact(life) => {
                node.name.clone_from(&life.name);
                node.version.clone_from(&life.version);
                node.maker = life.producer.as_ref().map(|org| Party::new(org, self.registry));
                node.released = Some(life.released.is_some());
                node.manifest = life.manifest;
            }
            Life::Slot(life) => node.category = life.category,
            Life::Unit(_) | Life::Act(_) | Life::Index(_) => {}
        }
    }

    /// Reads the last manifest of a type or artefact.
    fn manifest(&self, node: &mut TraceNode) -> Result<(), E::Error> {
        let Some(index) = node.manifest else {
            return Ok(());
        };
        let entry = self.entries.entry(index)?;
        if let Some(Event::Manifest(manifest)) = entry.statement().event().map(|event| &event.event) {
            let Manifest {
                boms,
                supplies,
                known_unknowns,
                ..
            } = manifest;
            node.boms.clone_from(boms);
            node.supplies.clone_from(supplies);
            node.known_unknowns.clone_from(known_unknowns);
        }
        Ok(())
    }

    fn children(&self, component: &ComponentId, chain: &Chain) -> Result<Vec<Child>, E::Error> {
        let subject = SubjectId::from(component.clone());
        let mut children = Vec::new();
        match &chain.life {
            Life::Unit(life) => {
                let of_type = life.of_type.iter().cloned();
                children.extend(of_type.map(|id| (Relation::Type, id, None)));
                let firmware = life.firmware.iter().cloned();
                children.extend(firmware.map(|id| (Relation::Firmware, id, None)));
                let parts = facts::parts(self.entries, &subject)?.into_iter();
                children.extend(parts.map(|(id, position)| (Relation::Part, id, position)));
            }
            Life::Slot(life) => {
                let occupants = facts::occupants(self.entries, &subject)?;
                let firmware = life.firmware.clone().filter(|id| !occupants.contains(id));
                children.extend(occupants.into_iter().map(|id| (Relation::Occupant, id, None)));
                children.extend(firmware.map(|id| (Relation::Firmware, id, None)));
            }
            Life::Type(_) | Life::Artefact(_) | Life::Act(_) | Life::Index(_) => {}
        }
        Ok(children)
    }
}

#[cfg(test)]
mod tests;
