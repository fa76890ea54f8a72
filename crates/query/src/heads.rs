//! The heads of chains: what a machine without the ledger must know to sign.
//!
//! ```text
//! {"<component>": "<leaf hash of its last entry>" or null, …, "ledger:<origin>": "<leaf hash of the last registry entry>"}
//! ```

use std::collections::BTreeMap;

use prova_core::{
    hash::LeafHash,
    id::{Origin, SubjectId},
    json::{self, JsonError},
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
}

/// The last entries of some chains, and of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Heads(BTreeMap<SubjectId, Option<LeafHash>>);

impl Heads {
    /// Those of a ledger.
    ///
    /// # Errors
    /// A row that cannot be read.
    pub fn of<'a>(
        state: &State,
        components: impl IntoIterator<Item = &'a SubjectId>,
    ) -> Result<Self, ReadError> {
        let mut heads = BTreeMap::new();
        for id in components {
            heads.insert(id.clone(), state.chain(id)?.map(|chain| chain.head));
        }
        let registry = state.registry();
        heads.insert(
            SubjectId::Ledger(registry.origin().clone()),
            Some(registry.head()),
        );
        Ok(Self(heads))
    }

    /// Reads what [`Heads`] are serialised as.
    ///
    /// # Errors
    /// Bytes that are no JSON object of subjects and leaf hashes.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeadsError> {
        Ok(Self(json::parse(bytes)?))
    }

    /// The last entry of a component's chain; none if it has no entry.
    ///
    /// # Errors
    /// The heads say nothing of it.
    pub fn head(&self, id: &SubjectId) -> Result<Option<LeafHash>, HeadsError> {
        let head = self.0.get(id).copied();
        head.ok_or_else(|| HeadsError::NotListed {
            component: id.clone(),
        })
    }

    /// The ledger's origin and its last registry entry.
    ///
    /// # Errors
    /// The heads do not name them.
    pub fn registry_head(&self) -> Result<(Origin, LeafHash), HeadsError> {
        let mut heads = self.0.iter();
        heads
            .find_map(|(id, head)| match (id, head) {
                (SubjectId::Ledger(origin), Some(head)) => Some((origin.clone(), *head)),
                _ => None,
            })
            .ok_or(HeadsError::NoLedger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::scene::Scene;

    #[test]
    fn heads_are_read_back_as_they_were_written() {
        let scene = Scene::new();
        let state = scene.writer.state();
        let (made, unknown) = (Scene::unit("S1"), Scene::unit("S9"));
        let heads = Heads::of(state, [&made, &unknown]).unwrap();
        let read = Heads::parse(&serde_json::to_vec(&heads).unwrap()).unwrap();
        assert_eq!(read, heads);
        let received = scene
            .writer
            .snapshot()
            .leaf(prova_core::position::EntryIndex::new(7));
        assert_eq!(read.head(&made).unwrap(), Some(received.unwrap()));
        assert_eq!(read.head(&unknown).unwrap(), None);
        let registry = state.registry();
        assert_eq!(
            read.registry_head().unwrap(),
            (registry.origin().clone(), registry.head())
        );
        let error = read.head(&Scene::unit("S2")).unwrap_err();
        assert!(matches!(&error, HeadsError::NotListed { component } if *component == Scene::unit("S2")));
    }

    #[test]
    fn heads_of_nothing_are_told_apart() {
        assert!(matches!(Heads::parse(b"[]"), Err(HeadsError::Parse(_))));
        let heads = Heads::parse(b"{}").unwrap();
        assert!(matches!(heads.registry_head(), Err(HeadsError::NoLedger)));
    }
}
