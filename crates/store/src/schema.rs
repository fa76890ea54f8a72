//! The rows of the store: one tree, told apart by the first byte of the key.
//!
//! ```text
//! s                               → State          how far the store is
//! r                               → Registry       who may say what, at that point
//! c || subject text               → Chain
//! a || alias text                 → SubjectId      the unit that first stated it
//! l || leaf hash (32)             → EntryIndex
//! t || term key (32) || index u64 → nothing        one row for each entry under a term; index: big-endian, so in order
//! i, n || …, b || …               → the verifiable index (see `index`)
//!
//! term key = SHA-256(0x11 || term text)
//! ```

use prova_core::{
    alias::Alias,
    component::SubjectId,
    hash::LeafHash,
    index::{Bucket, TermKey},
    position::{EntryIndex, TreeSize},
    term::Term,
};
use serde::{Deserialize, Serialize};

pub(crate) const STATE: &[u8] = b"s";
pub(crate) const REGISTRY: &[u8] = b"r";
pub(crate) const CHAINS: u8 = b'c';
pub(crate) const ALIASES: u8 = b'a';
pub(crate) const LEAVES: u8 = b'l';
pub(crate) const POSTINGS: u8 = b't';
pub(crate) const INDEX: &[u8] = b"i";
pub(crate) const INDEX_CHUNKS: u8 = b'n';
pub(crate) const INDEX_BUCKETS: u8 = b'b';

/// How far the store is. Written in one batch with all else, so that it is true of all rows or of none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateRow {
    /// Whose rows these are.
    pub(crate) origin: String,
    /// How many entries are in them.
    pub(crate) size: TreeSize,
    /// The last of these entries.
    pub(crate) last: LeafHash,
    /// The signed checkpoint of that size; empty while rows are being caught up.
    pub(crate) checkpoint: String,
}

fn key(prefix: u8, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(rest.len().saturating_add(1));
    key.push(prefix);
    key.extend_from_slice(rest);
    key
}

pub(crate) fn chain_key(subject: &SubjectId) -> Vec<u8> {
    key(CHAINS, subject.to_string().as_bytes())
}

pub(crate) fn chains_prefix(prefix: &str) -> Vec<u8> {
    key(CHAINS, prefix.as_bytes())
}

pub(crate) fn alias_key(alias: &Alias) -> Vec<u8> {
    key(ALIASES, alias.as_str().as_bytes())
}

pub(crate) fn leaf_key(leaf: &LeafHash) -> Vec<u8> {
    key(LEAVES, leaf.as_bytes())
}

pub(crate) fn chunk_key(chunk: u8) -> Vec<u8> {
    key(INDEX_CHUNKS, &[chunk])
}

pub(crate) fn bucket_key(bucket: Bucket) -> Vec<u8> {
    key(INDEX_BUCKETS, &bucket.get().to_be_bytes())
}

pub(crate) fn posting_prefix(term: &Term) -> Vec<u8> {
    key(POSTINGS, TermKey::of(term).as_bytes())
}

pub(crate) fn posting_key(term: &Term, index: EntryIndex) -> Vec<u8> {
    let mut key = posting_prefix(term);
    key.extend_from_slice(&index.get().to_be_bytes());
    key
}

/// The index at the end of a posting's key.
pub(crate) fn posting_index(key: &[u8]) -> Option<EntryIndex> {
    key.last_chunk::<8>()
        .map(|index| EntryIndex::new(u64::from_be_bytes(*index)))
}

/// The hash after the first byte of a key.
pub(crate) fn hash_in(key: &[u8]) -> Option<[u8; 32]> {
    key.split_first()
        .and_then(|(_, rest)| rest.first_chunk())
        .copied()
}

/// The text after the first byte of a key.
pub(crate) fn key_text(key: &[u8]) -> Option<&str> {
    key.split_first()
        .and_then(|(_, text)| std::str::from_utf8(text).ok())
}
