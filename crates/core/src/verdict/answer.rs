//! One question, its answer and the kind of reason for it.

use serde::{Deserialize, Serialize};

use super::trust::Trust;
use crate::{
    hash::LeafHash,
    ledger::{EntryRefusal, Inadmissible},
    log::{Evaluation, LogOutcome, QuorumOutcome, SignedCheckpoint, WitnessOutcome},
    position::EntryIndex,
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
    /// The evidence shows that it is so.
    Holds,
    /// The evidence shows that it is not so.
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
    /// Every statement follows an entry of its subjects' chains, and all that its own keys had signed there.
    LinksHold,
    /// Every entry that the checkpoint covers was read.
    EveryEntryRead,
    /// The entries are all that the ledger's sealed index counts.
    IndexCounts,
    /// The policy's log and enough of its witnesses signed the checkpoint.
    PolicyMet,
    /// Nobody whom the reader trusts vouches for the ledger, so whose it is, is not known.
    NoAnchor,
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
    /// The reader accepted another ledger under this name, one with another charter.
    OtherCharter,
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
    /// An entry that must be among the evidence is not there.
    EntryMissing,
    /// The entries are not those that the sealed index counts.
    IndexDiffers,
    /// A proof leads to another root, or is about something else.
    ProofWrong,
    /// A proof that the evidence must hold is not in it.
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

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// Which of the six questions it answers.
    pub question: Question,
    /// Whether it holds, fails or cannot be decided.
    pub answer: Answer,
    /// The kind of reason.
    pub code: ReasonCode,
    /// Why, or what is missing; one sentence without a full stop.
    pub reason: String,
    /// The entries that it rests on; empty where it rests on all of the ledger, or on none.
    pub entries: Vec<EntryIndex>,
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

    /// The question that an entry fails which a ledger refuses.
    #[must_use]
    pub fn failed_by(refusal: &EntryRefusal) -> Self {
        match refusal {
            EntryRefusal::Decode(_) | EntryRefusal::Verify(_) => Self::Authentic,
            EntryRefusal::Inadmissible(reason) => match **reason {
                Inadmissible::OtherPrev { .. }
                | Inadmissible::BehindOwn { .. }
                | Inadmissible::StalePrev { .. }
                | Inadmissible::StaleNumber { .. } => Self::Unbroken,
                _ => Self::Entitled,
            },
            EntryRefusal::FalseSeal { .. } => Self::Complete,
        }
    }
}

impl ReasonCode {
    /// The kind of reason for which a ledger refuses an entry.
    #[must_use]
    pub fn of_refusal(refusal: &EntryRefusal) -> Self {
        match refusal {
            EntryRefusal::Decode(_) => Self::NoEntry,
            EntryRefusal::Verify(_) => Self::SignatureWrong,
            EntryRefusal::Inadmissible(reason) => match **reason {
                Inadmissible::OtherPrev { .. }
                | Inadmissible::BehindOwn { .. }
                | Inadmissible::StalePrev { .. }
                | Inadmissible::StaleNumber { .. } => Self::LinkBroken,
                _ => Self::NotEntitled,
            },
            EntryRefusal::FalseSeal { .. } => Self::FalseSeal,
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

/// Whether everybody sees the same ledger, as far as its charter, which has the leaf hash `charter`, and the cosignatures on its checkpoint show.
///
/// Where the reader's policy names no log of this origin, nobody vouches for the ledger: whoever likes can found one of the same name. Where the
/// reader accepted one with another charter, this is such a one, also if the same key signs it.
#[must_use]
pub fn consistent(signed: &SignedCheckpoint, charter: LeafHash, trust: Option<&Trust>) -> Answered {
    let evaluated = trust.map(|trust| (trust, trust.policy().evaluate(signed)));
    let Some((trust, evaluation)) =
        evaluated.filter(|(_, evaluation)| evaluation.log != LogOutcome::NotListed)
    else {
        return Answered::new(
            Question::Consistent,
            Answer::CannotBeDecided,
            ReasonCode::NoAnchor,
            "the ledger's own key signed the checkpoint, and nobody who is trusted vouches for it",
        );
    };
    match trust.charter().filter(|want| *want != charter) {
        None => by_policy(&evaluation),
        Some(want) => {
            let origin = signed.checkpoint().origin();
            let reason = format!(
                "this is another ledger under the name {origin}: its charter has the leaf hash {charter}, and {want} was accepted"
            );
            Answered::new(
                Question::Consistent,
                Answer::Fails,
                ReasonCode::OtherCharter,
                reason,
            )
        }
    }
}

impl Answered {
    /// Whether this answer to *consistent* says that somebody trusted vouches for the ledger.
    pub(super) fn vouches(&self) -> bool {
        matches!(self.code, ReasonCode::PolicyMet | ReasonCode::NoWitness)
    }

    /// The same, where nobody vouches for the ledger: what holds in it, holds of a ledger that may be anybody's.
    pub(super) fn without_anchor(self) -> Self {
        if self.answer != Answer::Holds {
            return self;
        }
        Self {
            answer: Answer::CannotBeDecided,
            code: ReasonCode::NoAnchor,
            reason: format!("{}; but whose ledger this is, is not known", self.reason),
            ..self
        }
    }
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
