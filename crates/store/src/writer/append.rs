//! Appending: many entries, one commit.
//!
//! ```text
//! many entries   bundles, hash tiles, checkpoint beside its name, all fsynced  →  checkpoint named, fsynced  →  store, one batch  →  answer
//! few            journal, fsynced  →  bundles, hash tiles, checkpoint, fsynced later (see `journal`)       →  store, one batch  →  answer
//! ```
//! What a checkpoint covers is durable before it has its name, and nothing is answered that no checkpoint covers. The store comes after the
//! checkpoint and need not be on the disk, so that a crash can only leave it behind, from where it catches up. A store that is ahead means that the
//! checkpoint's file was rolled back.

use std::{io, path::PathBuf, sync::Arc};

use prova_core::{
    hash::LeafHash,
    index::term::terms,
    ledger::{AdmitError, EntryRefusal, Rows as _, step},
    lifecycle::Finding,
    log::{
        AssembleNoteError, Checkpoint, ParseCheckpointError, SignedCheckpoint,
        merkle::{MAX_TREE_SIZE, TileEdge},
    },
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{DecodeEntryError, Unverified, Verified, VerifyEntryError},
};

use crate::{
    blame::Blame,
    disk::publish::{Disk, DiskError, NewFile, publish_under},
    log::{
        growth::{bundle_files, remove_partial, tile_files},
        journal::Commit,
        snapshot::Snapshot,
        tiles::TileFiles,
    },
    parallel,
    rows::{RowBatch, RowError, schema::StateRow},
    state::{
        folding::Folding,
        overlay::{Overlay, finish, insert_registry},
    },
    writer::ledger::Ledger,
};

/// Entries in one commit; longer appends are several.
pub const MAX_COMMIT_ENTRIES: usize = 16_384;

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the ledger now.
    Appended {
        /// The index that it was given.
        index: EntryIndex,
        /// Its leaf hash.
        leaf: LeafHash,
        /// What it contradicts.
        findings: Vec<Finding>,
    },
    /// The same bytes are in the ledger already.
    Known {
        /// The index of the entry with these bytes.
        index: EntryIndex,
    },
    /// It may not enter.
    Refused(EntryRefusal),
}

/// Why an append failed as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// An earlier write failed.
    #[error("an earlier write to the ledger failed; reopen it to see what it holds")]
    Poisoned,
    /// The ledger is not what the caller took it for. Nothing was written.
    #[error("the ledger has {got} entries, want {want} as expected")]
    StaleSize {
        /// Number of entries.
        got: TreeSize,
        /// What the caller expects.
        want: TreeSize,
    },
    /// No log is that large. Nothing was written.
    #[error("a ledger of {got} entries cannot take {entries} more, want {MAX_TREE_SIZE} at most")]
    Full {
        /// Number of entries.
        got: TreeSize,
        /// How many should be appended.
        entries: usize,
    },
    /// A file cannot be written. What was to be appended is in the ledger or not; reopening shows.
    #[error("{} cannot be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The checkpoint cannot be made. Nothing was appended.
    #[error(transparent)]
    Checkpoint(#[from] ParseCheckpointError),
    /// The checkpoint cannot be signed. Nothing was appended.
    #[error(transparent)]
    Sign(#[from] AssembleNoteError),
    /// The store cannot be read or written. What was to be appended is in the ledger or not; reopening shows.
    #[error(transparent)]
    Row(#[from] RowError),
}

impl AppendError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::StaleSize { .. } | Self::Full { .. } => Blame::Caller,
            _ => Blame::Program,
        }
    }
}

impl From<DiskError> for AppendError {
    fn from(DiskError { path, source }: DiskError) -> Self {
        Self::Io { path, source }
    }
}

/// Admitted entries that wait for their commit.
struct Group<'rows, 'a> {
    overlay: Overlay<'rows>,
    registry: Option<Registry>,
    edge: TileEdge,
    entries: Vec<&'a [u8]>,
    changes_registry: bool,
}

/// An entry before its signatures are verified.
struct Candidate<'a> {
    bytes: &'a [u8],
    decoded: Result<Unverified, DecodeEntryError>,
}

impl Ledger {
    /// Appends entries in their order; an outcome for each. With `expected`, only if the ledger has that size.
    ///
    /// Entries that are refused do not stop the others. When this returns, everything appended is durable and covered by
    /// the published checkpoint; up to [`MAX_COMMIT_ENTRIES`] entries become so together.
    ///
    /// # Errors
    /// After [`AppendError::StaleSize`] and [`AppendError::Full`] nothing has changed. After any other error the ledger
    /// must be reopened: it then holds all of a commit or nothing of it, and what it holds is answered with its index
    /// when it is appended again.
    pub fn append(
        &mut self,
        expected: Option<TreeSize>,
        entries: &[Vec<u8>],
    ) -> Result<Vec<Outcome>, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        let got = self.snapshot.size();
        if let Some(want) = expected.filter(|want| *want != got) {
            return Err(AppendError::StaleSize { got, want });
        }
        let after = u64::try_from(entries.len())
            .ok()
            .and_then(|more| got.get().checked_add(more));
        if after.is_none_or(|after| after > MAX_TREE_SIZE.get()) {
            return Err(AppendError::Full {
                got,
                entries: entries.len(),
            });
        }
        let mut outcomes = Vec::with_capacity(entries.len());
        for commit in entries.chunks(MAX_COMMIT_ENTRIES) {
            match self.commit(commit, None) {
                Ok(of_commit) => outcomes.extend(of_commit),
                Err(error) => {
                    self.poisoned = true;
                    return Err(error);
                }
            }
        }
        Ok(outcomes)
    }

    /// Appends the seal of an index that is at hand.
    pub(crate) fn append_seal(
        &mut self,
        folding: Folding,
        entry: Vec<u8>,
    ) -> Result<Option<Outcome>, AppendError> {
        match self.commit(&[entry], Some(folding)) {
            Ok(outcomes) => Ok(outcomes.into_iter().next()),
            Err(error) => {
                self.poisoned = true;
                Err(error)
            }
        }
    }

    fn commit(&mut self, entries: &[Vec<u8>], folding: Option<Folding>) -> Result<Vec<Outcome>, AppendError> {
        let rows = self.state.store()?;
        let overlay = match folding {
            Some(folding) => Overlay::new(rows).with_index(folding),
            None => Overlay::new(rows),
        };
        let mut group = Group {
            overlay,
            registry: Some(self.state.registry().clone()),
            edge: self.edge.clone(),
            entries: Vec::new(),
            changes_registry: false,
        };
        let outcomes = group.admit_all(entries)?;
        if group.entries.is_empty() {
            return Ok(outcomes);
        }
        let Group {
            mut overlay,
            registry,
            mut edge,
            entries,
            changes_registry,
        } = group;
        let mut batch = overlay.take_batch()?;
        drop(overlay);
        let registry = registry.unwrap_or_else(|| self.state.registry().clone());
        if changes_registry {
            // Before anything is durable, so that a refusal leaves nothing.
            insert_registry(&mut batch, &registry)?;
        }
        let mut tail = self.tail.clone();
        let mut files = bundle_files(&self.snapshot.tiles, &mut tail, self.snapshot.size(), &entries);
        files.extend(tile_files(&self.snapshot.tiles, &mut edge));
        let checkpoint = self.sign(&edge)?;
        self.publish(&entries, &files, checkpoint)?;
        let last = entries.last().map(|entry| LeafHash::of_entry(entry));
        self.write_rows(batch, last)?;
        self.state.advance(edge.size(), registry);
        self.edge = edge;
        self.tail = tail;
        Ok(outcomes)
    }

    fn sign(&self, edge: &TileEdge) -> Result<SignedCheckpoint, AppendError> {
        let origin = self.snapshot.checkpoint().origin().clone();
        Ok(self
            .key
            .sign(Checkpoint::new(origin, edge.size(), edge.root())?)?)
    }

    /// Makes entries durable, and publishes their files and the checkpoint over them.
    fn publish(
        &mut self,
        entries: &[&[u8]],
        files: &[NewFile],
        checkpoint: SignedCheckpoint,
    ) -> Result<(), AppendError> {
        let disk = Arc::clone(&self.snapshot.disk);
        let layout = self.snapshot.layout.clone();
        let file = NewFile {
            path: layout.checkpoint(),
            bytes: checkpoint.to_string().into_bytes(),
        };
        if self.journal.suits(entries) {
            let commit = Commit {
                before: self.snapshot.signed_checkpoint(),
                after: &checkpoint,
                entries,
            };
            self.journal
                .commit(disk.as_ref(), &layout, commit, files, &file)?;
            let removed = self.superseded();
            self.journal.forget(&removed.remove());
        } else if self.journal.is_empty() {
            let removed = self.superseded();
            publish_under(disk.as_ref(), files, Vec::new(), &file, || drop(removed.remove()))?;
        } else {
            let unsynced = self.journal.take_unsynced();
            publish_under(disk.as_ref(), files, unsynced, &file, || ())?;
            self.journal.empty(disk.as_ref(), &layout)?;
        }
        self.before.push(self.snapshot.size());
        self.snapshot = self.snapshot.at(checkpoint);
        if self.journal.is_full() {
            self.settle()?;
        }
        Ok(())
    }

    /// Waits for what went through the journal, and lets go of what that alone needed.
    pub(crate) fn settle(&mut self) -> Result<(), DiskError> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let Snapshot { disk, layout, .. } = &self.snapshot;
        self.journal.settle(disk.as_ref(), layout)?;
        self.superseded().remove();
        Ok(())
    }

    fn write_rows(&self, mut batch: RowBatch, last: Option<LeafHash>) -> Result<(), AppendError> {
        let Some(last) = last else {
            return Ok(());
        };
        let state = StateRow {
            origin: self.snapshot.origin().to_owned(),
            size: self.snapshot.size(),
            last,
            checkpoint: self.snapshot.signed_checkpoint().to_string(),
        };
        finish(&mut batch, &state)?;
        Ok(self.state.store()?.apply(batch)?)
    }

    /// The sizes whose partial tiles are not needed any more: neither by readers who have the checkpoint that is still published, or
    /// the one before it, nor by the journal.
    fn superseded(&mut self) -> Superseded {
        let snapshot = &self.snapshot;
        let mut kept = vec![snapshot.size()];
        kept.extend(self.before.last());
        kept.extend(self.journal.base());
        let sizes = self.before.extract_if(.., |size| !kept.contains(size)).collect();
        Superseded {
            tiles: snapshot.tiles.clone(),
            disk: Arc::clone(&snapshot.disk),
            sizes,
            kept,
        }
    }
}

/// Partial tiles that may go.
struct Superseded {
    tiles: TileFiles,
    disk: Arc<dyn Disk>,
    sizes: Vec<TreeSize>,
    kept: Vec<TreeSize>,
}

impl Superseded {
    /// Removes them; the files and directories that are no more.
    fn remove(&self) -> Vec<PathBuf> {
        let of_size = |size: &TreeSize| remove_partial(&self.tiles, self.disk.as_ref(), *size, &self.kept);
        self.sizes.iter().flat_map(of_size).collect()
    }
}

impl<'a> Group<'_, 'a> {
    fn admit_all(&mut self, entries: &'a [Vec<u8>]) -> Result<Vec<Outcome>, RowError> {
        let decoded = parallel::map(entries.iter().collect(), |entry: &Vec<u8>| {
            Unverified::decode(entry)
        });
        let mut outcomes = Vec::with_capacity(entries.len());
        let mut run = Vec::new();
        for (bytes, decoded) in entries.iter().zip(decoded) {
            let changes_keys = decoded.as_ref().is_ok_and(Unverified::changes_keys);
            run.push(Candidate { bytes, decoded });
            if changes_keys {
                self.admit_run(std::mem::take(&mut run), &mut outcomes)?;
            }
        }
        self.admit_run(run, &mut outcomes)?;
        Ok(outcomes)
    }

    /// Entries of which only the last can change which keys there are: their signatures can be verified at once.
    fn admit_run(&mut self, run: Vec<Candidate<'a>>, outcomes: &mut Vec<Outcome>) -> Result<(), RowError> {
        let registry = self.registry.as_ref();
        let verified = parallel::map(run, |Candidate { bytes, decoded }| {
            let changes_keys = decoded.as_ref().is_ok_and(Unverified::changes_keys);
            let entry = match decoded {
                Ok(entry) => {
                    let leaf = entry.leaf();
                    let refused = |error: VerifyEntryError| (Some(leaf), error.into());
                    entry.verify(registry).map_err(refused)
                }
                Err(error) => Err((None, error.into())),
            };
            (bytes, changes_keys, entry)
        });
        for (bytes, changes_keys, entry) in verified {
            outcomes.push(match entry {
                Ok(entry) => self.admit(bytes, &entry, changes_keys)?,
                Err((leaf, refusal)) => self.refuse(leaf, refusal)?,
            });
        }
        Ok(())
    }

    /// What becomes of an entry that may not enter, perhaps because it is there already.
    ///
    /// Nothing that is there would be admitted: it is itself what its chains have beyond what its signer had seen. So only what is refused
    /// is looked for.
    fn refuse(&self, leaf: Option<LeafHash>, refusal: EntryRefusal) -> Result<Outcome, RowError> {
        let known = leaf.map(|leaf| self.overlay.index_of(&leaf)).transpose()?;
        Ok(match known.flatten() {
            Some(index) => Outcome::Known { index },
            None => Outcome::Refused(refusal),
        })
    }

    fn admit(&mut self, bytes: &'a [u8], entry: &Verified, changes_keys: bool) -> Result<Outcome, RowError> {
        let leaf = entry.leaf();
        let size = self.edge.size();
        let changes = match step(&mut self.overlay, &mut self.registry, size, entry) {
            Ok(changes) => changes,
            Err(AdmitError::Refused(refusal @ EntryRefusal::FalseSeal { .. })) => {
                self.overlay.drop_index();
                return Ok(Outcome::Refused(refusal));
            }
            Err(AdmitError::Refused(refusal)) => return self.refuse(Some(leaf), refusal),
            Err(AdmitError::View(error)) => return Err(error),
        };
        let index = size.next();
        let mut findings: Vec<_> = changes.findings().collect();
        findings.sort();
        let terms = self
            .registry
            .iter()
            .flat_map(|registry| terms(index, entry, registry))
            .collect();
        self.overlay.record(index, leaf, changes, terms)?;
        self.edge.push(leaf);
        self.entries.push(bytes);
        self.changes_registry |= changes_keys;
        Ok(Outcome::Appended {
            index,
            leaf,
            findings,
        })
    }
}
