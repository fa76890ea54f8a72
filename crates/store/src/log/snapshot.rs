//! A ledger as anybody may read it beside a running writer: tiles and checkpoint at the last acknowledged size.
//!
//! Needs no permission to write. What is appended later does not show in it. It takes the lock and writes only where a writer did not end
//! well: what that has left in the journal is done again first.

use std::{fmt, path::Path, sync::Arc};

use prova_core::{
    hash::LeafHash,
    log::{
        Checkpoint, SignedCheckpoint,
        merkle::{Bundle, ConsistencyProof, InclusionProof, Tree},
    },
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::Verified,
};

use crate::{
    disk::{
        layout::Layout,
        publish::{Disk, real_disk},
    },
    log::{
        journal,
        open_error::OpenError,
        published::{check_directory, read_charter, read_checkpoint, verify_checkpoint},
        tiles::{ReadError, TileFiles, bundles, first_entry},
    },
};

/// A ledger at the size of one checkpoint.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) layout: Layout,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) tiles: TileFiles,
    pub(crate) checkpoint: SignedCheckpoint,
    charter: Arc<Verified>,
    founding: Arc<Registry>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} at {})", self.origin(), self.size())
    }
}

type ReadEntry = Result<(EntryIndex, Vec<u8>), ReadError>;

impl Snapshot {
    /// Opens the ledger in a directory for reading.
    ///
    /// The charter is verified, the checkpoint is shown to be signed by the key that the charter names and to cover the
    /// charter. Other entries are checked when they are read.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Self::open_on(real_disk(), directory)
    }

    pub(crate) fn open_on(disk: Arc<dyn Disk>, directory: &Path) -> Result<Self, OpenError> {
        let layout = Layout::new(directory);
        check_directory(disk.as_ref(), &layout)?;
        journal::take_up_left(&disk, &layout)?;
        let checkpoint = read_checkpoint(disk.as_ref(), &layout)?;
        let tiles = TileFiles::new(layout.clone(), Arc::clone(&disk));
        let (charter, founding) = read_charter(&tiles, checkpoint.checkpoint().size())?;
        let snapshot = Self {
            layout,
            disk,
            tiles,
            checkpoint,
            charter: Arc::new(charter),
            founding: Arc::new(founding),
        };
        snapshot.check_signature(&snapshot.checkpoint)?;
        let first = EntryIndex::new(0);
        if snapshot.prove(first, &snapshot.charter.leaf()).is_none() {
            return Err(snapshot.uncovered(first).into());
        }
        Ok(snapshot)
    }

    /// The same ledger at a later checkpoint, which this process has just signed.
    pub(crate) fn at(&self, checkpoint: SignedCheckpoint) -> Self {
        Self {
            checkpoint,
            ..self.clone()
        }
    }

    /// Whether the key that the charter names signed a checkpoint of this ledger.
    pub(crate) fn check_signature(&self, checkpoint: &SignedCheckpoint) -> Result<(), OpenError> {
        verify_checkpoint(checkpoint, &self.founding)
    }

    /// The registry as the charter alone founds it.
    #[must_use]
    pub fn founding(&self) -> &Registry {
        &self.founding
    }

    /// Where the ledger is that this was read from.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.layout.root()
    }

    /// The checkpoint with its signatures; its text is what the file holds.
    #[must_use]
    pub fn signed_checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// What the checkpoint says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        self.checkpoint.checkpoint()
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.checkpoint().size()
    }

    /// The ledger's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.checkpoint().origin().as_str()
    }

    /// Entry 0, verified.
    #[must_use]
    pub fn charter(&self) -> &Verified {
        &self.charter
    }

    /// The bytes of an entry, held against its leaf hash.
    ///
    /// # Errors
    /// The ledger ends before it, or its bytes are missing or changed.
    pub fn entry(&self, index: EntryIndex) -> Result<Vec<u8>, ReadError> {
        let size = self.size();
        let missing = || ReadError::NotInLog { index, size };
        let (bundle, position) = Bundle::of_entry(index, size).ok_or_else(missing)?;
        let (file, entry) = self.tiles.entry(bundle, position)?;
        let got = LeafHash::of_entry(&entry);
        let error = match self.tiles.leaves(bundle) {
            Err(error) => error,
            Ok((tile, leaves)) => {
                let want = *leaves.get(position).ok_or_else(missing)?;
                if got == want {
                    return Ok(entry);
                }
                ReadError::Leaf {
                    file,
                    index,
                    got,
                    want,
                    tile: tile.into(),
                }
            }
        };
        // The hash may be what was changed.
        self.prove(index, &got).map(|_| entry).ok_or(error)
    }

    /// The leaf hash of an entry, as the tiles have it.
    ///
    /// # Errors
    /// The ledger ends before it, or a tile is missing.
    pub fn leaf(&self, index: EntryIndex) -> Result<LeafHash, ReadError> {
        let size = self.size();
        let missing = || ReadError::NotInLog { index, size };
        let (bundle, position) = Bundle::of_entry(index, size).ok_or_else(missing)?;
        let (_, leaves) = self.tiles.leaves(bundle)?;
        leaves.get(position).copied().ok_or_else(missing)
    }

    /// All entries from an index on, in order, each held against its leaf hash; a bundle is in memory at a time.
    ///
    /// Where a bundle does not hold, those of its entries are read that can be, and each other is an error of its own.
    pub fn entries(
        &self,
        from: EntryIndex,
    ) -> impl Iterator<Item = Result<(EntryIndex, Vec<u8>), ReadError>> + '_ {
        let mut bundles = bundles(self.size(), from);
        let mut current: Option<std::vec::IntoIter<ReadEntry>> = None;
        std::iter::from_fn(move || {
            loop {
                if let Some(next) = current.as_mut().and_then(Iterator::next) {
                    return Some(next);
                }
                let bundle = bundles.next()?;
                let first = first_entry(bundle.index(), 1).get();
                let indices = (first..).map(EntryIndex::new).take(bundle.width().count());
                let entries: Vec<_> = match self.tiles.checked_bundle(bundle) {
                    Ok(read) => indices.zip(read.entries).map(Ok).collect(),
                    Err(_) => indices
                        .map(|index| self.entry(index).map(|entry| (index, entry)))
                        .collect(),
                };
                let skipped = usize::try_from(from.get().saturating_sub(first)).unwrap_or(usize::MAX);
                let mut entries = entries.into_iter();
                if let Some(last) = skipped.checked_sub(1) {
                    entries.nth(last);
                }
                current = Some(entries);
            }
        })
    }

    /// The proof that an entry is in the ledger at this size.
    ///
    /// # Errors
    /// The ledger ends before it, or the tiles over it are damaged beyond what can be made again.
    pub fn inclusion(&self, index: EntryIndex) -> Result<InclusionProof, ReadError> {
        let size = self.size();
        if !size.has(index) {
            return Err(ReadError::NotInLog { index, size });
        }
        // The leaf's own hash may be what was changed; then the entry says it.
        let recorded = self.leaf(index).ok();
        if let Some(proof) = recorded.and_then(|leaf| self.prove(index, &leaf)) {
            return Ok(proof);
        }
        let entry = self.entry(index)?;
        self.prove(index, &LeafHash::of_entry(&entry))
            .ok_or_else(|| self.uncovered(index))
    }

    /// The proof that the ledger began with the tree of its first `from` entries.
    ///
    /// # Errors
    /// The ledger is smaller, or a tile is missing or changed.
    pub fn consistency(&self, from: TreeSize) -> Result<ConsistencyProof, ReadError> {
        let proof = self.tree().prove_consistency(from)?;
        let old = self.tree().root_at(from)?;
        match proof.verify(&old, self.checkpoint().root()) {
            Ok(()) => Ok(proof),
            // The proof is about the entries up to the end of the smaller tree.
            Err(_) => Err(self.uncovered(from.last().unwrap_or(EntryIndex::new(0)))),
        }
    }

    /// Why there is no proof of an entry.
    fn uncovered(&self, index: EntryIndex) -> ReadError {
        self.damage_over(index).unwrap_or_else(|| ReadError::Uncovered {
            index,
            size: self.size(),
        })
    }

    pub(crate) fn tree(&self) -> Tree<&TileFiles> {
        Tree::new(&self.tiles, self.size())
    }
}
