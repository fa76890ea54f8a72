//! Many signatures at once, with the verdict that [`crate::key::verify_audit`] gives on each.
//!
//! ```text
//! [8]( Σ z_i [S_i]B − Σ z_i [k_i]A_i − Σ z_i R_i ) = 0           z_i: 128 bits, unpredictable
//! z     = the stream SHA-256(seed || 0) || SHA-256(seed || 1) || …             counters: u64 BE
//! seed  = SHA-256("prova batch 1\n" || A_1 || R_1 || S_1 || H_1 || A_2 || …)   H: SHA-256 of the message
//! ```
//!
//! **One verdict.** A single signature is good when its E = \[S\]B − \[k\]A − R, times 8, is zero; R and S must be canonical
//! there and here. If all are good, every term of the sum is zero, whatever the coefficients: a batch never refuses what
//! single verification accepts. If one is bad, 8E is a non-zero point of the subgroup of prime order (the factor 8 takes
//! everything else away), and for every choice of the other coefficients at most one value modulo L of its own makes the sum zero:
//! one chance in 2^128. Without the factor 8 neither half would be true. A batch that does not hold is gone through one by one, so
//! that a bad signature is always named by the single rule itself.
//!
//! **Where the coefficients come from.** This crate has no randomness, and needs none here: the coefficients are a hash
//! of everything that the equation is about, so nobody can choose a key, a signature or a message after knowing a coefficient. To get
//! a bad signature through, somebody would have to try some 2^128 batches, which is more work than forging a signature.
//! The order in which the library consumes the stream differs from run to run; every order is as hard to hit.

use std::convert::Infallible;

use ed25519_zebra::batch::{Item, Verifier};
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest as _, Sha256};

use crate::{
    hash::sha256,
    key::{BadSignature, PublicKey, Signature},
};

/// Signatures to verify together.
///
/// Messages are hashed when they are pushed and not kept: a signature takes about 130 bytes here, and again as much while the
/// batch is verified. Signatures by the same key share work. From some hundred signatures on, larger batches gain little.
pub struct Batch {
    items: Vec<Result<Item, BadSignature>>,
    seed: Sha256,
}

/// Some signatures of a batch do not verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of the batch's signatures do not verify", positions.len())]
pub struct BadSignatures {
    /// Their positions in the order of pushing, from 0, ascending; at least one.
    pub positions: Vec<usize>,
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl Batch {
    /// A batch without signatures, which holds.
    #[must_use]
    pub fn new() -> Self {
        Self {
            items: Vec::new(),
            seed: Sha256::new_with_prefix(b"prova batch 1\n"),
        }
    }

    /// The same, with room for some signatures.
    #[must_use]
    pub fn with_capacity(signatures: usize) -> Self {
        Self {
            items: Vec::with_capacity(signatures),
            ..Self::new()
        }
    }

    /// Adds a signature.
    pub fn push(&mut self, key: &PublicKey, message: &[u8], signature: &Signature) {
        if !signature.r_is_canonical() {
            self.items.push(Err(BadSignature));
            return;
        }
        self.seed.update(key.as_bytes());
        self.seed.update(signature.as_bytes());
        self.seed.update(sha256(&[message]));
        self.items.push(Ok(Item::from((
            (*key.as_bytes()).into(),
            ed25519_zebra::Signature::from_bytes(signature.as_bytes()),
            message,
        ))));
    }

    /// The number of signatures pushed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Verifies them all.
    ///
    /// One bad signature makes the call about five times slower: as slow as single verification of each.
    ///
    /// # Errors
    /// The positions of those that [`crate::key::verify_audit`] would refuse.
    pub fn verify(self) -> Result<(), BadSignatures> {
        let mut verifier = Verifier::new();
        for item in self.items.iter().flatten() {
            verifier.queue(item.clone());
        }
        let together = verifier.verify(Coefficients::new(self.seed.finalize().into()));
        let positions: Vec<_> = self
            .items
            .into_iter()
            .enumerate()
            .filter(|(_, item)| match item {
                Ok(item) => together.is_err() && item.clone().verify_single().is_err(),
                Err(BadSignature) => true,
            })
            .map(|(position, _)| position)
            .collect();
        if positions.is_empty() {
            Ok(())
        } else {
            Err(BadSignatures { positions })
        }
    }
}

/// The stream of coefficients, in the form in which the library takes randomness.
struct Coefficients {
    seed: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Coefficients {
    fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            counter: 0,
            block: [0; 32],
            used: 32,
        }
    }

    fn next_byte(&mut self) -> u8 {
        if self.block.get(self.used).is_none() {
            self.block = sha256(&[&self.seed, &self.counter.to_be_bytes()]);
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used = self.used.saturating_add(1);
        byte
    }

    fn next_bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next_byte())
    }
}

impl TryRng for Coefficients {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.next_bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.next_bytes()))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for byte in target {
            *byte = self.next_byte();
        }
        Ok(())
    }
}

impl TryCryptoRng for Coefficients {}

#[cfg(test)]
mod tests;
