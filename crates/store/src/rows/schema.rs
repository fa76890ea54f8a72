//! The rows of the store: one tree, told apart by the first byte of the key.
//!
//! ```text
//! s                               → State          how far the store is
//! r                               → Registry       who may say what, at that point
//! c || subject text               → Chain
//! f || subject text || 00 || kind → Fact           kind u8, then the rest of the fact's key: an entry's index u64, or a text
//! a || organisation || 00 || alias → SubjectId     the unit that it first made with it
//! l || leaf hash (32)             → EntryIndex
//! t || term key (32) || index u48 → differences    512 entries under a term at most, ascending
//! i, n, n || …, b || …            → the verifiable index (see `index_rows`)
//!
//! term key    = SHA-256(0x11 || term text)
//! index       = of the first of these entries, big-endian, so that rows are in order
//! differences = each later index less the one before it, LEB128 (7 bits a byte, lowest first)
//! ```
//! What a subject can have any number of is in rows of its own, so that an entry does not write again what earlier ones wrote.
//! Most of a row is its key, and most terms of a batch are the same few, so that entries share rows: which of them do depends on
//! what was written together.

use prova_core::{
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    index::{Bucket, TermKey, term::Term},
    lifecycle::{FactKey, FactKind},
    position::{EntryIndex, TreeSize},
};
use serde::{Deserialize, Serialize};

pub(crate) const STATE: &[u8] = b"s";
pub(crate) const REGISTRY: &[u8] = b"r";
pub(crate) const CHAINS: u8 = b'c';
pub(crate) const FACTS: u8 = b'f';
pub(crate) const ALIASES: u8 = b'a';
pub(crate) const LEAVES: u8 = b'l';
pub(crate) const POSTINGS: u8 = b't';
pub(crate) const INDEX: &[u8] = b"i";
pub(crate) const INDEX_TOP: &[u8] = b"n";
pub(crate) const INDEX_CHUNKS: u8 = b'n';
pub(crate) const INDEX_BUCKETS: u8 = b'b';

/// Bytes of a term's hash in a key.
const TERM_KEY_BYTES: usize = 32;
/// Entries in a posting's row.
const POSTING_ENTRIES: usize = 512;

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

/// The beginning of the keys of a subject's facts of one kind. (No subject's text has a zero byte.)
pub(crate) fn facts_prefix(of: &SubjectId, kind: FactKind) -> Vec<u8> {
    let mut key = key(FACTS, of.to_string().as_bytes());
    key.push(0);
    key.push(match kind {
        FactKind::Findings => b'f',
        FactKind::Transfer => b't',
        FactKind::Custody => b'c',
        FactKind::Alias => b'a',
        FactKind::Part => b'p',
        FactKind::Occupant => b'o',
        FactKind::Manufacturer => b'm',
        FactKind::Supplier => b's',
        FactKind::Release => b'R',
        FactKind::RunsOn => b'r',
        FactKind::Account => b'A',
        FactKind::Joined => b'j',
        FactKind::Begun => b'n',
        FactKind::Unborn => b'u',
    });
    key
}

pub(crate) fn fact_key(of: &SubjectId, fact: &FactKey) -> Vec<u8> {
    let mut key = facts_prefix(of, fact.kind());
    match fact {
        FactKey::Findings(index)
        | FactKey::Transfer(index)
        | FactKey::Custody(index)
        | FactKey::Account(index)
        | FactKey::Joined(index) => {
            key.extend_from_slice(&index.get().to_be_bytes());
        }
        FactKey::Alias(alias) => key.extend_from_slice(alias.as_str().as_bytes()),
        FactKey::Part(line, id) => {
            key.extend_from_slice(&line.get().to_be_bytes());
            key.extend_from_slice(id.as_str().as_bytes());
        }
        FactKey::Occupant(id) => key.extend_from_slice(id.as_str().as_bytes()),
        FactKey::RunsOn(org, id) => {
            key.extend_from_slice(org.as_str().as_bytes());
            key.push(0);
            key.extend_from_slice(id.as_str().as_bytes());
        }
        FactKey::Manufacturer(org) | FactKey::Supplier(org) | FactKey::Release(org) | FactKey::Begun(org) => {
            key.extend_from_slice(org.as_str().as_bytes());
        }
        FactKey::Unborn => {}
    }
    key
}

/// The key of a fact, from what follows the prefix of its kind.
pub(crate) fn fact_of(kind: FactKind, rest: &[u8]) -> Option<FactKey> {
    let index = || rest.try_into().ok().map(u64::from_be_bytes).map(EntryIndex::new);
    let text = || std::str::from_utf8(rest).ok();
    let component = || text()?.parse().ok();
    let org = || text()?.parse().ok();
    match kind {
        FactKind::Findings => index().map(FactKey::Findings),
        FactKind::Transfer => index().map(FactKey::Transfer),
        FactKind::Custody => index().map(FactKey::Custody),
        FactKind::Alias => text()?.parse().ok().map(FactKey::Alias),
        FactKind::Part => {
            let (line, id) = rest.split_first_chunk()?;
            let id = std::str::from_utf8(id).ok()?.parse().ok()?;
            Some(FactKey::Part(EntryIndex::new(u64::from_be_bytes(*line)), id))
        }
        FactKind::Occupant => component().map(FactKey::Occupant),
        FactKind::Manufacturer => org().map(FactKey::Manufacturer),
        FactKind::Supplier => org().map(FactKey::Supplier),
        FactKind::Release => org().map(FactKey::Release),
        FactKind::RunsOn => {
            let (org, id) = text()?.split_once('\0')?;
            Some(FactKey::RunsOn(org.parse().ok()?, id.parse().ok()?))
        }
        FactKind::Account => index().map(FactKey::Account),
        FactKind::Joined => index().map(FactKey::Joined),
        FactKind::Begun => org().map(FactKey::Begun),
        FactKind::Unborn => rest.is_empty().then_some(FactKey::Unborn),
    }
}

pub(crate) fn alias_key(by: &OrgId, alias: &Alias) -> Vec<u8> {
    let text = [by.as_str().as_bytes(), &[0], alias.as_str().as_bytes()].concat();
    key(ALIASES, &text)
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

/// The beginning of the keys of a term's rows.
pub(crate) fn posting_prefix(term: &Term) -> Vec<u8> {
    key(POSTINGS, TermKey::of(term).as_bytes())
}

/// The key of the row that begins with this entry, among those of a term. No disk holds 2^48 entries.
pub(crate) fn posting_key(prefix: &[u8], first: EntryIndex) -> Vec<u8> {
    let [_, _, index @ ..] = first.get().to_be_bytes();
    [prefix, &index].concat()
}

/// What a posting's row holds beside its key.
pub(crate) fn posting_row(indices: &[EntryIndex]) -> Vec<u8> {
    let mut row = Vec::new();
    for (before, index) in indices.iter().zip(indices.iter().skip(1)) {
        let mut difference = index.get().saturating_sub(before.get());
        while difference > 0x7f {
            row.push(difference.to_le_bytes()[0] | 0x80);
            difference >>= 7;
        }
        row.push(difference.to_le_bytes()[0]);
    }
    row
}

/// The entries of a posting's row, ascending.
pub(crate) fn posting_indices(key: &[u8], row: &[u8]) -> Option<Vec<EntryIndex>> {
    let (_, index) = key.split_at_checked(TERM_KEY_BYTES.saturating_add(1))?;
    let index: [u8; 6] = index.try_into().ok()?;
    let fold = |index: u64, byte: u8| (index << 8) | u64::from(byte);
    let mut index = index.into_iter().fold(0, fold);
    let mut indices = vec![EntryIndex::new(index)];
    let mut rest = row.iter();
    while rest.len() > 0 {
        let mut difference = 0_u64;
        for shift in [0_u32, 7, 14, 21, 28, 35, 42] {
            let byte = *rest.next()?;
            difference |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                break;
            }
            if shift == 42 {
                return None;
            }
        }
        index = index.checked_add(difference).filter(|_| difference > 0)?;
        indices.push(EntryIndex::new(index));
    }
    Some(indices)
}

/// The rows of entries under a term, as many to a row as it has room for.
pub(crate) fn posting_rows(
    prefix: &[u8],
    indices: &[EntryIndex],
) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    indices.chunks(POSTING_ENTRIES).filter_map(|row| {
        let first = row.first()?;
        Some((posting_key(prefix, *first), posting_row(row)))
    })
}

/// How many entries a posting's row has, if it is one.
fn posting_length(row: &[u8]) -> usize {
    let ends = row.iter().filter(|byte| **byte < 0x80);
    ends.count().saturating_add(1)
}

/// Two rows of one term as one, if it has room for both.
pub(crate) fn joined((key, row): (&[u8], &[u8]), (other, next): (&[u8], &[u8])) -> Option<Vec<u8>> {
    let term = key.get(..group_length(key)?)?;
    let length = posting_length(row).saturating_add(posting_length(next));
    if key.first() != Some(&POSTINGS) || !other.starts_with(term) || length > POSTING_ENTRIES {
        return None;
    }
    let mut indices = posting_indices(key, row)?;
    indices.extend(posting_indices(other, next)?);
    Some(posting_row(&indices))
}

/// How much of their keys the rows of a term have in common, and the facts of a kind about a subject.
pub(crate) fn group_length(key: &[u8]) -> Option<usize> {
    match *key.first()? {
        POSTINGS => TERM_KEY_BYTES.checked_add(1),
        FACTS => key.iter().position(|byte| *byte == 0)?.checked_add(2),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_are_read_back_and_other_rows_are_refused() {
        let term: Term = "by:dns:nordlys.example".parse().unwrap();
        for indices in [
            &[0][..],
            &[7, 8, 9, 135, 136, 264, 16_648],
            &[1, (1 << 48) - 1],
            &[(1 << 48) - 1],
        ] {
            let indices: Vec<_> = indices.iter().copied().map(EntryIndex::new).collect();
            let (key, row) = (
                posting_key(&posting_prefix(&term), indices[0]),
                posting_row(&indices),
            );
            assert_eq!(posting_indices(&key, &row), Some(indices));
            assert_eq!(posting_indices(&key[1..], &row), None);
        }
        let key = posting_key(&posting_prefix(&term), EntryIndex::new(5));
        assert_eq!(key.len(), 39);
        for row in [
            &[0][..],
            &[0x80],
            &[1, 0xff],
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
        ] {
            assert_eq!(posting_indices(&key, row), None, "{row:?}");
        }
    }
}
