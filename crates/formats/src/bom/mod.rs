//! What a bill of materials states, whichever format it came in.
//!
//! [`read`] makes a whole [`Bom`]; [`read_each`] hands its parts to a [`Sink`] one by one, for documents that are too
//! large to keep. Texts are kept as the document has them, control characters included; every `Display` escapes.

mod component;
mod digest;
mod document;
mod hardware;
mod properties;
mod relationship;
mod telecom;
mod version;
mod vocabulary;
mod vulnerability;

pub use component::{
    Ancestor, BomParty, Component, ComponentIndex, ComponentRole, ExternalReference, Kind, Licence,
    LicenceBasis, OtherId, PartyKind,
};
pub use digest::{DigestAlgorithm, StatedDigest};
pub use document::{Bom, BomReading, Document, DocumentLink, DocumentReading, Tlp};
pub use hardware::{Certification, Gs1Id, Gs1Scheme, Hardware, MacAddress};
pub use packageurl::PackageUrl;
pub use properties::Properties;
pub use relationship::{
    Aggregate, Coverage, ElementRef, RelationKind, Relationship, Target, Unknown, Unstated,
};
pub use telecom::{NfType, Telecom};
pub use version::{BomFormat, SpecVersion};
pub use vulnerability::{Affected, AnalysisState, Justification, Vulnerability};

pub use crate::read::{Location, ReadBomError, Recognised, Sink, read, read_each};
pub(crate) use vocabulary::{Vocabulary, vocabulary};
