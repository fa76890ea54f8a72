//! Documents that point to each other, as one set: which links lead somewhere, and which do not.
//!
//! SPDX links by `externalDocumentRefs` (2.3 clause 6.6), CycloneDX by BOM-Link (`urn:cdx:UUID/VERSION#ref`,
//! ECMA-424 §7.5.3). A link is resolved when a document of the set has that identity. Its digest is compared where
//! it is SHA-256; SPDX links often have SHA-1, which proves nothing and is not computed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use prova_core::{hash::Digest, text::excerpt};

use crate::bom::{Bom, BomReading, Component, DocumentLink, ElementRef, Target};

/// Position of a document in the list that was joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentIndex(usize);

impl DocumentIndex {
    /// How many documents stand before it.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }
}

/// Whether a linked document is the one that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestCheck {
    /// Its SHA-256 is the stated one.
    Same,
    /// Its SHA-256 is another: the document was changed, or replaced.
    Different {
        /// What the link states.
        want: Digest,
        /// What the document has.
        got: Digest,
    },
    /// The link states no SHA-256.
    NotStated,
}

/// A link between two documents of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedLink {
    /// The document that points.
    pub from: DocumentIndex,
    /// The document that it points to.
    pub to: DocumentIndex,
    /// What the document itself says of the other one.
    pub link: DocumentLink,
    /// Whether it is the document that was meant.
    pub digest: DigestCheck,
}

/// A pointer that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unresolved {
    /// No document of the set has this identity.
    Document {
        /// The document that points.
        from: DocumentIndex,
        /// What the document says of the one that is not there.
        link: DocumentLink,
    },
    /// A reference uses a name of a document that is declared nowhere in its own document.
    Undeclared {
        /// The document that points.
        from: DocumentIndex,
        /// The name that leads to no declared document.
        reference: ElementRef,
    },
    /// The linked document has no such element.
    Element {
        /// The document that points.
        from: DocumentIndex,
        /// The document that should have the element.
        to: DocumentIndex,
        /// The name that the other document does not declare.
        reference: ElementRef,
    },
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document { from, link } => {
                write!(
                    f,
                    "document {} points to {}, which is not in the set",
                    from.0,
                    excerpt(&link.uri)
                )
            }
            Self::Undeclared { from, reference } => {
                write!(
                    f,
                    "document {} refers to {reference} without declaring that document",
                    from.0
                )
            }
            Self::Element { from, to, reference } => {
                write!(
                    f,
                    "document {} refers to {reference}, which document {} does not have",
                    from.0, to.0
                )
            }
        }
    }
}

/// Why documents cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// Two documents have one identity but different bytes, so a link to it is ambiguous.
    #[error(
        "documents {first} and {second} both are {}, with different bytes",
        excerpt(uri)
    )]
    SameIdentity {
        /// Position of the one.
        first: usize,
        /// Position of the other.
        second: usize,
        /// Their identity.
        uri: String,
    },
}

/// Documents and the links between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    boms: Vec<Bom>,
    resolved: Vec<ResolvedLink>,
    unresolved: Vec<Unresolved>,
}

impl Joined {
    /// The documents, in the order in which they were given.
    #[must_use]
    pub fn boms(&self) -> &[Bom] {
        &self.boms
    }

    /// Links that lead to a document of the set.
    #[must_use]
    pub fn resolved(&self) -> &[ResolvedLink] {
        &self.resolved
    }

    /// Links and references that lead nowhere.
    #[must_use]
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.unresolved
    }

    /// The document and the component that a reference in document `from` means.
    #[must_use]
    pub fn find(&self, from: DocumentIndex, reference: &ElementRef) -> Option<(DocumentIndex, &Component)> {
        let to = match &reference.document {
            None => from,
            Some(name) => {
                let is_meant = |link: &&ResolvedLink| link.from == from && name_of(&link.link) == &**name;
                self.resolved.iter().find(is_meant)?.to
            }
        };
        let component = self
            .boms
            .get(to.0)?
            .find(&ElementRef::local(Arc::clone(&reference.id)))?;
        Some((to, component))
    }
}

/// Joins documents. The same document given twice counts once for links.
///
/// # Errors
/// [`JoinError::SameIdentity`] if two different documents claim to be the same one.
pub fn join(readings: Vec<BomReading>) -> Result<Joined, JoinError> {
    let mut digests = Vec::with_capacity(readings.len());
    let mut boms = Vec::with_capacity(readings.len());
    let mut identities: BTreeMap<String, DocumentIndex> = BTreeMap::new();
    for (position, BomReading { bom, digest, .. }) in readings.into_iter().enumerate() {
        if let Some(uri) = bom.document.uri() {
            let first = *identities.entry(uri.clone()).or_insert(DocumentIndex(position));
            if digests.get(first.0).is_some_and(|other| *other != digest) {
                return Err(JoinError::SameIdentity {
                    first: first.0,
                    second: position,
                    uri,
                });
            }
        }
        digests.push(digest);
        boms.push(bom);
    }
    let mut resolved = Vec::new();
    let mut unresolved = Vec::new();
    for (position, bom) in boms.iter().enumerate() {
        let from = DocumentIndex(position);
        for link in &bom.document.links {
            match identities.get(document_of(&link.uri)) {
                Some(to) => {
                    let digest = check(link, digests.get(to.0));
                    resolved.push(ResolvedLink {
                        from,
                        to: *to,
                        link: link.clone(),
                        digest,
                    });
                }
                None => unresolved.push(Unresolved::Document {
                    from,
                    link: link.clone(),
                }),
            }
        }
    }
    unresolved.extend(lost_references(&boms, &resolved));
    Ok(Joined {
        boms,
        resolved,
        unresolved,
    })
}

/// References into other documents that lead nowhere although their document is in the set, or is not declared.
fn lost_references(boms: &[Bom], resolved: &[ResolvedLink]) -> Vec<Unresolved> {
    let elements: Vec<_> = boms.iter().map(Bom::by_reference).collect();
    let targets: BTreeMap<(DocumentIndex, &str), DocumentIndex> = resolved
        .iter()
        .map(|link| ((link.from, name_of(&link.link)), link.to))
        .collect();
    let mut lost = Vec::new();
    for (position, bom) in boms.iter().enumerate() {
        let from = DocumentIndex(position);
        let declared: BTreeSet<&str> = bom.document.links.iter().map(name_of).collect();
        for reference in outward(bom) {
            let Some(name) = reference.document.as_deref() else {
                continue;
            };
            if let Some(to) = targets.get(&(from, name)).copied() {
                let id = ElementRef::local(Arc::clone(&reference.id));
                let is_document = reference.id.is_empty() || &*reference.id == crate::spdx::DOCUMENT;
                if !is_document
                    && elements
                        .get(to.0)
                        .is_none_or(|elements| !elements.contains_key(&id))
                {
                    lost.push(Unresolved::Element {
                        from,
                        to,
                        reference: reference.clone(),
                    });
                }
            } else if !declared.contains(name) {
                lost.push(Unresolved::Undeclared {
                    from,
                    reference: reference.clone(),
                });
            }
        }
    }
    lost
}

/// The references of a document into others, each once.
fn outward(bom: &Bom) -> BTreeSet<&ElementRef> {
    let ends = bom.relationships.iter().flat_map(|relationship| {
        let to = match &relationship.to {
            Target::Element(to) => Some(to),
            Target::Nothing => None,
        };
        [Some(&relationship.from), to]
    });
    let affected = bom
        .vulnerabilities
        .iter()
        .flat_map(|vulnerability| &vulnerability.affects);
    let affected = affected.map(|affected| Some(&affected.element));
    ends.chain(affected)
        .flatten()
        .filter(|reference| reference.document.is_some())
        .collect()
}

/// What references call the document that a link points to.
fn name_of(link: &DocumentLink) -> &str {
    link.alias.as_deref().unwrap_or_else(|| document_of(&link.uri))
}

/// A BOM-Link without the element.
fn document_of(uri: &str) -> &str {
    match uri.split_once('#') {
        Some((document, _)) if uri.starts_with("urn:cdx:") => document,
        _ => uri,
    }
}

fn check(link: &DocumentLink, got: Option<&Digest>) -> DigestCheck {
    let want = link.digests.iter().find_map(crate::bom::StatedDigest::sha256);
    match (want, got) {
        (Some(want), Some(got)) if want == *got => DigestCheck::Same,
        (Some(want), Some(got)) => DigestCheck::Different { want, got: *got },
        _ => DigestCheck::NotStated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bom, limits::Limits};

    fn read(text: &str) -> BomReading {
        bom::read(text.as_bytes(), &Limits::default()).unwrap()
    }

    /// An SPDX document with one package, which depends on `target`.
    fn spdx(name: &str, links: &str, target: &str) -> BomReading {
        read(&format!(
            r#"{{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "{name}", "documentNamespace": "https://example.org/{name}",
            "externalDocumentRefs": [{links}], "packages": [{{"SPDXID": "SPDXRef-{name}", "name": "{name}"}}],
            "relationships": [{{"spdxElementId": "SPDXRef-{name}", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "{target}"}}]}}"#
        ))
    }

    fn link(name: &str, sha256: &str) -> String {
        format!(
            r#"{{"externalDocumentId": "DocumentRef-{name}", "spdxDocument": "https://example.org/{name}",
               "checksum": {{"algorithm": "SHA256", "checksumValue": "{sha256}"}}}}"#
        )
    }

    #[test]
    fn links_are_followed_and_their_digests_compared() {
        let target = spdx("b", "", "NONE");
        let (good, bad) = (target.digest, Digest::of(b"other"));
        for (stated, want) in [
            (good, DigestCheck::Same),
            (bad, DigestCheck::Different { want: bad, got: good }),
        ] {
            let source = spdx("a", &link("b", &stated.to_string()), "DocumentRef-b:SPDXRef-b");
            let joined = join(vec![source, target.clone()]).unwrap();
            assert_eq!(joined.unresolved(), []);
            let [resolved] = joined.resolved() else {
                panic!("one link")
            };
            assert_eq!(
                (resolved.from.get(), resolved.to.get(), resolved.digest),
                (0, 1, want)
            );
            let reference = ElementRef {
                document: Some("DocumentRef-b".into()),
                id: "SPDXRef-b".into(),
            };
            let (document, component) = joined.find(resolved.from, &reference).unwrap();
            assert_eq!((document.get(), component.name.as_str()), (1, "b"));
            assert_eq!(joined.find(resolved.to, &reference), None);
        }
    }

    #[test]
    fn what_leads_nowhere_is_told() {
        let digest = "00".repeat(32);
        for (source, want) in [
            (
                spdx("a", &link("c", &digest), "DocumentRef-c:SPDXRef-c"),
                "document 0 points to https://example.org/c, which is not in the set",
            ),
            (
                spdx("a", "", "DocumentRef-b:SPDXRef-b"),
                "document 0 refers to DocumentRef-b#SPDXRef-b without declaring that document",
            ),
            (
                spdx("a", &link("b", &digest), "DocumentRef-b:SPDXRef-z"),
                "document 0 refers to DocumentRef-b#SPDXRef-z, which document 1 does not have",
            ),
        ] {
            let joined = join(vec![source, spdx("b", "", "NONE")]).unwrap();
            let said: Vec<String> = joined.unresolved().iter().map(ToString::to_string).collect();
            assert_eq!(said, [want]);
        }
    }

    #[test]
    fn bom_links_lead_to_serial_number_and_version() {
        let target = |version: u64| {
            read(&format!(
                r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": {version},
                "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
                "components": [{{"type": "library", "bom-ref": "x y", "name": "x"}}]}}"#
            ))
        };
        let source = read(
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "bom-ref": "a", "name": "a"}],
            "dependencies": [{"ref": "a", "dependsOn": ["urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2#x%20y"]}]}"#,
        );
        let joined = join(vec![source.clone(), target(2)]).unwrap();
        assert_eq!((joined.resolved().len(), joined.unresolved()), (1, &[][..]));
        assert_eq!(joined.resolved()[0].digest, DigestCheck::NotStated);
        let Target::Element(to) = &joined.boms()[0].relationships[0].to else {
            panic!("an element")
        };
        assert_eq!(joined.find(DocumentIndex(0), to).unwrap().1.name, "x");
        assert_eq!(join(vec![source, target(1)]).unwrap().unresolved().len(), 1);
    }

    #[test]
    fn two_documents_with_one_identity_are_refused() {
        let (first, second) = (spdx("a", "", "NONE"), spdx("a", "", "NOASSERTION"));
        assert!(join(vec![first.clone(), first.clone()]).is_ok());
        let error = join(vec![first, second]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "documents 0 and 1 both are https://example.org/a, with different bytes"
        );
    }
}
