//! How large and how many: what a reader is ready to look at, and so what a writer may write.

use prova_core::statement::MAX_ENTRY_BYTES;

use crate::name::FileName;

/// Most files of a bundle; the table of their names is the one thing that is held in memory whole.
pub const MAX_FILES: u64 = 1_000_000;
/// Most bytes of an archive, as its 32-bit fields can say; so no extra field is ever needed.
pub const MAX_ARCHIVE_BYTES: u64 = 0xffff_fffe;
/// Most bytes of a file that is held in memory, or compressed: 32 MiB.
pub const MAX_BUFFERED_BYTES: u64 = 32 << 20;
/// A file that would become smaller by a larger factor is not compressed, and one that claims to be so is refused.
pub const MAX_RATIO: u64 = 100;

const KIB: u64 = 1 << 10;

/// Most bytes of a file of this name.
#[must_use]
pub fn max_bytes(name: &FileName) -> u64 {
    match name {
        FileName::BagIt | FileName::TagManifest => 4 * KIB,
        FileName::IndexProof(_) | FileName::Proof(_) => 16 * KIB,
        FileName::BagInfo | FileName::Readme | FileName::TrustPolicy => 64 * KIB,
        // All three are envelopes.
        FileName::Entry(_) | FileName::Signature | FileName::Custody(_) => {
            u64::try_from(MAX_ENTRY_BYTES).unwrap_or(u64::MAX)
        }
        FileName::Checkpoint => 1_000_000,
        FileName::Description | FileName::Verdict => MAX_BUFFERED_BYTES,
        FileName::Attachment(_) | FileName::Report | FileName::Manifest => MAX_ARCHIVE_BYTES,
    }
}
