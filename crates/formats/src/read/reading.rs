//! The state of one reading, and the lists that are streamed element by element.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    ops::ControlFlow,
};

use serde::de::{self, MapAccess, SeqAccess};

use super::{
    ReadBomError, Recognised, Sink,
    error::{Location, refused},
};
use crate::{
    bom::{
        BomFormat, Component, ComponentIndex, Document, DocumentLink, DocumentReading, ElementRef,
        Relationship, SpecVersion, Target, Unknown, Unstated, Vulnerability,
    },
    json::{
        context::{Context, JsonRefusal, Refused},
        node::{Node, NodeShape},
        shape::{Shape, Shaped, read_at},
    },
    limits::Limits,
    warning::{Step, quote},
};

/// How many names of members that belong to neither format are remembered for the message.
const REMEMBERED: usize = 32;

/// What an entry of a list takes beside its text.
const KEPT_BYTES: usize = 128;

/// What the document has claimed to be so far.
#[derive(Default)]
pub(crate) struct Claims {
    /// `bomFormat` was "CycloneDX".
    pub(super) bom_format: bool,
    /// There was another member of CycloneDX.
    pub(super) cyclonedx_member: bool,
    /// There was another member of SPDX.
    pub(super) spdx_member: bool,
    /// Names of members of neither.
    pub(super) foreign: Vec<String>,
}

/// Everything that is known while a document is being read.
pub(crate) struct DocumentReader<'s> {
    pub(crate) context: Context,
    /// The version, as soon as the document has told.
    pub(crate) version: Option<SpecVersion>,
    pub(crate) document: Document,
    pub(super) claims: Claims,
    sink: &'s mut dyn Sink,
    /// What has been found in the current element and not been handed out yet.
    relationships: Vec<Relationship>,
    unknowns: Vec<Unknown>,
    components_counted: u64,
    /// What the document says about itself so far takes.
    document_bytes: u64,
    relationships_counted: u64,
    unknowns_counted: u64,
    vulnerabilities_counted: u64,
    references: HashSet<u64>,
    hashing: RandomState,
}

impl<'s> DocumentReader<'s> {
    pub(super) fn new(limits: &Limits, sink: &'s mut dyn Sink) -> Self {
        Self {
            context: Context::new(limits),
            version: None,
            document: Document::empty(SpecVersion::CycloneDx17),
            claims: Claims::default(),
            sink,
            relationships: Vec::new(),
            unknowns: Vec::new(),
            components_counted: 0,
            document_bytes: 0,
            relationships_counted: 0,
            unknowns_counted: 0,
            vulnerabilities_counted: 0,
            references: HashSet::new(),
            hashing: RandomState::new(),
        }
    }

    /// What is left to check when the last byte has come.
    pub(super) fn finish(
        mut self,
        digest: prova_core::hash::Digest,
    ) -> Result<DocumentReading, ReadBomError> {
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

    /// The index of a component that begins here.
    pub(crate) fn begin_component(&mut self) -> Result<ComponentIndex, Refused> {
        let limit = self.context.limits().components;
        let index = self.components_counted;
        match u32::try_from(index) {
            Ok(number) if index < limit => {
                self.components_counted = index.saturating_add(1);
                Ok(ComponentIndex::new(number))
            }
            _ => Err(self.context.refuse(JsonRefusal::TooMany {
                what: "components",
                limit,
            })),
        }
    }

    /// Warns if the reference at the current place has been given to an element before. Of each reference only eight
    /// bytes of a keyed hash are kept.
    pub(crate) fn claim_reference(&mut self, key: &'static str, reference: &ElementRef) {
        if !self.references.insert(self.hashing.hash_one(reference)) {
            let found = quote(&reference.id);
            self.context.within(key, |context| {
                context.warn(found, "a reference that no other element has");
            });
        }
    }

    /// Hands out a component, and a gap if nobody is named who supplies it.
    pub(crate) fn hand_out(&mut self, component: Component) -> Result<(), Refused> {
        self.hold_to_length(component.reference.as_ref())?;
        if component.kind.has_supplier() && component.supplied_by().is_none() {
            let about = component.reference.clone();
            let declared = self
                .unknowns
                .iter()
                .any(|unknown| unknown.component == Some(component.index));
            if !declared {
                self.unknown(Unknown {
                    about,
                    component: Some(component.index),
                    what: Unstated::SupplierMissing,
                });
            }
        }
        match self.sink.component(component) {
            ControlFlow::Continue(()) => self.flush(),
            ControlFlow::Break(()) => Err(self.context.refuse(JsonRefusal::Stopped)),
        }
    }

    pub(crate) fn vulnerability(&mut self, vulnerability: Vulnerability) -> Result<(), Refused> {
        let limit = self.context.limits().vulnerabilities;
        self.vulnerabilities_counted = self.vulnerabilities_counted.saturating_add(1);
        if self.vulnerabilities_counted > limit {
            return Err(self.context.refuse(JsonRefusal::TooMany {
                what: "vulnerabilities",
                limit,
            }));
        }
        match self.sink.vulnerability(vulnerability) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(self.context.refuse(JsonRefusal::Stopped)),
        }
    }

    /// Notes a relationship; it goes out with the element.
    pub(crate) fn relate(&mut self, relationship: Relationship) {
        self.link_target(&relationship.from);
        if let Target::Element(to) = &relationship.to {
            self.link_target(to);
        }
        self.relationships.push(relationship);
    }

    /// Notes a gap; it goes out with the element.
    pub(crate) fn unknown(&mut self, unknown: Unknown) {
        self.unknowns.push(unknown);
    }

    /// Notes a link to another document.
    pub(crate) fn link(&mut self, link: DocumentLink) {
        let bytes = link
            .uri
            .len()
            .saturating_add(link.alias.as_ref().map_or(0, String::len));
        if self.document.links.insert(link) {
            self.charge(bytes);
        }
    }

    /// A BOM-Link is a link wherever it stands; an SPDX `DocumentRef-` is declared elsewhere.
    pub(crate) fn link_target(&mut self, reference: &ElementRef) {
        if let Some(document) = &reference.document
            && document.starts_with("urn:cdx:")
        {
            let uri = document.to_string();
            self.link(DocumentLink {
                alias: None,
                uri,
                digests: Vec::new(),
                by: None,
            });
        }
    }

    /// Adds to the account of what stays until the end; [`Self::flush`] holds it to the limit of one element.
    pub(crate) fn charge(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes.saturating_add(KEPT_BYTES)).unwrap_or(u64::MAX);
        self.document_bytes = self.document_bytes.saturating_add(bytes);
    }

    fn hold_to_length(&mut self, reference: Option<&ElementRef>) -> Result<(), Refused> {
        let limit = self.context.limits().reference_bytes;
        let Some(reference) = reference else { return Ok(()) };
        let document = reference.document.as_ref().map_or(0, |document| document.len());
        if reference.id.len() <= limit && document <= limit {
            return Ok(());
        }
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        Err(self.context.refuse(JsonRefusal::TooMany {
            what: "bytes in a reference",
            limit,
        }))
    }

    /// Hands out what has been noted.
    pub(crate) fn flush(&mut self) -> Result<(), Refused> {
        let limits = *self.context.limits();
        if self.document_bytes > limits.element_bytes {
            return Err(self.context.refuse(JsonRefusal::ElementTooLarge));
        }
        for relationship in std::mem::take(&mut self.relationships) {
            self.hold_to_length(Some(&relationship.from))?;
            if let Target::Element(to) = &relationship.to {
                self.hold_to_length(Some(to))?;
            }
            self.relationships_counted = self.relationships_counted.saturating_add(1);
            if self.relationships_counted > limits.relationships {
                let refusal = JsonRefusal::TooMany {
                    what: "relationships",
                    limit: limits.relationships,
                };
                return Err(self.context.refuse(refusal));
            }
            if self.sink.relationship(relationship).is_break() {
                return Err(self.context.refuse(JsonRefusal::Stopped));
            }
        }
        for unknown in std::mem::take(&mut self.unknowns) {
            self.hold_to_length(unknown.about.as_ref())?;
            self.unknowns_counted = self.unknowns_counted.saturating_add(1);
            if self.unknowns_counted > limits.unknowns {
                let refusal = JsonRefusal::TooMany {
                    what: "declared unknowns",
                    limit: limits.unknowns,
                };
                return Err(self.context.refuse(refusal));
            }
            if self.sink.unknown(unknown).is_break() {
                return Err(self.context.refuse(JsonRefusal::Stopped));
            }
        }
        Ok(())
    }

    /// Remembers the name of a member that belongs to neither format.
    pub(super) fn note_foreign(&mut self, key: String) {
        if self.claims.foreign.len() < REMEMBERED {
            self.claims.foreign.push(key);
        }
    }

    /// What the document is, when all of it has been seen.
    pub(super) fn decide_version(&mut self) -> Result<SpecVersion, ReadBomError> {
        let is_foreign = |name: &str| self.claims.foreign.iter().any(|key| key == name);
        let found = match self.version {
            Some(_) if self.claims.cyclonedx_member && self.claims.spdx_member => Recognised::Both,
            Some(version) => {
                if version.format() == BomFormat::CycloneDx && !self.claims.bom_format {
                    self.context.warn("no such member", "a member \"bomFormat\"");
                }
                for key in std::mem::take(&mut self.claims.foreign) {
                    self.context
                        .warn(format!("a member {}", quote(&key)), "members that the schema has");
                }
                return Ok(version);
            }
            None if self.claims.bom_format => {
                return Err(ReadBomError::UnsupportedVersion {
                    found: "CycloneDX without \"specVersion\"".to_owned(),
                });
            }
            None if is_foreign("@context") || is_foreign("@graph") => Recognised::JsonLd,
            None if is_foreign("payloadType") || is_foreign("predicateType") => Recognised::Envelope,
            None if is_foreign("document") => Recognised::Csaf,
            None if is_foreign("sbom") => Recognised::Wrapped,
            None => Recognised::Neither,
        };
        Err(refused(
            JsonRefusal::OtherFormat(found),
            self.context.limits(),
            Location::default(),
        ))
    }
}

/// What is done with each element of a list.
pub(crate) type Each = fn(&mut DocumentReader<'_>, Node) -> Result<(), Refused>;

/// A list that is streamed: one element in memory at a time.
pub(crate) struct Elements<'r, 's> {
    reading: &'r mut DocumentReader<'s>,
    /// Members of the elements that are passed over.
    without: &'static [&'static str],
    each: Each,
}

impl<'r, 's> Elements<'r, 's> {
    /// Reads a member of the document, if it is one of these lists.
    pub(crate) fn read_one_of<'de, A: MapAccess<'de>>(
        lists: &[(&'static str, &'static [&'static str], Each)],
        reading: &'r mut DocumentReader<'s>,
        key: &str,
        object: &mut A,
    ) -> Result<bool, A::Error> {
        let Some(&(key, without, each)) = lists.iter().find(|(name, ..)| *name == key) else {
            return Ok(false);
        };
        read_at(
            object,
            key,
            Self {
                reading,
                without,
                each,
            },
        )?;
        Ok(true)
    }
}

impl<'de> Shape<'de> for Elements<'_, '_> {
    type Output = ();

    fn context(&mut self) -> &mut Context {
        &mut self.reading.context
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<(), E> {
        self.reading.context.warn(scalar.describe(), "a list");
        Ok(())
    }

    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            self.reading.context.enter(Step::Index(index));
            let balance = self.reading.context.balance();
            let shape = NodeShape {
                context: &mut self.reading.context,
                without: self.without,
            };
            let Some(node) = list.next_element_seed(Shaped(shape))? else {
                self.reading.context.leave();
                return Ok(());
            };
            (self.each)(self.reading, node)
                .and_then(|()| self.reading.flush())
                .map_err(super::super::json::context::Refused::into_error::<A::Error>)?;
            self.reading.context.restore(balance);
            self.reading.context.leave();
            index = index.saturating_add(1);
        }
    }

    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<(), A::Error> {
        self.reading.context.warn("an object", "a list");
        let node = NodeShape {
            context: &mut self.reading.context,
            without: self.without,
        }
        .object(object)?;
        (self.each)(self.reading, node)
            .and_then(|()| self.reading.flush())
            .map_err(super::super::json::context::Refused::into_error)
    }
}
