use std::{cell::RefCell, collections::BTreeMap};

use super::*;
use crate::hash::{LeafHash, NodeHash};

mod layout;
mod proofs;

fn leaf(index: u64) -> LeafHash {
    LeafHash::of_entry(&index.to_be_bytes())
}

/// Tiles in memory, written the way a log writes them.
#[derive(Default)]
struct Tiles {
    written: BTreeMap<(TileLevel, TileIndex), Vec<NodeHash>>,
    asked: RefCell<Vec<Tile>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not there")]
struct NotThere;

impl HashSource for Tiles {
    type Error = NotThere;
    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, NotThere> {
        self.asked.borrow_mut().push(tile);
        self.written
            .get(&(tile.level(), tile.index()))
            .cloned()
            .ok_or(NotThere)
    }
}

impl Tiles {
    fn write(&mut self, tiles: Vec<WrittenTile>) {
        for WrittenTile { tile, hashes } in tiles {
            assert_eq!(hashes.len(), tile.width().count(), "{tile}");
            self.written.insert((tile.level(), tile.index()), hashes);
        }
    }

    fn of(size: u64) -> (Self, TileEdge) {
        let (mut tiles, mut edge) = (Self::default(), TileEdge::new());
        for index in 0..size {
            edge.push(leaf(index));
        }
        tiles.write(edge.take_tiles());
        (tiles, edge)
    }
}
