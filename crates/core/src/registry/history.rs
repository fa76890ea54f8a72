//! The registry as it stood at any entry, and with it the keys of every entry ever made.
//!
//! A registry keeps all keys that participants ever had, but only its present root. So the earlier roots are kept beside it.

use crate::{
    id::OrgId,
    key::{KeyId, PublicKey},
    position::EntryIndex,
    registry::{Registry, RegistryError},
    statement::{
        DecodeEntryError, Keyring, Predicate, Unverified, Verified, VerifyEntryError, charter::Root,
    },
};

/// The registry over time.
#[derive(Clone, Debug)]
pub struct History {
    /// The entry that replaced each earlier root, ascending.
    replaced: Vec<(EntryIndex, Root)>,
    now: Registry,
}

/// The keys of all participants ever, and those of one root.
struct KeysAt<'a> {
    now: &'a Registry,
    root: &'a Root,
}

/// Why registry entries do not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// There is not even a charter.
    #[error("the registry has no entry, want the charter first")]
    Empty,
    /// The bytes are no entry.
    #[error("the bytes of entry {index} are not a valid envelope")]
    Decode {
        /// The index at which the history has these bytes.
        index: EntryIndex,
        /// Why the bytes are not an entry.
        source: Box<DecodeEntryError>,
    },
    /// A signature is wrong.
    #[error("entry {index} is not signed as it claims")]
    Verify {
        /// The index of the entry with the signature.
        index: EntryIndex,
        /// What is wrong with its signatures.
        source: VerifyEntryError,
    },
    /// The entry is not one of the registry, or not one that it takes.
    #[error("entry {index} is not one that the registry takes")]
    Registry {
        /// The index of the entry that the registry refuses.
        index: EntryIndex,
        /// The rule of the registry that it breaks.
        source: Box<RegistryError>,
    },
    /// An event where a registry entry was expected.
    #[error("entry {index} is no entry of the registry")]
    Other {
        /// The index of the event.
        index: EntryIndex,
    },
}

impl History {
    /// Replays the entries of the registry, the charter first.
    ///
    /// # Errors
    /// The first entry that does not fit.
    pub fn replay<B: AsRef<[u8]>>(
        entries: impl IntoIterator<Item = (EntryIndex, B)>,
    ) -> Result<Self, HistoryError> {
        let mut replaced = Vec::new();
        let mut now: Option<Registry> = None;
        for (index, bytes) in entries {
            let entry = Unverified::decode(bytes.as_ref())
                .map_err(|source| HistoryError::Decode {
                    index,
                    source: Box::new(source),
                })?
                .verify(now.as_ref())
                .map_err(|source| HistoryError::Verify { index, source })?;
            let refused = |source| HistoryError::Registry {
                index,
                source: Box::new(source),
            };
            match (&entry.statement().predicate, &mut now) {
                (Predicate::Charter(charter), now @ None) => {
                    *now = Some(Registry::found(charter, entry.signers()).map_err(refused)?);
                }
                (Predicate::Registry(predicate), Some(now)) => {
                    if predicate.new_root().is_some() {
                        replaced.push((index, now.root().clone()));
                    }
                    now.apply(index, entry.leaf(), predicate, entry.signers())
                        .map_err(refused)?;
                }
                _ => return Err(HistoryError::Other { index }),
            }
        }
        Ok(Self {
            replaced,
            now: now.ok_or(HistoryError::Empty)?,
        })
    }

    /// The history of a registry that was replayed: `replaced` are the earlier roots, each with the entry that replaced it, ascending.
    pub(crate) fn new(replaced: Vec<(EntryIndex, Root)>, now: Registry) -> Self {
        Self { replaced, now }
    }

    /// The history of a registry whose root never changed.
    #[must_use]
    pub fn of_one_root(now: Registry) -> Self {
        Self {
            replaced: Vec::new(),
            now,
        }
    }

    /// The registry at the end.
    #[must_use]
    pub fn now(&self) -> &Registry {
        &self.now
    }

    /// The root before the entry at `index`; before the charter it is the charter's.
    #[must_use]
    pub fn root_before(&self, index: EntryIndex) -> &Root {
        let later = self.replaced.partition_point(|(replaced, _)| *replaced < index);
        self.replaced.get(later).map_or(self.now.root(), |(_, root)| root)
    }

    /// Whose key it was when it signed the entry at `index`: a participant's, or that of the root before or after it.
    #[must_use]
    pub fn owner(&self, key: &KeyId, index: EntryIndex) -> Option<&OrgId> {
        // A root key that was replaced may have become a participant's later.
        let record = self.now.keys().get(key);
        let record = record.filter(|record| record.enrolled < index);
        let mut roots = [index, index.after()].into_iter().map(|at| self.root_before(at));
        record
            .map(|record| &record.organisation)
            .or_else(|| Some(&roots.find_map(|root| root.get(key))?.organisation))
    }

    /// Decodes and verifies the entry at `index`. Participants' keys come from the registry at the end, root keys from the one that was in
    /// force.
    ///
    /// # Errors
    /// Bytes that are no entry, or a signature that is wrong.
    pub fn verify(&self, index: EntryIndex, bytes: &[u8]) -> Result<Verified, HistoryError> {
        let entry = Unverified::decode(bytes).map_err(|source| HistoryError::Decode {
            index,
            source: Box::new(source),
        })?;
        let keys = KeysAt {
            now: &self.now,
            root: self.root_before(index),
        };
        entry
            .verify(Some(&keys))
            .map_err(|source| HistoryError::Verify { index, source })
    }

    /// The organisations that signed an entry: its speaker first, then the others in ascending order.
    #[must_use]
    pub fn speakers(&self, index: EntryIndex, entry: &Verified) -> Vec<OrgId> {
        let owner = |key| self.owner(key, index).cloned();
        let mut speakers: Vec<_> = entry.signers().iter().filter_map(owner).collect();
        speakers.sort();
        speakers.dedup();
        if let Some(by) = entry.statement().event().map(|event| &event.by)
            && let Some(at) = speakers.iter().position(|speaker| speaker == by)
        {
            speakers
                .get_mut(..=at)
                .into_iter()
                .for_each(|head| head.rotate_right(1));
        }
        speakers
    }
}

impl Keyring for KeysAt<'_> {
    fn public_key(&self, id: &KeyId) -> Option<&PublicKey> {
        let record = self.now.keys().get(id);
        record
            .map(|record| &record.key)
            .or_else(|| Some(&self.root.get(id)?.key))
    }

    fn log_key(&self) -> &PublicKey {
        self.now.log_key()
    }
}

#[cfg(test)]
mod tests;
