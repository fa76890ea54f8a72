//! Ledgers of any length, as a network would write them: the same bytes for the same seed.
//!
//! Invented organisations enrol, vendors announce types and release software, and then units are made, tested, sent,
//! received, installed, updated, maintained and taken out, in a plausible mixture. Entries are about 1 KiB; thirteen
//! keys sign all of them, operators and vendors most. Now and then something is wrong that a ledger records as a
//! finding: torn seals, software that nobody released, an address that two units have, a unit older than the ledger.
//!
//! Entries come one at a time. What is remembered is what is under way (some 20,000 units), not what was written.
//!
//! ```
//! use prova_testkit::generator::Generator;
//!
//! let entries: Vec<Vec<u8>> = Generator::new(1).take(100).collect();
//! assert_eq!(Generator::new(1).take(100).collect::<Vec<_>>(), entries);
//! ```

mod cast;
mod catalogue;
mod clerk;
mod life;
mod parts;

use std::{collections::VecDeque, fmt};

use prova_core::{
    id::{Origin, SubjectId},
    key::SecretKey,
    statement::{
        Predicate, Statement, Subject,
        action::{Action, RegistryPredicate},
        charter::{Charter, Purpose, Root, RootKey},
    },
};

use self::{cast::Cast, catalogue::Catalogue, clerk::Clerk, life::Units};
use crate::builder;

/// The name of every generated ledger.
pub const ORIGIN: &str = "generated.example/2026";

/// 2026-03-01T08:00:00Z, when every generated ledger begins.
const BEGINNING: i64 = 1_772_352_000;
/// The organisations that govern the ledger, and their published test keys.
const ROOTS: [(&str, &str); 3] = [
    ("dns:root-a.example", "root-a"),
    ("dns:root-b.example", "root-b"),
    ("dns:root-c.example", "root-c"),
];

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
    cast: Cast,
    clerk: Clerk,
    catalogue: Catalogue,
    units: Units,
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

/// The charter, and everybody's enrolment by two of three root keys.
fn found(cast: &Cast, clerk: &mut Clerk) -> VecDeque<Vec<u8>> {
    let origin: Origin = ORIGIN.parse().expect("an origin");
    let root = Root {
        threshold: 2,
        keys: ROOTS
            .iter()
            .map(|(organisation, key)| RootKey {
                organisation: builder::org(organisation),
                key: builder::key(key).public(),
            })
            .collect(),
    };
    let charter = Charter {
        origin: origin.clone(),
        purpose: Purpose::Test,
        time: clerk.now(),
        log_key: Generator::log_key().public(),
        root,
        critical: Vec::new(),
    };
    let mut entries = VecDeque::new();
    let mut say = |subjects, predicate, keys: &[&str]| {
        let statement = Statement { subjects, predicate };
        entries.push_back(builder::sign(&statement, keys));
    };
    let roots = ROOTS.map(|(_, key)| key);
    let ledger = Subject::new(SubjectId::Ledger(origin.clone()), None);
    say(vec![ledger], Predicate::Charter(Box::new(charter)), &roots);
    for party in cast.everybody() {
        let predicate = RegistryPredicate {
            ledger: origin.clone(),
            by: None,
            time: clerk.now(),
            critical: Vec::new(),
            actions: vec![Action::Enrol(party.enrol())],
        };
        let organisation = SubjectId::Organisation(party.id.clone());
        let subject = Subject::numbered(organisation, 0);
        say(
            vec![subject],
            Predicate::Registry(Box::new(predicate)),
            &roots[..2],
        );
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_acts_add_up_to_a_thousand() {
        assert_eq!(ACTS.iter().map(|(often, _)| often).sum::<usize>(), 1_000);
    }
}
