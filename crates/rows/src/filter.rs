//! Whether a key may be in a file of many: most absent keys are turned away without a look.

/// Keys for each word at most, that is 16 bits for each; and how many of them each sets: one absent key in two hundred passes.
pub(crate) const WORD_KEYS: usize = 4;
const PROBES: u32 = 4;

/// A Bloom filter whose bits for one key are in one word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter(Vec<u64>);

impl Filter {
    /// A filter with room for so many keys.
    pub(crate) fn new(keys: usize) -> Self {
        Self(vec![0; keys.div_ceil(WORD_KEYS).max(1)])
    }

    pub(crate) fn add(&mut self, fingerprint: u128) {
        let (word, bits) = word_and_bits(self.0.len(), fingerprint);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bits;
        }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.0
    }
}

/// The word of a fingerprint, which is as good as random, in a filter of so many; and the bits in that word.
pub(crate) fn word_and_bits(words: usize, fingerprint: u128) -> (usize, u64) {
    let words = u128::try_from(words).unwrap_or(1);
    let word = (fingerprint >> 32).checked_rem(words);
    let word = word.and_then(|word| usize::try_from(word).ok()).unwrap_or(0);
    let bits = (0..PROBES).fold(0, |bits, probe| {
        let bit = (fingerprint >> probe.saturating_mul(6)) & 63;
        bits | 1_u64.wrapping_shl(u32::try_from(bit).unwrap_or(0))
    });
    (word, bits)
}

#[cfg(test)]
mod tests {
    use prova_core::hash::Digest;

    use super::*;

    #[test]
    fn what_is_in_it_passes_and_most_else_does_not() {
        let fingerprint = |number: u32| {
            let digest = Digest::of(&number.to_be_bytes());
            u128::from_be_bytes(*digest.as_bytes().first_chunk().unwrap())
        };
        let mut filter = Filter::new(10_000);
        (0..10_000).for_each(|number| filter.add(fingerprint(number)));
        let may_hold = |number: u32| {
            let (word, bits) = word_and_bits(filter.words().len(), fingerprint(number));
            filter.words()[word] & bits == bits
        };
        assert!((0..10_000).all(may_hold));
        let passed = (10_000..20_000).filter(|number| may_hold(*number)).count();
        assert!(passed < 100, "{passed} of 10,000");
    }
}
