//! A disk that fails where it is told to, and remembers what a power failure at any moment may leave.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use prova_core::hash::Digest;

use super::cache::{Cache, Content, is_beside};
use crate::disk::{Disk, RealDisk};

/// What a disk does to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Fails, and does nothing.
    Fails,
    /// Does it, and says that it failed.
    Persists,
    /// Does half of it, and says that it failed. A sync loses half of what it should have written.
    Half,
    /// From here on there is no room; what needs none works.
    Full,
    /// From here on nothing works any more.
    Dead,
}

pub(super) const MODES: [Mode; 5] = [Mode::Fails, Mode::Persists, Mode::Half, Mode::Full, Mode::Dead];

/// What may go wrong, after so many that go well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Nothing,
    Change(usize, Mode),
    /// One read fails.
    Read(usize),
    /// All reads from here on fail.
    Reads(usize),
}

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    Size(usize),
    Attachment(Digest),
    Copy,
}

/// The store's files: path in the base directory, content.
pub(super) type Stores = Arc<BTreeMap<PathBuf, Vec<u8>>>;

/// The moment after a change.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) cache: Cache,
    pub(super) stores: Stores,
    /// What had been acknowledged.
    pub(super) acks: Vec<Ack>,
}

#[derive(Debug)]
struct Inner {
    cache: Cache,
    fault: Fault,
    changes: usize,
    reads: usize,
    hit: bool,
    acks: Vec<Ack>,
    moments: Option<Vec<Moment>>,
}

/// Files in a real directory, as a page cache shows them. Nothing is really waited for.
#[derive(Debug)]
pub(super) struct FaultDisk {
    base: PathBuf,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Room,
    Nothing,
}

impl FaultDisk {
    pub(super) fn new(base: &Path, fault: Fault) -> Self {
        let inner = Inner {
            cache: Cache::load(base),
            fault,
            changes: 0,
            reads: 0,
            hit: false,
            acks: Vec::new(),
            moments: None,
        };
        Self {
            base: base.to_owned(),
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Remembers every moment from now on.
    pub(super) fn record(&self) {
        let now = self.now();
        self.lock().moments = Some(vec![now]);
    }

    pub(super) fn moments(&self) -> Vec<Moment> {
        let now = self.now();
        let mut moments = self.lock().moments.take().unwrap_or_default();
        moments.push(now);
        moments
    }

    pub(super) fn now(&self) -> Moment {
        let inner = self.lock();
        Moment {
            cache: inner.cache.clone(),
            stores: Arc::new(stores(&self.base)),
            acks: inner.acks.clone(),
        }
    }

    /// Works from now on.
    pub(super) fn heal(&self) {
        self.lock().fault = Fault::Nothing;
    }

    /// Whether the fault was reached.
    pub(super) fn hit(&self) -> bool {
        self.lock().hit
    }

    /// How often it was read.
    pub(super) fn reads(&self) -> usize {
        self.lock().reads
    }

    /// The caller is told.
    pub(super) fn acknowledge(&self, ack: Ack) {
        self.lock().acks.push(ack);
    }

    pub(super) fn acks(&self) -> Vec<Ack> {
        self.lock().acks.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let path = path.strip_prefix(&self.base).ok()?;
        (!is_beside(path)).then(|| path.to_owned())
    }

    /// A change, whole (`true`) or half (`false`): to the real files, and to the cache.
    fn change(
        &self,
        path: &Path,
        needs: Needs,
        real: impl Fn(bool) -> io::Result<()>,
        cached: impl Fn(&mut Cache, &Path, bool),
    ) -> io::Result<()> {
        let mut inner = self.lock();
        let number = inner.changes;
        inner.changes += 1;
        let done = |inner: &mut Inner, whole| {
            real(whole)?;
            if let Some(path) = self.inside(path) {
                cached(&mut inner.cache, &path, whole);
            }
            if let Some(moments) = &mut inner.moments {
                let mut stores = Arc::new(stores(&self.base));
                if let Some(last) = moments.last().filter(|last| last.stores == stores) {
                    stores = Arc::clone(&last.stores);
                }
                moments.push(Moment {
                    cache: inner.cache.clone(),
                    stores,
                    acks: inner.acks.clone(),
                });
            }
            Ok(())
        };
        let failed = || Err(io::Error::other("the disk failed"));
        match inner.fault {
            Fault::Change(at, mode) if number == at || (number > at && mode >= Mode::Full) => {
                inner.hit = true;
                match mode {
                    Mode::Fails | Mode::Dead => failed(),
                    Mode::Persists => done(&mut inner, true).and_then(|()| failed()),
                    Mode::Half => {
                        // What cannot be done by half is not done.
                        let _ = done(&mut inner, false);
                        failed()
                    }
                    Mode::Full if needs == Needs::Nothing => done(&mut inner, true),
                    Mode::Full => {
                        let _ = done(&mut inner, false);
                        Err(io::ErrorKind::StorageFull.into())
                    }
                }
            }
            _ => done(&mut inner, true),
        }
    }

    fn read_one<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.lock().read_fails()?;
        act()
    }
}

impl PartialOrd for Mode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let rank = |mode: &Self| MODES.iter().position(|other| other == mode);
        rank(self).partial_cmp(&rank(other))
    }
}

impl Inner {
    fn read_fails(&mut self) -> io::Result<()> {
        let number = self.reads;
        self.reads += 1;
        match self.fault {
            Fault::Read(at) if number == at => {}
            Fault::Reads(at) if number >= at => {}
            _ => return Ok(()),
        }
        self.hit = true;
        Err(io::Error::other("the disk cannot be read"))
    }
}

/// A stream whose every piece may fail.
struct Stream {
    file: Box<dyn Read + Send>,
    inner: Arc<Mutex<Inner>>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.lock().unwrap().read_fails()?;
        self.file.read(buffer)
    }
}

fn part(bytes: &[u8], whole: bool) -> &[u8] {
    &bytes[..if whole { bytes.len() } else { bytes.len() / 2 }]
}

fn undividable() -> io::Result<()> {
    Err(io::Error::other("not done by half"))
}

impl Disk for FaultDisk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.read_one(|| RealDisk.read(path, limit))
    }

    fn reader(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let file = self.read_one(|| RealDisk.reader(path))?;
        let inner = Arc::clone(&self.inner);
        Ok(Box::new(Stream { file, inner }))
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        self.read_one(|| RealDisk.len(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        self.read_one(|| RealDisk.list(dir))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.change(
            path,
            Needs::Room,
            |whole| RealDisk.write(path, part(bytes, whole)),
            |cache, path, whole| cache.write(path, part(bytes, whole)),
        )
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.change(
            path,
            Needs::Room,
            |whole| RealDisk.append(path, part(bytes, whole)),
            |cache, path, whole| cache.append(path, part(bytes, whole)),
        )
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let target = self.inside(to);
        self.change(
            from,
            Needs::Room,
            |whole| {
                if whole {
                    RealDisk.rename(from, to)
                } else {
                    undividable()
                }
            },
            |cache, from, _| cache.rename(from, target.as_ref().unwrap()),
        )
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.change(
            path,
            Needs::Nothing,
            |_| fs::metadata(path).map(|_| ()),
            |cache, at, whole| {
                let lost: Option<Content> = if whole { None } else { cache.lose(at) };
                match lost {
                    Some(rest) => fs::write(path, &*rest).unwrap(),
                    None if whole => cache.sync(at),
                    None => {}
                }
            },
        )
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(
            dir,
            Needs::Room,
            |whole| {
                if whole {
                    RealDisk.create_dir(dir)
                } else {
                    undividable()
                }
            },
            |cache, path, _| cache.create_dir(path),
        )
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change(
            path,
            Needs::Nothing,
            |whole| {
                if whole {
                    RealDisk.remove_file(path)
                } else {
                    undividable()
                }
            },
            |cache, path, _| cache.remove(path),
        )
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(
            dir,
            Needs::Nothing,
            |whole| {
                if whole {
                    RealDisk.remove_dir(dir)
                } else {
                    undividable()
                }
            },
            |cache, path, _| cache.remove(path),
        )
    }
}

/// The files of stores below a directory as they are now.
fn stores(base: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![base.to_owned()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(base).unwrap().to_owned();
            if path.is_dir() {
                todo.push(path);
            } else if is_beside(&relative) && !relative.ends_with("lock") {
                // The store may remove files of its own meanwhile.
                if let Ok(content) = fs::read(&path) {
                    found.insert(relative, content);
                }
            }
        }
    }
    found
}
