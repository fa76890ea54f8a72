//! How registry entries change the registry, and which of them it takes.

use std::collections::BTreeSet;

use super::{
    error::RegistryError,
    registry::{KeyRecord, Participant, Registry},
};
use crate::{
    hash::LeafHash,
    id::OrgId,
    key::{KeyId, PublicKey, is_published_test_key},
    position::EntryIndex,
    statement::{
        Keyring as _,
        action::{Action, Change, Enrol, RegistryPredicate, Revoke, Rotate},
        charter::{Purpose, Root},
    },
};

/// Most keys that an organisation may have in use.
pub const MAX_KEYS_IN_USE: usize = 64;

impl Registry {
    /// Applies a registry entry. An error leaves the registry as it was.
    ///
    /// # Errors
    /// See [`RegistryError`].
    pub fn apply(
        &mut self,
        index: EntryIndex,
        leaf: LeafHash,
        predicate: &RegistryPredicate,
        signers: &[KeyId],
    ) -> Result<(), RegistryError> {
        if let Some(name) = predicate.critical.first() {
            return Err(RegistryError::Critical(name.clone()));
        }
        let action = &predicate.action;
        match action {
            Action::Enrol(enrol) => {
                self.check_signers(action, None, signers)?;
                self.enrol(index, enrol)?;
            }
            Action::Change(change) => {
                self.check_signers(action, None, signers)?;
                self.change(change)?;
            }
            Action::Rotate(rotate) => {
                self.check_signers(action, Some(&rotate.organisation), signers)?;
                self.rotate(index, rotate)?;
            }
            Action::Revoke(revoke) => {
                let owner = self.keys.get(&revoke.key).map(|record| &record.organisation);
                let owner = owner.ok_or(RegistryError::KeyNotInUse(revoke.key))?;
                self.check_signers(action, Some(owner), signers)?;
                self.revoke(index, revoke)?;
            }
            Action::Suspend(standing) => {
                self.check_signers(action, None, signers)?;
                let participant = self.participant(&standing.organisation)?;
                if participant.suspended.is_some() {
                    return Err(RegistryError::Standing {
                        organisation: standing.organisation.clone(),
                        is: "is suspended already",
                    });
                }
                participant.suspended = Some(index);
            }
            Action::Reinstate(standing) => {
                self.check_signers(action, None, signers)?;
                let participant = self.participant(&standing.organisation)?;
                if participant.suspended.take().is_none() {
                    return Err(RegistryError::Standing {
                        organisation: standing.organisation.clone(),
                        is: "is not suspended",
                    });
                }
            }
            Action::Root(root) => {
                root.check()?;
                root.check_apart(&self.log_key)?;
                for key in &root.keys {
                    let id = key.key.key_id();
                    self.check_not_published(id)?;
                    if self.keys.contains_key(&id) {
                        return Err(RegistryError::KeyInUse(id));
                    }
                }
                self.check_signers(action, None, signers)?;
                self.root = root.clone();
            }
        }
        self.head = leaf;
        Ok(())
    }

    fn participant(&mut self, organisation: &OrgId) -> Result<&mut Participant, RegistryError> {
        self.participants
            .get_mut(organisation)
            .ok_or_else(|| RegistryError::NotEnrolled(organisation.clone()))
    }

    /// Whether enough signed, and nobody whose signature does not count. `own` is the organisation whose keys will do instead of the root's.
    ///
    /// A signature beside them that nothing asks for is refused: readers would take it for somebody's consent, be its key revoked or its owner
    /// suspended.
    fn check_signers(
        &self,
        action: &Action,
        own: Option<&OrgId>,
        signers: &[KeyId],
    ) -> Result<(), RegistryError> {
        if let Some(own) = own.filter(|own| !self.participants.contains_key(own)) {
            return Err(RegistryError::NotEnrolled(own.clone()));
        }
        let new = match action {
            Action::Root(root) => Some(root),
            _ => None,
        };
        let (roots, others): (Vec<&KeyId>, Vec<&KeyId>) = signers
            .iter()
            .partition(|key| self.root.has(key) || new.is_some_and(|root| root.has(key)));
        for key in others.iter().copied() {
            let owner = self.keys.get(key).map(|record| &record.organisation);
            if own.is_none() || owner != own {
                return Err(RegistryError::Signer {
                    key: *key,
                    action: action.name(),
                    own: own.cloned(),
                });
            }
            self.speaker(key)?;
        }
        if others.is_empty() || !roots.is_empty() {
            threshold("present", &self.root, signers)?;
        }
        new.map_or(Ok(()), |root| threshold("new", root, signers))
    }

    pub(super) fn check_not_published(&self, key: KeyId) -> Result<(), RegistryError> {
        if self.purpose == Purpose::Production && is_published_test_key(&key) {
            return Err(RegistryError::TestKey(key));
        }
        Ok(())
    }

    fn check_new_keys(&self, keys: &[PublicKey]) -> Result<(), RegistryError> {
        let mut new = BTreeSet::new();
        for key in keys {
            let id = key.key_id();
            self.check_not_published(id)?;
            if !new.insert(id) || self.public_key(&id).is_some() || self.log_key == *key {
                return Err(RegistryError::KeyInUse(id));
            }
        }
        Ok(())
    }

    fn check_parent(&self, organisation: &OrgId, parent: Option<&OrgId>) -> Result<(), RegistryError> {
        let mut above = parent;
        for _ in 0..=self.participants.len() {
            match above {
                None => return Ok(()),
                Some(org) if org == organisation => break,
                Some(org) => {
                    above = self
                        .participants
                        .get(org)
                        .and_then(|participant| participant.parent.as_ref());
                }
            }
        }
        Err(RegistryError::ParentCircle(organisation.clone()))
    }

    fn enrol(&mut self, index: EntryIndex, enrol: &Enrol) -> Result<(), RegistryError> {
        let organisation = &enrol.organisation;
        if self.participants.contains_key(organisation) {
            return Err(RegistryError::Enrolled(organisation.clone()));
        }
        if enrol.roles.is_empty() {
            return Err(RegistryError::NoRoles(organisation.clone()));
        }
        check_key_count(organisation, enrol.keys.len())?;
        self.check_new_keys(&enrol.keys)?;
        self.check_parent(organisation, enrol.parent.as_ref())?;
        let participant = Participant {
            name: enrol.name.clone(),
            jurisdiction: enrol.jurisdiction,
            parent: enrol.parent.clone(),
            roles: enrol.roles.iter().copied().collect(),
            enrolled: index,
            suspended: None,
        };
        self.participants.insert(organisation.clone(), participant);
        self.add_keys(index, organisation, &enrol.keys);
        Ok(())
    }

    fn add_keys(&mut self, enrolled: EntryIndex, organisation: &OrgId, keys: &[PublicKey]) {
        self.keys.extend(keys.iter().map(|key| {
            let record = KeyRecord {
                key: *key,
                organisation: organisation.clone(),
                enrolled,
                ended: None,
                reason: None,
                distrust_from: None,
            };
            (key.key_id(), record)
        }));
    }

    fn change(&mut self, change: &Change) -> Result<(), RegistryError> {
        let organisation = &change.organisation;
        let parent = change.parent.as_ref().filter(|parent| *parent != organisation);
        self.check_parent(organisation, parent)?;
        if change.roles.as_ref().is_some_and(Vec::is_empty) {
            return Err(RegistryError::NoRoles(organisation.clone()));
        }
        let participant = self.participant(organisation)?;
        if let Some(name) = &change.name {
            participant.name.clone_from(name);
        }
        if let Some(jurisdiction) = change.jurisdiction {
            participant.jurisdiction = jurisdiction;
        }
        if change.parent.is_some() {
            participant.parent = parent.cloned();
        }
        if let Some(roles) = &change.roles {
            participant.roles = roles.iter().copied().collect();
        }
        Ok(())
    }

    fn rotate(&mut self, index: EntryIndex, rotate: &Rotate) -> Result<(), RegistryError> {
        let organisation = &rotate.organisation;
        self.check_new_keys(&rotate.add)?;
        let in_use = |record: &KeyRecord| record.organisation == *organisation && record.ended.is_none();
        let retire: BTreeSet<_> = rotate.retire.iter().collect();
        for key in &retire {
            if !self.keys.get(key).is_some_and(in_use) {
                return Err(RegistryError::KeyNotInUse(**key));
            }
        }
        let now = self.keys.values().filter(|record| in_use(record)).count();
        let after = now.saturating_sub(retire.len()).saturating_add(rotate.add.len());
        check_key_count(organisation, after)?;
        for key in retire {
            if let Some(record) = self.keys.get_mut(key) {
                record.ended = Some(index);
            }
        }
        self.add_keys(index, organisation, &rotate.add);
        Ok(())
    }

    /// A retired key can still be revoked: that is how what it signed becomes distrusted.
    fn revoke(&mut self, index: EntryIndex, revoke: &Revoke) -> Result<(), RegistryError> {
        if let Some(got) = revoke.distrust_from.filter(|from| *from > index) {
            return Err(RegistryError::DistrustFuture { got, at: index });
        }
        let record = self
            .keys
            .get_mut(&revoke.key)
            .filter(|record| record.reason.is_none());
        let record = record.ok_or(RegistryError::KeyNotInUse(revoke.key))?;
        record.ended = record.ended.or(Some(index));
        record.reason = Some(revoke.reason.clone());
        record.distrust_from = revoke.distrust_from;
        Ok(())
    }
}

fn check_key_count(organisation: &OrgId, got: usize) -> Result<(), RegistryError> {
    if (1..=MAX_KEYS_IN_USE).contains(&got) {
        Ok(())
    } else {
        Err(RegistryError::KeyCount {
            organisation: organisation.clone(),
            got,
        })
    }
}

pub(super) fn threshold(which: &'static str, root: &Root, signers: &[KeyId]) -> Result<(), RegistryError> {
    let signed = root.keys.iter().filter(|key| signers.contains(&key.key.key_id()));
    let got = signed.map(|key| &key.organisation).collect::<BTreeSet<_>>().len();
    match u32::try_from(got) {
        Ok(count) if count >= root.threshold => Ok(()),
        _ => Err(RegistryError::Threshold {
            which,
            got,
            want: root.threshold,
        }),
    }
}
