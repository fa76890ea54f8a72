//! Who may say what, and who may change that.

mod distrust;
mod keys;
mod organisations;
mod own;
mod root;
mod signers;
mod statements;

use super::{EntitlementError, RegistryError};
use crate::statement::action::{
    Action, ActionsError, Change, Enrol, KeptKeys, MAX_ACTIONS, RegistryPredicate, Revoke, Rotate,
    StandingChange,
};
use crate::{
    hash::LeafHash,
    key::SecretKey,
    ledger::Inadmissible,
    position::EntryIndex,
    statement::{
        Predicate, Statement, StatementError, Subject, VerifyEntryError,
        charter::{Purpose, RootError},
        event::{
            Event, ShapeError,
            assurance::{Test, TestResult},
            role::Role,
        },
    },
    tests::scene::{Refused, Scene, distrust, id, org, public, revocation},
};

const TYPE: &str = "type:dns:nordlys.example/AAU-3900/R1";

fn a_test() -> Event {
    Event::Test(Test {
        specification: "3GPP TS 33.511".into(),
        specification_version: None,
        release: None,
        result: TestResult::Pass,
        artefacts: Vec::new(),
        accreditation: None,
        accredited_until: None,
        report: None,
    })
}

fn enrol(name: &str, key: &str) -> Action {
    Action::Enrol(Enrol {
        organisation: org(name),
        name: name.into(),
        jurisdiction: "SE".parse().unwrap(),
        parent: None,
        roles: vec![Role::Carrier],
        keys: vec![public(key)],
    })
}

fn registry(error: RegistryError) -> Refused {
    Refused::Inadmissible(Inadmissible::Registry(error))
}

fn entitlement(error: EntitlementError) -> Refused {
    Refused::Inadmissible(Inadmissible::Entitlement(error))
}

fn entitlement_of_registry(error: EntitlementError) -> Refused {
    registry(RegistryError::Entitlement(error))
}

fn not_of_root(key: &str) -> Refused {
    registry(RegistryError::Signer(public(key).key_id()))
}

fn rotation(name: &str, add: &[&SecretKey], retire: &[&SecretKey]) -> Action {
    Action::Rotate(Rotate {
        organisation: org(name),
        add: add.iter().map(|key| key.public()).collect(),
        retire: retire.iter().map(|key| key.public().key_id()).collect(),
    })
}
