//! Trust policies: which logs, and how many of which witnesses, make a checkpoint acceptable (C2SP `tlog-policy`).
//!
//! ```text
//! log <vkey> [<url>]                       one of these logs signed it, under its origin
//! witness <name> <vkey> [<url>]            somebody who may cosign it
//! group <name> all|any|<k> <name>…         holds if so many of its members do
//! quorum <name>|none                       what has to hold
//! ```
//!
//! Lines end in a newline, items are parted by spaces and tabs, lines that begin with `#` are comments. Names are
//! octets without meaning outside the file. Logs have vkeys of type 0x01, witnesses of type 0x04.

use std::fmt;

use crate::{
    id::Origin,
    log::{CosignatureTime, KeyId, SignedCheckpoint, VerifySignatureError, Vkey},
};

mod parse;

pub use parse::{ParsePolicyError, PolicyLineError};

/// The largest policy file, in bytes: over a thousand witnesses.
pub const MAX_POLICY_BYTES: usize = 262_144;

/// The name of a witness or group within a policy; any octets but controls, spaces and tabs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyName(Vec<u8>);

impl PolicyName {
    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for PolicyName {
    /// As text, with octets that are not UTF-8 replaced and control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::excerpt(&String::from_utf8_lossy(&self.0)))
    }
}

impl fmt::Debug for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyName({self})")
    }
}

/// A log that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the origin of its checkpoints.
    pub key: Vkey,
    /// Where it can be reached, as the file has it.
    pub url: Option<Vec<u8>>,
}

/// A witness that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name within the policy.
    pub name: PolicyName,
    /// The key that the witness cosigns with.
    pub key: Vkey,
    /// Where it can be reached, as the file has it.
    pub url: Option<Vec<u8>>,
}

/// A witness or a group, by its position among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Members of which some number has to hold. They were all defined before the group.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WitnessGroup {
    threshold: usize,
    members: Vec<Member>,
}

/// What has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quorum {
    Nothing,
    Member(Member),
}

/// Whom to believe about checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<WitnessGroup>,
    quorum: Quorum,
}

/// Whether the log signed a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogOutcome {
    /// A listed key of the checkpoint's origin signed it.
    Signed {
        /// The id of the key, whose name is the origin.
        id: KeyId,
    },
    /// No log of this origin is listed.
    NotListed,
    /// The origin is listed, but none of its keys signed.
    NotSigned,
    /// A signature bears the name and id of a listed key and is not by it.
    Refused {
        /// The id of the key, whose name is the origin.
        id: KeyId,
        /// What is wrong.
        reason: VerifySignatureError,
    },
}

/// Whether a witness cosigned a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessOutcome {
    /// It did, at this time by its own clock.
    Cosigned {
        /// The time stated.
        time: CosignatureTime,
    },
    /// It did not.
    Absent,
    /// A signature bears its name and id and is not by it.
    Refused {
        /// What is wrong.
        reason: VerifySignatureError,
    },
}

/// Whether enough witnesses cosigned a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuorumOutcome {
    /// The policy wants none (`quorum none`).
    NotRequired,
    /// They did.
    Met,
    /// They did not.
    NotMet,
}

/// What a policy says about one checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Which log.
    pub origin: Origin,
    /// The log's signature.
    pub log: LogOutcome,
    /// Each witness of the policy, in the order of the file.
    pub witnesses: Vec<(PolicyName, WitnessOutcome)>,
    /// Whether as many witnesses cosigned as the policy wants.
    pub quorum: QuorumOutcome,
}

/// Why a policy does not accept a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusedByPolicyError {
    /// No log of this origin is listed.
    #[error("policy lists no log with origin {origin}")]
    LogNotListed {
        /// The checkpoint's origin.
        origin: Origin,
    },
    /// The log did not sign.
    #[error("checkpoint has no signature by a listed key of {origin}")]
    LogNotSigned {
        /// The checkpoint's origin.
        origin: Origin,
    },
    /// The log's signature is bad.
    #[error("signature of {origin} on its checkpoint is bad")]
    LogSignature {
        /// The checkpoint's origin.
        origin: Origin,
        /// What is wrong.
        #[source]
        reason: VerifySignatureError,
    },
    /// A witness's signature is bad.
    #[error("cosignature of witness {name} is bad")]
    WitnessSignature {
        /// The witness.
        name: PolicyName,
        /// What is wrong.
        #[source]
        reason: VerifySignatureError,
    },
    /// Too few witnesses, or not the right ones.
    #[error("quorum is not met: {got} of {known} known witnesses cosigned")]
    Quorum {
        /// Witnesses that cosigned.
        got: usize,
        /// Witnesses of the policy.
        known: usize,
    },
}

impl Evaluation {
    /// Whether the policy accepts the checkpoint.
    ///
    /// A bad signature by anybody known refuses it, even where the quorum holds without: C2SP `signed-note` advises so,
    /// since such a note was tampered with or made by a broken signer.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn accept(&self) -> Result<(), RefusedByPolicyError> {
        let origin = || self.origin.clone();
        match &self.log {
            LogOutcome::Signed { .. } => {}
            LogOutcome::NotListed => return Err(RefusedByPolicyError::LogNotListed { origin: origin() }),
            LogOutcome::NotSigned => return Err(RefusedByPolicyError::LogNotSigned { origin: origin() }),
            LogOutcome::Refused { reason, .. } => {
                return Err(RefusedByPolicyError::LogSignature {
                    origin: origin(),
                    reason: reason.clone(),
                });
            }
        }
        for (name, outcome) in &self.witnesses {
            if let WitnessOutcome::Refused { reason } = outcome {
                let (name, reason) = (name.clone(), reason.clone());
                return Err(RefusedByPolicyError::WitnessSignature { name, reason });
            }
        }
        if self.quorum == QuorumOutcome::NotMet {
            let cosigned = |(_, outcome): &&(_, _)| matches!(outcome, WitnessOutcome::Cosigned { .. });
            return Err(RefusedByPolicyError::Quorum {
                got: self.witnesses.iter().filter(cosigned).count(),
                known: self.witnesses.len(),
            });
        }
        Ok(())
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// The first line that departs from the format, or a file without quorum.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePolicyError> {
        parse::parse(bytes)
    }

    /// The logs in the order of the file.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses in the order of the file.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Checks the signatures of a checkpoint by everybody known. Whether that is enough, [`Evaluation::accept`] says.
    ///
    /// The times of cosignatures decide nothing.
    #[must_use]
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> Evaluation {
        let outcomes: Vec<WitnessOutcome> = self
            .witnesses
            .iter()
            .map(|witness| match signed.note().verify_by(&witness.key) {
                Ok(Some(verified)) => match verified.time {
                    Some(time) => WitnessOutcome::Cosigned { time },
                    None => WitnessOutcome::Absent,
                },
                Ok(None) => WitnessOutcome::Absent,
                Err(reason) => WitnessOutcome::Refused { reason },
            })
            .collect();
        let quorum = match self.quorum {
            Quorum::Nothing => QuorumOutcome::NotRequired,
            Quorum::Member(member) if self.holds(member, &outcomes) => QuorumOutcome::Met,
            Quorum::Member(_) => QuorumOutcome::NotMet,
        };
        let names = self.witnesses.iter().map(|witness| witness.name.clone());
        Evaluation {
            origin: signed.checkpoint().origin().clone(),
            log: self.log_outcome(signed),
            witnesses: names.zip(outcomes).collect(),
            quorum,
        }
    }

    fn log_outcome(&self, signed: &SignedCheckpoint) -> LogOutcome {
        let origin = signed.checkpoint().origin().as_key_name();
        let mut outcome = LogOutcome::NotListed;
        for PolicyLog { key, .. } in self.logs.iter().filter(|log| log.key.name() == origin) {
            match signed.note().verify_by(key) {
                Err(reason) => {
                    return LogOutcome::Refused { id: key.id(), reason };
                }
                Ok(Some(_)) => outcome = LogOutcome::Signed { id: key.id() },
                Ok(None) if outcome == LogOutcome::NotListed => outcome = LogOutcome::NotSigned,
                Ok(None) => {}
            }
        }
        outcome
    }

    fn holds(&self, member: Member, outcomes: &[WitnessOutcome]) -> bool {
        // In the order of definition every group finds its members decided.
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let decided = |member: Member, groups: &[bool]| match member {
            Member::Witness(at) => matches!(outcomes.get(at), Some(WitnessOutcome::Cosigned { .. })),
            Member::Group(at) => groups.get(at).copied().unwrap_or(false),
        };
        for group in &self.groups {
            let holding = group
                .members
                .iter()
                .filter(|member| decided(**member, &groups))
                .count();
            groups.push(holding >= group.threshold);
        }
        decided(member, &groups)
    }
}

#[cfg(test)]
mod tests;
