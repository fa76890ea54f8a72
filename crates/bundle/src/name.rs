//! Which files a bundle can have, and their order in the archive.
//!
//! ```text
//! evidence/bagit.txt
//! evidence/data/README.txt
//! evidence/data/attachments/sha256/<hex>
//! evidence/data/bundle.json
//! evidence/data/checkpoint
//! evidence/data/entries/<index, 12 digits>.json
//! evidence/data/index/<hex of the term's key>.index-proof
//! evidence/data/proofs/<index, 12 digits>.tlog-proof
//! evidence/data/report.html
//! evidence/data/trust.policy
//! evidence/data/verdict.json
//! evidence/bag-info.txt
//! evidence/manifest-sha256.txt
//! evidence/tagmanifest-sha256.txt
//! evidence/signature.dsse.json
//! evidence/custody/<number, 4 digits from 0001>.dsse.json
//! ```
//! A name is parsed into what it names, and there is no other name: nothing absolute, no `..`, no second spelling, nothing that
//! two file systems read in two ways. The base directory is what RFC 8493 §4 wants of a bag that is serialised.

use std::{fmt, str::FromStr};

use prova_core::{hash::Digest, position::EntryIndex};

/// The directory that unpacking makes, with its slash.
pub const BASE: &str = "evidence/";
/// Most bytes of a name, base directory included.
pub const MAX_NAME_BYTES: usize = 128;
/// The first index that twelve digits cannot say.
const INDEX_END: u64 = 1_000_000_000_000;

/// The first hand-over that four digits cannot say.
const CUSTODY_END: u16 = 10_000;

/// A file of a bundle. The order of the variants, then that of their contents, is the order in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileName {
    /// `bagit.txt`: the declaration of RFC 8493 §2.1.1.
    BagIt,
    /// `data/README.txt`: how to verify the bundle.
    Readme,
    /// `data/attachments/sha256/…`: a document, by its digest.
    Attachment(Digest),
    /// `data/bundle.json`: what the bundle is about.
    Description,
    /// `data/checkpoint`: the signed tree head.
    Checkpoint,
    /// `data/entries/….json`: an entry, byte for byte.
    Entry(EntryIndex),
    /// `data/index/….index-proof`: what the verifiable index says of a term, by the term's key.
    IndexProof(Digest),
    /// `data/proofs/….tlog-proof`: that an entry is in the log.
    Proof(EntryIndex),
    /// `data/report.html`: for people.
    Report,
    /// `data/trust.policy`: by what the exporter judged.
    TrustPolicy,
    /// `data/verdict.json`: what the exporter found.
    Verdict,
    /// `bag-info.txt`: the metadata of RFC 8493 §2.2.2.
    BagInfo,
    /// `manifest-sha256.txt`: digests of everything below `data/`.
    Manifest,
    /// `tagmanifest-sha256.txt`: digests of the files before it that are not below `data/`.
    TagManifest,
    /// `signature.dsse.json`: the exporter's, over the tag manifest.
    Signature,
    /// `custody/….dsse.json`: a hand-over of the bundle, numbered from 1.
    Custody(u16),
}

/// Why a bundle has no such file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFileNameError {
    /// Not text.
    #[error("is not UTF-8")]
    Encoding,
    /// Over the limit.
    #[error("is longer than {MAX_NAME_BYTES} bytes")]
    Long,
    /// Begins with a slash or a drive.
    #[error("is an absolute path")]
    Absolute,
    /// Has a part `..`.
    #[error("leads out of its directory")]
    Outside,
    /// Has a backslash, which some systems take for a slash.
    #[error("has a backslash")]
    Backslash,
    /// Has a part that is empty or `.`.
    #[error("is not written in its one form")]
    NotCanonical,
    /// Ends with a slash.
    #[error("is a directory's, and a bundle lists files only")]
    Directory,
    /// No file of this format.
    #[error("is not the name of a file of a bundle of version 1")]
    Unknown,
}

impl FileName {
    /// Whether the manifest lists it: everything below `data/`.
    #[must_use]
    pub fn is_payload(&self) -> bool {
        (Self::Readme..=Self::Verdict).contains(self)
    }

    /// Whether the tag manifest lists it.
    #[must_use]
    pub fn is_tag(&self) -> bool {
        matches!(self, Self::BagIt | Self::BagInfo | Self::Manifest)
    }

    /// The entry's file, where twelve digits can say its index.
    #[must_use]
    pub fn entry(index: EntryIndex) -> Option<Self> {
        (index.get() < INDEX_END).then_some(Self::Entry(index))
    }

    /// The hand-over's file, where four digits can say its number.
    #[must_use]
    pub fn custody(number: u16) -> Option<Self> {
        (1..CUSTODY_END)
            .contains(&number)
            .then_some(Self::Custody(number))
    }

    /// The name in the archive, with the base directory.
    #[must_use]
    pub fn in_archive(&self) -> String {
        format!("{BASE}{self}")
    }

    /// Reads a name as it stands in the archive.
    ///
    /// # Errors
    /// Anything that is not exactly the name of a file of this format.
    pub fn from_archive(name: &[u8]) -> Result<Self, ParseFileNameError> {
        if name.len() > MAX_NAME_BYTES {
            return Err(ParseFileNameError::Long);
        }
        let name = std::str::from_utf8(name).map_err(|_| ParseFileNameError::Encoding)?;
        match name.strip_prefix(BASE) {
            Some(name) => name.parse(),
            None => Err(refuse(name)),
        }
    }
}

/// What is wrong with a name that a bundle does not have.
fn refuse(name: &str) -> ParseFileNameError {
    let has = |part: &str| name.split('/').any(|other| other == part);
    if name.contains('\\') {
        ParseFileNameError::Backslash
    } else if name.starts_with('/') || name.contains(':') {
        ParseFileNameError::Absolute
    } else if has("..") {
        ParseFileNameError::Outside
    } else if name.ends_with('/') {
        ParseFileNameError::Directory
    } else if has("") || has(".") {
        ParseFileNameError::NotCanonical
    } else {
        ParseFileNameError::Unknown
    }
}

/// What stands between two ends.
fn between<'a>(name: &'a str, start: &str, end: &str) -> Option<&'a str> {
    name.strip_prefix(start)?.strip_suffix(end)
}

/// A number of exactly so many digits.
fn number(digits: &str, width: usize) -> Option<u64> {
    let is_number = digits.len() == width && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The files with something in their names.
fn numbered(name: &str) -> Option<FileName> {
    let index = |start, end| {
        let digits = between(name, start, end)?;
        number(digits, 12).map(EntryIndex::new)
    };
    if let Some(index) = index("data/entries/", ".json") {
        Some(FileName::Entry(index))
    } else if let Some(index) = index("data/proofs/", ".tlog-proof") {
        Some(FileName::Proof(index))
    } else if let Some(key) = between(name, "data/index/", ".index-proof") {
        key.parse().ok().map(FileName::IndexProof)
    } else if let Some(digest) = name.strip_prefix("data/attachments/sha256/") {
        digest.parse().ok().map(FileName::Attachment)
    } else {
        let digits = between(name, "custody/", ".dsse.json")?;
        FileName::custody(u16::try_from(number(digits, 4)?).ok()?)
    }
}

impl FromStr for FileName {
    type Err = ParseFileNameError;

    /// Without the base directory.
    fn from_str(name: &str) -> Result<Self, ParseFileNameError> {
        Ok(match name {
            "bagit.txt" => Self::BagIt,
            "data/README.txt" => Self::Readme,
            "data/bundle.json" => Self::Description,
            "data/checkpoint" => Self::Checkpoint,
            "data/report.html" => Self::Report,
            "data/trust.policy" => Self::TrustPolicy,
            "data/verdict.json" => Self::Verdict,
            "bag-info.txt" => Self::BagInfo,
            "manifest-sha256.txt" => Self::Manifest,
            "tagmanifest-sha256.txt" => Self::TagManifest,
            "signature.dsse.json" => Self::Signature,
            _ => return numbered(name).ok_or_else(|| refuse(name)),
        })
    }
}

impl fmt::Display for FileName {
    /// Without the base directory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attachment(digest) => return write!(f, "data/attachments/sha256/{digest}"),
            Self::Entry(index) => return write!(f, "data/entries/{:012}.json", index.get()),
            Self::IndexProof(key) => return write!(f, "data/index/{key}.index-proof"),
            Self::Proof(index) => return write!(f, "data/proofs/{:012}.tlog-proof", index.get()),
            Self::Custody(place) => return write!(f, "custody/{place:04}.dsse.json"),
            Self::BagIt => "bagit.txt",
            Self::Readme => "data/README.txt",
            Self::Description => "data/bundle.json",
            Self::Checkpoint => "data/checkpoint",
            Self::Report => "data/report.html",
            Self::TrustPolicy => "data/trust.policy",
            Self::Verdict => "data/verdict.json",
            Self::BagInfo => "bag-info.txt",
            Self::Manifest => "manifest-sha256.txt",
            Self::TagManifest => "tagmanifest-sha256.txt",
            Self::Signature => "signature.dsse.json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each() -> Vec<FileName> {
        let digest = Digest::of(b"document");
        let index = EntryIndex::new(17);
        vec![
            FileName::BagIt,
            FileName::Readme,
            FileName::Attachment(digest),
            FileName::Description,
            FileName::Checkpoint,
            FileName::Entry(index),
            FileName::IndexProof(digest),
            FileName::Proof(index),
            FileName::Report,
            FileName::TrustPolicy,
            FileName::Verdict,
            FileName::BagInfo,
            FileName::Manifest,
            FileName::TagManifest,
            FileName::Signature,
            FileName::Custody(1),
            FileName::Custody(9999),
        ]
    }

    #[test]
    fn every_name_is_read_back_and_no_name_is_over_the_limit() {
        for name in one_of_each() {
            assert_eq!(FileName::from_archive(name.in_archive().as_bytes()), Ok(name));
        }
        let longest = one_of_each().iter().map(|name| name.in_archive().len()).max();
        assert!(longest.unwrap() <= MAX_NAME_BYTES);
    }

    #[test]
    fn payload_stands_in_the_order_of_its_names() {
        let names = one_of_each();
        assert!(names.is_sorted());
        let payload = names.iter().filter(|name| name.is_payload());
        let texts: Vec<_> = payload.map(ToString::to_string).collect();
        assert!(texts.is_sorted());
        assert!(texts.iter().all(|text| text.starts_with("data/")));
        assert!(
            names
                .iter()
                .filter(|name| !name.is_payload())
                .all(|name| !name.to_string().starts_with("data/"))
        );
    }

    #[test]
    fn other_names_are_refused_for_what_is_wrong_with_them() {
        use ParseFileNameError::{
            Absolute, Backslash, Directory, Encoding, Long, NotCanonical, Outside, Unknown,
        };
        let cases: &[(&[u8], ParseFileNameError)] = &[
            (b"", NotCanonical),
            (b"/etc/passwd", Absolute),
            (b"C:/bagit.txt", Absolute),
            (b"../bagit.txt", Outside),
            (b"evidence/../bagit.txt", Outside),
            (b"evidence/data/entries/../../x", Outside),
            (b"evidence\\bagit.txt", Backslash),
            (b"evidence/data\\bundle.json", Backslash),
            (b"evidence/", NotCanonical),
            (b"evidence/data/", Directory),
            (b"evidence//bagit.txt", Absolute),
            (b"evidence/./bagit.txt", NotCanonical),
            (b"evidence/Bagit.txt", Unknown),
            (b"evidence/bagit.txt ", Unknown),
            (b"evidence/bagit.txt\0", Unknown),
            (b"bagit.txt", Unknown),
            (b"evidence/data/entries/17.json", Unknown),
            (b"evidence/data/entries/+00000000017.json", Unknown),
            (b"evidence/data/entries/0000000000017.json", Unknown),
            (b"evidence/custody/0000.dsse.json", Unknown),
            (b"evidence/data/index/AA.index-proof", Unknown),
            (b"evidence/\xff", Encoding),
            (&[b'a'; 129], Long),
        ];
        for (name, want) in cases {
            let shown = String::from_utf8_lossy(name);
            assert_eq!(FileName::from_archive(name), Err(*want), "{shown}");
        }
    }

    #[test]
    fn twelve_digits_and_four_have_an_end() {
        for number in [1, 9_999] {
            let name = FileName::custody(number).unwrap();
            assert_eq!(FileName::from_archive(name.in_archive().as_bytes()), Ok(name));
        }
        assert_eq!(FileName::custody(0), None);
        assert_eq!(FileName::custody(CUSTODY_END), None);
        assert!(FileName::entry(EntryIndex::new(999_999_999_999)).is_some());
        assert_eq!(FileName::entry(EntryIndex::new(INDEX_END)), None);
    }
}
