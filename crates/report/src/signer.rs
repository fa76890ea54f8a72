//! Who signed the entries of a report, with which keys, and what entitled them.

use std::collections::BTreeMap;

use prova_core::{
    id::OrgId,
    key::KeyId,
    position::EntryIndex,
    registry::{KeyRecord, Participant, history::History},
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
                if let Some(owner) = history.owner(key, *index) {
                    by_key.entry((owner.clone(), *key)).or_default().push(*index);
                }
            }
        }
        let mut found: Vec<Self> = Vec::new();
        for ((owner, key), entries) in by_key {
            let record = registry.keys().get(&key);
            // A root key that was replaced may have become a participant's later.
            let entitled = record.filter(|record| entries.iter().any(|index| record.enrolled < *index));
            let key = SignerKey {
                key,
                record: entitled.cloned(),
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
