//! A document read whole, by the sink that keeps everything.

use std::{borrow::Cow, collections::BTreeSet, io::Read, ops::ControlFlow};

use super::{ReadBomError, Sink, read_each};
use crate::{
    bom::{
        Bom, BomReading, Component, DocumentReading, ElementRef, Relationship, SpecVersion, Target, Unknown,
        Vulnerability,
    },
    limits::Limits,
    warning::{Pointer, Step, Warning, quote},
};

/// Reads a document whole. Beside the warnings of [`read_each`] there is one for each relationship that ends at an
/// element which is not in the document.
///
/// # Errors
/// See [`ReadBomError`].
pub fn read(reader: impl Read, limits: &Limits) -> Result<BomReading, ReadBomError> {
    let mut parts = Collector::default();
    let DocumentReading {
        document,
        digest,
        mut warnings,
        mut unlisted_warnings,
    } = read_each(reader, limits, &mut parts)?;
    parts.components.sort_unstable_by_key(|component| component.index);
    let bom = Bom {
        document,
        components: parts.components,
        relationships: parts.relationships,
        unknowns: parts.unknowns,
        vulnerabilities: parts.vulnerabilities,
    };
    for warning in dangling(&bom) {
        if warnings.len() < limits.warnings {
            warnings.push(warning);
        } else {
            unlisted_warnings = unlisted_warnings.saturating_add(1);
        }
    }
    Ok(BomReading {
        bom,
        digest,
        warnings,
        unlisted_warnings,
    })
}

/// The sink that keeps everything.
#[derive(Default)]
struct Collector {
    components: Vec<Component>,
    relationships: Vec<Relationship>,
    unknowns: Vec<Unknown>,
    vulnerabilities: Vec<Vulnerability>,
}

impl Sink for Collector {
    fn component(&mut self, component: Component) -> ControlFlow<()> {
        self.components.push(component);
        ControlFlow::Continue(())
    }

    fn relationship(&mut self, relationship: Relationship) -> ControlFlow<()> {
        self.relationships.push(relationship);
        ControlFlow::Continue(())
    }

    fn unknown(&mut self, unknown: Unknown) -> ControlFlow<()> {
        self.unknowns.push(unknown);
        ControlFlow::Continue(())
    }

    fn vulnerability(&mut self, vulnerability: Vulnerability) -> ControlFlow<()> {
        self.vulnerabilities.push(vulnerability);
        ControlFlow::Continue(())
    }
}

/// A warning for each reference within the document that no element has, once.
fn dangling(bom: &Bom) -> Vec<Warning> {
    let mut known: BTreeSet<&ElementRef> = bom
        .components
        .iter()
        .filter_map(|component| component.reference.as_ref())
        .collect();
    let document = ElementRef::local(crate::spdx::DOCUMENT);
    if bom.document.version.format() == crate::bom::BomFormat::Spdx {
        known.insert(&document);
    }
    let ancestors = bom.components.iter().flat_map(|component| &component.ancestors);
    known.extend(ancestors.filter_map(|ancestor| ancestor.reference.as_ref()));
    let place = match bom.document.version {
        SpecVersion::Spdx22 | SpecVersion::Spdx23 => "relationships",
        _ => "dependencies",
    };
    let ends = bom.relationships.iter().flat_map(|relationship| {
        let to = match &relationship.to {
            Target::Element(to) => Some(to),
            Target::Nothing => None,
        };
        [Some((place, &relationship.from)), to.map(|to| (place, to))]
    });
    let stated = bom.vulnerabilities.iter();
    let affected = stated.flat_map(|vulnerability| &vulnerability.affects);
    let affected = affected.map(|affected| Some(("vulnerabilities", &affected.element)));
    let mut warned = BTreeSet::new();
    let mut warnings = Vec::new();
    for (place, reference) in ends.chain(affected).flatten() {
        if reference.document.is_none() && !known.contains(reference) && warned.insert(reference) {
            warnings.push(Warning {
                at: Pointer::of([Step::Key(Cow::Borrowed(place))].iter()),
                found: quote(&reference.id),
                wanted: Cow::Borrowed("the reference of an element of this document"),
            });
        }
    }
    warnings
}
