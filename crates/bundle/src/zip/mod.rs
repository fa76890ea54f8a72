//! ZIP archives in one form (PKWARE APPNOTE.TXT 6.3.10), so that an archive is a function of its files.
//!
//! ```text
//! archive   = (local || data)*  central*  end              nothing before, between or after
//! local     = 504b0304 1400 0000 method 0000 2100 crc packed size len 0000 name
//! central   = 504b0102 1403 1400 0000 method 0000 2100 crc packed size len 0000 0000 0000 0000 0000a481 offset name
//! end       = [504b0606 2c.. 2d03 2d00 0.. 0.. files files length offset   504b0607 0.. at 01000000]
//!             504b0506 0000 0000 files files length offset 0000
//! ```
//! Integers are little-endian: method, len and the `files` of the last record 16 bits, all others 32; in the bracket, which
//! stands only where there are 65,535 files or more (the last record's `files` are ffff then), 64. Method 0 is stored,
//! 8 deflate (RFC 1951). The time is 1980-01-01 00:00:00, the mode 0100644: a plain file, nothing else.
//!
//! Files stand in the order of [`FileName`](crate::name::FileName), each once. A file is deflated if it has at most 32 MiB and
//! deflate makes it smaller, by a factor of 100 at most. A reader refuses every other form: two readers cannot see two
//! different sets of files.
//!
//! The ZIP libraries that there are read leniently, as unpacking wants: they look for the last record from the end, believe one of
//! the two headers, and skip what they do not know. That is why the records are read here; compression and CRC are `flate2`'s.

mod read;
mod record;
mod write;

pub use read::{Archive, OpenArchiveError, ReadFileError, looks_like_archive};
pub use record::{FileRecord, Method};
pub use write::{ArchiveWriter, WriteFileError};

#[cfg(test)]
mod tests;
