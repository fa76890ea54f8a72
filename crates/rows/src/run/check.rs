//! What a run's bytes are held against.

use prova_core::hash::Digest;

/// The first bytes of a SHA-256.
pub(crate) type Check = [u8; 8];

pub(super) fn check(bytes: &[u8]) -> Check {
    let digest = Digest::of(bytes);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

pub(super) fn check_piece(root: Check, number: usize, piece: &[u8]) -> Check {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    check(&[&root[..], &number.to_be_bytes(), piece].concat())
}
