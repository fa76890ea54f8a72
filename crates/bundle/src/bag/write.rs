//! Writing a bag: payload first, as it comes, then what lists and signs it.

use std::io::{self, Read, Seek, Write};

use prova_core::{hash::Digest, id::OrgId, time::Date};

use super::{BagInfo, DECLARATION, manifest_line};
use crate::{
    name::FileName,
    zip::{Archive, ArchiveWriter, FileRecord, WriteFileError},
};

/// A bag that is being written.
#[derive(Debug)]
pub struct BagWriter<W> {
    archive: ArchiveWriter<W>,
    listed: Vec<(FileName, Digest)>,
    declaration: Digest,
}

impl<W: Write + Seek> BagWriter<W> {
    /// A bag without payload, at the beginning of `out`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: W) -> Result<Self, WriteFileError> {
        let mut archive = ArchiveWriter::new(out);
        let declaration = archive.add(FileName::BagIt, DECLARATION.as_bytes())?;
        Ok(Self {
            archive,
            listed: Vec::new(),
            declaration,
        })
    }

    /// Writes a file below `data/`. They come in the order of their names.
    ///
    /// # Errors
    /// See [`WriteFileError`].
    pub fn add(&mut self, name: FileName, content: &[u8]) -> Result<(), WriteFileError> {
        self.add_stream(name, &mut &*content).map(|_| ())
    }

    /// Writes a file below `data/` as it is read, and answers with its digest.
    ///
    /// # Errors
    /// See [`WriteFileError`].
    pub fn add_stream(&mut self, name: FileName, content: &mut dyn Read) -> Result<Digest, WriteFileError> {
        if !name.is_payload() {
            let last = self.listed.last().map_or(FileName::BagIt, |(last, _)| *last);
            return Err(WriteFileError::Order { name, last });
        }
        let digest = self.archive.add_stream(name, content)?;
        self.listed.push((name, digest));
        Ok(digest)
    }

    /// Writes what lists the payload, then what `sign` makes of the digest of the tag manifest.
    ///
    /// # Errors
    /// It cannot be written, or not be signed.
    pub fn finish<E: From<WriteFileError>>(
        mut self,
        organisation: OrgId,
        date: Date,
        case: Option<String>,
        sign: impl FnOnce(Digest) -> Result<Vec<u8>, E>,
    ) -> Result<W, E> {
        let payload = self
            .archive
            .records()
            .iter()
            .filter(|record| record.name.is_payload());
        let info = BagInfo {
            organisation,
            date,
            case,
            octets: payload.map(FileRecord::size).fold(0, u64::saturating_add),
            files: u64::try_from(self.listed.len()).unwrap_or(u64::MAX),
        };
        let info = self.archive.add(FileName::BagInfo, info.to_string().as_bytes())?;
        let mut lines = self
            .listed
            .iter()
            .map(|(name, digest)| manifest_line(*digest, *name));
        let mut lines = LineReader {
            lines: &mut lines,
            line: io::Cursor::default(),
        };
        let manifest = self.archive.add_stream(FileName::Manifest, &mut lines)?;
        let tags = tag_manifest(self.declaration, info, manifest);
        let tags = self.archive.add(FileName::TagManifest, tags.as_bytes())?;
        self.archive.add(FileName::Signature, &sign(tags)?)?;
        Ok(self.archive.finish()?)
    }
}

/// The content of the tag manifest.
pub(super) fn tag_manifest(declaration: Digest, info: Digest, manifest: Digest) -> String {
    [
        (declaration, FileName::BagIt),
        (info, FileName::BagInfo),
        (manifest, FileName::Manifest),
    ]
    .map(|(digest, name)| manifest_line(digest, name))
    .concat()
}

/// Lines, to be read as a file.
struct LineReader<'a> {
    lines: &'a mut dyn Iterator<Item = String>,
    line: io::Cursor<Vec<u8>>,
}

impl Read for LineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.line.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        match self.lines.next() {
            Some(line) => {
                self.line = io::Cursor::new(line.into_bytes());
                self.line.read(buffer)
            }
            None => Ok(0),
        }
    }
}

/// Writes an archive again with one file more at its end. What was in it keeps its bytes.
///
/// # Errors
/// It cannot be read or written, or the file does not come after all others.
pub fn append<R: Read + Seek, W: Write + Seek>(
    archive: Archive<R>,
    mut out: W,
    name: FileName,
    content: &[u8],
) -> Result<W, WriteFileError> {
    let failed = |source| WriteFileError::Write { name, source };
    let (mut files, records) = archive.into_files().map_err(failed)?;
    io::copy(&mut files, &mut out).map_err(failed)?;
    let mut archive = ArchiveWriter::resume(out, records);
    archive.add(name, content)?;
    archive.finish()
}
