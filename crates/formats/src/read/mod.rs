//! The way from bytes to a summary: look at the head, stream the document, hand out its parts.

mod error;
mod reading;
mod sniff;
#[cfg(test)]
mod tests;
mod top;

use std::io::{BufReader, Read};

use serde::de::DeserializeSeed as _;

pub use error::{Location, ReadBomError, Recognised};
pub(crate) use reading::{DocumentReader, Elements};

use crate::{
    bom::{
        Bom, BomReading, Component, Document, DocumentReading, ElementRef, Relationship, SpecVersion, Target,
        Unknown, Vulnerability,
    },
    json::{gauge::Gauge, shape::Shaped},
    limits::Limits,
    warning::{Pointer, Step, Warning, quote},
};
use std::{borrow::Cow, collections::BTreeSet, ops::ControlFlow};

/// Takes the parts of a document while it is being read.
///
/// What a sink is given is provisional until [`read_each`] returns: a document can turn out to be refused at its last
/// byte. A nested component comes before the one around it; [`Component::index`] has the order of the document.
/// Answering [`ControlFlow::Break`] ends the reading with [`ReadBomError::Stopped`].
pub trait Sink {
    /// A component, service, package, file or snippet.
    fn component(&mut self, component: Component) -> ControlFlow<()>;

    /// A relationship; nesting of components that have references is reported as one too.
    fn relationship(&mut self, relationship: Relationship) -> ControlFlow<()> {
        drop(relationship);
        ControlFlow::Continue(())
    }

    /// A gap.
    fn unknown(&mut self, unknown: Unknown) -> ControlFlow<()> {
        drop(unknown);
        ControlFlow::Continue(())
    }

    /// A vulnerability statement.
    fn vulnerability(&mut self, vulnerability: Vulnerability) -> ControlFlow<()> {
        drop(vulnerability);
        ControlFlow::Continue(())
    }
}

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
    let Collector {
        mut components,
        relationships,
        unknowns,
        vulnerabilities,
    } = parts;
    components.sort_unstable_by_key(|component| component.index);
    let bom = Bom {
        document,
        components,
        relationships,
        unknowns,
        vulnerabilities,
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

/// Reads a document and hands its parts to `sink` as they come, keeping only what the document says about itself, its
/// links, and eight bytes for each reference.
///
/// # Errors
/// See [`ReadBomError`].
pub fn read_each(
    reader: impl Read,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<DocumentReading, ReadBomError> {
    let mut gauge = Gauge::new(reader, limits).map_err(|source| ReadBomError::Io { source })?;
    let mut reading = DocumentReader::new(limits, sink);
    match sniff::sniff(gauge.head()) {
        sniff::Head::Json => {}
        sniff::Head::Marked => {
            reading
                .context
                .warn("a byte order mark", "no byte order mark (RFC 8259 §8.1)");
            gauge.hide(sniff::MARK.len());
        }
        sniff::Head::Blank => return Err(ReadBomError::Empty),
        sniff::Head::Foreign(found) => return Err(ReadBomError::OtherFormat { found }),
    }
    let result = {
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, &mut gauge));
        let document = Shaped(top::Top {
            reading: &mut reading,
        })
        .deserialize(&mut json);
        document.and_then(|()| json.end())
    };
    match result {
        Ok(()) => reading.finish(gauge.digest()),
        Err(error) => Err(error::explain(
            error,
            gauge.exceeded(),
            limits,
            &mut reading.context,
        )),
    }
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
    let affected = bom
        .vulnerabilities
        .iter()
        .flat_map(|vulnerability| &vulnerability.affects);
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

impl DocumentReader<'_> {
    /// What is left to check when the last byte has come.
    fn finish(mut self, digest: prova_core::hash::Digest) -> Result<DocumentReading, ReadBomError> {
        let version = self.decide_version()?;
        if version.format() == crate::bom::BomFormat::Spdx {
            crate::spdx::finish(&mut self);
        }
        let document = Document {
            version,
            ..self.document
        };
        let (warnings, unlisted_warnings) = self.context.into_warnings();
        Ok(DocumentReading {
            document,
            digest,
            warnings,
            unlisted_warnings,
        })
    }
}
