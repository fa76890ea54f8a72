//! Hash tiles against the hashes that are below them.

use prova_core::{
    hash::NodeHash,
    log::merkle::{Tile, WrittenTile},
    position::EntryIndex,
};

use crate::log::{audit_error::AuditError, snapshot::Snapshot, tiles::first_entry};

/// Holds a tile on the disk against the one recomputed, if it will not grow any more below this size.
pub(crate) fn check_tile(snapshot: &Snapshot, written: &WrittenTile) -> Result<(), AuditError> {
    let WrittenTile { tile, hashes } = written;
    if Tile::in_tree(tile.level(), tile.index(), snapshot.size()) != Some(*tile) {
        return Ok(());
    }
    let (file, found) = snapshot.tiles.tile(*tile)?;
    match first_difference(*tile, &found, hashes) {
        None => Ok(()),
        Some((entry, got, want)) => Err(AuditError::Tile {
            file,
            entry,
            got,
            want,
        }),
    }
}

/// The first hash that differs, and the first entry below it.
pub(crate) fn first_difference(
    tile: Tile,
    got: &[NodeHash],
    want: &[NodeHash],
) -> Option<(EntryIndex, NodeHash, NodeHash)> {
    let (position, (got, want)) = (0_u64..)
        .zip(got.iter().zip(want))
        .find(|(_, (got, want))| got != want)?;
    let leaves = 256_u64
        .checked_pow(u32::from(tile.level().get()))
        .unwrap_or(u64::MAX);
    let levels = u32::from(tile.level().get()).saturating_add(1);
    let first = first_entry(tile.index(), levels);
    let entry = first.get().saturating_add(position.saturating_mul(leaves));
    Some((EntryIndex::new(entry), *got, *want))
}
