//! Small commits: one wait for the disk instead of several.
//!
//! ```text
//! commit    record appended to `journal`, fsynced  →  tiles and checkpoint, in the system's memory  →  store  →  answer
//! settling  all those files fsynced  →  `journal` emptied
//! opening   what is in `journal` is done again from its first checkpoint on, fsynced  →  `journal` emptied
//! ```
//! Whatever becomes of files that were not waited for, the journal has what they should hold: a checkpoint and tiles that are on the disk, and
//! every entry and checkpoint since. Until it is emptied, the tiles of that first checkpoint stay.
//!
//! ```text
//! record = length u32 || length u32 || SHA-256(body) || body || zeros to a multiple of 4096 bytes      integers: big-endian
//! body   = "prova journal 1\n" || length u32 || checkpoint before || length u32 || checkpoint after || entries
//! ```
//! The entries stand as in a bundle (C2SP `tlog-tiles`), as many as the sizes differ. Each record is on the disk before the next is
//! begun, and writing that touches no block of it. So only the last can be cut short, and then nobody was told of it. The length stands
//! there twice, so that one that was changed does not make a record seem cut short.

use std::{
    collections::BTreeSet,
    io,
    path::PathBuf,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use prova_core::{
    hash::{Digest, LeafHash},
    log::{
        Checkpoint, SignedCheckpoint,
        merkle::{EntryBundle, TileEdge, TileWidth, Tree, push_entry},
    },
    position::TreeSize,
    registry::Registry,
};

use crate::{
    disk::{
        layout::Layout,
        lock::Lock,
        publish::{Disk, DiskError, NewFile, is_absent, publish_under, sync_all, write_together},
    },
    log::{
        growth::{bundle_files, edge_of, load_tail, remove_partial, tile_files},
        open_error::{OpenError, lock, read_only},
        published::{read_charter, read_checkpoint, verify_checkpoint},
        tiles::TileFiles,
    },
};

const VERSION: &[u8] = b"prova journal 1\n";
const DIGEST_BYTES: usize = 32;
const LENGTH_BYTES: usize = 4;
const HEAD_BYTES: usize = 2 * LENGTH_BYTES + DIGEST_BYTES;
/// A commit of more bytes of entries waits for its tiles itself.
const MAX_COMMIT_BYTES: usize = 128 << 10;
/// A longer journal is settled.
const FULL_BYTES: u64 = 2 << 20;
/// The longest journal: one that is not full yet, and one record more.
const MAX_BYTES: u64 = FULL_BYTES + (1 << 20);
/// What a disk writes at once, or a multiple of it.
const BLOCK_BYTES: usize = 4096;
/// How long a reader waits for a writer to publish what is in the journal.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(5);

/// What a writer has put in the journal since it was last empty.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// There is a file, and its name is on the disk.
    is_there: bool,
    bytes: u64,
    /// The size whose checkpoint and tiles are on the disk.
    base: Option<TreeSize>,
    /// Files and directories that were not waited for.
    unsynced: BTreeSet<PathBuf>,
    /// The first commit of a process is often its only one, and then cheaper without.
    commits: u64,
}

/// What one wait for the disk makes durable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit<'a> {
    pub(crate) before: &'a SignedCheckpoint,
    pub(crate) after: &'a SignedCheckpoint,
    pub(crate) entries: &'a [&'a [u8]],
}

impl Journal {
    /// Whether a commit goes to the journal first.
    pub(crate) fn suits(&mut self, entries: &[&[u8]]) -> bool {
        self.commits = self.commits.saturating_add(1);
        let bytes: usize = entries.iter().map(|entry| entry.len().saturating_add(2)).sum();
        self.commits > 1 && bytes <= MAX_COMMIT_BYTES && entries.len() <= TileWidth::FULL.count()
    }

    /// The size whose tiles must stay.
    pub(crate) fn base(&self) -> Option<TreeSize> {
        self.base
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= FULL_BYTES
    }

    /// Makes a commit durable, then writes its files.
    pub(crate) fn commit(
        &mut self,
        disk: &dyn Disk,
        layout: &Layout,
        commit: Commit<'_>,
        files: &[NewFile],
        checkpoint: &NewFile,
    ) -> Result<(), DiskError> {
        let path = layout.journal();
        let failed = |source| DiskError {
            path: path.clone(),
            source,
        };
        if !self.is_there {
            // One that is there is empty: opening saw to that.
            disk.write(&path, &[]).map_err(failed)?;
            sync_all(disk, vec![path.clone(), layout.root().to_owned()])?;
            self.is_there = true;
        }
        let record = encode(commit);
        disk.append(&path, &record).map_err(failed)?;
        disk.sync(&path).map_err(failed)?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(record.len()).unwrap_or(u64::MAX));
        self.base.get_or_insert(commit.before.checkpoint().size());
        self.unsynced.extend(write_together(disk, files)?);
        self.unsynced
            .extend(write_together(disk, std::slice::from_ref(checkpoint))?);
        Ok(())
    }

    /// Files that are no more need not be waited for.
    pub(crate) fn forget(&mut self, removed: &[PathBuf]) {
        for path in removed {
            self.unsynced.remove(path);
        }
    }

    /// What must be waited for before another checkpoint may count on it. It is the caller's to wait.
    pub(crate) fn take_unsynced(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.unsynced).into_iter().collect()
    }

    /// Waits for everything, so that the journal is not needed any more.
    pub(crate) fn settle(&mut self, disk: &dyn Disk, layout: &Layout) -> Result<(), DiskError> {
        sync_all(disk, self.take_unsynced())?;
        self.empty(disk, layout)
    }

    /// Empties it, once nothing rests on it. If that does not reach the disk, it is found older than the checkpoint.
    pub(crate) fn empty(&mut self, disk: &dyn Disk, layout: &Layout) -> Result<(), DiskError> {
        if !self.is_empty() {
            empty(disk, layout)?;
            self.bytes = 0;
            self.base = None;
        }
        Ok(())
    }
}

fn empty(disk: &dyn Disk, layout: &Layout) -> Result<(), DiskError> {
    let path = layout.journal();
    disk.write(&path, &[])
        .map_err(|source| DiskError { path, source })
}

fn encode(commit: Commit<'_>) -> Vec<u8> {
    let mut body = VERSION.to_vec();
    for checkpoint in [commit.before, commit.after] {
        let text = checkpoint.to_string();
        body.extend_from_slice(&length(text.len()));
        body.extend_from_slice(text.as_bytes());
    }
    for entry in commit.entries {
        push_entry(&mut body, entry).expect("an entry that decodes has 1 to 65535 bytes");
    }
    let mut record = [length(body.len()); 2].concat();
    record.extend_from_slice(Digest::of(&body).as_bytes());
    record.extend_from_slice(&body);
    record.resize(record.len().next_multiple_of(BLOCK_BYTES), 0);
    record
}

fn length(bytes: usize) -> [u8; LENGTH_BYTES] {
    u32::try_from(bytes)
        .expect("a commit in the journal is of few bytes")
        .to_be_bytes()
}

/// A record as it is read.
struct Record {
    before: SignedCheckpoint,
    after: SignedCheckpoint,
    entries: Vec<Vec<u8>>,
}

/// The records of a journal, each beginning where the one before it ends.
fn decode(bytes: &[u8]) -> Result<Vec<Record>, String> {
    let mut records: Vec<Record> = Vec::new();
    let mut rest = bytes;
    while let Some((head, after_head)) = rest.split_at_checked(HEAD_BYTES) {
        let at = bytes.len().saturating_sub(rest.len());
        let changed = || format!("the record at byte {at} is not what was written");
        let (lengths, digest) = head.split_at(2 * LENGTH_BYTES);
        let (stated, again) = lengths.split_at(LENGTH_BYTES);
        if stated != again {
            return Err(changed());
        }
        let stated = stated
            .iter()
            .fold(0, |sum: usize, byte| (sum << 8) | usize::from(*byte));
        // Of a record that was cut short, its room may be there and empty.
        let Some(body) = after_head.get(..stated).filter(|body| !body.is_empty()) else {
            break;
        };
        let whole = HEAD_BYTES.saturating_add(stated).next_multiple_of(BLOCK_BYTES);
        let (record, next) = rest.split_at_checked(whole).unwrap_or((rest, &[]));
        let padding = record
            .get(HEAD_BYTES.saturating_add(stated)..)
            .unwrap_or_default();
        let is_whole = record.len() == whole && padding.iter().all(|byte| *byte == 0);
        if !is_whole || Digest::of(body).as_bytes() != digest {
            if next.is_empty() {
                break;
            }
            return Err(changed());
        }
        let record = decode_body(body).map_err(|reason| format!("the record at byte {at}: {reason}"))?;
        if records
            .last()
            .is_some_and(|last| last.after.to_string() != record.before.to_string())
        {
            return Err(format!(
                "the record at byte {at} does not follow the one before it"
            ));
        }
        records.push(record);
        rest = next;
    }
    Ok(records)
}

fn decode_body(body: &[u8]) -> Result<Record, String> {
    let cut = || "it is cut short".to_owned();
    let mut rest = body
        .strip_prefix(VERSION)
        .ok_or("it is of another version, use a newer version of this program")?;
    let mut checkpoint = || {
        let (length, text) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or_else(cut)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (text, next) = text.split_at_checked(length).ok_or_else(cut)?;
        rest = next;
        SignedCheckpoint::parse(text).map_err(|error| error.to_string())
    };
    let (before, after) = (checkpoint()?, checkpoint()?);
    let [from, to] = [&before, &after].map(|checkpoint| checkpoint.checkpoint().size().get());
    let width = to.checked_sub(from).and_then(|count| u16::try_from(count).ok());
    let width = width
        .and_then(TileWidth::new)
        .ok_or_else(|| format!("from {from} to {to} entries"))?;
    let entries = EntryBundle::decode(rest, width).map_err(|error| error.to_string())?;
    let entries = entries.entries().map(<[u8]>::to_vec).collect();
    Ok(Record {
        before,
        after,
        entries,
    })
}

fn read(disk: &dyn Disk, layout: &Layout) -> Result<Vec<u8>, OpenError> {
    match disk.read(&layout.journal(), MAX_BYTES) {
        Ok(bytes) => Ok(bytes),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(damaged(error.to_string())),
        Err(source) => Err(read_only(&layout.journal(), source)),
    }
}

fn damaged(reason: String) -> OpenError {
    OpenError::Journal { reason }
}

/// Takes up what a writer left that did not end well; whoever writes now is left alone.
pub(crate) fn take_up_left(disk: &Arc<dyn Disk>, layout: &Layout) -> Result<(), OpenError> {
    let started = Instant::now();
    loop {
        let bytes = read(disk.as_ref(), layout)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let patience_ends = started.elapsed() >= PATIENCE || !layout.lock().exists();
        let taken = if patience_ends {
            lock(layout).and_then(|_held| take_up(disk, layout))
        } else if let Some(_held) = Lock::read(&layout.lock()) {
            take_up(disk, layout)
        } else if is_published(disk.as_ref(), layout, &bytes) {
            return Ok(());
        } else {
            sleep(PAUSE);
            continue;
        };
        return match taken {
            // Who may not write, or meets damaged tiles, can read what is there, if the checkpoint covers it all.
            Err(OpenError::Permission { .. } | OpenError::Read(_) | OpenError::Root { .. })
                if is_published(disk.as_ref(), layout, &bytes) =>
            {
                Ok(())
            }
            taken => taken,
        };
    }
}

/// Whether the checkpoint covers what the journal has.
fn is_published(disk: &dyn Disk, layout: &Layout, bytes: &[u8]) -> bool {
    let size = |checkpoint: &SignedCheckpoint| checkpoint.checkpoint().size();
    match (decode(bytes), read_checkpoint(disk, layout)) {
        (Ok(records), Ok(published)) => records
            .last()
            .is_none_or(|last| size(&published) >= size(&last.after)),
        _ => false,
    }
}

/// Does again what the journal has, and empties it. The caller has the lock.
pub(crate) fn take_up(disk: &Arc<dyn Disk>, layout: &Layout) -> Result<(), OpenError> {
    let bytes = read(disk.as_ref(), layout)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let records = decode(&bytes).map_err(damaged)?;
    if let (Some(first), Some(last)) = (records.first(), records.last()) {
        redo(disk, layout, &first.before, &records, &last.after)?;
    }
    Ok(empty(disk.as_ref(), layout)?)
}

/// Makes the tiles and the checkpoint `after` again, from those of `before`.
fn redo(
    disk: &Arc<dyn Disk>,
    layout: &Layout,
    before: &SignedCheckpoint,
    records: &[Record],
    after: &SignedCheckpoint,
) -> Result<(), OpenError> {
    let tiles = TileFiles::new(layout.clone(), Arc::clone(disk));
    let (_, founding) = read_charter(&tiles, before.checkpoint().size())?;
    for checkpoint in [before, after] {
        verify_checkpoint(checkpoint, &founding)
            .map_err(|_| damaged("a checkpoint in it is not this ledger's".to_owned()))?;
    }
    let (from, to) = (before.checkpoint(), after.checkpoint());
    if let Some(published) = published(disk.as_ref(), layout, &founding) {
        if published.size() > to.size() {
            // It was settled, and emptying it has not reached the disk.
            return Ok(());
        }
        if published.size() < from.size() {
            return Err(OpenError::RolledBack {
                got: published.size(),
                want: to.size(),
            });
        }
    }
    let begin = |tiles: &TileFiles| -> Result<(TileEdge, Vec<u8>), OpenError> {
        let edge = edge_of(&Tree::new(tiles, from.size()), from.root())?;
        Ok((edge, load_tail(tiles, from.size())?))
    };
    // Where the tiles to begin from are damaged, the wider ones that came after them have the same.
    let (mut edge, mut tail) =
        begin(&tiles).or_else(|error| begin(&tiles.widest_first()).map_err(|_| error))?;
    let entries: Vec<_> = records
        .iter()
        .flat_map(|record| record.entries.iter().map(Vec::as_slice))
        .collect();
    for entry in &entries {
        edge.push(LeafHash::of_entry(entry));
    }
    check_end(&edge, to)?;
    let mut files = bundle_files(&tiles, &mut tail, from.size(), &entries);
    files.extend(tile_files(&tiles, &mut edge));
    let checkpoint = NewFile {
        path: layout.checkpoint(),
        bytes: after.to_string().into_bytes(),
    };
    publish_under(disk.as_ref(), &files, Vec::new(), &checkpoint, || ())?;
    for Record { before, .. } in records {
        remove_partial(&tiles, disk.as_ref(), before.checkpoint().size(), &[to.size()]);
    }
    Ok(())
}

fn check_end(edge: &TileEdge, to: &Checkpoint) -> Result<(), OpenError> {
    if edge.size() == to.size() && edge.root() == *to.root() {
        return Ok(());
    }
    Err(damaged(format!(
        "its entries lead to root {}, want {} of the first {} entries",
        edge.root(),
        to.root(),
        to.size()
    )))
}

/// The checkpoint in its file, if it is one of this ledger's: what was not waited for may have become anything.
fn published(disk: &dyn Disk, layout: &Layout, founding: &Registry) -> Option<Checkpoint> {
    let published = read_checkpoint(disk, layout).ok()?;
    verify_checkpoint(&published, founding).ok()?;
    Some(published.checkpoint().clone())
}

#[cfg(test)]
mod tests;
