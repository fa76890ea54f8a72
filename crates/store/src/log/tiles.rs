//! Tiles and bundles as files (C2SP `tlog-tiles` v0.1.0), read at the size of a checkpoint.
//!
//! A partial tile may have been removed since the checkpoint was read, because a wider one took its place. A wider one
//! begins with the same bytes, so it is cut.

use std::{
    fmt,
    io::{self, BufReader, Read},
    path::Path,
    sync::Arc,
};

use prova_core::{
    hash::{LeafHash, NodeHash},
    log::merkle::{
        Bundle, BundleReader, DecodeBundleError, DecodeTileError, EntryBundle, HashSource, MAX_ENTRY_BYTES,
        ReadTreeError, Tile, TileIndex, TileLevel, TilePath, TileWidth, decode_tile,
    },
    position::{EntryIndex, TreeSize},
};

use crate::{
    blame::Blame,
    disk::{
        layout::Layout,
        publish::{Disk, is_absent},
    },
    rows::RowError,
};

/// 256 entries and their lengths.
const MAX_BUNDLE_BYTES: usize = (MAX_ENTRY_BYTES + 2) * 256;
const MAX_TILE_BYTES: usize = 32 * 256;
/// Bytes of a file that are read at a time for one entry in it.
const PIECE_BYTES: usize = 32 << 10;
/// How often a reader follows a writer that replaces what is being looked for.
const ATTEMPTS: usize = 4;

/// Why something in a ledger cannot be read. Files are named by their path within the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Nothing stands there yet.
    #[error("there is no entry {index} in a ledger of size {size}")]
    NotInLog {
        /// The index asked for.
        index: EntryIndex,
        /// Number of entries.
        size: TreeSize,
    },
    /// The question itself has no answer.
    #[error(transparent)]
    Tree(Box<ReadTreeError<ReadError>>),
    /// A file that an acknowledged entry needs is not there.
    #[error("{file} is missing, which holds entry {entry}")]
    Missing {
        /// Its path below the ledger's directory.
        file: String,
        /// The first entry that it is about.
        entry: EntryIndex,
    },
    /// A file cannot be read.
    #[error("{file}, which begins with entry {entry}, cannot be read")]
    Io {
        /// Its path below the ledger's directory.
        file: String,
        /// The first entry that it is about.
        entry: EntryIndex,
        /// What the operating system says about it.
        source: io::Error,
    },
    /// A file does not hold the entries that it should.
    #[error("{file}, which begins with entry {entry}, is damaged")]
    Bundle {
        /// Its path below the ledger's directory.
        file: String,
        /// The first entry in it.
        entry: EntryIndex,
        /// What is wrong.
        source: DecodeBundleError,
    },
    /// A file does not hold the hashes that it should.
    #[error("{file}, which begins with entry {entry}, is damaged")]
    Tile {
        /// Its path below the ledger's directory.
        file: String,
        /// The first entry that it is about.
        entry: EntryIndex,
        /// What is wrong.
        source: DecodeTileError,
    },
    /// An entry or its hash was changed.
    #[error("entry {index} in {file} has the leaf hash {got}, want {want} by {tile}")]
    Leaf {
        /// The file with the entry.
        file: String,
        /// Which entry.
        index: EntryIndex,
        /// The hash of the entry.
        got: LeafHash,
        /// The hash recorded.
        want: LeafHash,
        /// The file with the hash recorded.
        tile: Box<str>,
    },
    /// A hash is not that of what is below it: one of two files was changed.
    #[error("{file} has the hash {got} over entry {entry} and those after it, want {want} by {below}")]
    Hash {
        /// Its path below the ledger's directory.
        file: String,
        /// The first entry below the hash.
        entry: EntryIndex,
        /// The hash in the file.
        got: NodeHash,
        /// The hash recomputed.
        want: NodeHash,
        /// The first of the files with what is below.
        below: Box<str>,
    },
    /// Entries and tiles hold together, but are not what the checkpoint covers.
    #[error("entry {index} is not among the {size} entries that the file «checkpoint» covers")]
    Uncovered {
        /// Which entry.
        index: EntryIndex,
        /// How many are covered.
        size: TreeSize,
    },
    /// A row of the store.
    #[error(transparent)]
    Row(#[from] RowError),
}

impl ReadError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::NotInLog { .. } => Blame::Caller,
            Self::Tree(error) => match error.as_ref() {
                ReadTreeError::Source { source, .. } => source.blame(),
                ReadTreeError::Width { .. } => Blame::Evidence,
                _ => Blame::Caller,
            },
            // No file of a ledger is as long.
            Self::Io { source, .. } if source.kind() == io::ErrorKind::FileTooLarge => Blame::Evidence,
            Self::Io { .. } => Blame::Program,
            Self::Missing { .. }
            | Self::Bundle { .. }
            | Self::Tile { .. }
            | Self::Leaf { .. }
            | Self::Hash { .. }
            | Self::Uncovered { .. } => Blame::Evidence,
            Self::Row(error) => error.blame(),
        }
    }
}

impl From<ReadTreeError<ReadError>> for ReadError {
    fn from(error: ReadTreeError<ReadError>) -> Self {
        match error {
            ReadTreeError::Source { source, .. } => source,
            other => Self::Tree(Box::new(other)),
        }
    }
}

/// The tiles of one ledger.
#[derive(Clone, Debug)]
pub(crate) struct TileFiles {
    layout: Layout,
    disk: Arc<dyn Disk>,
    widest_first: bool,
}

/// Neighbouring entries, and the file that they come from.
#[derive(Debug)]
pub(crate) struct ReadBundle {
    pub(crate) file: String,
    pub(crate) first: EntryIndex,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl ReadBundle {
    /// Entries and their indices.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (EntryIndex, &Vec<u8>)> {
        (self.first.get()..).map(EntryIndex::new).zip(&self.entries)
    }
}

/// A file of neighbouring entries, as many as were asked for.
#[derive(Debug)]
pub(crate) struct BundleFile {
    pub(crate) file: String,
    first: EntryIndex,
    count: usize,
    bytes: Vec<u8>,
}

impl BundleFile {
    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        BundleReader::new(&self.bytes).flatten().take(self.count)
    }

    /// Entries and their indices.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (EntryIndex, &[u8])> {
        (self.first.get()..).map(EntryIndex::new).zip(self.entries())
    }
}

impl TileFiles {
    pub(crate) fn new(layout: Layout, disk: Arc<dyn Disk>) -> Self {
        Self {
            layout,
            disk,
            widest_first: false,
        }
    }

    /// The same files, where of several versions of one the widest is read first.
    pub(crate) fn widest_first(&self) -> Self {
        Self {
            widest_first: true,
            ..self.clone()
        }
    }

    pub(crate) fn path(&self, file: impl fmt::Display) -> std::path::PathBuf {
        self.layout.root().join(file.to_string())
    }

    /// The entries of a bundle as it is in a log of a size.
    pub(crate) fn bundle(&self, bundle: Bundle) -> Result<ReadBundle, ReadError> {
        let read = self.bundle_file(bundle)?;
        Ok(ReadBundle {
            entries: read.entries().map(<[u8]>::to_vec).collect(),
            file: read.file,
            first: read.first,
        })
    }

    /// The same without a copy of each.
    pub(crate) fn bundle_file(&self, bundle: Bundle) -> Result<BundleFile, ReadError> {
        let first = first_entry(bundle.index(), 1);
        let (found, bytes) = self.read(TilePath::Entries(bundle), first, MAX_BUNDLE_BYTES)?;
        let file = found.to_string();
        match EntryBundle::decode(&bytes, width_of(found)) {
            Ok(_) => Ok(BundleFile {
                file,
                first,
                count: bundle.width().count(),
                bytes,
            }),
            Err(source) => {
                let entry = first;
                Err(ReadError::Bundle { file, entry, source })
            }
        }
    }

    /// The leaf hashes of a bundle's entries, and the file that they are in.
    pub(crate) fn leaves(&self, bundle: Bundle) -> Result<(String, Vec<LeafHash>), ReadError> {
        let tile = Tile::new(TileLevel::LEAVES, bundle.index(), bundle.width());
        let (file, hashes) = self.tile(tile)?;
        let leaves = hashes
            .iter()
            .map(|hash| LeafHash::from_bytes(*hash.as_bytes()))
            .collect();
        Ok((file, leaves))
    }

    /// The hashes of a tile as it is in a tree of a size, and the file that they are in.
    pub(crate) fn tile(&self, tile: Tile) -> Result<(String, Vec<NodeHash>), ReadError> {
        let leaves = u32::from(tile.level().get()).saturating_add(1);
        let entry = first_entry(tile.index(), leaves);
        let (found, bytes) = self.read(TilePath::Hashes(tile), entry, MAX_TILE_BYTES)?;
        let file = found.to_string();
        match decode_tile(&bytes, width_of(found)) {
            Ok(mut hashes) => {
                hashes.truncate(tile.width().count());
                Ok((file, hashes))
            }
            Err(source) => Err(ReadError::Tile { file, entry, source }),
        }
    }

    /// The entries of a bundle, each held against its leaf hash.
    pub(crate) fn checked_bundle(&self, bundle: Bundle) -> Result<ReadBundle, ReadError> {
        let entries = self.bundle(bundle)?;
        let (tile, leaves) = self.leaves(bundle)?;
        for ((index, entry), want) in entries.indexed().zip(leaves) {
            let got = LeafHash::of_entry(entry);
            if got != want {
                return Err(ReadError::Leaf {
                    file: entries.file.clone(),
                    index,
                    got,
                    want,
                    tile: tile.into(),
                });
            }
        }
        Ok(entries)
    }

    /// The bytes in the place of one entry, also before damage in the same file, and that file.
    pub(crate) fn entry(&self, bundle: Bundle, position: usize) -> Result<(String, Vec<u8>), ReadError> {
        let wanted = TilePath::Entries(bundle);
        if let Some(entry) = self.beginning_of(wanted, position) {
            return Ok((wanted.to_string(), entry));
        }
        let entry = first_entry(bundle.index(), 1);
        let (found, bytes) = self.read(wanted, entry, MAX_BUNDLE_BYTES)?;
        let file = found.to_string();
        match BundleReader::new(&bytes).nth(position) {
            Some(Ok(bytes)) => Ok((file, bytes.to_vec())),
            Some(Err(source)) => Err(ReadError::Bundle { file, entry, source }),
            None => {
                let got = BundleReader::new(&bytes).take_while(Result::is_ok).count();
                let want = width_of(found);
                let source = EntryBundle::decode(&bytes, want)
                    .err()
                    .unwrap_or(DecodeBundleError::Count { got, want });
                Err(ReadError::Bundle { file, entry, source })
            }
        }
    }

    /// The bytes in the place of one entry, without what comes after it in the file; `None` if anything is not as it should be.
    fn beginning_of(&self, wanted: TilePath, position: usize) -> Option<Vec<u8>> {
        let file = self.disk.reader(&self.path(wanted)).ok()?;
        let mut file = BufReader::with_capacity(PIECE_BYTES, file);
        let next_length = |file: &mut dyn Read| {
            let mut length = [0; 2];
            file.read_exact(&mut length).ok()?;
            Some(u16::from_be_bytes(length)).filter(|length| *length > 0)
        };
        for _ in 0..position {
            let length = u64::from(next_length(&mut file)?);
            let skipped = io::copy(&mut file.by_ref().take(length), &mut io::sink()).ok()?;
            (skipped == length).then_some(())?;
        }
        let mut entry = vec![0; next_length(&mut file)?.into()];
        file.read_exact(&mut entry).ok()?;
        Some(entry)
    }

    /// The content of a file, or of a wider version of it.
    fn read(
        &self,
        wanted: TilePath,
        entry: EntryIndex,
        limit: usize,
    ) -> Result<(TilePath, Vec<u8>), ReadError> {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        for _ in 0..ATTEMPTS {
            for version in self.versions(wanted) {
                let version = version?;
                match self.disk.read(&self.path(version), limit) {
                    Ok(bytes) => return Ok((version, bytes)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(source) => {
                        return Err(ReadError::Io {
                            file: version.to_string(),
                            entry,
                            source,
                        });
                    }
                }
            }
        }
        Err(ReadError::Missing {
            file: wanted.to_string(),
            entry,
        })
    }

    /// The file wanted, and those that begin with the same bytes: the full one, then wider partial ones. With
    /// [`TileFiles::widest_first`], the one wanted comes last, and the widest partial one before the others.
    fn versions(&self, wanted: TilePath) -> impl Iterator<Item = Result<TilePath, ReadError>> {
        let full = (!width_of(wanted).is_full()).then(|| with_width(wanted, TileWidth::FULL));
        // Directories are listed only when this is come to.
        let wider = full.into_iter().flat_map(move |_| match self.widths(wanted) {
            Ok(mut widths) => {
                if self.widest_first {
                    widths.reverse();
                }
                widths
                    .into_iter()
                    .filter(|width| *width > width_of(wanted))
                    .map(|width| Ok(with_width(wanted, width)))
                    .collect()
            }
            Err(error) => vec![Err(error)],
        });
        let (first, last) = if self.widest_first {
            (None, Some(wanted))
        } else {
            (Some(wanted), None)
        };
        first
            .into_iter()
            .chain(full)
            .map(Ok)
            .chain(wider)
            .chain(last.map(Ok))
    }

    /// The widths of the partial versions of a file, ascending.
    pub(crate) fn widths(&self, of: TilePath) -> Result<Vec<TileWidth>, ReadError> {
        let directory = partial_directory(&self.path(with_width(of, TileWidth::FULL)));
        let names = match self.disk.list(&directory) {
            Ok(names) => names,
            Err(error) if is_absent(&error) => Vec::new(),
            Err(source) => {
                return Err(ReadError::Io {
                    file: of.to_string(),
                    entry: first_of(of),
                    source,
                });
            }
        };
        let mut widths: Vec<_> = names
            .iter()
            .filter_map(|name| name.to_str()?.parse().ok().and_then(TileWidth::new))
            .collect();
        widths.sort_unstable();
        Ok(widths)
    }
}

impl HashSource for TileFiles {
    type Error = ReadError;

    fn read_tile(&self, tile: Tile) -> Result<Vec<NodeHash>, ReadError> {
        self.tile(tile).map(|(_, hashes)| hashes)
    }
}

/// The directory with the partial versions of a tile, whose full version has this path.
pub(crate) fn partial_directory(full: &Path) -> std::path::PathBuf {
    let mut name = full.file_name().unwrap_or_default().to_owned();
    name.push(".p");
    full.with_file_name(name)
}

pub(crate) fn width_of(path: TilePath) -> TileWidth {
    match path {
        TilePath::Entries(bundle) => bundle.width(),
        TilePath::Hashes(tile) => tile.width(),
    }
}

pub(crate) fn with_width(path: TilePath, width: TileWidth) -> TilePath {
    match path {
        TilePath::Entries(bundle) => TilePath::Entries(Bundle::new(bundle.index(), width)),
        TilePath::Hashes(tile) => TilePath::Hashes(Tile::new(tile.level(), tile.index(), width)),
    }
}

/// The first entry that tile `index` of a row is about, if its hashes are each over 256^(`levels` − 1) entries.
pub(crate) fn first_entry(index: TileIndex, levels: u32) -> EntryIndex {
    let entries = 256_u64.checked_pow(levels);
    EntryIndex::new(entries.map_or(u64::MAX, |entries| index.get().saturating_mul(entries)))
}

/// The first entry that a file is about.
fn first_of(path: TilePath) -> EntryIndex {
    match path {
        TilePath::Entries(bundle) => first_entry(bundle.index(), 1),
        TilePath::Hashes(tile) => first_entry(tile.index(), u32::from(tile.level().get()).saturating_add(1)),
    }
}

/// All bundles of a log, in order.
pub(crate) fn bundles(size: TreeSize, from: EntryIndex) -> impl Iterator<Item = Bundle> {
    (from.get() / 256..size.get().div_ceil(256))
        .filter_map(move |index| Bundle::in_log(TileIndex::new(index), size))
}

/// The bundle and the tiles that still grow at a size.
pub(crate) fn partial_tiles(size: TreeSize) -> impl Iterator<Item = TilePath> {
    let row = move |height: u32| TileIndex::new(size.get().checked_shr(height).unwrap_or(0) / 256);
    let bundle = Bundle::in_log(row(0), size).map(TilePath::Entries);
    let tiles = (0..=7).filter_map(TileLevel::new).filter_map(move |level| {
        let height = u32::from(level.get()).saturating_mul(8);
        Tile::in_tree(level, row(height), size).map(TilePath::Hashes)
    });
    bundle.into_iter().chain(tiles)
}
