//! Files that the caller names, or stdin for `-`; never more of them in memory than was asked for.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::{Path, PathBuf},
};

use crate::error::{Blame, Blamed, blame_of_io};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum InputError {
    /// It cannot be opened or read.
    #[error("cannot read {}", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// More bytes than such a file can have.
    #[error("{} is longer than {limit} bytes", shown(path))]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes allowed.
        limit: u64,
    },
}

impl Blamed for InputError {
    fn blame(&self) -> Blame {
        match self {
            Self::Read { source, .. } => blame_of_io(source),
            Self::TooLong { .. } => Blame::Caller,
        }
    }
}

/// How messages name a file.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Bytes of a file; nobody knows those of stdin or a pipe.
pub(crate) fn length(path: &Path) -> Option<u64> {
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    (path != Path::new("-")).then_some(metadata.len())
}

/// A file or stdin, to be read as a stream.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, InputError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(open_file(path)?)))
}

/// A file, of which any part can be read.
pub(crate) fn open_file(path: &Path) -> Result<File, InputError> {
    let cannot_read = |source| InputError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(cannot_read)?;
    if file.metadata().map_err(cannot_read)?.is_dir() {
        return Err(cannot_read(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// Whether it can be read once only, from its beginning to its end: stdin, a pipe, `<(…)` of a shell.
pub(crate) fn is_stream(path: &Path) -> bool {
    path == Path::new("-")
        || path
            .metadata()
            .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The first bytes of a file or stdin, at most `length`, and all of it from its beginning.
pub(crate) fn peek(path: &Path, length: u64) -> Result<(Vec<u8>, impl Read), InputError> {
    let mut from = open(path)?;
    let mut start = Vec::new();
    from.by_ref()
        .take(length)
        .read_to_end(&mut start)
        .map_err(|source| InputError::Read {
            path: path.to_owned(),
            source,
        })?;
    Ok((start.clone(), Cursor::new(start).chain(from)))
}

/// A whole file or stdin, of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    read_from(open(path)?, path, limit)
}

/// A whole file or stdin that was opened before, of at most `limit` bytes.
pub(crate) fn read_from(from: impl Read, path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| InputError::Read {
            path: path.to_owned(),
            source,
        })?;
    check_length(&bytes, path, limit)?;
    Ok(bytes)
}

/// That what was read is no longer than such a file can be.
pub(crate) fn check_length(content: &[u8], path: &Path, limit: u64) -> Result<(), InputError> {
    if u64::try_from(content.len()).is_ok_and(|length| length <= limit) {
        Ok(())
    } else {
        Err(InputError::TooLong {
            path: path.to_owned(),
            limit,
        })
    }
}
