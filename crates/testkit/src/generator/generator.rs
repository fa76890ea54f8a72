//! Entries one at a time: what is done next is drawn from a table.

use std::{collections::VecDeque, fmt};

use prova_core::key::SecretKey;

use super::{
    cast::{self, Cast},
    catalogue::Catalogue,
    clerk::Clerk,
    founding::found,
    life::Units,
};
use crate::builder;

/// 2026-03-01T08:00:00Z, when every generated ledger begins.
const BEGINNING: i64 = 1_772_352_000;

/// What somebody does; `None` if nobody could just now.
type Act = fn(&mut Generator) -> Option<()>;

/// How often each act is tried, of a thousand times.
const ACTS: [(usize, Act); 18] = [
    (150, Generator::manufacture),
    (120, Generator::test),
    (115, Generator::ship),
    (200, Generator::receive),
    (5, Generator::hand_over),
    (35, Generator::store),
    (140, Generator::install),
    (1, |generator| {
        generator.install_old();
        Some(())
    }),
    (110, Generator::update),
    (56, Generator::maintain),
    (8, Generator::fit),
    (6, Generator::part_out),
    (24, Generator::measure),
    (8, Generator::take_out),
    (2, Generator::inspect),
    (14, |generator| {
        generator.catalogue.notice(&generator.cast, &mut generator.clerk);
        Some(())
    }),
    (5, |generator| {
        generator.catalogue.assure(&generator.cast, &mut generator.clerk);
        Some(())
    }),
    (1, |generator| {
        generator.catalogue.release(&generator.cast, &mut generator.clerk);
        Some(())
    }),
];

/// The entries of a ledger from its charter on, without end.
pub struct Generator {
    pub(super) cast: Cast,
    pub(super) clerk: Clerk,
    pub(super) catalogue: Catalogue,
    pub(super) units: Units,
    /// Charter, enrolments and manifests, with which every ledger begins.
    beginnings: VecDeque<Vec<u8>>,
}

impl Generator {
    /// The ledger with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let cast = Cast::new();
        let mut clerk = Clerk::new(seed, BEGINNING);
        let mut beginnings = found(&cast, &mut clerk);
        let mut catalogue = Catalogue::new();
        beginnings.extend(catalogue.beginnings(&cast, &mut clerk));
        Self {
            cast,
            clerk,
            catalogue,
            units: Units::default(),
            beginnings,
        }
    }

    /// The key that signs the ledger's checkpoints.
    #[must_use]
    pub fn log_key() -> SecretKey {
        builder::key("log")
    }

    /// How many findings the entries that were handed out lead to; the ledger must find exactly these.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.clerk.findings
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.cast.everybody().map(cast::CastMember::key_name).collect();
        write!(f, "Generator({})", names.join(", "))
    }
}

impl Iterator for Generator {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if let Some(entry) = self.beginnings.pop_front() {
            return Some(entry);
        }
        loop {
            let mut drawn = self.clerk.chance.below(1_000);
            let (_, act) = ACTS
                .iter()
                .find(|(often, _)| match drawn.checked_sub(*often) {
                    Some(left) => {
                        drawn = left;
                        false
                    }
                    None => true,
                })
                .expect("the table adds up to a thousand");
            if act(self).is_some() {
                return Some(self.clerk.take());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_acts_add_up_to_a_thousand() {
        assert_eq!(ACTS.iter().map(|(often, _)| often).sum::<usize>(), 1_000);
    }
}
