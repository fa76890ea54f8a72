//! A `.tlog-proof` file, held against a policy; no ledger is needed.

use std::{
    io::{self, Write},
    path::Path,
};

use prova_core::{
    hash::{LeafHash, NodeHash},
    id::Origin,
    log::{Evaluation, LogOutcome, QuorumOutcome, TlogProof, WitnessOutcome},
    position::{EntryIndex, TreeSize},
    statement::{MAX_ENTRY_BYTES, Unverified},
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    error::{Blame, Blaming as _, CommandError},
    input,
    trust::{TrustArgs, unanchored},
    ui::{Show, Status, Ui},
};

/// Longest file with a proof, in bytes: more than any that parses.
const LONGEST_PROOF: u64 = 2 << 20;
/// Longest file with a listing, in bytes; no other proof is as long.
pub(super) const LONGEST_LISTING: u64 = 256 << 20;

/// What a proof shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Proven {
    /// Where the entry stands.
    index: EntryIndex,
    /// Its leaf hash.
    leaf: LeafHash,
    /// The log.
    origin: Origin,
    /// Entries that the checkpoint covers.
    size: TreeSize,
    /// The root that it signs.
    root: NodeHash,
    /// The log's key in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_key: Option<String>,
    /// Whether the policy's quorum is met: `notRequired` or `met`.
    quorum: &'static str,
    /// The policy's witnesses that cosigned.
    cosigned: Vec<Cosigned>,
    /// The ids of what the entry claims to be about; its own signatures take the ledger's registry to verify.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims_about: Vec<String>,
}

/// A witness that cosigned.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cosigned {
    /// Its name in the policy.
    witness: String,
    /// When, by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
}

/// The policy's witnesses that cosigned.
pub(super) fn cosigned(evaluation: &Evaluation) -> Vec<Cosigned> {
    let outcomes = evaluation.witnesses.iter();
    outcomes
        .filter_map(|(name, outcome)| match outcome {
            WitnessOutcome::Cosigned { time } => Some(Cosigned {
                witness: name.to_string(),
                time: i64::try_from(time.get()).ok().and_then(Timestamp::from_unix),
            }),
            WitnessOutcome::Absent | WitnessOutcome::Refused { .. } => None,
        })
        .collect()
}

/// Their names.
pub(super) fn witnesses(cosigned: &[Cosigned]) -> String {
    let names: Vec<_> = cosigned
        .iter()
        .map(|cosigned| cosigned.witness.as_str())
        .collect();
    if names.is_empty() {
        "no witness".to_owned()
    } else {
        names.join(", ")
    }
}

/// Verifies a proof, which is what was read from `path`.
pub(super) fn verify(
    path: &Path,
    content: &[u8],
    entry: Option<&Path>,
    trust: &TrustArgs,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    if content.starts_with(b"{") {
        return super::listing::verify(path, content, trust, ui);
    }
    input::check_length(content, path, LONGEST_PROOF)?;
    let proof = TlogProof::parse(content)
        .or_evidence()
        .map_err(|error| error.context(format!("no proof in {}", input::shown(path))))?;
    let origin = proof.checkpoint().checkpoint().origin();
    let Some(believed) = trust.about(origin)? else {
        return unanchored(origin, ui);
    };
    let policy = believed.trust.policy();
    let limit = u64::try_from(MAX_ENTRY_BYTES).unwrap_or(u64::MAX);
    let entry = match entry {
        Some(path) => input::read(path, limit)?,
        None if proof.extra().is_empty() => {
            let error = CommandError::caller("the proof does not carry its entry");
            return Err(error.hint("name the file with the entry's bytes with --entry"));
        }
        None => proof.extra().to_vec(),
    };
    let leaf = LeafHash::of_entry(&entry);
    let proven = proof.verify(&leaf, policy).map_err(|error| {
        let error = CommandError::of(Blame::Evidence, &error);
        let index = proof.inclusion().index();
        error.context(format!(
            "the proof does not show that this is entry {index} of a log that the policy trusts"
        ))
    })?;
    let evaluation = proven.evaluation();
    let claim = Unverified::decode(&entry).ok();
    let subjects = claim.iter().flat_map(|entry| &entry.claim().subjects);
    let checkpoint = proven.checkpoint();
    ui.result(&Proven {
        index: proven.index(),
        leaf,
        origin: checkpoint.origin().clone(),
        size: checkpoint.size(),
        root: *checkpoint.root(),
        log_key: match &evaluation.log {
            LogOutcome::Signed { id } => policy
                .logs()
                .iter()
                .find(|log| log.key.id() == *id && log.key.name() == checkpoint.origin().as_key_name())
                .map(|log| log.key.to_string()),
            _ => None,
        },
        quorum: match evaluation.quorum {
            QuorumOutcome::NotRequired => "notRequired",
            QuorumOutcome::Met | QuorumOutcome::NotMet => "met",
        },
        cosigned: cosigned(evaluation),
        claims_about: subjects.map(|subject| subject.id.to_string()).collect(),
    })?;
    Ok(Status::Holds)
}

impl Show for Proven {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "holds: entry {} of {} has the leaf hash {}; checkpoint of size {} with root {}; cosigned by {}",
            self.index,
            self.origin,
            self.leaf,
            self.size,
            self.root,
            witnesses(&self.cosigned)
        )
    }
}
