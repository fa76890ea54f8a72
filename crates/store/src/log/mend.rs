//! Reading around damage: where one level of hash tiles does not hold, it is made again from what is below it.
//!
//! Nothing is believed that the checkpoint does not cover: what is made again counts only if a proof through it holds.

use prova_core::{
    hash::{LeafHash, NodeHash},
    log::merkle::{
        Bundle, Frontier, HashSource, InclusionProof, Tile, TileIndex, TileLevel, TileWidth, Tree,
    },
    position::EntryIndex,
};

use crate::log::{
    snapshot::Snapshot,
    tile_check::first_difference,
    tiles::{ReadError, TileFiles},
};

/// The tiles of a ledger, those of one level made again.
struct Mended<'a> {
    tiles: &'a TileFiles,
    level: TileLevel,
}

impl HashSource for Mended<'_> {
    type Error = ReadError;

    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, ReadError> {
        if tile.level() == self.level {
            Ok(recomputed(self.tiles, tile)?.1)
        } else {
            self.tiles.read_tile(tile)
        }
    }
}

/// The hashes of a tile as what is below it makes them, and the first file of that.
fn recomputed(tiles: &TileFiles, tile: Tile) -> Result<(String, Vec<NodeHash>), ReadError> {
    let below = tile.level().get().checked_sub(1).and_then(TileLevel::new);
    let Some(below) = below else {
        let read = tiles.bundle(Bundle::new(tile.index(), tile.width()))?;
        let leaves = read.entries.iter().map(|entry| LeafHash::of_entry(entry).into());
        return Ok((read.file, leaves.collect()));
    };
    let mut first = None;
    let mut hashes = Vec::with_capacity(tile.width().count());
    let children = tile.index().get().saturating_mul(256);
    for child in children..children.saturating_add(u64::from(tile.width().get())) {
        let child = Tile::new(below, TileIndex::new(child), TileWidth::FULL);
        let (file, nodes) = tiles.tile(child)?;
        first.get_or_insert(file);
        let mut frontier = Frontier::new();
        for node in nodes {
            // Hashing goes on upwards as it does from the leaves.
            frontier.push(LeafHash::from_bytes(*node.as_bytes()));
        }
        hashes.push(frontier.root());
    }
    Ok((first.unwrap_or_default(), hashes))
}

impl Snapshot {
    /// The tiles over an entry, lowest first.
    fn tiles_over(&self, index: EntryIndex) -> impl Iterator<Item = Tile> + use<> {
        let size = self.size();
        (0..=7).filter_map(TileLevel::new).filter_map(move |level| {
            let entries = u32::from(level.get()).saturating_add(1).saturating_mul(8);
            let position = TileIndex::new(index.get().checked_shr(entries).unwrap_or(0));
            Tile::in_tree(level, position, size)
        })
    }

    /// The proof that the entry with this leaf hash is in the ledger, if the tiles hold or but one level of them does not.
    pub(crate) fn prove(&self, index: EntryIndex, leaf: &LeafHash) -> Option<InclusionProof> {
        let holds = |proof: &InclusionProof| proof.verify(leaf, self.checkpoint().root()).is_ok();
        let as_it_is = self.tree().prove_inclusion(index).ok().filter(holds);
        as_it_is.or_else(|| {
            self.tiles_over(index).find_map(|tile| {
                let mended = Mended {
                    tiles: &self.tiles,
                    level: tile.level(),
                };
                let proof = Tree::new(mended, self.size()).prove_inclusion(index);
                proof.ok().filter(holds)
            })
        })
    }

    /// What is wrong with the tiles that the proof of an entry is read from; nothing, if each is what is below it.
    pub(crate) fn damage_over(&self, index: EntryIndex) -> Option<ReadError> {
        // Those over the entry, and those of the right edge, which are not whole and so have no hash in a tile above.
        let last = self.size().last().unwrap_or(index);
        self.tiles_over(index)
            .chain(self.tiles_over(last))
            .find_map(|tile| {
                let (file, found) = match self.tiles.tile(tile) {
                    Ok(found) => found,
                    Err(error) => return Some(error),
                };
                let (below, want) = match recomputed(&self.tiles, tile) {
                    Ok(below) => below,
                    Err(error) => return Some(error),
                };
                let (entry, got, want) = first_difference(tile, &found, &want)?;
                Some(ReadError::Hash {
                    file,
                    entry,
                    got,
                    want,
                    below: below.into(),
                })
            })
    }
}
