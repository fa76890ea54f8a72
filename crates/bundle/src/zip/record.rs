//! What the headers say of a file, and their bytes.

use crate::name::FileName;

pub(crate) const LOCAL: u32 = 0x0403_4b50;
pub(crate) const CENTRAL: u32 = 0x0201_4b50;
pub(crate) const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// Bytes of the headers before the name.
pub(crate) const LOCAL_BYTES: usize = 30;
pub(crate) const CENTRAL_BYTES: usize = 46;
/// Bytes of the end without and with the records of ZIP64.
const END_BYTES: usize = 22;
pub(crate) const LONG_END_BYTES: usize = 98;
/// As many files need 64 bits to be counted.
const MANY: u64 = 0xffff;
/// Version 2.0, which knows deflate.
const NEEDED: u16 = 20;
/// Unix, version 2.0.
const MADE_BY: u16 = 0x0314;
/// Version 4.5, which knows ZIP64.
const NEEDED_64: u16 = 45;
const MADE_BY_64: u16 = 0x032d;
/// 1980-01-01, the first day that the format can say.
const DATE: u16 = 0x0021;
/// A plain file that everybody may read: mode 0100644.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// How the bytes of a file lie in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As they are.
    Stored,
    /// Deflated (RFC 1951).
    Deflate,
}

impl Method {
    fn code(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
        }
    }

    pub(crate) fn of(code: u16) -> Option<Self> {
        [Self::Stored, Self::Deflate]
            .into_iter()
            .find(|method| method.code() == code)
    }
}

/// What an archive says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Which file it is.
    pub name: FileName,
    pub(crate) method: Method,
    pub(crate) crc: u32,
    pub(crate) packed: u32,
    pub(crate) size: u32,
    pub(crate) offset: u32,
}

impl FileRecord {
    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::from(self.size)
    }

    /// Where the file's bytes begin and how many there are in the archive.
    pub(crate) fn data(&self) -> (u64, u64) {
        let name = self.name.in_archive().len().saturating_add(LOCAL_BYTES);
        let start = u64::from(self.offset).saturating_add(u64::try_from(name).unwrap_or(u64::MAX));
        (start, u64::from(self.packed))
    }

    /// The first byte after the file's.
    pub(crate) fn end(&self) -> u64 {
        let (start, length) = self.data();
        start.saturating_add(length)
    }

    /// What both headers have in common, from the flags to the length of the name.
    fn middle(&self, bytes: &mut LittleEndian) {
        bytes.u16(NEEDED);
        bytes.u16(0);
        bytes.u16(self.method.code());
        bytes.u16(0);
        bytes.u16(DATE);
        bytes.u32(self.crc);
        bytes.u32(self.packed);
        bytes.u32(self.size);
        let length = self.name.in_archive().len();
        bytes.u16(u16::try_from(length).unwrap_or(u16::MAX));
        bytes.u16(0);
    }

    /// The header before the file's bytes.
    pub(crate) fn local(&self) -> Vec<u8> {
        let mut bytes = LittleEndian::default();
        bytes.u32(LOCAL);
        self.middle(&mut bytes);
        bytes.0.extend_from_slice(self.name.in_archive().as_bytes());
        bytes.0
    }

    /// The header in the directory.
    pub(crate) fn central(&self) -> Vec<u8> {
        let mut bytes = LittleEndian::default();
        bytes.u32(CENTRAL);
        bytes.u16(MADE_BY);
        self.middle(&mut bytes);
        bytes.u16(0);
        bytes.u16(0);
        bytes.u16(0);
        bytes.u32(ATTRIBUTES);
        bytes.u32(self.offset);
        bytes.0.extend_from_slice(self.name.in_archive().as_bytes());
        bytes.0
    }
}

/// What the end of an archive says of its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryEnd {
    pub(crate) files: u64,
    pub(crate) offset: u32,
    pub(crate) length: u32,
}

impl DirectoryEnd {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = LittleEndian::default();
        if self.files >= MANY {
            bytes.u32(END_64);
            bytes.u64(44);
            bytes.u16(MADE_BY_64);
            bytes.u16(NEEDED_64);
            bytes.u64(0);
            bytes.u64(self.files);
            bytes.u64(self.files);
            bytes.u64(u64::from(self.length));
            bytes.u64(u64::from(self.offset));
            bytes.u32(LOCATOR_64);
            bytes.u32(0);
            bytes.u64(u64::from(self.offset).saturating_add(u64::from(self.length)));
            bytes.u32(1);
        }
        bytes.u32(END);
        bytes.u32(0);
        let files = u16::try_from(self.files).unwrap_or(u16::MAX);
        bytes.u16(files);
        bytes.u16(files);
        bytes.u32(self.length);
        bytes.u32(self.offset);
        bytes.u16(0);
        bytes.0
    }

    /// Reads the last bytes of an archive; `None` where they are not exactly what [`Self::encode`] makes.
    pub(crate) fn decode(tail: &[u8]) -> Option<(Self, usize)> {
        let last = tail.get(tail.len().checked_sub(END_BYTES)?..)?;
        let many = u16_at(last, 10)? == u16::MAX;
        let files = if many {
            let long = tail.get(tail.len().checked_sub(LONG_END_BYTES)?..)?;
            u64::from_le_bytes(long.get(32..40)?.try_into().ok()?)
        } else {
            u64::from(u16_at(last, 10)?)
        };
        let end = Self {
            files,
            length: u32_at(last, 12)?,
            offset: u32_at(last, 16)?,
        };
        let bytes = end.encode();
        tail.ends_with(&bytes).then_some((end, bytes.len()))
    }
}

/// Little-endian integers, one after the other.
#[derive(Default)]
struct LittleEndian(Vec<u8>);

impl LittleEndian {
    fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
}

pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let field = bytes.get(offset..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let field = bytes.get(offset..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}
