//! A verdict, and how it comes from an audit.

use serde::{Deserialize, Serialize, Serializer};

use super::{
    answer::{Answer, Answered, Question, ReasonCode, consistent},
    bundle_scope::BundleScope,
    gap::Gap,
    trust::Trust,
};
use crate::{
    hash::{Digest, LeafHash, NodeHash},
    id::{Origin, SubjectId},
    lifecycle::Finding,
    log::SignedCheckpoint,
    position::{EntryIndex, TreeSize},
    statement::charter::Purpose,
    view::message::FindingView,
};

/// The format of verdicts.
pub const FORMAT: &str = "prova-verdict/1";
/// Largest verdict, in bytes.
pub const MAX_VERDICT_BYTES: usize = 64 * 1024 * 1024;

/// What a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VerdictScope {
    /// All entries of the ledger.
    Ledger,
    /// The chain of one subject.
    Subject(SubjectId),
    /// One entry.
    Entry(EntryIndex),
    /// What a bundle is about.
    Bundle(BundleScope),
}

/// The answers to the six questions, and what was found beside them. How findings are told is up to its reader: the verdict has their fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict<F = Finding> {
    /// The format's name and version: [`FORMAT`].
    pub format: String,
    /// What it is about.
    pub scope: VerdictScope,
    /// The ledger's name.
    pub origin: Origin,
    /// Whether its entries mean anything; absent where its charter was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Entries that its checkpoint covers.
    pub size: TreeSize,
    /// The root that its checkpoint signs.
    pub root: NodeHash,
    /// SHA-256 of the policy file that the reader trusts, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Digest>,
    /// One answer for each question, in their order.
    pub answers: Vec<Answered>,
    /// Contradictions in the record, in their order, each once.
    pub findings: Vec<F>,
    /// Documents that entries name and that were withheld, or are no part of what was looked at.
    pub withheld: u64,
    /// Where lives could not be followed; what is found there or later is not among the findings.
    pub gaps: Vec<Gap>,
}

/// The entries that an audited chain's answers rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The entries of the chain.
    pub chain: Vec<EntryIndex>,
    /// Entries that mention the subject from elsewhere.
    pub mentions: Vec<EntryIndex>,
    /// The registry entries that enrolled the keys of the chain's signers.
    pub enrolments: Vec<EntryIndex>,
}

impl Verdict {
    /// The verdict on a ledger of which every entry up to the checkpoint was read and replayed, and found admissible.
    #[must_use]
    pub fn on_ledger(
        signed: &SignedCheckpoint,
        charter: LeafHash,
        purpose: Purpose,
        trust: Option<&Trust>,
        findings: Vec<Finding>,
    ) -> Self {
        let size = signed.checkpoint().size();
        let all = |question, code, reason: String| Answered::new(question, Answer::Holds, code, reason);
        let answers = vec![
            all(
                Question::Authentic,
                ReasonCode::SignaturesGood,
                format!("all signatures on {size} entries are good"),
            ),
            all(
                Question::Entitled,
                ReasonCode::SignersEntitled,
                "every signer was enrolled in its role where it spoke".to_owned(),
            ),
            all(
                Question::Unbroken,
                ReasonCode::LinksHold,
                "every statement follows an entry of its subjects' chains, and all that its own keys had signed there".to_owned(),
            ),
            all(
                Question::Complete,
                ReasonCode::EveryEntryRead,
                format!("all {size} entries that the checkpoint covers were read, and give its root"),
            ),
        ];
        Self::new(
            VerdictScope::Ledger,
            signed,
            charter,
            purpose,
            trust,
            answers,
            findings,
        )
    }

    /// The verdict on one subject of such a ledger.
    #[must_use]
    pub fn on_subject(
        subject: SubjectId,
        signed: &SignedCheckpoint,
        charter: LeafHash,
        purpose: Purpose,
        trust: Option<&Trust>,
        grounds: &Grounds,
        findings: Vec<Finding>,
    ) -> Self {
        let size = signed.checkpoint().size();
        let (chain, mentions) = (grounds.chain.len(), grounds.mentions.len());
        let holds = |question, code, reason: String, entries: &[EntryIndex]| {
            Answered::new(question, Answer::Holds, code, reason).on(entries)
        };
        let statements = if chain == 1 { "statement" } else { "statements" };
        let answers = vec![
            holds(
                Question::Authentic,
                ReasonCode::SignaturesGood,
                format!("all signatures on its {chain} {statements} are good"),
                &grounds.chain,
            ),
            holds(
                Question::Entitled,
                ReasonCode::SignersEntitled,
                "every signer was enrolled in its role where it spoke".to_owned(),
                &grounds.enrolments,
            ),
            holds(
                Question::Unbroken,
                ReasonCode::LinksHold,
                "every statement follows an earlier one of the chain, and all that its own keys had signed there".to_owned(),
                &grounds.chain,
            ),
            holds(
                Question::Complete,
                ReasonCode::EveryEntryRead,
                format!(
                    "of the {size} entries that the checkpoint covers, all of which were read, {chain} are about it and {mentions} mention it"
                ),
                &grounds.mentions,
            ),
        ];
        let scope = VerdictScope::Subject(subject);
        Self::new(scope, signed, charter, purpose, trust, answers, findings)
    }

    /// The verdict where an audit stopped: at `entry`, which fails `question` for this reason, if it was an entry.
    #[must_use]
    pub fn stopped(
        scope: VerdictScope,
        signed: &SignedCheckpoint,
        trust: Option<&Trust>,
        (question, code): (Question, ReasonCode),
        entry: Option<EntryIndex>,
        reason: &str,
    ) -> Self {
        let because = match entry {
            Some(entry) => format!("the audit stopped at entry {entry}"),
            None => "the audit stopped before its end".to_owned(),
        };
        let answers = Question::ALL.into_iter().map(|asked| {
            if asked == question {
                Answered {
                    entries: entry.into_iter().collect(),
                    ..Answered::new(asked, Answer::Fails, code, reason)
                }
            } else {
                Answered::new(
                    asked,
                    Answer::CannotBeDecided,
                    ReasonCode::Stopped,
                    because.clone(),
                )
            }
        });
        Self::of(scope, signed, trust, answers.collect(), Vec::new())
    }

    /// The verdict with these answers to the first four questions.
    pub(crate) fn new(
        scope: VerdictScope,
        signed: &SignedCheckpoint,
        charter: LeafHash,
        purpose: Purpose,
        trust: Option<&Trust>,
        mut answers: Vec<Answered>,
        mut findings: Vec<Finding>,
    ) -> Self {
        let consistent = consistent(signed, charter, trust);
        if !consistent.vouches() {
            answers = answers.into_iter().map(Answered::without_anchor).collect();
        }
        answers.push(consistent);
        answers.push(Answered::new(
            Question::Acceptable,
            Answer::CannotBeDecided,
            ReasonCode::NoRules,
            "no rule pack was given",
        ));
        findings.sort();
        findings.dedup();
        Self {
            purpose: Some(purpose),
            ..Self::of(scope, signed, trust, answers, findings)
        }
    }

    fn of(
        scope: VerdictScope,
        signed: &SignedCheckpoint,
        trust: Option<&Trust>,
        answers: Vec<Answered>,
        findings: Vec<Finding>,
    ) -> Self {
        let checkpoint = signed.checkpoint();
        Self {
            format: FORMAT.to_owned(),
            scope,
            origin: checkpoint.origin().clone(),
            purpose: None,
            size: checkpoint.size(),
            root: *checkpoint.root(),
            trust: trust.map(Trust::digest),
            answers,
            findings,
            withheld: 0,
            gaps: Vec::new(),
        }
    }

    /// Writes the verdict as programs are shown it, with the sentences of its findings, for `#[serde(serialize_with)]`.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn with_messages<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.findings.iter().cloned().map(FindingView::from).collect();
        self.with_findings(findings).serialize(serializer)
    }

    pub(super) fn with_findings<F>(&self, findings: Vec<F>) -> Verdict<F> {
        Verdict {
            findings,
            format: self.format.clone(),
            scope: self.scope.clone(),
            origin: self.origin.clone(),
            purpose: self.purpose,
            size: self.size,
            root: self.root,
            trust: self.trust,
            answers: self.answers.clone(),
            withheld: self.withheld,
            gaps: self.gaps.clone(),
        }
    }

    /// The answer to a question.
    #[must_use]
    pub fn answer(&self, question: Question) -> Option<&Answered> {
        self.answers.iter().find(|answered| answered.question == question)
    }

    /// Whether somebody whom the reader trusts vouches for the ledger.
    #[must_use]
    pub fn is_anchored(&self) -> bool {
        self.answer(Question::Consistent).is_some_and(Answered::vouches)
    }

    /// The answers that fail.
    pub fn failed(&self) -> impl Iterator<Item = &Answered> {
        self.answers
            .iter()
            .filter(|answered| answered.answer == Answer::Fails)
    }
}

impl<F: Serialize> Verdict<F> {
    /// The bytes of the verdict: compact JSON, one newline at the end. The same verdict gives the same bytes.
    #[must_use]
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec(self).expect("a verdict has text keys only and its members serialise");
        bytes.push(b'\n');
        bytes
    }
}
