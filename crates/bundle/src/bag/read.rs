//! Reading a bag that anybody may have tampered with: no file is handed on before its digest is that of the manifest.

use std::io::{Read, Seek};

use prova_core::hash::Digest;
use sha2::{Digest as _, Sha256};

use super::{BagInfo, DECLARATION, ParseBagInfoError, manifest_line, write::tag_manifest};
use crate::{
    name::FileName,
    zip::{Archive, FileRecord, OpenArchiveError, ReadFileError},
};

/// Why an archive is not a bag.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenBagError {
    /// Not an archive of this form.
    #[error(transparent)]
    Archive(#[from] OpenArchiveError),
    /// A file that every bundle has.
    #[error("the bundle has no {0}")]
    Missing(FileName),
    /// A file of it is damaged.
    #[error(transparent)]
    Read(#[from] ReadBagError),
    /// Another declaration: another version of BagIt, perhaps.
    #[error("bagit.txt declares no bag of BagIt 1.0 in UTF-8")]
    Declaration,
    /// The metadata are none.
    #[error(transparent)]
    Info(#[from] ParseBagInfoError),
    /// The metadata count other files.
    #[error("bag-info.txt counts {got}, want {want} bytes and files below data/")]
    Oxum {
        /// The count found.
        got: String,
        /// The count wanted.
        want: String,
    },
    /// The tag manifest is not that of the tag files.
    #[error("tagmanifest-sha256.txt does not list {0} with the digest that it has")]
    TagManifest(FileName),
    /// The manifest is none.
    #[error("line {line} of manifest-sha256.txt is not a digest and the name of a file")]
    ManifestLine {
        /// One-based.
        line: usize,
    },
    /// A file that is there and not listed.
    #[error("{0} is in the bundle and not in manifest-sha256.txt: it was added, or its line was taken out")]
    NotListed(FileName),
    /// A file that is listed and not there.
    #[error("{0} is in manifest-sha256.txt and not in the bundle: it was taken out")]
    NotThere(FileName),
    /// The name of an attachment is its digest.
    #[error("{name} is listed with digest {got}")]
    AttachmentName {
        /// The file.
        name: FileName,
        /// The digest listed.
        got: Digest,
    },
    /// Hand-overs without one before them.
    #[error("the bundle has {got} and not {want}, which comes before it")]
    Custody {
        /// The hand-over found.
        got: FileName,
        /// The one wanted.
        want: FileName,
    },
}

/// Why a file of a bag was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadBagError {
    /// The archive is damaged there.
    #[error(transparent)]
    File(#[from] ReadFileError),
    /// Not there.
    #[error("the bundle has no {0}")]
    Missing(FileName),
    /// A file has another digest than the manifest lists.
    #[error("{name} was changed: its SHA-256 is {got}, and the manifest lists {want}")]
    Digest {
        /// The file.
        name: FileName,
        /// The digest of what is there.
        got: Digest,
        /// The digest listed.
        want: Digest,
    },
}

/// A bag whose lists are in order. Files are held against them when they are read.
#[derive(Debug)]
pub struct Bag<R> {
    archive: Archive<R>,
    /// Digests of the payload, in the order of the archive.
    digests: Vec<Digest>,
    /// Where the payload begins in the archive.
    payload: usize,
    /// Which of them were held against their digests.
    checked: Vec<bool>,
    info: BagInfo,
    tags: Digest,
}

impl<R: Read + Seek> Bag<R> {
    /// Reads the lists.
    ///
    /// # Errors
    /// Anything but a bag in the one form; see [`OpenBagError`].
    pub fn open(file: R) -> Result<Self, OpenBagError> {
        let mut archive = Archive::open(file)?;
        let find = |name| {
            let found = archive.record(name);
            found.ok_or(OpenBagError::Missing(name))
        };
        let (declaration, info) = (find(FileName::BagIt)?, find(FileName::BagInfo)?);
        let (manifest, tags) = (find(FileName::Manifest)?, find(FileName::TagManifest)?);
        find(FileName::Signature)?;
        let first_custody = archive.records().iter().rev().map(|record| record.name);
        let custody = first_custody.take_while(|name| matches!(name, FileName::Custody(_)));
        check_custody(&mut custody.collect::<Vec<_>>().into_iter().rev())?;
        let mut read = |record: &FileRecord| archive.read(record).map_err(ReadBagError::from);
        let (declaration, info, tags) = (read(&declaration)?, read(&info)?, read(&tags)?);
        if declaration != DECLARATION.as_bytes() {
            return Err(OpenBagError::Declaration);
        }
        let payload = archive
            .records()
            .partition_point(|record| record.name < FileName::Readme);
        let (manifest, digests) = read_manifest(&mut archive, &manifest, payload)?;
        check_tags(
            &tags,
            [&declaration, &info].map(|file| Digest::of(file)),
            manifest,
        )?;
        let checked = vec![false; digests.len()];
        let bag = Self {
            archive,
            digests,
            payload,
            checked,
            info: BagInfo::parse(&info)?,
            tags: Digest::of(&tags),
        };
        bag.check_oxum()?;
        // Whoever verifies reads every other file that must be there, and misses it.
        if !bag.has(FileName::Readme) {
            return Err(OpenBagError::Missing(FileName::Readme));
        }
        Ok(bag)
    }

    fn check_oxum(&self) -> Result<(), OpenBagError> {
        let (octets, files) = (
            self.payload().map(|(record, _)| record.size()),
            self.digests.len(),
        );
        let octets = octets.fold(0, u64::saturating_add);
        let got = format!("{}.{}", self.info.octets, self.info.files);
        let want = format!("{octets}.{files}");
        if got == want {
            Ok(())
        } else {
            Err(OpenBagError::Oxum { got, want })
        }
    }

    fn payload(&self) -> impl Iterator<Item = (&FileRecord, &Digest)> {
        let records = self.archive.records().iter().skip(self.payload);
        records.zip(&self.digests)
    }

    /// The files below `data/`, in order, with their lengths in bytes.
    pub fn files(&self) -> impl Iterator<Item = (FileName, u64)> {
        self.payload().map(|(record, _)| (record.name, record.size()))
    }

    /// The place of the first file below `data/` that does not come before `name`.
    #[must_use]
    pub fn position(&self, name: FileName) -> usize {
        let records = self.archive.records();
        let position = records.partition_point(|record| record.name < name);
        position.saturating_sub(self.payload).min(self.digests.len())
    }

    /// The file below `data/` at a place.
    #[must_use]
    pub fn file_at(&self, position: usize) -> Option<FileName> {
        self.digests.get(position)?;
        let record = self.archive.records().get(self.payload.checked_add(position)?)?;
        Some(record.name)
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, name: FileName) -> bool {
        self.archive.record(name).is_some()
    }

    /// The metadata.
    #[must_use]
    pub fn info(&self) -> &BagInfo {
        &self.info
    }

    /// The digest of the tag manifest, and so of everything but the signature and the hand-overs.
    #[must_use]
    pub fn tag_manifest(&self) -> Digest {
        self.tags
    }

    /// Reads a file into memory, held against its digest if a manifest lists it.
    ///
    /// # Errors
    /// A file that is not there, damaged or changed.
    pub fn read(&mut self, name: FileName) -> Result<Vec<u8>, ReadBagError> {
        let record = self.archive.record(name).ok_or(ReadBagError::Missing(name))?;
        let content = self.archive.read(&record)?;
        self.check_digest(name, Digest::of(&content))?;
        Ok(content)
    }

    /// Holds a file against its digest without keeping it, and answers with its length in bytes.
    ///
    /// # Errors
    /// A file that is not there, damaged or changed.
    pub fn check(&mut self, name: FileName) -> Result<u64, ReadBagError> {
        let record = self.archive.record(name).ok_or(ReadBagError::Missing(name))?;
        let mut digest = Sha256::new();
        self.archive.stream(&record, &mut |chunk| digest.update(chunk))?;
        self.check_digest(name, Digest::from_bytes(digest.finalize().into()))?;
        Ok(record.size())
    }

    /// Holds the files below `data/` against their digests that were not read before.
    ///
    /// # Errors
    /// The first that is damaged or changed.
    pub fn check_rest(&mut self) -> Result<(), ReadBagError> {
        for position in 0..self.checked.len() {
            if self.checked.get(position) == Some(&false)
                && let Some(name) = self.file_at(position)
            {
                self.check(name)?;
            }
        }
        Ok(())
    }

    fn check_digest(&mut self, name: FileName, got: Digest) -> Result<(), ReadBagError> {
        if !name.is_payload() {
            return Ok(());
        }
        let position = self.position(name);
        match self.digests.get(position) {
            Some(want) if *want != got => Err(ReadBagError::Digest {
                name,
                got,
                want: *want,
            }),
            _ => {
                if let Some(checked) = self.checked.get_mut(position) {
                    *checked = true;
                }
                Ok(())
            }
        }
    }

    /// The number that the next hand-over has.
    #[must_use]
    pub fn next_custody(&self) -> u16 {
        match self.archive.records().last() {
            Some(FileRecord {
                name: FileName::Custody(last),
                ..
            }) => last.saturating_add(1),
            _ => 1,
        }
    }

    /// The archive again, once the bag was read.
    pub fn into_archive(self) -> Archive<R> {
        self.archive
    }
}

/// Hand-overs are numbered from 1 without a gap.
fn check_custody(names: &mut dyn Iterator<Item = FileName>) -> Result<(), OpenBagError> {
    for (name, number) in names.zip(1_u16..) {
        let want = FileName::Custody(number);
        if name != want {
            return Err(OpenBagError::Custody { got: name, want });
        }
    }
    Ok(())
}

fn check_tags(tags: &[u8], [declaration, info]: [Digest; 2], manifest: Digest) -> Result<(), OpenBagError> {
    let want = tag_manifest(declaration, info, manifest);
    if tags == want.as_bytes() {
        return Ok(());
    }
    let lines = tags.split_inclusive(|byte| *byte == b'\n');
    let names = [FileName::BagIt, FileName::BagInfo, FileName::Manifest];
    let mut pairs = want.split_inclusive('\n').zip(lines).zip(names);
    let other = pairs.find(|((want, got), _)| want.as_bytes() != *got);
    Err(OpenBagError::TagManifest(
        other.map_or(FileName::TagManifest, |(_, name)| name),
    ))
}

/// Reads the manifest beside the directory of the archive: both name the same files in the same order.
fn read_manifest<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &FileRecord,
    payload: usize,
) -> Result<(Digest, Vec<Digest>), OpenBagError> {
    let records = archive.records().iter().skip(payload).map(|record| record.name);
    let names: Vec<FileName> = records.take_while(FileName::is_payload).collect();
    let mut lines = ManifestLines {
        names: names.iter(),
        digests: Vec::with_capacity(names.len()),
        rest: Vec::new(),
        line: 0,
        fault: None,
    };
    let mut digest = Sha256::new();
    archive
        .stream(manifest, &mut |chunk| {
            digest.update(chunk);
            lines.take(chunk);
        })
        .map_err(ReadBagError::from)?;
    let digests = lines.finish()?;
    Ok((Digest::from_bytes(digest.finalize().into()), digests))
}

/// The lines of a manifest, as their bytes come.
struct ManifestLines<'a> {
    names: std::slice::Iter<'a, FileName>,
    digests: Vec<Digest>,
    /// The start of a line.
    rest: Vec<u8>,
    line: usize,
    fault: Option<OpenBagError>,
}

/// Bytes of a line with the longest name, and some more.
const MAX_LINE_BYTES: usize = 256;

impl ManifestLines<'_> {
    fn take(&mut self, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.fault.is_some() {
                return;
            }
            self.rest.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.line = self.line.saturating_add(1);
                let line = std::mem::take(&mut self.rest);
                self.fault = self.one(&line).err();
            } else if self.rest.len() > MAX_LINE_BYTES {
                let line = self.line.saturating_add(1);
                self.fault = Some(OpenBagError::ManifestLine { line });
            }
        }
    }

    fn one(&mut self, line: &[u8]) -> Result<(), OpenBagError> {
        let wrong = OpenBagError::ManifestLine { line: self.line };
        let parsed = std::str::from_utf8(line).ok().and_then(|text| {
            let (digest, name) = text.strip_suffix('\n')?.split_once("  ")?;
            let (digest, name): (Digest, FileName) = (digest.parse().ok()?, name.parse().ok()?);
            (manifest_line(digest, name) == text && name.is_payload()).then_some((digest, name))
        });
        let (digest, name) = parsed.ok_or(wrong)?;
        match self.names.next() {
            Some(want) if *want == name => {}
            Some(want) if *want < name => return Err(OpenBagError::NotListed(*want)),
            _ => return Err(OpenBagError::NotThere(name)),
        }
        if let FileName::Attachment(want) = name
            && want != digest
        {
            return Err(OpenBagError::AttachmentName { name, got: digest });
        }
        self.digests.push(digest);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Digest>, OpenBagError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if !self.rest.is_empty() {
            let line = self.line.saturating_add(1);
            return Err(OpenBagError::ManifestLine { line });
        }
        match self.names.next() {
            Some(name) => Err(OpenBagError::NotListed(*name)),
            None => Ok(self.digests),
        }
    }
}
