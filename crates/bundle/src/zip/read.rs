//! Reading an archive that anybody may have made: its directory whole, its files one at a time.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::record::{
    CENTRAL, CENTRAL_BYTES, DirectoryEnd, END, FileRecord, LOCAL, LONG_END_BYTES, Method, u16_at, u32_at,
};
use crate::{
    limits::{MAX_ARCHIVE_BYTES, MAX_BUFFERED_BYTES, MAX_FILES, MAX_RATIO, max_bytes},
    name::{FileName, MAX_NAME_BYTES, ParseFileNameError},
};

/// Bytes of a stored file that are looked at at a time.
const CHUNK_BYTES: u64 = 64 * 1024;
/// What is shown of a name that is none, in bytes.
const SHOWN_BYTES: usize = 200;

/// Why bytes are not an archive of this form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenArchiveError {
    /// It cannot be read.
    #[error("the bundle cannot be read")]
    Read(#[from] io::Error),
    /// Over the limit.
    #[error("the bundle has {got} bytes, want {MAX_ARCHIVE_BYTES} at most")]
    Long {
        /// Bytes found.
        got: u64,
    },
    /// No end record, or one of another form: cut off, with something after it, with a comment, in several volumes.
    #[error("the bundle does not end with the end record of a ZIP archive in the form of a bundle")]
    End,
    /// The directory does not lie right before the end record.
    #[error("the directory of the bundle lies at bytes {offset} to {end}, want it to end at byte {want}")]
    Directory {
        /// First byte that the end record claims.
        offset: u64,
        /// First byte after the directory that it claims.
        end: u64,
        /// Where the end record begins.
        want: u64,
    },
    /// Too many files.
    #[error("the bundle claims to have {got} files, want {MAX_FILES} at most")]
    Files {
        /// Files claimed.
        got: u64,
    },
    /// The directory ends within a header, or goes on after the last.
    #[error(
        "the directory of the bundle does not hold the {files} files that it claims to hold, and nothing else"
    )]
    DirectoryLength {
        /// Files claimed.
        files: u64,
    },
    /// No name of a file of a bundle.
    #[error("the name «{name}» in the bundle {reason}")]
    Name {
        /// The start of the name, escaped.
        name: String,
        /// What is wrong with it.
        reason: ParseFileNameError,
    },
    /// One name twice.
    #[error("{name} stands in the bundle twice")]
    Twice {
        /// The file.
        name: FileName,
    },
    /// Out of order.
    #[error("{name} stands in the bundle after {last}, want it before")]
    Order {
        /// The file.
        name: FileName,
        /// The one before it.
        last: FileName,
    },
    /// Something that a bundle does not have.
    #[error("{name} is {what} in the bundle, want a plain file that is stored or deflated")]
    Special {
        /// The file.
        name: FileName,
        /// What the archive says it is instead, in words.
        what: &'static str,
    },
    /// A field of the header is not what it must be.
    #[error("the header of {name} in the directory of the bundle is not in the form of a bundle")]
    Header {
        /// The file.
        name: FileName,
    },
    /// Bytes that belong to no file, or to two.
    #[error("{name} begins at byte {got} of the bundle, want {want}, where the file before it ends")]
    Gap {
        /// The file.
        name: FileName,
        /// Where it begins.
        got: u64,
        /// Where it should.
        want: u64,
    },
    /// Over the limit for such a file.
    #[error("{name} claims to have {got} bytes, want {limit} at most")]
    Size {
        /// The file.
        name: FileName,
        /// Bytes claimed.
        got: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Compressed by more than an honest writer compresses, or not compressed at all where it claims to be.
    #[error(
        "{name} claims to have {size} bytes, packed in {packed}; want as many where it is stored, and fewer by a factor of {MAX_RATIO} at most where it is deflated"
    )]
    Ratio {
        /// The file.
        name: FileName,
        /// Bytes claimed.
        size: u64,
        /// Bytes in the archive.
        packed: u64,
    },
}

/// Why a file of an archive was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadFileError {
    /// The archive cannot be read.
    #[error("{name} in the bundle cannot be read")]
    Read {
        /// The file.
        name: FileName,
        /// The cause.
        source: io::Error,
    },
    /// The header before the file is not what the directory says.
    #[error("the header before {name} is not the one that the directory of the bundle implies")]
    Header {
        /// The file.
        name: FileName,
    },
    /// The deflated bytes are none, or those of a longer or shorter file.
    #[error("{name} does not inflate to the {want} bytes that it claims to have")]
    Inflate {
        /// The file.
        name: FileName,
        /// Bytes claimed.
        want: u64,
    },
    /// Another CRC.
    #[error("{name} is damaged: its CRC-32 is {got:08x}, want {want:08x}")]
    Crc {
        /// The file.
        name: FileName,
        /// The CRC of what was read.
        got: u32,
        /// The CRC of the headers.
        want: u32,
    },
    /// Too large for what is asked.
    #[error("{name} has {got} bytes, and at most {MAX_BUFFERED_BYTES} are held in memory")]
    Large {
        /// The file.
        name: FileName,
        /// Bytes that it has.
        got: u64,
    },
}

/// An archive whose directory is in order. Files are checked when they are read.
#[derive(Debug)]
pub struct Archive<R> {
    file: R,
    records: Vec<FileRecord>,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory.
    ///
    /// # Errors
    /// Anything but an archive in the one form; see [`OpenArchiveError`].
    pub fn open(mut file: R) -> Result<Self, OpenArchiveError> {
        let length = file.seek(SeekFrom::End(0))?;
        if length > MAX_ARCHIVE_BYTES {
            return Err(OpenArchiveError::Long { got: length });
        }
        let tail_length = length.min(u64::try_from(LONG_END_BYTES).unwrap_or(u64::MAX));
        file.seek(SeekFrom::Start(length.saturating_sub(tail_length)))?;
        let mut tail = Vec::with_capacity(LONG_END_BYTES);
        (&mut file).take(tail_length).read_to_end(&mut tail)?;
        let (end, end_bytes) = DirectoryEnd::decode(&tail).ok_or(OpenArchiveError::End)?;
        if end.files > MAX_FILES {
            return Err(OpenArchiveError::Files { got: end.files });
        }
        let want = length.saturating_sub(u64::try_from(end_bytes).unwrap_or(u64::MAX));
        let directory_end = u64::from(end.offset).saturating_add(u64::from(end.length));
        if directory_end != want {
            return Err(OpenArchiveError::Directory {
                offset: u64::from(end.offset),
                end: directory_end,
                want,
            });
        }
        file.seek(SeekFrom::Start(u64::from(end.offset)))?;
        let records = read_directory(&mut BufReader::new((&mut file).take(u64::from(end.length))), &end)?;
        Ok(Self { file, records })
    }

    /// The files, in their order.
    #[must_use]
    pub fn records(&self) -> &[FileRecord] {
        &self.records
    }

    /// What the directory says of a file.
    #[must_use]
    pub fn record(&self, name: FileName) -> Option<FileRecord> {
        let place = self.records.binary_search_by_key(&name, |record| record.name);
        self.records.get(place.ok()?).copied()
    }

    /// Reads a file into memory.
    ///
    /// # Errors
    /// A file that is damaged, or too large for that; see [`ReadFileError`].
    pub fn read(&mut self, record: &FileRecord) -> Result<Vec<u8>, ReadFileError> {
        if record.size() > MAX_BUFFERED_BYTES {
            return Err(ReadFileError::Large {
                name: record.name,
                got: record.size(),
            });
        }
        let mut content = Vec::with_capacity(usize::try_from(record.size).unwrap_or_default());
        self.stream(record, &mut |chunk| content.extend_from_slice(chunk))?;
        Ok(content)
    }

    /// Hands a file on in pieces. What was handed on is the file's only if the answer is `Ok`.
    ///
    /// # Errors
    /// A file that is damaged; see [`ReadFileError`].
    pub fn stream(&mut self, record: &FileRecord, sink: &mut dyn FnMut(&[u8])) -> Result<(), ReadFileError> {
        let name = record.name;
        let failed = |source| ReadFileError::Read { name, source };
        self.file
            .seek(SeekFrom::Start(u64::from(record.offset)))
            .map_err(failed)?;
        let want = record.local();
        let (mut crc, mut left) = (Crc::new(), u64::from(record.packed));
        let head = u64::try_from(want.len()).unwrap_or(u64::MAX);
        // Header and bytes of a small file in one piece: a bundle has very many of them.
        let mut chunk = self
            .take(head.saturating_add(first_piece(record)))
            .map_err(failed)?;
        let data = chunk.split_off(want.len().min(chunk.len()));
        if chunk != want {
            return Err(ReadFileError::Header { name });
        }
        left = left.saturating_sub(u64::try_from(data.len()).unwrap_or(u64::MAX));
        match record.method {
            Method::Deflate => {
                let content = inflated(&data, record.size).ok_or(ReadFileError::Inflate {
                    name,
                    want: record.size(),
                })?;
                crc.update(&content);
                sink(&content);
            }
            Method::Stored => {
                crc.update(&data);
                sink(&data);
                while left > 0 {
                    let chunk = self.take(left.min(CHUNK_BYTES)).map_err(failed)?;
                    if chunk.is_empty() {
                        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
                    }
                    left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                    crc.update(&chunk);
                    sink(&chunk);
                }
            }
        }
        if crc.sum() == record.crc {
            Ok(())
        } else {
            Err(ReadFileError::Crc {
                name,
                got: crc.sum(),
                want: record.crc,
            })
        }
    }

    fn take(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        (&mut self.file).take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The archive's bytes before its directory, and the files in them.
    pub(crate) fn into_files(mut self) -> io::Result<(io::Take<R>, Vec<FileRecord>)> {
        self.file.seek(SeekFrom::Start(0))?;
        let length = self.records.last().map_or(0, FileRecord::end);
        Ok((self.file.take(length), self.records))
    }
}

/// How much of a file is read at once with its header: of a deflated one everything.
fn first_piece(record: &FileRecord) -> u64 {
    match record.method {
        Method::Deflate => u64::from(record.packed),
        Method::Stored => u64::from(record.packed).min(CHUNK_BYTES),
    }
}

/// Inflates to exactly so many bytes, of which `packed` has none to spare.
fn inflated(packed: &[u8], size: u32) -> Option<Vec<u8>> {
    let size = usize::try_from(size).ok()?;
    let mut content = Vec::with_capacity(size);
    let mut inflater = Decompress::new(false);
    loop {
        let consumed = usize::try_from(inflater.total_in()).ok()?;
        let before = (inflater.total_in(), inflater.total_out());
        let status = inflater
            .decompress_vec(packed.get(consumed..)?, &mut content, FlushDecompress::Finish)
            .ok()?;
        match status {
            Status::StreamEnd => break,
            // No room is left, or no bytes: it is another file's.
            _ if before == (inflater.total_in(), inflater.total_out()) => return None,
            _ => {}
        }
    }
    let consumed = usize::try_from(inflater.total_in()).ok()?;
    (content.len() == size && consumed == packed.len()).then_some(content)
}

fn read_directory(from: &mut impl Read, end: &DirectoryEnd) -> Result<Vec<FileRecord>, OpenArchiveError> {
    let wrong_length = || OpenArchiveError::DirectoryLength { files: end.files };
    let mut records: Vec<FileRecord> = Vec::new();
    for _ in 0..end.files {
        let record = read_record(from)?.ok_or_else(wrong_length)?;
        check(&record, records.last())?;
        records.push(record);
    }
    let files_end = records.last().map_or(0, FileRecord::end);
    if files_end != u64::from(end.offset) {
        let offset = u64::from(end.offset);
        return Err(OpenArchiveError::Directory {
            offset,
            end: offset.saturating_add(u64::from(end.length)),
            want: files_end,
        });
    }
    match from.read(&mut [0])? {
        0 => Ok(records),
        _ => Err(wrong_length()),
    }
}

/// One header of the directory; `None` where it is cut off or none.
fn read_record(from: &mut impl Read) -> Result<Option<FileRecord>, OpenArchiveError> {
    let mut header = Vec::with_capacity(CENTRAL_BYTES);
    let fixed = u64::try_from(CENTRAL_BYTES).unwrap_or(u64::MAX);
    from.by_ref().take(fixed).read_to_end(&mut header)?;
    let Some((record, name)) = fields(&header) else {
        return Ok(None);
    };
    let mut text = Vec::with_capacity(MAX_NAME_BYTES);
    from.by_ref().take(u64::from(name)).read_to_end(&mut text)?;
    let name = FileName::from_archive(&text).map_err(|reason| OpenArchiveError::Name {
        name: shown(&text),
        reason,
    })?;
    let special = |what| Err(OpenArchiveError::Special { name, what });
    let Raw {
        flags,
        code,
        attributes,
        ..
    } = record;
    if flags & 1 == 1 {
        return special("encrypted");
    }
    if attributes >> 28 == 0o12 {
        return special("a symbolic link");
    }
    let Some(method) = Method::of(code) else {
        return special("compressed in another way");
    };
    let read = FileRecord {
        name,
        method,
        crc: record.crc,
        packed: record.packed,
        size: record.size,
        offset: record.offset,
    };
    header.extend_from_slice(&text);
    if read.central() == header {
        Ok(Some(read))
    } else {
        Err(OpenArchiveError::Header { name })
    }
}

/// The fields of a header that may differ between files, or say what is wrong with one.
struct Raw {
    flags: u16,
    code: u16,
    crc: u32,
    packed: u32,
    size: u32,
    attributes: u32,
    offset: u32,
}

fn fields(header: &[u8]) -> Option<(Raw, u16)> {
    if header.len() != CENTRAL_BYTES || u32_at(header, 0)? != CENTRAL {
        return None;
    }
    let raw = Raw {
        flags: u16_at(header, 8)?,
        code: u16_at(header, 10)?,
        crc: u32_at(header, 16)?,
        packed: u32_at(header, 20)?,
        size: u32_at(header, 24)?,
        attributes: u32_at(header, 38)?,
        offset: u32_at(header, 42)?,
    };
    Some((raw, u16_at(header, 28)?))
}

/// Holds a file against the one before it and against the limits.
fn check(record: &FileRecord, last: Option<&FileRecord>) -> Result<(), OpenArchiveError> {
    let name = record.name;
    if let Some(last) = last.map(|last| last.name)
        && last >= name
    {
        return Err(if last == name {
            OpenArchiveError::Twice { name }
        } else {
            OpenArchiveError::Order { name, last }
        });
    }
    let (got, want) = (u64::from(record.offset), last.map_or(0, FileRecord::end));
    if got != want {
        return Err(OpenArchiveError::Gap { name, got, want });
    }
    let (size, packed) = (record.size(), u64::from(record.packed));
    let limit = match record.method {
        Method::Stored => max_bytes(&name),
        Method::Deflate => max_bytes(&name).min(MAX_BUFFERED_BYTES),
    };
    if size > limit {
        return Err(OpenArchiveError::Size {
            name,
            got: size,
            limit,
        });
    }
    let honest = match record.method {
        Method::Stored => size == packed,
        Method::Deflate => packed < size && size <= packed.saturating_mul(MAX_RATIO),
    };
    if honest {
        Ok(())
    } else {
        Err(OpenArchiveError::Ratio { name, size, packed })
    }
}

/// The start of a name, with what could hide or reorder it escaped.
fn shown(name: &[u8]) -> String {
    let start = name.get(..SHOWN_BYTES).unwrap_or(name);
    prova_core::text::excerpt(&String::from_utf8_lossy(start))
}

/// Whether bytes begin as an archive does, whatever is in it.
#[must_use]
pub fn looks_like_archive(start: &[u8]) -> bool {
    start.starts_with(&LOCAL.to_le_bytes()) || start.starts_with(&END.to_le_bytes())
}
