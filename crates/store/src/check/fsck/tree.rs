//! Entries, hash tiles and checkpoint against each other.

use prova_core::{
    hash::{LeafHash, NodeHash},
    log::merkle::{Bundle, Frontier, Tile, TileEdge, TileIndex, TileLevel, WrittenTile},
    position::EntryIndex,
};

use super::{Fault, FaultKind, Search};
use crate::{
    log::{tile_check::first_difference, tiles::bundles},
    progress::Meter,
};

impl Search<'_> {
    pub(super) fn tree(&mut self, meter: &Meter<'_>) {
        let checkpoint = self.checkpoint.checkpoint();
        let size = checkpoint.size();
        let mut edge = Some(TileEdge::new());
        for bundle in bundles(size, EntryIndex::new(0)) {
            let leaves = self.leaves(bundle, edge.as_ref());
            // Where entries and hashes are both gone, nothing above can be recomputed.
            edge = edge.zip(leaves).map(|(mut edge, leaves)| {
                for leaf in leaves {
                    edge.push(leaf);
                }
                edge
            });
            for written in edge.iter_mut().flat_map(TileEdge::take_tiles) {
                self.tile_above(&written);
            }
            meter.at(bundle.index().get().saturating_mul(256));
        }
        if let Some(want) = edge
            .map(|edge| edge.root())
            .filter(|root| root != checkpoint.root())
        {
            let got = *checkpoint.root();
            let kind = FaultKind::Root { size, got, want };
            self.faults.push(Fault::new("checkpoint", None, kind));
        }
    }

    /// The leaf hashes of a bundle's entries: those on which most of the files agree.
    fn leaves(&mut self, bundle: Bundle, edge: Option<&TileEdge>) -> Option<Vec<LeafHash>> {
        let entries = self.tiles.bundle(bundle);
        let tile = self.tiles.leaves(bundle);
        let (entries, (tile_file, recorded)) = match (entries, tile) {
            (Ok(entries), Ok(tile)) => (entries, tile),
            (Ok(entries), Err(error)) => {
                self.faults.push(error.into());
                return Some(
                    entries
                        .entries
                        .iter()
                        .map(|entry| LeafHash::of_entry(entry))
                        .collect(),
                );
            }
            (Err(error), Ok((_, recorded))) => {
                self.faults.push(error.into());
                return Some(recorded);
            }
            (Err(of_entries), Err(of_tile)) => {
                self.faults.extend([of_entries.into(), of_tile.into()]);
                return None;
            }
        };
        let hashed: Vec<_> = entries
            .entries
            .iter()
            .map(|entry| LeafHash::of_entry(entry))
            .collect();
        if hashed == recorded {
            return Some(recorded);
        }
        let (file, got, want) = if self.is_confirmed(bundle, edge, &hashed) {
            (tile_file, &recorded, &hashed)
        } else {
            (entries.file.clone(), &hashed, &recorded)
        };
        for ((index, _), (got, want)) in entries.indexed().zip(got.iter().zip(want)) {
            if got != want {
                let kind = FaultKind::Leaf {
                    got: *got,
                    want: *want,
                };
                self.faults.push(Fault::new(file.clone(), Some(index), kind));
            }
        }
        Some(want.clone())
    }

    /// Whether what is above a bundle says that these are its leaf hashes.
    fn is_confirmed(&self, bundle: Bundle, edge: Option<&TileEdge>, leaves: &[LeafHash]) -> bool {
        let checkpoint = self.checkpoint.checkpoint();
        if !bundle.width().is_full() {
            return edge.is_some_and(|edge| {
                let mut frontier = edge.frontier().clone();
                for leaf in leaves {
                    frontier.push(*leaf);
                }
                frontier.root() == *checkpoint.root()
            });
        }
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.push(*leaf);
        }
        self.parent(bundle) == Some(frontier.root())
    }

    /// The hash over a full bundle in the tile above, as recorded.
    fn parent(&self, bundle: Bundle) -> Option<NodeHash> {
        let index = bundle.index().get();
        let size = self.checkpoint.checkpoint().size();
        let tile = Tile::in_tree(TileLevel::new(1)?, TileIndex::new(index / 256), size)?;
        let (_, hashes) = self.tiles.tile(tile).ok()?;
        hashes.get(usize::try_from(index % 256).ok()?).copied()
    }

    /// Holds a tile above the leaves against the one recomputed, once it has all it will have.
    fn tile_above(&mut self, written: &WrittenTile) {
        let WrittenTile { tile, hashes } = written;
        let whole = Tile::in_tree(tile.level(), tile.index(), self.checkpoint.checkpoint().size());
        if tile.level() == TileLevel::LEAVES || whole != Some(*tile) {
            return;
        }
        match self.tiles.tile(*tile) {
            Err(error) => self.faults.push(error.into()),
            Ok((file, found)) => {
                if let Some((entry, got, want)) = first_difference(*tile, &found, hashes) {
                    let kind = FaultKind::Hash { got, want };
                    self.faults.push(Fault::new(file, Some(entry), kind));
                }
            }
        }
    }
}
