//! Making the store again from the bundles, which stay as they are.

use std::{path::Path, sync::Arc};

use prova_core::position::TreeSize;

use crate::{
    disk::{
        layout::Layout,
        publish::{Disk, real_disk},
    },
    log::{
        open_error::{OpenError, lock},
        snapshot::Snapshot,
    },
    progress::Progress,
    writer::recover::{rebuild, settle},
};

/// Rebuilds the store of the ledger in a directory; how many entries are in it.
///
/// Every entry is checked on the way. The old store stays until the new one is whole.
///
/// # Errors
/// See [`OpenError`].
pub fn reindex(directory: &Path, progress: &dyn Progress) -> Result<TreeSize, OpenError> {
    reindex_on(&real_disk(), directory, progress)
}

pub(crate) fn reindex_on(
    disk: &Arc<dyn Disk>,
    directory: &Path,
    progress: &dyn Progress,
) -> Result<TreeSize, OpenError> {
    Snapshot::open_on(Arc::clone(disk), directory)?;
    let layout = Layout::new(directory);
    let _lock = lock(&layout)?;
    // A writer may have appended before the lock was free.
    let snapshot = Snapshot::open_on(Arc::clone(disk), directory)?;
    settle(&snapshot)?;
    rebuild(&snapshot, progress)?;
    Ok(snapshot.size())
}
