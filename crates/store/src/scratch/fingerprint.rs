//! What rows are found by: 128 bits of a keyed hash, in place of a text.
//!
//! ```text
//! fingerprint = SipHash-1-3-128(key, text)          key: 128 bits, made anew by each process
//! ```
//! Nobody who does not know the key can prepare two texts with one fingerprint.

use std::hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher, RandomState};

use siphasher::sip128::{Hasher128 as _, SipHasher13};

/// The key of fingerprints.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprints(u64, u64);

impl Default for Fingerprints {
    fn default() -> Self {
        // The standard library has its randomness from the operating system.
        let random = RandomState::new();
        Self(random.hash_one(0), random.hash_one(1))
    }
}

impl Fingerprints {
    pub(super) fn of(self, key: &impl Hash) -> u128 {
        let mut hasher = SipHasher13::new_with_keys(self.0, self.1);
        key.hash(&mut hasher);
        hasher.finish128().as_u128()
    }
}

/// For tables by fingerprints, which are hashes already.
pub(super) type AsItIs = BuildHasherDefault<Low>;

/// The low half of a fingerprint.
#[derive(Debug, Default)]
pub(super) struct Low(u64);

impl Hasher for Low {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = u64::try_from(fingerprint & u128::from(u64::MAX)).unwrap_or_default();
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_the_key_and_on_the_whole_text() {
        let (one, other) = (Fingerprints::default(), Fingerprints::default());
        assert_eq!(one.of(&"a"), one.of(&"a".to_owned()));
        assert_ne!(one.of(&"a"), other.of(&"a"));
        assert_ne!(one.of(&("ab", "c")), one.of(&("a", "bc")));
        assert_ne!(one.of(&1_u64), one.of(&2_u64));
    }
}
