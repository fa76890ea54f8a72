//! What a registry entry says.
//!
//! ```text
//! predicate = {"ledger":<origin>,"by":<organisation>,"time":<timestamp>,"actions":[{"<name>":{<fields>}},…]}
//! subject   = org:<organisation> for each organisation that the actions are about, and ledger:<origin> where the root changes; ascending
//! ```
//! `by` is there where an organisation speaks about itself, and absent where the root speaks. Of an organisation's own statement, `prev` is the leaf
//! hash of its own last one; of the root's, `number` says of each subject how many statements of the root about it came before. So nobody's own
//! statement is in the way of the root's, and statements of the root about different organisations not in each other's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    id::{OrgId, Origin, SubjectId},
    key::{KeyId, PublicKey},
    position::EntryIndex,
    statement::{Subject, charter::Root, event::role::Role},
    time::Timestamp,
};

/// The predicate type of a registry entry.
pub const PREDICATE_TYPE: &str = "urn:prova:registry:1";
/// Most actions of one statement.
pub const MAX_ACTIONS: usize = 64;

/// Changes of the registry, applied in their order or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryPredicate {
    /// The ledger that it is said to; no other takes it.
    pub ledger: Origin,
    /// The organisation that says it about itself; absent: the root says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<OrgId>,
    /// When it was decided.
    pub time: Timestamp,
    /// Members that a reader must understand; this version knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<String>,
    /// What changes; at least one.
    pub actions: Vec<Action>,
}

/// Why actions do not fit their statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionsError {
    /// None, or too many.
    #[error("{got} actions, want 1 to {MAX_ACTIONS}")]
    Count {
        /// Actions found.
        got: usize,
    },
    /// The root would change twice.
    #[error("the root changes twice, want once")]
    TwoRoots,
    /// The subjects are not what the actions are about.
    #[error("the subjects are not what the actions are about; want {}", list(want))]
    Subjects {
        /// What they are about, in the order in which they must stand.
        want: Vec<SubjectId>,
    },
    /// Only the root may do this.
    #[error("{by} says «{action}» about itself; want «rotate» and «revoke» alone")]
    RootOnly {
        /// Who speaks about itself.
        by: OrgId,
        /// The name of the action.
        action: &'static str,
    },
    /// Its place among earlier statements is not said in the one way that there is.
    #[error("{subject} {problem}")]
    Place {
        /// The organisation or ledger whose place it is.
        subject: SubjectId,
        /// What is wrong.
        problem: &'static str,
    },
}

fn list(ids: &[SubjectId]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

impl RegistryPredicate {
    /// What the actions are about, in the order in which the subjects stand.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<SubjectId> {
        let about = |action: &Action| match action.organisation() {
            Some(organisation) => SubjectId::Organisation(organisation.clone()),
            None => SubjectId::Ledger(self.ledger.clone()),
        };
        self.actions.iter().map(about).collect()
    }

    /// The root that it brings, if it does.
    #[must_use]
    pub fn new_root(&self) -> Option<&Root> {
        self.actions.iter().find_map(|action| match action {
            Action::Root(root) => Some(root),
            _ => None,
        })
    }

    /// The names of its actions, each once, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for action in &self.actions {
            if !names.contains(&action.name()) {
                names.push(action.name());
            }
        }
        names
    }

    /// Checks that the actions fit each other, who says them, and the subjects.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self, subjects: &[Subject]) -> Result<(), ActionsError> {
        let got = self.actions.len();
        if !(1..=MAX_ACTIONS).contains(&got) {
            return Err(ActionsError::Count { got });
        }
        let roots = self
            .actions
            .iter()
            .filter(|action| action.organisation().is_none());
        if roots.count() > 1 {
            return Err(ActionsError::TwoRoots);
        }
        if let Some(by) = &self.by {
            let of_root = self
                .actions
                .iter()
                .find(|action| !matches!(action, Action::Rotate(_) | Action::Revoke(_)));
            if let Some(action) = of_root {
                return Err(ActionsError::RootOnly {
                    by: by.clone(),
                    action: action.name(),
                });
            }
        }
        let want = match &self.by {
            Some(by) => BTreeSet::from([SubjectId::Organisation(by.clone())]),
            None => self.subjects(),
        };
        let about = self.subjects();
        if !subjects.iter().map(|subject| &subject.id).eq(&want) || want != about {
            return Err(ActionsError::Subjects {
                want: about.into_iter().collect(),
            });
        }
        subjects.iter().try_for_each(|subject| self.check_place(subject))
    }

    fn check_place(&self, subject: &Subject) -> Result<(), ActionsError> {
        let wrong = |problem| {
            Err(ActionsError::Place {
                subject: subject.id.clone(),
                problem,
            })
        };
        match (&self.by, subject.number, subject.prev) {
            (None, None, _) => wrong("has no «number»; every statement of the root does"),
            (None, Some(_), Some(_)) => wrong("has «prev»; statements of the root have «number» instead"),
            (Some(_), Some(_), _) => {
                wrong("has «number»; an organisation's own statements have «prev» instead")
            }
            _ if subject.from.is_some() || !subject.aliases.is_empty() => {
                wrong("has «from» or «aliases», which are for components")
            }
            _ => Ok(()),
        }
    }
}

/// What changes. `rotate` and `revoke` an organisation may say about itself; all else the root alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// An organisation joins.
    Enrol(Enrol),
    /// What is known of it changes.
    Change(Change),
    /// It gets new keys and lays down old ones.
    Rotate(Rotate),
    /// A key speaks no more.
    Revoke(Revoke),
    /// What an organisation or one of its keys signed is not to be believed, or is again.
    Distrust(Distrust),
    /// Exactly these keys are in use from here on.
    Keys(KeptKeys),
    /// An organisation may not speak for now.
    Suspend(StandingChange),
    /// It may again.
    Reinstate(StandingChange),
    /// The root itself changes: signed by the old and the new threshold.
    Root(Root),
}

/// An organisation joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrol {
    /// The organisation that joins.
    pub organisation: OrgId,
    /// The name that people know it by.
    pub name: String,
    /// Where it is incorporated.
    pub jurisdiction: Country,
    /// The organisation that controls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgId>,
    /// What it may say.
    pub roles: Vec<Role>,
    /// Public keys that will speak for it.
    pub keys: Vec<PublicKey>,
}

/// What is known of an organisation changes; absent members stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The organisation whose record changes.
    pub organisation: OrgId,
    /// The new name that people know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is incorporated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Country>,
    /// The organisation that controls it; its own id: nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgId>,
    /// All its roles from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
}

/// New keys for old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotate {
    /// The organisation whose keys change.
    pub organisation: OrgId,
    /// New keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<PublicKey>,
    /// Keys laid down; what they signed stays good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retire: Vec<KeyId>,
}

/// A key speaks no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revoke {
    /// The organisation whose key it is.
    pub organisation: OrgId,
    /// The id of the key that ends.
    pub key: KeyId,
    /// Why the key is revoked, in words.
    pub reason: String,
    /// From which index on its own organisation asks that the key be distrusted: a claim, until the root says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distrust_from: Option<EntryIndex>,
}

/// Whether to believe what somebody signed. The root's last word about a key counts, whether it is in use, retired or revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Distrust {
    /// The organisation whose key it is.
    pub organisation: OrgId,
    /// The key; absent: all keys that the organisation ever had. It is suspended then, unless `keys` stands beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The first entry that is not to be believed; absent: all is to be believed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EntryIndex>,
    /// Why, in words.
    pub reason: String,
}

/// Exactly these keys are in use from here on, and none of them came in by a thief's hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptKeys {
    /// The organisation whose keys they are.
    pub organisation: OrgId,
    /// Its keys: in use before, or new.
    pub keys: Vec<PublicKey>,
}

/// An organisation's standing changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandingChange {
    /// The organisation that is suspended or may speak again.
    pub organisation: OrgId,
    /// Why its standing changes, in words.
    pub reason: String,
}

impl Action {
    /// The organisation that it is about; none: the ledger itself.
    #[must_use]
    pub fn organisation(&self) -> Option<&OrgId> {
        match self {
            Self::Enrol(enrol) => Some(&enrol.organisation),
            Self::Change(change) => Some(&change.organisation),
            Self::Rotate(rotate) => Some(&rotate.organisation),
            Self::Revoke(revoke) => Some(&revoke.organisation),
            Self::Distrust(distrust) => Some(&distrust.organisation),
            Self::Keys(keys) => Some(&keys.organisation),
            Self::Suspend(standing) | Self::Reinstate(standing) => Some(&standing.organisation),
            Self::Root(_) => None,
        }
    }

    /// The name in statements and on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrol(_) => "enrol",
            Self::Change(_) => "change",
            Self::Rotate(_) => "rotate",
            Self::Revoke(_) => "revoke",
            Self::Distrust(_) => "distrust",
            Self::Keys(_) => "keys",
            Self::Suspend(_) => "suspend",
            Self::Reinstate(_) => "reinstate",
            Self::Root(_) => "root",
        }
    }
}
