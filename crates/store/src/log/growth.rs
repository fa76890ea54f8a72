//! What grows: the files that new entries make, and those that they supersede.

use std::path::PathBuf;

use prova_core::{
    hash::NodeHash,
    log::merkle::{Bundle, LoadEdgeError, TileEdge, TileIndex, TileWidth, Tree, encode_tile, push_entry},
    position::TreeSize,
};

use crate::{
    disk::publish::{Disk, NewFile},
    log::{
        open_error::OpenError,
        tiles::{ReadError, TileFiles, partial_directory, partial_tiles, with_width},
    },
};

/// The edge of the tree with this root, from its tiles.
pub(crate) fn edge_of(tree: &Tree<&TileFiles>, root: &NodeHash) -> Result<TileEdge, OpenError> {
    TileEdge::load(tree, root).map_err(|error| match error {
        LoadEdgeError::Read(error) => OpenError::Read(error.into()),
        LoadEdgeError::Root { size, got, want } => OpenError::Root { size, got, want },
        _ => OpenError::Root {
            size: tree.size(),
            got: NodeHash::of_empty_tree(),
            want: *root,
        },
    })
}

/// The bytes of the bundle that still grows at a size.
pub(crate) fn load_tail(tiles: &TileFiles, size: TreeSize) -> Result<Vec<u8>, ReadError> {
    let mut tail = Vec::new();
    let bundle = size.last().and_then(|last| Bundle::of_entry(last, size));
    if let Some((bundle, _)) = bundle {
        let read = tiles.checked_bundle(bundle)?;
        if !bundle.width().is_full() {
            for entry in &read.entries {
                push_entry(&mut tail, entry)
                    .expect("entries of a bundle have lengths that a bundle can hold");
            }
        }
    }
    Ok(tail)
}

/// The bundles that get entries from `size` on. `tail` is that of the one that still grows, before and after.
pub(crate) fn bundle_files(
    tiles: &TileFiles,
    tail: &mut Vec<u8>,
    size: TreeSize,
    entries: &[&[u8]],
) -> Vec<NewFile> {
    let file = |bundle: Bundle, bytes: Vec<u8>| NewFile {
        path: tiles.path(bundle),
        bytes,
    };
    let mut files = Vec::new();
    let mut next = size;
    for entry in entries {
        push_entry(tail, entry).expect("an entry that decodes has 1 to 65535 bytes");
        next = next.next().size_with_it();
        if next.get().is_multiple_of(256) {
            let index = TileIndex::new((next.get() / 256).saturating_sub(1));
            files.push(file(Bundle::new(index, TileWidth::FULL), std::mem::take(tail)));
        }
    }
    let growing = Bundle::in_log(TileIndex::new(next.get() / 256), next);
    files.extend(growing.map(|bundle| file(bundle, tail.clone())));
    files
}

/// The hash tiles that are new or wider since they were last taken.
pub(crate) fn tile_files(tiles: &TileFiles, edge: &mut TileEdge) -> Vec<NewFile> {
    let written = edge.take_tiles().into_iter();
    let file = written.map(|written| NewFile {
        path: tiles.path(written.tile),
        bytes: encode_tile(&written.hashes),
    });
    file.collect()
}

/// Removes the partial tiles of a size, but for those that are also of one of the sizes `kept`; what was to be removed.
///
/// A file that cannot be removed does no harm: opening tries again.
pub(crate) fn remove_partial(
    tiles: &TileFiles,
    disk: &dyn Disk,
    size: TreeSize,
    kept: &[TreeSize],
) -> Vec<PathBuf> {
    let kept: Vec<_> = kept.iter().copied().flat_map(partial_tiles).collect();
    let mut removed = Vec::new();
    for path in partial_tiles(size).filter(|path| !kept.contains(path)) {
        let file = tiles.path(path);
        let _ = disk.remove_file(&file);
        removed.push(file);
        let full = with_width(path, TileWidth::FULL);
        if !kept.iter().any(|kept| with_width(*kept, TileWidth::FULL) == full) {
            let directory = partial_directory(&tiles.path(full));
            // It is not empty if an append that was cut short left others there.
            if disk.remove_dir(&directory).is_ok() {
                removed.push(directory);
            }
        }
    }
    removed
}
