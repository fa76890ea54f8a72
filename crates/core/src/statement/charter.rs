//! Entry 0: what a ledger is, who governs it, with which key it signs its checkpoints.
//!
//! The charter carries the root keys and is signed by them, by as many distinct organisations as its own threshold says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    id::{OrgId, Origin},
    key::{KeyId, PublicKey},
    time::Timestamp,
};

/// The predicate type of a charter.
pub const PREDICATE_TYPE: &str = "urn:prova:charter:1";
/// Most root keys.
pub const MAX_ROOT_KEYS: usize = 32;

/// What a ledger is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charter {
    /// The ledger's name for ever, as on its checkpoints: a schema-less URL such as `ledger.example/2026`.
    pub origin: Origin,
    /// Whether its entries mean anything.
    pub purpose: Purpose,
    /// When it was founded.
    pub time: Timestamp,
    /// The key that signs checkpoints and seals.
    pub log_key: PublicKey,
    /// Who governs it.
    pub root: Root,
    /// Members that a reader must understand; this version knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical: Vec<String>,
}

/// Whether a ledger's entries mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// They do; keys whose private half is published are refused.
    Production,
    /// They do not: a test or a demonstration.
    Test,
}

/// Keys that together may change the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// How many distinct organisations must sign.
    pub threshold: u32,
    /// Their keys.
    pub keys: Vec<RootKey>,
}

/// A root key and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootKey {
    /// Whose it is; an organisation counts once, however many of its keys sign.
    pub organisation: OrgId,
    /// The public half, which counts towards the threshold.
    pub key: PublicKey,
}

/// Why a set of root keys cannot govern a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// The threshold is zero, or cannot be reached.
    #[error("threshold {threshold} over {organisations} organisations, want 1 to {organisations}")]
    Threshold {
        /// How many organisations would have to sign.
        threshold: u32,
        /// Distinct organisations among the keys.
        organisations: usize,
    },
    /// One key twice.
    #[error("root key {0} stands twice")]
    KeyTwice(KeyId),
    /// The key that signs checkpoints and seals.
    #[error("key {0} is the ledger's own, which signs checkpoints and seals only, so it is no root key")]
    LogKey(KeyId),
    /// None or too many keys.
    #[error("{got} root keys, want 1 to {MAX_ROOT_KEYS}")]
    Count {
        /// Keys found.
        got: usize,
    },
}

impl Charter {
    /// Checks that the root can govern the ledger.
    ///
    /// # Errors
    /// See [`RootError`].
    pub fn check(&self) -> Result<(), RootError> {
        self.root.check()?;
        self.root.check_apart(&self.log_key)
    }
}

impl Root {
    /// Whether the key is one of them.
    #[must_use]
    pub fn has(&self, key: &KeyId) -> bool {
        self.get(key).is_some()
    }

    /// The key and whose it is, if it is one of them.
    #[must_use]
    pub fn get(&self, key: &KeyId) -> Option<&RootKey> {
        self.keys.iter().find(|held| held.key.key_id() == *key)
    }

    /// Checks that the ledger's own key is none of them: whoever runs the log would govern it too, and what the key signs would not be checkpoints
    /// and seals alone.
    ///
    /// # Errors
    /// It is one of them.
    pub fn check_apart(&self, log_key: &PublicKey) -> Result<(), RootError> {
        let log_key = log_key.key_id();
        if self.has(&log_key) {
            return Err(RootError::LogKey(log_key));
        }
        Ok(())
    }

    /// Checks that the threshold can be reached and no key stands twice.
    ///
    /// # Errors
    /// See [`RootError`].
    pub fn check(&self) -> Result<(), RootError> {
        if self.keys.is_empty() || self.keys.len() > MAX_ROOT_KEYS {
            return Err(RootError::Count { got: self.keys.len() });
        }
        let mut ids = BTreeSet::new();
        for root_key in &self.keys {
            let id = root_key.key.key_id();
            if !ids.insert(id) {
                return Err(RootError::KeyTwice(id));
            }
        }
        let organisations = self
            .keys
            .iter()
            .map(|key| &key.organisation)
            .collect::<BTreeSet<_>>()
            .len();
        let reachable =
            usize::try_from(self.threshold).is_ok_and(|threshold| (1..=organisations).contains(&threshold));
        if reachable {
            Ok(())
        } else {
            Err(RootError::Threshold {
                threshold: self.threshold,
                organisations,
            })
        }
    }
}
