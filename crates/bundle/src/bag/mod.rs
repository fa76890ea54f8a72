//! The bag of RFC 8493: what says that nothing was added, lost or changed.
//!
//! ```text
//! bagit.txt               "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"                        (§2.1.1)
//! bag-info.txt            (label ": " value "\n")*  in the order of the labels below                        (§2.2.2)
//!                         Source-Organization, Bagging-Date, External-Identifier, Payload-Oxum
//! manifest-sha256.txt     (hex "  " name "\n")*     every file below data/, in the order of the archive     (§2.1.3)
//! tagmanifest-sha256.txt  the same for bagit.txt, bag-info.txt and manifest-sha256.txt                      (§2.2.1)
//! ```
//! All four are functions of the rest, and a reader takes no other form of them. The signature and the hand-overs stand outside
//! the tag manifest: the one signs it, the others come later.

mod info;
mod read;
mod write;

pub use info::{BagInfo, ParseBagInfoError};
pub use read::{Bag, OpenBagError, ReadBagError};
pub use write::{BagWriter, append};

use prova_core::hash::Digest;

use crate::name::FileName;

/// The declaration that makes a directory a bag.
pub const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A file's digest and name as one line, by RFC 8493 §2.1.3.
pub(crate) fn manifest_line(digest: Digest, name: FileName) -> String {
    format!("{digest}  {name}\n")
}

#[cfg(test)]
mod tests;
