//! How elements hang together, and what the author of the document says is not known.

use std::{fmt, sync::Arc};

use prova_core::text::escape;

use super::{ComponentIndex, vocabulary};

/// The name of an element: a `bom-ref` or an `SPDXID`, in this document or in another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementRef {
    /// `None` in this document; else `DocumentRef-…` (SPDX), or `urn:cdx:…/…` (CycloneDX BOM-Link).
    pub document: Option<Arc<str>>,
    /// The name within that document; empty for the document itself.
    /// Shared, since the name of one element can stand in many relationships.
    pub id: Arc<str>,
}

impl ElementRef {
    /// An element of this document.
    #[must_use]
    pub fn local(id: impl Into<Arc<str>>) -> Self {
        Self {
            document: None,
            id: id.into(),
        }
    }

    /// A CycloneDX reference: a `bom-ref` or a BOM-Link `urn:cdx:UUID/VERSION#bom-ref`, whose fragment is
    /// percent-encoded.
    pub(crate) fn of_cyclonedx(text: String) -> Self {
        if !text.starts_with("urn:cdx:") {
            return Self::local(text);
        }
        match text.split_once('#') {
            Some((document, id)) => Self {
                document: Some(document.into()),
                id: percent_decode(id).into(),
            },
            None => Self {
                document: Some(text.into()),
                id: "".into(),
            },
        }
    }

    /// An SPDX reference: `SPDXRef-…` or `DocumentRef-…:SPDXRef-…`.
    pub(crate) fn of_spdx(text: String) -> Self {
        match text.split_once(':') {
            Some((document, id)) if document.starts_with("DocumentRef-") => Self {
                document: Some(document.into()),
                id: id.into(),
            },
            _ => Self::local(text),
        }
    }
}

/// `text` with `%41` as `A`; as it is where that would not be text.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = if *first == b'%' { after.get(..2) } else { None };
        let decoded = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = decoded {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl fmt::Display for ElementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.document {
            Some(document) if self.id.is_empty() => f.write_str(&escape(document)),
            Some(document) => write!(f, "{}#{}", escape(document), escape(&self.id)),
            None => f.write_str(&escape(&self.id)),
        }
    }
}

vocabulary! {
    /// What a relationship says, in one direction: the SPDX types that mean the reverse are turned round.
    RelationKind {
        /// `from` is a document about `to`.
        Describes = "describes",
        /// `to` is a part of `from`.
        Contains = "contains",
        /// `from` needs `to`.
        DependsOn = "depends-on",
        /// `from` was made out of `to`.
        GeneratedFrom = "generated-from",
        /// `to` was derived from `from`.
        AncestorOf = "ancestor-of",
        /// The same thing made differently.
        VariantOf = "variant-of",
        /// An exact copy.
        CopyOf = "copy-of",
        /// `from` patches `to`.
        PatchFor = "patch-for",
        /// `from` implements the specification or cryptographic asset `to` (CycloneDX `provides`).
        Provides = "provides",
        /// `to` is where `from` is distributed.
        DistributedAs = "distributed-as",
        /// `from` is documentation of `to`.
        Documents = "documents",
    }
}

/// The far end of a relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something that this or another document describes.
    Element(ElementRef),
    /// The author states that there is none (SPDX `NONE`).
    Nothing,
}

/// A statement about two elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// The element that the statement is about.
    pub from: ElementRef,
    /// What it says.
    pub kind: RelationKind,
    /// The other element.
    pub to: Target,
    /// A shade of the kind, such as `build`, `development`, `test`, `optional`, `dynamic link`.
    pub shade: Option<&'static str>,
    /// A remark.
    pub comment: Option<String>,
}

vocabulary! {
    /// How complete a list is (CycloneDX `compositions.aggregate`).
    Aggregate {
        Complete = "complete",
        Incomplete = "incomplete",
        IncompleteFirstPartyOnly = "incomplete_first_party_only",
        IncompleteFirstPartyProprietaryOnly = "incomplete_first_party_proprietary_only",
        IncompleteFirstPartyOpensourceOnly = "incomplete_first_party_opensource_only",
        IncompleteThirdPartyOnly = "incomplete_third_party_only",
        IncompleteThirdPartyProprietaryOnly = "incomplete_third_party_proprietary_only",
        IncompleteThirdPartyOpensourceOnly = "incomplete_third_party_opensource_only",
        Unknown = "unknown",
        NotSpecified = "not_specified",
    }
}

/// Which list a statement of completeness is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Coverage {
    /// The whole document.
    Document,
    /// What an element consists of.
    Parts,
    /// What an element depends on.
    Dependencies,
    /// The vulnerabilities of an element.
    Vulnerabilities,
}

/// What is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unstated {
    /// A list is not complete.
    Completeness {
        /// Which list.
        of: Coverage,
        /// In which way.
        aggregate: Aggregate,
    },
    /// The other end of a relationship is `NOASSERTION`.
    Relationship {
        /// The SPDX relationship type.
        stated: String,
    },
    /// The supplier is `NOASSERTION`: the author says that it is not said.
    SupplierNotAsserted,
    /// There is neither supplier nor manufacturer nor publisher, and no word about it.
    SupplierMissing,
}

/// A gap in the document, declared or left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The element that it is about; `None` for the document, or for a component without a reference.
    pub about: Option<ElementRef>,
    /// The component that it is about, where the statement stands at one.
    pub component: Option<ComponentIndex>,
    /// What is not known.
    pub what: Unstated,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_into_other_documents_are_taken_apart() {
        let link = |document: &str, id: &str| ElementRef {
            document: Some(document.into()),
            id: id.into(),
        };
        for (text, want) in [
            ("part-1", ElementRef::local("part-1")),
            ("urn:cdx:f08a/1#a%20b%2", link("urn:cdx:f08a/1", "a b%2")),
            ("urn:cdx:f08a/1#%FF", link("urn:cdx:f08a/1", "%FF")),
            ("urn:cdx:f08a/1", link("urn:cdx:f08a/1", "")),
            ("urn:cdx:f08a/1#", link("urn:cdx:f08a/1", "")),
        ] {
            assert_eq!(ElementRef::of_cyclonedx(text.to_owned()), want);
        }
        for (text, want) in [
            ("SPDXRef-a", ElementRef::local("SPDXRef-a")),
            ("DocumentRef-x:SPDXRef-a", link("DocumentRef-x", "SPDXRef-a")),
            ("Other:SPDXRef-a", ElementRef::local("Other:SPDXRef-a")),
        ] {
            assert_eq!(ElementRef::of_spdx(text.to_owned()), want);
        }
        assert_eq!(link("a\n", "b").to_string(), "a\\u{a}#b");
    }
}
