//! How every generated ledger begins.

use std::collections::VecDeque;

use prova_core::{
    id::{Origin, SubjectId},
    statement::{
        Predicate, Statement, Subject,
        action::{Action, RegistryPredicate},
        charter::{Charter, Purpose, Root, RootKey},
    },
};

use super::{Generator, cast::Cast, clerk::Clerk};
use crate::builder;

/// The name of every generated ledger.
pub const ORIGIN: &str = "generated.example/2026";

/// The organisations that govern the ledger, and their published test keys.
const ROOTS: [(&str, &str); 3] = [
    ("dns:root-a.example", "root-a"),
    ("dns:root-b.example", "root-b"),
    ("dns:root-c.example", "root-c"),
];

/// The charter, and everybody's enrolment by two of three root keys.
pub(super) fn found(cast: &Cast, clerk: &mut Clerk) -> VecDeque<Vec<u8>> {
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
