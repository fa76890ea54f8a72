//! Why a bundle does not hold, to the exact place.

use super::description::DescriptionError;
use crate::{
    hash::Digest,
    id::{OrgId, SubjectId},
    index::{IndexProofError, term::Term},
    ledger::EntryFault,
    log::{ParseProofError, ParseSignedCheckpointError, VerifyCheckpointError, merkle::InclusionError},
    position::{EntryIndex, TreeSize},
    text::excerpt,
    verdict::{Question, ReasonCode},
};

fn shown(term: &Term) -> String {
    excerpt(&term.to_string())
}

/// Why a bundle does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleFault {
    /// The description is none.
    #[error("the description does not hold: {0}")]
    Description(#[from] DescriptionError),
    /// The checkpoint is none.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[from] ParseSignedCheckpointError),
    /// Description and checkpoint are not about the same.
    #[error(
        "the description names the {field} {}, the checkpoint {}",
        excerpt(got),
        excerpt(want)
    )]
    Differs {
        /// The name of the member that differs.
        field: &'static str,
        /// In the description.
        got: String,
        /// In the checkpoint.
        want: String,
    },
    /// The ledger's own key did not sign the checkpoint.
    #[error("the checkpoint is not signed by the key that the charter names: {0}")]
    CheckpointSignature(#[source] VerifyCheckpointError),
    /// A proof that does not lead to the seal's root.
    #[error("the index proof of «{}» does not hold: {source}", shown(term))]
    IndexProof {
        /// The proof's term.
        term: Box<Term>,
        /// Why the proof does not lead to the root.
        source: IndexProofError,
    },
    /// A proof that nothing asks for, or that comes twice.
    #[error("the index proof of «{}» {problem}", shown(term))]
    StrayIndexProof {
        /// The proof's term.
        term: Box<Term>,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No proof for a term that must be complete.
    #[error("there is no index proof of «{}»", shown(term))]
    NoIndexProof {
        /// The term whose entries must be proven complete.
        term: Box<Term>,
    },
    /// Entries out of order.
    #[error("entry {index} comes after entry {after}, want ascending order")]
    Order {
        /// The entry.
        index: EntryIndex,
        /// The one before it.
        after: EntryIndex,
    },
    /// An entry that the checkpoint does not cover.
    #[error("entry {index} is not among the {size} that the checkpoint covers")]
    Beyond {
        /// The entry.
        index: EntryIndex,
        /// Entries that the checkpoint covers.
        size: TreeSize,
    },
    /// An entry that nothing asks for.
    #[error("entry {index} is under none of the terms of the bundle")]
    StrayEntry {
        /// The entry.
        index: EntryIndex,
    },
    /// The text beside an entry is no proof.
    #[error("the proof of entry {index} is none: {source}")]
    ParseProof {
        /// The entry.
        index: EntryIndex,
        /// Why the text is not a proof.
        source: Box<ParseProofError>,
    },
    /// The proof beside an entry is about something else.
    #[error("the proof of entry {index} {problem}")]
    OtherProof {
        /// The entry.
        index: EntryIndex,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The entry is not in the checkpoint's tree.
    #[error("entry {index} is not in the checkpoint's tree: {source}")]
    NotInLog {
        /// The entry.
        index: EntryIndex,
        /// Why the inclusion proof does not lead to the root.
        source: InclusionError,
    },
    /// An entry that the ledger should not hold.
    #[error("{}", .0.in_one_line())]
    Entry(#[from] EntryFault),
    /// The entry that the description calls the seal is another one.
    #[error("entry {index} is not the seal that the description names")]
    NotTheSeal {
        /// The index of the entry that the description names.
        index: EntryIndex,
    },
    /// There is not even a charter.
    #[error("the charter, entry 0, is not here")]
    NoCharter,
    /// Entries are missing where all must be.
    #[error("of the entries from {from} on, before {to}, {got} are here, want all {want}")]
    Missing {
        /// The first of them.
        from: EntryIndex,
        /// After the last of them.
        to: TreeSize,
        /// How many are here.
        got: u64,
        /// How many there are.
        want: u64,
    },
    /// Another number of entries than described.
    #[error("{got} entries are here, the description counts {want}")]
    Count {
        /// Entries here.
        got: u64,
        /// Entries described.
        want: u64,
    },
    /// Entries under a term were left out or added.
    #[error("{got} entries under «{}» are here, the seal counts {want}", shown(term))]
    Incomplete {
        /// The term whose entries were counted.
        term: Box<Term>,
        /// Entries here that the seal covers.
        got: u64,
        /// Entries that it counts.
        want: u64,
    },
    /// As many entries under a term, but not the same.
    #[error("the entries under «{}» are not those that the seal counts", shown(term))]
    OtherEntries {
        /// The term whose entries were folded.
        term: Box<Term>,
    },
    /// A component that the scope asks for is not followed, or the other way round.
    #[error("{subject} {problem}")]
    Scope {
        /// The component.
        subject: Box<SubjectId>,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The exporter is no auditor of the ledger.
    #[error("the exporter {exporter} {problem}")]
    Exporter {
        /// The organisation.
        exporter: OrgId,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A document that an entry names is neither here nor listed as withheld.
    #[error("the document {digest}, which entry {entry} names, is neither here nor listed as withheld")]
    NoDocument {
        /// The document.
        digest: Digest,
        /// The first entry that names it.
        entry: EntryIndex,
    },
    /// A document, or its being withheld, that does not fit the entries.
    #[error("the document {digest} {problem}")]
    StrayDocument {
        /// The document.
        digest: Digest,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl BundleFault {
    /// The question that it fails.
    #[must_use]
    pub fn question(&self) -> Question {
        match self {
            Self::Entry(fault) => Question::failed_by(&fault.refusal),
            Self::Exporter { .. } => Question::Entitled,
            Self::Description(_) => Question::Authentic,
            Self::Checkpoint(_)
            | Self::Differs { .. }
            | Self::CheckpointSignature(_)
            | Self::Beyond { .. }
            | Self::ParseProof { .. }
            | Self::OtherProof { .. }
            | Self::NotInLog { .. } => Question::Consistent,
            Self::IndexProof { .. }
            | Self::StrayIndexProof { .. }
            | Self::NoIndexProof { .. }
            | Self::Order { .. }
            | Self::StrayEntry { .. }
            | Self::NotTheSeal { .. }
            | Self::NoCharter
            | Self::Missing { .. }
            | Self::Count { .. }
            | Self::Incomplete { .. }
            | Self::OtherEntries { .. }
            | Self::Scope { .. }
            | Self::NoDocument { .. }
            | Self::StrayDocument { .. } => Question::Complete,
        }
    }

    /// The entry at which it shows, if it is one.
    #[must_use]
    pub fn entry(&self) -> Option<EntryIndex> {
        match self {
            Self::Order { index, .. }
            | Self::Beyond { index, .. }
            | Self::StrayEntry { index }
            | Self::ParseProof { index, .. }
            | Self::OtherProof { index, .. }
            | Self::NotInLog { index, .. }
            | Self::Entry(EntryFault { index, .. })
            | Self::NotTheSeal { index }
            | Self::NoDocument { entry: index, .. } => Some(*index),
            _ => None,
        }
    }

    /// The stable name of its kind.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        match self {
            Self::Description(DescriptionError::Format { .. } | DescriptionError::Algorithm { .. }) => {
                ReasonCode::FormatUnknown
            }
            Self::Description(_) | Self::Checkpoint(_) | Self::Order { .. } => ReasonCode::Malformed,
            Self::Differs { .. } => ReasonCode::PartsDiffer,
            Self::CheckpointSignature(_) => ReasonCode::CheckpointUnsigned,
            Self::IndexProof { .. }
            | Self::StrayIndexProof { .. }
            | Self::ParseProof { .. }
            | Self::OtherProof { .. } => ReasonCode::ProofWrong,
            Self::NoIndexProof { .. } => ReasonCode::ProofMissing,
            Self::Beyond { .. } | Self::NotInLog { .. } => ReasonCode::NotInLog,
            Self::Entry(fault) => ReasonCode::of_refusal(&fault.refusal),
            Self::NotTheSeal { .. } | Self::Incomplete { .. } | Self::OtherEntries { .. } => {
                ReasonCode::IndexDiffers
            }
            Self::NoCharter | Self::Missing { .. } | Self::Count { .. } => ReasonCode::EntryMissing,
            Self::Scope { .. } | Self::StrayEntry { .. } => ReasonCode::ScopeWrong,
            Self::Exporter { .. } => ReasonCode::ExporterNotEntitled,
            Self::NoDocument { .. } => ReasonCode::DocumentMissing,
            Self::StrayDocument { .. } => ReasonCode::DocumentStray,
        }
    }
}
