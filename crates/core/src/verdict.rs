//! The six questions, and what the evidence answers.
//!
//! An answer is *holds*, *fails* or *cannot be decided, because this is missing*: gaps are shown, never hidden. Findings make no answer fail:
//! they are authentic statements that contradict each other or leave something open, and stand beside the answers.

use serde::{Deserialize, Serialize};

use crate::{
    admission::Inadmissible,
    bundle::{BundleScope, Gap},
    checkpoint::{Origin, SignedCheckpoint},
    component::SubjectId,
    hash::{Digest, NodeHash},
    json::JsonError,
    lifecycle::Finding,
    policy::{Evaluation, ParsePolicyError, Policy, QuorumOutcome, WitnessOutcome},
    position::{EntryIndex, TreeSize},
    replay::ReplayError,
};

/// The format that this version writes and reads.
pub const FORMAT: &str = "prova-verdict/1";
/// Largest verdict, in bytes.
pub const MAX_VERDICT_BYTES: usize = 64 * 1024 * 1024;

/// A question about a component, an entry or a whole ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Question {
    /// Did the named organisation say this, in these bytes?
    Authentic,
    /// Was it allowed to say it, with that key, at that point of the ledger?
    Entitled,
    /// Does each statement follow the one that its signer had seen?
    Unbroken,
    /// Is anything left out?
    Complete,
    /// Does everybody see the same ledger?
    Consistent,
    /// Does it meet the rules that apply here, today?
    Acceptable,
}

/// What the evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Yes.
    Holds,
    /// No.
    Fails,
    /// Something is missing.
    CannotBeDecided,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident),+ $(,)?) => {
        /// Kinds of reason for an answer; the names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum ReasonCode {
            $($(#[doc = $doc])+ $name),+
        }

        impl ReasonCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            #[must_use]
            pub fn name(self) -> String {
                let json = serde_json::to_string(&self).unwrap_or_default();
                json.trim_matches('"').to_owned()
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii()),+
                }
            }
        }
    };
}

codes! {
    /// All signatures are good.
    SignaturesGood,
    /// Every signer was enrolled in its role where it spoke.
    SignersEntitled,
    /// Every statement follows the last one in the chains of its subjects.
    LinksHold,
    /// Every entry that the checkpoint covers was read.
    EveryEntryRead,
    /// The entries are all that the ledger's sealed index counts.
    IndexCounts,
    /// The policy's log and enough of its witnesses signed the checkpoint.
    PolicyMet,
    /// No policy says whose word about the checkpoint counts.
    NoPolicy,
    /// The policy asks for no witness.
    NoWitness,
    /// No rule pack was given.
    NoRules,
    /// Components were chosen by claimed times, which nobody proves.
    ClaimedTimes,
    /// Chains that lives depend on are not there.
    ChainsMissing,
    /// Something else failed first.
    Stopped,
    /// The policy refuses the checkpoint.
    PolicyRefuses,
    /// The ledger's own key did not sign the checkpoint.
    CheckpointUnsigned,
    /// Parts that are not about one ledger, size and root.
    PartsDiffer,
    /// The format is another one, perhaps a newer one.
    FormatUnknown,
    /// Bytes are not what their place asks for.
    Malformed,
    /// Bytes are not an entry.
    NoEntry,
    /// A signature is wrong, or by an unknown key.
    SignatureWrong,
    /// The signer may not say this.
    NotEntitled,
    /// A statement does not follow the last one in a chain.
    LinkBroken,
    /// The ledger's key stated another index than its entries add up to.
    FalseSeal,
    /// An entry is not in the checkpoint's tree at its place.
    NotInLog,
    /// An entry is missing.
    EntryMissing,
    /// The entries are not those that the sealed index counts.
    IndexDiffers,
    /// A proof leads to another root, or is about something else.
    ProofWrong,
    /// A proof is missing.
    ProofMissing,
    /// What is there is not what the scope asks for.
    ScopeWrong,
    /// The exporter may not export.
    ExporterNotEntitled,
    /// A document is missing and not listed as withheld.
    DocumentMissing,
    /// A document is there that nothing asks for.
    DocumentStray,
    /// Two signed statements of the ledger contradict each other.
    Equivocation,
}

/// Whom a reader believes: a policy, and the digest of the file that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    policy: Policy,
    digest: Digest,
}

impl Trust {
    /// Reads a C2SP `tlog-policy` file.
    ///
    /// # Errors
    /// Bytes that are no policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePolicyError> {
        Ok(Self {
            policy: Policy::parse(bytes)?,
            digest: Digest::of(bytes),
        })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// SHA-256 of the file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The question.
    pub question: Question,
    /// The answer.
    pub answer: Answer,
    /// The kind of reason.
    pub code: ReasonCode,
    /// Why, or what is missing; one sentence without a full stop.
    pub reason: String,
    /// The entries that it rests on; empty where it rests on all of the ledger, or on none.
    pub entries: Vec<EntryIndex>,
}

/// What a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// All entries of the ledger.
    Ledger,
    /// The chain of one subject.
    Subject(SubjectId),
    /// One entry.
    Entry(EntryIndex),
    /// What a bundle is about.
    Bundle(BundleScope),
}

/// The answers to the six questions, and what was found beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The format's name and version: [`FORMAT`].
    pub format: String,
    /// What it is about.
    pub scope: Scope,
    /// The ledger.
    pub origin: Origin,
    /// Entries that its checkpoint covers.
    pub size: TreeSize,
    /// The root that its checkpoint signs.
    pub root: NodeHash,
    /// SHA-256 of the policy file that the reader trusts, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Digest>,
    /// One answer for each question, in their order.
    pub answers: Vec<Answered>,
    /// Contradictions in the record, in order of entries.
    pub findings: Vec<Finding>,
    /// Documents that entries name and that were withheld, or are no part of what was looked at.
    pub withheld: u64,
    /// Where lives could not be followed; what is found there or later is not among the findings.
    pub gaps: Vec<Gap>,
}

/// Why bytes are not a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseVerdictError {
    /// Too large.
    #[error("a verdict of {got} bytes, want {MAX_VERDICT_BYTES} at most")]
    Size {
        /// Bytes found.
        got: usize,
    },
    /// Another format, perhaps a newer one.
    #[error("verdict format «{}», want «{FORMAT}»", crate::text::excerpt(got))]
    Format {
        /// The format found.
        got: String,
    },
    /// Not JSON of this shape.
    #[error("no verdict: {0}")]
    Json(#[from] JsonError),
    /// The content is a verdict's, the bytes are not its canonical form.
    #[error("not in canonical form from byte {position}")]
    NotCanonical {
        /// First byte that differs.
        position: usize,
    },
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

impl Question {
    /// All questions, in their order.
    pub const ALL: [Self; 6] = [
        Self::Authentic,
        Self::Entitled,
        Self::Unbroken,
        Self::Complete,
        Self::Consistent,
        Self::Acceptable,
    ];

    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::Entitled => "entitled",
            Self::Unbroken => "unbroken",
            Self::Complete => "complete",
            Self::Consistent => "consistent",
            Self::Acceptable => "acceptable",
        }
    }

    /// The question that an entry fails which a replay refuses; `None` if rows, not the entry, are at fault.
    #[must_use]
    pub fn failed_by<E: std::error::Error>(error: &ReplayError<E>) -> Option<Self> {
        match error {
            ReplayError::Decode { .. } | ReplayError::Verify { .. } => Some(Self::Authentic),
            ReplayError::Inadmissible { source, .. } => Some(match **source {
                Inadmissible::StalePrev { .. } => Self::Unbroken,
                _ => Self::Entitled,
            }),
            ReplayError::FalseSeal { .. } => Some(Self::Complete),
            ReplayError::Rows { .. } => None,
        }
    }
}

impl ReasonCode {
    /// The kind of reason for which a replay refuses an entry.
    #[must_use]
    pub fn of_replay<E: std::error::Error>(error: &ReplayError<E>) -> Self {
        match error {
            ReplayError::Decode { .. } => Self::NoEntry,
            ReplayError::Verify { .. } => Self::SignatureWrong,
            ReplayError::Inadmissible { source, .. } => Self::of_inadmissible(source),
            ReplayError::FalseSeal { .. } => Self::FalseSeal,
            ReplayError::Rows { .. } => Self::Stopped,
        }
    }

    pub(crate) fn of_inadmissible(reason: &Inadmissible) -> Self {
        match reason {
            Inadmissible::StalePrev { .. } => Self::LinkBroken,
            _ => Self::NotEntitled,
        }
    }
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::CannotBeDecided => "cannot be decided",
        })
    }
}

impl Answered {
    /// An answer that rests on all entries, or on none.
    #[must_use]
    pub fn new(question: Question, answer: Answer, code: ReasonCode, reason: impl Into<String>) -> Self {
        Self {
            question,
            answer,
            code,
            reason: reason.into(),
            entries: Vec::new(),
        }
    }

    /// The same, resting on these entries.
    #[must_use]
    pub fn on(self, entries: &[EntryIndex]) -> Self {
        Self {
            entries: entries.to_vec(),
            ..self
        }
    }
}

/// Whether everybody sees the same ledger, as far as the cosignatures on its checkpoint show. `policy` says whom the reader trusts.
#[must_use]
pub fn consistent(signed: &SignedCheckpoint, policy: Option<&Policy>) -> Answered {
    let Some(policy) = policy else {
        let reason = "the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is \
                      not known";
        return Answered::new(
            Question::Consistent,
            Answer::CannotBeDecided,
            ReasonCode::NoPolicy,
            reason,
        );
    };
    by_policy(&policy.evaluate(signed))
}

fn by_policy(evaluation: &Evaluation) -> Answered {
    let answered = |answer, code, reason: String| Answered::new(Question::Consistent, answer, code, reason);
    if let Err(refused) = evaluation.accept() {
        let reason = format!("the policy refuses the checkpoint: {refused}");
        return answered(Answer::Fails, ReasonCode::PolicyRefuses, reason);
    }
    let cosigned = |(_, outcome): &&(_, _)| matches!(outcome, WitnessOutcome::Cosigned { .. });
    let cosigned = evaluation.witnesses.iter().filter(cosigned).count();
    match evaluation.quorum {
        QuorumOutcome::Met => {
            let reason =
                format!("the policy's log signed the checkpoint and {cosigned} of its witnesses cosigned it");
            answered(Answer::Holds, ReasonCode::PolicyMet, reason)
        }
        QuorumOutcome::NotRequired | QuorumOutcome::NotMet => {
            let reason = "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known";
            answered(Answer::CannotBeDecided, ReasonCode::NoWitness, reason.to_owned())
        }
    }
}

impl Verdict {
    /// The verdict on a ledger of which every entry up to the checkpoint was read and replayed, and found admissible.
    #[must_use]
    pub fn on_ledger(signed: &SignedCheckpoint, trust: Option<&Trust>, findings: Vec<Finding>) -> Self {
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
                "every statement follows the last one in the chains of its subjects".to_owned(),
            ),
            all(
                Question::Complete,
                ReasonCode::EveryEntryRead,
                format!("all {size} entries that the checkpoint covers were read, and give its root"),
            ),
        ];
        Self::new(Scope::Ledger, signed, trust, answers, findings)
    }

    /// The verdict on one subject of such a ledger.
    #[must_use]
    pub fn on_subject(
        subject: SubjectId,
        signed: &SignedCheckpoint,
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
                "every statement follows the one before it in the chain".to_owned(),
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
        Self::new(Scope::Subject(subject), signed, trust, answers, findings)
    }

    /// The verdict where an audit stopped: at `entry`, which fails `question` for this reason, if it was an entry.
    #[must_use]
    pub fn stopped(
        scope: Scope,
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
        scope: Scope,
        signed: &SignedCheckpoint,
        trust: Option<&Trust>,
        mut answers: Vec<Answered>,
        mut findings: Vec<Finding>,
    ) -> Self {
        answers.push(consistent(signed, trust.map(Trust::policy)));
        answers.push(Answered::new(
            Question::Acceptable,
            Answer::CannotBeDecided,
            ReasonCode::NoRules,
            "no rule pack was given",
        ));
        findings.sort_by(|a, b| (a.entry, &a.subject, a.code).cmp(&(b.entry, &b.subject, b.code)));
        Self::of(scope, signed, trust, answers, findings)
    }

    fn of(
        scope: Scope,
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
            size: checkpoint.size(),
            root: *checkpoint.root(),
            trust: trust.map(Trust::digest),
            answers,
            findings,
            withheld: 0,
            gaps: Vec::new(),
        }
    }

    /// The bytes of the verdict: compact JSON, one newline at the end. The same verdict gives the same bytes.
    #[must_use]
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec(self).expect("a verdict has text keys only and its members serialise");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a verdict.
    ///
    /// # Errors
    /// Bytes that are not exactly the canonical form of a verdict of this format.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseVerdictError> {
        #[derive(Deserialize)]
        struct Preamble {
            format: String,
        }
        let got = bytes.len();
        if got > MAX_VERDICT_BYTES {
            return Err(ParseVerdictError::Size { got });
        }
        let Preamble { format } = crate::json::parse(bytes)?;
        if format != FORMAT {
            return Err(ParseVerdictError::Format { got: format });
        }
        let verdict: Self = crate::json::parse(bytes)?;
        let canonical = verdict.to_canonical();
        if canonical == bytes {
            return Ok(verdict);
        }
        let same = canonical.iter().zip(bytes).take_while(|(want, got)| want == got);
        Err(ParseVerdictError::NotCanonical {
            position: same.count(),
        })
    }

    /// The answer to a question.
    #[must_use]
    pub fn answer(&self, question: Question) -> Option<&Answered> {
        self.answers.iter().find(|answered| answered.question == question)
    }

    /// The answers that fail.
    pub fn failed(&self) -> impl Iterator<Item = &Answered> {
        self.answers
            .iter()
            .filter(|answered| answered.answer == Answer::Fails)
    }
}

#[cfg(test)]
mod tests;
