//! What a registry entry says.
//!
//! ```text
//! predicate = {"time":<timestamp>,"action":{"<name>":{<fields>}}}          subject: ledger:<origin>, prev: the last registry entry
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    id::OrgId,
    key::{KeyId, PublicKey},
    position::EntryIndex,
    statement::{charter::Root, event::role::Role},
    time::Timestamp,
};

/// The predicate type of a registry entry.
pub const PREDICATE_TYPE: &str = "urn:prova:registry:1";

/// A change of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryPredicate {
    /// When it was decided.
    pub time: Timestamp,
    /// Members that a reader must understand; this version knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<String>,
    /// What changes.
    pub action: Action,
}

/// What changes. `rotate`, and `revoke` of an own key, may be signed by the organisation itself; all else by the root's threshold.
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
    /// The id of the key that ends.
    pub key: KeyId,
    /// Why the key is revoked, in words.
    pub reason: String,
    /// Entries by the key from this index on are *distrusted*: findings, though the ledger keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distrust_from: Option<EntryIndex>,
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
    /// The name in statements and on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrol(_) => "enrol",
            Self::Change(_) => "change",
            Self::Rotate(_) => "rotate",
            Self::Revoke(_) => "revoke",
            Self::Suspend(_) => "suspend",
            Self::Reinstate(_) => "reinstate",
            Self::Root(_) => "root",
        }
    }
}
