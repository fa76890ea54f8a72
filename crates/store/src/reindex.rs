//! Making the store again from the bundles, which stay as they are.

use std::path::Path;

use prova_core::position::TreeSize;

use crate::{
    layout::Layout,
    open::{OpenError, lock},
    progress::Progress,
    recover::rebuild,
    snapshot::Snapshot,
};

/// Rebuilds the store of the ledger in a directory; how many entries are in it.
///
/// Every entry is checked on the way. The old store stays until the new one is whole.
///
/// # Errors
/// See [`OpenError`].
pub fn reindex(directory: &Path, progress: &dyn Progress) -> Result<TreeSize, OpenError> {
    Snapshot::open(directory)?;
    let layout = Layout::new(directory);
    let _lock = lock(&layout)?;
    // A writer may have appended before the lock was free.
    let snapshot = Snapshot::open(directory)?;
    rebuild(&snapshot, progress)?;
    Ok(snapshot.size())
}
