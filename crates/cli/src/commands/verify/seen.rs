//! A bundle held against what was seen of its ledger before: a ledger that was rolled back or forked is exposed.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use prova_core::{
    bundle::Dossier,
    hash::NodeHash,
    log::{
        MAX_NOTE_BYTES, SignedCheckpoint, Vkey,
        merkle::{ConsistencyProof, Frontier},
    },
    position::TreeSize,
    statement::Keyring,
};

use crate::{
    error::{Blame, Blaming as _, CommandError},
    input,
    ui::Ui,
};

/// What was seen before.
#[derive(Args, Clone, Debug)]
pub(crate) struct SeenArgs {
    /// A checkpoint of the same ledger that was seen before: a bundle of a ledger that was rolled back or forked since fails.
    #[arg(long, value_name = "FILE")]
    seen: Option<PathBuf>,
    /// The proof that the ledger only grew from the one to the other, as `prova prove --consistency` writes it.
    #[arg(long, value_name = "FILE", requires = "seen")]
    consistency: Option<PathBuf>,
}

impl SeenArgs {
    /// Whether anything is to be compared.
    pub(super) fn is_given(&self) -> bool {
        self.seen.is_some()
    }
}

/// A consistency proof with the checkpoint that it leads to, in the form of a C2SP `tlog-witness` request.
struct Grown {
    old: TreeSize,
    path: Vec<NodeHash>,
    checkpoint: SignedCheckpoint,
}

/// Holds the bundle's checkpoint against the one seen before.
pub(super) fn compare(dossier: &Dossier, args: &SeenArgs, ui: &Ui) -> Result<(), CommandError> {
    let Some(path) = &args.seen else { return Ok(()) };
    let seen = read_checkpoint(path)?;
    let log = dossier.history().now();
    let vkey = Vkey::of_log(log.origin(), log.log_key());
    let signed = seen.verify(&vkey).map_err(|error| {
        let error = CommandError::of(Blame::Caller, &error);
        error.context(format!(
            "{} is no checkpoint of the bundle's ledger",
            input::shown(path)
        ))
    })?;
    let now = dossier.checkpoint().checkpoint();
    let (old, new) = if signed.size() <= now.size() {
        (signed, now)
    } else {
        (now, signed)
    };
    let contradiction = |reason: String| {
        CommandError::new(Blame::Evidence, reason).hint(
            "the ledger's key signed both: `prova equivocation` makes a proof of it that others can check, where the sizes are the same",
        )
    };
    if old.size() == new.size() {
        return if old.root() == new.root() {
            ui.note(&format!(
                "the checkpoint of size {} is the one that was seen before",
                now.size()
            ));
            Ok(())
        } else {
            Err(contradiction(format!(
                "the ledger signed two roots of size {}: {} in the bundle, {} seen before",
                now.size(),
                now.root(),
                signed.root()
            )))
        };
    }
    if let Some(root) = root_of_first(dossier, old.size())
        && signed.size() < now.size()
    {
        return if root == *old.root() {
            ui.note(&format!(
                "the ledger only grew from size {} to {}",
                old.size(),
                new.size()
            ));
            Ok(())
        } else {
            Err(contradiction(format!(
                "the first {} entries of the bundle have the root {root}, and {} was seen before: the ledger was rewritten",
                old.size(),
                old.root()
            )))
        };
    }
    let Some(path) = &args.consistency else {
        ui.warn(&format!(
            "whether the ledger only grew from size {} to {} cannot be decided without a consistency proof: `prova prove --consistency {}` \
             makes one, --consistency FILE reads it",
            old.size(),
            new.size(),
            old.size()
        ));
        return Ok(());
    };
    let grown = read_consistency(path)?;
    let leads_to = grown.checkpoint.checkpoint();
    if grown.old != old.size() || leads_to.size() != new.size() || leads_to.root() != new.root() {
        return Err(CommandError::caller(format!(
            "{} leads from size {} to {}, want from {} to {} and its root",
            input::shown(path),
            grown.old,
            leads_to.size(),
            old.size(),
            new.size()
        )));
    }
    let proof = ConsistencyProof::new(old.size(), new.size(), grown.path).or_evidence()?;
    proof.verify(old.root(), new.root()).map_err(|error| {
        let error = CommandError::of(Blame::Evidence, &error);
        error.context(format!(
            "it is not shown that the ledger only grew from size {} to {}",
            old.size(),
            new.size()
        ))
    })?;
    ui.note(&format!(
        "the ledger only grew from size {} to {}",
        old.size(),
        new.size()
    ));
    Ok(())
}

/// The root of the first entries, if the bundle has them all.
fn root_of_first(dossier: &Dossier, size: TreeSize) -> Option<NodeHash> {
    let mut frontier = Frontier::default();
    for (index, leaf) in dossier.entries() {
        if !size.has(*index) {
            break;
        }
        if frontier.push(*leaf) != *index {
            return None;
        }
    }
    (frontier.size() == size).then(|| frontier.root())
}

/// Reads a signed checkpoint.
pub(crate) fn read_checkpoint(path: &std::path::Path) -> Result<SignedCheckpoint, CommandError> {
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX);
    SignedCheckpoint::parse(&input::read(path, limit)?)
        .or_caller()
        .map_err(|error| error.context(format!("no checkpoint in {}", input::shown(path))))
}

fn read_consistency(path: &std::path::Path) -> Result<Grown, CommandError> {
    let wrong = || {
        CommandError::caller(format!("no consistency proof in {}", input::shown(path)))
            .hint("`prova prove --consistency N -o FILE` writes one")
    };
    let content = String::from_utf8(input::read(path, 2 << 20)?).map_err(|_| wrong())?;
    let (head, checkpoint) = content.split_once("\n\n").ok_or_else(wrong)?;
    let mut lines = head.lines();
    let old = lines
        .next()
        .and_then(|line| line.strip_prefix("old ")?.parse().ok());
    let path = lines.map(|line| {
        let hash: [u8; 32] = STANDARD.decode(line).ok()?.try_into().ok()?;
        Some(NodeHash::from_bytes(hash))
    });
    Ok(Grown {
        old: TreeSize::new(old.ok_or_else(wrong)?),
        path: path.collect::<Option<_>>().ok_or_else(wrong)?,
        checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes()).map_err(|_| wrong())?,
    })
}
