//! Who signed the entries of a report, with which keys, and what entitled them.

use std::collections::BTreeMap;

use prova_core::{
    id::OrgId,
    key::KeyId,
    position::EntryIndex,
    registry::{KeyRecord, Participant, Registry, history::History},
    view::component_state::Party,
};

/// A key and what it signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerKey {
    /// The id of the key that signed.
    pub key: KeyId,
    /// What the registry has of it; absent for a key of the root.
    pub record: Option<KeyRecord>,
    /// The entries that it signed, of those in the report.
    pub entries: Vec<EntryIndex>,
}

/// An organisation that signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The organisation, with the name that people read.
    pub party: Party,
    /// What the registry has of it; absent where only its root keys signed.
    pub participant: Option<Participant>,
    /// Keys of it that signed, each with what it signed.
    pub keys: Vec<SignerKey>,
}

impl Signer {
    /// The organisations whose keys signed entries, in order of their ids.
    #[must_use]
    pub fn of(signers: &BTreeMap<EntryIndex, Vec<KeyId>>, history: &History) -> Vec<Self> {
        let registry = history.now();
        let mut by_key: BTreeMap<(OrgId, KeyId), Vec<EntryIndex>> = BTreeMap::new();
        for (index, keys) in signers {
            for key in keys {
                if let Some(owner) = owner(key, *index, history) {
                    by_key.entry((owner, *key)).or_default().push(*index);
                }
            }
        }
        let mut found: Vec<Self> = Vec::new();
        for ((owner, key), entries) in by_key {
            let key = SignerKey {
                key,
                record: registry.keys().get(&key).cloned(),
                entries,
            };
            match found.last_mut() {
                Some(signer) if signer.party.id == owner => signer.keys.push(key),
                _ => found.push(Self {
                    party: Party::new(&owner, registry),
                    participant: registry.participants().get(&owner).cloned(),
                    keys: vec![key],
                }),
            }
        }
        found
    }

    /// The entries by which the registry entitled this organisation and its keys, or took that away.
    #[must_use]
    pub fn grounds(&self) -> Vec<EntryIndex> {
        let records = self.keys.iter().filter_map(|key| key.record.as_ref());
        let keys = records.flat_map(|record| [Some(record.enrolled), record.ended]);
        let of_participant = |participant: &Participant| [Some(participant.enrolled), participant.suspended];
        let organisation = self.participant.iter().flat_map(of_participant);
        keys.chain(organisation).flatten().collect()
    }
}

/// Whose key signed the entry at `index`: a participant's, or one of the root that was in force.
fn owner(key: &KeyId, index: EntryIndex, history: &History) -> Option<OrgId> {
    let of_root = |registry: &Registry| {
        let mut held = registry.root().keys.iter();
        held.find(|held| held.key.key_id() == *key)
            .map(|held| held.organisation.clone())
    };
    let record = history.now().keys().get(key);
    record
        .map(|record| record.organisation.clone())
        .or_else(|| of_root(history.at(index)))
        .or_else(|| of_root(history.now()))
}
