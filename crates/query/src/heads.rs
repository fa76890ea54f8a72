//! The heads of chains: what a machine without the ledger must know to sign.
//!
//! ```text
//! {"<component>": "<leaf hash of its last entry>" or null, …, "ledger:<origin>": "<leaf hash of the root's last registry entry>",
//!  "<key id>": "<leaf hash of what a registry entry by this key follows>" or null, …}
//! ```
//! The keys are those of the root, and those in use of the organisations that were asked for.

use std::collections::BTreeMap;

use prova_core::{
    hash::LeafHash,
    id::{OrgId, Origin, SubjectId},
    json::{self, JsonError},
    key::KeyId,
    lifecycle::View as _,
};
use prova_store::{ReadError, State};
use serde::Serialize;

/// The longest file of heads, in bytes: some 100,000 subjects.
pub const MAX_HEADS_BYTES: u64 = 16 * 1024 * 1024;

/// Why heads do not serve; all of it is the caller's mistake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadsError {
    /// The bytes are no heads.
    #[error(transparent)]
    Parse(#[from] JsonError),
    /// A component that was not asked for when they were made.
    #[error("the file of heads says nothing of {component}")]
    NotListed {
        /// The component that was asked for.
        component: SubjectId,
    },
    /// They are of no ledger.
    #[error("the file of heads does not name the ledger and its last registry entry")]
    NoLedger,
    /// None of the keys that sign is listed.
    #[error("the file of heads says nothing of the keys that sign")]
    NoKey,
    /// A member's name is neither of a subject nor of a key.
    #[error("«{}» is neither a component nor a key", prova_core::text::excerpt(.0))]
    Name(String),
}

/// The last entries of some chains, and of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Heads(BTreeMap<String, Option<LeafHash>>);

impl Heads {
    /// Those of a ledger: of some components, and of the keys of the root and of some organisations.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn of(state: &State, components: &[SubjectId], organisations: &[OrgId]) -> Result<Self, ReadError> {
        let mut heads = BTreeMap::new();
        for id in components {
            heads.insert(id.to_string(), state.chain(id)?.map(|chain| chain.head));
        }
        let registry = state.registry();
        let ledger = SubjectId::Ledger(registry.origin().clone());
        heads.insert(ledger.to_string(), Some(registry.head()));
        let root = registry.root().keys.iter().map(|held| held.key.key_id());
        let keys = registry.keys().iter();
        let own =
            keys.filter(|(_, record)| record.ended.is_none() && organisations.contains(&record.organisation));
        for key in root.chain(own.map(|(key, _)| *key)) {
            heads.insert(key.to_string(), registry.head_of(&[key]));
        }
        Ok(Self(heads))
    }

    /// Reads what [`Heads`] are serialised as.
    ///
    /// # Errors
    /// Bytes that are no JSON object of subjects and leaf hashes.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeadsError> {
        let heads: BTreeMap<String, Option<LeafHash>> = json::parse(bytes)?;
        let stray = heads
            .keys()
            .find(|name| name.parse::<SubjectId>().is_err() && name.parse::<KeyId>().is_err());
        match stray {
            None => Ok(Self(heads)),
            Some(name) => Err(HeadsError::Name(name.clone())),
        }
    }

    /// The last entry of a component's chain; none if it has no entry.
    ///
    /// # Errors
    /// The heads say nothing of it.
    pub fn head(&self, id: &SubjectId) -> Result<Option<LeafHash>, HeadsError> {
        let head = self.0.get(&id.to_string()).copied();
        head.ok_or_else(|| HeadsError::NotListed {
            component: id.clone(),
        })
    }

    /// The ledger's origin.
    ///
    /// # Errors
    /// The heads do not name it.
    pub fn origin(&self) -> Result<Origin, HeadsError> {
        let mut names = self.0.keys();
        names
            .find_map(|name| match name.parse() {
                Ok(SubjectId::Ledger(origin)) => Some(origin),
                _ => None,
            })
            .ok_or(HeadsError::NoLedger)
    }

    /// What a registry entry by these keys follows: see [`Registry::head_of`](prova_core::registry::Registry::head_of).
    ///
    /// # Errors
    /// The heads say nothing of the keys, or do not name the ledger.
    pub fn registry_head(&self, signers: &[KeyId]) -> Result<Option<LeafHash>, HeadsError> {
        let ledger = self.head(&SubjectId::Ledger(self.origin()?))?;
        let listed = signers
            .iter()
            .filter_map(|key| self.0.get(&key.to_string()).copied());
        let listed: Vec<_> = listed.collect();
        match listed.first() {
            // Where a root key signs, the root speaks.
            Some(_) if listed.contains(&ledger) => Ok(ledger),
            Some(head) => Ok(*head),
            None => Err(HeadsError::NoKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use prova_testkit::builder::TestLedger;

    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn heads_are_read_back_as_they_were_written() {
        let scene = Scene::new();
        let state = scene.writer.state();
        let (made, unknown) = (Scene::unit("S1"), Scene::unit("S9"));
        let heads = Heads::of(state, &[made.clone(), unknown.clone()], &[]).unwrap();
        let read = Heads::parse(&serde_json::to_vec(&heads).unwrap()).unwrap();
        assert_eq!(read, heads);
        let received = scene
            .writer
            .snapshot()
            .leaf(prova_core::position::EntryIndex::new(7));
        assert_eq!(read.head(&made).unwrap(), Some(received.unwrap()));
        assert_eq!(read.head(&unknown).unwrap(), None);
        let registry = state.registry();
        assert_eq!(read.origin().unwrap(), *registry.origin());
        let root = registry.root().keys[0].key.key_id();
        assert_eq!(read.registry_head(&[root]).unwrap(), Some(registry.head()));
        let own = TestLedger::key_id("nordlys");
        assert!(matches!(read.registry_head(&[own]), Err(HeadsError::NoKey)));
        let asked = Heads::of(state, &[], &["dns:nordlys.example".parse().unwrap()]).unwrap();
        assert_eq!(asked.registry_head(&[own]).unwrap(), None);
        assert_eq!(asked.registry_head(&[own, root]).unwrap(), Some(registry.head()));
        let error = read.head(&Scene::unit("S2")).unwrap_err();
        assert!(matches!(&error, HeadsError::NotListed { component } if *component == Scene::unit("S2")));
    }

    #[test]
    fn heads_of_nothing_are_told_apart() {
        assert!(matches!(Heads::parse(b"[]"), Err(HeadsError::Parse(_))));
        let heads = Heads::parse(b"{}").unwrap();
        assert!(matches!(heads.origin(), Err(HeadsError::NoLedger)));
        assert!(matches!(Heads::parse(b"{\"x\":null}"), Err(HeadsError::Name(_))));
    }
}
