//! Rows one after the other, in the order in which they were written.
//!
//! ```text
//! record = name length u32 || row length u32 || name || row          integers: big-endian
//! ```

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

use prova_rows::EngineError;

use crate::rows::RowError;

const HEAD_BYTES: u64 = 8;

/// Most records are not longer, and are read at once.
const USUAL_BYTES: usize = 1024;

/// A file of rows, made when memory does not suffice, and the rows that are not in it yet.
#[derive(Debug)]
pub(super) struct Log {
    file: Option<File>,
    /// Bytes in the file.
    written: u64,
    waiting: Vec<u8>,
    limit: usize,
}

/// A record as it is met on the way through the log.
pub(super) struct Met {
    pub(super) place: u64,
    pub(super) name: String,
    pub(super) row: Vec<u8>,
}

/// What a temporary file says when it fails.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn failed(error: io::Error) -> RowError {
    RowError::Scratch {
        directory: directory(),
        reason: error.to_string(),
    }
}

/// Where temporary files go that may grow to the size of a ledger: `/tmp` is often memory.
fn directory() -> PathBuf {
    let large = PathBuf::from("/var/tmp");
    match std::env::var_os("TMPDIR") {
        None if large.is_dir() => large,
        _ => std::env::temp_dir(),
    }
}

/// What runs in temporary files say when they fail.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn failed_run(error: EngineError) -> RowError {
    RowError::Scratch {
        directory: directory(),
        reason: error.to_string(),
    }
}

/// A file that is gone when it is closed.
pub(super) fn new_file() -> io::Result<File> {
    tempfile::tempfile_in(directory())
}

pub(super) fn temporary() -> Result<File, RowError> {
    new_file().map_err(failed)
}

impl Log {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            file: None,
            written: 0,
            waiting: Vec::new(),
            limit,
        }
    }

    #[cfg(test)]
    pub(super) fn is_in_memory(&self) -> bool {
        self.file.is_none()
    }

    fn end(&self) -> u64 {
        let waiting = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        self.written.saturating_add(waiting)
    }

    /// Adds a row; where it stands.
    pub(super) fn append(&mut self, name: &str, row: &[u8]) -> Result<u64, RowError> {
        let place = self.end();
        for length in [name.len(), row.len()] {
            let length = u32::try_from(length).map_err(|error| failed(io::Error::other(error)))?;
            self.waiting.extend_from_slice(&length.to_be_bytes());
        }
        self.waiting.extend_from_slice(name.as_bytes());
        self.waiting.extend_from_slice(row);
        if self.waiting.len() >= self.limit {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(temporary()?),
            };
            // Reading may have left the position elsewhere.
            file.seek(SeekFrom::Start(self.written))
                .and_then(|_| file.write_all(&self.waiting))
                .map_err(failed)?;
            self.written = self.end();
            self.waiting.clear();
        }
        Ok(place)
    }

    /// The record at a place that [`Log::append`] gave: its name and its row.
    pub(super) fn read(&mut self, place: u64) -> Result<(Vec<u8>, Vec<u8>), RowError> {
        match (place.checked_sub(self.written), &mut self.file) {
            (Some(offset), _) => {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                read(&mut self.waiting.get(offset..).unwrap_or_default())
            }
            (None, Some(file)) => read_at(file, place),
            (None, None) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
        .map_err(failed)
    }

    /// Every record, in order.
    pub(super) fn go_through(
        &mut self,
        mut meet: impl FnMut(Met) -> Result<(), RowError>,
    ) -> Result<(), RowError> {
        let mut place = 0_u64;
        let end = self.end();
        let file = self.file.as_mut();
        let mut all: Box<dyn Read> = match file {
            Some(file) => {
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                Box::new(
                    BufReader::with_capacity(1 << 16, file)
                        .take(self.written)
                        .chain(self.waiting.as_slice()),
                )
            }
            None => Box::new(self.waiting.as_slice()),
        };
        while place < end {
            let (name, row) = read(&mut all).map_err(failed)?;
            let name = String::from_utf8(name).map_err(|error| failed(io::Error::other(error)))?;
            let length = u64::try_from(name.len().saturating_add(row.len())).unwrap_or(u64::MAX);
            meet(Met { place, name, row })?;
            place = place.saturating_add(HEAD_BYTES).saturating_add(length);
        }
        Ok(())
    }
}

fn read_at(file: &mut File, place: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut beginning = [0; USUAL_BYTES];
    file.seek(SeekFrom::Start(place))?;
    let got = file.read(&mut beginning)?;
    read(&mut beginning.get(..got).unwrap_or_default().chain(file))
}

fn read(from: &mut impl Read) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut lengths = [[0; 4]; 2];
    for length in &mut lengths {
        from.read_exact(length)?;
    }
    let [name, row] = lengths.map(|length| {
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        vec![0; length]
    });
    let (mut name, mut row) = (name, row);
    from.read_exact(&mut name)?;
    from.read_exact(&mut row)?;
    Ok((name, row))
}
