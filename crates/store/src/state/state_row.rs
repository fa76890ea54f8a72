//! The row that says how far the store is, against the checkpoint.

use prova_core::{
    log::SignedCheckpoint,
    position::{EntryIndex, TreeSize},
};

use crate::{
    log::{open_error::OpenError, snapshot::Snapshot},
    rows::schema::StateRow,
};

/// The size of a later checkpoint, if the store's copy of it is signed by the ledger's key: then it once was published.
pub(crate) fn signed_size(snapshot: &Snapshot, row: &StateRow) -> Option<TreeSize> {
    let checkpoint = SignedCheckpoint::parse(row.checkpoint.as_bytes()).ok()?;
    snapshot.check_signature(&checkpoint).ok()?;
    let size = checkpoint.checkpoint().size();
    (size > snapshot.size()).then_some(size)
}

/// What the state row says at the snapshot's size.
pub(crate) fn state_row(snapshot: &Snapshot) -> Result<StateRow, OpenError> {
    let last = snapshot.size().last().unwrap_or(EntryIndex::new(0));
    Ok(StateRow {
        origin: snapshot.origin().to_owned(),
        size: snapshot.size(),
        last: snapshot.leaf(last)?,
        checkpoint: snapshot.signed_checkpoint().to_string(),
    })
}
