//! What is said about the ledger itself: its registry, its charter, its seals.

use super::{Clauses, counted, cut, name};
use crate::{
    registry::Registry,
    statement::{
        action::{Action, Change, Distrust, Enrol, Revoke, Rotate},
        charter::{Charter, Purpose},
        event::role::Role,
        seal::Seal,
    },
};

pub(super) fn of_action(action: &Action, registry: Option<&Registry>) -> String {
    match action {
        Action::Enrol(enrol) => of_enrol(enrol, registry),
        Action::Change(change) => of_change(change, registry),
        Action::Rotate(rotate) => of_rotate(rotate, registry),
        Action::Revoke(revoke) => of_revoke(revoke, registry),
        Action::Distrust(distrust) => of_distrust(distrust, registry),
        Action::Keys(keys) => {
            let kept = super::listed(&keys.keys, |key| cut(&key.key_id().to_string()));
            format!(
                "keeps of the keys of {} only {kept}",
                name(registry, &keys.organisation)
            )
        }
        Action::Suspend(standing) => {
            let who = name(registry, &standing.organisation);
            format!("suspends {who}: {}", standing.reason)
        }
        Action::Reinstate(standing) => {
            let who = name(registry, &standing.organisation);
            format!("reinstates {who}: {}", standing.reason)
        }
        Action::Root(root) => format!(
            "hands the root to {} with threshold {}",
            counted(root.keys.len(), "key", "keys"),
            root.threshold
        ),
    }
}

fn of_enrol(enrol: &Enrol, registry: Option<&Registry>) -> String {
    let head = format!(
        "enrols {} ({}), {}",
        enrol.name, enrol.organisation, enrol.jurisdiction
    );
    Clauses::new(head)
        .with(
            "controlled by ",
            enrol.parent.as_ref().map(|org| name(registry, org)),
        )
        .with("as ", Some(roles(&enrol.roles)))
        .with("with ", Some(counted(enrol.keys.len(), "key", "keys")))
        .end()
}

fn roles(roles: &[Role]) -> String {
    let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
    names.join(", ")
}

fn of_change(change: &Change, registry: Option<&Registry>) -> String {
    Clauses::new(format!("changes {}", name(registry, &change.organisation)))
        .with("name ", change.name.as_ref())
        .with("jurisdiction ", change.jurisdiction)
        .with(
            "controlled by ",
            change.parent.as_ref().map(|org| name(registry, org)),
        )
        .with("roles ", change.roles.as_deref().map(roles))
        .end()
}

fn of_rotate(rotate: &Rotate, registry: Option<&Registry>) -> String {
    Clauses::new(format!(
        "rotates the keys of {}",
        name(registry, &rotate.organisation)
    ))
    .list("new ", &rotate.add, |key| cut(&key.key_id().to_string()))
    .list("retired ", &rotate.retire, |key| cut(&key.to_string()))
    .end()
}

fn of_revoke(revoke: &Revoke, registry: Option<&Registry>) -> String {
    let head = format!(
        "revokes key {} of {}: {}",
        cut(&revoke.key.to_string()),
        name(registry, &revoke.organisation),
        revoke.reason
    );
    Clauses::new(head)
        .with("asks that it be distrusted from entry ", revoke.distrust_from)
        .end()
}

fn of_distrust(distrust: &Distrust, registry: Option<&Registry>) -> String {
    let who = name(registry, &distrust.organisation);
    let what = match &distrust.key {
        Some(key) => format!("key {} of {who}", cut(&key.to_string())),
        None => format!("every key of {who}"),
    };
    match distrust.from {
        Some(from) => format!("distrusts {what} from entry {from}: {}", distrust.reason),
        None => format!("believes {what} again: {}", distrust.reason),
    }
}

pub(super) fn of_charter(charter: &Charter) -> String {
    let purpose = match charter.purpose {
        Purpose::Production => "founds the ledger",
        Purpose::Test => "founds the test ledger",
    };
    let root = &charter.root;
    format!(
        "{purpose} {} under {}, of which {} must sign",
        charter.origin,
        counted(root.keys.len(), "root key", "root keys"),
        root.threshold
    )
}

pub(super) fn of_seal(seal: &Seal) -> String {
    format!(
        "seals the index over the first {} entries: {} terms, root {}",
        seal.size,
        seal.terms,
        cut(&seal.root.to_string())
    )
}
