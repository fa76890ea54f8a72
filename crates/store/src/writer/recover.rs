//! Bringing the store to where the checkpoint is.

use std::{ops::Range, path::Path};

use prova_core::{
    hash::LeafHash,
    index::term::Term,
    ledger::{Placing, Replay, Rows, SealedView},
    lifecycle::{Changes, Layer},
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Keyring, seal::Sealed},
};

use crate::{
    disk::publish::{about, remove_tree},
    log::{
        open_error::{OpenError, read_only},
        snapshot::Snapshot,
    },
    progress::{Meter, Progress},
    rows::{RowError, StoreRows},
    state::{
        folding::Folding,
        overlay::{Overlay, finish, insert_registry},
        replay::replay,
        state_row::{signed_size, state_row},
    },
};

/// Entries whose rows are written together while a store is rebuilt.
const CHUNK_ENTRIES: usize = 1024;
/// Farther behind than this, a store is rebuilt: catching up is one batch, and so in memory.
const MAX_CATCH_UP: u64 = 20_000;

/// What was found where the store should be.
enum Standing {
    Current(StoreRows, Registry),
    Behind(StoreRows, Registry, TreeSize),
    Unusable,
}

/// The store at the snapshot's size, whatever it takes, and the registry in it. The caller has the lock.
pub(crate) fn store(
    snapshot: &Snapshot,
    progress: &dyn Progress,
) -> Result<(StoreRows, Registry), OpenError> {
    settle(snapshot)?;
    match stand(snapshot)? {
        Standing::Current(rows, registry) => return Ok((rows, registry)),
        Standing::Behind(rows, registry, from) => {
            // Whether rows or entries are at fault when this fails shows when the rows are made again.
            if let Ok(registry) = catch_up(snapshot, &rows, registry, from, progress) {
                return Ok((rows, registry));
            }
        }
        Standing::Unusable => {}
    }
    rebuild(snapshot, progress)
}

/// Waits until the checkpoint is on the disk.
///
/// A process that was killed may have left it in the system's memory. A store that were written now and outlived it would
/// say that it was rolled back.
pub(crate) fn settle(snapshot: &Snapshot) -> Result<(), OpenError> {
    for path in [&snapshot.layout.checkpoint(), snapshot.layout.root()] {
        snapshot.disk.sync(path).map_err(about(path))?;
    }
    Ok(())
}

fn stand(snapshot: &Snapshot) -> Result<Standing, OpenError> {
    let Ok(Some(rows)) = StoreRows::open_existing(&snapshot.disk, &snapshot.layout.store()) else {
        return Ok(Standing::Unusable);
    };
    let (Ok(Some(row)), Ok(Some(registry))) = (rows.state(), rows.registry()) else {
        return Ok(Standing::Unusable);
    };
    let founding = snapshot.founding();
    if row.origin != snapshot.origin()
        || registry.origin() != founding.origin()
        || registry.log_key() != founding.log_key()
    {
        return Ok(Standing::Unusable);
    }
    if row.size > snapshot.size() {
        return match signed_size(snapshot, &row) {
            Some(want) => Err(OpenError::RolledBack {
                got: snapshot.size(),
                want,
            }),
            None => Ok(Standing::Unusable),
        };
    }
    let Some(last) = row.size.last() else {
        return Ok(Standing::Unusable);
    };
    if snapshot.leaf(last)? != row.last {
        return Ok(Standing::Unusable);
    }
    Ok(if row.size == snapshot.size() {
        Standing::Current(rows, registry)
    } else {
        Standing::Behind(rows, registry, row.size)
    })
}

fn catch_up(
    snapshot: &Snapshot,
    rows: &StoreRows,
    registry: Registry,
    from: TreeSize,
    progress: &dyn Progress,
) -> Result<Registry, OpenError> {
    if snapshot.size().get().saturating_sub(from.get()) > MAX_CATCH_UP {
        return Err(RowError::Store {
            reason: "it is too far behind".to_owned(),
        }
        .into());
    }
    let frontier = snapshot
        .tree()
        .frontier_at(from)
        .map_err(crate::log::tiles::ReadError::from)?;
    let mut replay = Replay::resume(Some(registry), frontier);
    let mut overlay = Overlay::new(rows);
    let meter = Meter::new(progress, snapshot.size().get());
    let damaged = |error: &dyn std::fmt::Display| RowError::Damaged {
        reason: error.to_string(),
    };
    for entry in snapshot.entries(from.next()) {
        let (index, entry) = entry?;
        replay
            .push(&mut overlay, &entry)
            .map_err(|error| damaged(&error))?;
        meter.at(index.size_with_it().get());
    }
    let replayed = replay.finish(&mut overlay).map_err(|error| damaged(&error))?;
    let registry = replayed
        .registry
        .filter(|_| replayed.root == *snapshot.checkpoint().root())
        .ok_or_else(|| damaged(&"its entries are not those of the ledger"))?;
    let mut batch = overlay.take_batch()?;
    insert_registry(&mut batch, &registry)?;
    finish(&mut batch, &state_row(snapshot)?)?;
    rows.apply(batch)?;
    rows.flush()?;
    Ok(registry)
}

/// Makes the store again, in a new directory that then takes the old one's place. The caller has the lock.
pub(crate) fn rebuild(
    snapshot: &Snapshot,
    progress: &dyn Progress,
) -> Result<(StoreRows, Registry), OpenError> {
    let disk = snapshot.disk.as_ref();
    let (new, old) = (snapshot.layout.new_store(), snapshot.layout.store());
    remove_tree(disk, &new)?;
    build(snapshot, &new, progress)?;
    remove_tree(disk, &old)?;
    disk.rename(&new, &old)
        .map_err(|source| read_only(&old, source))?;
    let root = snapshot.layout.root();
    disk.sync(root).map_err(|source| read_only(root, source))?;
    let rows = StoreRows::open(&snapshot.disk, &old)?;
    match rows.registry()? {
        Some(registry) => Ok((rows, registry)),
        None => Err(OpenError::NoCharter),
    }
}

/// Builds a store in a directory and closes it.
pub(crate) fn build(snapshot: &Snapshot, directory: &Path, progress: &dyn Progress) -> Result<(), OpenError> {
    let rows = StoreRows::open(&snapshot.disk, directory)?;
    let mut spilling = Spilling {
        store: &rows,
        overlay: Overlay::new(&rows).with_index(Folding::load(&rows)?),
    };
    let replayed = replay(snapshot, &mut spilling, progress)?;
    let mut batch = spilling.overlay.take_batch()?;
    if let Some(registry) = &replayed.registry {
        insert_registry(&mut batch, registry)?;
    }
    finish(&mut batch, &state_row(snapshot)?)?;
    rows.apply(batch)?;
    rows.flush()?;
    Ok(())
}

/// Rows that go to the store a chunk at a time. Without a state row they count for nothing.
struct Spilling<'a> {
    store: &'a StoreRows,
    overlay: Overlay<'a>,
}

impl<'a> Layer for Spilling<'a> {
    type Below = Overlay<'a>;
    type Error = RowError;

    fn below(&self) -> &Overlay<'a> {
        &self.overlay
    }
}

impl Placing for Spilling<'_> {
    type Failure = RowError;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, RowError> {
        self.overlay.place(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, RowError> {
        self.overlay.under(term, entries)
    }
}

impl SealedView for Spilling<'_> {
    fn fold_index(&mut self) -> Result<Sealed, RowError> {
        self.overlay.fold_index()
    }
}

impl Rows for Spilling<'_> {
    fn record(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        changes: Changes,
        terms: Vec<Term>,
    ) -> Result<(), RowError> {
        self.overlay.record(index, leaf, changes, terms)?;
        if self.overlay.entries() >= CHUNK_ENTRIES {
            let batch = self.overlay.take_batch()?;
            self.store.apply(batch)?;
        }
        Ok(())
    }
}
