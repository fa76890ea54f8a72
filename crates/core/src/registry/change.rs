//! How registry entries change the registry, and which of them it takes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    error::RegistryError,
    registry::{Distrust, KeyRecord, Participant, Registry, RootWord},
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
pub const MAX_KEYS_IN_USE: usize = 16;
/// How often an organisation may rotate its keys by itself until the root signs a rotation of them. What it adds to everybody's registry is bounded so.
pub const MAX_OWN_ROTATIONS: u32 = 32;

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
        // The organisation whose own keys sign, and no root key.
        let own = signers.first().and_then(|key| self.keys.get(key));
        let own = own.filter(|_| !signers.iter().any(|key| self.root.has(key)));
        let own = own.map(|record| record.organisation.clone());
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
                let bringers = if own.is_some() { signers } else { &[] };
                self.rotate(index, rotate, bringers)?;
            }
            Action::Revoke(revoke) => {
                let owner = self.keys.get(&revoke.key).map(|record| &record.organisation);
                let owner = owner.ok_or(RegistryError::KeyNotInUse(revoke.key))?;
                self.check_signers(action, Some(owner), signers)?;
                self.revoke(index, revoke, own.is_some())?;
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
        match own.and_then(|own| self.participants.get_mut(&own)) {
            Some(participant) => participant.own_head = Some(leaf),
            None => self.head = leaf,
        }
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
            own_head: None,
            own_rotations: 0,
            brought_in: BTreeMap::new(),
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
                word: None,
                distrust_claimed: None,
                distrust: None,
            };
            (key.key_id(), record)
        }));
        for key in keys {
            self.derive_distrust(&key.key_id());
        }
    }

    /// A key is distrusted from where the root says or, where it said nothing, from where the key came in, if all that brought it in were
    /// distrusted there. Those have been derived before.
    fn derive_distrust(&mut self, key: &KeyId) {
        let Some(record) = self.keys.get(key) else { return };
        let brought_in = |bringer| {
            let distrust = self.keys.get(bringer)?.distrust.as_ref()?;
            (record.enrolled >= distrust.from).then_some(distrust.of)
        };
        let distrust = match record.word {
            Some(RootWord::Good) => None,
            Some(RootWord::DistrustFrom(from)) => Some(Distrust { from, of: *key }),
            None => {
                let participant = self.participants.get(&record.organisation);
                let bringers =
                    participant.and_then(|participant| participant.brought_in.get(&record.enrolled));
                let thieves: Option<Vec<KeyId>> = bringers.into_iter().flatten().map(brought_in).collect();
                let thief = thieves.and_then(|thieves| thieves.first().copied());
                thief.map(|of| Distrust {
                    from: record.enrolled,
                    of,
                })
            }
        };
        if let Some(record) = self.keys.get_mut(key) {
            record.distrust = distrust;
        }
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

    fn rotate(
        &mut self,
        index: EntryIndex,
        rotate: &Rotate,
        bringers: &[KeyId],
    ) -> Result<(), RegistryError> {
        let organisation = &rotate.organisation;
        let is_own = !bringers.is_empty();
        let rotations = self.participant(organisation)?.own_rotations;
        if is_own && rotations >= MAX_OWN_ROTATIONS {
            return Err(RegistryError::OwnRotations(organisation.clone()));
        }
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
        let participant = self.participant(organisation)?;
        participant.own_rotations = if is_own { rotations.saturating_add(1) } else { 0 };
        if is_own && !rotate.add.is_empty() {
            participant.brought_in.insert(index, bringers.to_vec());
        }
        self.add_keys(index, organisation, &rotate.add);
        Ok(())
    }

    /// The root's word is always heard, whoever retired or revoked the key before: that is how what it signed becomes distrusted, or good
    /// again. An organisation revokes a key that it has in use; that it be distrusted, it can only ask for.
    fn revoke(&mut self, index: EntryIndex, revoke: &Revoke, is_own: bool) -> Result<(), RegistryError> {
        if let Some(got) = revoke.distrust_from.filter(|from| *from > index) {
            return Err(RegistryError::DistrustFuture { got, at: index });
        }
        let record = self.keys.get_mut(&revoke.key);
        let record = record.filter(|record| !is_own || record.ended.is_none());
        let record = record.ok_or(RegistryError::KeyNotInUse(revoke.key))?;
        record.ended = record.ended.or(Some(index));
        record.reason = Some(revoke.reason.clone());
        if is_own {
            record.distrust_claimed = revoke.distrust_from;
            return Ok(());
        }
        match revoke.distrust_from {
            Some(from) => record.word = Some(RootWord::DistrustFrom(from)),
            None if record.distrust.is_some() => record.word = Some(RootWord::Good),
            // A plain revocation vouches for nothing that comes out later.
            None => {}
        }
        // In the order in which they came in, so that each is derived after those that brought it.
        let organisation = record.organisation.clone();
        let keys = self.keys.iter();
        let mut theirs: Vec<_> = keys
            .filter(|(_, record)| record.organisation == organisation)
            .map(|(key, record)| (record.enrolled, *key))
            .collect();
        theirs.sort_unstable();
        for (_, key) in theirs {
            self.derive_distrust(&key);
        }
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
