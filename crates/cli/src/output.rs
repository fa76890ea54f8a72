//! Files that commands write: whole and durable, or not at all.

use std::{
    fs::{File, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::error::{Blame, Blamed, blame_of_io};

/// Why a file was not written. What stood under its name before still does, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OutputError {
    /// It cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is written, but a power failure may take it away.
    #[error("{} is written, but its directory was not made durable", path.display())]
    NotDurable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl Blamed for OutputError {
    fn blame(&self) -> Blame {
        match self {
            Self::Write { source, .. } => blame_of_io(source),
            Self::NotDurable { .. } => Blame::Program,
        }
    }
}

/// Writes a file under a temporary name, makes it durable and gives it its name; `-` is stdout.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), OutputError> {
    let cannot_write = |source| OutputError::Write {
        path: path.to_owned(),
        source,
    };
    if path == Path::new("-") {
        let mut stdout = io::stdout().lock();
        return match stdout.write_all(content).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(cannot_write(error)),
            _ => Ok(()),
        };
    }
    let mut draft = Draft::of(path)?;
    draft.file().write_all(content).map_err(cannot_write)?;
    draft.publish()
}

/// A file under a temporary name beside its own; gone if it is not published.
#[derive(Debug)]
pub(crate) struct Draft {
    file: NamedTempFile,
    path: PathBuf,
}

impl Draft {
    /// A file that will have this name.
    pub(crate) fn of(path: &Path) -> Result<Self, OutputError> {
        // The bits that a new file has; the system takes away what the user's mask takes away.
        let file = tempfile::Builder::new()
            .prefix(".prova-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory_of(path))
            // The error names the temporary file, which says nothing to anybody.
            .map_err(|error| OutputError::Write {
                path: path.to_owned(),
                source: error.kind().into(),
            })?;
        let path = path.to_owned();
        Ok(Self { file, path })
    }

    /// Where the result is written until it is whole.
    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Makes the file durable and gives it its name.
    pub(crate) fn publish(self) -> Result<(), OutputError> {
        let Self { file, path } = self;
        let cannot_write = |source| OutputError::Write {
            path: path.clone(),
            source,
        };
        file.as_file().sync_all().map_err(cannot_write)?;
        file.persist(&path)
            .map_err(|failure| cannot_write(failure.error))?;
        sync_directory_of(&path)
    }
}

/// Makes the name of a file durable that was written whole.
pub(crate) fn sync_directory_of(path: &Path) -> Result<(), OutputError> {
    let synced = File::open(directory_of(path)).and_then(|directory| directory.sync_all());
    synced.map_err(|source| OutputError::NotDurable {
        path: path.to_owned(),
        source,
    })
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
