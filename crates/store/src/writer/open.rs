//! Opening a ledger to write: what a writer left in the journal is done again first, then tiles, checkpoint and store are held against
//! each other.
//!
//! | store | what happens |
//! | --- | --- |
//! | at the checkpoint's size | used |
//! | behind | caught up from the bundles |
//! | absent, unreadable, of another ledger or other entries | rebuilt from the bundles |
//! | ahead, with a checkpoint of that size that the log key signed | an error: the checkpoint file was rolled back |
//!
//! The store is written after the checkpoint, so that a crash cannot leave it ahead.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use prova_core::{
    key::SecretKey,
    log::merkle::{Bundle, Tile, TileIndex, TileLevel, TilePath, TileWidth, push_entry},
    position::EntryIndex,
    statement::Keyring as _,
};

use crate::{
    disk::{
        layout::Layout,
        publish::{Disk, NewFile, is_temporary, is_there, real_disk, sync_all, temporary},
    },
    log::{
        growth::{edge_of, load_tail},
        journal::{self, Journal},
        log_key::LogKey,
        open_error::{OpenError, lock, read_only},
        published::check_directory,
        snapshot::Snapshot,
        tiles::{ReadError, TileFiles, bundles, first_entry, partial_directory, with_width},
    },
    progress::Progress,
    state::state::State,
    writer::{ledger::Ledger, recover},
};

/// How far beyond the checkpoint files of an append that was cut short are looked for: more than one append writes.
const LEFTOVER_TILES: u64 = 80;

impl Ledger {
    /// Opens the ledger in a directory to append to it; `log_key` is the key that its charter names.
    ///
    /// Checks that every acknowledged file is there, that the tiles' root is the checkpoint's, and brings the store up to
    /// date. Discards what an append that was cut short left beyond the checkpoint.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(directory: &Path, log_key: SecretKey, progress: &dyn Progress) -> Result<Self, OpenError> {
        Self::open_on(&real_disk(), directory, log_key, progress)
    }

    pub(crate) fn open_on(
        disk: &Arc<dyn Disk>,
        directory: &Path,
        log_key: SecretKey,
        progress: &dyn Progress,
    ) -> Result<Self, OpenError> {
        let layout = Layout::new(directory);
        check_directory(disk.as_ref(), &layout)?;
        if !is_there(disk.as_ref(), &layout.checkpoint())? {
            // Says which half-state it is, before a lock file is made in it.
            Snapshot::open_on(Arc::clone(disk), directory)?;
        }
        let lock = lock(&layout)?;
        journal::take_up(disk, &layout)?;
        let snapshot = Snapshot::open_on(Arc::clone(disk), directory)?;
        let (got, want) = (log_key.public().key_id(), snapshot.founding().log_key().key_id());
        if got != want {
            return Err(OpenError::LogKey { got, want });
        }
        check_files(&snapshot)?;
        let edge = edge_of(&snapshot.tree(), snapshot.checkpoint().root())?;
        let (rows, registry) = recover::store(&snapshot, progress)?;
        // Only now: if the checkpoint was rolled back, these are no leftovers.
        discard_leftovers(&snapshot)?;
        let tail = load_tail(&snapshot.tiles, snapshot.size())?;
        Ok(Self {
            state: State::in_store(snapshot.size(), registry, rows, None),
            edge,
            tail,
            key: LogKey::new(log_key),
            journal: Journal::default(),
            before: Vec::new(),
            snapshot,
            poisoned: false,
            _lock: lock,
        })
    }
}

/// Checks that every full bundle and every full tile of leaf hashes is there. Their content is checked when it is read.
fn check_files(snapshot: &Snapshot) -> Result<(), ReadError> {
    for bundle in bundles(snapshot.size(), EntryIndex::new(0)) {
        if !bundle.width().is_full() {
            continue;
        }
        let tile = Tile::new(TileLevel::LEAVES, bundle.index(), bundle.width());
        for path in [TilePath::Entries(bundle), TilePath::Hashes(tile)] {
            match snapshot.disk.len(&snapshot.tiles.path(path)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(ReadError::Missing {
                        file: path.to_string(),
                        entry: first_entry(bundle.index(), 1),
                    });
                }
                Err(source) => {
                    return Err(ReadError::Io {
                        file: path.to_string(),
                        entry: first_entry(bundle.index(), 1),
                        source,
                    });
                }
            }
        }
    }
    Ok(())
}

/// Removes the files that an append left which was cut short before its checkpoint. Nobody was told of what is in them.
fn discard_leftovers(snapshot: &Snapshot) -> Result<(), OpenError> {
    let size = snapshot.size();
    // A checkpoint that was signed but never published must not be found one day beside another of its size.
    let unpublished = temporary(&snapshot.layout.checkpoint());
    match snapshot.disk.remove_file(&unpublished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(read_only(&unpublished, error)),
        _ => {}
    }
    let mut directories = BTreeMap::new();
    for level in std::iter::once(None).chain((0..=7).map(TileLevel::new)) {
        let unit = level.map_or(0, |level| u32::from(level.get()).saturating_mul(8));
        let edge = size.get().checked_shr(unit).unwrap_or(0) / 256;
        for index in (edge..edge.saturating_add(LEFTOVER_TILES)).map(TileIndex::new) {
            let (full, kept) = match level {
                None => (
                    TilePath::Entries(Bundle::new(index, TileWidth::FULL)),
                    Bundle::in_log(index, size).map(TilePath::Entries),
                ),
                Some(level) => (
                    TilePath::Hashes(Tile::new(level, index, TileWidth::FULL)),
                    Tile::in_tree(level, index, size).map(TilePath::Hashes),
                ),
            };
            if is_listed(snapshot, full, &mut directories)? || kept.is_some() {
                remove_but(snapshot, full, kept)?;
            }
        }
    }
    let mut directories: BTreeSet<_> = directories.into_keys().collect();
    directories.insert(snapshot.layout.attachments());
    let disk = snapshot.disk.as_ref();
    for directory in directories.iter().rev() {
        remove_temporary(disk, directory)?;
    }
    // What goes to these directories next rests on their names, and on the leftovers' names being gone.
    let root = snapshot.layout.root();
    let above: Vec<_> = directories
        .iter()
        .flat_map(|directory| directory.ancestors().take_while(|above| *above != root))
        .map(Path::to_owned)
        .collect();
    directories.extend(above);
    directories.insert(root.to_owned());
    let mut there = Vec::new();
    for directory in directories {
        if is_there(disk, &directory)? {
            there.push(directory);
        }
    }
    Ok(sync_all(disk, there)?)
}

/// Whether there is a version of a tile, by the names in the directories that are listed on the way.
fn is_listed(
    snapshot: &Snapshot,
    full: TilePath,
    listed: &mut BTreeMap<PathBuf, Vec<OsString>>,
) -> Result<bool, OpenError> {
    let path = snapshot.tiles.path(full);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(false);
    };
    if !listed.contains_key(directory) {
        let names = snapshot
            .disk
            .list(directory)
            .map_err(|source| read_only(directory, source))?;
        listed.insert(directory.to_owned(), names);
    }
    let partial = partial_directory(&path);
    let names = listed.get(directory).map(Vec::as_slice).unwrap_or_default();
    let has_partial = names
        .iter()
        .any(|name| Some(name.as_os_str()) == partial.file_name());
    let is_there = has_partial || names.iter().any(|other| other == name);
    if has_partial {
        listed.entry(partial).or_default();
    }
    Ok(is_there)
}

/// Removes files that never got their name.
fn remove_temporary(disk: &dyn Disk, directory: &Path) -> Result<(), OpenError> {
    let names = disk
        .list(directory)
        .map_err(|source| read_only(directory, source))?;
    let mut left = names.len();
    for name in names.iter().filter(|name| is_temporary(name)) {
        let path = directory.join(name);
        disk.remove_file(&path)
            .map_err(|source| read_only(&path, source))?;
        left = left.saturating_sub(1);
    }
    if left == 0 {
        // An empty directory does no harm.
        let _ = disk.remove_dir(directory);
    }
    Ok(())
}

/// Removes the versions of a tile that are wider than the one to be kept, if that one is there.
fn remove_but(snapshot: &Snapshot, full: TilePath, kept: Option<TilePath>) -> Result<(), OpenError> {
    let Snapshot { disk, tiles, .. } = snapshot;
    if kept == Some(full) {
        return Ok(());
    }
    let mut versions: Vec<_> = tiles
        .widths(full)?
        .into_iter()
        .map(|width| with_width(full, width))
        .collect();
    if is_there(disk.as_ref(), &tiles.path(full))? {
        versions.push(full);
    }
    if let Some(kept) = kept.filter(|kept| !versions.contains(kept)) {
        // Only a wider version has the acknowledged bytes: they get back the name that they had.
        restore_version(disk.as_ref(), tiles, kept)?;
    }
    for version in versions.into_iter().filter(|version| Some(*version) != kept) {
        let path = tiles.path(version);
        disk.remove_file(&path)
            .map_err(|source| read_only(&path, source))?;
    }
    Ok(())
}

fn restore_version(disk: &dyn Disk, tiles: &TileFiles, kept: TilePath) -> Result<(), OpenError> {
    let bytes = match kept {
        TilePath::Entries(bundle) => {
            let mut bytes = Vec::new();
            for entry in &tiles.bundle(bundle)?.entries {
                push_entry(&mut bytes, entry)
                    .expect("entries of a bundle have lengths that a bundle can hold");
            }
            bytes
        }
        TilePath::Hashes(tile) => prova_core::log::merkle::encode_tile(&tiles.tile(tile)?.1),
    };
    let path = tiles.path(kept);
    crate::disk::publish::publish(disk, &NewFile { path, bytes })?;
    Ok(())
}
