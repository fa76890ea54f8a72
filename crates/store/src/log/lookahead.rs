//! Reading a ledger on all cores: bundles are read, hashed, decoded and their signatures verified ahead of their turn.
//!
//! ```text
//! worker 1             chunk 1   chunk 3   chunk 4 …          a chunk: neighbouring bundles, about 512 KiB
//! worker 2             chunk 2   chunk 5   …
//! caller     chunk 0             admit 1   admit 2 …          in order, one after the other
//! ```
//! Chunk 0, one bundle, is read and admitted before the others begin, since it brings keys.
//! What is ahead at any moment is bounded in bytes, whatever the size of the ledger or of its entries.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use prova_core::{
    hash::LeafHash, ledger::ReadAhead, log::merkle::Bundle, position::EntryIndex, registry::Registry,
};

use crate::{
    log::{
        snapshot::Snapshot,
        tiles::{ReadError, bundles},
    },
    parallel,
};

/// Bytes of bundles that one thread takes at a time: some hundred entries of 1 KiB, whose signatures share their work.
const CHUNK_BYTES: u64 = 512 << 10;
/// Bytes of bundles ahead of their turn. Decoded, an entry takes a few times its length.
const BYTES_AHEAD: u64 = 4 << 20;
/// Bundles of tiny entries that one thread takes at a time.
const MAX_CHUNK_BUNDLES: usize = 8;
/// A ledger of fewer entries is not worth the threads.
const WORTH_IT: u64 = 600;

/// Neighbouring entries whose turn it is.
pub(crate) struct Chunk {
    /// The entries, as far as they could be found out about.
    pub(crate) ahead: ReadAhead,
    /// The leaf hashes of the entries of each bundle.
    pub(crate) leaves: Vec<Vec<LeafHash>>,
    /// What comes next cannot be read. Nothing after this chunk counts then.
    pub(crate) failed: Option<ReadError>,
}

/// What the workers and the caller share.
struct Queue<'a> {
    snapshot: &'a Snapshot,
    work: Mutex<Work>,
    changed: Condvar,
}

struct Work {
    /// The next bundle that nobody has taken.
    bundle: u64,
    /// The number of the next chunk that nobody has taken.
    chunk: u64,
    /// Chunks that wait for their turn, and their bytes.
    ready: BTreeMap<u64, (Chunk, u64)>,
    bytes_ahead: u64,
    /// Nobody wants more: the caller has found something wrong, or a worker panicked.
    ended: bool,
    /// A registry as of some time ago.
    registry: Option<Arc<Registry>>,
}

/// Gives each chunk of a ledger, in order, to `take`, which returns the registry when that has changed.
pub(crate) fn in_order<E>(
    snapshot: &Snapshot,
    mut take: impl FnMut(Chunk) -> Result<Option<Registry>, E>,
) -> Result<(), E> {
    let queue = Queue {
        snapshot,
        work: Mutex::new(Work {
            bundle: 0,
            chunk: 0,
            ready: BTreeMap::new(),
            bytes_ahead: 0,
            ended: false,
            registry: None,
        }),
        changed: Condvar::new(),
    };
    let take_next = |take: &mut dyn FnMut(Chunk) -> Result<Option<Registry>, E>| {
        let Some((_, bundles, _)) = queue.take_chunk() else {
            return Ok(false);
        };
        let registry = take(read(snapshot, bundles, || queue.work().registry.clone()))?;
        let mut work = queue.work();
        work.bytes_ahead = 0;
        work.learn(registry);
        Ok(true)
    };
    let threads = parallel::threads();
    if threads == 1 || snapshot.size().get() < WORTH_IT {
        while take_next(&mut take)? {}
        return Ok(());
    }
    // Most keys are enrolled at the beginning: without them the workers could verify nothing ahead.
    take_next(&mut take)?;
    thread::scope(|scope| {
        let _ends = Ends(&queue);
        for _ in 0..threads {
            scope.spawn(|| queue.work_off());
        }
        for number in 1.. {
            let Some(chunk) = queue.next(number) else {
                break;
            };
            let registry = take(chunk)?;
            queue.work().learn(registry);
        }
        Ok(())
    })
}

/// Tells everybody that nothing more is wanted, also when this thread panics.
struct Ends<'a>(&'a Queue<'a>);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.work().ended = true;
        self.0.changed.notify_all();
    }
}

impl Queue<'_> {
    fn work(&self) -> MutexGuard<'_, Work> {
        // Nothing under the lock leaves it half done.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes chunks until there is none. A worker that ends for lack of work ends nothing for the others.
    fn work_off(&self) {
        let panics = Ends(self);
        while let Some((number, bundles, bytes)) = self.take_chunk() {
            let chunk = read(self.snapshot, bundles, || self.work().registry.clone());
            self.work().ready.insert(number, (chunk, bytes));
            self.changed.notify_all();
        }
        std::mem::forget(panics);
    }

    /// The next chunk to be read, once there is room for it.
    fn take_chunk(&self) -> Option<(u64, Vec<Bundle>, u64)> {
        let mut work = self.work();
        while work.bytes_ahead >= BYTES_AHEAD && !work.ended {
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        if work.ended {
            return None;
        }
        work.take_chunk(self.snapshot)
    }

    /// The chunk with a number, once it is ready; none after the last.
    fn next(&self, number: u64) -> Option<Chunk> {
        let mut work = self.work();
        loop {
            if let Some((chunk, bytes)) = work.ready.remove(&number) {
                work.bytes_ahead = work.bytes_ahead.saturating_sub(bytes);
                self.changed.notify_all();
                return Some(chunk);
            }
            let all_taken = work.bundle >= self.snapshot.size().get().div_ceil(256);
            if work.ended || (all_taken && number >= work.chunk) {
                return None;
            }
            work = self.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Work {
    fn learn(&mut self, registry: Option<Registry>) {
        if let Some(registry) = registry {
            self.registry = Some(Arc::new(registry));
        }
    }

    /// The number of the next chunk, its bundles and their bytes.
    fn take_chunk(&mut self, snapshot: &Snapshot) -> Option<(u64, Vec<Bundle>, u64)> {
        let first = EntryIndex::new(self.bundle.saturating_mul(256));
        let mut taken = Vec::new();
        let mut bytes = 0_u64;
        for bundle in bundles(snapshot.size(), first) {
            // A file that is not there shows when it is read.
            let length = snapshot.disk.len(&snapshot.tiles.path(bundle)).unwrap_or(0);
            bytes = bytes.saturating_add(length);
            taken.push(bundle);
            if bytes >= CHUNK_BYTES || taken.len() >= MAX_CHUNK_BUNDLES || self.chunk == 0 {
                break;
            }
        }
        if taken.is_empty() {
            return None;
        }
        let number = self.chunk;
        self.chunk = self.chunk.saturating_add(1);
        self.bundle = self
            .bundle
            .saturating_add(u64::try_from(taken.len()).unwrap_or(u64::MAX));
        self.bytes_ahead = self.bytes_ahead.saturating_add(bytes);
        Some((number, taken, bytes))
    }
}

/// Reads bundles until one is damaged, and finds out about their entries what can be.
fn read(
    snapshot: &Snapshot,
    bundles: Vec<Bundle>,
    registry: impl FnOnce() -> Option<Arc<Registry>>,
) -> Chunk {
    let mut chunk = Chunk {
        ahead: ReadAhead::new(),
        leaves: Vec::with_capacity(bundles.len()),
        failed: None,
    };
    for bundle in bundles {
        if let Err(error) = read_bundle(snapshot, bundle, &mut chunk) {
            chunk.failed = Some(error);
            break;
        }
    }
    if let Some(registry) = registry() {
        chunk.ahead.verify(&registry);
    }
    chunk
}

/// Adds the entries of a bundle, up to the first that is not the one recorded.
fn read_bundle(snapshot: &Snapshot, bundle: Bundle, chunk: &mut Chunk) -> Result<(), ReadError> {
    let entries = snapshot.tiles.bundle_file(bundle)?;
    let (tile, recorded) = snapshot.tiles.leaves(bundle)?;
    let mut leaves = Vec::with_capacity(recorded.len());
    for ((index, entry), want) in entries.indexed().zip(recorded) {
        if let Err(got) = chunk.ahead.push_if(&want, entry) {
            return Err(ReadError::Leaf {
                file: entries.file.clone(),
                index,
                got,
                want,
                tile: tile.into(),
            });
        }
        leaves.push(want);
    }
    chunk.leaves.push(leaves);
    Ok(())
}
