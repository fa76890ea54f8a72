//! A bundle held against what was seen of its ledger before: a ledger that was rolled back or forked is exposed.

use std::path::{Path, PathBuf};

use clap::Args;
use prova_core::{
    bundle::Dossier,
    log::{MAX_NOTE_BYTES, SignedCheckpoint},
};
use prova_query::{Growth, GrowthError, GrowthProof};

use crate::{
    error::{Blaming as _, CommandError},
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

/// Holds the bundle's checkpoint against the one seen before.
pub(super) fn compare(dossier: &Dossier, args: &SeenArgs, ui: &Ui) -> Result<(), CommandError> {
    let Some(path) = &args.seen else { return Ok(()) };
    let growth = Growth::since(dossier, &read_checkpoint(path)?).map_err(|error| told(&error, path))?;
    let (old, new) = (growth.old_size(), growth.new_size());
    if old == new {
        ui.note(&format!(
            "the checkpoint of size {new} is the one that was seen before"
        ));
        return Ok(());
    }
    if !growth.is_shown() {
        let Some(path) = &args.consistency else {
            ui.warn(&format!(
                "whether the ledger only grew from size {old} to {new} cannot be decided without a consistency proof: `prova prove --consistency {old}` \
                 makes one, --consistency FILE reads it"
            ));
            return Ok(());
        };
        let shown = growth.show(read_consistency(path)?);
        shown.map_err(|error| told(&error, path))?;
    }
    ui.note(&format!("the ledger only grew from size {old} to {new}"));
    Ok(())
}

/// What is wrong with what was seen before, or with the proof in a file.
fn told(error: &GrowthError, path: &Path) -> CommandError {
    let (told, file) = (CommandError::of(error.blame(), error), input::shown(path));
    match error {
        GrowthError::Foreign(_) => told.context(format!("{file} is no checkpoint of the bundle's ledger")),
        GrowthError::TwoRoots { .. } | GrowthError::Rewritten { .. } => told.hint(
            "the ledger's key signed both: `prova equivocation` makes a proof of it that others can check, where the sizes are the same",
        ),
        GrowthError::OtherTrees { .. } => CommandError::caller(format!("{file} {error}")),
        _ => told,
    }
}

/// Reads a signed checkpoint.
fn read_checkpoint(path: &Path) -> Result<SignedCheckpoint, CommandError> {
    let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX);
    SignedCheckpoint::parse(&input::read(path, limit)?)
        .or_caller()
        .map_err(|error| error.context(format!("no checkpoint in {}", input::shown(path))))
}

fn read_consistency(path: &Path) -> Result<GrowthProof, CommandError> {
    GrowthProof::parse(&input::read(path, 2 << 20)?).map_err(|_| {
        CommandError::caller(format!("no consistency proof in {}", input::shown(path)))
            .hint("`prova prove --consistency N -o FILE` writes one")
    })
}
