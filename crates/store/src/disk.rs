//! The boundary to files and directories: every write that durability rests on goes through [`Disk`].
//!
//! ```text
//! publish = for each file: write `.<name>.new`, fsync     then: rename each     then: fsync each directory once
//! ```
//! After `publish` returns, the files are there whole after a power failure; before, each is there whole or not at all.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fmt,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// What a ledger asks of a file system.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// A whole file; an error if it is longer than `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// Writes a file from its beginning, and waits until its content is on the disk. Its name may not be yet.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Gives a file its name, in place of any that had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Waits until the names in a directory are on the disk.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes one directory.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty directory.
    fn remove_dir(&self, dir: &Path) -> io::Result<()>;

    /// Length of a file in bytes.
    fn len(&self, path: &Path) -> io::Result<u64>;

    /// The names in a directory; none if it is not there.
    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>>;
}

/// The machine's own file system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let mut bytes = Vec::new();
        let got = file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(got).is_ok_and(|got| got <= limit) {
            Ok(bytes)
        } else {
            Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("longer than {limit} bytes"),
            ))
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir(dir)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir(dir)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        fs::metadata(path).map(|metadata| metadata.len())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        match fs::read_dir(dir) {
            Ok(names) => names.map(|name| name.map(|name| name.file_name())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// A file to be written, and its content.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// An operation on a file that failed.
#[derive(Debug, thiserror::Error)]
#[error("{}", path.display())]
pub(crate) struct DiskError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Remembers which file an operation was about.
pub(crate) fn about(path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError { path, source }
}

/// Makes files durable, together.
pub(crate) fn publish(disk: &dyn Disk, files: &[NewFile]) -> Result<(), DiskError> {
    let mut directories = BTreeSet::new();
    let mut renames = Vec::with_capacity(files.len());
    for NewFile { path, bytes } in files {
        if let Some(directory) = directory_of(path) {
            create_missing(disk, directory, &mut directories)?;
            directories.insert(directory.to_owned());
        }
        let temporary = temporary(path);
        disk.write(&temporary, bytes).map_err(about(&temporary))?;
        renames.push((temporary, path));
    }
    for (temporary, path) in renames {
        disk.rename(&temporary, path).map_err(about(path))?;
    }
    // Deepest first: a directory's own name becomes durable after what is in it.
    for directory in directories.iter().rev() {
        disk.sync_dir(directory).map_err(about(directory))?;
    }
    Ok(())
}

/// Makes one file durable.
pub(crate) fn publish_one(disk: &dyn Disk, path: PathBuf, bytes: Vec<u8>) -> Result<(), DiskError> {
    publish(disk, &[NewFile { path, bytes }])
}

/// Makes a directory and those above it, and notes which directories got a new name.
fn create_missing(
    disk: &dyn Disk,
    directory: &Path,
    changed: &mut BTreeSet<PathBuf>,
) -> Result<(), DiskError> {
    if disk.len(directory).is_ok() {
        return Ok(());
    }
    if let Some(parent) = directory_of(directory) {
        create_missing(disk, parent, changed)?;
        changed.insert(parent.to_owned());
    }
    match disk.create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(about(directory)(error)),
        _ => Ok(()),
    }
}

/// The directory that a name stands in; of a bare name, the current one.
pub(crate) fn directory_of(path: &Path) -> Option<&Path> {
    let parent = path.parent()?;
    Some(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })
}

/// The name that a file has until it is whole.
fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_stands_in_the_current_directory() {
        for (path, want) in [
            ("ledger", Some(".")),
            ("a/b", Some("a")),
            ("/a", Some("/")),
            ("/", None),
        ] {
            assert_eq!(directory_of(Path::new(path)), want.map(Path::new));
        }
    }

    #[test]
    fn published_files_are_whole_and_leave_no_temporary_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/c");
        for bytes in [b"first".to_vec(), b"second".to_vec()] {
            publish_one(&RealDisk, path.clone(), bytes.clone()).unwrap();
            assert_eq!(RealDisk.read(&path, 6).unwrap(), bytes);
        }
        assert_eq!(RealDisk.list(path.parent().unwrap()).unwrap(), ["c"]);
        let error = RealDisk.read(&path, 5).unwrap_err();
        assert_eq!(error.to_string(), "longer than 5 bytes");
    }
}
