//! The heads of chains: what a machine without the ledger must know to sign.
//!
//! ```text
//! {"<component>": "<leaf hash of its last entry>" or null, …,
//!  "ledger:<origin>": {"number": <number of the root's next statement about the ledger>},
//!  "org:<organisation>": {"number": <of the root's next about it>, "prev": "<leaf hash of its own last>", "keys": ["<key id>", …]}, …}
//! ```
//! An organisation's keys are those in use. Of one that is not enrolled there is the number 0.

use std::collections::BTreeMap;

use prova_core::{
    hash::LeafHash,
    id::{OrgId, Origin, SubjectId},
    json::{self, JsonError},
    key::KeyId,
    lifecycle::View as _,
    registry::Registry,
};
use prova_store::{ReadError, State};
use serde::{Deserialize, Serialize};

/// The longest file of heads, in bytes: some 100,000 subjects.
pub const MAX_HEADS_BYTES: u64 = 16 * 1024 * 1024;

/// Why heads do not serve; all of it is the caller's mistake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadsError {
    /// The bytes are no heads.
    #[error(transparent)]
    Parse(#[from] JsonError),
    /// A subject that was not asked for when they were made.
    #[error("the file of heads says nothing of {subject}")]
    NotListed {
        /// The component or organisation that was asked for.
        subject: SubjectId,
    },
    /// They are of no ledger.
    #[error("the file of heads does not name the ledger")]
    NoLedger,
}

/// The last entries of some chains, and of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Heads(BTreeMap<SubjectId, NextLink>);

/// What the next statement about a subject follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum NextLink {
    /// A component's: the last entry of its chain, if there is one.
    Chain(Option<LeafHash>),
    /// The ledger's or an organisation's.
    Registry(RegistryHead),
}

/// What the next registry statement about an organisation, or about the ledger itself, follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryHead {
    /// The number of the root's next one.
    pub number: u64,
    /// The last one that the organisation said about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<LeafHash>,
    /// The organisation's keys in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyId>,
}

impl RegistryHead {
    /// That of a subject in a registry.
    #[must_use]
    pub fn of(registry: &Registry, subject: &SubjectId) -> Self {
        let organisation = match subject {
            SubjectId::Organisation(organisation) => Some(organisation),
            _ => None,
        };
        let keys = organisation
            .into_iter()
            .flat_map(|organisation| registry.keys_of(organisation));
        let in_use = keys.filter(|(_, record)| record.ended.is_none());
        Self {
            number: registry.number(subject),
            prev: organisation.and_then(|organisation| registry.own_head(organisation)),
            keys: in_use.map(|(key, _)| *key).collect(),
        }
    }
}

impl Heads {
    /// Those of a ledger: of some components, and of some organisations.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn of(state: &State, components: &[SubjectId], organisations: &[OrgId]) -> Result<Self, ReadError> {
        let mut heads = BTreeMap::new();
        for id in components {
            heads.insert(
                id.clone(),
                NextLink::Chain(state.chain(id)?.map(|chain| chain.head)),
            );
        }
        let registry = state.registry();
        let ledger = SubjectId::Ledger(registry.origin().clone());
        let organisations = organisations.iter().cloned().map(SubjectId::Organisation);
        for subject in organisations.chain([ledger]) {
            let head = RegistryHead::of(registry, &subject);
            heads.insert(subject, NextLink::Registry(head));
        }
        Ok(Self(heads))
    }

    /// Reads what [`Heads`] are serialised as.
    ///
    /// # Errors
    /// Bytes that are no JSON object of subjects and what follows them.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeadsError> {
        Ok(Self(json::parse(bytes)?))
    }

    /// The last entry of a component's chain; none if it has no entry.
    ///
    /// # Errors
    /// The heads say nothing of it.
    pub fn head(&self, id: &SubjectId) -> Result<Option<LeafHash>, HeadsError> {
        match self.0.get(id) {
            Some(NextLink::Chain(head)) => Ok(*head),
            _ => Err(HeadsError::NotListed { subject: id.clone() }),
        }
    }

    /// What the next registry statement about a subject follows.
    ///
    /// # Errors
    /// The heads say nothing of it.
    pub fn registry_head(&self, subject: &SubjectId) -> Result<&RegistryHead, HeadsError> {
        match self.0.get(subject) {
            Some(NextLink::Registry(head)) => Ok(head),
            _ => Err(HeadsError::NotListed {
                subject: subject.clone(),
            }),
        }
    }

    /// The organisation, of those that are listed, that has a key in use.
    #[must_use]
    pub fn owner(&self, key: &KeyId) -> Option<&OrgId> {
        self.0.iter().find_map(|(subject, head)| match (subject, head) {
            (SubjectId::Organisation(of), NextLink::Registry(head)) if head.keys.contains(key) => Some(of),
            _ => None,
        })
    }

    /// The ledger's origin.
    ///
    /// # Errors
    /// The heads do not name it.
    pub fn origin(&self) -> Result<&Origin, HeadsError> {
        let ledger = self.0.keys().find_map(|subject| match subject {
            SubjectId::Ledger(origin) => Some(origin),
            _ => None,
        });
        ledger.ok_or(HeadsError::NoLedger)
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
        assert_eq!(read.origin().unwrap(), registry.origin());
        let ledger = SubjectId::Ledger(registry.origin().clone());
        assert_eq!(read.registry_head(&ledger).unwrap(), &RegistryHead::default());
        let nordlys: OrgId = "dns:nordlys.example".parse().unwrap();
        let stranger: OrgId = "dns:stranger.example".parse().unwrap();
        let subject = SubjectId::Organisation(nordlys.clone());
        let error = read.registry_head(&subject).unwrap_err();
        assert!(matches!(error, HeadsError::NotListed { .. }), "{error}");
        let asked = Heads::of(state, &[], &[nordlys.clone(), stranger.clone()]).unwrap();
        let key = TestLedger::key_id("nordlys");
        let head = RegistryHead {
            number: 1,
            prev: None,
            keys: vec![key],
        };
        assert_eq!(asked.registry_head(&subject).unwrap(), &head);
        assert_eq!(asked.owner(&key), Some(&nordlys));
        let unknown = asked.registry_head(&SubjectId::Organisation(stranger)).unwrap();
        assert_eq!(unknown, &RegistryHead::default());
        let error = read.head(&Scene::unit("S2")).unwrap_err();
        assert!(matches!(&error, HeadsError::NotListed { subject } if *subject == Scene::unit("S2")));
    }

    #[test]
    fn heads_of_nothing_are_told_apart() {
        assert!(matches!(Heads::parse(b"[]"), Err(HeadsError::Parse(_))));
        let heads = Heads::parse(b"{}").unwrap();
        assert!(matches!(heads.origin(), Err(HeadsError::NoLedger)));
        assert!(matches!(Heads::parse(b"{\"x\":null}"), Err(HeadsError::Parse(_))));
    }
}
