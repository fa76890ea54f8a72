//! The boundary to files and directories: every change that durability rests on goes through [`Disk`].
//!
//! ```text
//! checkpoint   write `.<name>.new` → fsync → rename → fsync the directory
//! tiles        write each `.<name>.new` → rename each → fsync all files and directories
//! both         write the tiles, write `.checkpoint.new` → rename each tile → fsync all of it → rename the checkpoint → fsync its directory
//! ```
//! A checkpoint takes the place of another, so that one of the two must be there whole at any moment. Tiles take nobody's
//! place: until the checkpoint that covers them is there, they count for nothing, and opening discards them. A checkpoint is not
//! there before it has its name; so it may become durable beside its tiles, which costs one wait for the disk instead of two.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) use prova_rows::disk::{Disk, RealDisk};

use crate::parallel;

/// The machine's own file system, to be handed on.
pub(crate) fn real_disk() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
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

/// Makes one file durable. A file that has the name keeps it until the new one is whole and on the disk.
pub(crate) fn publish(disk: &dyn Disk, file: &NewFile) -> Result<(), DiskError> {
    let mut directories = BTreeSet::new();
    let temporary = write_beside(disk, file, &mut directories)?;
    disk.sync(&temporary).map_err(about(&temporary))?;
    name(disk, &temporary, file, directories)
}

/// Gives a file that is on the disk its name.
fn name(
    disk: &dyn Disk,
    temporary: &Path,
    file: &NewFile,
    directories: BTreeSet<PathBuf>,
) -> Result<(), DiskError> {
    disk.rename(temporary, &file.path).map_err(about(&file.path))?;
    sync_all(disk, directories.into_iter().rev().collect())
}

/// Makes files durable that count for nothing before this returns.
///
/// Readers see each whole or not at all. After a power failure a file may be there that is not whole.
pub(crate) fn publish_together(disk: &dyn Disk, files: &[NewFile]) -> Result<(), DiskError> {
    sync_all(disk, write_together(disk, files)?)
}

/// Makes files durable, and those that were written before and not waited for, and then the one by which they count: that has its
/// name only when the others are on the disk.
///
/// `meanwhile` is done while the disk is waited for the first time.
pub(crate) fn publish_under(
    disk: &dyn Disk,
    files: &[NewFile],
    unsynced: Vec<PathBuf>,
    last: &NewFile,
    meanwhile: impl FnOnce(),
) -> Result<(), DiskError> {
    let mut waiting = write_together(disk, files)?;
    waiting.extend(unsynced);
    let mut directories = BTreeSet::new();
    let temporary = write_beside(disk, last, &mut directories)?;
    waiting.push(temporary.clone());
    sync_meanwhile(disk, waiting, meanwhile)?;
    name(disk, &temporary, last, directories)
}

/// Writes files and gives them their names; all that must be waited for.
pub(crate) fn write_together(disk: &dyn Disk, files: &[NewFile]) -> Result<Vec<PathBuf>, DiskError> {
    let mut directories = BTreeSet::new();
    for file in files {
        let temporary = write_beside(disk, file, &mut directories)?;
        disk.rename(&temporary, &file.path).map_err(about(&file.path))?;
    }
    let paths = files.iter().map(|file| file.path.clone());
    Ok(paths.chain(directories.into_iter().rev()).collect())
}

/// Writes a file under another name, and notes the directories that get new names.
fn write_beside(
    disk: &dyn Disk,
    NewFile { path, bytes }: &NewFile,
    directories: &mut BTreeSet<PathBuf>,
) -> Result<PathBuf, DiskError> {
    if let Some(directory) = directory_of(path) {
        create_missing(disk, directory, directories)?;
        directories.insert(directory.to_owned());
    }
    let temporary = temporary(path);
    disk.write(&temporary, bytes).map_err(about(&temporary))?;
    Ok(temporary)
}

/// Waits for many files and directories at once: the file system's journal takes them together.
pub(crate) fn sync_all(disk: &dyn Disk, paths: Vec<PathBuf>) -> Result<(), DiskError> {
    sync_meanwhile(disk, paths, || ())
}

fn sync_meanwhile(disk: &dyn Disk, paths: Vec<PathBuf>, meanwhile: impl FnOnce()) -> Result<(), DiskError> {
    parallel::wait_for_all(paths, |path| disk.sync(&path).map_err(about(&path)), meanwhile)
        .into_iter()
        .collect()
}

/// Whether something has a name; an error if that cannot be found out.
pub(crate) fn is_there(disk: &dyn Disk, path: &Path) -> Result<bool, DiskError> {
    match disk.len(path) {
        Ok(_) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(about(path)(error)),
    }
}

/// Whether an error says that nothing has the name.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Removes a file, or a directory and what is in it; nothing if nothing is there.
pub(crate) fn remove_tree(disk: &dyn Disk, path: &Path) -> Result<(), DiskError> {
    if !is_there(disk, path)? {
        return Ok(());
    }
    match disk.list(path) {
        Ok(names) => {
            for name in names {
                remove_tree(disk, &path.join(name))?;
            }
            disk.remove_dir(path).map_err(about(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            disk.remove_file(path).map_err(about(path))
        }
        Err(error) => Err(about(path)(error)),
    }
}

/// Makes a directory and those above it, and notes which directories got a new name.
fn create_missing(
    disk: &dyn Disk,
    directory: &Path,
    changed: &mut BTreeSet<PathBuf>,
) -> Result<(), DiskError> {
    if is_there(disk, directory)? {
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
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

/// Whether a name is one that a file has until it is whole.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") && name.ends_with(b".new")
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
            let file = NewFile {
                path: path.clone(),
                bytes: bytes.clone(),
            };
            publish(&RealDisk, &file).unwrap();
            assert_eq!(RealDisk.read(&path, 6).unwrap(), bytes);
            let other = NewFile {
                path: path.with_file_name("d"),
                bytes: bytes.clone(),
            };
            publish_together(&RealDisk, &[other]).unwrap();
            assert_eq!(RealDisk.read(&path.with_file_name("d"), 6).unwrap(), bytes);
        }
        let mut names = RealDisk.list(path.parent().unwrap()).unwrap();
        names.sort();
        assert_eq!(names, ["c", "d"]);
        let error = RealDisk.read(&path, 5).unwrap_err();
        assert_eq!(error.to_string(), "longer than 5 bytes");
    }
}
