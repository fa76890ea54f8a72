//! Every check of admission again, on the bytes of a ledger alone.
//!
//! Entries against leaf hashes, hash tiles against the hashes recomputed, the root against the checkpoint, signatures in
//! batches, entitlement, links and life. The first thing that is wrong ends it; `fsck` lists all.

use prova_core::{
    hash::NodeHash,
    ledger::replay::{Replay, ReplayError, Replayed, Rows},
    lifecycle::Finding,
    log::merkle::{Bundle, Tile, TileEdge, WrittenTile},
    position::{EntryIndex, TreeSize},
    registry::Registry,
};

use crate::{
    blame::Blame,
    log::{
        lookahead::{self, Chunk},
        snapshot::Snapshot,
        tiles::{ReadError, first_entry},
    },
    progress::{Meter, Progress},
    rows::RowError,
    scratch::Scratch,
    state::state::State,
};

/// What a ledger adds up to, all of it derived from its bytes.
#[derive(Debug)]
pub struct Audit {
    /// Number of entries.
    pub size: TreeSize,
    /// Root of the tree over them: that of the checkpoint.
    pub root: NodeHash,
    /// Signatures on the entries, all of them good.
    pub signatures: u64,
    /// The registry at the end.
    pub registry: Registry,
    /// How many components entries are about.
    pub components: u64,
    /// Chains and indices.
    pub state: State,
    /// What is recorded and contradicts itself, in the order of findings, statements by distrusted keys among it.
    pub findings: Vec<Finding>,
}

/// Where a ledger does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Bytes are missing or changed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry that the ledger should not hold.
    #[error("{file} holds an entry that should not be in the ledger")]
    Entry {
        /// The entry bundle, as a path below the ledger's directory.
        file: String,
        /// Which entry, and why.
        source: Box<ReplayError<RowError>>,
    },
    /// A hash in a tile is not that of the entries below it.
    #[error("{file} has the hash {got} over entry {entry} and those after it, want {want}")]
    Tile {
        /// The tile, as a path below the ledger's directory.
        file: String,
        /// The first entry below the hash.
        entry: EntryIndex,
        /// The hash in the file.
        got: NodeHash,
        /// The hash recomputed.
        want: NodeHash,
    },
    /// The checkpoint is about other entries.
    #[error("the first {size} entries have root {got}, want {want} by the checkpoint")]
    Root {
        /// Number of entries.
        size: TreeSize,
        /// The root recomputed.
        got: NodeHash,
        /// The root in the checkpoint.
        want: NodeHash,
    },
}

impl AuditError {
    /// Whose business it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Read(error) => error.blame(),
            Self::Entry { source, .. } => match source.as_ref() {
                ReplayError::Rows { source, .. } => source.blame(),
                _ => Blame::Evidence,
            },
            Self::Tile { .. } | Self::Root { .. } => Blame::Evidence,
        }
    }

    fn entry(size: TreeSize, source: ReplayError<RowError>) -> Self {
        let bundle = Bundle::of_entry(source.index(), size);
        Self::Entry {
            file: bundle.map_or_else(|| "tile/entries".to_owned(), |(bundle, _)| bundle.to_string()),
            source: Box::new(source),
        }
    }
}

/// Audits a ledger.
///
/// # Errors
/// The first place where it does not hold.
pub fn audit(snapshot: &Snapshot, progress: &dyn Progress) -> Result<Audit, AuditError> {
    let mut rows = Scratch::default();
    let Replayed {
        registry,
        size,
        root,
        signatures,
    } = replay(snapshot, &mut rows, progress)?;
    // A snapshot has a charter, and the replay admitted it.
    let registry = registry.unwrap_or_else(|| snapshot.founding().clone());
    let mut findings = rows.take_findings();
    let components = rows.components();
    let state = State::in_scratch(size, registry.clone(), rows);
    findings.extend(state.distrusted(snapshot)?);
    findings.sort();
    Ok(Audit {
        size,
        root,
        signatures,
        registry,
        components,
        state,
        findings,
    })
}

/// Reads and checks everything that a checkpoint covers, and keeps its rows.
pub(crate) fn replay<R: Rows<Error = RowError>>(
    snapshot: &Snapshot,
    rows: &mut R,
    progress: &dyn Progress,
) -> Result<Replayed, AuditError> {
    let size = snapshot.size();
    let meter = Meter::new(progress, size.get());
    let mut edge = TileEdge::new();
    let mut replay = Replay::new();
    let mut head = None;
    let wrong = |source| AuditError::entry(size, source);
    lookahead::in_order::<AuditError>(snapshot, |chunk| {
        let Chunk {
            ahead,
            leaves,
            failed,
        } = chunk;
        // Entries before the damage have their verdict first: the first wrong place counts.
        replay.take(rows, ahead).map_err(wrong)?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        for leaves in leaves {
            for leaf in leaves {
                edge.push(leaf);
            }
            for written in edge.take_tiles() {
                check_tile(snapshot, &written)?;
            }
        }
        meter.at(edge.size().get());
        let now = replay.registry().map(Registry::head);
        let changed = std::mem::replace(&mut head, now) != now;
        Ok(replay.registry().filter(|_| changed).cloned())
    })?;
    let replayed = replay.finish(rows).map_err(wrong)?;
    let (got, want) = (replayed.root, *snapshot.checkpoint().root());
    if got != want {
        return Err(AuditError::Root { size, got, want });
    }
    Ok(replayed)
}

/// Holds a tile on the disk against the one recomputed, if it will not grow any more below this size.
pub(crate) fn check_tile(snapshot: &Snapshot, written: &WrittenTile) -> Result<(), AuditError> {
    let WrittenTile { tile, hashes } = written;
    if Tile::in_tree(tile.level(), tile.index(), snapshot.size()) != Some(*tile) {
        return Ok(());
    }
    let (file, found) = snapshot.tiles.tile(*tile)?;
    match first_difference(*tile, &found, hashes) {
        None => Ok(()),
        Some((entry, got, want)) => Err(AuditError::Tile {
            file,
            entry,
            got,
            want,
        }),
    }
}

/// The first hash that differs, and the first entry below it.
pub(crate) fn first_difference(
    tile: Tile,
    got: &[NodeHash],
    want: &[NodeHash],
) -> Option<(EntryIndex, NodeHash, NodeHash)> {
    let (position, (got, want)) = (0_u64..)
        .zip(got.iter().zip(want))
        .find(|(_, (got, want))| got != want)?;
    let leaves = 256_u64
        .checked_pow(u32::from(tile.level().get()))
        .unwrap_or(u64::MAX);
    let levels = u32::from(tile.level().get()).saturating_add(1);
    let first = first_entry(tile.index(), levels);
    let entry = first.get().saturating_add(position.saturating_mul(leaves));
    Some((EntryIndex::new(entry), *got, *want))
}
