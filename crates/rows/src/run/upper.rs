//! The upper levels of runs, in memory.

use std::sync::{Arc, Mutex};

use crate::{block::Block, cache::Cache};

/// Bytes of blocks that say where others are, in the younger half of those kept in memory.
const UPPER_BYTES: usize = 2 << 20;

/// Blocks that say where others are, by run and offset; the runs of a table share the room.
#[derive(Clone, Debug)]
pub(crate) struct UpperBlocks(pub(super) Arc<Mutex<BlockCache>>);

type BlockCache = Cache<(u32, u64), Arc<Block>>;

impl Default for UpperBlocks {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Cache::new(UPPER_BYTES))))
    }
}
