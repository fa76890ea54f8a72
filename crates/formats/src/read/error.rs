//! Why a document is refused.

use std::{fmt, io};

use prova_core::text::excerpt;

use crate::{
    bom::SpecVersion,
    json::{
        context::{Context, JsonRefusal},
        gauge::Exceeded,
    },
    limits::Limits,
    warning::Pointer,
};

/// What a document was recognised as that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recognised {
    /// CycloneDX in XML.
    CycloneDxXml,
    /// CycloneDX in Protocol Buffers.
    CycloneDxProtobuf,
    /// SPDX 2 in RDF/XML.
    SpdxRdf,
    /// SPDX 2 as tag-value text.
    SpdxTagValue,
    /// A BOM in YAML.
    Yaml,
    /// SPDX 3 in JSON-LD.
    Spdx3,
    /// Other JSON-LD.
    JsonLd,
    /// A signed envelope (DSSE) or an in-toto statement.
    Envelope,
    /// A CSAF advisory.
    Csaf,
    /// A BOM inside another JSON object, as some services answer.
    Wrapped,
    /// XML of another format.
    Xml,
    /// A compressed file or an archive.
    Compressed,
    /// UTF-16 or UTF-32 text.
    Utf16,
    /// JSON that is not an object.
    NotAnObject,
    /// A JSON object that claims both formats.
    Both,
    /// A JSON object that claims neither.
    Neither,
}

impl fmt::Display for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CycloneDxXml => "CycloneDX in XML",
            Self::CycloneDxProtobuf => "CycloneDX in Protocol Buffers",
            Self::SpdxRdf => "SPDX in RDF/XML",
            Self::SpdxTagValue => "SPDX tag-value text",
            Self::Yaml => "a BOM in YAML",
            Self::Spdx3 => "SPDX 3 in JSON-LD",
            Self::JsonLd => "JSON-LD",
            Self::Envelope => "a signed envelope or statement around a payload",
            Self::Csaf => "a CSAF advisory",
            Self::Wrapped => "an object with a BOM as its member \"sbom\"",
            Self::Xml => "XML",
            Self::Compressed => "a compressed file or an archive",
            Self::Utf16 => "text in UTF-16 or UTF-32",
            Self::NotAnObject => "JSON that is not an object",
            Self::Both => "an object with members of both CycloneDX and SPDX",
            Self::Neither => "an object with neither \"bomFormat\" nor \"spdxVersion\"",
        })
    }
}

/// A place in the bytes and in the structure of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// One-based line.
    pub line: usize,
    /// Bytes into the line at which the parser stopped.
    pub column: usize,
    /// The value.
    pub pointer: Pointer,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} column {}, at {}",
            self.line, self.column, self.pointer
        )
    }
}

/// Why a document is refused. Nothing that was handed out before holds then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadBomError {
    /// There is nothing, or nothing but white space.
    #[error("the document is empty, want {}", SpecVersion::WANTED)]
    Empty,
    /// The bytes could not be had.
    #[error("the document cannot be read")]
    Io {
        /// What the reader of the bytes says about it.
        source: io::Error,
    },
    /// The bytes break the grammar of RFC 8259.
    #[error("not JSON at line {line} column {column}: {problem}")]
    NotJson {
        /// One-based line.
        line: usize,
        /// Bytes into the line.
        column: usize,
        /// What the parser met.
        problem: String,
    },
    /// It is something else.
    #[error("found {found}, want {}", SpecVersion::WANTED)]
    OtherFormat {
        /// The format that the bytes look like.
        found: Recognised,
    },
    /// It is of a version that is not read.
    #[error("found {}, want {}", excerpt(found), SpecVersion::WANTED)]
    UnsupportedVersion {
        /// Format and version.
        found: String,
    },
    /// An object has a key twice, so that readers would disagree on what it says.
    #[error("the key \"{}\" is there twice ({at})", excerpt(key))]
    DuplicateKey {
        /// The name of the member that stands twice.
        key: String,
        /// The object.
        at: Location,
    },
    /// Lists and objects are nested too deeply.
    #[error("nested more than {limit} levels deep ({at})")]
    TooDeep {
        /// [`Limits::depth`].
        limit: usize,
        /// The place at which the limit was passed.
        at: Location,
    },
    /// The document is too long.
    #[error("the document has more than {limit} bytes")]
    TooLarge {
        /// [`Limits::bytes`].
        limit: u64,
    },
    /// A string is too long.
    #[error("a string with more than {limit} bytes ends in or after line {line}")]
    TextTooLong {
        /// [`Limits::text_bytes`].
        limit: u64,
        /// One-based line.
        line: u64,
    },
    /// One component, package or the like takes too much memory.
    #[error("an element takes more than {limit} bytes ({at})")]
    ElementTooLarge {
        /// [`Limits::element_bytes`].
        limit: u64,
        /// The element.
        at: Location,
    },
    /// There is too much of something.
    #[error("more than {limit} {what} ({at})")]
    TooMany {
        /// What there is too much of, in words.
        what: &'static str,
        /// How many there may be.
        limit: u64,
        /// Where the first was that is too many.
        at: Location,
    },
    /// The sink wanted no more.
    #[error("reading was stopped by its caller")]
    Stopped,
}

/// The error behind one of the parser's.
pub(super) fn explain(
    error: serde_json::Error,
    exceeded: Option<Exceeded>,
    limits: &Limits,
    context: &mut Context,
) -> ReadBomError {
    let (line, column) = (error.line(), error.column());
    match exceeded {
        Some(Exceeded::Bytes) => return ReadBomError::TooLarge { limit: limits.bytes },
        Some(Exceeded::Text { line }) => {
            return ReadBomError::TextTooLong {
                limit: limits.text_bytes,
                line,
            };
        }
        None => {}
    }
    let pointer = context.place();
    if let Some(refusal) = context.take_refusal() {
        return refused(
            refusal,
            limits,
            Location {
                line,
                column,
                pointer,
            },
        );
    }
    if error.is_io() {
        return ReadBomError::Io { source: error.into() };
    }
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
    if problem.starts_with("recursion limit") {
        return ReadBomError::TooDeep {
            limit: limits.depth,
            at: Location {
                line,
                column,
                pointer,
            },
        };
    }
    ReadBomError::NotJson {
        line,
        column,
        problem,
    }
}

pub(super) fn refused(refusal: JsonRefusal, limits: &Limits, at: Location) -> ReadBomError {
    match refusal {
        JsonRefusal::DuplicateKey(key) => ReadBomError::DuplicateKey { key, at },
        JsonRefusal::TooDeep => ReadBomError::TooDeep {
            limit: limits.depth,
            at,
        },
        JsonRefusal::TooMany { what, limit } => ReadBomError::TooMany { what, limit, at },
        JsonRefusal::ElementTooLarge => ReadBomError::ElementTooLarge {
            limit: limits.element_bytes,
            at,
        },
        JsonRefusal::OtherFormat(found) => ReadBomError::OtherFormat { found },
        JsonRefusal::UnsupportedVersion(found) => ReadBomError::UnsupportedVersion { found },
        JsonRefusal::Stopped => ReadBomError::Stopped,
    }
}
