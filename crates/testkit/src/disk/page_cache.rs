//! What a file system has in memory and what is on the disk: a write needs a sync of its file, a name one of its directory.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The content of a file.
pub type Content = Arc<Vec<u8>>;
type DirectoryNames = BTreeMap<OsString, usize>;

/// What a disk writes at once.
const BLOCK_BYTES: usize = 4096;

#[derive(Clone, Debug)]
enum CacheNode {
    File {
        now: Content,
        synced: Content,
    },
    Directory {
        now: DirectoryNames,
        synced: DirectoryNames,
    },
}

/// A directory tree as programs see it, and as a power failure may leave it.
#[derive(Clone, Debug)]
pub struct PageCache {
    nodes: Vec<CacheNode>,
}

/// Something that was not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// A name in a directory.
    Name,
    /// What a file holds.
    Content,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It is as it was when it was last waited for.
    Old,
    /// It is as it was to be.
    New,
    /// The first half of the new content.
    Half,
    /// As long as the new content, but the blocks were never written.
    Zeros,
}

/// Files, and directories without content.
pub type Image = BTreeMap<PathBuf, Option<Content>>;

impl PageCache {
    /// What is in a real directory, all of it on the disk, but for names that are left out.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn load(directory: &Path, is_left_out: fn(&Path) -> bool) -> Self {
        let mut cache = Self { nodes: Vec::new() };
        cache.load_node(directory, is_left_out);
        cache
    }

    fn load_node(&mut self, path: &Path, is_left_out: fn(&Path) -> bool) -> usize {
        let number = self.nodes.len();
        if path.is_dir() {
            self.nodes.push(CacheNode::Directory {
                now: DirectoryNames::new(),
                synced: DirectoryNames::new(),
            });
            for entry in fs::read_dir(path).expect("a directory of the test can be listed") {
                let path = entry.expect("a directory of the test can be listed").path();
                if !is_left_out(Path::new(path.file_name().expect("it has a name"))) {
                    let child = self.load_node(&path, is_left_out);
                    let name = path.file_name().expect("it has a name").to_owned();
                    self.names(number).insert(name, child);
                }
            }
            self.sync_node(number);
        } else {
            let now: Content = Arc::new(fs::read(path).expect("the real disk works"));
            let synced = Arc::clone(&now);
            self.nodes.push(CacheNode::File { now, synced });
        }
        number
    }

    fn names(&mut self, directory: usize) -> &mut DirectoryNames {
        match &mut self.nodes[directory] {
            CacheNode::Directory { now, .. } => now,
            CacheNode::File { .. } => panic!("a file is no directory"),
        }
    }

    fn find(&self, path: &Path) -> usize {
        path.iter().fold(0, |node, name| match &self.nodes[node] {
            CacheNode::Directory { now, .. } => now[name],
            CacheNode::File { .. } => panic!("a file is no directory"),
        })
    }

    fn parent<'a>(&mut self, path: &'a Path) -> (&mut DirectoryNames, &'a OsStr) {
        let parent = self.find(path.parent().expect("it is below the base"));
        (self.names(parent), path.file_name().expect("it has a name"))
    }

    fn add(&mut self, path: &Path, node: CacheNode) {
        let number = self.nodes.len();
        self.nodes.push(node);
        let (names, name) = self.parent(path);
        names.insert(name.to_owned(), number);
    }

    /// A file has this content, and its name if it had none.
    pub(super) fn write(&mut self, path: &Path, bytes: &[u8]) {
        let (names, name) = self.parent(path);
        match names.get(name).copied() {
            Some(number) => {
                if let CacheNode::File { now, .. } = &mut self.nodes[number] {
                    *now = Arc::new(bytes.to_vec());
                }
            }
            None => self.add(
                path,
                CacheNode::File {
                    now: Arc::new(bytes.to_vec()),
                    synced: Content::default(),
                },
            ),
        }
    }

    /// A file has this content after what it had.
    pub(super) fn append(&mut self, path: &Path, bytes: &[u8]) {
        let number = self.find(path);
        if let CacheNode::File { now, .. } = &mut self.nodes[number] {
            Arc::make_mut(now).extend_from_slice(bytes);
        }
    }

    /// There is an empty directory.
    pub(super) fn create_dir(&mut self, path: &Path) {
        self.add(
            path,
            CacheNode::Directory {
                now: DirectoryNames::new(),
                synced: DirectoryNames::new(),
            },
        );
    }

    /// Something has another name.
    pub(super) fn rename(&mut self, from: &Path, to: &Path) {
        let (names, name) = self.parent(from);
        let number = names.remove(name).expect("what is moved has a name");
        let (names, name) = self.parent(to);
        names.insert(name.to_owned(), number);
    }

    /// A name is gone.
    pub(super) fn remove(&mut self, path: &Path) {
        let (names, name) = self.parent(path);
        names.remove(name);
    }

    /// What a file holds, or which names a directory has, is on the disk.
    pub(super) fn sync(&mut self, path: &Path) {
        let number = self.find(path);
        self.sync_node(number);
    }

    /// A sync that fails: the system gives up on what it could not write, and forgets that it could not.
    pub(super) fn lose(&mut self, path: &Path) -> Option<Content> {
        let number = self.find(path);
        match &mut self.nodes[number] {
            CacheNode::File { now, synced } if now != synced => {
                *now = torn(synced, now, half);
                Some(Arc::clone(now))
            }
            CacheNode::File { .. } | CacheNode::Directory { .. } => None,
        }
    }

    fn sync_node(&mut self, number: usize) {
        match &mut self.nodes[number] {
            CacheNode::File { now, synced } => *synced = Arc::clone(now),
            CacheNode::Directory { now, synced } => synced.clone_from(now),
        }
    }

    /// What is on the disk after a power failure, where `left` decides about everything that was not waited for.
    pub fn image(&self, mut left: impl FnMut(Unsynced) -> Left) -> Image {
        let mut image = Image::new();
        self.image_of(0, Path::new(""), &mut left, &mut image);
        image
    }

    fn image_of(
        &self,
        number: usize,
        path: &Path,
        left: &mut impl FnMut(Unsynced) -> Left,
        image: &mut Image,
    ) {
        match &self.nodes[number] {
            CacheNode::File { now, synced } => {
                let content = if now == synced {
                    Arc::clone(now)
                } else {
                    match left(Unsynced::Content) {
                        Left::Old => Arc::clone(synced),
                        Left::New => Arc::clone(now),
                        Left::Half => torn(synced, now, half),
                        Left::Zeros => torn(synced, now, |new| vec![0; new.len()]),
                    }
                };
                image.insert(path.to_owned(), Some(content));
            }
            CacheNode::Directory { now, synced } => {
                image.insert(path.to_owned(), None);
                let mut names: Vec<_> = now.keys().chain(synced.keys()).collect();
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let (new, old) = (now.get(name), synced.get(name));
                    let kept = if new == old || left(Unsynced::Name) != Left::Old {
                        new
                    } else {
                        old
                    };
                    if let Some(child) = kept {
                        self.image_of(*child, &path.join(name), left, image);
                    }
                }
            }
        }
    }
}

fn half(content: &[u8]) -> Vec<u8> {
    content[..content.len() / 2].to_vec()
}

/// What becomes of new content that was not waited for. What was appended to is not touched by that, if it ends where a block ends.
fn torn(synced: &Content, now: &Content, left: impl Fn(&[u8]) -> Vec<u8>) -> Content {
    let kept = if synced.len().is_multiple_of(BLOCK_BYTES) && now.starts_with(synced) {
        synced.len()
    } else {
        0
    };
    let (kept, new) = now.split_at(kept);
    Arc::new([kept, left(new).as_slice()].concat())
}

#[test]
fn what_was_not_waited_for_may_be_gone_and_what_was_is_not() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("old"), b"1").unwrap();
    let mut cache = PageCache::load(directory.path(), |_| false);
    cache.create_dir(Path::new("d"));
    cache.write(Path::new("d/f"), b"1234");
    let names = |cache: &PageCache, left| {
        let image = cache.image(|_| left);
        let text =
            |content: Option<Content>| content.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        image
            .into_iter()
            .skip(1)
            .map(|(path, content)| (path.to_str().unwrap().to_owned(), text(content)))
            .collect::<Vec<_>>()
    };
    let file = |name: &str, content: &str| (name.to_owned(), Some(content.to_owned()));
    let old = file("old", "1");
    let dir = ("d".to_owned(), None);
    assert_eq!(names(&cache, Left::Old), std::slice::from_ref(&old));
    assert_eq!(
        names(&cache, Left::Half),
        [dir.clone(), file("d/f", "12"), old.clone()]
    );
    cache.sync(Path::new("d/f"));
    assert_eq!(names(&cache, Left::Old), std::slice::from_ref(&old));
    cache.sync(Path::new(""));
    assert_eq!(names(&cache, Left::Old), [dir.clone(), old.clone()]);
    cache.sync(Path::new("d"));
    cache.rename(Path::new("d/f"), Path::new("old"));
    assert_eq!(names(&cache, Left::Old), [dir.clone(), file("d/f", "1234"), old]);
    assert_eq!(names(&cache, Left::New), [dir, file("old", "1234")]);
}
