//! How registry entries change the registry, and which of them it takes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    before::Before,
    error::RegistryError,
    registry::{Distrusted, KeyRecord, Participant, Registry, RootWord, folded},
};
use crate::{
    hash::LeafHash,
    id::{OrgId, SubjectId},
    key::{KeyId, PublicKey, is_published_test_key},
    position::EntryIndex,
    statement::{
        Keyring as _,
        action::{Action, Change, Distrust, Enrol, KeptKeys, RegistryPredicate, Revoke, Rotate},
        charter::{Purpose, Root},
    },
};

/// Most keys that an organisation may have in use.
pub const MAX_KEYS_IN_USE: usize = 16;
/// How often an organisation may rotate its keys by itself until the root signs a rotation of them. What it adds to everybody's registry is bounded so.
pub const MAX_OWN_ROTATIONS: u32 = 32;

impl Registry {
    /// Applies a registry entry: all its actions, in their order. An error leaves the registry as it was.
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
        self.check_roots(predicate)?;
        match &predicate.by {
            Some(by) => self.check_signed(by, &[], signers)?,
            None => self.check_root_signed(predicate, signers)?,
        }
        let own = predicate.by.as_ref().and(signers.first()).copied();
        let before = Before::of(self, predicate);
        if let Err(error) = self.act_all(index, &predicate.actions, own) {
            before.put_back(self);
            return Err(error);
        }
        self.count_statement(leaf, predicate);
        Ok(())
    }

    fn act_all(
        &mut self,
        index: EntryIndex,
        mut actions: &[Action],
        own: Option<KeyId>,
    ) -> Result<(), RegistryError> {
        while let Some((action, later)) = actions.split_first() {
            self.act(index, action, later, own)?;
            actions = later;
        }
        Ok(())
    }

    /// One action, and those after it in the entry; `own` is the key that signed, if the organisation itself speaks.
    fn act(
        &mut self,
        index: EntryIndex,
        action: &Action,
        later: &[Action],
        own: Option<KeyId>,
    ) -> Result<(), RegistryError> {
        match action {
            Action::Enrol(enrol) => self.enrol(index, enrol),
            Action::Change(change) => self.change(change),
            Action::Rotate(rotate) => self.rotate(index, rotate, own),
            Action::Revoke(revoke) => self.revoke(index, revoke, own.is_some()),
            Action::Distrust(distrust) => {
                let keeps_keys = |action: &Action| matches!(action, Action::Keys(keys) if keys.organisation == distrust.organisation);
                let speaks_on = later.iter().any(keeps_keys);
                self.distrust_by_root(index, distrust, speaks_on)
            }
            Action::Keys(keys) => self.keep_keys(index, keys),
            Action::Suspend(standing) => {
                let participant = self.participant(&standing.organisation)?;
                if participant.suspended.is_some() {
                    return Err(RegistryError::Standing {
                        organisation: standing.organisation.clone(),
                        is: "is suspended already",
                    });
                }
                participant.suspended = Some(index);
                Ok(())
            }
            Action::Reinstate(standing) => {
                let participant = self.participant(&standing.organisation)?;
                if participant.suspended.take().is_none() {
                    return Err(RegistryError::Standing {
                        organisation: standing.organisation.clone(),
                        is: "is not suspended",
                    });
                }
                Ok(())
            }
            Action::Root(root) => {
                for key in &root.keys {
                    let id = key.key.key_id();
                    if self.keys.contains_key(&id) {
                        return Err(RegistryError::KeyInUse(id));
                    }
                }
                self.root = root.clone();
                Ok(())
            }
        }
    }

    /// Whether a root that the statement brings could govern.
    fn check_roots(&self, predicate: &RegistryPredicate) -> Result<(), RegistryError> {
        let Some(root) = predicate.new_root() else {
            return Ok(());
        };
        root.check()?;
        root.check_apart(&self.log_key)?;
        root.keys
            .iter()
            .try_for_each(|key| self.check_not_published(key.key.key_id()))
    }

    /// Whether enough of the root signed, and nobody else: readers would take a signature that nothing asks for as somebody's consent.
    fn check_root_signed(
        &self,
        predicate: &RegistryPredicate,
        signers: &[KeyId],
    ) -> Result<(), RegistryError> {
        let new = predicate.new_root();
        let is_root = |key: &&KeyId| self.root.has(key) || new.is_some_and(|root| root.has(key));
        if let Some(other) = signers.iter().find(|key| !is_root(key)) {
            return Err(RegistryError::Signer(*other));
        }
        threshold("present", &self.root, signers)?;
        new.map_or(Ok(()), |root| threshold("new", root, signers))
    }

    /// The next statement of the organisation follows this one; the next of the root has the next number.
    fn count_statement(&mut self, leaf: LeafHash, predicate: &RegistryPredicate) {
        self.entries = self.entries.saturating_add(1);
        if let Some(by) = &predicate.by {
            if let Some(participant) = self.participants.get_mut(by) {
                participant.own_head = Some(leaf);
            }
            return;
        }
        for subject in predicate.subjects() {
            let statements = match &subject {
                SubjectId::Organisation(organisation) => self
                    .participants
                    .get_mut(organisation)
                    .map(|participant| &mut participant.statements),
                _ => Some(&mut self.statements),
            };
            if let Some(statements) = statements {
                *statements = statements.saturating_add(1);
            }
        }
    }

    fn participant(&mut self, organisation: &OrgId) -> Result<&mut Participant, RegistryError> {
        self.participants
            .get_mut(organisation)
            .ok_or_else(|| RegistryError::NotEnrolled(organisation.clone()))
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

    /// Nobody has the name of another enrolled organisation: readers are shown names.
    fn check_name(&self, organisation: &OrgId, name: &str) -> Result<(), RegistryError> {
        let want = folded(name);
        if want.is_empty() {
            return Err(RegistryError::NoName(organisation.clone()));
        }
        match self.names.get(&want).filter(|other| *other != organisation) {
            Some(of) => Err(RegistryError::NameTaken {
                name: name.to_owned(),
                of: of.clone(),
            }),
            None => Ok(()),
        }
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
        self.check_name(organisation, &enrol.name)?;
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
            statements: 0,
            own_head: None,
            own_rotations: 0,
            keys: BTreeSet::new(),
            brought_in: BTreeMap::new(),
        };
        self.names.insert(folded(&enrol.name), organisation.clone());
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
        if let Some(participant) = self.participants.get_mut(organisation) {
            participant.keys.extend(keys.iter().map(PublicKey::key_id));
        }
        for key in keys {
            self.derive_distrust(&key.key_id());
        }
    }

    /// A key is distrusted from where the root says or, where it said nothing, from where the key came in, if the key that brought it in was
    /// distrusted there. That has been derived before.
    fn derive_distrust(&mut self, key: &KeyId) {
        let Some(record) = self.keys.get(key) else { return };
        let brought_in = |bringer: &KeyId| {
            let distrust = self.keys.get(bringer)?.distrust.as_ref()?;
            (record.enrolled >= distrust.from).then_some(distrust.of)
        };
        let distrust = match &record.word {
            Some(RootWord::Good) => None,
            Some(RootWord::Distrust { from, .. }) => Some(Distrusted {
                from: *from,
                of: *key,
            }),
            None => {
                let participant = self.participants.get(&record.organisation);
                let bringer =
                    participant.and_then(|participant| participant.brought_in.get(&record.enrolled));
                let thief = bringer.and_then(brought_in);
                thief.map(|of| Distrusted {
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
        if let Some(name) = &change.name {
            self.check_name(organisation, name)?;
        }
        let participant = self
            .participants
            .get_mut(organisation)
            .ok_or_else(|| RegistryError::NotEnrolled(organisation.clone()))?;
        if let Some(name) = &change.name {
            self.names.remove(&folded(&participant.name));
            self.names.insert(folded(name), organisation.clone());
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
        own: Option<KeyId>,
    ) -> Result<(), RegistryError> {
        let organisation = &rotate.organisation;
        let rotations = self.participant(organisation)?.own_rotations;
        if own.is_some() && rotations >= MAX_OWN_ROTATIONS {
            return Err(RegistryError::OwnRotations(organisation.clone()));
        }
        self.check_new_keys(&rotate.add)?;
        let retire: BTreeSet<_> = rotate.retire.iter().copied().collect();
        if let Some(other) = retire.iter().find(|key| !self.is_in_use(organisation, key)) {
            return Err(RegistryError::KeyNotInUse(*other));
        }
        let now = self.keys_in_use(organisation).count();
        let after = now.saturating_sub(retire.len()).saturating_add(rotate.add.len());
        check_key_count(organisation, after)?;
        self.end_keys(index, retire);
        let participant = self.participant(organisation)?;
        participant.own_rotations = own.map_or(0, |_| rotations.saturating_add(1));
        if let Some(own) = own.filter(|_| !rotate.add.is_empty()) {
            participant.brought_in.insert(index, own);
        }
        self.add_keys(index, organisation, &rotate.add);
        Ok(())
    }

    fn is_in_use(&self, organisation: &OrgId, key: &KeyId) -> bool {
        let record = self.keys.get(key);
        record.is_some_and(|record| record.organisation == *organisation && record.ended.is_none())
    }

    fn keys_in_use(&self, organisation: &OrgId) -> impl Iterator<Item = KeyId> {
        let used = self
            .keys_of(organisation)
            .filter(|(_, record)| record.ended.is_none());
        used.map(|(key, _)| *key)
    }

    fn end_keys(&mut self, index: EntryIndex, keys: impl IntoIterator<Item = KeyId>) {
        for key in keys {
            if let Some(record) = self.keys.get_mut(&key) {
                record.ended = Some(index);
            }
        }
    }

    /// Ends a key that is in use. That it be distrusted, its own organisation can only ask for, and the root says in an action of its own.
    fn revoke(&mut self, index: EntryIndex, revoke: &Revoke, is_own: bool) -> Result<(), RegistryError> {
        if !self.is_in_use(&revoke.organisation, &revoke.key) {
            return Err(RegistryError::KeyNotInUse(revoke.key));
        }
        if let Some(got) = revoke.distrust_from {
            if !is_own {
                return Err(RegistryError::Claim(revoke.key));
            }
            check_past(index, got)?;
        }
        if let Some(record) = self.keys.get_mut(&revoke.key) {
            record.ended = Some(index);
            record.reason = Some(revoke.reason.clone());
            record.distrust_claimed = revoke.distrust_from;
        }
        Ok(())
    }

    /// The root's word is always heard, whoever retired or revoked the key before, and the last counts.
    fn distrust_by_root(
        &mut self,
        index: EntryIndex,
        distrust: &Distrust,
        speaks_on: bool,
    ) -> Result<(), RegistryError> {
        let organisation = &distrust.organisation;
        distrust.from.map_or(Ok(()), |from| check_past(index, from))?;
        let theirs = &self.participant(organisation)?.keys;
        let named = match distrust.key {
            None => theirs.clone(),
            Some(key) if theirs.contains(&key) => BTreeSet::from([key]),
            Some(key) => return Err(RegistryError::KeyUnknown(key)),
        };
        let word = distrust.from.map_or(RootWord::Good, |from| RootWord::Distrust {
            from,
            reason: distrust.reason.clone(),
        });
        for key in named {
            if let Some(record) = self.keys.get_mut(&key) {
                record.word = Some(word.clone());
            }
        }
        if distrust.key.is_none() && distrust.from.is_some() && !speaks_on {
            let participant = self.participant(organisation)?;
            participant.suspended = participant.suspended.or(Some(index));
        }
        self.derive_all(organisation);
        Ok(())
    }

    /// Exactly these keys are in use; the root vouches for those of which it has said nothing. One that it distrusts would speak in vain.
    fn keep_keys(&mut self, index: EntryIndex, keep: &KeptKeys) -> Result<(), RegistryError> {
        let organisation = &keep.organisation;
        self.participant(organisation)?;
        check_key_count(organisation, keep.keys.len())?;
        let (stay, new): (Vec<PublicKey>, Vec<PublicKey>) = keep
            .keys
            .iter()
            .partition(|key| self.is_in_use(organisation, &key.key_id()));
        self.check_new_keys(&new)?;
        let stay: BTreeSet<_> = stay.iter().map(PublicKey::key_id).collect();
        if stay.len().saturating_add(new.len()) != keep.keys.len() {
            return Err(RegistryError::KeyTwice(organisation.clone()));
        }
        let word = |key: &KeyId| self.keys.get(key)?.word.as_ref();
        let is_void = |key: &&KeyId| matches!(word(key), Some(RootWord::Distrust { .. }));
        if let Some(void) = stay.iter().find(is_void) {
            return Err(RegistryError::KeyDistrusted(*void));
        }
        let ended: Vec<_> = self
            .keys_in_use(organisation)
            .filter(|key| !stay.contains(key))
            .collect();
        self.end_keys(index, ended);
        self.add_keys(index, organisation, &new);
        for key in stay.into_iter().chain(new.iter().map(PublicKey::key_id)) {
            if let Some(record) = self.keys.get_mut(&key) {
                record.word.get_or_insert(RootWord::Good);
            }
        }
        self.participant(organisation)?.own_rotations = 0;
        self.derive_all(organisation);
        Ok(())
    }

    /// In the order in which the keys came in, so that each is derived after the one that brought it.
    fn derive_all(&mut self, organisation: &OrgId) {
        let mut theirs: Vec<_> = self
            .keys_of(organisation)
            .map(|(key, record)| (record.enrolled, *key))
            .collect();
        theirs.sort_unstable();
        for (_, key) in theirs {
            self.derive_distrust(&key);
        }
    }
}

fn check_past(at: EntryIndex, got: EntryIndex) -> Result<(), RegistryError> {
    if got > at {
        return Err(RegistryError::DistrustFuture { got, at });
    }
    Ok(())
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
