//! The verifiable index: which entries there are under each term, so that completeness and absence can be proved.
//!
//! ```text
//! acc_0  = 32 zero bytes;   acc_k = SHA-256(0x10 || acc_{k-1} || index u64 BE || leaf hash)
//! key    = SHA-256(0x11 || term)             value = SHA-256(0x12 || count u64 BE || acc_count)
//! leaf   = SHA-256(0x13 || key || value)     node  = SHA-256(0x14 || left || right)     empty = 32 zero bytes
//! ```
//! The entries under a term are folded in their order into an accumulator; a sparse binary Merkle tree over the bits of the keys, most
//! significant first, maps each term to it. A subtree with one leaf *is* that leaf, so that a proof has about log2(terms) hashes, and the root
//! depends on the set alone. A [seal](crate::statement::seal) states it.
//!
//! **May use** ground files, names, keys, the log, statements and the registry. **Promises** that the root is a pure function of the entries,
//! and that a proof is about log2(terms) hashes.

mod accumulator;
mod completeness;
mod fold;
mod listing;
mod map;
mod misbehaviour;
mod proof;
mod row;
pub mod term;

pub use self::{
    accumulator::{Accumulator, AccumulatorHash, TermKey, TermValue},
    completeness::{CompletenessError, check_complete},
    fold::{BucketStore, Index, MemoryBuckets, Posting},
    listing::{
        ListedEntry, Listing, MAX_LISTING_BYTES, ParseListingError, VerifiedListing, VerifyListingError,
    },
    map::{KeyOrderError, MapLeaf, RootBuilder, Subtree},
    misbehaviour::{Contradiction, FalseSeal, FalseSealError, ParseFalseSealError, ProvenFalse},
    proof::{End, IndexProof, IndexProofError, MAX_PROOF_BYTES, ParseIndexProofError, TermOutcome},
    row::{Bucket, BucketRow, ROW_BITS},
};

#[cfg(test)]
mod tests;
