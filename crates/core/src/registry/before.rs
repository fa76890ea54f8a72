//! What an entry may change, kept until all its actions are taken.

use super::registry::{KeyRecord, Participant, Registry, folded};
use crate::{
    id::{OrgId, SubjectId},
    key::KeyId,
    statement::{action::RegistryPredicate, charter::Root},
};

/// The organisations that an entry is about, as they were before it, and the root where it brings another. Copying the whole registry for each
/// entry would make reading a ledger slower with every organisation in it.
pub(super) struct Before {
    root: Option<Root>,
    organisations: Vec<OrganisationBefore>,
}

struct OrganisationBefore {
    id: OrgId,
    /// None: it was not enrolled.
    participant: Option<Participant>,
    keys: Vec<(KeyId, KeyRecord)>,
}

impl Before {
    pub(super) fn of(registry: &Registry, predicate: &RegistryPredicate) -> Self {
        let organisations = predicate
            .subjects()
            .into_iter()
            .filter_map(|subject| match subject {
                SubjectId::Organisation(id) => Some(OrganisationBefore::of(registry, id)),
                _ => None,
            });
        Self {
            root: predicate.new_root().map(|_| registry.root.clone()),
            organisations: organisations.collect(),
        }
    }

    pub(super) fn put_back(self, registry: &mut Registry) {
        if let Some(root) = self.root {
            registry.root = root;
        }
        // All of them go before any comes back: one may have taken the name of another.
        for organisation in &self.organisations {
            let Some(now) = registry.participants.remove(&organisation.id) else {
                continue;
            };
            registry.names.remove(&folded(&now.name));
            for key in &now.keys {
                registry.keys.remove(key);
            }
        }
        for OrganisationBefore {
            id,
            participant,
            keys,
        } in self.organisations
        {
            if let Some(participant) = participant {
                registry.names.insert(folded(&participant.name), id.clone());
                registry.participants.insert(id, participant);
                registry.keys.extend(keys);
            }
        }
    }
}

impl OrganisationBefore {
    fn of(registry: &Registry, id: OrgId) -> Self {
        let participant = registry.participants.get(&id).cloned();
        let theirs = registry.keys_of(&id);
        let keys = theirs.map(|(key, record)| (*key, record.clone())).collect();
        Self {
            id,
            participant,
            keys,
        }
    }
}
