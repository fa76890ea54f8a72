//! Writing an archive in its one form, file after file.

use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::{Compression, Crc, write::DeflateEncoder};
use prova_core::hash::Digest;
use sha2::{Digest as _, Sha256};

use super::record::{DirectoryEnd, FileRecord, Method};
use crate::{
    limits::{MAX_ARCHIVE_BYTES, MAX_BUFFERED_BYTES, MAX_FILES, MAX_RATIO, max_bytes},
    name::FileName,
};

/// Bytes that are read, hashed and written at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Why a file was not written. The archive is not one then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFileError {
    /// The archive cannot be written.
    #[error("{name} cannot be written to the bundle")]
    Write {
        /// The file.
        name: FileName,
        /// The cause.
        source: io::Error,
    },
    /// The bytes that belong in it cannot be read.
    #[error("what belongs in {name} cannot be read")]
    Read {
        /// The file.
        name: FileName,
        /// The cause.
        source: io::Error,
    },
    /// Over the limit for such a file.
    #[error("{name} would have more than {limit} bytes")]
    Long {
        /// The file.
        name: FileName,
        /// Bytes allowed.
        limit: u64,
    },
    /// Out of order.
    #[error("{name} would stand after {last}")]
    Order {
        /// The file.
        name: FileName,
        /// The last that was written.
        last: FileName,
    },
    /// Too many files.
    #[error("a bundle has at most {MAX_FILES} files; a narrower scope makes a smaller one")]
    Files,
    /// Too large an archive.
    #[error(
        "a bundle has at most {MAX_ARCHIVE_BYTES} bytes; a narrower scope or withheld attachments make a smaller one"
    )]
    Archive,
}

/// An archive that is being written.
#[derive(Debug)]
pub struct ArchiveWriter<W> {
    out: W,
    at: u64,
    records: Vec<FileRecord>,
    /// Used again for each file: what it needs is a third of a megabyte.
    encoder: DeflateEncoder<Vec<u8>>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// An archive without files, at the beginning of `out`.
    pub fn new(out: W) -> Self {
        Self::resume(out, Vec::new())
    }

    /// An archive whose first files are there already.
    pub(crate) fn resume(out: W, records: Vec<FileRecord>) -> Self {
        Self {
            out,
            at: records.last().map_or(0, FileRecord::end),
            records,
            encoder: DeflateEncoder::new(Vec::new(), Compression::default()),
        }
    }

    /// Writes a file that is in memory.
    ///
    /// # Errors
    /// See [`WriteFileError`].
    pub fn add(&mut self, name: FileName, content: &[u8]) -> Result<Digest, WriteFileError> {
        self.add_stream(name, &mut &*content)
    }

    /// Writes a file as it is read; at most 32 MiB of it are in memory. Answers with its digest.
    ///
    /// # Errors
    /// See [`WriteFileError`].
    pub fn add_stream(&mut self, name: FileName, content: &mut dyn Read) -> Result<Digest, WriteFileError> {
        self.check_place(name)?;
        let mut start = Vec::new();
        content
            .take(MAX_BUFFERED_BYTES.saturating_add(1))
            .read_to_end(&mut start)
            .map_err(|source| WriteFileError::Read { name, source })?;
        let length = u64::try_from(start.len()).unwrap_or(u64::MAX);
        let limit = max_bytes(&name);
        if length > limit {
            return Err(WriteFileError::Long { name, limit });
        }
        if length <= MAX_BUFFERED_BYTES
            && let Some(packed) = self
                .deflated(&start)
                .map_err(|source| WriteFileError::Write { name, source })?
        {
            return self.add_deflated(name, &start, &packed);
        }
        self.add_stored(name, &start, content)
    }

    /// The deflated bytes, where they are to be preferred.
    fn deflated(&mut self, content: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.encoder.write_all(content)?;
        let packed = self.encoder.reset(Vec::new())?;
        let most = packed
            .len()
            .saturating_mul(usize::try_from(MAX_RATIO).unwrap_or(usize::MAX));
        Ok((packed.len() < content.len() && content.len() <= most).then_some(packed))
    }

    fn check_place(&self, name: FileName) -> Result<(), WriteFileError> {
        if u64::try_from(self.records.len()).is_ok_and(|files| files >= MAX_FILES) {
            return Err(WriteFileError::Files);
        }
        match self.records.last() {
            Some(last) if last.name >= name => Err(WriteFileError::Order {
                name,
                last: last.name,
            }),
            _ => Ok(()),
        }
    }

    fn add_deflated(
        &mut self,
        name: FileName,
        content: &[u8],
        packed: &[u8],
    ) -> Result<Digest, WriteFileError> {
        let mut crc = Crc::new();
        crc.update(content);
        let record = FileRecord {
            name,
            method: Method::Deflate,
            crc: crc.sum(),
            packed: fits(packed.len())?,
            size: fits(content.len())?,
            offset: self.offset()?,
        };
        self.write(name, &record.local())?;
        self.write(name, packed)?;
        self.records.push(record);
        Ok(Digest::of(content))
    }

    fn add_stored(
        &mut self,
        name: FileName,
        start: &[u8],
        rest: &mut dyn Read,
    ) -> Result<Digest, WriteFileError> {
        let mut record = FileRecord {
            name,
            method: Method::Stored,
            crc: 0,
            packed: 0,
            size: 0,
            offset: self.offset()?,
        };
        let failed = |source| WriteFileError::Write { name, source };
        self.write(name, &record.local())?;
        let (mut crc, mut digest) = (Crc::new(), Sha256::new());
        let mut length = 0_u64;
        let mut chunk = start.to_vec();
        while !chunk.is_empty() {
            crc.update(&chunk);
            digest.update(&chunk);
            length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            let limit = max_bytes(&name);
            if length > limit {
                return Err(WriteFileError::Long { name, limit });
            }
            self.write(name, &chunk)?;
            chunk.resize(CHUNK_BYTES, 0);
            let read = read_some(rest, &mut chunk).map_err(|source| WriteFileError::Read { name, source })?;
            chunk.truncate(read);
        }
        record.crc = crc.sum();
        record.size = u32::try_from(length).map_err(|_| WriteFileError::Archive)?;
        record.packed = record.size;
        // Length and CRC are known only now.
        self.out
            .seek(SeekFrom::Start(u64::from(record.offset)))
            .map_err(failed)?;
        self.out.write_all(&record.local()).map_err(failed)?;
        self.out.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        self.records.push(record);
        Ok(Digest::from_bytes(digest.finalize().into()))
    }

    fn offset(&self) -> Result<u32, WriteFileError> {
        u32::try_from(self.at).map_err(|_| WriteFileError::Archive)
    }

    fn write(&mut self, name: FileName, bytes: &[u8]) -> Result<(), WriteFileError> {
        self.at = self
            .at
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.at > MAX_ARCHIVE_BYTES {
            return Err(WriteFileError::Archive);
        }
        self.out
            .write_all(bytes)
            .map_err(|source| WriteFileError::Write { name, source })
    }

    /// The files written so far.
    #[must_use]
    pub fn records(&self) -> &[FileRecord] {
        &self.records
    }

    /// Writes the directory and gives back what was written to, flushed.
    ///
    /// # Errors
    /// The archive cannot be written, or becomes too large.
    pub fn finish(mut self) -> Result<W, WriteFileError> {
        let name = self.records.last().map_or(FileName::BagIt, |last| last.name);
        let offset = self.offset()?;
        let records = std::mem::take(&mut self.records);
        for record in &records {
            self.write(name, &record.central())?;
        }
        let length = self.at.saturating_sub(u64::from(offset));
        let end = DirectoryEnd {
            files: u64::try_from(records.len()).unwrap_or(u64::MAX),
            offset,
            length: u32::try_from(length).map_err(|_| WriteFileError::Archive)?,
        };
        self.write(name, &end.encode())?;
        self.out
            .flush()
            .map_err(|source| WriteFileError::Write { name, source })?;
        Ok(self.out)
    }
}

fn fits(length: usize) -> Result<u32, WriteFileError> {
    u32::try_from(length).map_err(|_| WriteFileError::Archive)
}

/// Reads until the buffer is full or there is no more.
fn read_some(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
