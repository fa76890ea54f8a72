//! The registry as it stood at any entry, and with it the keys of every entry ever made.
//!
//! A registry keeps all keys that participants ever had, but only its present root keys. So the registry before each change of the root is kept
//! too; it knows the root keys of the entries before.

use crate::{
    id::OrgId,
    position::EntryIndex,
    registry::{Registry, RegistryError},
    statement::{DecodeEntryError, Predicate, Unverified, Verified, VerifyEntryError},
};

/// The registry over time.
#[derive(Clone, Debug)]
pub struct History {
    /// The registry just before each change of the root, ascending.
    before: Vec<(EntryIndex, Registry)>,
    now: Registry,
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
        let mut before = Vec::new();
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
                        before.push((index, now.clone()));
                    }
                    now.apply(index, entry.leaf(), predicate, entry.signers())
                        .map_err(refused)?;
                }
                _ => return Err(HistoryError::Other { index }),
            }
        }
        Ok(Self {
            before,
            now: now.ok_or(HistoryError::Empty)?,
        })
    }

    /// The history of a registry that was replayed: `before` is what it was just before each change of the root, ascending.
    pub(crate) fn new(before: Vec<(EntryIndex, Registry)>, now: Registry) -> Self {
        Self { before, now }
    }

    /// The history of a registry whose root never changed.
    #[must_use]
    pub fn of_one_root(now: Registry) -> Self {
        Self {
            before: Vec::new(),
            now,
        }
    }

    /// The registry at the end.
    #[must_use]
    pub fn now(&self) -> &Registry {
        &self.now
    }

    /// A registry that knows every key that could sign the entry at `index`. Names and standing in it may be later ones.
    #[must_use]
    pub fn at(&self, index: EntryIndex) -> &Registry {
        let later = |(changed, _): &&(EntryIndex, Registry)| *changed >= index;
        self.before
            .iter()
            .find(later)
            .map_or(&self.now, |(_, registry)| registry)
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
        let registry = if entry.changes_keys() {
            self.at(index)
        } else {
            &self.now
        };
        entry
            .verify(Some(registry))
            .map_err(|source| HistoryError::Verify { index, source })
    }

    /// The organisations that signed an entry: its speaker first, then the others in ascending order.
    #[must_use]
    pub fn speakers(&self, index: EntryIndex, entry: &Verified) -> Vec<OrgId> {
        let root = self.at(index).root();
        let brought = match &entry.statement().predicate {
            Predicate::Charter(charter) => Some(&charter.root),
            Predicate::Registry(predicate) => predicate.new_root(),
            Predicate::Event(_) | Predicate::Seal(_) => None,
        };
        let owner = |key: &crate::key::KeyId| {
            let of_root = |root: &crate::statement::charter::Root| {
                let found = root.keys.iter().find(|held| held.key.key_id() == *key);
                found.map(|held| held.organisation.clone())
            };
            // A root key that was replaced may have become a participant's later.
            let record = self.now.keys().get(key);
            let record = record.filter(|record| record.enrolled < index);
            record
                .map(|record| record.organisation.clone())
                .or_else(|| of_root(root))
                .or_else(|| brought.and_then(of_root))
        };
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

#[cfg(test)]
mod tests;
