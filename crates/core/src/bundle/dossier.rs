//! What a verified bundle adds up to: rows and entries, as a ledger has them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    convert::Infallible,
};

use super::{
    description::{Description, SealReference},
    sparse::Sparse,
};
use crate::{
    hash::{Digest, LeafHash},
    index::term::Term,
    key::KeyId,
    lifecycle::{Detail, Finding, FindingCode, Layer, Lives, Moment, distrusted, facts},
    log::SignedCheckpoint,
    position::EntryIndex,
    registry::history::{History, HistoryError},
    statement::Verified,
    text::excerpt,
    verdict::{Answer, Answered, BundleScope, Gap, Question, ReasonCode, Trust, Verdict, VerdictScope},
    view::trace::Entries,
};

/// Where a bundle's entries can be read again, after they were verified: a dossier keeps their hashes only.
pub trait EntryBytes {
    /// Why an entry cannot be read.
    type Error: std::error::Error + 'static;

    /// An entry's bytes.
    ///
    /// # Errors
    /// An entry that cannot be read.
    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, Self::Error>;
}

/// What a verifier has found out.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) description: Description,
    pub(super) checkpoint: SignedCheckpoint,
    pub(super) history: History,
    pub(super) sparse: Sparse,
    pub(super) leaves: BTreeMap<EntryIndex, LeafHash>,
    pub(super) postings: HashMap<Term, Vec<EntryIndex>>,
    /// The entries that each key signed.
    pub(super) signed: HashMap<KeyId, Vec<EntryIndex>>,
    pub(super) about: Vec<EntryIndex>,
    pub(super) enrolments: Vec<EntryIndex>,
    pub(super) gaps: Vec<Gap>,
    pub(super) documents: BTreeMap<Digest, u64>,
    /// The seal by which it is complete, and for how many terms; absent where every entry is here.
    pub(super) terms: Option<(SealReference, usize)>,
    pub(super) signatures: u64,
}

/// A bundle that holds.
#[derive(Clone, Debug)]
pub struct Dossier {
    parts: Parts,
    findings: Vec<Finding>,
}

/// A dossier with its entries at hand.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a, B> {
    dossier: &'a Dossier,
    bytes: &'a B,
}

/// Why an entry of a dossier cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReopenError<E: std::error::Error + 'static> {
    /// It is not in the bundle.
    #[error("entry {index} is not in the bundle")]
    NotHere {
        /// The index of the entry that was asked for.
        index: EntryIndex,
    },
    /// It cannot be read.
    #[error("entry {index} cannot be read")]
    Read {
        /// The index of the entry that was asked for.
        index: EntryIndex,
        /// What the reader of the bundle says about it.
        source: E,
    },
    /// It is another one than was verified.
    #[error("entry {index} has the leaf hash {got}, want {want} as verified")]
    Changed {
        /// The index of the entry whose bytes changed since they were verified.
        index: EntryIndex,
        /// The leaf hash found.
        got: LeafHash,
        /// The leaf hash that was verified.
        want: LeafHash,
    },
    /// It is no entry.
    #[error(transparent)]
    Entry(#[from] HistoryError),
}

impl Dossier {
    pub(super) fn new(parts: Parts) -> Self {
        let findings = findings(&parts);
        Self { parts, findings }
    }

    /// What the bundle says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.parts.description
    }

    /// The signed checkpoint that all of it rests on.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.parts.checkpoint
    }

    /// The registry over time.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.parts.history
    }

    /// The entries, with their leaf hashes.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<EntryIndex, LeafHash> {
        &self.parts.leaves
    }

    /// The leaf hash of the charter.
    #[must_use]
    pub fn charter(&self) -> LeafHash {
        let charter = self.parts.leaves.get(&EntryIndex::new(0));
        *charter.expect("a bundle without a charter is refused")
    }

    /// The documents that are here, with their lengths in bytes.
    #[must_use]
    pub fn documents(&self) -> &BTreeMap<Digest, u64> {
        &self.parts.documents
    }

    /// How many signatures were verified.
    #[must_use]
    pub fn signatures(&self) -> u64 {
        self.parts.signatures
    }

    /// The entries under a term, ascending: all of the ledger for a term that was shown to be complete, for others what is here.
    #[must_use]
    pub fn posting(&self, term: &Term) -> &[EntryIndex] {
        self.parts.postings.get(term).map_or(&[], Vec::as_slice)
    }

    /// Contradictions in the lives of primary and traced components, in their order; statements of distrusted keys among them. None rests
    /// on a gap: of those from the first gap on, only the distrusted keys are told.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Where lives could not be followed.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.parts.gaps
    }

    /// The verdict of a reader with this trust. The same dossier and trust give the same verdict, on every machine.
    #[must_use]
    pub fn verdict(&self, trust: Option<&Trust>) -> Verdict {
        let Parts {
            description,
            about,
            enrolments,
            leaves,
            gaps,
            signatures,
            ..
        } = &self.parts;
        let holds = |question, code, reason: String| Answered::new(question, Answer::Holds, code, reason);
        let entries = leaves.len();
        // A stretch of the ledger rests on all that is in it.
        let about = match description.scope {
            BundleScope::Range(_) => &[],
            _ => about.as_slice(),
        };
        let answers = vec![
            holds(
                Question::Authentic,
                ReasonCode::SignaturesGood,
                format!("all {signatures} signatures on {entries} entries are good, and the entries are in the log"),
            )
            .on(about),
            holds(
                Question::Entitled,
                ReasonCode::SignersEntitled,
                "every signer was enrolled in its role where it spoke".to_owned(),
            )
            .on(enrolments),
            holds(
                Question::Unbroken,
                ReasonCode::LinksHold,
                "every statement about the components follows an earlier one, and all that its own keys had signed there".to_owned(),
            )
            .on(about),
            self.complete(),
        ];
        let scope = VerdictScope::Bundle(description.scope.clone());
        let (signed, purpose) = (self.checkpoint(), self.history().now().purpose());
        let findings = self.findings.clone();
        let mut verdict = Verdict::new(scope, signed, self.charter(), purpose, trust, answers, findings);
        verdict.withheld = u64::try_from(description.withheld.len()).unwrap_or(u64::MAX);
        verdict.gaps.clone_from(gaps);
        verdict
    }

    fn complete(&self) -> Answered {
        let question = Question::Complete;
        let Parts {
            description,
            terms,
            gaps,
            ..
        } = &self.parts;
        if let Some(first) = gaps.first() {
            let reason = format!(
                "{} places depend on entries that are not here, first entry {} on those under «{}»",
                gaps.len(),
                first.entry,
                excerpt(&first.missing.to_string())
            );
            let entries: BTreeSet<_> = gaps.iter().map(|gap| gap.entry).collect();
            let entries: Vec<_> = entries.into_iter().collect();
            let answered = Answered::new(
                question,
                Answer::CannotBeDecided,
                ReasonCode::ChainsMissing,
                reason,
            );
            return answered.on(&entries);
        }
        let Some((seal, terms)) = terms else {
            let reason = format!(
                "all {} entries that the checkpoint covers are here",
                description.size
            );
            return Answered::new(question, Answer::Holds, ReasonCode::EveryEntryRead, reason);
        };
        let tail = description.size.get().saturating_sub(seal.size.get());
        let counted = format!(
            "under {terms} terms the entries are all that the ledger's seal in entry {} counts, and the {tail} from there on are all here",
            seal.index
        );
        if let BundleScope::Time(_) = description.scope {
            let reason = format!(
                "components were chosen by claimed times, so whether one is left out is not known; of those that are here, {counted}"
            );
            return Answered::new(
                question,
                Answer::CannotBeDecided,
                ReasonCode::ClaimedTimes,
                reason,
            )
            .on(&[seal.index]);
        }
        Answered::new(question, Answer::Holds, ReasonCode::IndexCounts, counted).on(&[seal.index])
    }

    /// The dossier with its entries at hand: what [`crate::view::trace`] and [`crate::view::timeline`] read.
    #[must_use]
    pub fn open<'a, B: EntryBytes>(&'a self, bytes: &'a B) -> Opened<'a, B> {
        Opened { dossier: self, bytes }
    }
}

/// What is wrong in the lives that are reported, up to the first gap; who is distrusted, also beyond.
fn findings(parts: &Parts) -> Vec<Finding> {
    let registry = parts.history.now();
    let entries_of = |term: &Term| parts.postings.get(term).map_or(&[][..], Vec::as_slice);
    let Ok(found) = distrusted(registry, |key| {
        Ok::<_, Infallible>(parts.signed.get(key).cloned().unwrap_or_default())
    });
    let mut disbelieved: BTreeMap<EntryIndex, Vec<Detail>> = BTreeMap::new();
    for (index, _, detail) in found {
        disbelieved.entry(index).or_default().push(detail);
    }
    let mut findings = Vec::new();
    for id in parts.description.closure.reported() {
        let Ok(recorded) = facts::findings(&parts.sparse, id);
        findings.extend(recorded);
        if disbelieved.is_empty() {
            continue;
        }
        for entry in entries_of(&Term::chain(id)) {
            let details = disbelieved.get(entry).into_iter().flatten();
            findings.extend(details.map(|detail| Finding {
                subject: id.clone(),
                entry: *entry,
                detail: detail.clone(),
            }));
        }
    }
    if let Some(gap) = parts.gaps.first() {
        // Whose key is distrusted is told by the registry, all of which is here, whatever became of lives.
        let rests_on_chains = |finding: &Finding| finding.code() != FindingCode::DistrustedKey;
        findings.retain(|finding| finding.entry < gap.entry || !rests_on_chains(finding));
    }
    findings.sort();
    findings.dedup();
    findings
}

impl Layer for Dossier {
    type Below = Lives;
    type Error = Infallible;

    fn below(&self) -> &Lives {
        self.parts.sparse.below()
    }

    fn own_gap(&self) -> Option<Moment> {
        self.parts.sparse.own_gap()
    }
}

impl<B: EntryBytes> Layer for Opened<'_, B> {
    type Below = Dossier;
    type Error = ReopenError<B::Error>;

    fn below(&self) -> &Dossier {
        self.dossier
    }
}

impl<E: std::error::Error + 'static> From<Infallible> for ReopenError<E> {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl<B: EntryBytes> Entries for Opened<'_, B> {
    fn entry(&self, index: EntryIndex) -> Result<Verified, Self::Error> {
        let parts = &self.dossier.parts;
        let want = *parts.leaves.get(&index).ok_or(ReopenError::NotHere { index })?;
        let bytes = self
            .bytes
            .bytes(index)
            .map_err(|source| ReopenError::Read { index, source })?;
        let got = LeafHash::of_entry(&bytes);
        if got != want {
            return Err(ReopenError::Changed { index, got, want });
        }
        Ok(parts.history.verify(index, &bytes)?)
    }
}
