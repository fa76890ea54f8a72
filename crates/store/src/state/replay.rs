//! Everything that a checkpoint covers, read and checked from the first entry on.

use prova_core::{
    ledger::{Replay, Replayed, Rows},
    log::merkle::TileEdge,
    registry::Registry,
};

use crate::{
    log::{
        audit_error::AuditError,
        lookahead::{self, Chunk},
        snapshot::Snapshot,
        tile_check::check_tile,
    },
    progress::{Meter, Progress},
    rows::RowError,
};

/// Reads and checks everything that a checkpoint covers, and keeps its rows.
pub(crate) fn replay<R: Rows<Error = RowError>>(
    snapshot: &Snapshot,
    rows: &mut R,
    progress: &dyn Progress,
) -> Result<Replayed, AuditError> {
    let size = snapshot.size();
    let meter = Meter::new(progress, size.get());
    let mut edge = TileEdge::new();
    let mut replay = Replay::new();
    let mut known = None;
    let wrong = |source| AuditError::entry(size, source);
    lookahead::in_order::<AuditError>(snapshot, |chunk| {
        let Chunk {
            ahead,
            leaves,
            failed,
        } = chunk;
        // Entries before the damage have their verdict first: the first wrong place counts.
        replay.take(rows, ahead).map_err(wrong)?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        for leaves in leaves {
            for leaf in leaves {
                edge.push(leaf);
            }
            for written in edge.take_tiles() {
                check_tile(snapshot, &written)?;
            }
        }
        meter.at(edge.size().get());
        let now = replay.registry().map(Registry::entries);
        let changed = std::mem::replace(&mut known, now) != now;
        Ok(replay.registry().filter(|_| changed).cloned())
    })?;
    let replayed = replay.finish(rows).map_err(wrong)?;
    let (got, want) = (replayed.root, *snapshot.checkpoint().root());
    if got != want {
        return Err(AuditError::Root { size, got, want });
    }
    Ok(replayed)
}
