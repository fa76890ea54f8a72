//! A disk that fails where it is told to, and remembers what a power failure at any moment may leave.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use prova_rows::disk::{Disk, ReadAt, RealDisk};

use super::page_cache::{Content, PageCache};

/// What a disk does to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
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

/// All of them.
pub const MODES: [Mode; 5] = [Mode::Fails, Mode::Persists, Mode::Half, Mode::Full, Mode::Dead];

/// What may go wrong, after so many that go well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// Everything goes well.
    Nothing,
    /// A change goes wrong.
    Change(usize, Mode),
    /// One read fails.
    Read(usize),
    /// All reads from here on fail.
    Reads(usize),
}

/// Files that are written past the page cache: path in the base directory, content.
pub type OtherFiles = Arc<BTreeMap<PathBuf, Vec<u8>>>;

/// The moment after a change.
#[derive(Clone, Debug)]
pub struct AfterChange<A> {
    /// What is on the disk, and what is not yet.
    pub cache: PageCache,
    /// The other files as they were.
    pub others: OtherFiles,
    /// What had been acknowledged.
    pub acks: Vec<A>,
}

#[derive(Debug)]
struct Inner<A> {
    cache: PageCache,
    fault: DiskFault,
    changes: usize,
    reads: usize,
    hit: bool,
    acks: Vec<A>,
    moments: Option<Vec<AfterChange<A>>>,
}

/// Files in a real directory, as a page cache shows them. Nothing is really waited for. `A` is what callers are told when something is done.
#[derive(Debug)]
pub struct FaultDisk<A> {
    base: PathBuf,
    /// Which paths in the base directory, or names, are of files that others than this disk write.
    is_other: fn(&Path) -> bool,
    inner: Arc<Mutex<Inner<A>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Room,
    Nothing,
}

impl<A: Clone> FaultDisk<A> {
    /// A disk of what is in a directory. What `is_other` is true for is really written, but not part of the page cache.
    #[must_use]
    pub fn new(base: &Path, is_other: fn(&Path) -> bool, fault: DiskFault) -> Self {
        let inner = Inner {
            cache: PageCache::load(base, is_other),
            fault,
            changes: 0,
            reads: 0,
            hit: false,
            acks: Vec::new(),
            moments: None,
        };
        Self {
            base: base.to_owned(),
            is_other,
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Remembers every moment from now on.
    pub fn record(&self) {
        let now = self.now();
        self.lock().moments = Some(vec![now]);
    }

    /// Every moment since [`FaultDisk::record`], and the present one.
    #[must_use]
    pub fn moments(&self) -> Vec<AfterChange<A>> {
        let now = self.now();
        let mut moments = self.lock().moments.take().unwrap_or_default();
        moments.push(now);
        moments
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> AfterChange<A> {
        let inner = self.lock();
        AfterChange {
            cache: inner.cache.clone(),
            others: Arc::new(self.other_files()),
            acks: inner.acks.clone(),
        }
    }

    /// Works from now on.
    pub fn heal(&self) {
        self.lock().fault = DiskFault::Nothing;
    }

    /// Whether the fault was reached.
    #[must_use]
    pub fn hit(&self) -> bool {
        self.lock().hit
    }

    /// How often it was read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.lock().reads
    }

    /// The caller is told.
    pub fn acknowledge(&self, ack: A) {
        self.lock().acks.push(ack);
    }

    /// What callers were told so far.
    #[must_use]
    pub fn acks(&self) -> Vec<A> {
        self.lock().acks.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner<A>> {
        self.inner.lock().expect("no test panicked before")
    }

    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let path = path.strip_prefix(&self.base).ok()?;
        (!(self.is_other)(path)).then(|| path.to_owned())
    }

    /// The files as they are now that are written past the page cache.
    fn other_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut todo = vec![self.base.clone()];
        while let Some(directory) = todo.pop() {
            // A directory or a file may be removed meanwhile.
            for entry in fs::read_dir(&directory).into_iter().flatten() {
                let path = entry.expect("a directory of the test can be listed").path();
                let relative = path
                    .strip_prefix(&self.base)
                    .expect("it is below the base")
                    .to_owned();
                if path.is_dir() {
                    todo.push(path);
                } else if (self.is_other)(&relative)
                    && let Ok(content) = fs::read(&path)
                {
                    found.insert(relative, content);
                }
            }
        }
        found
    }

    /// A change, whole (`true`) or half (`false`): to the real files, and to the cache.
    fn change(
        &self,
        path: &Path,
        needs: Needs,
        real: impl Fn(bool) -> io::Result<()>,
        cached: impl Fn(&mut PageCache, &Path, bool),
    ) -> io::Result<()> {
        let mut inner = self.lock();
        let number = inner.changes;
        inner.changes += 1;
        let done = |inner: &mut Inner<A>, whole| {
            real(whole)?;
            if let Some(path) = self.inside(path) {
                cached(&mut inner.cache, &path, whole);
            }
            if let Some(moments) = &mut inner.moments {
                let mut others = Arc::new(self.other_files());
                if let Some(last) = moments.last().filter(|last| last.others == others) {
                    others = Arc::clone(&last.others);
                }
                moments.push(AfterChange {
                    cache: inner.cache.clone(),
                    others,
                    acks: inner.acks.clone(),
                });
            }
            Ok(())
        };
        let failed = || Err(io::Error::other("the disk failed"));
        match inner.fault {
            DiskFault::Change(at, mode) if number == at || (number > at && mode >= Mode::Full) => {
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

impl<A> Inner<A> {
    fn read_fails(&mut self) -> io::Result<()> {
        let number = self.reads;
        self.reads += 1;
        match self.fault {
            DiskFault::Read(at) if number == at => {}
            DiskFault::Reads(at) if number >= at => {}
            _ => return Ok(()),
        }
        self.hit = true;
        Err(io::Error::other("the disk cannot be read"))
    }
}

/// A stream whose every piece may fail.
struct Stream<A> {
    file: Box<dyn Read + Send>,
    inner: Arc<Mutex<Inner<A>>>,
}

impl<A> Read for Stream<A> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.lock().expect("no test panicked before").read_fails()?;
        self.file.read(buffer)
    }
}

/// A file each of whose reads may fail.
#[derive(Debug)]
struct OpenFile<A> {
    file: Arc<dyn ReadAt>,
    inner: Arc<Mutex<Inner<A>>>,
}

impl<A: fmt::Debug + Send> ReadAt for OpenFile<A> {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.inner.lock().expect("no test panicked before").read_fails()?;
        self.file.read_exact_at(bytes, offset)
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
}

fn part(bytes: &[u8], whole: bool) -> &[u8] {
    &bytes[..if whole { bytes.len() } else { bytes.len() / 2 }]
}

fn undividable() -> io::Result<()> {
    Err(io::Error::other("not done by half"))
}

impl<A: Clone + fmt::Debug + Send + Sync + 'static> Disk for FaultDisk<A> {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.read_one(|| RealDisk.read(path, limit))
    }

    fn reader(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let file = self.read_one(|| RealDisk.reader(path))?;
        let inner = Arc::clone(&self.inner);
        Ok(Box::new(Stream { file, inner }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadAt>> {
        let file = self.read_one(|| RealDisk.open(path))?;
        let inner = Arc::clone(&self.inner);
        Ok(Arc::new(OpenFile { file, inner }))
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
            |cache, from, _| cache.rename(from, target.as_ref().expect("nothing is moved out of the base")),
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
                    Some(rest) => fs::write(path, &*rest).expect("the real disk works"),
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
