//! The document as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use prova_core::{hash::Digest, text::escape};

use super::{
    BomParty, Component, ComponentIndex, ComponentRole, ElementRef, ExternalReference, Licence, Properties,
    RelationKind, Relationship, SpecVersion, StatedDigest, Target, Telecom, Unknown, Vulnerability,
    vocabulary,
};
use crate::warning::Warning;

vocabulary! {
    /// To whom the document may be passed on (CycloneDX 1.7 `distributionConstraints`; FIRST TLP 2.0).
    Tlp {
        Clear = "CLEAR",
        Green = "GREEN",
        Amber = "AMBER",
        AmberAndStrict = "AMBER_AND_STRICT",
        Red = "RED",
    }
}

/// Another document that this one points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocumentLink {
    /// What this document calls it: `DocumentRef-…` of SPDX.
    pub alias: Option<String>,
    /// The namespace of an SPDX document, a BOM-Link `urn:cdx:UUID/VERSION`, or an address.
    pub uri: String,
    /// What it should hash to.
    pub digests: Vec<StatedDigest>,
    /// The element that points there; `None` for the document.
    pub by: Option<ElementRef>,
}

/// What a document says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Format and version.
    pub version: SpecVersion,
    /// Identity: `serialNumber` of CycloneDX, `documentNamespace` of SPDX.
    pub id: Option<String>,
    /// Revision of the document (CycloneDX `version`).
    pub revision: Option<u64>,
    /// Name of the document (SPDX).
    pub name: Option<String>,
    /// When it was made, as written (RFC 3339 is wanted, and warned about).
    pub created: Option<String>,
    /// Tools that made it, as `vendor name version`.
    pub tools: Vec<String>,
    /// People and organisations that made it.
    pub creators: Vec<BomParty>,
    /// Who supplies what the document describes.
    pub supplier: Option<BomParty>,
    /// Who made what the document describes (CycloneDX 1.4, 1.5) or made the document (1.6, 1.7).
    pub manufacturer: Option<BomParty>,
    /// Phases of the lifecycle that the data is from, such as `design` or `operations`.
    pub lifecycles: Vec<String>,
    /// To whom it may be passed on.
    pub distribution: Option<Tlp>,
    /// Licences of the document itself.
    pub licences: Vec<Licence>,
    /// A remark.
    pub comment: Option<String>,
    /// What it is about, as far as it says so by reference.
    pub roots: Vec<ElementRef>,
    /// Elements about which it states that nothing is left out. A reference to the document stands for all of it.
    pub complete: Vec<ElementRef>,
    /// Documents that it points to.
    pub links: BTreeSet<DocumentLink>,
    /// Pointers to the outside that concern the document.
    pub external_references: Vec<ExternalReference>,
    /// What `atis:telecom5g:*` properties of the document say.
    pub telecom: Option<Box<Telecom>>,
    /// Other properties.
    pub properties: Properties,
    /// Top-level members that are there but are not part of this summary, such as `signature` or `formulation`.
    pub not_summarised: BTreeSet<String>,
}

impl Document {
    pub(crate) fn empty(version: SpecVersion) -> Self {
        Self {
            version,
            id: None,
            revision: None,
            name: None,
            created: None,
            tools: Vec::new(),
            creators: Vec::new(),
            supplier: None,
            manufacturer: None,
            lifecycles: Vec::new(),
            distribution: None,
            licences: Vec::new(),
            comment: None,
            roots: Vec::new(),
            complete: Vec::new(),
            links: BTreeSet::new(),
            external_references: Vec::new(),
            telecom: None,
            properties: Properties::default(),
            not_summarised: BTreeSet::new(),
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        for text in [&self.name, &self.id].into_iter().flatten() {
            write!(f, " {}", escape(text))?;
        }
        Ok(())
    }
}

/// All that a document states.
#[derive(Clone, Debug, PartialEq)]
pub struct Bom {
    /// The document itself.
    pub document: Document,
    /// Components in the order of the document: the one at position *i* has the index *i*.
    pub components: Vec<Component>,
    /// Relationships. Nesting between components with references is among them, as *contains*.
    pub relationships: Vec<Relationship>,
    /// Gaps, declared or left open.
    pub unknowns: Vec<Unknown>,
    /// Vulnerability statements.
    pub vulnerabilities: Vec<Vulnerability>,
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct BomReading {
    /// What it states.
    pub bom: Bom,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Where it deviates from its schema.
    pub warnings: Vec<Warning>,
    /// How many more warnings there were than [`crate::limits::Limits::warnings`] keeps.
    pub unlisted_warnings: u64,
}

/// A document whose parts went to a [`super::Sink`].
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentReading {
    /// What it says about itself.
    pub document: Document,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Where it deviates from its schema.
    pub warnings: Vec<Warning>,
    /// How many more warnings there were than [`crate::limits::Limits::warnings`] keeps.
    pub unlisted_warnings: u64,
}

impl Bom {
    /// The component at an index.
    #[must_use]
    pub fn component(&self, index: ComponentIndex) -> Option<&Component> {
        self.components.get(usize::try_from(index.get()).ok()?)
    }

    /// The component with a reference in this document. It looks at all of them; see [`Self::by_reference`].
    #[must_use]
    pub fn find(&self, reference: &ElementRef) -> Option<&Component> {
        self.components
            .iter()
            .find(|component| component.reference.as_ref() == Some(reference))
    }

    /// All components that have a reference, by it. Of several with the same one, the first.
    #[must_use]
    pub fn by_reference(&self) -> BTreeMap<&ElementRef, &Component> {
        let named = |component| Option::zip(Component::reference_of(component), Some(component));
        self.components.iter().rev().filter_map(named).collect()
    }

    /// What the document is about: CycloneDX `metadata.component`; what an SPDX document describes.
    #[must_use]
    pub fn roots(&self) -> Vec<&Component> {
        let stated: BTreeSet<&ElementRef> = self.document.roots.iter().collect();
        let is_root = |component: &&Component| {
            (component.role == ComponentRole::Root && component.parent.is_none())
                || component
                    .reference
                    .as_ref()
                    .is_some_and(|reference| stated.contains(reference))
        };
        self.components.iter().filter(is_root).collect()
    }

    /// The direct parts of each component that has any: by nesting, and by *contains* within this document.
    #[must_use]
    pub fn parts(&self) -> BTreeMap<ComponentIndex, BTreeSet<ComponentIndex>> {
        let mut parts: BTreeMap<ComponentIndex, BTreeSet<ComponentIndex>> = BTreeMap::new();
        for component in &self.components {
            if let Some(parent) = component.parent {
                parts.entry(parent).or_default().insert(component.index);
            }
        }
        let named = self.by_reference();
        for relationship in &self.relationships {
            if relationship.kind == RelationKind::Contains
                && let Target::Element(to) = &relationship.to
                && let (Some(whole), Some(part)) = (named.get(&relationship.from), named.get(to))
            {
                parts.entry(whole.index).or_default().insert(part.index);
            }
        }
        parts
    }
}

impl Component {
    fn reference_of(component: &Component) -> Option<&ElementRef> {
        component.reference.as_ref()
    }
}
