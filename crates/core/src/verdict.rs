//! The six questions, and what the evidence answers.
//!
//! An answer is *holds*, *fails* or *cannot be decided, because this is missing*: gaps are shown, never hidden. Findings make no answer fail:
//! they are authentic statements that contradict each other or leave something open, and stand beside the answers.

use serde::{Deserialize, Serialize};

use crate::{
    admission::Inadmissible,
    checkpoint::{Origin, SignedCheckpoint},
    component::SubjectId,
    hash::{Digest, NodeHash},
    lifecycle::Finding,
    policy::{Evaluation, ParsePolicyError, Policy, QuorumOutcome, WitnessOutcome},
    position::{EntryIndex, TreeSize},
    replay::ReplayError,
};

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
    /// A signature is wrong or by an unknown key.
    SignatureWrong,
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
}

/// The answers to the six questions, and what was found beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What it is about.
    pub scope: Scope,
    /// The ledger.
    pub origin: Origin,
    /// Entries that its checkpoint covers.
    pub size: TreeSize,
    /// The root that its checkpoint signs.
    pub root: NodeHash,
    /// One answer for each question, in their order.
    pub answers: Vec<Answered>,
    /// Contradictions and gaps, in order of entries.
    pub findings: Vec<Finding>,
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

fn answered(question: Question, answer: Answer, reason: impl Into<String>) -> Answered {
    Answered {
        question,
        answer,
        reason: reason.into(),
        entries: Vec::new(),
    }
}

/// Whether everybody sees the same ledger, as far as the cosignatures on its checkpoint show. `policy` says whom the reader trusts.
#[must_use]
pub fn consistent(signed: &SignedCheckpoint, policy: Option<&Policy>) -> Answered {
    let Some(policy) = policy else {
        let reason = "the ledger's own key signed the checkpoint; without a policy file nobody else vouches for it, so what others see is \
                      not known";
        return answered(Question::Consistent, Answer::CannotBeDecided, reason);
    };
    by_policy(&policy.evaluate(signed))
}

fn by_policy(evaluation: &Evaluation) -> Answered {
    if let Err(refused) = evaluation.accept() {
        let reason = format!("the policy refuses the checkpoint: {refused}");
        return answered(Question::Consistent, Answer::Fails, reason);
    }
    let cosigned = |(_, outcome): &&(_, _)| matches!(outcome, WitnessOutcome::Cosigned { .. });
    let cosigned = evaluation.witnesses.iter().filter(cosigned).count();
    match evaluation.quorum {
        QuorumOutcome::Met => {
            let reason =
                format!("the policy's log signed the checkpoint and {cosigned} of its witnesses cosigned it");
            answered(Question::Consistent, Answer::Holds, reason)
        }
        QuorumOutcome::NotRequired | QuorumOutcome::NotMet => {
            let reason = "the policy's log signed the checkpoint; the policy asks for no witness, so what others see is not known";
            answered(Question::Consistent, Answer::CannotBeDecided, reason)
        }
    }
}

impl Verdict {
    /// The verdict on a ledger of which every entry up to the checkpoint was read and replayed, and found admissible.
    #[must_use]
    pub fn on_ledger(signed: &SignedCheckpoint, policy: Option<&Policy>, findings: Vec<Finding>) -> Self {
        let size = signed.checkpoint().size();
        let all = |question, reason: String| answered(question, Answer::Holds, reason);
        let answers = vec![
            all(
                Question::Authentic,
                format!("all signatures on {size} entries are good"),
            ),
            all(
                Question::Entitled,
                "every signer was enrolled in its role where it spoke".to_owned(),
            ),
            all(
                Question::Unbroken,
                "every statement follows the last one in the chains of its subjects".to_owned(),
            ),
            all(
                Question::Complete,
                format!("all {size} entries that the checkpoint covers were read, and give its root"),
            ),
        ];
        Self::new(Scope::Ledger, signed, policy, answers, findings)
    }

    /// The verdict on one subject of such a ledger.
    #[must_use]
    pub fn on_subject(
        subject: SubjectId,
        signed: &SignedCheckpoint,
        policy: Option<&Policy>,
        grounds: &Grounds,
        findings: Vec<Finding>,
    ) -> Self {
        let size = signed.checkpoint().size();
        let (chain, mentions) = (grounds.chain.len(), grounds.mentions.len());
        let holds = |question, reason: String, entries: &[EntryIndex]| Answered {
            entries: entries.to_vec(),
            ..answered(question, Answer::Holds, reason)
        };
        let statements = if chain == 1 { "statement" } else { "statements" };
        let answers = vec![
            holds(
                Question::Authentic,
                format!("all signatures on its {chain} {statements} are good"),
                &grounds.chain,
            ),
            holds(
                Question::Entitled,
                "every signer was enrolled in its role where it spoke".to_owned(),
                &grounds.enrolments,
            ),
            holds(
                Question::Unbroken,
                "every statement follows the one before it in the chain".to_owned(),
                &grounds.chain,
            ),
            holds(
                Question::Complete,
                format!(
                    "of the {size} entries that the checkpoint covers, all of which were read, {chain} are about it and {mentions} mention it"
                ),
                &grounds.mentions,
            ),
        ];
        Self::new(Scope::Subject(subject), signed, policy, answers, findings)
    }

    /// The verdict where an audit stopped: at `entry`, which fails `question` for this reason, if it was an entry.
    #[must_use]
    pub fn stopped(
        scope: Scope,
        signed: &SignedCheckpoint,
        question: Question,
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
                    ..answered(asked, Answer::Fails, reason)
                }
            } else {
                answered(asked, Answer::CannotBeDecided, because.clone())
            }
        });
        let checkpoint = signed.checkpoint();
        Self {
            scope,
            origin: checkpoint.origin().clone(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            answers: answers.collect(),
            findings: Vec::new(),
        }
    }

    fn new(
        scope: Scope,
        signed: &SignedCheckpoint,
        policy: Option<&Policy>,
        mut answers: Vec<Answered>,
        mut findings: Vec<Finding>,
    ) -> Self {
        answers.push(consistent(signed, policy));
        answers.push(answered(
            Question::Acceptable,
            Answer::CannotBeDecided,
            "no rule pack was given",
        ));
        findings.sort_by(|a, b| (a.entry, &a.subject, a.code).cmp(&(b.entry, &b.subject, b.code)));
        let checkpoint = signed.checkpoint();
        Self {
            scope,
            origin: checkpoint.origin().clone(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            answers,
            findings,
        }
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
